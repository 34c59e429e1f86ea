// What a program does to the world that it shares with this library: globals, prototypes, flags of Node, its own process.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BondException, callback, RemoteException, stream, TimeoutException } from '../src/index.js';
import { PACKAGE, program, temporaryDirectory } from './bonds.js';
import { BOND, runCommand } from './built.js';
import { all, needsInterpreter, openBond, openPool, rejection } from './fixtures.js';
import { testSample } from './turns.js';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What programs replace. Promises and dates are types as well, which need no import. */
const REPLACED = [
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'],
  ...[
    'queueMicrotask',
    'process.nextTick',
    'process.hrtime',
    'Error.captureStackTrace',
    'performance',
    'Date',
    'Promise',
  ],
  ...['Buffer', 'TextDecoder', 'TextEncoder', 'AbortController', 'AbortSignal', 'structuredClone', 'fetch'],
];

describe('the sources', () => {
  // `bond conform` is a program of its own.
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('globals.ts') && !name.includes('conform'),
  );

  test.each(files)('%s takes nothing from the globals that a program replaces', (name) => {
    const marked = Object.fromEntries(REPLACED.map((global) => [global, `TAKEN_${global.replace('.', '_')}`]));
    const text = readFileSync(join(SRC, name), 'utf8');
    const { code } = transformSync(text, { loader: 'ts', define: marked, target: 'es2022' });
    expect(code.match(/\bTAKEN_\w+/g)).toBeNull();
  });
});

describe('fake timers', () => {
  needsInterpreter('Perl');
  afterEach(() => void vi.useRealTimers());

  test.each([
    ['of Vitest, as they come', undefined],
    [
      'of Vitest, of everything',
      ['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance', 'hrtime'] as const,
    ],
  ])('%s, do not concern bonds', async (_, toFake) => {
    vi.useFakeTimers(toFake ? { toFake: [...toFake] } : {});
    const bond = await openBond('Perl');
    await bond.export((text: string) => text.length, 'length_of');
    expect(await bond.eval('length_of("four")')).toBe(4);
    expect(
      await bond.call(
        'sub { $_[0]->(20) + 1 }',
        callback(async (n: number) => n + 1),
      ),
    ).toBe(22);
    expect(await bond.call('sub { join ",", @{ $_[0] } }', Array(10_000).fill('text'))).toHaveLength(49_999);
    expect(
      await bond.call('sub { my $s = 0; while (defined(my $n = $_[0]->())) { $s += $n } $s }', stream([1, 2, 3])),
    ).toBe(6);
    await rejection(bond.with({ timeout: 50 }).eval('sleep 60'), TimeoutException);
    await bond.interrupt();
    expect(await all(bond.iterate('[1 .. 3]'))).toEqual([1, 2, 3]);
    await rejection(bond.eval('die "no"'), RemoteException);
    await bond.close();
  });

  test('do not concern pools', async () => {
    vi.useFakeTimers();
    const pool = await openPool('Perl', { size: 2, timeout: 2000 });
    expect(await all(pool.map('sub { $_[0] + 1 }', [1, 2, 3]))).toEqual([2, 3, 4]);
    await rejection(pool.eval('sleep 60'), TimeoutException);
    expect(await pool.eval('1')).toBe(1);
    await pool.close();
  });
});

/**
 * Like `jest.useFakeTimers()`, which fakes everything, as Sinon does it: in the module of timers, too. Without
 * `process.nextTick`, no child process of Node's would start: Jest only fakes that of its sandbox.
 */
const FAKE_TIMERS = `
  const { createRequire } = await import('node:module');
  const require = createRequire(import.meta.url);
  const clock = {};
  const fake = (target, name) => {
    clock['_' + name] ??= target[name];
    target[name] = Object.assign(() => ({ ref() {}, unref() {} }), { clock });
  };
  for (const target of [globalThis, require('timers')]) {
    for (const name of ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate']) fake(target, name);
  }
  for (const name of ['setTimeout', 'setImmediate']) require('timers/promises')[name] = () => new Promise(() => {});
  fake(globalThis, 'queueMicrotask');
  globalThis.performance = { now: () => 0 };
  globalThis.Date = class extends Date { constructor() { super(0) } static now() { return 0 } };
`;

