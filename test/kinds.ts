// The kinds of values that EJSON carries: samples, what becomes of them in each language, and random ones.

import fc from 'fast-check';
import { NDArray, type NumberArray } from '../src/index.js';
import type { SuiteLanguage } from './fixtures.js';

/** A kind of value, and some of them. */
export interface Kind {
  readonly name: string;
  readonly samples: readonly unknown[];
}

const numbers = [0.5, NaN, -0, 1e300];

export const kinds: readonly Kind[] = [
  { name: 'null', samples: [null, undefined] },
  { name: 'boolean', samples: [true, false] },
  { name: 'integer `number`', samples: [0, -7, 2 ** 53 - 1] },
  { name: '`bigint`', samples: [2n ** 62n, -(2n ** 53n) - 1n] },
  { name: '`bigint` beyond 64 bits', samples: [2n ** 64n + 1n, -(10n ** 40n)] },
  { name: 'other `number`', samples: [0.1, -1e-300, 5e-324, 1e20] },
  { name: '`-0`', samples: [-0] },
  { name: '`NaN`, `±Infinity`', samples: [NaN, Infinity, -Infinity] },
  { name: '`string`', samples: ['', 'é😀"\\', '$date', 'x'.repeat(100_000)] },
  { name: '`string` with a NUL', samples: ['a\0'] },
  { name: '`Uint8Array`', samples: [new Uint8Array([0, 200, 255]), new Uint8Array(70_000).fill(129)] },
  { name: '`Uint8Array` of ASCII', samples: [new Uint8Array([72, 105])] },
  { name: '`Date`', samples: [new Date(0), new Date(-1), new Date(1_700_000_000_123)] },
  { name: 'array', samples: [[], [1, [2, []]]] },
  {
    name: 'object',
    samples: [
      { a: 1, 'b c': { é: null } },
      { $date: 5, $$x: { $y: [] } },
    ],
  },
  { name: 'empty object', samples: [{}] },
  { name: '`Map` with strings as keys', samples: [new Map([['a', { b: 1 }]])] },
  {
    name: '`Map` with integers as keys',
    samples: [
      new Map([
        [5, 'a'],
        [-1, 'b'],
      ]),
    ],
  },
  { name: '`Set`', samples: [new Set(['a', 'b']), new Set()] },
  { name: '`Float64Array`', samples: [new Float64Array(numbers)] },
  {
    name: '`Int32Array` and the like',
    samples: [new Int8Array([-1]), new Uint16Array([65535]), new Int32Array([1, -2])],
  },
  { name: '`BigInt64Array`', samples: [new BigInt64Array([2n ** 63n - 1n, -1n])] },
  {
    name: '`NDArray`',
    samples: [
      new NDArray(new Float64Array([...numbers, 1, 2]), [2, 3]),
      new NDArray(new BigInt64Array([2n ** 62n, 1n]), [2, 1, 1]),
      new NDArray([true, false], [1, 2]),
      new NDArray(new Uint8Array(0), [2, 0]),
    ],
  },
];

/** What comes back of what was sent; languages make one of what they cannot tell apart. */
export const returned: Record<SuiteLanguage, (value: unknown) => unknown> = {
  JavaScript: (value) => change(value, { map: (entries) => new Map(entries), set: (items) => new Set(items) }),
  Python: (value) => change(value, { map: objectIfTexts, set: (items) => new Set(items) }),
  Perl: (value) =>
    change(value, {
      map: (entries) => Object.fromEntries(entries),
      set: (items) => items,
      bytes: (bytes) => (bytes.every((byte) => byte < 128) ? Buffer.from(bytes).toString() : bytes),
      view: (items) => items,
    }),
  PHP: (value) =>
    change(value, {
      map: (entries) => phpArray(entries),
      set: (items) => items,
      object: (entries) => phpArray(entries),
      bytes: (bytes) => (isUtf8(bytes) ? Buffer.from(bytes).toString() : bytes),
      view: (items) => items,
    }),
  Ruby: (value) =>
    change(value, {
      map: objectIfTexts,
      set: (items) => new Set(items),
      bytes: (bytes) => (bytes.every((byte) => byte < 128) ? Buffer.from(bytes).toString() : bytes),
      view: (items) => items,
    }),
  Lua: (value) =>
    change(value, {
      map: (entries) => new Map(entries),
      set: (items) => new Set(items),
      bytes: (bytes) => (isUtf8(bytes) ? Buffer.from(bytes).toString() : bytes),
      view: (items) => items,
    }),
  R: (value) =>
    change(value, {
      map: objectIfTexts,
      set: (items) => items,
      view: (items) => items,
      matrix: arrayOfR,
    }),
};

function objectIfTexts(entries: [unknown, unknown][]): unknown {
  return entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries) : new Map(entries);
}

/** R has doubles, booleans and bytes; without dimensions, it is one of them. */
function arrayOfR(matrix: NDArray): unknown {
  if (matrix.shape.length === 0) return matrix.tolist();
  const isKept = matrix.type === 'bool' || matrix.type === 'uint8';
  return isKept ? matrix : new NDArray(Float64Array.from(matrix.data as Float64Array, Number), matrix.shape);
}

/** PHP's array is a list if its keys are 0, 1, 2, …; an empty one always. */
function phpArray(entries: readonly (readonly [unknown, unknown])[]): unknown {
  const isList = entries.every(([key], index) => String(key) === String(index));
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

function isUtf8(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString()).equals(bytes);
}

