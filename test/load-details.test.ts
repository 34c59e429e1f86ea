// What is odd in a language is the same when all functions are replaced by functions that call the originals: what a program
// prints is compared with what it prints without a bond.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test as everyTest, expect } from 'vitest';
import { type Bond, BondException } from '../src/index.js';
import { collect, hasInterpreter, type Language, missing, openBond, rejection } from './fixtures.js';

const cwd = fileURLToPath(new URL('fixtures/load/details', import.meta.url));
const COMMANDS: Partial<Record<Language, string>> = { Perl: 'perl', Python: 'python3', JavaScript: process.execPath };
const ARGUMENTS = ['a', 'b c'];

/** Runs a file as its language does. */
function runAlone(lang: Language, file: string): { stdout: string; stderr: string } {
  return spawnSync(COMMANDS[lang] as string, [file, ...ARGUMENTS], { cwd, encoding: 'utf8' });
}

/** Runs it in a bond, in which some functions are replaced; how often each has been called. */
async function runReplaced(lang: Language, file: string, names: string[], then?: (bond: Bond) => Promise<unknown>) {
  const args = lang === 'JavaScript' ? ARGUMENTS : ['--', ...ARGUMENTS];
  const [out, err] = [collect(), collect()];
  const bond = await openBond(lang, COMMANDS[lang], args, { cwd, stdout: out.stdout, stderr: err.stdout });
  const calls = Object.fromEntries(names.map((name) => [name, 0]));
  const pass = (name: string) => {
    const original = bond.original(name);
    return (...given: unknown[]) => {
      calls[name] = (calls[name] ?? 0) + 1;
      return original(...given);
    };
  };
  await bond.load(file, { replace: Object.fromEntries(names.map((name) => [name, pass(name)])) });
  await then?.(bond);
  return { stdout: out.text(), stderr: err.text(), calls, bond };
}

function testOf(lang: Language, title: string, run: () => Promise<void>): void {
  everyTest(`${lang}: ${title}`, async ({ skip }) => {
    if (!hasInterpreter(lang)) missing(`${lang}: no interpreter`, skip);
    await run();
  });
}

testOf('Perl', 'contexts, lists, prototypes, DATA, caller, late definitions, warnings', async () => {
  const names = ['early', 'context', 'pairs', 'lexical', 'late', 'evaled', 'assigned', 'one', 'Auto::new', 'each_of'];
  const { calls, ...printed } = await runReplaced('Perl', 'odd.pl', names);
  const { stdout, stderr } = runAlone('Perl', 'odd.pl');
  expect(printed.stdout).toBe(stdout);
  expect(printed.stderr).toBe(stderr);
  // What is assigned is called before the load is over, and `sub one () { 1 }` is a constant.
  expect(Object.keys(calls).filter((name) => calls[name] === 0)).toEqual(['assigned', 'one']);
});

const SAME: Partial<Record<Language, string[]>> = {
  Perl: ['@strs', 'grow', 'inc', 'context', 'nested', 'swap'],
  Python: ['grow', 'kw', 'same', 'talk', 'talks', 'Box.add'],
  JavaScript: ['grow', 'count', 'nothing', 'same', 'nested', 'fill', 'Old', 'gen'],
};

for (const [lang, names] of Object.entries(SAME) as [Language, string[]][]) {
  testOf(lang, 'what is passed on unchanged is the same object as before, and can be changed', async () => {
    const file = { Perl: 'same.pl', Python: 'same.py', JavaScript: 'same.cjs', PHP: '' }[lang];
    const { calls, ...printed } = await runReplaced(lang, file, names);
    const { stdout, stderr } = runAlone(lang, file);
    expect(printed.stdout).toBe(stdout);
    expect(printed.stderr).toBe(stderr);
    expect(Object.values(calls)).not.toContain(0);
  });
}

testOf('Perl', 'a name with @ returns lists, also of one item', async () => {
  const bond = await openBond('Perl', { cwd });
  const lists: unknown[] = [];
  const replace = {
    '@pairs': async (...items: number[]) => {
      lists.push(await bond.original('pairs')(...items));
      return [...items, 'end'];
    },
  };
  const { stdout } = await bond.capture(() => bond.load('odd.pl', { replace }));
  expect(lists).toEqual([
    [4, 8],
    [1, 2, 2, 4],
  ]);
  expect(stdout).toContain('pairs 4 end 3 ');
});

testOf('Perl', 'a file that is loaded again defines its functions again', async () => {
  const bond = await openBond('Perl', { cwd });
  const load = async (replace: Record<string, (x: number) => unknown>): Promise<string> =>
    (await bond.capture(() => bond.load('odd.pl', { replace }))).stdout;
  expect(await load({ early: (x) => x * 100 })).toContain('early 300');
  expect(await load({})).toContain('early 4');
  expect(await load({ early: (x) => x * 10 })).toContain('early 30');
});

testOf('JavaScript', 'classes, functions of every kind, texts that look like them, lines and columns', async () => {
  const classes = ['Cart.size', 'Cart.total', 'Cart.make', 'Cart.later', 'Old.prototype.get', 'Old.of'];
  const names = ['plain', 'arrow', 'expr', 'gen', 'quick', 'slow', ...classes];
  const { calls, ...printed } = await runReplaced('JavaScript', 'odd.cjs', names, (bond) =>
    bond.eval('require("./odd.cjs").done'),
  );
  expect(printed.stdout).toBe(runAlone('JavaScript', 'odd.cjs').stdout);
  expect(Object.values(calls)).not.toContain(0);
});

testOf(
  'JavaScript',
  'what is assigned later, in an object, or only exported, is replaced when the module has run',
  async () => {
    const names = ['late', 'obj.method', 'extra'];
    const { bond, calls } = await runReplaced('JavaScript', 'odd.cjs', names);
    expect(await bond.call('require("./odd.cjs").extra')).toBe('extra');
    expect(calls).toEqual({ late: 0, 'obj.method': 0, extra: 1 });
  },
);

testOf('JavaScript', 'ES modules, where Node can', async () => {
  const names = ['local', 'tax', 'main', 'lib.mjs:fee', 'Box.get'];
  const canReplace = 'registerHooks' in (await import('node:module'));
  if (!canReplace) {
    const bond = await openBond('JavaScript', { cwd });
    const replace = { local: () => 1 };
    const error = await rejection(bond.load('main.mjs', { replace }), BondException);
    expect(error.message).toContain('Node 22.15');
  }
  const { calls, stdout } = await runReplaced('JavaScript', 'main.mjs', canReplace ? names : []);
  expect(stdout).toBe(runAlone('JavaScript', 'main.mjs').stdout);
  expect(Object.values(calls)).not.toContain(0);
});

testOf(
  'Python',
  'decorators, properties, coroutines, generators, what is under a condition, and what inspect shows',
  async () => {
    const members = ['total', 'make', 'named', 'size', 'gen', 'fail', '__init__'].map((name) => `Cart.${name}`);
    const names = ['discount', 'second', 'later', 'steps', 'under_condition', ...members, 'lib.tax', 'lib.Box.get'];
    const { calls, ...printed } = await runReplaced('Python', 'odd.py', names);
    const { stdout, stderr } = runAlone('Python', 'odd.py');
    expect(printed.stdout).toBe(stdout);
    expect(printed.stderr).toBe(stderr);
    expect(Object.values(calls)).not.toContain(0);
  },
);
