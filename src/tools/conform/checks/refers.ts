// Level "refers": what does not travel by value. References, callbacks, held objects; iteration is in a file of its own.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { BondException, RemoteException, SerializationException } from '../../../common/errors.js';
import { callback } from '../../../references/callback.js';
import { kwargs } from '../../../references/kwargs.js';
import { live } from '../../../references/live.js';
import type { AnyRemote } from '../../../references/remote-object.js';
import { superOf } from '../../../references/super-of.js';
import { all, checksOf, includes, isAlive, rejection } from '../check.js';
import { callFor } from '../typed.js';
import { iteration } from './iteration.js';
import { open, say } from './reference-words.js';

const references = checksOf('refers', {
  'a reference is evaluated where it is used: in eval, evalBlock and arguments': [
    ['references'],
    async (kit) => {
      const bond = await open(kit);
      const ref = bond.ref(kit.words.get);
      await bond.evalBlock(bond.ref(kit.code.set('21')));
      assert.equal(await bond.eval(ref), 21);
      assert.equal(await bond.call('twice', ref), 42);
      const expected = { deep: [1, 21] };
      assert.deepEqual(await callFor(kit.words, bond, expected, 'same', { deep: [1, ref] }), expected);
      await bond.evalBlock(kit.code.set('4'));
      assert.equal(await bond.call('twice', ref), 8);
    },
  ],
  'kwargs are arguments by name': [
    ['named'],
    async (kit) => {
      const bond = await open(kit);
      assert.equal(await bond.call('named', kwargs({ first: 'Ada', last: 'Lovelace' })), 'Ada Lovelace');
    },
  ],
});

const callbacks = checksOf('refers', {
  'a callback is a function there, sync or async': [
    ['callback'],
    async (kit) => {
      const bond = await open(kit);
      const [next, slow] = [
        callback((x: number) => x + 1),
        callback(async (x: number) => {
          await sleep(1);
          return 2 * x;
        }),
      ];
      assert.deepEqual([await bond.call('apply_to', next, 4), await bond.call('apply_to', slow, 4)], [5, 8]);
    },
  ],
  'a callback lives as long as the other side keeps it, and may be the result of a host function': [
    ['callback'],
    async (kit) => {
      const bond = await open(kit);
      const cry = callback((x: string) => `${x}!`);
      await bond.call('keep', cry);
      for (const text of ['a', 'b']) assert.equal(await bond.call('kept', text), `${text}!`);
      await bond.export(() => callback((x: number) => x * 3), 'give');
      assert.equal(await bond.eval(kit.code.call('apply_to', kit.code.call('give'), '5')), 15);
    },
  ],
  'a live object is itself when it comes back, also inside of a list': [
    ['live'],
    async (kit) => {
      const bond = await open(kit);
      const [object, add] = [{ size: 3 }, (x: number) => x + 1];
      assert.equal(await bond.call('same', live(object, ['size'])), object);
      const given = [1, { deep: live(object, ['size']) }];
      const list = await callFor(kit.words, bond, [1, { deep: 'text' }], 'same', given);
      assert.equal((list as [number, { deep: unknown }])[1].deep, object);
      const seen: unknown[] = [];
      await bond.export((given: unknown) => seen.push(given), 'host');
      await bond.export(() => live(object, ['size']), 'give');
      await bond.eval(kit.code.call('host', kit.code.call('give')));
      assert.equal(seen[0], object);
      assert.equal(await bond.call('same', live(add, [])), add);
    },
  ],
  'what a callback throws can be caught there, and has the Error itself as its cause': [
    ['callback'],
    async (kit) => {
      const bond = await open(kit);
      const reason = new RangeError('not so');
      const thrower = callback(() => {
        throw reason;
      });
      includes(await bond.call('attempt', thrower), 'not so');
      assert.equal((await rejection(bond.call('apply_to', thrower, 1), RemoteException)).cause, reason);
      await isAlive(bond);
    },
  ],
  'a bare function is refused': async (kit) => {
    const bond = await kit.open();
    await rejection(
      bond.call('same', () => 1),
      SerializationException,
    );
  },
});

