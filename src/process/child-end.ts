import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Ending } from '../common/errors.js';
import { Promise } from '../common/globals.js';

/** With what a process has exited, or which signal has ended it. */
export type Exit = Pick<Ending, 'exitCode' | 'signal'>;

/** Resolves once a process has exited, or has exited already. */
export function exitOf(child: ChildProcess): Promise<Exit> {
  const { exitCode, signalCode } = child;
  return new Promise((resolve) => {
    if (exitCode !== null || signalCode !== null) resolve({ exitCode, signal: signalCode });
    else child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** Resolves once all of a process, or a stream, is closed. */
export function isClosed(source: ChildProcess | Readable): Promise<void> {
  return new Promise((resolve) => source.once('close', () => resolve()));
}
