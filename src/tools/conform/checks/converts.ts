// Level "refers", where values are converted by their types before they cross.

import assert from 'node:assert/strict';
import type { Bond } from '../../../bond/bond.js';
import { BondException, SerializationException } from '../../../common/errors.js';
import { callback } from '../../../references/callback.js';
import { all, checksOf, includes, isAlive, type Kit, rejection } from '../check.js';
import { callFor } from '../typed.js';
import type { ReferenceWords } from '../words.js';

const say = ({ words }: Kit): ReferenceWords => words.references as ReferenceWords;

function open(kit: Kit, code: string = say(kit).countOf ?? ''): Promise<Bond> {
  return kit.open({ convert: { Counter: code } }, say(kit).functions);
}

export const converts = checksOf('refers', {
  'what has a conversion crosses as what that makes of it: in results, items and arguments, at any depth': [
    ['hold', 'callback', 'iterate', 'convert'],
    async (kit) => {
      const bond = await open(kit);
      const counter = await bond.hold(say(kit).counter);
      assert.equal(await bond.eval(say(kit).counter), 5);
      const expected = { deep: [1, 5] };
      assert.deepEqual(await callFor(kit.words, bond, expected, 'same', { deep: [1, counter] }), expected);
      assert.equal(
        await bond.call(
          'apply_to',
          callback((count: number) => count + 1),
          counter,
        ),
        6,
      );
      await bond.export((count: number) => count + 2, 'host');
      assert.equal(await callFor(kit.words, bond, 7, 'caught', counter), 7);
      assert.deepEqual(await all(bond.iterate(say(kit).list)), [1, 2, 3]);
      assert.equal(await counter.call('add', 3), 8);
      await isAlive(bond);
    },
  ],
  'a conversion wins over holding': [
    ['hold', 'objects', 'convert'],
    async (kit) => assert.equal(await (await open(kit)).with({ objects: 'hold' }).eval(say(kit).counter), 5),
  ],
  'an error in a conversion names the place of the value': [
    ['hold', 'convert'],
    async (kit) => {
      const bond = await open(kit, say(kit).failing);
      const given = { deep: [1, await bond.hold(say(kit).counter)] };
      const { message } = await rejection(
        callFor(kit.words, bond, { deep: [1, 5] }, 'same', given),
        SerializationException,
      );
      includes(message, 'result.deep[1]');
      includes(message, 'broken');
      await isAlive(bond);
    },
  ],
  'code that cannot be called is refused when the bond is made, and named': [
    ['convert'],
    async (kit) => includes((await rejection(open(kit, '1'), BondException)).message, 'Counter'),
  ],
});
