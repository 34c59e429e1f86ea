// Arrays of several dimensions, and of booleans, in every language and both ways.

import { spawnSync } from 'node:child_process';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bond, callback, kwargs, NDArray, type NumberArray, SerializationException } from '../src/index.js';
import { all, expectAlive, expectSame, languages, needs, needsInterpreter, openBond, rejection } from './fixtures.js';
import { effort, rounds } from './fuzzing.js';
import { ndarrays } from './kinds.js';
import { words } from './words.js';

const PYTHON = '/usr/bin/python3'; // whose numpy is Debian's

const matrix = new NDArray(Float64Array.of(0, 0.5, 1, 1.5, 2, 2.5), [2, 3]);
const lists = [
  [0, 0.5, 1],
  [1.5, 2, 2.5],
];

/** What is told of the mistake in making an array of something. */
function complaint(data: unknown, shape?: unknown, type?: unknown): string {
  try {
    return String(new NDArray(data as never, shape as never, type as never));
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
}

describe('an NDArray', () => {
  test('is a typed array and a shape; its lists are nested as the shape says', () => {
    expect([matrix.data, matrix.shape, matrix.type]).toEqual([
      Float64Array.of(0, 0.5, 1, 1.5, 2, 2.5),
      [2, 3],
      'float64',
    ]);
    expect(matrix.tolist()).toEqual(lists);
    expect(new NDArray(Int8Array.of(1, 2)).shape).toEqual([2]);
    expect(new NDArray(Int8Array.of(1, 2, 3, 4), [2, 1, 2]).tolist()).toEqual([[[1, 2]], [[3, 4]]]);
    expect(new NDArray(Int8Array.of(7), []).tolist()).toBe(7);
    expect(new NDArray(new Uint16Array(0), [2, 0, 3]).tolist()).toEqual([[], []]);
    expect(new NDArray(new Uint16Array(0), [0, 3]).tolist()).toEqual([]);
  });

  test('of booleans has bytes, and lists of booleans', () => {
    const fromList = new NDArray([true, false], [2, 1]);
    const fromBytes = new NDArray(Uint8Array.of(1, 0), [2, 1], 'bool');
    expectSame(fromBytes, fromList);
    expect([fromList.type, fromList.data, fromList.tolist()]).toEqual(['bool', Uint8Array.of(1, 0), [[true], [false]]]);
    expect(new NDArray(Uint8Array.of(1, 0)).tolist()).toEqual([1, 0]);
  });

  test('of 64 bits has numbers where those are safe', () => {
    const safe = 2n ** 53n - 1n;
    expect(new NDArray(BigInt64Array.of(safe, safe + 1n, -safe, -safe - 1n)).tolist()).toEqual([
      Number(safe),
      safe + 1n,
      -Number(safe),
      -safe - 1n,
    ]);
    expect(new NDArray(BigUint64Array.of(1n, 2n ** 64n - 1n), [1, 2]).tolist()).toEqual([[1, 2n ** 64n - 1n]]);
  });

  test('is checked when it is made', () => {
    expect(complaint(Float64Array.of(1, 2), [3])).toBe('an NDArray of the shape [ 3 ] has 3 items, not 2');
    expect(complaint(Float64Array.of(1), [1.5])).toContain('the shape of an NDArray is a list of lengths, not [ 1.5 ]');
    expect(complaint(Float64Array.of(1), [-1])).toContain('a list of lengths');
    expect(complaint(Float64Array.of(1), 1)).toContain('a list of lengths');
    const words = Array<string>(7).fill('a length of some dimension');
    expect(complaint(Float64Array.of(1), words)).toMatch(/^the shape of an NDArray is a list of lengths, not \[.*\]$/);
    expect(complaint([1, 2], [2])).toContain('a typed array, or a list of booleans, not of numbers');
    expect(complaint('ab', [2])).toContain('a typed array of numbers');
    expect(complaint(new DataView(new ArrayBuffer(1)), [1])).toContain('a typed array of numbers');
    expect(complaint(Float64Array.of(1), [1], 'bool')).toContain('a Uint8Array, or a list of booleans');
    expect(complaint(Uint8Array.of(2), [1], 'bool')).toContain('bytes of 0 and 1');
    expect(complaint(Uint8Array.of(2), [1], 'int8')).toContain("or 'bool', not 'int8'");
  });

  test('shows its shape, its type, and the beginning', () => {
    expect(inspect(matrix)).toBe('NDArray(2, 3) float64 [ [ 0, 0.5, 1 ], [ 1.5, 2, 2.5 ] ]');
    expect(inspect(matrix, { depth: 0 })).toBe(inspect(matrix));
    const truths = new NDArray(Array<boolean>(36).fill(true), [6, 6]);
    expect(inspect(truths)).toContain('[ true, true, true, true, true, ... 1 more item ]');
    expect(inspect({ a: { b: { c: matrix } } })).toContain('c: [NDArray(2, 3) float64]');
    expect(inspect(new NDArray(new Int32Array(1e6), [1000, 1000]))).toContain(
      '[ 0, 0, 0, 0, 0, ... 995 more items ],\n  ... 995 more items\n]',
    );
    expect(inspect(new NDArray(new Int32Array(200)))).toContain('... 100 more items');
    expect(inspect(new NDArray([], [2, 0]))).toBe('NDArray(2, 0) bool [ [], [] ]');
    expect(inspect(new NDArray(Int8Array.of(1), []))).toBe('NDArray() int8 1');
    expect([`${matrix}`, JSON.stringify({ matrix })]).toEqual([
      'NDArray(2, 3) float64',
      '{"matrix":[[0,0.5,1],[1.5,2,2.5]]}',
    ]);
  });
});

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);

  const open = async (protocol: 'EJSON' | 'V8' | 'JSON'): Promise<Bond> => {
    const bond = await openBond(lang, { protocol });
    await bond.evalBlock(words[lang].functions);
    return bond;
  };

  test.each(lang === 'JavaScript' ? (['EJSON', 'V8'] as const) : (['EJSON'] as const))(
    'by %s, an array is lists in lists where there is no numpy, wherever it stands',
    async (protocol) => {
      const bond = await open(protocol);
      await bond.export(() => ({ made: [matrix] }), 'host');
      expectSame(await bond.call('same', [matrix, { a: matrix }]), [lists, { a: lists }]);
      expectSame(await bond.call('caught', 5), { made: [lists] });
      if (lang === 'JavaScript') {
        const within = new Map<unknown, unknown>([['a', new Set([matrix])]]);
        expectSame(await bond.call('same', within), new Map([['a', new Set([lists])]]));
      }
      await fc.assert(
        fc.asyncProperty(ndarrays, async (array) => {
          expect(await bond.call('same', array)).toEqual(array.tolist());
        }),
        effort(rounds(100, 1000)),
      );
    },
  );

  test('plain JSON refuses an array by its name, and an array whose memory is gone is refused', async () => {
    const bond = await open('JSON');
    const { message, side } = await rejection(bond.call('same', [1, { a: matrix }]), SerializationException);
    expect([message, side]).toEqual([
      expect.stringContaining('args[0][1].a: an NDArray cannot be carried by JSON: send its tolist()'),
      'local',
    ]);
    expectSame(await bond.call('same', matrix.tolist()), lists);
    const other = await open(lang === 'JavaScript' ? 'V8' : 'EJSON');
    const gone = new NDArray(Int8Array.of(1, 2), [1, 2]);
    structuredClone(gone.data.buffer, { transfer: [gone.data.buffer] });
    expect((await rejection(other.call('same', { a: gone }), SerializationException)).message).toContain(
      '2 items, not 0',
    );
    await expectAlive(other);
  });
});

