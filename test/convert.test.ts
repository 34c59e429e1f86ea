// Conversions by types: what the other side makes of its values before they cross.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Bond,
  BondException,
  callback,
  live,
  NDArray,
  type ProtocolName,
  RemoteException,
  SerializationException,
  TimeoutException,
} from '../src/index.js';
import {
  all,
  expectAlive,
  expectSame,
  type Language,
  languages,
  needsInterpreter,
  openBond,
  openPool,
  range,
  rejection,
} from './fixtures.js';
import { effort, rounds } from './fuzzing.js';
import { ndarrays } from './kinds.js';
import { testInTurn } from './turns.js';

interface Words {
  /**
   * - classes: Money with `v`; Euro, a Money; Bad; Loop; Talker; Node with `x` and `next`; Other, which has no conversion
   * - `same(x)`; `money(n)`, `euro(n)`; `build(x)`: a copy of `x` in which each `{ money: n }` is a Money of n
   * - `Shop`, in a module, a namespace or a package where the language has those: its full name is `place`
   */
  readonly code: string;
  readonly place: string;
  readonly shop: string;
  /** Conversions: of Money, a text such as `3 EUR`; of Node, a list of `x` and `next`; of Talker, what `host(1)` returns. */
  readonly convert: Readonly<Record<string, string>>;
  /** Expressions. */
  readonly nested: string;
  readonly bad: string;
  readonly nodes: string;
  readonly mixed: string;
  readonly loop: string;
  readonly many: string;
  readonly talker: string;
  readonly circle: string;
  readonly iterable: string;
  readonly toHost: string;
  /** A function, as an argument of `callback`, and a block that throws a Money, or has none. */
  readonly giveTo: (name: string) => string;
  readonly throwing: string;
  /** Sets the price of a live object, which is what the function gets. */
  readonly setPrice: string;
  /** Names of types that always cross as they are. */
  readonly plain: readonly string[];
}

