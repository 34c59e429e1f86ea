// Level "interrupts": what runs can be stopped, and nothing else is.

import assert from 'node:assert/strict';
import { RemoteException, TimeoutException } from '../../../common/errors.js';
import { checksOf, isAlive, type Kit, Output, rejection } from '../check.js';

/** Interrupts code that runs for ever, and sees that what was made before it and behind it is still there. */
async function stops(kit: Kit, code: string): Promise<void> {
  const output = new Output();
  const bond = await kit.open({ stdout: output.take });
  await bond.evalBlock(kit.code.set('5'));
  const call = rejection(bond.evalBlock(code), RemoteException);
  const next = bond.call('twice', 4);
  await output.until('on');
  await bond.interrupt();
  await call;
  assert.equal(await next, 8);
  assert.equal(await bond.eval(kit.words.get), 5);
}

export const interrupts = checksOf('interrupts', {
  'an endless loop is stopped, and the session goes on': [['interrupt'], (kit) => stops(kit, kit.words.loop)],
  'a long sleep is stopped, and the session goes on': [['interrupt'], (kit) => stops(kit, kit.words.sleep)],
  'an abort stops its call, and no other': [
    ['interrupt'],
    async ({ open, words }) => {
      const output = new Output();
      const bond = await open({ stdout: output.take });
      for (let round = 1; round <= 20; round++) {
        const controller = new AbortController();
        const code = round % 2 === 0 ? words.sleep : words.loop;
        const call = rejection(bond.with({ signal: controller.signal }).evalBlock(code), TimeoutException);
        const next = bond.eval('1');
        await output.until('on'.repeat(round));
        controller.abort();
        await call;
        assert.equal(await next, 1);
      }
    },
  ],
  'an interrupt does nothing to an idle interpreter': [
    ['interrupt'],
    async ({ open }) => {
      const bond = await open();
      for (let round = 0; round < 5; round++) {
        await bond.interrupt();
        await isAlive(bond);
      }
    },
  ],
});
