// What EJSON carries, in every language, and what it refuses.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bond, SerializationException } from '../src/index.js';
import {
  everyLanguage,
  expectAlive,
  expectSame,
  type Language,
  languages,
  needsInterpreter,
  openBond,
  rejection,
  type SuiteLanguage,
  shareBond,
  wholeLanguages,
} from './fixtures.js';
import { effort } from './fuzzing.js';
import { kinds, returned, valueFor } from './kinds.js';
import { columnsInPage, matrix } from './matrix.js';
import { words } from './words.js';

/** Kinds that a language refuses. */
const REFUSED: Partial<Record<SuiteLanguage, RegExp>> = {
  PHP: /beyond/,
  Lua: /beyond/,
  R: /bigint|BigInt|integers as keys|NUL|NDArray/,
};

describe.each(wholeLanguages)('%s', (lang) => {
  needsInterpreter(lang);
  const back = returned[lang];

  async function open(): Promise<Bond> {
    const bond = await openBond(lang, { protocol: 'EJSON' });
    await bond.evalBlock(words[lang].functions);
    return bond;
  }

  const openOnce = shareBond(lang, { protocol: 'EJSON' }, words[lang].functions);

  test.each(kinds.filter(({ name }) => !REFUSED[lang]?.test(name)))(
    '$name crosses, in every place',
    async ({ samples }) => {
      const bond = await openOnce();
      const passed: unknown[] = [];
      let given: unknown;
      await bond.export((value: unknown) => {
        passed.push(value);
        return given;
      }, 'host');
      for (const value of samples) {
        given = [value];
        const [sent, inside] = [await bond.call('same', value), await bond.call('same', [{ a: value }])];
        expectSame([sent, inside], [back(value), back([{ a: value }])]);
        expectSame(await bond.call('caught', value), back([value]));
      }
      expectSame(passed, samples.map(back));
    },
  );

  test('random values come back to the last bit, from there and from functions of the host', async () => {
    const bond = await open();
    let given: unknown;
    await bond.export((value: unknown) => {
      given = value;
      return value;
    }, 'host');
    await fc.assert(
      fc.asyncProperty(valueFor(lang), async (value) => {
        const expected = back(value);
        expectSame(await bond.call('same', value), expected);
        expectSame(await bond.call('caught', value), back(expected));
        expectSame(given, expected);
      }),
      effort(1000),
    );
  });

  test('what was given no prototype is what it is, and not an object of its properties', async () => {
    const bond = await open();
    for (const value of [new Date(5), new Map([['a', 1]]), new Set([1])]) {
      const bare = Object.setPrototypeOf(structuredClone(value), null);
      expect(await bond.call('same', bare)).toEqual(await bond.call('same', value));
    }
    await rejection(bond.call('same', Object.setPrototypeOf(/x/, null)), SerializationException);
    expect(await bond.call('same', Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
  });

  test('what cannot cross is refused with its path, on this side', async () => {
    const bond = await open();
    const refused: [unknown, string][] = [
      [() => 1, 'args[0].items[1]: a function has to be wrapped in callback(…) to cross'],
      [/x/, 'args[0].items[1]: a RegExp'],
      [Symbol('x'), 'args[0].items[1]: a symbol'],
      [new Date(NaN), 'args[0].items[1]: a Date'],
      [Promise.resolve(1), 'await'],
      [new (class Money {})(), 'a Money'],
    ];
    for (const [value, text] of refused) {
      const error = await rejection(bond.call('same', { items: [1, value] }), SerializationException);
      expect(error.message).toContain(text);
      expect(error.side).toBe('local');
    }
    await expectAlive(bond);
  });

  test('what cannot cross is refused with its path, on the other side', async () => {
    const bond = await open();
    const error = await rejection(bond.eval('uncrossable()'), SerializationException);
    expect(error.message).toMatch(/result(\.items|\['items'\])\[1\]: /);
    expect(error.side).toBe('remote');
    await bond.export(() => 1, 'host');
    await rejection(bond.eval('pass_uncrossable()'), SerializationException);
    await expectAlive(bond);
  });
});

/** Values that are made over there, and what they are here; `undefined` for those that cannot cross. */
const born: Record<Language, [string, unknown][]> = {
  Python: [
    ['[2**53, 2**53 + 1, -2**70, True, None]', [2 ** 53, 2n ** 53n + 1n, -(2n ** 70n), true, null]],
    ['[1.0, 1e300, float("nan"), float("-inf"), -0.0, 2.0**60]', [1, 1e300, NaN, -Infinity, -0, 2 ** 60]],
    ['[b"\\xff", bytearray(b"a"), memoryview(b"b")]', [255, 97, 98].map((byte) => new Uint8Array([byte]))],
    [
      '{1: {2, 3}, (4, 5): frozenset()}',
      new Map<unknown, unknown>([
        [1, new Set([2, 3])],
        [[4, 5], new Set()],
      ]),
    ],
    ['{"$a": 1, "$$b": [{"$date": 2}]}', { $a: 1, $$b: [{ $date: 2 }] }],
    ['__import__("datetime").datetime.fromtimestamp(1.5, __import__("datetime").timezone.utc)', new Date(1500)],
    [
      '__import__("datetime").datetime(2020, 1, 1, tzinfo=__import__("datetime").timezone(__import__("datetime").timedelta(hours=2)))',
      new Date('2019-12-31T22:00:00Z'),
    ],
    ['__import__("array").array("d", [0.5, -1])', new Float64Array([0.5, -1])],
    ['__import__("array").array("H", [65535])', new Uint16Array([65535])],
    ['__import__("collections").OrderedDict(a=1)', { a: 1 }],
    ['__import__("re").match("a(b)?", "a")', ['a', null]],
    ['__import__("datetime").datetime(2020, 1, 1)', undefined],
    ['__import__("datetime").datetime.fromtimestamp(1e-6, __import__("datetime").timezone.utc)', undefined],
    ['__import__("decimal").Decimal("1.5")', undefined],
    ['__import__("uuid").uuid4()', undefined],
    ['__import__("enum").IntEnum("E", "a").a', undefined],
    ['__import__("pathlib").Path("/")', undefined],
    ['__import__("collections").namedtuple("N", "a")(1)', undefined],
    ['__import__("dataclasses").make_dataclass("D", ["a"])(1)', undefined],
    ['(n for n in [1])', undefined],
    ['object()', undefined],
  ],
  PHP: [
    [
      '[PHP_INT_MAX, PHP_INT_MIN, 1.0, NAN, -INF, -0.0, 0.1]',
      [2n ** 63n - 1n, -(2n ** 63n), 1, NaN, -Infinity, -0, 0.1],
    ],
    ['["é", "\\xff", ["\\xfe" => "\\x00"]]', ['é', new Uint8Array([255]), new Map([[new Uint8Array([254]), '\0']])]],
    [
      '[[], new stdClass, [1 => 1], [0 => 1, 1 => 2], ["$a" => ["$date" => 1]]]'.replaceAll('"', "'"),
      [[], {}, { 1: 1 }, [1, 2], { $a: { $date: 1 } }],
    ],
    ['[new DateTime("2020-01-01T00:00:00.25+02:00")]', [new Date('2019-12-31T22:00:00.250Z')]],
    ['new DateTimeImmutable("2020-01-01T00:00:00.000001Z")', undefined],
    ['new ArrayIterator([1])', undefined],
    ['function () {}', undefined],
    ['STDERR', undefined],
  ],
  Perl: [
    ['[1, "1", 1.5, "1.5", -0.0, 1e300, 9**9**9, -9**9**9]', [1, '1', 1.5, '1.5', -0, 1e300, Infinity, -Infinity]],
    ['[!!1, !!0, undef, "", 0]', [true, false, null, '', 0]],
    ['["é", "\\xff", "\\x{100}"]', ['é', new Uint8Array([255]), 'Ā']],
    ["{ '$a' => { '$date' => 1 } }", { $a: { $date: 1 } }],
    ['do { require Time::Piece; scalar Time::Piece::gmtime(1.5) }', new Date(1500)],
    ['do { require Math::BigInt; Math::BigInt->new("18446744073709551617") }', 2n ** 64n + 1n],
    ['qr/x/', undefined],
    ['\\*STDOUT', undefined],
    ['sub { 1 }', undefined],
    ['bless {}, "Thing"', undefined],
    ['\\1', undefined],
  ],
  JavaScript: [
    ['[2n ** 64n, 5n, NaN, -0, undefined]', [2n ** 64n, 5, NaN, -0, null]],
    [
      '[new Map([[{ a: 1 }, new Set([1])]]), Buffer.from([1])]',
      [new Map([[{ a: 1 }, new Set([1])]]), new Uint8Array([1])],
    ],
    ['({ $a: { $date: 1 }, d: new Date(5) })', { $a: { $date: 1 }, d: new Date(5) }],
    ['/x/', undefined],
    ['new Error("x")', undefined],
    ['() => 1', undefined],
  ],
};

describe.each(languages)('%s:', (lang) => {
  const shared = shareBond(lang, { protocol: 'EJSON' });

  test.each(born[lang])('%s', async (code, expected) => {
    const bond = await shared();
    if (expected === undefined) {
      const error = await rejection(bond.eval(code), SerializationException);
      expect(error.message).toContain('result: ');
    } else expectSame(await bond.eval(code), expected);
    await expectAlive(bond);
  });
});

test('the table in the documentation is what the interpreters here show', async () => {
  const langs = process.env.RELEASE ? undefined : everyLanguage;
  expect(await matrix(langs)).toBe(columnsInPage(langs));
});
