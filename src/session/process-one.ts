import { readFileSync } from 'node:fs';
import { descendants } from '../process/process-tree.js';
import type { Reason } from './termination.js';

const MAY_STILL_RUN =
  'it is process 1 of its container, which nothing in there can end, and may still run: end the container, and start it with --init';

/** A busy interpreter that is about to be killed. */
interface Killed {
  readonly lang: string;
  /** The local process. */
  readonly interpreter: { readonly pid: number };
}

/**
 * The reason for killing it, with a word about it if it stays: in the container of a daemon, only the kernel and the daemon
 * can end process 1. A warning says so, too, because the call may have been given up.
 *
 * @param pid its process id, where it runs
 */
export function reasonWithWhatStays(reason: Reason, { lang, interpreter }: Killed, pid: number): Reason {
  // One below the local process is killed together with it, from outside.
  if (pid !== 1 || descendants(interpreter.pid).some(isFirst)) return reason;
  const text = `${reason.text}; ${MAY_STILL_RUN}`;
  process.emitWarning(`[${lang}] ${text}`, { code: 'BOND_STAYS' });
  return { ...reason, text };
}

/** Whether a process is process 1 where it sees itself. */
function isFirst(pid: number): boolean {
  try {
    return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false; // it has gone, or this is another system
  }
}
