// What stays over there as if it were here: handles, and chains of what is done with them, each in one request.

import { Writable } from 'node:stream';
import { describe, test as everyTest, expect } from 'vitest';
import {
  type Bond,
  BondException,
  callback,
  held,
  item,
  kwargs,
  makeBond,
  type ProtocolName,
  RemoteException,
  release,
  SerializationException,
} from '../src/index.js';
import { all, type Language, languages, needsInterpreter, openBond, range, rejection, shareBond } from './fixtures.js';
import { rounds } from './fuzzing.js';
import { HeldCounter } from './held-counter.js';
import { testInTurn } from './turns.js';

interface Words {
  /** A class Point: `x`, `add(n)`, which returns the same point, `next`, which returns another one, and `boom()`. */
  readonly code: string;
  /** What imports the class; none where it is a global variable. */
  readonly point?: string;
  /** Something that is there anyway, and something that is not. */
  readonly module: string;
  readonly missing: string;
  /** A function of the former that makes 4 of what it is given; none if that is a function itself. */
  readonly root: string;
  /** A list of a point, of a record of another one, and 3; and a function that counts what it is given. */
  // biome-ignore lint/suspicious/noExplicitAny: it is a remote
  readonly list: (bond: Bond) => Promise<any>;
  readonly count: string;
  /** An expression that throws something of a class that is derived from another one, and the names of both. */
  readonly failure: string;
  readonly classes: readonly [string, string];
  /**
   * - `give(f)`: what a function makes of a point of 5; a list with the same, and with a record of one of 1; and the number 3
   * - `many(f, n)` calls a function n times, each time with a new point, and returns 0
   * - `circle()`: a list of 1 and itself
   */
  readonly giving: string;
  /** Expressions: a new point of 5, and what it is in a list with itself in a record, `[p, { in: [p, 7] }, 3]`. */
  readonly one: string;
  readonly twice: string;
  /** What passes the exported function NAME to `give`. */
  readonly giveTo: string;
}

/** Expressions: a function that gives back its argument; and `give`. */
const IDENTITY: Record<Language, string> = {
  Python: 'lambda p, *others: p',
  PHP: 'function ($p) { return $p; }',
  Perl: 'sub { $_[0] }',
  JavaScript: '(p) => p',
};
const GIVE: Record<Language, string> = { Python: 'give', PHP: '"give"', Perl: '\\&give', JavaScript: 'give' };

