// Programs that start an interpreter elsewhere, in a container, say. Here are stand-ins for them, which treat arguments,
// signals and standard streams as the real ones do.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type Bond, makeBond, queryDriver, RemoteException, TerminatedException } from '../src/index.js';
import { AWKWARD, remoteWords } from './arguments.js';
import { COMMANDS, program, refusal, temporaryDirectory, until } from './bonds.js';
import { engine } from './engine.js';
import { onTestFinished } from './finish.js';
import {
  collect,
  kitLanguages,
  type Language,
  languages,
  missing,
  needsInterpreter,
  openBond,
  rejection,
} from './fixtures.js';
import { stuck, words } from './words.js';

const roads: [string, Language][] = [
  ...languages.map((lang): [string, Language] => ['docker exec -i legacy', lang]),
  ['docker run -i --rm --init image', 'Python'],
  ['podman exec -i -u www-data -e X=1 legacy', 'Python'],
  ['kubectl exec -i deploy/legacy -c php --', 'Python'],
  ['kubectl run -i --rm --image=image legacy --', 'Python'],
];

describe.concurrent.each(roads)('%s: %s', (road, lang) => {
  needsInterpreter(lang);
  needsInterpreter('Python');
  beforeEach(({ skip }) => {
    if (road.includes('--init') && userInfo().uid !== 0)
      missing("no right to a process 1 of one's own; run as root", skip);
  });
  const say = words[lang];
  const sayRemote = remoteWords[lang];

  test('gets every argument as it is, and ends with its input', async () => {
    const { env, recorded, processes } = engine();
    const output = collect();
    const args = [...sayRemote.options, '--', ...AWKWARD];
    const bond = await openBond(lang, `${road} ${COMMANDS[lang]}`, args, { env, stdout: output.stdout });
    expect(await bond.eval(sayRemote.scriptArguments)).toEqual(AWKWARD);
    expect(await bond.eval(sayRemote.optionsSeen)).toEqual(sayRemote.optionsExpected);
    const { arguments: driverArguments, scriptArguments } = queryDriver(lang);
    const own = [...sayRemote.options, ...driverArguments, ...scriptArguments, ...AWKWARD];
    expect(recorded()).toEqual([...road.split(' ').slice(1), COMMANDS[lang], ...own]);
    await bond.evalBlock(say.exitHook);
    await bond.close();
    expect(await bond.closed).toMatchObject({ exitCode: 0, signal: null });
    expect(output.text()).toMatch(/bye$/);
    await until(() => processes().length === 0);
  });

  test('is interrupted though no signal reaches it, and ends though it is busy when the client does', async () => {
    const { env, processes } = engine();
    const output = collect();
    const bond = await openBond(lang, `${road} ${COMMANDS[lang]}`, [], { env, stdout: output.stdout });
    const stopped = rejection(bond.evalBlock(say.loop), RemoteException);
    await output.until('on');
    await bond.interrupt();
    await stopped;
    const lost = rejection(bond.evalBlock(stuck(lang)), TerminatedException);
    await output.until('onon');
    await endsWithClient(bond, lost, processes);
  });
});

/** What is busy in the container ends when its client is killed. */
async function endsWithClient(busy: Bond, lost: Promise<unknown>, processes: () => unknown[]): Promise<void> {
  process.kill(busy.pid, 'SIGKILL');
  expect(await lost).toMatchObject({ signal: 'SIGKILL' });
  await until(() => processes().length === 0);
}

