// The command `bond` as it is built.

import { type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { markedEnvironment } from './bonds.js';

/** The command line of `bond`. */
export const BOND = [process.execPath, fileURLToPath(new URL('../dist/cli.js', import.meta.url))] as const;

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
