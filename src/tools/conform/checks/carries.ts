// Level "carries everything": the words of EJSON, and values that are long.

import assert from 'node:assert/strict';
import { checksOf, type Kit } from '../check.js';

async function comesBack(kit: Kit, values: readonly unknown[]): Promise<void> {
  const bond = await kit.open({ protocol: 'EJSON' });
  for (const value of values) assert.deepEqual(await bond.call('same', value), value);
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
