// Level "refers": iteration both ways.

import assert from 'node:assert/strict';
import { RemoteException } from '../../../common/errors.js';
import { stream } from '../../../references/stream.js';
import { all, checksOf, includes, isAlive, Output, rejection, until } from '../check.js';
import { fill } from '../words.js';
import { open, say } from './reference-words.js';

export const iteration = checksOf('refers', {
  'iterate goes through what is there': [
    ['iterate'],
    async (kit) => {
      const bond = await open(kit);
      assert.deepEqual(await all(bond.iterate(say(kit).list)), [1, 2, 3]);
      const items = await all(bond.iterate(fill(say(kit).range, { COUNT: '600' })));
      assert.deepEqual(items, [...Array(600).keys()]);
    },
  ],
  'leaving an iteration early closes the iterator there': [
    ['iterate'],
    async (kit) => {
      const output = new Output();
      const bond = await open(kit, output);
      for await (const item of bond.iterate<number>(fill(say(kit).range, { COUNT: '1000000' })))
        if (item === 300) break;
      await output.until('left');
      await isAlive(bond);
    },
  ],
  'an error in the middle of an iteration comes behind the items before it': [
    ['iterate'],
    async (kit) => {
      const bond = await open(kit);
      let seen = 0;
      const loop = (async () => {
        for await (const _ of bond.iterate(fill(say(kit).range, { COUNT: '2000' }))) seen++;
      })();
      includes((await rejection(loop, RemoteException)).message, 'a thousand');
      assert.equal(seen, 1000);
      await isAlive(bond);
    },
  ],
  'a stream is iterated over natively': [
    ['stream'],
    async (kit) => {
      const bond = await open(kit);
      assert.equal(await bond.call('total', stream(Array(1000).keys())), 499_500);
      await bond.export(() => stream([1, 2, 3]), 'give');
      assert.equal(await bond.eval(kit.code.call('total', kit.code.call('give'))), 6);
    },
  ],
  'a stream is fetched as it is needed, and closed when it is left early': [
    ['stream'],
    async (kit) => {
      const bond = await open(kit);
      let [made, isClosed] = [0, false];
      function* endless() {
        try {
          for (;;) yield made++;
        } finally {
          isClosed = true;
        }
      }
      assert.equal(await bond.call('first', stream(endless())), 0);
      assert.ok(made < 1000, `${made} items were fetched for one`);
      await until(async () => {
        await bond.eval(say(kit).collect);
        return isClosed;
      });
    },
  ],
  'a stream throws what its source throws': [
    ['stream'],
    async (kit) => {
      const bond = await open(kit);
      const reason = new Error('dry');
      function* failing() {
        yield 1;
        throw reason;
      }
      assert.equal((await rejection(bond.call('total', stream(failing())), RemoteException)).cause, reason);
      await isAlive(bond);
    },
  ],
});
