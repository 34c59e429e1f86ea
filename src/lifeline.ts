import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import type { StartCommand } from './command.js';

/** Where an interpreter is started. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Becomes the command that it is given, and leaves a process behind that waits for a line from the host. When the host
 * is gone, however it went, it reads an end instead, and ends the interpreter, which would not look if it is busy. It is
 * nobody's child, so that no `wait` in the interpreter ever meets it, and holds none of the standard streams. It asks
 * before it uses force: `srun` ends its job then, and would leave it behind otherwise.
 */
const wrapper = (target: string, unset: string): string =>
  `( ( read _ <&3 || { ${ending(target)} } ) </dev/null >/dev/null 2>&1 4>&- & ); exec 3<&-; ${unset} exec "$@"`;
const ending = (target: string): string =>
  `trap '' TERM; kill -s TERM -- ${target}; command -p sleep 1; kill -s KILL -- ${target};`;
const [GROUP, PROCESS] = ['-$$', '$$'];
/** What a shell adds to an environment that has it not. */
const ADDED_BY_SHELLS = ['PWD', 'OLDPWD', 'SHLVL'];
const LIFELINE = 3;

/** What starts a command, so that it does not outlive this process where that can be had; a shell does `before` first. */
export async function starter(
  before: string,
): Promise<(command: StartCommand, surroundings: Surroundings) => ChildProcess> {
  if (process.platform !== 'win32') {
    return (command, surroundings) => spawnWithLifeline(command, surroundings, before);
  }
  // Only here is it needed, and others load twice as fast without it.
  const { default: crossSpawn } = await import('cross-spawn');
  return ({ line: [program, ...args] }, { cwd, env }) =>
    crossSpawn(program, args, { cwd, env, stdio: 'pipe', windowsHide: true });
}

/** Starts a command that does not outlive this process. Not for Windows. */
export function spawnWithLifeline(command: StartCommand, { cwd, env }: Surroundings, before = ''): ChildProcess {
  const [program, ...args] = command.line;
  // With a group of its own goes a session of its own: what asks for a password on the terminal could not.
  const detached = !(command.isOfUser && process.stdin.isTTY);
  const path = findProgram(program, cwd, env.PATH);
  const added = ADDED_BY_SHELLS.filter((name) => env[name] === undefined);
  const script = wrapper(detached ? GROUP : PROCESS, added.length > 0 ? `unset ${added.join(' ')};` : '');
  return spawn('/bin/sh', ['-c', before + script, 'sh', path, ...args], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached,
  });
}

/** Sees to it that the lifeline holds, and holds nothing up. */
export function keepLifeline(child: ChildProcess): void {
  const lifeline = lifelineOf(child);
  lifeline?.on('error', () => {});
  lifeline?.unref();
}

/** Says a word to the shell that is to become the interpreter. */
export function tellShell(child: ChildProcess, word: string): void {
  lifelineOf(child)?.write(`${word}\n`);
}

/** The process has ended by itself: who waits for the host's end may go as well. */
export function dropLifeline(child: ChildProcess): void {
  const lifeline = lifelineOf(child);
  lifeline?.end('\n', () => lifeline.destroy());
}

function lifelineOf(child: ChildProcess): Socket | undefined {
  return (child.stdio[LIFELINE] ?? undefined) as Socket | undefined;
}

/** The file that a command runs; one that is not there is told of as `spawn` does it. */
function findProgram(program: string, cwd: string, path = '/usr/local/bin:/usr/bin:/bin'): string {
  const files = program.includes('/')
    ? [program]
    : path.split(':').map((directory) => `${directory || '.'}/${program}`);
  let code = 'ENOENT';
  for (const file of files.map((name) => resolve(cwd, name))) {
    try {
      const stats = statSync(file, { throwIfNoEntry: false });
      if (!stats) continue;
      accessSync(file, constants.X_OK);
      if (stats.isFile()) return file;
    } catch {
      // It may not be run, or its directory not be looked into: another one in the path may.
    }
    code = 'EACCES';
  }
  throw Object.assign(new Error(`${program}: ${code}`), { code });
}
