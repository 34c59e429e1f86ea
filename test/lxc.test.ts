// `lxc-execute` as the way to an interpreter: a container that is there for one bond. Its process 1 waits for all that was
// started in it: for the driver's relay, too, which has to notice that the interpreter is gone.

import { beforeEach, describe, expect, test } from 'vitest';
import type { Bond } from '../src/index.js';
import { TerminatedException } from '../src/index.js';
import { expectInterruptible, until } from './bonds.js';
import { collect, type Language, languages, missing, needsInterpreter, openBond, rejection } from './fixtures.js';
import { type Container, lxcObstacle, newContainer } from './lxc.js';
import { findProgram } from './sshd.js';
import { stuck, words } from './words.js';

/** `close()` gives an interpreter ten seconds to end by itself, in ms. */
const FORCE = 10_000;

/** What fails today: the relay of these does not notice that its interpreter is gone, and the container waits for the relay. */
const KNOWN_TO_WAIT: readonly Language[] = ['Python'];

/** What a program is called in the system's own paths, as the container sees them. */
const PROGRAMS: Record<Language, string> = { PHP: 'php', Perl: 'perl', Python: 'python3', JavaScript: 'node' };

function interpreter(lang: Language): string {
  const path = lang === 'JavaScript' ? process.execPath : findProgram(PROGRAMS[lang]);
  return path ?? PROGRAMS[lang];
}

describe.each(languages)('lxc-execute: %s', (lang) => {
  needsInterpreter(lang);
  beforeEach(({ skip }) => {
    const obstacle = lxcObstacle();
    if (obstacle) missing(obstacle, skip);
  });
  const say = words[lang];

  async function open(container: Container, output = collect()): Promise<Bond> {
    const { command, name } = container;
    return openBond(lang, [...command, interpreter(lang)], ['--', name], { stdout: output.stdout });
  }

  async function expectNothingLeft({ processes, groups }: Container): Promise<void> {
    await until(() => processes().length === 0);
    await until(() => groups().length === 0);
  }

  const testEnd = test.skipIf(KNOWN_TO_WAIT.includes(lang));

  testEnd('it is called, prints, is interrupted, and lets its exit hooks run when it is closed', async () => {
    const container = newContainer();
    const output = collect();
    const bond = await open(container, output);
    expect(await bond.eval<number>(say.pid)).toBeLessThan(100);
    expect(container.processes().length).toBeGreaterThan(0);
    await bond.evalBlock(say.functions);
    expect(await bond.call('twice', 21)).toBe(42);
    await bond.evalBlock(say.print('hello'));
    expect(output.text()).toBe('hello');
    await expectInterruptible(bond, output);
    await bond.evalBlock(say.exitHook);
    const start = performance.now();
    await bond.close();
    expect(performance.now() - start).toBeLessThan(FORCE);
    expect(await bond.closed).toMatchObject({ exitCode: 0, signal: null });
    expect(output.text()).toMatch(/bye$/);
    await expectNothingLeft(container);
  });

  testEnd('it exits with a code, which is told at once', async () => {
    const container = newContainer();
    const bond = await open(container);
    await bond.evalBlock(say.functions);
    expect((await rejection(bond.call('leave'), TerminatedException)).exitCode).toBe(3);
    await expectNothingLeft(container);
  });

  test('it is killed in the middle of a call, and nothing is left', async () => {
    const container = newContainer();
    const output = collect();
    const bond = await open(container, output);
    const lost = rejection(bond.evalBlock(stuck(lang)), TerminatedException);
    await output.until('on');
    await bond.kill();
    await lost;
    await expectNothingLeft(container);
  });

  test('what leads to it is killed in the middle of a call, and nothing is left', async () => {
    const container = newContainer();
    const output = collect();
    const bond = await open(container, output);
    const lost = rejection(bond.evalBlock(stuck(lang)), TerminatedException);
    await output.until('on');
    process.kill(bond.pid, 'SIGKILL');
    await lost;
    await until(() => container.processes().length === 0);
  });
});