const WORDS: Record<Language, Words> = {
  Python: {
    code: `
class Point(object):
    def __init__(self, x): self.x = x
    def add(self, n): self.x += n; return self
    def next(self): return Point(self.x + 1)
    def boom(self): raise ValueError('boom')
    def sum(self, *points): return self.x + sum(p.x for p in points)
    def apply(self, f): return f(self.x)
    def __iter__(self): return iter([self.x, self.x + 1])
def points(): return [Point(1), {'deep': [Point(2)]}, 3]
import types, sys
sys.modules['geometry'] = types.ModuleType('geometry')
sys.modules['geometry'].Point = Point
sys.modules['geometry'].points = points`,
    module: 'math',
    missing: 'no_such_module',
    root: 'sqrt',
    list: (bond) => bond.import('geometry').then(({ points }) => points()),
    count: 'lambda points: len(points)',
    failure: '1 // 0',
    classes: ['ZeroDivisionError', 'ArithmeticError'],
    giving: `
def give(f):
    p = Point(5)
    return f(p, [p, {'deep': Point(1)}], 3)
def many(f, n):
    for i in range(n): f(Point(i))
    return 0
def circle():
    items = [1]
    items.append(items)
    return items`,
    one: 'Point(5)',
    twice: "(lambda p: [p, {'in': [p, 7]}, 3])(Point(5))",
    giveTo: 'give(NAME)',
  },
  PHP: {
    code: `
class Point implements IteratorAggregate {
  public $x;
  function __construct($x) { $this->x = $x; }
  function add($n) { $this->x += $n; return $this; }
  function next() { return new Point($this->x + 1); }
  function boom() { throw new DomainException('boom'); }
  function sum(...$points) { foreach ($points as $p) $s = ($s ?? 0) + $p->x; return $this->x + $s; }
  function apply($f) { return $f($this->x); }
  #[\\ReturnTypeWillChange] function getIterator() { return new ArrayIterator([$this->x, $this->x + 1]); }
}
function points() { return [new Point(1), ['deep' => [new Point(2)]], 3]; }`,
    point: 'Point',
    module: 'sqrt',
    missing: 'No\\Such\\Thing',
    root: '',
    list: (bond) => bond.import('points').then((points) => points()),
    count: 'count',
    failure: 'intdiv(1, 0)',
    classes: ['DivisionByZeroError', 'ArithmeticError'],
    giving: `
function give($f) { $p = new Point(5); return $f($p, [$p, ['deep' => new Point(1)]], 3); }
function many($f, $n) { for ($i = 0; $i < $n; $i++) $f(new Point($i)); return 0; }
function circle() { $items = new stdClass; $items->{'0'} = 1; $items->{'1'} = $items; return $items; }`,
    one: 'new Point(5)',
    twice: "(function ($p) { return [$p, ['in' => [$p, 7]], 3]; })(new Point(5))",
    giveTo: "give('NAME')",
  },
  Perl: {
    code: `
package Point;
use overload '@{}' => sub { [$_[0]->x, $_[0]->x + 1] }, 'bool' => sub { 1 };
sub new { my $x = $_[1]; bless \\$x, $_[0] }
sub x { \${$_[0]} }
sub add { \${$_[0]} += $_[1]; $_[0] }
sub next { Point->new($_[0]->x + 1) }
sub boom { die "boom\\n" }
sub sum { my $s = 0; $s += $_->x for @_; $s }
sub apply { $_[1]->($_[0]->x) }
package main;
sub sqrt_of { sqrt $_[0] }
sub points { [Point->new(1), { deep => [Point->new(2)] }, 3] }`,
    point: 'Point',
    module: 'main',
    missing: 'No::Such::Thing',
    root: 'sqrt_of',
    list: (bond) => bond.import('main').then(({ points }) => points()),
    count: 'sub { scalar @{ $_[0] } }',
    failure: 'do { @Near::ISA = "Far"; die bless {}, "Near" }',
    classes: ['Near', 'Far'],
    giving: `
sub give { my ($f) = @_; my $p = Point->new(5); $f->($p, [$p, { deep => Point->new(1) }], 3) }
sub many { my ($f, $n) = @_; $f->(Point->new($_)) for 1 .. $n; 0 }
sub circle { my $items = [1]; push @$items, $items; $items }`,
    one: 'Point->new(5)',
    twice: 'sub { my ($p) = @_; [$p, { in => [$p, 7] }, 3] }->(Point->new(5))',
    giveTo: 'give(\\&NAME)',
  },
  JavaScript: {
    code: `
globalThis.Point = class Point {
  constructor(x) { this.x = x; }
  add(n) { this.x += n; return this; }
  next() { return Promise.resolve(new Point(this.x + 1)); }
  boom() { throw new RangeError('boom'); }
  sum(...points) { return this.x + points.reduce((sum, p) => sum + p.x, 0); }
  apply(f) { return f(this.x); }
  *[Symbol.iterator]() { yield this.x; yield this.x + 1; }
};
globalThis.points = () => [new Point(1), { deep: [new Point(2)] }, 3];`,
    module: 'node:path',
    missing: './no-such-file.mjs',
    root: 'basename',
    list: (bond) => bond.hold('points').then(({ remote }) => remote()),
    count: '(points) => points.length',
    failure: '(() => { throw new (class Near extends RangeError {})() })()',
    classes: ['Near', 'RangeError'],
    giving: `
globalThis.give = (f) => { const p = new Point(5); return f(p, [p, { deep: new Point(1) }], 3); };
globalThis.many = (f, n) => { for (let i = 0; i < n; i++) f(new Point(i)); return 0; };
globalThis.circle = () => { const items = [1]; items.push(items); return items; };`,
    one: 'new Point(5)',
    twice: '((p) => [p, { in: [p, 7] }, 3])(new Point(5))',
    giveTo: 'give(NAME)',
  },
};

