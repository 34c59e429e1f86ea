// The languages that came later behind ssh, as another user, and in a sandbox: at a release. The kit has their words.

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RemoteException, TerminatedException } from '../src/index.js';
import { readWords, type Words } from '../src/tools/conform/words.js';
import { COMMANDS, isAlive, until } from './bonds.js';
import { collect, type KitLanguage, kitLanguages, languages, missing, openBond, rejection } from './fixtures.js';
import { needsSandbox, type Sandbox, sandboxed, sandboxes } from './sandboxes.js';
import { type RemoteHost, sshdObstacle, startSshd } from './sshd.js';
import { stuck } from './words.js';

const others = kitLanguages.filter((lang) => !(languages as readonly string[]).includes(lang));
const isShown = Boolean(process.env.RELEASE || process.env.ONLY);
let host: RemoteHost;

beforeAll(async () => {
  if (isShown && !sshdObstacle()) host = await startSshd();
});

afterAll(() => host?.stop());

describe.runIf(isShown).each(others)('%s', (lang) => {
  test('is called, calls, throws, prints and ends behind ssh', async ({ skip }) => {
    const obstacle = sshdObstacle();
    if (obstacle) missing(obstacle, skip);
    await expectAtHome(lang, `${host.ssh} ${COMMANDS[lang]}`);
    await expectEndWithConnection(lang, `${host.ssh} ${COMMANDS[lang]}`);
  });

  describe.each(Object.keys(sandboxes) as Sandbox[])('in %s', (way) => {
    needsSandbox(way, lang);
    test('is called, calls, throws, prints and ends', () => expectAtHome(lang, sandboxed(way, lang)));
  });
});

function wordsOf(lang: KitLanguage): Words {
  return readWords(fileURLToPath(new URL(`../drivers/${lang}`, import.meta.url)));
}

/** Asserts that what is busy ends when the connection breaks. */
async function expectEndWithConnection(lang: KitLanguage, command: string): Promise<void> {
  const output = collect();
  const bond = await openBond(lang, command, [], { stdout: output.stdout });
  const pid = Number(await bond.eval(wordsOf(lang).pid));
  const lost = rejection(bond.evalBlock(stuck(lang)), TerminatedException);
  await output.until('on');
  process.kill(bond.pid, 'SIGKILL');
  await lost;
  expect(isAlive(pid)).toBe(true);
  await until(() => !isAlive(pid));
}

/** Asserts what holds wherever an interpreter is. */
async function expectAtHome(lang: KitLanguage, command: string | readonly string[]): Promise<void> {
  const words = wordsOf(lang);
  const output = collect();
  const bond = await openBond(lang, command, [], { cwd: '/', stdout: output.stdout });
  await bond.evalBlock(words.functions);
  const text = `Grüße, 世界 🌍\n${'x'.repeat(100_000)}`;
  expect(await bond.call('same', text)).toBe(text);
  await bond.export((x: number) => bond.call('twice', x), 'host');
  expect(await bond.call('caught', 21)).toEqual(lang === 'Tcl' ? '42' : 42);
  expect((await rejection(bond.call('boom', 'no luck'), RemoteException)).remoteMessage).toContain('no luck');
  await bond.evalBlock(words.print.replace('TEXT', 'hello'));
  expect(output.text()).toMatch(/hello$/);
  await bond.evalBlock(words.exitHook);
  await bond.close();
  expect(await bond.closed).toMatchObject({ exitCode: 0, signal: null });
  expect(output.text()).toMatch(/bye$/);

  const busy = await openBond(lang, command, [], { cwd: '/', stdout: output.stdout });
  const waiting = rejection(busy.evalBlock(stuck(lang)), TerminatedException);
  await output.until('byeon');
  await busy.kill();
  await waiting;
  await until(() => !isAlive(busy.pid));
}
