import { textOf } from '../common/thrown.js';
import type { Command } from './pool-options.js';
import type { Worker } from './worker.js';
import type { WorkerState } from './worker-state.js';

/** The state of a worker of a pool, from {@link Pool.workers}. */
export interface WorkerInfo {
  /** Its command, as you gave it; `undefined` if it is one of the driver. */
  readonly cmd: Command;
  /**
   * What it is doing. `'down'` means that it could not be started, or ended by itself, and is started again after a
   * pause.
   */
  readonly state: WorkerState;
  /** The id of the local process, if there is one. */
  readonly pid: number | undefined;
  /** The number of calls that it has answered. */
  readonly calls: number;
  /** The number of times it has been started. */
  readonly starts: number;
  /** Why it could not be started, while it is down. */
  readonly error: unknown;
}

/** @internal What users see of a worker. */
export function infoOf({ command, state, bond, calls, starts, error }: Worker): WorkerInfo {
  return { cmd: command, state, pid: bond?.pid, calls, starts, error };
}

/** @internal The state of a worker, for `util.inspect`. */
export function showWorker({ command, state, bond, calls, starts, error }: Worker): string {
  const parts = [
    command === undefined ? '' : String(command),
    bond && `pid ${bond.pid}`,
    state === 'busy' && bond ? bond.activity : state,
    `calls: ${calls}`,
    starts > 1 && `starts: ${starts}`,
    error !== undefined && textOf(error),
  ];
  return parts.filter(Boolean).join(', ');
}
