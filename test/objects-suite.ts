// What holds of objects as if they were here, in every version of a language: chains, handles, live objects, what is entered. The whole of
// it is in objects.test.ts, live.test.ts and enter.test.ts, for the installed versions.

import { describe, expect } from 'vitest';
import { type AnyRemote, BondException, callback, enter, held, live, RemoteException, release } from '../src/index.js';
import { testWithin } from './extent.js';
import { all, type Language, openBond, rejection, type Suite } from './fixtures.js';

/**
 * - a class Point: `x`, `add(n)`, which returns the same point, and `boom()`; it can be iterated over, up to `x`
 * - `point(x)` makes one; `give(f)` calls a function with one of 5, and with a list of the same and another one
 * - `use(o)`: what is read, written, called, indexed, counted and gone through of a live object, and `again(o)` gives it back
 * - `same(o, p)`, whether these are one object, and `reach(o, name)`, which gets an attribute
 */
const CODE: Record<Language, string> = {
  Python: `
class Point(object):
    def __init__(self, x): self.x = x
    def add(self, n): self.x += n; return self
    def boom(self): raise ValueError('boom')
    def __iter__(self): return iter(range(self.x))
def point(x): return Point(x)
def give(f):
    p = Point(5)
    return f(p, [p, Point(1)])
def use(o):
    o.balance += 1
    return [o.balance, o.deposit(5), o.owner, o.items[0], len(o.items), list(o.items), o.twice(4)]
def again(o): return o
def same(o, p): return o is p
def reach(o, name): return getattr(o, name)`,
  PHP: `
class Point implements IteratorAggregate {
  public $x;
  function __construct($x) { $this->x = $x; }
  function add($n) { $this->x += $n; return $this; }
  function boom() { throw new DomainException('boom'); }
  #[\\ReturnTypeWillChange] function getIterator() { return new ArrayIterator(range(0, $this->x - 1)); }
}
function point($x) { return new Point($x); }
function give($f) { $p = new Point(5); return $f($p, [$p, new Point(1)]); }
function use_it($o) {
  $o->balance = $o->balance + 1;
  return [$o->balance, $o->deposit(5), $o->owner, $o->items[0], count($o->items), iterator_to_array($o->items, false), $o->twice(4)];
}
function again($o) { return $o; }
function same($o, $p) { return $o === $p; }
function reach($o, $name) { return $o->$name; }`,
  Perl: `
package Point;
use overload '@{}' => sub { [0 .. $_[0]->x - 1] }, 'bool' => sub { 1 };
sub new { my $x = $_[1]; bless \\$x, $_[0] }
sub x { \${$_[0]} }
sub add { \${$_[0]} += $_[1]; $_[0] }
sub boom { die "boom\\n" }
package main;
sub point { Point->new(@_) }
sub give { my ($f) = @_; my $p = Point->new(5); $f->($p, [$p, Point->new(1)]) }
sub use_it {
  my ($o) = @_;
  $o->balance($o->balance + 1);
  return [$o->balance, $o->deposit(5), $o->owner, $o->items->[0], scalar @{ $o->items }, [@{ $o->items }], $o->twice(4)];
}
sub again { $_[0] }
sub same { $_[0] == $_[1] ? 1 : 0 }
sub reach { my ($o, $name) = @_; $o->{$name} }`,
  JavaScript: `
class Point {
  constructor(x) { this.x = x; }
  add(n) { this.x += n; return this; }
  boom() { throw new RangeError('boom'); }
  *[Symbol.iterator]() { for (let n = 0; n < this.x; n++) yield n; }
}
function point(x) { return new Point(x); }
function give(f) { const p = new Point(5); return f(p, [p, new Point(1)]); }
function use(o) {
  o.balance += 1;
  return [o.balance, o.deposit(5), o.owner, o.items[0], o.items.length, [...o.items], o.twice(4)];
}
function again(o) { return o; }
function same(o, p) { return o === p; }
function reach(o, name) { return o[name]; }
Object.assign(globalThis, { Point, point, give, use, again, same, reach });`,
};
const USE: Record<Language, string> = { Python: 'use', PHP: 'use_it', Perl: 'use_it', JavaScript: 'use' };
const FILE: Record<Language, string> = { Python: 'math', PHP: 'Point', Perl: 'List::Util', JavaScript: 'path' };

class Account {
  balance = 10;
  readonly owner = 'Ann';
  readonly items: unknown = live([7, 8]);
  readonly _secret = 'hidden';
  async deposit(amount: number): Promise<number> {
    this.balance += amount;
    return this.balance;
  }
  twice(n: number): number {
    if (n < 0) throw new RangeError('too low');
    return 2 * n;
  }
}

