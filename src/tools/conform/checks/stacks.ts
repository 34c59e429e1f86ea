// Level "carries everything": what an exception has passed, and where code is given.

import assert from 'node:assert/strict';
import { runInThisContext } from 'node:vm';
import type { Bond } from '../../../bond/bond.js';
import { RemoteException } from '../../../common/errors.js';
import { checksOf, type Kit, rejection } from '../check.js';

/** Gives code as a program would that has it in line 7 of this file. */
const FILE = '/conform/program.js';
const give = runInThisContext('(bond, method, code) => bond[method](code)', { filename: FILE, lineOffset: 6 }) as (
  bond: Bond,
  method: 'eval' | 'evalBlock',
  code: string,
) => Promise<unknown>;

/** The frames of what a function of the host throws that `down` has called. */
async function framesOf(bond: Bond): Promise<string[]> {
  await bond.export(function up() {
    throw new Error('from the host');
  }, 'up');
  const { stack = '' } = await rejection(bond.call('down', 1), RemoteException);
  return stack.split('\n').slice(1);
}

function frameOfDown(frames: readonly string[], { lang }: Kit): number {
  const found = frames.findIndex((line) => line.includes(`down [${lang}] (`) && /:\d+\)$/.test(line));
  assert.ok(found >= 0, `a frame of down is in the stack:\n${frames.join('\n')}`);
  return found;
}

export const stacks = checksOf('carries everything', {
  'the frames that an exception has passed stand in its stack, behind those of the host function that threw': [
    ['stacks'],
    async (kit) => {
      frameOfDown(await framesOf(await kit.open()), kit);
    },
  ],
  'code that comes with a file and a line is called by them': [
    ['stacks', 'places'],
    async (kit) => {
      const bond = await kit.openBare();
      await give(bond, 'evalBlock', `\n${kit.words.functions}`);
      const frames = await framesOf(bond);
      const [, line] = /\/conform\/program\.js:(\d+)/.exec(frames[frameOfDown(frames, kit)] as string) ?? [];
      const last = 7 + kit.words.functions.split('\n').length;
      assert.ok(Number(line) > 7 && Number(line) <= last, `down is called by ${FILE}:\n${frames.join('\n')}`);
    },
  ],
  'an expression that comes with a file and a line has its value': [
    ['places'],
    async (kit) => {
      const bond = await kit.openBare();
      assert.equal(await give(bond, 'eval', `\n${kit.code.sum('20', '22')}\n`), 42);
    },
  ],
});
