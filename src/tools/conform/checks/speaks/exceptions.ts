// Level "speaks": what is thrown on either side is an exception on the other.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteException } from '../../../../common/errors.js';
import { checksOf, isAlive, rejection } from '../../check.js';

export const exceptions = checksOf('speaks', {
  'an exception arrives with its message and type, and the session replies': async ({ open, words, code }) => {
    const bond = await open();
    for (const attempt of [
      () => bond.call('boom', 'oh no é😀'),
      () => bond.eval(code.call('boom', code.text('oh no é😀'))),
    ]) {
      const error = await rejection(attempt(), RemoteException);
      assert.equal(error.remoteMessage, 'oh no é😀');
      assert.equal(error.type, words.boomType);
    }
    await rejection(bond.evalBlock(code.block('boom', code.text('oh no'))), RemoteException);
    await isAlive(bond);
  },
  'a message of a megabyte, or with NULs and newlines, arrives unchanged': async ({ open, words }) => {
    const bond = await open();
    for (const message of ['x'.repeat(1_000_000), words.nulInStrings ? 'a\nc' : 'a\0b\nc']) {
      const error = await rejection(bond.call('boom', message), RemoteException);
      assert.ok(error.remoteMessage === message, 'the message is the same');
    }
  },
  'an exception whose message cannot be read is reported all the same': async ({ open }) => {
    const bond = await open();
    await rejection(bond.call('boom_without_text'), RemoteException);
    await isAlive(bond);
  },
  'what a host function throws can be caught there, whether sync or async': async ({ open }) => {
    const bond = await open();
    const thrown = new RangeError('from the host');
    await bond.export(() => {
      throw thrown;
    }, 'host');
    assert.equal(await bond.call('caught'), 'from the host');
    await bond.export(async () => {
      await sleep(1);
      throw thrown;
    }, 'host');
    assert.equal(await bond.call('caught'), 'from the host');
  },
  'what a host function throws comes back, uncaught, with its type and the Error itself as cause': async ({
    open,
    code,
  }) => {
    const bond = await open();
    const thrown = new RangeError('from the host');
    await bond.export(async () => {
      throw thrown;
    }, 'host');
    for (const attempt of [
      () => bond.call('host'),
      () => bond.eval(code.call('host')),
      () => bond.evalBlock(code.block('host')),
    ]) {
      const error = await rejection(attempt(), RemoteException);
      assert.equal(error.cause, thrown);
      assert.equal(error.type, 'RangeError');
    }
    await isAlive(bond);
  },
  'an exception that was caught there is not the cause of a later one': async ({ open }) => {
    const bond = await open();
    await bond.export(() => {
      throw new Error('first');
    }, 'host');
    await bond.call('caught');
    assert.equal((await rejection(bond.call('boom', 'second'), RemoteException)).cause, undefined);
  },
});