/** What a program of the user's does with a bond, whatever else it has done. */
const USE = `
  const bond = await makeBond('Perl', { stderr: 'ignore' });
  const is = (value, expected) => {
    if (value !== expected) throw new Error(String(value) + ' is not ' + expected);
  };
  const thrown = (promise) => promise.then((value) => { throw new Error('got ' + value) }, (error) => error);
  await bond.export((n) => n + 1, 'one_more');
  is(await bond.eval('one_more(41)'), 42);
  is(await bond.call('sub { $_[0]->(20) + 1 }', callback(async (n) => n + 1)), 22);
  is((await bond.eval('["x" x 10_000, ("é") x 10_000]'))[10_000], 'é');
  is(await bond.call('length', new Uint8Array([1, 2])), 2);
  await bond.export(() => { throw new RangeError('mine') }, 'fail');
  is((await thrown(bond.eval('fail()'))).cause.message, 'mine');
  is((await thrown(bond.with({ timeout: 50 }).eval('sleep 60'))) instanceof TimeoutException, true);
  await bond.interrupt();
  is(await bond.call('sub { my $s = 0; while (defined(my $n = $_[0]->())) { $s += $n } $s }', stream([1, 2, 3])), 6);
  let sum = 0;
  for await (const n of bond.iterate('[1 .. 3]')) sum += n;
  is(sum, 6);
  await bond.close();
  const pool = await makePool('Perl', { size: 1 });
  is(await pool.eval('1'), 1);
  await pool.close();
  console.log('done');
`;

/** Changes of the world: flags of Node, and code before and after this library is loaded. */
const WORLDS: Record<
  string,
  { readonly flags?: readonly string[]; readonly before?: string; readonly after?: string }
> = {
  'fake timers before it is loaded': { before: FAKE_TIMERS },
  'fake timers after it is loaded': { after: FAKE_TIMERS },
  'frozen intrinsics': { flags: ['--frozen-intrinsics'] },
  'a deleted __proto__': { flags: ['--disable-proto=delete'] },
  'a __proto__ that throws': { flags: ['--disable-proto=throw'] },
  'no code from strings': { flags: ['--disallow-code-generation-from-strings'] },
  'stacks of another kind': { before: 'Error.prepareStackTrace = (error, frames) => frames;' },
  'stacks that cannot be formatted': { before: "Error.prepareStackTrace = () => { throw new Error('no stack') };" },
  'stacks without frames': { before: 'Error.stackTraceLimit = 0;' },
  'no limit of stacks': { before: 'delete Error.stackTraceLimit;' },
  'a limit of stacks that cannot be set': {
    before: "Object.defineProperty(Error, 'stackTraceLimit', { value: 3, writable: false });",
  },
  'no captureStackTrace': { after: 'Error.captureStackTrace = undefined;' },
  'a polluted prototype': {
    before: `
      Object.prototype.polluted = 'polluted';
      Object.prototype.toString2 = () => '';
      Array.prototype.last = function () { return this[this.length - 1] };
    `,
  },
  'a toJSON of lists, as Prototype.js has it': { before: "Array.prototype.toJSON = () => 'x';" },
  'a toJSON of all objects': { before: 'Object.prototype.toJSON = function () { return this };' },
  'a toJSON of all objects that throws': { before: "Object.prototype.toJSON = () => { throw new Error('toJSON') };" },
  'an environment behind a proxy': { before: 'process.env = new Proxy(process.env, {});' },
  'an environment with odd keys': {
    before: "Object.assign(process.env, { '': 'x', 'a b': 'x', 'ü': 'ü', 'x=y': 'z' });",
  },
  'an odd process.argv': { before: 'process.argv = undefined;' },
  'other globals after it is loaded': {
    after: `
      for (const name of ['Promise', 'Buffer', 'TextDecoder', 'TextEncoder', 'AbortSignal', 'AbortController', 'URL']) {
        globalThis[name] = undefined;
      }
      for (const name of ['structuredClone', 'queueMicrotask', 'MessageChannel', 'Event', 'EventTarget']) delete globalThis[name];
    `,
  },
  'no names of the language after it is loaded': {
    after: `
      const { Error, RangeError, String, Uint8Array, process } = globalThis;
      ${['Map', 'Set', 'WeakMap', 'WeakRef', 'FinalizationRegistry', 'Number', 'String', 'Boolean', 'BigInt', 'Symbol', 'Array', 'Object', 'Function', 'RegExp', 'JSON', 'Math', 'Reflect', 'Proxy', 'Error', 'TypeError', 'RangeError', 'AggregateError', 'Uint8Array', 'ArrayBuffer', 'process'].map((name) => `delete globalThis.${name};`).join(' ')}
    `,
  },
};

describe('a program goes on under', () => {
  needsInterpreter('Perl');
  const test = testSample(2);

  test.each(Object.entries(WORLDS))('%s', async (_, { flags = [], before = '', after = '' }) => {
    const path = program(
      `${before}
      const { callback, makeBond, makePool, stream, TimeoutException } = await import('${PACKAGE}');
      ${after}
      ${USE}`,
      'program.mjs',
    );
    const { stdout, stderr } = await runCommand([process.execPath, '--no-warnings', ...flags, path]);
    expect({ stdout, stderr }).toEqual({ stdout: 'done\n', stderr: '' });
  });

  test('a worker thread', async () => {
    const worker = program(
      `const { callback, makeBond, makePool, stream, TimeoutException } = await import('${PACKAGE}');
      ${USE}`,
      'worker.mjs',
    );
    const path = program(
      `import { Worker } from 'node:worker_threads';
      new Worker(${JSON.stringify(worker)}).on('error', (error) => { throw error });`,
      'program.mjs',
    );
    const { stdout, stderr } = await runCommand([process.execPath, path]);
    expect({ stdout, stderr }).toEqual({ stdout: 'done\n', stderr: '' });
  });
});

