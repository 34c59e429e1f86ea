// The second part of the language suite: what stays where it is. Functions of the host that are lent, values that are held
// there, iteration in both directions.

import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect } from 'vitest';
import {
  BondException,
  callback,
  isKwargs,
  kwargs,
  RemoteException,
  SerializationException,
  stream,
} from '../src/index.js';
import { testWithin } from './extent.js';
import { collect, expectAlive, type Language, opener, rejection, type Suite } from './fixtures.js';
import { KEEPS } from './generations.js';
import { HANG } from './patience.js';

/** What cannot cross. */
const OPAQUE: Partial<Record<Language, string>> = { Python: 'object()', PHP: 'new ArrayIterator([])' };

/** Has V8 collect its garbage now. */
function collectGarbage(): void {
  const { Bun } = globalThis as { Bun?: { gc(isForced: true): void } };
  if (Bun) return Bun.gc(true);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** One language's words. */
interface ReferenceWords {
  /**
   * A block that defines:
   * - `apply_to(f, x)`: `f(x)`; `keep(f)` keeps it, `kept(x)` calls it, `forget()` lets go of it
   * - `attempt(f)`: what `f()` throws, as text
   * - `total(items)` adds up what it iterates over; `first(items)` takes one item, and leaves
   * - `range(n)`: an iterator over 0 … n-1, which prints `left` when it is closed or done, and throws at 1000
   * - a class `Counter(start)` with a property `count`, and methods `add(n)`, which returns the new count, `fail()`, which
   *   throws, and `self()`, which returns the object
   * - `count_of(counter)`; `same_of(counter)`, which is the counter
   * - `named(first, last)`: the two with a space between, given by name as the language does
   */
  readonly functions: string;
  /** An expression: a new counter from 5. */
  readonly counter: string;
  /** An expression: the class itself. */
  readonly counterClass: string;
  /** Something callable: given a number, it makes a counter. */
  readonly making: string;
  /** An expression: a list of 1, 2, 3 to iterate over. */
  readonly list: string;
  /** An expression: an iterator over so many items. */
  readonly range: (count: number) => string;
  /** An expression that collects the garbage there, where that does not go by itself. */
  readonly collect: string;
  /** An expression: a function is called with these arguments, and with one that is called `sep`; where a language has such calls. */
  readonly byName?: (name: string, args: string, sep?: string) => string;
}

const sayings: Record<Language, ReferenceWords> = {
  Python: {
    functions: `
import sys
def apply_to(f, x): return f(x)
def keep(f):
  global kept_function
  kept_function = f
def kept(x): return kept_function(x)
def forget():
  global kept_function
  kept_function = None
def attempt(f):
  try: return f()
  except Exception as error: return str(error)
def total(items): return sum(items)
def first(items):
  for item in items: return item
def range_of(n):
  try:
    i = 0
    while i < n:
      if i == 1000: raise ValueError('a thousand')
      yield i
      i += 1
  finally:
    sys.stdout.write('left')
class Counter(object):
  def __init__(self, start): self.count = start
  def add(self, n):
    self.count += n
    return self.count
  def fail(self): raise KeyError('broken')
  def self(self): return self
def count_of(counter): return counter.count
def same_of(counter): return counter
def named(last, first): return first + ' ' + last`,
    counter: 'Counter(5)',
    counterClass: 'Counter',
    making: 'Counter',
    byName: (name, args, sep = "'-'") => `${name}(${args && `${args}, `}sep=${sep})`,
    list: '[1, 2, 3]',
    range: (count) => `range_of(${count})`,
    collect: "__import__('gc').collect()",
  },
  PHP: {
    functions: `
function apply_to($f, $x) { return $f($x); }
function keep($f) { $GLOBALS['kept_function'] = $f; }
function kept($x) { return $GLOBALS['kept_function']($x); }
function forget() { $GLOBALS['kept_function'] = null; gc_collect_cycles(); }
function attempt($f) { try { return $f(); } catch (Exception $error) { return $error->getMessage(); } }
function total($items) { $sum = 0; foreach ($items as $item) $sum += $item; return $sum; }
function first($items) { foreach ($items as $item) return $item; }
function range_of($n) {
  try {
    for ($i = 0; $i < $n; $i++) { if ($i == 1000) throw new LogicException('a thousand'); yield $i; }
  } finally { echo 'left'; }
}
class Counter {
  public $count;
  function __construct($start) { $this->count = $start; }
  function add($n) { return $this->count += $n; }
  function fail() { throw new LogicException('broken'); }
  function self() { return $this; }
}
function count_of($counter) { return $counter->count; }
function same_of($counter) { return $counter; }
function named($last, $first) { return "$first $last"; }`,
    counter: 'new Counter(5)',
    counterClass: 'Counter::class',
    making: 'new Counter',
    byName: (name, args, sep = "'-'") => `${name}(${args && `${args}, `}sep: ${sep})`,
    list: '[1, 2, 3]',
    range: (count) => `range_of(${count})`,
    collect: '1',
  },
  Perl: {
    functions: `
sub apply_to { my ($f, $x) = @_; $f->($x) }
sub keep { $kept_function = $_[0]; undef }
sub kept { $kept_function->($_[0]) }
sub forget { undef $kept_function; undef }
sub attempt { my ($f) = @_; my $value = eval { $f->() }; my $error = $@; chomp $error; $error ne '' ? "$error" : $value }
sub total { my ($items) = @_; my $sum = 0; while (defined(my $item = $items->())) { $sum += $item } $sum }
sub first { $_[0]->() }
{ package Leaver; sub DESTROY { print 'left' } }
sub range_of {
  my ($n) = @_;
  my ($i, $leaver) = (0, bless {}, 'Leaver');
  sub { if ($i == 1000) { undef $leaver; die "a thousand\\n" } return $i++ if $i < $n && $leaver; undef $leaver; undef }
}
{ package Counter;
  sub new { my ($class, $start) = @_; bless { count => $start }, $class }
  sub add { $_[0]{count} += $_[1] }
  sub fail { die "broken\\n" }
  sub self { $_[0] } }
sub count_of { $_[0]{count} }
sub same_of { $_[0] }
sub named { my %given = @_; "$given{first} $given{last}" }`,
    counter: 'Counter->new(5)',
    counterClass: "'Counter'",
    making: 'Counter->new',
    list: '[1, 2, 3]',
    range: (count) => `range_of(${count})`,
    collect: '1',
  },
  JavaScript: {
    functions: `
let kept_function;
function apply_to(f, x) { return f(x) }
function keep(f) { kept_function = f }
function kept(x) { return kept_function(x) }
function forget() { kept_function = undefined }
function attempt(f) { try { return f() } catch (error) { return error.message } }
function total(items) { let sum = 0; for (const item of items) sum += item; return sum }
function first(items) { for (const item of items) return item }
function* range_of(n) {
  try {
    for (let i = 0; i < n; i++) { if (i === 1000) throw new Error('a thousand'); yield i }
  } finally { process.stdout.write('left') }
}
class Counter {
  constructor(start) { this.count = start }
  add(n) { return this.count += n }
  fail() { throw new Error('broken') }
  self() { return this }
}
function count_of(counter) { return counter.count }
function same_of(counter) { return counter }
function named({ first, last }) { return first + ' ' + last }`,
    counter: 'new Counter(5)',
    counterClass: 'Counter',
    making: 'new Counter',
    list: '[1, 2, 3]',
    range: (count) => `range_of(${count})`,
    collect: "(require('v8').setFlagsFromString('--expose-gc'), require('vm').runInNewContext('gc')())",
  },
};

/** Declares the tests of the suite. */
export function testReferences(suite: Suite): void {
  const { lang } = suite;
  const test = testWithin(suite.extent);
  const say = sayings[lang];
  const open = opener(suite, say.functions);

  describe('a callback', () => {
    test('is a function there, sync or async, also inside of an argument', async () => {
      const bond = await open();
      expect(
        await bond.call(
          'apply_to',
          callback((x: number) => x + 1),
          4,
        ),
      ).toBe(5);
      const slow = callback(async (x: number) => {
        await sleep(1);
        return x * 2;
      });
      expect(await bond.call('apply_to', slow, 4)).toBe(8);
      expect(await bond.call('apply_to', slow, 5)).toBe(10);
    });

    test('lives as long as the other side keeps it', async () => {
      const bond = await open();
      await bond.call(
        'keep',
        callback((x: string) => `${x}!`),
      );
      for (const text of ['a', 'b']) expect(await bond.call('kept', text)).toBe(`${text}!`);
    });

    test('may come in what a function of the host returns', async () => {
      const bond = await open();
      await bond.export(() => callback((x: number) => x * 3), 'give');
      await bond.export((f: unknown) => f, 'host');
      expect(await bond.eval('apply_to(give(), 5)')).toBe(15);
    });

    test('throws what the host throws', async () => {
      const bond = await open();
      const reason = new RangeError('not so');
      const thrower = callback(() => {
        throw reason;
      });
      expect(await bond.call('attempt', thrower)).toContain('not so');
      expect((await rejection(bond.call('apply_to', thrower, 1), RemoteException)).cause).toBe(reason);
      await expectAlive(bond);
    });

    test('may call back into the bond, and into another one', async () => {
      const [bond, other] = [await open(), await open()];
      const nested = callback(async (x: number) =>
        other.call(
          'apply_to',
          callback(async (y: number) =>
            bond.call(
              'apply_to',
              callback((z: number) => z + 1),
              y,
            ),
          ),
          x,
        ),
      );
      expect(await bond.call('apply_to', nested, 1)).toBe(2);
    });

    const isLetGo = !suite.lacks?.includes(KEEPS);
    const end = isLetGo
      ? 'is let go of by the host when nothing there refers to it any more'
      : 'lives as long as the bond';
    test(end, async () => {
      const bond = await open();
      const lent: WeakRef<object>[] = [];
      for (let round = 0; round < 200; round++) {
        const big = { bytes: new Uint8Array(10_000) };
        lent.push(new WeakRef(big));
        await bond.call(
          'keep',
          callback(() => big.bytes.length),
        );
      }
      await bond.call('forget');
      const start = Date.now();
      let left = lent.length;
      const patience = isLetGo ? HANG : 100;
      while (left > 10 && Date.now() - start < patience) {
        await bond.eval(say.collect);
        await sleep(10);
        collectGarbage();
        left = lent.filter((reference) => reference.deref()).length;
      }
      if (isLetGo) expect(left).toBeLessThanOrEqual(10);
      else expect(left).toBe(200);
    });

    test('a bare function is refused, with a hint', async () => {
      const bond = await open();
      const error = await rejection(
        bond.call('apply_to', () => 1, 1),
        SerializationException,
      );
      expect(error.message).toContain('args[0]: a function has to be wrapped in callback(…)');
    });
  });

  describe('something held', () => {
    test('has properties and methods, and is passed back as itself', async () => {
      const bond = await open();
      const counter = await bond.hold(say.counter);
      expect(await counter.get('count')).toBe(5);
      expect(await counter.call('add', 3)).toBe(8);
      await counter.set('count', 20);
      expect(await bond.call('count_of', counter)).toBe(20);
      const same = await counter.hold('self');
      await same.call('add', 1);
      expect(await counter.get('count')).toBe(21);
      expect((await rejection(counter.call('fail'), RemoteException)).message).toContain('broken');
      expect(await bond.eval(bond.ref(`count_of(${counter.code})`))).toBe(21);
    });

    test('is what a call gives, if there are arguments', async () => {
      const bond = await open();
      const counter = await bond.hold(say.counter);
      const same = await bond.hold('same_of', counter);
      await same.call('add', 1);
      expect(await counter.get('count')).toBe(6);
      expect(await (await bond.hold('named', kwargs({ first: 'Ada', last: 'Lovelace' }))).value()).toBe('Ada Lovelace');
      const made = await bond.hold(say.making, 7);
      expect(await made.get('count')).toBe(7);
      expect((await rejection(bond.hold('no_such_function', 1), RemoteException)).message).toContain(
        'no_such_function',
      );
      const error = await rejection(
        bond.hold('same_of', () => 1),
        SerializationException,
      );
      expect(error.message).toContain('args[0]: a function has to be wrapped');
      await expectAlive(bond);
    });

    test('or evaluated takes no arguments that it would ignore', async () => {
      const bond = await open();
      for (const method of ['eval', 'evalBlock'] as const) {
        const error = await rejection(bond[method]('1', 'x' as never), BondException);
        expect(error.message).toContain(`${method} takes code, and no arguments: call(name, …)`);
      }
      await expectAlive(bond);
    });

    test('names arguments that cannot cross as you wrote them', async () => {
      const bond = await open();
      const counter = await bond.hold(say.counter);
      const odd = { items: [() => 1] };
      for (const attempt of [
        counter.call('add', odd),
        counter.hold('add', odd),
        counter.apply(odd),
        counter.holdApply(odd),
      ]) {
        expect((await rejection(attempt, SerializationException)).message).toContain('args[0].items[0]: a function');
      }
      expect((await rejection(counter.set('count', odd), SerializationException)).message).toContain(
        'args[1].items[0]',
      );
      await expectAlive(bond);
    });

    test('can stand inside of arguments', async () => {
      const bond = await open();
      const held = await bond.hold(say.list);
      expect(
        await bond.call(
          'apply_to',
          callback((x: unknown) => x),
          { a: [held] },
        ),
      ).toEqual({ a: [[1, 2, 3]] });
    });

    test('may be a class, whose instances can be held', async () => {
      const bond = await open();
      const type = await bond.hold(say.counterClass);
      const counter = await (lang === 'Perl' ? type.hold('new', 7) : type.holdApply(7));
      expect(await counter.get('count')).toBe(7);
    });

    test('comes by value if wanted', async () => {
      const bond = await open();
      expect(await (await bond.hold(say.list)).value()).toEqual([1, 2, 3]);
    });

    test('may be a callable', async () => {
      const bond = await open();
      await bond.call(
        'keep',
        callback((x: number) => x + 1),
      );
      const held = await bond.hold({ Perl: '\\&kept', PHP: "'kept'", Python: 'kept', JavaScript: 'kept' }[lang]);
      expect(await held.apply(1)).toBe(2);
    });

    test('is let go of, by hand and as garbage', async () => {
      const bond = await open();
      const isThere = async (code: string): Promise<boolean> => {
        try {
          await bond.hold(code);
          return true;
        } catch (error) {
          expect(error).toBeInstanceOf(RemoteException);
          return false;
        }
      };
      const held = await bond.hold(say.counter);
      expect(await isThere(held.code)).toBe(true);
      await held.release();
      await held.release();
      expect(await isThere(held.code)).toBe(false);
      expect((await rejection(held.get('count'), BondException)).message).toContain('released');
      expect((await rejection(bond.call('count_of', held), BondException)).message).toContain('released');

      const codes: string[] = [];
      for (let round = 0; round < 50; round++) codes.push((await bond.hold(say.counter)).code);
      const start = Date.now();
      let left = codes.length;
      while (left > 5 && Date.now() - start < HANG) {
        collectGarbage();
        await sleep(10);
        left = (await Promise.all(codes.map(isThere))).filter(Boolean).length;
      }
      expect(left).toBeLessThanOrEqual(5);
    });

    test('belongs to its bond', async () => {
      const [bond, other] = [await open(), await open()];
      const held = await bond.hold(say.counter);
      expect((await rejection(other.call('count_of', held), BondException)).message).toContain('another bond');
    });
  });

  test('kwargs takes an object, and the names of what is held are strings or numbers', async () => {
    for (const values of [5, 'x', null, undefined, [1]]) expect(() => kwargs(values as never)).toThrow(TypeError);
    const bond = await open();
    const held = await bond.hold('1');
    for (const name of [{}, null, Symbol('x')] as never[]) {
      const uses = [held.get(name), held.set(name, 1), held.call(name), held.hold(name)];
      for (const use of uses) expect((await rejection(use, BondException)).code).toBe('BOND_USAGE');
    }
    await held.release();
  });

  test('kwargs are arguments by name', async () => {
    const bond = await open();
    expect(await bond.call('named', kwargs({ first: 'Ada', last: 'Lovelace' }))).toBe('Ada Lovelace');
    const held = await bond.hold("'x'");
    expect(await bond.call('named', kwargs({ last: 'y', first: held }))).toBe('x y');
  });

  const { byName } = say;
  if (byName) {
    test('arguments by name are the last one of a function of the host, and no object that was given by position', async () => {
      const bond = await open();
      const seen: unknown[] = [];
      const note = (...args: unknown[]): void => {
        const last = args.at(-1);
        seen.push(isKwargs(last) ? [args.slice(0, -1), last.values] : [args]);
      };
      await bond.export(note, 'noted');
      await bond.call('noted', { a: 1 });
      await bond.eval(byName('noted', '1'));
      await bond.eval(byName('noted', ''));
      await bond.evalBlock(`${byName('noted', '2')};`);
      expect(seen).toEqual([[[{ a: 1 }]], [[1], { sep: '-' }], [[], { sep: '-' }], [[2], { sep: '-' }]]);
      if (suite.defaults?.protocol !== 'JSON') {
        await bond.eval(byName('noted', '3', lang === 'PHP' ? 'INF' : 'float("inf")'));
        expect(seen.at(-1)).toEqual([[3], { sep: Infinity }]);
      }
      const error = await rejection(bond.eval(byName('noted', '1', OPAQUE[lang] as string)), SerializationException);
      expect(error.message).toContain('noted(): args[1].sep');
    });
  }

  describe('iterate', () => {
    test('goes through what is there', async () => {
      const bond = await open();
      const items: unknown[] = [];
      for await (const item of bond.iterate(say.list)) items.push(item);
      for await (const item of bond.iterate(say.range(600))) items.push(item);
      expect(items).toEqual([1, 2, 3, ...Array(600).keys()]);
    });

    test('is only a little ahead, and closes what is left early', async () => {
      const output = collect();
      const bond = await open({ stdout: output.stdout });
      let seen = 0;
      for await (const item of bond.iterate<number>(say.range(1e9))) {
        seen++;
        if (item === 300) break;
      }
      expect(seen).toBe(301);
      await output.until('left');
      await expectAlive(bond);
    });

    test('meets an error in the middle, behind the items before it', async () => {
      const output = collect();
      const bond = await open({ stdout: output.stdout });
      let seen = 0;
      const loop = (async () => {
        for await (const _ of bond.iterate(say.range(2000))) seen++;
      })();
      expect((await rejection(loop, RemoteException)).message).toContain('a thousand');
      expect(seen).toBe(1000);
      await output.until('left');
      await expectAlive(bond);
    });

    test('refuses what cannot be iterated over', async () => {
      const bond = await open();
      const loop = (async () => {
        for await (const _ of bond.iterate('1')) throw new Error('an item of 1');
      })();
      // A list of one is what an expression in Perl is, too.
      await rejection(loop, lang === 'Perl' ? Error : RemoteException);
      await expectAlive(bond);
    });
  });

  describe('a stream', () => {
    test.each<[what: string, next: () => unknown]>([
      ['undefined', () => undefined],
      ['null', () => null],
      ['a number', () => 1],
      ['a promise of undefined', async () => undefined],
    ])('whose next() gives %s fails, as for await would, and ends', async (_what, next) => {
      const bond = await open();
      const items = { [Symbol.iterator]: () => ({ next }) } as Iterable<unknown>;
      const error = await rejection(bond.call('total', stream(items)), RemoteException);
      expect(error.cause).toBeInstanceOf(TypeError);
      await expectAlive(bond);
    });

    test('is iterated over natively', async () => {
      const bond = await open();
      expect(await bond.call('total', stream(Array(1000).keys()))).toBe(499_500);
      async function* slowly() {
        for (let item = 0; item < 20; item++) {
          await sleep(1);
          yield item;
        }
      }
      expect(await bond.call('total', stream(slowly()))).toBe(190);
      await bond.export(() => stream([1, 2, 3]), 'give');
      expect(await bond.eval('total(give())')).toBe(6);
    });

    test('is fetched as it is needed, and closed when it is left early', async () => {
      const bond = await open();
      let [made, isClosed] = [0, false];
      function* endless() {
        try {
          for (;;) yield made++;
        } finally {
          isClosed = true;
        }
      }
      expect(await bond.call('first', stream(endless()))).toBe(0);
      expect(made).toBeLessThan(300);
      const start = Date.now();
      while (!isClosed && Date.now() - start < HANG) {
        await bond.eval(say.collect);
        await sleep(5);
      }
      expect(isClosed).toBe(true);
    });

    test('throws what its source throws, behind the items before it', async () => {
      const bond = await open();
      const reason = new Error('dry');
      function* failing() {
        yield 1;
        yield 2;
        throw reason;
      }
      const error = await rejection(bond.call('total', stream(failing())), RemoteException);
      expect(error.cause).toBe(reason);
      await expectAlive(bond);
    });
  });
}