const WORDS: Record<Language, Words> = {
  Python: {
    code: `
import sys, types
class Money(object):
    def __init__(self, v): self.v = v
class Euro(Money): pass
class Bad(object): pass
class Loop(object): pass
class Talker(object): pass
class Other(object): pass
class Failure(Exception): pass
class Node(object):
    def __init__(self, x, next=None): self.x, self.next = x, next
shops = types.ModuleType('shops')
class Shop(object): __module__ = 'shops'
def money(n): return Money(n)
def same(x): return x
def build(x):
    if isinstance(x, dict): return Money(x['money']) if list(x) == ['money'] else dict((k, build(v)) for k, v in x.items())
    return [build(v) for v in x] if isinstance(x, list) else x
def spin(x):
    while True: pass
def fail(): raise Failure('no money')`,
    place: 'shops.Shop',
    shop: 'Shop()',
    convert: {
      Money: "lambda m: '%d EUR' % m.v",
      Node: 'lambda n: [n.x, n.next]',
      Bad: 'lambda x: 1 // 0',
      Loop: 'lambda x: spin(x)',
      Talker: 'lambda x: host(1)',
      Failure: "lambda e: {'told': str(e)}",
    },
    nested: "{'a': [1, (Euro(2), {'b': Money(3)})]}",
    bad: "{'a': [1, {'b': Bad()}]}",
    nodes: 'Node(Money(1), Node(2))',
    mixed: '[Money(1), Other()]',
    loop: 'Loop()',
    many: '[Money(n) for n in range(3000)]',
    talker: 'Talker()',
    circle: '(lambda l: l.append(l) or l)([Money(1)])',
    iterable: '(Money(n) for n in range(300))',
    toHost: "host(Money(1), [Money(2), {'x': Euro(3)}])",
    giveTo: (name) => `${name}(Money(4))`,
    throwing: 'fail()',
    setPrice: "lambda shop: setattr(shop, 'price', Money(5))",
    plain: ['int', 'builtins.str', 'dict', 'NoneType'],
  },
  PHP: {
    code: `
class Money { public $v; function __construct($v) { $this->v = $v; } }
class Euro extends Money {}
class Bad {}
class Loop {}
class Talker {}
class Other {}
class Failure extends Exception {}
class Node { public $x; public $next; function __construct($x, $next = null) { $this->x = $x; $this->next = $next; } }
eval('namespace shops; class Shop {}');
function money($n) { return new Money($n); }
function same($x) { return $x; }
function build($x) {
  if (!is_array($x)) return $x;
  return array_keys($x) === ['money'] ? new Money($x['money']) : array_map('build', $x);
}
function spin($x) { while (true); }
function many() { return array_map('money', range(0, 2999)); }
function moneys() { for ($n = 0; $n < 300; $n++) yield new Money($n); }
function circle() { $list = [new Money(1)]; $list[] = &$list; return $list; }
function fail() { throw new Failure('no money'); }`,
    place: 'shops\\Shop',
    shop: 'new shops\\Shop',
    convert: {
      Money: "function ($m) { return $m->v . ' EUR'; }",
      Node: 'function ($n) { return [$n->x, $n->next]; }',
      Bad: "function ($x) { throw new Exception('division'); }",
      Loop: 'function ($x) { return spin($x); }',
      Talker: 'function ($x) { return host(1); }',
      Failure: "function ($e) { return ['told' => $e->getMessage()]; }",
    },
    nested: "['a' => [1, [new Euro(2), (object) ['b' => new Money(3)]]]]",
    bad: "['a' => [1, ['b' => new Bad]]]",
    nodes: 'new Node(new Money(1), new Node(2))',
    mixed: '[new Money(1), new Other]',
    loop: 'new Loop',
    many: 'many()',
    talker: 'new Talker',
    circle: 'circle()',
    iterable: 'moneys()',
    toHost: "host(new Money(1), [new Money(2), ['x' => new Euro(3)]])",
    giveTo: (name) => `${name}(new Money(4))`,
    throwing: 'fail()',
    setPrice: 'function ($shop) { $shop->price = new Money(5); }',
    plain: ['int', 'String', 'array', 'null'],
  },
  Perl: {
    code: `
{ package Money; sub new { my ($class, $v) = @_; bless { v => $v }, $class } }
@Euro::ISA = ('Money');
sub money { Money->new($_[0]) }
sub same { $_[0] }
sub node { my ($x, $next) = @_; bless { x => $x, next => $next }, 'Node' }
sub build {
  my ($x) = @_;
  return [map { build($_) } @$x] if ref $x eq 'ARRAY';
  return $x if ref $x ne 'HASH';
  return join(' ', keys %$x) eq 'money' ? Money->new($x->{money}) : { map { $_ => build($x->{$_}) } keys %$x };
}
sub spin { 1 while 1 }
sub circle { my $list = [Money->new(1)]; push @$list, $list; $list }
sub fail { die bless({}, 'Failure') }`,
    place: 'shops::Shop',
    shop: "bless([], 'shops::Shop')",
    convert: {
      Money: 'sub { "$_[0]{v} EUR" }',
      Node: 'sub { [$_[0]{x}, $_[0]{next}] }',
      Bad: 'sub { die "division\\n" }',
      Loop: 'sub { spin() }',
      Talker: 'sub { host(1) }',
      Failure: "sub { { told => 'no money' } }",
    },
    nested: '{ a => [1, [Euro->new(2), { b => Money->new(3) }]] }',
    bad: "{ a => [1, { b => bless({}, 'Bad') }] }",
    nodes: 'node(Money->new(1), node(2))',
    mixed: "[Money->new(1), bless({}, 'Other')]",
    loop: "bless({}, 'Loop')",
    many: '[map { Money->new($_) } 0 .. 2999]',
    talker: "bless({}, 'Talker')",
    circle: 'circle()',
    iterable: '[map { Money->new($_) } 0 .. 299]',
    toHost: 'host(Money->new(1), [Money->new(2), { x => Euro->new(3) }])',
    giveTo: (name) => `${name}(Money->new(4))`,
    throwing: 'fail()',
    setPrice: 'sub { $_[0]->price(Money->new(5)) }',
    plain: ['ARRAY', 'HASH'],
  },
  JavaScript: {
    code: `
class Money { constructor(v) { this.v = v; } }
class Euro extends Money {}
class Bad {}
class Loop {}
class Talker {}
class Other { constructor() { this.hidden = () => {}; } }
class Failure extends Error {}
class Node { constructor(x, next = null) { this.x = x; this.next = next; } }
class Shop {}
Object.assign(globalThis, { Money, Euro, Bad, Loop, Talker, Other, Failure, Node, Shop });
function money(n) { return new Money(n); }
function same(x) { return x; }
function build(x) {
  if (Array.isArray(x)) return x.map(build);
  if (typeof x !== 'object' || x === null || ArrayBuffer.isView(x)) return x;
  if (Object.keys(x).join() === 'money') return new Money(x.money);
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, build(value)]));
}
function spin() { for (;;); }
function circle() { const list = [new Money(1)]; list.push(list); return list; }
function fail() { throw new Failure('no money'); }`,
    place: 'Shop',
    shop: 'new Shop',
    convert: {
      Money: "(m) => m.v + ' EUR'",
      Node: '(n) => [n.x, n.next]',
      Bad: "() => { throw new Error('division'); }",
      Loop: '(x) => spin(x)',
      Talker: '() => host(1)',
      Failure: '(e) => ({ told: e.message })',
    },
    nested: '({ a: [1, [new Euro(2), { b: new Money(3) }]] })',
    bad: '({ a: [1, { b: new Bad }] })',
    nodes: 'new Node(new Money(1), new Node(2))',
    mixed: '[new Money(1), new Other]',
    loop: 'new Loop',
    many: 'Array.from({ length: 3000 }, (_, n) => new Money(n))',
    talker: 'new Talker',
    circle: 'circle()',
    iterable: 'Array.from({ length: 300 }, (_, n) => new Money(n))',
    toHost: 'host(new Money(1), [new Money(2), { x: new Euro(3) }])',
    giveTo: (name) => `${name}(new Money(4))`,
    throwing: 'fail()',
    setPrice: '(shop) => { shop.price = new Money(5); }',
    plain: ['Number', 'String', 'Array'],
  },
};