const extended = checksOf('refers', {
  'a class can be extended by functions of the host': [
    ['extend'],
    async (kit) => {
      const bond = await open(kit);
      const reason = new RangeError('not so');
      const Loud = await bond.extend('Counter', {
        async add(n: number) {
          return 100 + (await superOf(this).add(n));
        },
        fail() {
          throw reason;
        },
      });
      const counter = await new Loud(5);
      assert.equal(await counter.add(2), 107);
      assert.equal(await bond.call('count_of', counter), 7);
      assert.equal((await rejection(counter.fail().then(), RemoteException)).cause, reason);
      const Louder = await bond.extend(Loud, {
        async add(n: number) {
          return 1000 + (await superOf(this).add(n));
        },
      });
      assert.equal(await new Louder(1).add(1), 1102);
      await rejection(bond.extend('NoSuchCounter', {}), RemoteException);
      await isAlive(bond);
    },
  ],
});

const held = checksOf('refers', {
  'a held object has properties and methods, and is passed back as itself': [
    ['hold'],
    async (kit) => {
      const bond = await open(kit);
      const counter = await bond.hold(say(kit).counter);
      assert.equal(await counter.get('count'), 5);
      assert.equal(await counter.call('add', 3), 8);
      await counter.set('count', 20);
      assert.equal(await bond.call('count_of', counter), 20);
      const same = await counter.hold('self');
      await same.call('add', 1);
      assert.equal(await counter.get('count'), 21);
      includes((await rejection(counter.call('fail'), RemoteException)).message, 'broken');
    },
  ],
  'a chain is one request, and what cannot cross stays there, at any depth': [
    ['hold', 'chain'],
    async (kit) => {
      const bond = await open(kit);
      const counter = (await bond.hold(say(kit).counter)).remote;
      assert.equal(await counter.self().self().add(2), 7);
      const same = await counter.self();
      assert.equal(await same.add(1), 8);
      assert.equal(await bond.call('count_of', counter.self()), 8);
      includes((await rejection(counter.self().fail(), RemoteException)).message, 'self().fail(): ');
    },
  ],
  'what cannot cross is held where that is asked for: results, arguments of host functions, items, and what is thrown':
    [
      ['hold', 'chain', 'objects'],
      async (kit) => {
        const bond = (await open(kit)).with({ objects: 'hold' });
        const counter = await bond.eval<AnyRemote>(say(kit).counter);
        assert.equal(await counter.add(2), 7);
        assert.equal(await bond.call('count_of', counter), 7);
        const count = callback(async (given: AnyRemote) => given.add(1));
        assert.equal(await bond.call('apply_to', count, counter), 8);
        await bond.export(async (given: AnyRemote) => given.add(1), 'host');
        assert.equal(Number(await bond.call('caught', counter)), 9);
        assert.deepEqual(await all(bond.iterate(say(kit).list)), [1, 2, 3]);
        const { exception } = await rejection(bond.call('boom', 'no luck'), RemoteException);
        assert.notEqual(exception, undefined);
        await isAlive(bond);
      },
    ],
  'a held object travels by value if asked to, and inside of arguments': [
    ['hold'],
    async (kit) => {
      const bond = await open(kit);
      const list = await bond.hold(say(kit).list);
      assert.deepEqual(await list.value(), [1, 2, 3]);
      const expected = { a: [[1, 2, 3]] };
      assert.deepEqual(await callFor(kit.words, bond, expected, 'same', { a: [list] }), expected);
    },
  ],
  'a held object is gone once it is released, and belongs to its bond': [
    ['hold'],
    async (kit) => {
      const [bond, other] = [await open(kit), await open(kit)];
      const counter = await bond.hold(say(kit).counter);
      await rejection(other.call('count_of', counter), BondException);
      await counter.release();
      await counter.release();
      await rejection(counter.get('count'), BondException);
      await rejection(bond.eval(counter.code), RemoteException);
    },
  ],
});

export const refers = [...references, ...callbacks, ...extended, ...held, ...iteration];
