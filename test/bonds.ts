// Awkward peers, programs of the user's, and a look at the processes that are there.

import { AsyncLocalStorage } from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Bond, BondException, RemoteException } from '../src/index.js';
import { signalQuietly } from '../src/process/process-tree.js';
import { onTestFinished } from './finish.js';
import { collect, type KitLanguage, type Language, rejection } from './fixtures.js';
import { HANG } from './patience.js';
import { words } from './words.js';

/** The command that one types for a language. */
export const COMMANDS: Record<KitLanguage, string> = {
  JavaScript: 'node',
  PHP: 'php',
  Perl: 'perl',
  Python: 'python3',
  Ruby: 'ruby',
  Lua: 'lua5.4',
  R: 'R',
  Tcl: 'tclsh',
};

export { HANG };

/** What a set-up that fails rejects with. One that works after all is ended, so that it is in no other test's way. */
export function refusal(bond: Promise<Bond>): Promise<BondException> {
  return rejection(
    bond.then((opened) => opened.kill()),
    BondException,
  );
}

/** What a program of the user's imports: the package as it is built, which takes a third of the time that the sources take. */
export const PACKAGE = new URL('../dist/index.js', import.meta.url).href;

/** The path of an awkward peer. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** The command of an awkward peer; what follows is for it. */
export function peer(name: string, ...args: string[]): string[] {
  return [process.execPath, fixture(name), ...args];
}

/** A directory that is gone after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'bond-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  return directory;
}

/** Writes a program of the user's, and returns its path. */
export function program(text: string, name = 'program', directory = temporaryDirectory()): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/**
 * An environment that marks whatever is started in it, grandchildren included, so that it can be found again. What is
 * still there after the test is ended.
 */
export function markedEnvironment(): { env: NodeJS.ProcessEnv; processes: () => number[] } {
  const [name, value] = ['BOND_TEST_MARK', randomUUID()];
  const processes = (): number[] => processesWith(name, value);
  onTestFinished(() => {
    for (const pid of processes()) signalQuietly(pid, 'SIGKILL');
  });
  return { env: { ...process.env, [name]: value }, processes };
}

/** The processes that have a word among their arguments. */
export function processesWithArgument(word: string): number[] {
  return pids().filter((pid) => readProc(pid, 'cmdline').includes(word));
}

/** The processes that have a variable in their environment. */
export function processesWith(name: string, value: string): number[] {
  return pids().filter((pid) => readProc(pid, 'environ').split('\0').includes(`${name}=${value}`));
}

/** The children of this process, zombies included, and the shell that watches over the others left out. */
export function ownChildren(): number[] {
  const watchdogs = processesWithArgument(WATCHDOG);
  return pids().filter((pid) => Number(statusOf(pid)[1]) === process.pid && !watchdogs.includes(pid));
}

const startedIn = new AsyncLocalStorage<ChildProcess[]>();

subscribe('child_process', (message) => {
  startedIn.getStore()?.push((message as { process: ChildProcess }).process);
});

/** Runs something, and tells which children it has started, the shell that watches over the others left out. */
export async function withChildren<T>(run: () => Promise<T>): Promise<{ value: T; children: readonly ChildProcess[] }> {
  const started: ChildProcess[] = [];
  const value = await startedIn.run(started, run);
  return { value, children: started.filter(({ spawnargs }) => !spawnargs?.some((arg) => arg.includes(WATCHDOG))) };
}

/** Whether a child of this process has not been waited for. */
export function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/** What is written in a watchdog, and in nothing else. */
export const WATCHDOG = 'watch) targets=';

/** Whether a process is there, and no zombie. */
export function isAlive(pid: number): boolean {
  const [state] = statusOf(pid);
  return state !== undefined && state !== 'Z';
}

/** What `/proc/<pid>/stat` tells after the name: state, parent, … */
function statusOf(pid: number): string[] {
  const stat = readProc(pid, 'stat');
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A file of a process, or nothing if that has gone meanwhile. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Waits until something holds: for what sends no event, such as the end of a process of somebody else's. */
export async function until(what: () => boolean): Promise<void> {
  // To look through all processes takes as long as a test may take: the longer it lasts, the less often.
  const end = performance.now() + HANG;
  for (let pause = 5; !what(); pause = Math.min(pause * 1.5, 200)) {
    if (performance.now() > end) throw new Error(`after ${HANG} ms there is still no end of waiting for: ${what}`);
    await setTimeout(pause);
  }
}

/** Asserts that an endless loop and a long sleep there can be stopped. `output` is given what the bond prints. */
export async function expectInterruptible(bond: Bond, output: ReturnType<typeof collect>): Promise<void> {
  const { loop, sleep } = words[bond.lang as Language];
  for (const code of [loop, sleep]) {
    const printed = output.text().length;
    const stopped = rejection(bond.evalBlock(code), RemoteException);
    await output.untilLonger(printed);
    await bond.interrupt();
    await stopped;
  }
}

/** Runs a program with a bond in a Node of its own; `printed` resolves when the bond prints something. */
export function startHost(lang: KitLanguage, code: string, cmd?: string, more: NodeJS.ProcessEnv = {}) {
  const { env, processes } = markedEnvironment();
  const program = `
    import { makeBond } from '${PACKAGE}';
    let stdout;
    const printed = new Promise((resolve) => { stdout = resolve });
    const bond = await makeBond('${lang}', ${JSON.stringify(cmd)});
    ${code}`;
  const host: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
    env: { ...more, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void host.kill('SIGKILL'));
  const output = collect();
  host.stdout?.on('data', output.stdout);
  const ending = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    host.once('close', (code, signal) => resolve({ code, signal }));
  });
  return { host, output, ending, processes };
}
