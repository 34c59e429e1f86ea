// Level "carries everything": the words of EJSON, and values that are long.

import assert from 'node:assert/strict';
import { NDArray } from '../../../values/ndarray.js';
import { checksOf, type Kit } from '../check.js';
import { callFor } from '../typed.js';

async function comesBack(kit: Kit, values: readonly unknown[]): Promise<void> {
  const bond = await kit.open({ protocol: 'EJSON' });
  for (const value of values) assert.deepEqual(await callFor(kit.words, bond, value, 'same', value), value);
}

/** Lengths around those at which bytes are no longer written into the text, and at which a pipe is full. */
const LENGTHS = [1, 511, 512, 513, 4095, 4096, 65_535, 65_536, 200_000];

/** Bytes that are no text, among them what looks like a message. */
function bytesOf(length: number): Uint8Array {
  const pattern = Buffer.from('\xff\nINTERRUPT - 1 1\n\x1e\0BYTES - 3 7\nEND - 0 \n', 'latin1');
  return new Uint8Array(Buffer.alloc(length, pattern));
}

/** Arrays of numbers of each size, with the ends of what they can have. */
const ARRAYS = [
  Float64Array.of(0.1, -1e300, 5e-324),
  Float32Array.of(0.5, -1e30),
  Int8Array.of(-128, 127),
  Int16Array.of(-32_768, 32_767),
  Uint16Array.of(0, 65_535),
  Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
  Uint32Array.of(0, 2 ** 32 - 1),
  BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
  new NDArray(Float64Array.of(1, 2.5, 3, 4, 5, 6), [2, 3]),
  new NDArray(Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2]),
  new NDArray([true, false, false, true], [2, 2]),
];

/** The same with lists in the place of arrays, since some languages have no other. */
function plain(value: unknown): unknown {
  if (value instanceof NDArray) return value.tolist();
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, Number);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return typeof value === 'bigint' ? Number(value) : value;
}

export const carries = checksOf('carries everything', {
  'numbers that JSON has no word for come back': [
    ['ejson'],
    (kit) => comesBack(kit, [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, [Number.NaN]]),
  ],
  'bytes come back': [
    ['ejson'],
    (kit) => comesBack(kit, [Uint8Array.of(0xff, 0, 0xfe), { deep: [Uint8Array.of(0x80)] }]),
  ],
  'bytes of every length come back, and so do many side by side, from functions of the host as well': [
    ['ejson', 'bytes'],
    async (kit) => {
      const bond = await kit.open({ protocol: 'EJSON' });
      const passed: unknown[] = [];
      await bond.export((value) => [passed.push(value), value][1], 'host');
      for (const value of [...LENGTHS.map(bytesOf), { deep: [LENGTHS.map(bytesOf), { text: 'é' }] }]) {
        assert.deepEqual(await callFor(kit.words, bond, value, 'same', value), value);
        assert.deepEqual(await callFor(kit.words, bond, value, 'caught', value), value);
        assert.deepEqual(passed.pop(), value);
      }
    },
  ],
  'numbers of typed arrays and of arrays of several dimensions arrive, as such or as lists': [
    ['ejson'],
    async (kit) => {
      const bond = await kit.open({ protocol: 'EJSON' });
      for (const array of ARRAYS) {
        if (array instanceof BigInt64Array && kit.words.longIntegers) continue;
        const given = { short: [array], long: Array(100).fill(array) };
        assert.deepEqual(plain(await callFor(kit.words, bond, given, 'same', given)), plain(given));
      }
      const alone = Float64Array.from({ length: 1000 }, (_, index) => index / 7);
      assert.deepEqual(plain(await callFor(kit.words, bond, alone, 'same', alone)), plain(alone));
    },
  ],
  'dates come back': [['ejson'], (kit) => comesBack(kit, [new Date(0), new Date(1_700_000_000_000)])],
  'keys that begin with a dollar sign are keys like any other': [
    ['ejson'],
    (kit) => comesBack(kit, [{ $date: 5 }, { $binary: { $x: 1 } }, { $$: [{ $numberLong: '1' }] }]),
  ],
  'long lists and texts arrive unchanged': [
    ['parts'],
    (kit) => {
      const rows = Array.from({ length: 5000 }, (_, id) => ({ id, name: `row ${id}`, ratio: id / 7 }));
      return comesBack(kit, [rows, '😀x'.repeat(300_000), Array.from({ length: 20_000 }, (_, id) => id)]);
    },
  ],
  'a structure of 100,000 levels arrives, or is an exception, and the session replies': async ({ open }) => {
    const bond = await open();
    let value: unknown = 1;
    for (let level = 0; level < 100_000; level++) value = [value];
    await bond.call('same', value).catch(() => {});
    assert.equal(await bond.eval('1'), 1);
  },
});