const PROTOCOLS: Record<Language, readonly ProtocolName[]> = {
  Python: ['EJSON', 'JSON'],
  PHP: ['EJSON', 'JSON'],
  Perl: ['EJSON', 'JSON'],
  JavaScript: ['V8', 'EJSON', 'JSON'],
};

const cases = languages.flatMap((lang) => PROTOCOLS[lang].map((protocol) => ({ lang, protocol })));

describe.concurrent.each(cases)('$lang by $protocol', ({ lang, protocol }) => {
  needsInterpreter(lang);
  const test = testInTurn(
    cases.findIndex((one) => one.lang === lang && one.protocol === protocol),
    range(cases.length),
  );
  const say = WORDS[lang];

  async function open(convert: Readonly<Record<string, string>> = say.convert, more = {}): Promise<Bond> {
    const bond = await openBond(lang, { convert, protocol, ...more });
    await bond.evalBlock(say.code);
    return bond;
  }

  test('what has a conversion is converted, at any depth, and by the nearest of its classes', async () => {
    const bond = await open();
    expectSame(await bond.eval(say.nested), { a: [1, ['2 EUR', { b: '3 EUR' }]] });
    expect(await bond.call('money', 7)).toBe('7 EUR');
    const nearest = await open({ ...say.convert, Euro: say.convert.Bad ?? '' });
    expect((await rejection(nearest.eval(say.nested), SerializationException)).message).toContain('result.a[1][0]: ');
  });

  test('what a conversion gives is not converted again, but what is in it is', async () => {
    expectSame(await (await open()).eval(say.nodes), ['1 EUR', [2, null]]);
  });

  test('a full name is one of its place alone, and goes before the bare one', async () => {
    const [wins, loses] = [say.convert.Node ?? '', say.convert.Bad ?? ''];
    const shop = await open({
      [say.place]: say.convert.Talker ?? '',
      ...(say.place === 'Shop' ? {} : { Shop: loses }),
    });
    await shop.export((n: number) => n + 1, 'host');
    expect(await shop.eval(say.shop)).toBe(2);
    const elsewhere = say.place.replace('shops', 'elsewhere').replace(/^Shop$/, 'elsewhere.Shop');
    const bond = await open({ [elsewhere]: wins });
    if (protocol === 'V8') expectSame(await bond.eval(say.shop), {});
    else await rejection(bond.eval(say.shop), SerializationException);
  });

  test('arguments of exported functions and of callbacks are converted', async () => {
    const bond = await open();
    await bond.export((...given: unknown[]) => JSON.stringify(given), 'host');
    expect(await bond.eval(say.toHost)).toBe('["1 EUR",["2 EUR",{"x":"3 EUR"}]]');
    const seen: unknown[] = [];
    const see = callback((given: unknown) => void seen.push(given));
    const wrapped: Record<Language, string> = {
      Python: `lambda f: ${say.giveTo('f')}`,
      PHP: `function ($f) { return ${say.giveTo('$f')}; }`,
      Perl: `sub { ${say.giveTo('$_[0]->')} }`,
      JavaScript: `(f) => ${say.giveTo('f')}`,
    };
    await bond.call(wrapped[lang], see);
    expect(seen).toEqual(['4 EUR']);
  });

  test('items of an iteration are converted, and so is what goes in parts', async () => {
    const bond = await open();
    const texts = (count: number): string[] => range(count).map((n) => `${n} EUR`);
    expectSame(await all(bond.iterate(say.iterable)), texts(300));
    expectSame(await bond.eval(say.many), texts(3000));
  });

  test('what is set in a live object is converted', async () => {
    const bond = await open();
    const shop = { price: 0 as unknown };
    await bond.call(say.setPrice, live(shop, ['price']));
    expect(shop.price).toBe('5 EUR');
  });

  test('a conversion wins over holding; what has none is held, and so is what hold() is asked for', async () => {
    const bond = await open();
    const [money, other] = await bond.with({ objects: 'hold' }).eval<[string, object]>(say.mixed);
    expect(money).toBe('1 EUR');
    expect(String(other)).toContain('Remote');
    const held = await bond.hold('money', 8);
    expect(await held.get('v')).toBe(8);
    expect(await bond.call('same', held)).toBe('8 EUR');
  });

  test('what is thrown is converted where it crosses itself', async () => {
    const bond = await open(say.convert, { transExcept: true });
    expectSame((await rejection(bond.eval(say.throwing), RemoteException)).data, { told: 'no money' });
  });

  test('an error in a conversion names the place, and the session goes on', async () => {
    const bond = await open();
    const { message } = await rejection(bond.eval(say.bad), SerializationException);
    expect(message).toContain('result.a[1].b: the conversion of a');
    expect(message).toMatch(/division/);
    await bond.export(() => {}, 'host');
    const inCall = await rejection(
      bond.eval(say.toHost.replace(/(new )?Money(->new)?\(1\)/, say.bad)),
      SerializationException,
    );
    expect(inCall.message).toContain('host(): args[0].a[1].b: ');
    await expectAlive(bond);
  });

  test('a value that refers to itself is an error, or crosses by the structured clone', async () => {
    const bond = await open();
    if (protocol === 'V8') {
      const list = await bond.eval<unknown[]>(say.circle);
      expect([list[0], list[1] === list]).toEqual(['1 EUR', true]);
    } else
      expect((await rejection(bond.eval(say.circle), SerializationException)).message).toContain('refers to itself');
    await expectAlive(bond);
  });

  test('a conversion may call the host, and is stopped by an interrupt', async () => {
    const bond = await open();
    await bond.export(async (n: number) => bond.call('money', n + 1), 'host');
    expect(await bond.eval(say.talker)).toBe('2 EUR');
    const stopped = await rejection(bond.with({ signal: AbortSignal.timeout(500) }).eval(say.loop), TimeoutException);
    expect(stopped.code).toBe('BOND_ABORTED');
    await expectAlive(bond);
  });

  test('without consent, nothing changes', async () => {
    const bond = await openBond(lang, { protocol });
    await bond.evalBlock(say.code);
    const none = await openBond(lang, { protocol, convert: {} });
    await none.evalBlock(say.code);
    for (const other of [bond, none]) {
      if (protocol === 'V8') expectSame(await other.call('money', 7), { v: 7 });
      else await rejection(other.call('money', 7), SerializationException);
    }
  });

  test('random values arrive as if they had been converted here', async () => {
    const bond = await open();
    await bond.export((given: unknown) => given, 'host');
    const leaf = fc.oneof(
      fc.integer({ min: -9, max: 9 }),
      fc.string({ maxLength: 3, unit: 'grapheme' }),
      fc.boolean(),
      fc.constant(null),
      fc.integer({ min: 0, max: 99 }).map((money) => ({ money })),
      ...(protocol === 'JSON' ? [] : [ndarrays, octets]),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'medium' }, leaf, tie('list'), tie('record')),
      list: fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
      record: fc.dictionary(
        fc.stringMatching(/^[a-y]{2,5}$/).filter((key) => key !== 'money'),
        tie('value'),
        {
          minKeys: 1,
          maxKeys: 4,
          noNullPrototype: true,
        },
      ),
    }));
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        expectSame(await bond.call('build', given), convertedHere(given));
        const path = {
          Python: 'host(build(x))',
          PHP: 'host(build($x))',
          Perl: 'host(build($x))',
          JavaScript: 'host(build(x))',
        };
        const wrapped: Record<Language, string> = {
          Python: `lambda x: ${path.Python}`,
          PHP: `function ($x) { return ${path.PHP}; }`,
          Perl: `sub { my ($x) = @_; ${path.Perl} }`,
          JavaScript: `(x) => ${path.JavaScript}`,
        };
        expectSame(await bond.call(wrapped[lang], given), convertedHere(given));
      }),
      effort(rounds(200, 1000)),
    );
  });
});

