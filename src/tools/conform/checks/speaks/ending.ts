// Level "speaks": the end, by an exit or by close, and the names that a driver leaves behind.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { TerminatedException } from '../../../../common/errors.js';
import { checksOf, rejection } from '../../check.js';
import { fill } from '../../words.js';

export const theEnd = checksOf('speaks', {
  'an exit rejects the call, what waits behind it, and every later one, with the exit code': async ({ open, code }) => {
    for (const leave of ['evalBlock', 'call'] as const) {
      const bond = await open();
      const attempts = [
        bond[leave](leave === 'call' ? 'leave' : code.block('leave')),
        bond.eval('1'),
        bond.call('twice', 2),
      ];
      const errors = await Promise.all(attempts.map((attempt) => rejection(attempt, TerminatedException)));
      for (const { exitCode } of errors) assert.equal(exitCode, 3);
      await rejection(bond.eval('1'), TerminatedException);
    }
  },
  'an exit inside of a host function rejects the calls of every level': async ({ open, code }) => {
    const bond = await open();
    const inner: Promise<unknown>[] = [];
    await bond.export(async () => {
      inner.push(rejection(bond.call('leave'), TerminatedException));
      await inner[0];
    }, 'host');
    assert.equal((await rejection(bond.eval(code.call('host')), TerminatedException)).exitCode, 3);
    await inner[0];
  },
  'close waits for the calls that were made before it': async ({ open }) => {
    const bond = await open();
    const call = bond.call('twice', 4);
    await bond.close();
    assert.equal(await call, 8);
    assert.equal((await bond.closed).exitCode, 0);
  },
  'all names of the driver begin with _BOND_ or __BOND_': async ({ openBare, printedBy, unusedPath, words }) => {
    const bond = await openBare();
    await bond.export(() => 1, '_BOND_mine');
    const { printGlobals } = words;
    const program = typeof printGlobals === 'string' ? [unusedPath()] : printGlobals;
    if (typeof printGlobals === 'string') writeFileSync(String(program[0]), printGlobals);
    const bare = JSON.parse(await printedBy(program.map((arg) => fill(arg, { GLOBALS: words.globals })))) as string[];
    const names = Object.values(await bond.eval<string[] | Record<string, string>>(words.globals));
    const added = names.filter((name) => !bare.includes(name));
    assert.deepEqual(
      added.filter((name) => !/^\W*_?_BOND_/i.test(name)),
      [],
    );
  },
});