/** How files are called that a bond loads. */
const ENDINGS: Record<Language, string> = { Python: 'py', PHP: 'php', Perl: 'pl', JavaScript: 'js' };

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages, 2);
  const words = WORDS[lang];

  async function open(log?: Writable): Promise<{ bond: Bond; Point: ReturnType<typeof pointOf> }> {
    const bond = await openBond(lang, log && { logfile: log });
    await bond.evalBlock(words.code);
    return { bond, Point: pointOf(bond) };
  }

  /** The class, however the language finds one. */
  // biome-ignore lint/suspicious/noExplicitAny: it is a remote
  async function pointOf(bond: Bond): Promise<any> {
    return words.point ? bond.import(words.point) : (await bond.hold('Point')).remote;
  }

  test('imports what is there, and says what is not', async () => {
    const { bond } = await open();
    const module = await bond.import(words.module);
    expect(String(module)).toBe(`Remote [${lang}] ${words.module}`);
    if (words.root) {
      expect(await module[words.root](lang === 'JavaScript' ? 'a/4' : 16)).toEqual(lang === 'JavaScript' ? '4' : 4);
    } else expect(await module(16)).toBe(4);
    const error = await rejection(bond.import(words.missing), RemoteException);
    expect(error.message).toContain(words.missing.replace(/^\.\//, ''));
    if (lang === 'JavaScript') return; // where a path is a name
    for (const path of ['./shop', `shop.${ENDINGS[lang]}`]) {
      const refusal = await rejection(bond.import(path), RemoteException);
      expect(refusal.message).toContain(`load('${path}') runs a file`);
    }
  });

  test('an expression that is not awaited is no value, and no JSON', async () => {
    const { bond } = await open();
    const module = await bond.import(words.module);
    const name = `Remote [${lang}] ${words.module}`;
    expect(() => module.size + 1).toThrow(`cannot use ${name}.size, whose value is in ${lang}: await it first`);
    expect(() => module > 1).toThrow(`cannot use ${name}, whose value is in ${lang}: use await held(remote).value()`);
    expect(() => JSON.stringify({ size: module.size })).toThrow(`JSON.stringify cannot read ${name}.size`);
    expect(`${module.size} ${module}`).toBe(`${name}.size ${name}`);
  });

  test('a chain is one request and one answer', async () => {
    let text = '';
    const log = new Writable({
      write(chunk, _encoding, done) {
        text += chunk;
        done();
      },
    });
    const { Point } = await open(log);
    const point = await new (await Point)(1);
    text = '';
    expect(await point.add(1).add(2).add(3).next().x).toBe(8);
    expect(text.match(/^[<>] /gm)).toEqual(['> ', '< ']);
  });

  test('what cannot cross is a handle, wherever it sits', async () => {
    const { bond } = await open();
    const [first, record, third] = await words.list(bond);
    expect([String(first), third]).toEqual([`Remote [${lang}] Point`, 3]);
    expect(await record.deep[0].add(5).x).toBe(7);
    expect(await first.x).toBe(1);
  });

  test('handles and expressions are arguments, at any depth, without a trip of their own', async () => {
    const { bond, Point } = await open();
    const Class = await Point;
    const one = await new Class(1);
    expect(await one.sum(one, new Class(2).add(3), one.next())).toBe(9);
    expect(await bond.call(words.count, [one, new Class(2)])).toBe(2);
    expect(await bond.call(words.count, [[one], { deep: [one.next()] }, 3])).toBe(3);
    expect(await one.apply(callback((x: number) => x * 10))).toBe(10);
  });

  test('a link that fails is named', async () => {
    const { Point } = await open();
    const Class = await Point;
    const point = await new Class(1);
    const error = await rejection(point.add(1).boom().add(2), RemoteException);
    expect(error.message).toContain('at Point.add(…).boom(): ');
    expect(error.message).toMatch(/boom$/);
    const inner = await rejection(point.sum(point.next().boom()), RemoteException);
    expect(inner.message).toContain('at Point.next().boom(): ');
    const missing = await rejection(point.add(1).no_such_method(), RemoteException);
    expect(missing.message).toContain('at Point.add(…).no_such_method(): ');
    expect(await point.x).toBe(3);
  });

  test('an exception is of its class, and of those above it', async () => {
    const { bond } = await open();
    const error = await rejection(bond.eval(words.failure), RemoteException);
    expect(error.types.slice(0, 2)).toEqual(words.classes);
    for (const name of words.classes) expect(error.is(name)).toBe(true);
    expect(error.is('KeyError')).toBe(false);
    await bond.export(() => {
      throw new TypeError('not so');
    }, 'host');
    const own = await rejection(bond.eval('host()'), RemoteException);
    expect(own.types).toEqual(['TypeError', 'Error']);
    const other = await openBond(lang);
    await other.export(() => bond.eval(words.failure), 'host');
    const passedOn = await rejection(other.eval('host()'), RemoteException);
    expect(passedOn.types).toEqual(error.types);
  });

  test('iterates', async () => {
    const { Point } = await open();
    const point = await new (await Point)(1);
    expect(await all(point)).toEqual([1, 2]);
    expect(await all(point.add(4).next())).toEqual([6, 7]);
  });

  test('is let go of', async () => {
    const { Point } = await open();
    const point = await new (await Point)(1);
    expect(held(point).remote).not.toBe(undefined);
    await release(point);
    await release(point);
    await rejection(point.add(1), BondException);
    expect(() => held(point.next())).toThrow('await it first');
    expect(() => held({} as never)).toThrow(TypeError);
  });

  test('means nothing to another bond, and a closed one says so', async () => {
    const { Point } = await open();
    const other = await openBond(lang);
    const point = await new (await Point)(1);
    const error = await rejection(other.call(words.count, [point]), BondException);
    expect(error.message).toContain('belongs to another bond');
    await other.close();
  });

  test('is not changed by mistake, and what cannot be sent says where', async () => {
    const { Point } = await open();
    const point = await new (await Point)(1);
    expect(() => {
      point.x = 5;
    }).toThrow("held(remote).set('x', value)");
    const error = await rejection(point.add(1).add({ deep: [() => 1] }), SerializationException);
    expect(error.message).toContain('add(…): args[0].deep[0]: a function');
    expect(await point.x).toBe(1);
  });
});

