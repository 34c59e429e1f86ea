// What Node prints of a rejection that is not caught: the message and the user's own line, within a screen.

import { describe, expect, test } from 'vitest';
import { PACKAGE, program } from './bonds.js';
import { runCommand } from './built.js';
import { needsInterpreter } from './fixtures.js';

/** As much as is seen without scrolling. */
const LINES = 20;
const WIDTH = 400;

/** Programs whose last line fails, and what has to be told. */
const PROGRAMS: Record<string, readonly [code: string, message: RegExp]> = {
  'makeBond, of an unknown language': ["makeBond('Cobol');", /^BondException: \[Cobol\] there is no driver/],
  'makeBond, of a command that is not there': [
    "makeBond('Perl', 'no-such-perl');",
    /^BondException: \[Perl\] cannot start its interpreter; tried: no-such-perl \(not found\)/,
  ],
  'makeBond, awaited in a function of the user': [
    "async function open() {\n  return await makeBond('Perl', 'no-such-perl');\n}\nawait open();",
    /^BondException: \[Perl\] cannot start its interpreter/,
  ],
  'makeBond, of a command that ends': [
    "makeBond('Perl', 'false');",
    /^BondException: \[Perl\] the command false exited/,
  ],
  'makeBond, of a command that echoes': ["makeBond('Perl', 'cat');", /^BondException: \[Perl\] the command cat echoes/],
  'makeBond, of a command that is silent': [
    "makeBond('Perl', 'sleep 60', { timeout: 100 });",
    /^BondException: \[Perl\] the command sleep 60 was silent/,
  ],
  'makePool, of a command that is not there': [
    "makePool('Perl', { cmds: 'no-such-perl', size: 2 });",
    /^BondException: \[Perl\] cannot start its interpreter/,
  ],
  'makePool, whose set-up fails': [
    "makePool('Perl', { size: 1, setup: (bond) => bond.evalBlock('die \"no\"') });",
    /^RemoteException: \[Perl\] EVAL_BLOCK .*: no at/,
  ],
  'pool.map, of a function that is not there': [
    "const pool = await makePool('Perl', { size: 1 });\nfor await (const result of pool.map('nope', [1, 2])) console.log(result);",
    /^RemoteException: \[Perl\] CALL "nope": Undefined subroutine/,
  ],
  'pool.map, not awaited': [
    "const pool = await makePool('Perl', { size: 1 });\npool.map('nope', [1, 2]).next();",
    /^RemoteException: \[Perl\] CALL "nope": Undefined subroutine/,
  ],
  'iterate, of what cannot be iterated over': [
    "const bond = await makeBond('Perl');\nfor await (const item of bond.iterate('nope()')) console.log(item);",
    /^RemoteException: \[Perl\] ITERATE "nope\(\)": Undefined subroutine/,
  ],
  'iterate, of what fails on the way': [
    "const bond = await makeBond('Perl');\nbond.iterate('sub { die \"late\" }').next();",
    /^RemoteException: \[Perl\] ITERATE .*: late at/,
  ],
  'eval, awaited': [
    "const bond = await makeBond('Perl');\nawait bond.eval('nope()');",
    /^RemoteException: \[Perl\] EVAL "nope\(\)": Undefined subroutine/,
  ],
};

describe('an uncaught rejection', () => {
  needsInterpreter('Perl');

  test.each(Object.entries(PROGRAMS))('of %s is told with its line', async (_, [code, message]) => {
    const text = `import { makeBond, makePool } from '${PACKAGE}';\n${code}\n`;
    const path = program(text, 'program.mjs');
    const { stderr, code: exitCode } = await runCommand([process.execPath, path]);
    const lines = stderr.split('\n').slice(0, LINES);
    expect(Math.max(...stderr.split('\n').map(({ length }) => length))).toBeLessThan(WIDTH);
    expect(lines.find((line) => /^\[?\w+Exception: /.test(line))?.replace(/^\[/, '')).toMatch(message);
    const last = text.trimEnd().split('\n').length;
    expect(stderr).toContain(`program.mjs:${last}:`);
    expect(lines.join('\n')).toMatch(/program\.mjs:\d+:/);
    expect(exitCode).toBe(1);
  });
});
