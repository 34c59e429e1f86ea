import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, test as everyTest, expect } from 'vitest';
import { BondException, makeBond, RemoteException, TerminatedException, TimeoutException } from '../src/index.js';
import { shellQuote } from '../src/process/command.js';
import { AWKWARD, remoteWords } from './arguments.js';
import { COMMANDS, expectInterruptible, isAlive, peer, program, refusal, temporaryDirectory, until } from './bonds.js';
import { onTestFinished } from './finish.js';
import {
  collect,
  type Language,
  languages,
  missing,
  needsInterpreter,
  openBond,
  range,
  rejection,
} from './fixtures.js';
import { type RemoteHost, sshdObstacle, startSshd } from './sshd.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

let host: RemoteHost;

beforeAll(async () => {
  if (!sshdObstacle()) host = await startSshd();
});

afterAll(() => host?.stop());

/** A way that leads to an interpreter. */
interface Road {
  readonly name: string;
  /** The command that goes it, for the interpreter that one types as `interpreter`. */
  readonly command: (interpreter: string) => string | string[];
  /** What it needs beyond the interpreter. */
  readonly needs?: 'ssh' | 'sudo' | 'ssh and sudo';
  /** Whether the local process is all there is between, so that its end is that of a busy interpreter too. */
  readonly isLocal?: boolean;
  /** The languages on which it is tried. */
  readonly on?: readonly Language[];
  /** Whether nothing but its words differ from those of another. */
  readonly isVariant?: boolean;
}

/** A program of the user's that stands between, in a directory with an awkward name. */
function wrapper(text: string): string {
  const directory = join(temporaryDirectory(), `it's "my" $HOME`);
  mkdirSync(directory);
  return program(`#!/bin/sh\n${text}\n`, 'run me', directory);
}

/** Perl goes the plain ways in placements.test.ts. */
const NOT_PERL = languages.filter((lang) => lang !== 'Perl');

const ssh: Road = { name: 'ssh', needs: 'ssh', on: NOT_PERL, command: (interpreter) => `${host.ssh} ${interpreter}` };

const roads: Road[] = [
  ssh,
  {
    name: 'ssh within ssh',
    needs: 'ssh',
    on: NOT_PERL,
    command: (interpreter) => `${host.ssh} ${host.ssh} ${interpreter}`,
  },
  { name: 'sudo', needs: 'sudo', on: NOT_PERL, command: (interpreter) => `sudo -n -u nobody ${interpreter}` },
  { name: 'env', isLocal: true, on: NOT_PERL, isVariant: true, command: (interpreter) => `env X=1 ${interpreter}` },
  {
    name: 'a wrapper that execs',
    isLocal: true,
    on: NOT_PERL,
    command: (interpreter) => [wrapper(`exec ${interpreter} "$@"`)],
  },
  {
    name: 'a wrapper that does not exec',
    isLocal: true,
    on: NOT_PERL,
    command: (interpreter) => [wrapper(`${interpreter} "$@"`)],
  },
  {
    name: 'a wrapper that prints first',
    isLocal: true,
    command: (interpreter) => [
      wrapper(`echo 'Welcome to STAGE1!'; echo 'READY {}' >&2; printf 'no newline'; exec ${interpreter} "$@"`),
    ],
  },
  // Variants, which differ in how the words are quoted.
  {
    name: 'ssh as an argv array',
    needs: 'ssh',
    on: ['PHP'],
    isVariant: true,
    command: (interpreter) => [...host.sshArgv, interpreter],
  },
  {
    name: 'ssh within ssh, in one word',
    needs: 'ssh',
    on: ['PHP', 'Python'],
    isVariant: true,
    command: (interpreter) => `${host.ssh} ${shellQuote(`${host.ssh} ${interpreter}`)}`,
  },
  {
    name: 'ssh to a wrapper with an awkward path',
    needs: 'ssh',
    on: ['PHP'],
    isVariant: true,
    command: (interpreter) => `${host.ssh} ${shellQuote(shellQuote(wrapper(`exec ${interpreter} "$@"`)))}`,
  },
  {
    name: 'a wrapper with an awkward path',
    isLocal: true,
    on: ['PHP'],
    isVariant: true,
    command: (interpreter) => shellQuote(wrapper(`exec ${interpreter} "$@"`)),
  },
  {
    name: 'sudo, then ssh',
    needs: 'ssh and sudo',
    on: ['PHP'],
    isVariant: true,
    command: (interpreter) => `sudo -n ${host.ssh} ${interpreter}`,
  },
  {
    name: 'ssh, then sudo',
    needs: 'ssh and sudo',
    on: ['JavaScript'],
    isVariant: true,
    command: (interpreter) => `${host.ssh} sudo -n -u nobody ${interpreter}`,
  },
  {
    name: 'nice and nohup',
    isLocal: true,
    on: ['Perl'],
    isVariant: true,
    command: (interpreter) => `nice -n 1 nohup ${interpreter}`,
  },
  {
    name: 'a shell',
    isLocal: true,
    on: ['Python'],
    isVariant: true,
    command: (interpreter) => ['sh', '-c', `exec ${interpreter} "$@"`, 'sh'],
  },
];

