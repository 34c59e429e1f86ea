// Level "speaks": what code and calls give.

import assert from 'node:assert/strict';
import { checksOf } from '../../check.js';
import { fill } from '../../words.js';

export const evaluation = checksOf('speaks', {
  'eval resolves to the value of an expression, evalBlock to undefined': async (kit) => {
    const bond = await kit.open();
    assert.equal(await bond.eval('1'), 1);
    assert.equal(await bond.eval(kit.code.call('twice', kit.code.sum('1', '2'))), 6);
    assert.equal(await bond.evalBlock('1'), undefined);
    assert.equal(await bond.evalBlock(''), undefined);
  },
  'what a block sets is there in later calls': async (kit) => {
    const bond = await kit.open();
    for (const value of [5, 6]) {
      await bond.evalBlock(kit.code.set(String(value)));
      assert.equal(await bond.eval(kit.words.get), value);
    }
  },
  'an expression may end in a comment, and begin with newlines': async (kit) => {
    const bond = await kit.open();
    assert.equal(await bond.eval(`\n\n ${kit.code.call('twice', '4')} ${kit.words.comment} eight`), 8);
  },
  'call calls a function by its name': async (kit) => {
    const bond = await kit.open();
    assert.equal(await bond.call('twice', 21), 42);
  },
  'a thousand calls at once are replied to in order': async (kit) => {
    const bond = await kit.open();
    const settled: number[] = [];
    const calls = Array.from({ length: 1000 }, async (_, index) => settled.push(await bond.call('twice', index)));
    await Promise.all(calls);
    assert.deepEqual(
      settled,
      Array.from({ length: 1000 }, (_, index) => 2 * index),
    );
  },
  'a megabyte of code is no obstacle': async (kit) => {
    const bond = await kit.open();
    const long = 'x'.repeat(1_000_000);
    assert.equal(await bond.eval(fill(kit.words.lengthOf, { VALUE: kit.code.text(long) })), long.length);
    await bond.evalBlock(`${kit.words.comment}${long}\n${kit.code.set('7')}`);
    assert.equal(await bond.eval(kit.words.get), 7);
  },
});
