// The command `bond` as it is installed, built from the sources of now.

import { execFileSync, type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { markedEnvironment } from './bonds.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Builds the command for the tests of a file; gives its command line. */
export function buildCommand(): () => readonly [string, string] {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bond-built-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    execFileSync('npm', ['run', '--silent', 'build', '--', join(folder, 'dist')], { cwd: ROOT });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));
  return () => [process.execPath, join(folder, 'dist/cli.js')];
}

/** What a command has done. */
export interface Deed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** Runs a command to its end. `env` comes on top of what is there; `act` gets the process as soon as it runs. */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  {
    input = '',
    env,
    cwd,
    act,
  }: Pick<SpawnOptionsWithoutStdio, 'env' | 'cwd'> & {
    readonly input?: string;
    readonly act?: (child: ReturnType<typeof spawn>) => void;
  } = {},
): Promise<Deed> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...marked } = markedEnvironment().env;
  const child = spawn(program, args, { cwd, env: { ...marked, BOND_HISTORY: '', ...env } });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  act?.(child);
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...written, code })));
}
