import { Histogram, type PoolTimes } from './histogram.js';
import type { RecycleReason } from './recycling.js';
import type { WorkerState } from './worker-state.js';

/** What a pool has done since it was made, and what it is doing: {@link Pool.stats} returns it. */
export interface PoolStats {
  /** The number of workers that have an interpreter, or are starting one. */
  readonly workers: number;
  /** Workers that have nothing to do. */
  readonly idle: number;
  /** Workers that run a call. */
  readonly busy: number;
  /** Workers that are being started. Successors of workers that still serve are not counted. */
  readonly starting: number;
  /** Workers that could not be started, or ended by themselves, and are started again after a pause. */
  readonly down: number;
  /** Workers beyond `minSize` that have no interpreter, because there is no work for them. */
  readonly off: number;
  /** Calls that wait for a worker. */
  readonly queued: number;
  /** Calls that have been answered. `map` counts each item, `each` each worker. Calls inside of calls are not counted. */
  readonly done: number;
  /** Calls that were rejected, for whatever reason but `refused`. Those that were run again successfully are `done`. */
  readonly failed: number;
  /** Calls that were refused, because `maxQueue` others waited. */
  readonly refused: number;
  /** How often a call was run again, because its worker was lost. */
  readonly retried: number;
  /** Interpreters that were replaced by a successor, by the limit that they had reached. */
  readonly recycled: Readonly<Record<RecycleReason, number>>;
  /** Interpreters that ended by themselves, were killed, or did not reply in time. */
  readonly lost: number;
  /** Interpreters that were ended after `idleTimeout`. */
  readonly retired: number;
  /** How long calls have waited for a worker. */
  readonly waiting: PoolTimes;
  /** How long calls have run in a worker. */
  readonly running: PoolTimes;
}

/** @internal Counts what a pool does. */
export class PoolMeter {
  readonly waiting = new Histogram();
  readonly running = new Histogram();
  readonly recycled: Record<RecycleReason, number> = { calls: 0, age: 0, memory: 0 };
  done = 0;
  failed = 0;
  refused = 0;
  retried = 0;
  lost = 0;
  retired = 0;

  /** All of it, with the states of the workers. */
  stats(states: readonly WorkerState[], queued: number): PoolStats {
    const count = (state: WorkerState): number => states.filter((one) => one === state).length;
    const [idle, busy, starting] = [count('idle'), count('busy'), count('starting')];
    const { done, failed, refused, retried, lost, retired } = this;
    return {
      ...{ workers: idle + busy + starting, idle, busy, starting, down: count('down'), off: count('off'), queued },
      ...{ done, failed, refused, retried, recycled: { ...this.recycled }, lost, retired },
      waiting: this.waiting.summary(),
      running: this.running.summary(),
    };
  }
}
