// Level "refers", where calls that await something run side by side.

import assert from 'node:assert/strict';
import type { Bond } from '../../../bond/bond.js';
import { RemoteException, TimeoutException } from '../../../common/errors.js';
import { live } from '../../../references/live.js';
import { checksOf, isAlive, type Kit, Output, rejection } from '../check.js';
import { say } from './reference-words.js';

function open(kit: Kit, output?: Output): Promise<Bond> {
  const options = output ? { concurrent: true, stdout: output.take } : { concurrent: true };
  return kit.open(options, say(kit).functions, say(kit).async ?? '');
}

export const concurrent = checksOf('refers', {
  'calls that await run side by side, and others run meanwhile': [
    ['concurrent'],
    async (kit) => {
      const bond = await open(kit);
      const first = [bond.call('meet', 3), bond.call('meet', 3)];
      assert.equal(await bond.call('twice', 4), 8);
      await Promise.all([...first, bond.call('meet', 3)]);
    },
  ],
  'each call that awaits a host function gets its own answer, also where calls nest in it': [
    ['concurrent'],
    async (kit) => {
      const bond = await open(kit);
      await bond.export(async (n: number) => (n > 0 ? bond.call<number>('ask_later', n - 1) : 0), 'host');
      const answers = await Promise.all([0, 1, 2, 3].map((n) => bond.call('ask_later', n)));
      assert.deepEqual(answers, [1, 2, 3, 4]);
    },
  ],
  'the methods of a live object are awaited': [
    ['concurrent', 'live'],
    async (kit) => {
      const bond = await open(kit);
      let waiting = 0;
      let meet = (): void => {};
      const met = new Promise<void>((resolve) => {
        meet = resolve;
      });
      const later = async (n: number): Promise<number> => {
        if (++waiting === 3) meet();
        await met;
        return n;
      };
      const answers = await Promise.all([1, 2, 3].map((n) => bond.call('ask_of', live({ later }), n)));
      assert.deepEqual(answers, [2, 3, 4]);
    },
  ],
  'output of a call that awaits arrives before it resolves': [
    ['concurrent'],
    async (kit) => {
      const output = new Output();
      const bond = await open(kit, output);
      await Promise.all(['a', 'a', 'a'].map((text) => bond.call('say_later', text)));
      assert.equal(output.text, 'aaaaaa');
    },
  ],
  'an abort ends its own wait, and an interrupt every wait': [
    ['concurrent', 'interrupt'],
    async (kit) => {
      const bond = await open(kit);
      const others = [1, 2].map(() => rejection(bond.call('wait_forever'), RemoteException));
      const controller = new AbortController();
      const call = rejection(bond.with({ signal: controller.signal }).call('wait_forever'), TimeoutException);
      assert.equal(await bond.call('twice', 4), 8);
      controller.abort();
      await call;
      await isAlive(bond);
      await bond.interrupt();
      await Promise.all(others);
      await isAlive(bond);
    },
  ],
});
