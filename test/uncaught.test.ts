// What Node prints of a rejection that is not caught: the message and the user's own line, within a screen.

import { describe, expect, test } from 'vitest';
import { PACKAGE, program } from './bonds.js';
import { runCommand } from './built.js';
import { needsInterpreter } from './fixtures.js';
import { testSample } from './turns.js';

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
    "makeBond('Perl', 'sleep 60', { startTimeout: 100 });",
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
  'a call among others': [
    "const bond = await makeBond('Perl');\nawait Promise.all([bond.eval('1'), bond.fn.nope()]);",
    /^RemoteException: \[Perl\] CALL "nope": Undefined subroutine/,
  ],
  'an argument that cannot cross': [
    "const bond = await makeBond('Perl');\nawait bond.call('join', () => 1);",
    /^SerializationException: \[Perl\] args\[0\]: a function has to be wrapped/,
  ],
  'an argument in a chain that cannot cross': [
    "const bond = await makeBond('Perl');\nconst util = await bond.import('List::Util');\nawait util.sum(() => 1);",
    /^SerializationException: \[Perl\] List::Util.sum\(…\): args\[0\]: a function has to be wrapped/,
  ],
  'export, of a name that is none': [
    "const bond = await makeBond('Perl');\nawait bond.export(() => 1, '1a');",
    /^RemoteException: \[Perl\] EXPORT "1a"/,
  ],
  'a method of something held': [
    "const bond = await makeBond('Perl');\nawait bond.hold('[]').then((held) => held.call('nope'));",
    /^RemoteException: \[Perl\] CALL "nope" of "\[\]"/,
  ],
  'a stream that fails': [
    "const bond = await makeBond('Perl');\nawait bond.call('sub { $_[0]->() }', stream((function* () { throw new Error('dry') })()));",
    /^RemoteException: \[Perl\] CALL .*: Error: dry/,
  ],
  'the end of an interpreter': [
    "const bond = await makeBond('Perl');\nawait bond.evalBlock('exit 3');",
    /^TerminatedException: \[Perl\] EVAL_BLOCK "exit 3": the interpreter exited with code 3/,
  ],
  'each, of code that fails': [
    "const pool = await makePool('Perl', { size: 1 });\nawait pool.each('nope()');",
    /^RemoteException: \[Perl\] EVAL_BLOCK "nope\(\)"/,
  ],
  'eval, awaited': [
    "const bond = await makeBond('Perl');\nawait bond.eval('nope()');",
    /^RemoteException: \[Perl\] EVAL "nope\(\)": Undefined subroutine/,
  ],
};

describe('an uncaught rejection', () => {
  needsInterpreter('Perl');

  testSample(2).each(Object.entries(PROGRAMS))('of %s is told with its line', async (_, [code, message]) => {
    const text = `import { makeBond, makePool, stream } from '${PACKAGE}';\n${code}\n`;
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

  test('of a call that is not awaited is told with its line where BOND_DEBUG=1 keeps that', async () => {
    const path = program(
      `import { makeBond } from '${PACKAGE}';\nconst bond = await makeBond('Perl');\nbond.call('nope');\n`,
      'program.mjs',
    );
    const { stderr } = await runCommand([process.execPath, path], { env: { BOND_DEBUG: '1' } });
    expect(stderr).toContain('program.mjs:3:');
  });
});
