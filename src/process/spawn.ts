import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { Promise } from '../common/globals.js';
import type { StartCommand } from './command.js';
import { pathOf } from './path-of.js';
import { leaveAlone, watchOver } from './watchdog.js';

/** Where an interpreter is started. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const isWindows = process.platform === 'win32';

/**
 * Starts a command that does not outlive this process, where that can be had.
 *
 * @throws what `spawn` says of a command that cannot be started
 */
export async function start(
  { line: [program, ...args], isOfUser }: Pick<StartCommand, 'line' | 'isOfUser'>,
  surroundings: Surroundings,
  stdio: StdioOptions,
): Promise<ChildProcess> {
  // With a group of its own goes a session of its own: what asks for a password on the terminal could not.
  const detached = !isWindows && !(isOfUser && hasTerminal());
  if (isWindows) checkPath(program, surroundings);
  // Only there is the other one needed, and others load twice as fast without it.
  const run = isWindows ? (await import('cross-spawn')).default : spawn;
  const child = run(program, args, { ...surroundings, stdio, detached, windowsHide: true });
  if (child.pid !== undefined && !isWindows) guard(child, detached ? -child.pid : child.pid);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  return child;
}

/** Windows starts its shell for what it does not find, and the shell's exit code says so: too late for the next command. */
function checkPath(program: string, surroundings: Surroundings): void {
  if (pathOf(program, { platform: process.platform, ...surroundings }) !== null) return;
  throw Object.assign(new Error(`spawn ${program} ENOENT`), { code: 'ENOENT', path: program });
}

/** Whether standard input is a terminal. Node's module is only asked about what may be one: it takes 0.5 ms to load. */
function hasTerminal(): boolean {
  return mayBeTerminal() && process.getBuiltinModule('node:tty').isatty(0);
}

function mayBeTerminal(): boolean {
  try {
    return fstatSync(0).isCharacterDevice();
  } catch {
    return false; // it is closed
  }
}

function guard(child: ChildProcess, target: number): void {
  watchOver(target);
  child.once('exit', () => leaveAlone(target));
}
