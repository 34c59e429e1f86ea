// Level "speaks": values that plain JSON carries arrive unchanged, and what it cannot carry is an exception.

import assert from 'node:assert/strict';
import { SerializationException } from '../../../../common/errors.js';
import { checksOf, includes, isAlive, type Kit, rejection } from '../../check.js';
import { callFor } from '../../typed.js';
import type { Words } from '../../words.js';

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');

/** Values that plain JSON carries. */
const VALUES: Record<string, readonly unknown[]> = {
  'null and booleans': [null, true, false, [null, true, false]],
  integers: [0, 1, -1, 255, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 53)],
  'integers of 64 bits': [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), [{ id: 2n ** 62n + 1n }]],
  floats: [0.1 + 0.2, 1.5, -1e-7, 1e21, 1e22, 123456789.12345679, 2 ** 60, 2 ** 64, -(2 ** 70), 1e300],
  'floats at the edges': [5e-324, -5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -Number.MAX_VALUE, -0, [-0]],
  strings: [
    '',
    'a',
    'é',
    '😀',
    '日本語',
    `quotes ' " \` \\`,
    'a\0b',
    CONTROLS,
    '\x7f\x80\x9f',
    '\u2028\u2029',
    '\ufeff',
  ],
  'strings that look like numbers': ['0', '-1', '007', '1.50', '1e3', '0x10', 'NaN', 'null', '12345678901234567890'],
  lists: [[], [[]], [[], [[]]], [1, 'a', null, [2.5, [true]]], Array.from({ length: 1000 }, (_, index) => index)],
  maps: [{ a: 1 }, { a: { b: { c: [] } } }, { '': 1, ' ': 2, $key: 3, '"': 4, 'é😀': 5, 'a.b': 7 }, { 'a\0b': 6 }],
};

/** Whether the strings, or the integers, of a language can be what is in a value. */
function canHold(words: Words, value: unknown): boolean {
  if (typeof value === 'bigint') return words.longIntegers !== 'exception';
  if (typeof value === 'string') return words.nulInStrings !== 'exception' || !value.includes('\0');
  return (
    typeof value !== 'object' ||
    value === null ||
    Object.entries(value)
      .flat()
      .every((part) => canHold(words, part))
  );
}

/**
 * Asserts that a value arrives unchanged as an argument, a result, an argument of the host's function, and its result; or that it is
 * refused, if the language cannot hold it.
 */
async function arrives(kit: Kit, values: readonly unknown[]): Promise<void> {
  const bond = await kit.open({ protocol: 'JSON' });
  const arrived: unknown[] = [];
  await bond.export((value: unknown) => {
    arrived.push(value);
    return value;
  }, 'host');
  for (const value of values) {
    if (!canHold(kit.words, value)) {
      await rejection(bond.call('caught', value), SerializationException);
      continue;
    }
    assert.deepEqual(await callFor(kit.words, bond, value, 'caught', value), value);
    assert.deepEqual(arrived.pop(), value);
  }
}

export const values = [
  ...Object.entries(VALUES).flatMap(([kind, list]) =>
    checksOf('speaks', { [`${kind} arrive unchanged, in every direction`]: (kit) => arrives(kit, list) }),
  ),
  ...checksOf('speaks', {
    'an empty map comes back as one, unless the language has one type for both': async (kit) => {
      const bond = await kit.open();
      const empty = kit.words.emptyMapIsList ? [] : {};
      assert.deepEqual(await callFor(kit.words, bond, [{ a: {} }], 'same', [{ a: {} }]), [{ a: empty }]);
    },
    'a string of a megabyte arrives unchanged': (kit) => arrives(kit, ['aé😀\n"\\'.repeat(100_000)]),
    'a structure of 400 levels arrives unchanged': (kit) => {
      let value: unknown = 'core';
      for (let level = 0; level < 200; level++) value = [{ value }];
      return arrives(kit, [value]);
    },
    'a lone surrogate arrives unchanged, or is a SerializationException': async ({ open }) => {
      const bond = await open();
      for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
        const outcome = await bond.call('same', text).catch((error: unknown) => error);
        assert.ok(outcome === text || outcome instanceof SerializationException);
      }
      await isAlive(bond);
    },
    'a result that cannot be carried is a SerializationException that says where it is': async ({ open, code }) => {
      const bond = await open();
      for (const attempt of [() => bond.eval(code.call('uncrossable')), () => bond.call('uncrossable')]) {
        const error = await rejection(attempt(), SerializationException);
        assert.equal(error.side, 'remote');
        includes(error.message, 'items[1]');
      }
      await isAlive(bond);
    },
    'an argument of a host function that cannot be carried is one, too, and the function is not called': async ({
      open,
    }) => {
      const bond = await open();
      let isCalled = false;
      await bond.export(() => {
        isCalled = true;
      }, 'host');
      const error = await rejection(bond.call('pass_uncrossable'), SerializationException);
      includes(error.message, 'items[1]');
      assert.equal(isCalled, false);
      await isAlive(bond);
    },
    'a result of a host function that cannot be carried is an exception there, which can be caught': async ({
      open,
      code,
    }) => {
      const bond = await open();
      await bond.export(() => ({ items: [1, () => {}] }), 'host');
      includes(await bond.call('caught'), 'items[1]');
      const error = await rejection(bond.eval(code.call('host')), SerializationException);
      assert.ok(error.cause instanceof SerializationException, 'the error here is the cause');
      await isAlive(bond);
    },
  }),
];