describe('in a directory that has been deleted', () => {
  needsInterpreter('Perl');

  /** What a program says whose directory is gone. */
  function inDeleted(text: string, args: readonly string[] = [program(text, 'program.mjs')]) {
    const shell = 'cd "$1" && rmdir "$1" && shift && exec "$@"';
    return runCommand(['sh', '-c', shell, 'sh', temporaryDirectory(), process.execPath, ...args]);
  }
  const said = 'the current working directory has been deleted: change to another one, or set the option cwd';

  test('a bond opens in another one', async () => {
    const { stdout, stderr } = await inDeleted(`
      import { makeBond } from '${PACKAGE}';
      const bond = await makeBond('Perl', { cwd: '/' });
      console.log(await bond.eval('do { require Cwd; Cwd::getcwd() }'));
      await bond.close();
    `);
    expect({ stdout, stderr }).toEqual({ stdout: '/\n', stderr: '' });
  });

  test('a bond, a pool, and a relative directory are refused by an exception of ours', async () => {
    const { stdout } = await inDeleted(`
      import { BondException, makeBond, makePool } from '${PACKAGE}';
      for (const open of [() => makeBond('Perl'), () => makePool('Perl', { size: 1 }), () => makeBond('Perl', { cwd: 'here' })])
        await open().catch((error) => console.log(error instanceof BondException, error.message));
    `);
    const refused = `true [Perl] ${said}\n`;
    expect(stdout).toBe(
      `${refused}${refused}true [Perl] the working directory here does not exist, or is no directory (option cwd)\n`,
    );
  });

  test('the command says so, and does not advise to install what is there', async () => {
    const session = await inDeleted('', [...BOND.slice(1), '-p', '1', 'Perl']);
    expect(session).toMatchObject({ stdout: '', stderr: `[Perl] ${said}\n`, code: 3 });
    const doctor = await inDeleted('', [...BOND.slice(1), 'doctor', 'Perl']);
    expect(doctor.stdout).toContain(`Perl: ${said}\n`);
    expect(doctor.stdout).not.toContain('install');
  });
});

test('a signal may be of another kind than that of Node, as in jsdom', async () => {
  const signal = Object.assign(new EventTarget(), { aborted: false, reason: undefined as unknown });
  const bond = await openBond('Perl');
  const call = bond.with({ signal: signal as unknown as AbortSignal }).eval('sleep 60');
  Object.assign(signal, { aborted: true, reason: new Error('enough') });
  signal.dispatchEvent(new Event('abort'));
  expect((await rejection(call, BondException)).cause).toBe(signal.reason);
});

describe('a program that must not, or cannot, start processes is told why', () => {
  needsInterpreter('Perl');

  const start = `
    import { makeBond } from '${PACKAGE}';
    await makeBond('Perl').catch((error) => console.log(error.name, error.message));`;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const permission = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13) ? '' : 'experimental-';

  test.each([
    [
      'by permissions',
      [process.execPath, '--no-warnings', `--${permission}permission`, '--allow-fs-read=*'],
      "perl (Node's permission model forbids it: start Node with --allow-child-process)",
    ],
    [
      'for want of descriptors',
      ['sh', '-c', 'ulimit -n 25 && exec "$0" "$1"', process.execPath],
      'perl (too many open files: ',
    ],
    ['as it is not found', ['env', 'PATH=', process.execPath], 'perl (not found); to install it: apt-get install perl'],
  ])('%s', async (_, command, reason) => {
    const [name = '', ...args] = command;
    const { stdout } = await runCommand([name, ...args, program(start, 'program.mjs')]);
    expect(stdout).toContain(`BondException [Perl] cannot start its interpreter; tried: ${reason}`);
    if (!reason.includes('not found')) expect(stdout).not.toContain('install');
  });

  test.each(['<&-', '>&-', '2>&-', '<&- >&- 2>&-'])('but standard streams need not be open (%s)', async (closed) => {
    const file = join(temporaryDirectory(), 'answer');
    const path = program(
      `import { writeFileSync } from 'node:fs';
      import { makeBond } from '${PACKAGE}';
      const bond = await makeBond('Perl');
      await bond.evalBlock('print "out"; print STDERR "err"');
      writeFileSync('${file}', String(await bond.eval('6 * 7')));
      await bond.close();`,
      'program.mjs',
    );
    const { code } = await runCommand(['sh', '-c', `exec "$0" "$1" ${closed}`, process.execPath, path]);
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('42');
  });
});
