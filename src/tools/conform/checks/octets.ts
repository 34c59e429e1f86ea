// Level "carries everything", where programs do not decode: the option `text`.

import assert from 'node:assert/strict';
import type { Bond } from '../../../bond/bond.js';
import { RemoteException } from '../../../common/errors.js';
import { checksOf, includes, type Kit, Output, rejection } from '../check.js';
import { fill } from '../words.js';

const WORD = 'Grüße';

function open(kit: Kit, stdout?: Output): Promise<Bond> {
  return kit.open(stdout ? { text: 'bytes', stdout: stdout.take } : { text: 'bytes' });
}

async function comesBack(bond: Bond, value: unknown, expected = value): Promise<void> {
  assert.deepEqual(await bond.call('same', value), expected);
}

export const octets = checksOf('carries everything', {
  "with text: 'bytes', strings are the octets of UTF-8 in code and in arguments, and text when they return": [
    ['text'],
    async (kit) => {
      const bond = await open(kit);
      const bytes = Buffer.byteLength(WORD);
      assert.equal(await bond.eval(fill(kit.words.lengthOf, { VALUE: kit.code.text(WORD) })), bytes);
      await bond.evalBlock(kit.code.set(kit.code.text(WORD)));
      assert.equal(await bond.eval(kit.words.get), WORD);
      assert.equal(await bond.eval(fill(kit.words.lengthOf, { VALUE: kit.words.get })), bytes);
      for (const value of [`${WORD} € 😀`, { [WORD]: ['ä', { 'ö €': 'ü' }] }, '😀ä'.repeat(200_000)]) {
        await comesBack(bond, value);
      }
    },
  ],
  "with text: 'bytes', functions and exceptions on both sides have such text": [
    ['text'],
    async (kit) => {
      const bond = await open(kit);
      includes((await rejection(bond.call('boom', WORD), RemoteException)).message, WORD);
      await bond.export((text: string) => `${text} €`, 'host');
      assert.equal(await bond.call('caught', WORD), `${WORD} €`);
      await bond.export(() => {
        throw new Error(WORD);
      }, 'host');
      includes(await bond.call('caught', 1), WORD);
    },
  ],
  "with text: 'bytes', what is printed are these octets": [
    ['text'],
    async (kit) => {
      const output = new Output();
      const bond = await open(kit, output);
      await bond.evalBlock(fill(kit.words.print, { TEXT: WORD }));
      assert.equal(output.text, WORD);
    },
  ],
  "with text: 'bytes', bytes that are UTF-8 return as text, and others as they are": [
    ['text', 'ejson'],
    async (kit) => {
      const bond = await open(kit);
      await comesBack(bond, [Uint8Array.of(0xe4, 0xf6)]);
      await comesBack(bond, Uint8Array.of(0xed, 0xa0, 0x80)); // half of a surrogate pair
      await comesBack(bond, Uint8Array.of(0xc3, 0xa4), 'ä');
    },
  ],
});