/** Bytes that are no text in any language, of lengths around that at which they cross beside the text. */
const octets = fc
  .oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 505, maxLength: 520 }))
  .map((bytes) => Uint8Array.of(0xff, ...bytes));

/** What `build` and the conversion of Money make of a value. */
function convertedHere(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convertedHere);
  if (value instanceof NDArray) return value.tolist();
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'object' || value === null) return value;
  if (Object.keys(value).join() === 'money') return `${(value as { money: number }).money} EUR`;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convertedHere(item)]));
}

describe.concurrent.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const say = WORDS[lang];

  test('code that is wrong, or cannot be called, and types that always cross as they are, are refused, and named', async () => {
    for (const code of ['1 +', '1', 'no_such_thing()']) {
      const error = await rejection(openBond(lang, { convert: { Money: code } }), BondException);
      expect([error.code, error.message]).toEqual(['BOND_SETUP', expect.stringContaining("convert: 'Money': ")]);
    }
    for (const type of say.plain) {
      const { message } = await rejection(
        openBond(lang, { convert: { [type]: say.convert.Money ?? '' } }),
        BondException,
      );
      expect(message).toContain(`'${type}': values of this type always cross as they are`);
    }
    const odd = openBond(lang, { convert: { Money: 5 } as never });
    expect((await rejection(odd, BondException)).message).toContain('convert must be an object with code');
  });

  test('a pool converts in every worker', async () => {
    const pool = await openPool(lang, { size: 2, convert: say.convert, setup: (bond) => bond.evalBlock(say.code) });
    expect(await Promise.all(range(8).map((n) => pool.call('money', n)))).toEqual(range(8).map((n) => `${n} EUR`));
  });
});