test('what runs in a container goes on when its client is killed, unless a relay beside it ends it', async () => {
  const { env, processes } = engine();
  const client = spawn('docker', ['exec', '-i', 'legacy', 'sh', '-c', 'echo on; exec sleep 1000'], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(client.stdout, 'data');
  client.kill('SIGKILL');
  await once(client, 'close');
  expect(processes()).not.toEqual([]);
});

/** A check shows one of them. */
const laterLanguages = kitLanguages.filter((lang) => !(languages as readonly string[]).includes(lang));
const shownLanguages = process.env.RELEASE || process.env.ONLY ? laterLanguages : ['Lua' as const];

describe.concurrent.each(shownLanguages)('docker exec -i legacy: %s', (lang) => {
  needsInterpreter(lang);
  needsInterpreter('Python');

  test('ends though it is busy when the client does, and leaves nothing behind when it ends by itself', async () => {
    const { env, processes } = engine();
    const output = collect();
    const command = `docker exec -i legacy ${COMMANDS[lang]}`;
    const idle = await openBond(lang, command, [], { env });
    await idle.close();
    expect(await idle.closed).toMatchObject({ exitCode: 0, signal: null });
    await until(() => processes().length === 0);

    const busy = await openBond(lang, command, [], { env, stdout: output.stdout });
    const lost = rejection(busy.evalBlock(stuck(lang)), TerminatedException);
    await output.until('on');
    await endsWithClient(busy, lost, processes);
  });
});

describe('an interpreter that is process 1 of its container', () => {
  needsInterpreter('Perl');
  needsInterpreter('Python');

  test('may stay when it is killed during a call, and only then: kill() says so', async ({ skip }) => {
    if (userInfo().uid !== 0) missing("no right to a process 1 of one's own; run as root", skip);
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warned.mockRestore());
    await Promise.all([
      killStuck('docker run -i --rm image perl', true),
      killStuck('unshare --pid --fork perl', false),
      killIdle(),
    ]);
    expect(warned.mock.calls).toEqual([
      [expect.stringMatching(/^\[Perl\] the bond was killed; .* may still run/), { code: 'BOND_STAYS' }],
    ]);
  });

  /** Kills what does not listen, and looks whether it stays. */
  async function killStuck(command: string, stays: boolean): Promise<void> {
    const { env, processes } = engine();
    const output = collect();
    const bond = await openBond('Perl', command, [], { env, stdout: output.stdout });
    expect(await bond.eval('$$')).toBe(1);
    const lost = rejection(bond.evalBlock(stuck('Perl')), TerminatedException);
    await output.until('on');
    await bond.kill();
    const { message } = await lost;
    expect(message.includes('the bond was killed; it is process 1 of its container')).toBe(stays);
    if (stays) expect(processes()).not.toEqual([]);
    else await until(() => processes().length === 0);
  }

  async function killIdle(): Promise<void> {
    const { env, processes } = engine();
    const bond = await openBond('Perl', 'docker run -i --rm image perl', [], { env });
    await bond.kill();
    await until(() => processes().length === 0);
  }
});

describe('a command that does not lead to the interpreter', () => {
  needsInterpreter('Python');

  test.each([
    ['docker exec legacy python3', /exited with code 0/],
    ['docker exec -it legacy python3', /code 1.*not a TTY/],
    ['docker exec -i legacy -- python3', /code 127.*not found/],
    ['kubectl exec -i legacy -- no-such', /code 127.*not found/],
  ])('says so: %s', async (command, message) => {
    const { env } = engine();
    expect((await refusal(makeBond('Python', command, [], { env }))).message).toMatch(message);
  });
});

describe('another program that starts one elsewhere', () => {
  needsInterpreter('PHP');

  /** A stand-in that writes down its arguments, and goes on as `rest` says. */
  function standIn(name: string, rest: string): { env: NodeJS.ProcessEnv; recorded: () => string[] } {
    const directory = temporaryDirectory();
    const record = join(directory, 'record');
    program(`#!/bin/sh\nprintf '%s\\0' "$@" >'${record}'\n${rest}\n`, name, directory);
    return {
      env: { ...process.env, PATH: `${directory}:${process.env.PATH}` },
      recorded: () => readFileSync(record, 'utf8').split('\0').slice(0, -1),
    };
  }

  test.each([
    ['lxc-attach', ['-n', 'legacy', '--']],
    ['sudo', ['-n', '-u', 'nobody', '--']],
  ])('%s gets every argument as it is', async (name, own) => {
    const { env, recorded } = standIn(name, `shift ${own.length}; exec "$@"`);
    const { arguments: driverArguments, scriptArguments } = queryDriver('PHP');
    const args = ['-d', 'user_agent=two words', '--', ...AWKWARD];
    const bond = await openBond('PHP', [name, ...own, 'php'].join(' '), args, { env });
    expect(await bond.eval('array_slice($argv, 1)')).toEqual(AWKWARD);
    const expected = [...own, 'php', '-d', 'user_agent=two words', ...driverArguments, ...scriptArguments, ...AWKWARD];
    expect(recorded()).toEqual(expected);
  });

  test.each([
    ['ssh', 'ssh legacy php'],
    ['ssh', 'env ssh legacy php'],
  ])('%s, as %j, gets words that the shell over there takes apart again', async (name, cmd) => {
    const { env, recorded } = standIn(name, 'shift; exec sh -c "$*"');
    const bond = await openBond('PHP', cmd, ['--', 'plain', "it's"], { env });
    expect(recorded().slice(-2)).toEqual(['plain', String.raw`'it'\''s'`]);
    expect(await bond.eval('array_slice($argv, 1)')).toEqual(['plain', "it's"]);
  });
});