const known = new Map<string, boolean>();

/** Whether `sudo` lets the user `nobody` run a command. */
function mayRun(...command: string[]): boolean {
  const line = command.join(' ');
  const may =
    known.get(line) ?? spawnSync('sudo', ['-n', '-u', 'nobody', ...command], { stdio: 'ignore' }).status === 0;
  known.set(line, may);
  return may;
}

/** Skips the tests of the current suite, aloud, where what a road needs is missing; in CI, they fail. */
function needsRoad({ needs }: Road, lang: Language): void {
  needsInterpreter(lang);
  beforeEach(({ skip }) => {
    if (needs?.includes('ssh') && sshdObstacle()) missing(sshdObstacle() as string, skip);
    if (!needs?.includes('sudo')) return;
    if (!mayRun('true')) missing('no sudo without a password; apt-get install sudo', skip);
    if (!mayRun(COMMANDS[lang], '--version')) missing(`nobody may not run ${COMMANDS[lang]}`, skip);
  });
}

/** Of the tests, the one that shows how the words of a command arrive. */
const ABOUT_WORDS = 1;

/** Which test is the first that a language shows on a road: another on the next one; -1 for none. */
function firstOf(road: Road, lang: Language): number {
  const on = road.on ?? languages;
  if (road.isVariant) return lang === on[0] ? ABOUT_WORDS : -1;
  return (on.indexOf(lang) + roads.indexOf(road)) % on.length;
}

const roadsTo = roads.flatMap((road) => (road.on ?? languages).map((lang) => [lang, road.name, road] as const));

