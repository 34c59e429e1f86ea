import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Resolves when a process has ended, if it has not long since. */
export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