/** What a language does to values that it has no type of its own for. */
interface Changes {
  readonly map: (entries: [unknown, unknown][]) => unknown;
  readonly set: (items: unknown[]) => unknown;
  readonly object?: (entries: [string, unknown][]) => unknown;
  readonly bytes?: (bytes: Uint8Array) => unknown;
  readonly view?: (items: unknown[]) => unknown;
  readonly matrix?: (matrix: NDArray) => unknown;
}

function change(value: unknown, changes: Changes): unknown {
  const below = (part: unknown): unknown => change(part, changes);
  if (value === undefined) return null;
  if (typeof value === 'bigint') return smallest(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(below);
  // In Python, where numpy is not loaded.
  if (value instanceof NDArray) return changes.matrix?.(value) ?? below(value.tolist());
  if (value instanceof Map) return changes.map([...value].map(([key, part]) => [below(key), below(part)]));
  if (value instanceof Set) return changes.set([...value].map(below));
  if (value instanceof Uint8Array) return changes.bytes?.(value) ?? value;
  if (ArrayBuffer.isView(value)) return changes.view?.(Array.from(value as unknown as number[], below)) ?? value;
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => [key, below(part)]);
  return changes.object?.(entries) ?? Object.fromEntries(entries);
}

/** Integers are `number` as far as that is exact. */
function smallest(value: bigint): number | bigint {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}

// ---- Random values

const key = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom('$', '$$', '$date', '$binary', '__proto__', 'constructor', ''),
);

const TYPED = [
  fc.int8Array,
  fc.uint8Array,
  fc.uint8ClampedArray,
  fc.int16Array,
  fc.uint16Array,
  fc.int32Array,
  fc.uint32Array,
  fc.float32Array,
  fc.float64Array,
  fc.bigInt64Array,
] as const;

/** Arrays of every type that all languages have, and of every shape, also without items. */
export const ndarrays: fc.Arbitrary<NDArray> = fc.array(fc.nat({ max: 3 }), { maxLength: 3 }).chain((shape) => {
  const length = shape.reduce((product, each) => product * each, 1);
  const exactly = { minLength: length, maxLength: length };
  const numbers = fc.oneof(...TYPED.map((typed) => (typed as typeof fc.int8Array)(exactly)));
  return fc.oneof(
    numbers.map((data) => new NDArray<NumberArray>(data, shape)),
    fc.array(fc.boolean(), exactly).map((data) => new NDArray(data, shape)),
  );
});

/** Bytes and numbers of lengths around that at which they cross beside the text; their values repeat, to be made quickly. */
const blocks: fc.Arbitrary<unknown> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 505, max: 520 }), fc.integer({ min: 521, max: 3000 })),
    fc.uint8Array({ minLength: 1, maxLength: 20 }),
    fc.constantFrom(Uint8Array, Int8Array, Uint16Array, Int32Array, BigInt64Array, Float64Array),
  )
  .map(([length, pattern, type]) => {
    const bytes = Uint8Array.from(
      { length: length - (length % type.BYTES_PER_ELEMENT) },
      (_, index) => pattern[index % pattern.length] as number,
    );
    const numbers = new type(bytes.buffer);
    return numbers instanceof Float64Array ? numbers.map((number) => (Number.isNaN(number) ? NaN : number)) : numbers;
  });

/** Integers that a language has. */
function integersFor(lang: SuiteLanguage): fc.Arbitrary<bigint> {
  if (lang === 'R') return fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n });
  if (lang === 'PHP' || lang === 'Lua') return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  return fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n });
}

/** Texts that a language has: those of R have no NUL. */
function textsFor(lang: SuiteLanguage): fc.Arbitrary<string> {
  const text = fc.string({ unit: 'binary' });
  return lang === 'R' ? text.map((value) => value.replaceAll('\0', '0')) : text;
}

function scalarFor(lang: SuiteLanguage): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom(null, undefined, true, false, NaN, Infinity, -Infinity, -0),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    integersFor(lang),
    textsFor(lang),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes)),
    fc.date({ noInvalidDate: true, min: new Date('0001-01-02'), max: new Date('9999-12-30') }),
    fc.oneof(
      ...[fc.float64Array(), fc.float32Array(), fc.int8Array(), fc.uint32Array()],
      ...(lang === 'R' ? [] : [fc.bigInt64Array()]),
    ),
    blocks.filter((block) => isFor(lang, block)),
    ndarrays.filter((matrix) => isFor(lang, matrix.data)),
    fc.uniqueArray(fc.oneof(fc.string(), fc.integer())).map((items) => new Set<unknown>(items)),
  );
}

/** Whether a language has numbers as long as these. */
function isFor(lang: SuiteLanguage, numbers: unknown): boolean {
  return lang !== 'R' || !(numbers instanceof BigInt64Array);
}

/** Any value of the table, at any depth. */
export function valueFor(lang: SuiteLanguage): fc.Arbitrary<unknown> {
  const mapKey = lang === 'R' ? fc.string() : fc.oneof(fc.string(), fc.integer());
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalarFor(lang),
      fc.array(tie('value'), { maxLength: 6 }),
      fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: true }),
      fc
        .uniqueArray(fc.tuple(mapKey, tie('value')), {
          maxLength: 5,
          selector: ([name]) => String(name),
        })
        .map((entries) => new Map<unknown, unknown>(entries)),
    ),
  }));
  return value as fc.Arbitrary<unknown>;
}