/** Declares the tests of an interpreter. */
export function testObjects({ lang, find, defaults, extent = 'whole' }: Suite): void {
  const test = testWithin(extent);

  async function open() {
    const bond = await openBond(lang, [find()], [], { ...defaults, objects: 'hold' });
    await bond.evalBlock(CODE[lang]);
    const point = async (x: number): Promise<AnyRemote> => bond.call('point', x);
    return { bond, point };
  }

  describe('objects', () => {
    test('a chain goes through, is iterated over, and its failing link is named', async () => {
      const { bond, point } = await open();
      expect(String(await bond.import(FILE[lang]))).toBe(`Remote [${lang}] ${FILE[lang]}`);
      const one = await point(1);
      expect(await one.add(1).add(2).x).toBe(4);
      expect(await all(one.add(-1))).toEqual([0, 1, 2]);
      const error = await rejection(one.add(1).boom().add(1), RemoteException);
      expect(error.message).toMatch(/add\(…\)\.boom\(\): .*boom$/);
      expect(String(error.exception)).toContain(`Remote [${lang}]`);
      await release(one);
      await rejection(one.x, BondException);
    });

    test('what cannot cross is held, in results and in arguments of callbacks, and is itself again', async () => {
      const { bond, point } = await open();
      const [one, two] = [await point(1), await point(2)];
      expect(await bond.call('same', one, one)).toBeTruthy();
      expect(await bond.call('same', one, two)).toBeFalsy();
      const back = await bond.call<AnyRemote>(
        'give',
        callback(async (p: AnyRemote, [same, other]: AnyRemote[]) => {
          expect(same).toBe(p);
          return p.add(await other.x);
        }),
      );
      expect(await back.x).toBe(6);
      await using list = await bond.hold('point', 3);
      expect(await list.remote.x).toBe(3);
    });

    test('a live object is read, written, called and gone through, and comes back as itself', async () => {
      const { bond } = await open();
      const account = new Account();
      const given = live(account);
      expect(await bond.call(USE[lang], given)).toEqual([11, 16, 'Ann', 7, 2, [7, 8], 8]);
      expect(account.balance).toBe(16);
      expect(await bond.call('again', live(account))).toBe(account);
      expect(await bond.call('same', live(account), live(account))).toBeTruthy();
      const reached = (name: string, names?: readonly string[]): Promise<unknown> =>
        bond.call('reach', live(account, names as never), name).catch(() => undefined);
      expect(await reached('balance', ['balance'])).toBe(16);
      expect((await reached('balance', ['owner'])) ?? null).toBe(null);
      for (const name of ['_secret', '__proto__']) expect([name, (await reached(name)) ?? null]).toEqual([name, null]);
    });

    if (lang === 'JavaScript') {
      test('a live object in a Map is itself when it comes back', async () => {
        const { bond } = await open();
        const account = new Account();
        const code = '(o) => [new Map([["a", [o]], [1, 2]])]';
        const [map] = await bond.call<[Map<unknown, unknown>]>(code, live(account));
        expect(map).toBeInstanceOf(Map);
        expect([...map.keys()]).toEqual(['a', 1]);
        expect((map.get('a') as unknown[])[0]).toBe(account);
        const take = callback((given: Map<unknown, unknown>) => given.get('a') === account);
        expect(await bond.call('(f, o) => f(new Map([["a", o]]))', take, live(account))).toBe(true);
      });
    }

    if (lang === 'Python' || lang === 'JavaScript') {
      test('something is entered, and left, with the error if there is one', async () => {
        const { bond } = await open();
        await bond.evalBlock(ENTERED[lang]);
        const guard = await bond.call<AnyRemote>('guard');
        if (lang === 'JavaScript' && !(await bond.eval('typeof Symbol.asyncDispose === "symbol"'))) {
          // Before Node 18.18, there is no such symbol, and so nothing that could be entered.
          const error = await rejection(enter(guard), RemoteException);
          expect(error.message).toContain('it has no Symbol.asyncDispose');
          return;
        }
        expect(await enter(guard, async () => 5)).toBe(5);
        await rejection(
          enter(guard, async () => {
            throw new TypeError('mine');
          }),
          TypeError,
        );
        expect(await guard.notes).toEqual(lang === 'Python' ? ['in', 'out', 'in', 'error'] : ['out', 'out']);
        expect(String(held(guard))).toContain('Held');
      });
    }
  });
}

const ENTERED = {
  Python: `
class Guard(object):
    def __init__(self): self.notes = []
    def __enter__(self): self.notes.append('in')
    def __exit__(self, kind, error, trace): self.notes.append('error' if kind else 'out')
def guard(): return Guard()`,
  JavaScript: `
class Guard {
  constructor() { this.notes = []; }
}
if (Symbol.asyncDispose) Guard.prototype[Symbol.asyncDispose] = async function () { this.notes.push('out'); };
globalThis.guard = () => new Guard();`,
};
