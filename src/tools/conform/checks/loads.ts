// Level "refers", where a file is run as a program, and functions of the host take the place of some of its own.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { Bond } from '../../../bond/bond.js';
import { BondException } from '../../../common/errors.js';
import type { AnyFunction } from '../../../references/callback.js';
import { checksOf, includes, isAlive, type Kit, rejection } from '../check.js';
import type { ReferenceWords } from '../words.js';

/** A bond of its own, since a program that has been loaded stays; and the path of the program. */
async function open(kit: Kit): Promise<[bond: Bond, path: string]> {
  const path = kit.unusedPath();
  writeFileSync(path, (kit.words.references as ReferenceWords).program ?? '');
  return [await kit.openNew(), path];
}

/** What the program prints: a number, and the text of an exception. */
async function printed(bond: Bond, path: string, replace: Record<string, AnyFunction> = {}): Promise<[number, string]> {
  const { stdout, stderr } = await bond.capture(() => bond.load(path, { replace }));
  assert.equal(stderr, '');
  const [, number, text] = /^(\S+) (.*)$/s.exec(stdout) ?? [];
  return [Number(number), text ?? ''];
}

export const loads = checksOf('refers', {
  'a file runs as a program, and what it prints is output': [
    ['load'],
    async (kit) => {
      const [bond, path] = await open(kit);
      const [number, text] = await printed(bond, path);
      assert.equal(number, 5);
      includes(text, 'broken');
      await isAlive(bond);
    },
  ],
  'functions that call what they replace change nothing, also where that throws': [
    ['load', 'callback'],
    async (kit) => {
      const [bond, path] = await open(kit);
      const calls: unknown[] = [];
      const passing = (name: string) => (given: unknown) => {
        calls.push(name, given);
        return bond.original(name)(given);
      };
      const [number, text] = await printed(bond, path, { half: passing('half'), fails: passing('fails') });
      assert.equal(number, 5);
      includes(text, 'broken');
      assert.deepEqual(calls, ['half', 20, 'half', 10, 'fails', 'broken']);
    },
  ],
  'functions of the host take the place of those of a file; a name that nothing defines is named': [
    ['load', 'callback'],
    async (kit) => {
      const [bond, path] = await open(kit);
      const replace = {
        half: (x: number) => x + 1,
        fails: async () => {
          throw new Error('thrown here');
        },
      };
      const [number, text] = await printed(bond, path, replace);
      assert.equal(number, 22);
      includes(text, 'thrown here');
      await isAlive(bond);
      const [other] = await open(kit);
      const { message } = await rejection(other.load(path, { replace: { halve: () => 0 } }), BondException);
      includes(message, "'halve'");
      await isAlive(other);
    },
  ],
});