describe.runIf(languages.includes('JavaScript'))('JavaScript', () => {
  test('URLs and symbols as text, keys of a Map too; dates by their own name alone', async () => {
    const bond = await openBond('JavaScript', {
      convert: { URL: 'String', Symbol: '(s) => s.description', Object: "() => 'rest'" },
    });
    expect(await bond.eval("[new URL('http://a.b/'), Symbol('s')]")).toEqual(['http://a.b/', 's']);
    expect(await bond.eval("new Map([[new URL('http://a.b/'), new Set([Symbol('s')])]])")).toEqual(
      new Map([['http://a.b/', new Set(['s'])]]),
    );
    expect(await bond.eval('[new Date(0), { a: new Map() }, new Uint8Array(1), new (class Mine {})()]')).toEqual([
      new Date(0),
      { a: new Map() },
      new Uint8Array(1),
      'rest',
    ]);
    const twice = bond.eval("new Map([[new URL('http://a.b/'), 1], ['http://a.b/', 2]])");
    expect((await rejection(twice, SerializationException)).message).toContain('two of its keys become the same');
  });
});

describe.runIf(languages.includes('JavaScript'))('toJSON', () => {
  test('is given its key, with and without conversions', async () => {
    for (const convert of [undefined, { URL: 'String' }]) {
      const bond = await openBond('JavaScript', { protocol: 'EJSON', convert });
      expect(await bond.eval('({ a: { toJSON: (key) => key }, b: [{ toJSON: (key) => key }] })')).toEqual({
        a: 'a',
        b: ['0'],
      });
    }
  });
});

