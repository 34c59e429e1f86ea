import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { json } from '../src/values/json.js';
import { takeSnapshot } from '../src/values/snapshot.js';
import { effort } from './fuzzing.js';

function returnsThis(this: unknown): unknown {
  return this;
}

describe('what JSON carries', () => {
  test.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'null'],
    [[undefined, 1], '[null,1]'],
    [Array(2), '[null,null]'],
    [{ a: undefined }, '{"a":null}'],
    [true, 'true'],
    ['é😀\ud800"\\\n', '"é😀\\ud800\\"\\\\\\n"'],
    [1, '1'],
    [-0, '-0.0'],
    [0.1 + 0.2, '0.30000000000000004'],
    [2 ** 53, '9007199254740992'],
    [2 ** 53 + 2, '9007199254740994.0'],
    [-1e20, '-100000000000000000000.0'],
    [1e300, '1e+300'],
    [5n, '5'],
    [2n ** 64n + 1n, '18446744073709551617'],
    [{ __proto__: null, a: [{}] }, '{"a":[{}]}'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    [{ toJSON: () => ({ form: 1n }) }, '{"form":1}'],
    [Object.assign(Object.create({ toJSON: returnsThis }), { a: 1n }), '{"a":1}'],
    [[new URL('http://x/')], '["http://x/"]'],
  ])('case %#', (value, text) => {
    expect(json.encode(value)).toBe(text);
  });

  test.each<[unknown, string]>([
    ['9007199254740992', String(2 ** 53)],
    ['-9007199254740992', String(-(2 ** 53))],
  ])('%s is a number', (text, shown) => {
    expect(String(json.decode(String(text)))).toBe(shown);
    expect(typeof json.decode(String(text))).toBe('number');
  });

  test.each<[string, unknown]>([
    ['9007199254740993', 9007199254740993n],
    ['[-18446744073709551617]', [-18446744073709551617n]],
    ['{"a":12345678901234567890,"b":"12345678901234567890"}', { a: 12345678901234567890n, b: '12345678901234567890' }],
    ['"a \\"[12345678901234567890"', 'a "[12345678901234567890'],
    ['[1234567890123456789.5]', [Number('1234567890123456789.5')]],
    ['[12345678901234567890e1]', [Number('12345678901234567890e1')]],
    ['{"12345678901234567890":1}', { '12345678901234567890': 1 }],
    ['-0.0', -0],
  ])('case %#, read exactly', (text, value) => {
    expect(json.decode(text)).toEqual(value);
  });

  test('a key __proto__ touches no prototype, in either reader', () => {
    for (const text of ['{"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":12345678901234567890}}']) {
      const value = json.decode(text) as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect('polluted' in value).toBe(false);
    }
  });

  test('any JSON value comes back as it was, to the last bit', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        leaf,
        beyond(),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(json.decode(json.encode(value))).toStrictEqual(value);
      }),
      effort(4000),
    );
  });
});

/** Integers that are too large for a number. */
function beyond() {
  return fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).filter((value) => value > 2n ** 53n || value < -(2n ** 53n));
}

describe('what JSON cannot carry says where it sits', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = [cycle];
  test.each<[unknown, string]>([
    [{ items: [1, { x: Number.NaN }] }, 'value.items[1].x: NaN'],
    [[Number.POSITIVE_INFINITY], 'value[0]: Infinity'],
    [{ 'a b': () => 1 }, 'value["a b"]: a function'],
    [new Map(), 'value: a Map'],
    [[new Set()], 'value[0]: a Set'],
    [{ when: new Date(0) }, 'value.when: a Date'],
    [Buffer.from('x'), 'value: a Buffer'],
    [new Uint8Array(1), 'value: a Uint8Array'],
    [Promise.resolve(1), 'value: a Promise (is an `await` missing?)'],
    [Symbol('s'), 'value: a symbol'],
    [/x/, 'value: a RegExp'],
    [new (class Point {})(), 'value: a Point'],
    [new Error('x'), 'value: an Error'],
    [cycle, 'value.self[0]: refers to itself'],
  ])('case %#', (value, message) => {
    expect(() => json.encode(value)).toThrow(message);
  });

  test.each([5_000, 8_000, 12_000, 19_000])('nesting of %i levels is carried, or refused', (depth) => {
    const text = '['.repeat(depth) + ']'.repeat(depth);
    try {
      expect(json.encode(JSON.parse(text))).toBe(text);
    } catch (error) {
      expect(error).toMatchObject({ reason: 'is nested too deep' });
    }
  });

  test('a string with millions of escapes beside a long integer is read', () => {
    const value = ['\n"\\'.repeat(1_000_000), 12345678901234567890n, '\\'];
    expect(json.decode(json.encode(value))).toEqual(value);
  });

  test('nesting beyond any measure is an error, not a crash', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(() => json.encode(deep)).toThrow(/nested too deep/);
  });
});

test('what a program has put into Object.prototype makes no getter of a property', () => {
  const names = ['get', 'set'];
  const getter = Object.defineProperty({}, 'a', { get: () => 1, enumerable: true });
  let value: unknown;
  try {
    for (const name of names) Object.assign(Object.prototype, { [name]: () => {} });
    ({ value } = takeSnapshot(getter, false));
  } finally {
    for (const name of names) delete (Object.prototype as Record<string, unknown>)[name];
  }
  expect(value).toEqual({ a: 1 });
});
