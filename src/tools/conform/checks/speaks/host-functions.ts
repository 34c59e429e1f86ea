// Level "speaks": functions of the host: called as if they were native, to any depth.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { BondException, RemoteException } from '../../../../common/errors.js';
import { checksOf, includes, isAlive, rejection } from '../../check.js';
import { callFor } from '../../typed.js';

export const hostFunctions = checksOf('speaks', {
  'host functions are called as if they were native, sync or async': async ({ open, words, code }) => {
    const bond = await open();
    await bond.export((x: number, y: number) => x + y, 'add');
    await bond.export(async (x: number, y: number) => {
      await sleep(1);
      return x + y;
    }, 'host');
    const [one, two, three] = ['1', '2', '3'].map((number) => code.int(number)) as [string, string, string];
    assert.equal(await bond.eval(code.int(code.call('add', one, two))), 3);
    const inner = code.call('add', one, code.int(code.call('host', two, three)));
    assert.equal(await bond.eval(code.call('twice', inner)), 12);
    assert.equal(await callFor(words, bond, 3, 'host', 1, 2), 3);
  },
  'a host function without a result gives nothing': async ({ open, words }) => {
    const bond = await open();
    await bond.export(() => {}, 'host');
    assert.equal((await callFor(words, bond, null, 'caught')) ?? null, null);
  },
  'exporting a name again replaces the function': async ({ open, code }) => {
    const bond = await open();
    await bond.export(() => 1, 'host');
    await bond.export(() => 2, 'host');
    assert.equal(await bond.eval(code.int(code.call('host'))), 2);
  },
  'a name that a function cannot have is an exception, and nothing else happens': async ({ open, words, code }) => {
    const bond = await open();
    for (const name of words.badNames) {
      await rejection(
        bond.export(() => 1, name),
        BondException,
      );
    }
    await bond.export(() => 2, 'host');
    assert.equal(await bond.eval(code.int(code.call('host'))), 2);
  },
  'calls nest to a depth of 200': async ({ open }) => {
    const bond = await open();
    await bond.export((n: number) => bond.call('down', n), 'up');
    assert.equal(await bond.call('down', 200), 200);
    await isAlive(bond);
  },
  'a host function may make many calls at once, and evaluate code that calls the host': async ({
    open,
    words,
    code,
  }) => {
    const bond = await open();
    await bond.export((x: number) => x + 1, 'inner');
    await bond.export(async (count: number) => {
      await bond.evalBlock(code.set(code.call('inner', code.int('10'))));
      const calls = Array.from({ length: count }, (_, index) => bond.call<number>('twice', index));
      return (await Promise.all(calls)).reduce((sum, value) => sum + value, 0);
    }, 'host');
    const total = code.int(code.sum(code.call('host', code.int('100')), code.call('host', code.int('2'))));
    assert.equal(await bond.eval(total), 9902);
    assert.equal(await bond.eval(words.get), 11);
  },
  'unrelated calls wait until the call before them is over': async ({ open, code }) => {
    const bond = await open();
    const order: string[] = [];
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await bond.export(async () => {
      await released;
      order.push(`nested ${await bond.call('twice', 2)}`);
    }, 'host');
    const outer = bond.eval(code.call('host')).then(() => order.push('outer'));
    const unrelated = bond.call('twice', 3).then((value) => order.push(`unrelated ${value}`));
    release();
    await Promise.all([outer, unrelated]);
    assert.deepEqual(order, ['nested 4', 'outer', 'unrelated 6']);
  },
  'what a nested call throws goes through every level, and the session replies at each': async ({
    open,
    words,
    code,
  }) => {
    const bond = await open();
    await bond.export(async () => {
      await rejection(bond.call('boom', 'inner'), RemoteException);
      await isAlive(bond);
      return bond.call('boom', 'outer');
    }, 'host');
    includes(await bond.call('caught'), 'outer');
    const { cause } = await rejection(bond.eval(code.call('host')), RemoteException);
    assert.ok(cause instanceof RemoteException);
    assert.equal(cause.type, words.boomType);
    await isAlive(bond);
  },
});