describe.runIf(languages.includes('Perl'))('Perl', () => {
  test('Time::Piece and DateTime as text; what has no class by what it is', async ({ skip }) => {
    const convert = {
      'Time::Piece': 'sub { $_[0]->datetime }',
      DateTime: 'sub { $_[0]->iso8601 }',
      CODE: "sub { 'code' }",
    };
    const bond = await openBond('Perl', { convert });
    await bond.evalBlock('use Time::Piece;');
    expect(await bond.eval('[scalar gmtime(0), sub { 1 }]')).toEqual(['1970-01-01T00:00:00', 'code']);
    if ((await bond.eval('eval { require DateTime } ? 1 : 0')) === 0) skip('apt-get install libdatetime-perl');
    const moment = 'DateTime->new(year => 2024, month => 2, day => 29, nanosecond => 5e8)';
    expect(await bond.eval(`{ at => [${moment}] }`)).toEqual({ at: ['2024-02-29T00:00:00'] });
  });

  test('objects with TO_JSON, tied hashes and booleans are what they were', async () => {
    const bond = await openBond('Perl', { convert: { UNIVERSAL: "sub { 'rest' }", Money: 'sub { 5 }' } });
    expect(await bond.eval("[bless({}, 'Mine'), bless({}, 'Money'), 1 == 1, { a => 1 }]")).toEqual([
      'rest',
      5,
      true,
      { a: 1 },
    ]);
  });
});

describe.runIf(languages.includes('Python'))('Python', () => {
  const convert = {
    Decimal: 'str',
    'pathlib.PurePath': 'str',
    'datetime.date': 'lambda day: day.isoformat()',
    set: 'sorted',
    object: "lambda x: 'rest'",
  };

  test('keys and items of sets are converted too, as long as they do not become the same', async () => {
    const bond = await openBond('Python', { convert });
    await bond.evalBlock('from decimal import Decimal as D; import pathlib, datetime');
    expect(await bond.eval("{D('1.5'): {3, 1}, (D(1), 2): frozenset([D(2)])}")).toEqual(
      new Map<unknown, unknown>([
        ['1.5', [1, 3]],
        [['1', 2], new Set(['2'])],
      ]),
    );
    expect(await bond.eval("[pathlib.Path('/x'), datetime.date(2024, 2, 29)]")).toEqual(['/x', '2024-02-29']);
    const twice = bond.eval("{D('1.5'): 1, '1.5': 2}");
    expect((await rejection(twice, SerializationException)).message).toContain('two of its keys become the same');
    const lists = await openBond('Python', { convert: { Decimal: 'lambda d: [1]' } });
    const asKey = lists.eval("{__import__('decimal').Decimal(1): 1}");
    expect((await rejection(asKey, SerializationException)).message).toContain('cannot be a key');
  });

  test('object means the rest, and nothing that has a word', async () => {
    const bond = await openBond('Python', { convert });
    expect(await bond.eval('[1, 1.5, True, None, "a", b"\\xff", [1], {"a": 1}, frozenset([1]), object(), 1j]')).toEqual(
      [...[1, 1.5, true, null, 'a', Uint8Array.of(255), [1], { a: 1 }, new Set([1]), 'rest', 'rest']],
    );
  });
});
