// Level "speaks": code that is wrong is an exception, and the session replies afterwards.

import assert from 'node:assert/strict';
import { RemoteException, SerializationException } from '../../../../common/errors.js';
import { checksOf, isAlive, rejection } from '../../check.js';

/** What no language of the usual kind can read: as an expression, and as a block or the name of a function. */
const WRONG_EXPRESSIONS = ['1 +', ')', '}', '(', "'abc", '"abc', '💥'];
const WRONG_BLOCKS = [')', '}', '(', "'abc", '"abc'];

export const wrongCode = checksOf('speaks', {
  'a syntax error in an expression is an exception, and the session replies': async ({ open, words }) => {
    const bond = await open();
    for (const code of words.wrongExpressions ?? WRONG_EXPRESSIONS) {
      await rejection(bond.eval(code), RemoteException);
      await isAlive(bond);
    }
  },
  'a syntax error in a block or in the name of a function is an exception, and the session replies': async ({
    open,
    words,
  }) => {
    const bond = await open();
    for (const code of words.wrongBlocks ?? WRONG_BLOCKS) {
      await rejection(bond.evalBlock(code), RemoteException);
      await rejection(bond.call(code, 1), RemoteException);
      await isAlive(bond);
    }
  },
  'a NUL in the code is a character like any other, or an exception': async ({ open, words, code }) => {
    const bond = await open();
    const value = bond.eval(code.text('a\0b'));
    if (words.nulInCode === 'value') assert.equal(await value, 'a\0b');
    else if (words.nulInStrings) await rejection(value, SerializationException);
    else await rejection(value, RemoteException);
    await isAlive(bond);
  },
  'an unknown function is an exception': async ({ open, code }) => {
    const bond = await open();
    await rejection(bond.call('no_such_function', 1), RemoteException);
    await rejection(bond.eval(code.call('no_such_function')), RemoteException);
    await isAlive(bond);
  },
});