const hasNumpy = (): boolean => spawnSync(PYTHON, ['-c', 'import numpy']).status === 0;

describe.runIf(languages.includes('Python'))('numpy', () => {
  needs(() => (hasNumpy() ? undefined : 'apt-get install python3-numpy'));

  const open = async (more = {}): Promise<Bond> => {
    const bond = await openBond('Python', PYTHON, [], more);
    await bond.evalBlock(`
import numpy as np
def same(x): return x
def kind(x): return [type(x).__module__ + '.' + type(x).__name__, str(x.dtype), list(x.shape), x.flags.writeable]
`);
    return bond;
  };

  /** What the same array is in various orders of memory. */
  const ORDERS = [
    'a',
    'np.asfortranarray(a)',
    'a.astype(a.dtype.newbyteorder(">"))',
    'np.ascontiguousarray(a.T).T',
    'a[tuple([slice(None, None, -1)] * a.ndim)].copy()[tuple([slice(None, None, -1)] * a.ndim)]',
    'np.repeat(a, 2, -1)[..., ::2]',
    'np.lib.stride_tricks.as_strided(a, a.shape, a.strides)',
    'np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape)', // read-only
  ];

  test('an array of any type, shape and order in memory comes back as it went', async () => {
    const bond = await open();
    await bond.evalBlock(`
def orders(a):
    assert type(a) is np.ndarray, type(a)
    return [${ORDERS.join(', ')}] if a.ndim and a.size else [a]
`);
    const arrays = fc.oneof(
      ndarrays,
      fc.bigUint64Array({ minLength: 2, maxLength: 2 }).map((data) => new NDArray<NumberArray>(data, [1, 2])),
    );
    await fc.assert(
      fc.asyncProperty(arrays, async (array) => {
        const clamped =
          array.type === 'uint8clamped' ? new NDArray(Uint8Array.from(array.data as never), array.shape) : array;
        const isTyped = array.shape.length === 1 && array.type !== 'bool';
        const expected = array.shape.length === 0 ? array.tolist() : isTyped ? clamped.data : clamped;
        for (const back of await bond.call<unknown[]>('orders', array)) expect(back).toEqual(expected);
      }),
      effort(rounds(200, 1000)),
    );
  });

  test('what has a type of its own there is one, and can be written to', async () => {
    const bond = await open();
    expect(await bond.call('kind', matrix)).toEqual(['numpy.ndarray', 'float64', [2, 3], true]);
    expect(await bond.call('kind', new NDArray([true]))).toEqual(['numpy.ndarray', 'bool', [1], true]);
    expect(await bond.call('kind', new NDArray(Uint8Array.of(1, 2)))).toEqual(['numpy.ndarray', 'uint8', [2], true]);
    expect(await bond.call('kind', new NDArray(new Int16Array(0), [0, 3]))).toEqual([
      'numpy.ndarray',
      'int16',
      [0, 3],
      true,
    ]);
    expect(await bond.call('np.matmul', matrix, new NDArray(Float64Array.of(1, 2, 3), [3, 1]))).toEqual(
      new NDArray(Float64Array.of(4, 13), [2, 1]),
    );
  });

  test('an array there arrives wherever a value does', async () => {
    const bond = await open();
    const seen: unknown[] = [];
    await bond.export((...given: unknown[]) => void seen.push(...given), 'host');
    const code = 'np.arange(6.).reshape(2, 3) / 2';
    await bond.eval(`host(${code}, x=[${code}])`);
    await bond.call(
      `lambda f: f({'a': ${code}})`,
      callback((given: unknown) => void seen.push(given)),
    );
    expect(seen).toEqual([matrix, kwargs({ x: [matrix] }), { a: matrix }]);
    expect(await all(bond.iterate(`(${code} for _ in range(2))`))).toEqual([matrix, matrix]);
    expect(await bond.eval('{1: np.array([[True]])}')).toEqual(new Map([[1, new NDArray([true], [1, 1])]]));
    expect(await bond.eval('[np.array([2], "u1").view(bool), np.matrix([[1, 2]], "i4")]')).toEqual([
      new NDArray([true]),
      new NDArray(Int32Array.of(1, 2), [1, 2]),
    ]);
    expect(await bond.eval('[np.array(5), np.array(True), np.float32(0.5), np.bool_(True)]')).toEqual([
      5,
      true,
      0.5,
      true,
    ]);
  });

  test('by import, an array is a value, and hold() keeps it there', async () => {
    const bond = await open();
    const np = await bond.import('numpy');
    expect(await np.arange(4).reshape(2, 2)).toEqual(new NDArray(BigInt64Array.of(0n, 1n, 2n, 3n), [2, 2]));
    expect(await np.arange(4).reshape(2, 2).T.sum(0)).toEqual(BigInt64Array.of(1n, 5n));
    const { remote } = await bond.hold('np.eye', 2);
    expect(await remote.T.dot(matrix)).toEqual(matrix);
  });

  test('what has no type here is what convert makes of it', async () => {
    const bond = await open({
      convert: { 'numpy.ndarray': 'lambda a: a.astype("f4") if a.dtype == "f2" else a.tolist()' },
    });
    expect(await bond.eval('[np.array([[0.5]], "f2"), np.array([[1, 2]], object), np.array([["a"]])]')).toEqual([
      new NDArray(Float32Array.of(0.5), [1, 1]),
      [[1, 2]],
      [['a']],
    ]);
  });

  test('the driver does not import numpy: an array is lists until the program does', async () => {
    const bond = await openBond('Python', PYTHON);
    expect(await bond.call('lambda a: [a, "numpy" in __import__("sys").modules]', matrix)).toEqual([lists, false]);
    await bond.evalBlock('import numpy');
    expect(await bond.call('lambda a: a', matrix)).toEqual(matrix);
    await bond.evalBlock('import sys; sys.modules["numpy"] = None');
    expect(await bond.call('lambda a: a', matrix)).toEqual(lists);
  });
});