describe.concurrent.each(roadsTo)('%s through %s', (lang, _, road) => {
  needsRoad(road, lang);
  const test = testInTurn(firstOf(road, lang), range(road.isVariant ? 4 : (road.on ?? languages).length));
  const say = words[lang];
  const sayRemote = remoteWords[lang];

  test('calls, exceptions and output cross, and close lets exit hooks run', async () => {
    const [output, errors] = [collect(), collect()];
    const streams = { stdout: output.stdout, stderr: errors.stdout };
    const bond = await openBond(lang, road.command(COMMANDS[lang]), [], { cwd: '/', ...streams });
    const pid = await bond.eval<number>(say.pid);
    await bond.evalBlock(say.functions);
    const text = `Grüße, 世界 🌍\0\n${'x'.repeat(100_000)}`;
    expect(await bond.call('same', text)).toBe(text);
    await bond.export((x: number) => bond.call('twice', x), 'host');
    expect(await bond.eval('caught(21)')).toBe(42);

    const thrown = await rejection(bond.call('boom', 'no luck'), RemoteException);
    expect(thrown.remoteMessage).toContain('no luck');
    const reason = new Error('not today');
    await bond.export(() => Promise.reject(reason), 'host');
    expect(await bond.eval('caught(1)')).toContain('not today');
    expect((await rejection(bond.eval('host(1)'), RemoteException)).cause).toBe(reason);

    await bond.evalBlock(say.print('hello'));
    expect(output.text()).toMatch(/hello$/);
    await bond.evalBlock(say.printError('alas'));
    await errors.until('alas');

    await bond.evalBlock(say.exitHook);
    await bond.close();
    expect(await bond.closed, errors.text()).toMatchObject({ exitCode: 0, signal: null });
    expect(output.text()).toMatch(/bye$/);
    await until(() => !isAlive(pid));
  });

  test('options and arguments arrive to the letter, and kill ends it', async () => {
    const args = [...sayRemote.options, '--', ...AWKWARD];
    const bond = await openBond(lang, road.command(COMMANDS[lang]), args, { cwd: '/' });
    const pid = await bond.eval<number>(say.pid);
    expect(isAlive(pid)).toBe(true);
    expect(await bond.eval(sayRemote.optionsSeen)).toEqual(sayRemote.optionsExpected);
    expect(await bond.eval(sayRemote.scriptArguments)).toEqual(AWKWARD);
    await bond.kill();
    await rejection(bond.eval('1'), TerminatedException);
    await until(() => !isAlive(pid));
  });

  test('an interrupt stops a loop and a sleep, an abort stops its call and no other, and the session goes on', async () => {
    const output = collect();
    const bond = await openBond(lang, road.command(COMMANDS[lang]), [], { cwd: '/', stdout: output.stdout });
    await expectInterruptible(bond, output);
    const controller = new AbortController();
    const printed = output.text().length;
    const aborted = rejection(bond.with({ signal: controller.signal }).evalBlock(say.loop), TimeoutException);
    const next = bond.eval('1');
    await output.untilLonger(printed);
    controller.abort();
    await aborted;
    expect(await next).toBe(1);
  });

  test('kill ends it in the middle of a call', async () => {
    const output = collect();
    const bond = await openBond(lang, road.command(COMMANDS[lang]), [], { cwd: '/', stdout: output.stdout });
    const pid = await bond.eval<number>(say.pid);
    onTestFinished(() => {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    const waiting = rejection(bond.evalBlock(say.sleep), TerminatedException);
    await output.until('on');
    await bond.kill();
    await waiting;
    await until(() => !isAlive(pid));
  });
});

describe.concurrent.each(languages)('%s: a plain command', (lang) => {
  needsInterpreter(lang);
  const { scriptArguments, options, optionsSeen, optionsExpected } = remoteWords[lang];
  const test = testInTurn(lang, languages);

  everyTest('gets its arguments to the letter', async () => {
    const bond = await openBond(lang, COMMANDS[lang], ['--', ...AWKWARD]);
    expect(await bond.eval(scriptArguments)).toEqual(AWKWARD);
  });

  test('gets them without a -- too, if the first is no option', async () => {
    const args = ['first', ...AWKWARD];
    const bond = await openBond(lang, COMMANDS[lang], args);
    expect(await bond.eval(scriptArguments)).toEqual(args);
  });

  everyTest('gets its options to the letter', async () => {
    const bond = await openBond(lang, COMMANDS[lang], options);
    expect(await bond.eval(optionsSeen)).toEqual(optionsExpected);
    expect(await bond.eval(scriptArguments)).toEqual([]);
  });

  test('may have its options in the command', async () => {
    const bond = await openBond(lang, [COMMANDS[lang], ...options].map(shellQuote).join(' '), ['--', 'x']);
    expect(await bond.eval(optionsSeen)).toEqual(optionsExpected);
    expect(await bond.eval(scriptArguments)).toEqual(['x']);
  });

  test('does not find the options among its script’s arguments', async () => {
    const bond = await openBond(lang, COMMANDS[lang]);
    expect(await bond.eval(scriptArguments)).toEqual([]);
  });
});

describe.each(languages)('%s: a host that prints before it starts the interpreter', (lang) => {
  needsRoad(ssh, lang);
  const test = testInTurn(lang, languages);

  const banners: [string, string | Buffer][] = [
    ['a megabyte', `${'Welcome! '.repeat(14)}\n`.repeat(8200)],
    ['the words of the conversation', 'STAGE1\nREADY {"protocol":"JSON"}\n\x1eSTAGE1\n\x1e READY {}\nRETURN 1 1\n'],
    ['bytes that are no text', Buffer.from(Array.from({ length: 1 << 16 }, (_, index) => index & 255))],
    ['an unfinished line', 'Last login: today'],
  ];

  test.each(banners)('%s', async (_, banner) => {
    host.setBanner(banner);
    const bond = await openBond(lang, `${host.noisySsh} ${COMMANDS[lang]}`, ['--', ...AWKWARD]);
    expect(await bond.eval(remoteWords[lang].scriptArguments)).toEqual(AWKWARD);
    await bond.close();
  });
});

describe('a host that does not lead to the interpreter', () => {
  needsRoad(ssh, 'PHP');

  everyTest('because it refuses the connection, says so', async () => {
    const error = await refusal(makeBond('PHP', 'ssh -o BatchMode=yes -p 1 127.0.0.1 php'));
    expect(error.message).toMatch(/code 255.*refused/);
  });

  everyTest('because it does not know the command, says so', async () => {
    const error = await refusal(makeBond('PHP', `${host.ssh} no-such-php`));
    expect(error.message).toMatch(/code 127.*no-such-php/);
  });

  everyTest('because a terminal was asked for, says so', async () => {
    const error = await refusal(makeBond('Perl', `${host.ssh} -tt perl`, [], { startTimeout: 20_000 }));
    expect(error.message).toMatch(/echoes.*terminal/);
  });

  everyTest('because another language is there, says so', async () => {
    const error = await refusal(makeBond('PHP', `${host.ssh} perl`));
    expect(error).toBeInstanceOf(BondException);
  });

  everyTest('because sudo asks for a password, says so', async () => {
    const askingSudo = program('#!/bin/sh\necho "sudo: a password is required" >&2; exit 1\n', 'sudo');
    const error = await refusal(makeBond('PHP', [askingSudo, '-u', 'nobody', 'php']));
    expect(error.message).toMatch(/code 1.*password/);
  });
});

describe('a command to the letter', () => {
  needsInterpreter('PHP');

  everyTest('in an argv array nothing is split, expanded or taken for an operator', async () => {
    const path = wrapper('shift 3; exec php "$@"');
    const bond = await openBond('PHP', [path, 'a b', '$HOME', '> /dev/null'], ['--', 'x']);
    expect(await bond.eval('array_slice($argv, 1)')).toEqual(['x']);
  });

  everyTest('the environment is the one that is given, and no other', async () => {
    const bond = await openBond('PHP', 'php', [], { env: { PATH: process.env.PATH, ONLY: "it's" } });
    expect(await bond.eval('getenv()')).toEqual({ PATH: process.env.PATH, ONLY: "it's" });
    const behindEnv = await openBond('PHP', `env 'X=a b' php`);
    expect(await behindEnv.eval('getenv("X")')).toBe('a b');
  });

  everyTest('the working directory is the one that is given', async () => {
    const directory = temporaryDirectory();
    const bond = await openBond('PHP', 'php', [], { cwd: directory });
    expect(await bond.eval('getcwd()')).toBe(directory);
    const relative = wrapper('exec php "$@"');
    const bond2 = await openBond('PHP', ['./run me'], [], { cwd: relative.slice(0, relative.lastIndexOf('/')) });
    expect(await bond2.eval('1')).toBe(1);
  });

  everyTest('a peer of one’s own is a command like any other', async () => {
    const bond = await openBond('PHP', peer('byte-by-byte.js', 'php'), ['--', ...AWKWARD]);
    expect(await bond.eval('array_slice($argv, 1)')).toEqual(AWKWARD);
  });
});

const TASKS = {
  JavaScript: `
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const later = async (n) => { await pause(1); return n; };
const ask = async (n) => host.awaited(n);
const forever = () => pause(1000000);
const spin = () => { for (;;); };`,
  Python: `
import asyncio
async def later(n):
    await asyncio.sleep(0.001)
    return n
async def ask(n): return await host(n)
async def forever(): await asyncio.sleep(1000)
def spin():
    while True: pass`,
} as const;
const WITH_TASKS = (['JavaScript', 'Python'] as const).filter((lang) => languages.includes(lang));

describe.each(WITH_TASKS)('%s through ssh', (lang) => {
  needsRoad(ssh, lang);
  const test = testInTurn(lang, WITH_TASKS);

  test('runs calls side by side, awaits functions of the host, and is stopped', async () => {
    const bond = await openBond(lang, ssh.command(COMMANDS[lang]), [], { concurrent: true });
    await bond.evalBlock(TASKS[lang]);
    await bond.export((n: number) => bond.call('later', n), 'host');
    const all = range(50).map((n) => bond.call(n % 2 ? 'ask' : 'later', n));
    expect(await Promise.all(all)).toEqual(range(50));
    const others = range(2).map(() => rejection(bond.call('forever'), RemoteException));
    await rejection(bond.with({ signal: AbortSignal.timeout(20) }).call('forever'), TimeoutException);
    expect(await bond.call('later', 1)).toBe(1);
    await bond.interrupt();
    await Promise.all(others);
    await rejection(bond.with({ signal: AbortSignal.timeout(50) }).call('spin'), TimeoutException);
    const spinning = rejection(bond.call('spin'), RemoteException);
    await bond.interrupt();
    await spinning;
    expect(await bond.call('ask', 2)).toBe(2);
  });
});