describe('Python', () => {
  needsInterpreter('Python');

  everyTest('arguments by name, items, and errors as a promise has them', async () => {
    const bond = await openBond('Python');
    const builtins = await bond.import('builtins');
    expect(await builtins.dict(kwargs({ a: 1 }))).toEqual({ a: 1 });
    const table = await builtins.dict([['a', [1, 2, 3]]]).copy();
    expect(table).toEqual({ a: [1, 2, 3] });
    expect(await builtins.list('abc')[1]).toBe('b');
    expect(await item(builtins.list('abc'), -1)).toBe('c');
    expect(await builtins.nothing.catch((error: Error) => error.name)).toBe('RemoteException');
    await bond.close();
  });
});

const protocols = languages.flatMap((lang): [Language, ProtocolName][] => [
  [lang, lang === 'JavaScript' ? 'V8' : 'JSON'],
  [lang, 'EJSON'],
]);

describe.each(protocols)('what cannot cross is held: %s by %s', (lang, protocol) => {
  needsInterpreter(lang);
  const test = testInTurn(
    protocols.findIndex((one) => one[0] === lang && one[1] === protocol),
    range(protocols.length),
    2,
  );
  const words = WORDS[lang];
  const counter = new HeldCounter();
  const open = shareBond(lang, { objects: 'hold', protocol, logfile: counter }, `${words.code}\n${words.giving}`);
  // biome-ignore lint/suspicious/noExplicitAny: these are remotes
  type Remotes = any[];
  const name = `Remote [${lang}] Point`;

  test('in results, at any depth; what is the same is one handle, and the very object there', async () => {
    const bond = await open();
    const [point, record, three] = await bond.eval<Remotes>(words.twice);
    expect([String(point), record.in[1], three]).toEqual([name, 7, 3]);
    expect(record.in[0]).toBe(point);
    await point.add(2);
    expect(await point.x).toBe(7);
    expect(await point.sum(point, record.in[0])).toBe(21);
    expect(String(await bond.call('give', bond.ref(IDENTITY[lang])))).toBe(name);
    const held = await bond.hold(words.one);
    expect(String(await held.value())).toBe(name);
    expect(await bond.eval('1')).toBe(1);
    const error = await rejection(bond.with({ objects: 'error' }).eval(IDENTITY[lang]), SerializationException);
    expect(error.side).toBe('remote');
  });

  test('in what has itself as a part', async () => {
    const circle = await (await open()).eval<Record<number, unknown>>('circle()');
    expect(circle[0]).toBe(1);
    expect(protocol === 'V8' ? circle[1] === circle : String(circle[1]).startsWith('Remote')).toBe(true);
  });

  test('in items', async () => {
    const bond = await open();
    const items = await all(bond.iterate(words.twice));
    expect(String(items)).toBe(`${name},[object Object],3`);
    const remote = (await bond.with({ objects: 'error' }).hold(words.twice)).remote;
    expect(String(await all(remote))).toBe(String(items));
  });

  test('in arguments of callbacks and exported functions', async () => {
    const bond = await open();
    const take = async (...[point, [same, record], three]: Remotes): Promise<unknown> => {
      if (point !== same) throw new Error('these are two handles');
      return (await point.add(1).x) + (await record.deep.x) + three;
    };
    expect(await bond.call('give', callback(take))).toBe(10);
    await bond.export(take, `taker_${protocol}`);
    expect(await bond.eval(words.giveTo.replace('NAME', `taker_${protocol}`))).toBe(10);
    const plain = bond.with({ objects: 'error' });
    expect(await plain.call('give', callback(take, { objects: 'hold' }))).toBe(10);
    const refusal: new (...args: never[]) => BondException =
      protocol === 'V8' ? RemoteException : SerializationException; // the clone has no methods
    await rejection(plain.call('give', callback(take)), refusal);
    await plain.export(take, `refuser_${protocol}`);
    await rejection(bond.eval(words.giveTo.replace('NAME', `refuser_${protocol}`)), refusal);
    await plain.export(take, `refuser_${protocol}`, { objects: 'hold' });
    expect(await plain.eval(words.giveTo.replace('NAME', `refuser_${protocol}`))).toBe(10);
  });

  test('in what a function is given by a chain, and what it returns is the very object', async () => {
    const bond = await open();
    const plain = bond.with({ objects: 'error' });
    const give = (await plain.hold(GIVE[lang])).remote;
    expect(await give(callback((point) => point)).add(3).x).toBe(8);
  });

  test('and so is what is thrown, also by what a function of yours has called', async () => {
    const bond = await open();
    const block = `${words.failure};`;
    for (const fail of [() => bond.eval(words.failure), () => bond.evalBlock(block)]) {
      const error = await rejection(fail(), RemoteException);
      expect(String(error.exception)).toBe(`Remote [${lang}] ${words.classes[0]}`);
      expect(await bond.call(words.count, [error.exception])).toBe(1);
    }
    const nested = callback(async () => bond.eval(words.failure));
    const outer = await rejection(bond.call('give', nested), RemoteException);
    expect(String(outer.exception)).toMatch(/^Remote/);
    expect(String((outer.cause as RemoteException).exception)).toContain(words.classes[0]);
    const error = await rejection(bond.with({ objects: 'error' }).eval(words.failure), RemoteException);
    expect(error.exception).toBe(undefined);
  });

  everyTest.skipIf(protocol !== 'EJSON')('no longer than somebody keeps it', async () => {
    const bond = await open();
    const before = counter.held;
    counter.most = before;
    const drop = callback(() => {});
    expect(await bond.call('many', drop, rounds(5000, 100_000))).toBe(0);
    expect(counter.most).toBeGreaterThan(before);
    expect(counter.most - before).toBeLessThan(4500);
  });
});

everyTest('an option that is not known is refused', async () => {
  const odd = { objects: 'keep' } as never;
  const said = "objects must be 'error' or 'hold', not 'keep'";
  expect((await rejection(makeBond('JavaScript', odd), BondException)).message).toContain(said);
  const bond = await openBond('JavaScript');
  expect(() => bond.with(odd)).toThrow(said);
  expect(
    (
      await rejection(
        bond.export(() => 1, 'f', odd),
        BondException,
      )
    ).message,
  ).toContain(said);
  expect(() => callback(() => 1, odd)).toThrow(TypeError);
  expect(() => callback(() => 1, { object: 'hold' } as never)).toThrow("there is no option 'object'; known: objects");
});
