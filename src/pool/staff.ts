import { AsyncResource } from 'node:async_hooks';
import type { Bond } from '../bond/bond.js';
import { Promise } from '../common/globals.js';
import { tellLife } from '../common/tracing.js';
import { IdleWorkers } from './idle-workers.js';
import { openWorker } from './open-worker.js';
import type { Command, PoolSettings } from './pool-options.js';
import type { PoolMeter } from './pool-stats.js';
import type { RecycleReason } from './recycling.js';
import { Worker } from './worker.js';

/** What the workers of a pool tell those who have work for them. */
export interface StaffOwner {
  readonly meter: PoolMeter;
  /** A worker has nothing to do. */
  idle(worker: Worker): void;
  /** A worker could not be started. */
  failed(worker: Worker, error: unknown): void;
  /** Whether calls wait for a worker. */
  isWanted(): boolean;
}

/** The workers of a pool: all of them, those that have nothing to do, and those that come and go with the work. */
export class Staff {
  readonly all: readonly Worker[];
  readonly #settings: PoolSettings;
  readonly #owner: StaffOwner;
  readonly #idle: IdleWorkers;

  constructor(settings: PoolSettings, owner: StaffOwner) {
    this.#settings = settings;
    this.#owner = owner;
    // Whichever call an interpreter is started for, it is set up in the async context in which the pool was made.
    const context = new AsyncResource('bond-pool', { requireManualDestroy: true });
    const parties = {
      ...owner,
      limits: settings.limits,
      open: (command: Command, signal: AbortSignal) =>
        context.runInAsyncScope(openWorker, undefined, settings, command, signal),
      measure: (bond: Bond) => context.runInAsyncScope(() => bond.measureMemory()),
      lost: (worker: Worker) => this.#lost(worker),
      recycled: (worker: Worker, bond: Bond, reason: RecycleReason) => this.#recycled(worker, bond, reason),
    };
    this.all = settings.commands.map((command) => new Worker(command, parties));
    const isElastic = settings.minSize < this.all.length;
    this.#idle = new IdleWorkers(isElastic ? settings.idleTimeout : Number.POSITIVE_INFINITY, (worker) =>
      this.#retire(worker),
    );
  }

  /** The interpreter that the code that asks runs in a call of: one that waits for it. */
  get caller(): Bond | undefined {
    return this.all.find(({ bond }) => bond?.isCalling)?.bond;
  }

  /** How many workers can be had without waiting, or will be soon: also those that would be started. */
  get spare(): number {
    return this.#idle.size + this.#count(({ state }) => state === 'starting' || state === 'off');
  }

  /** Starts those that are always there; rejects if not a single one can be. */
  async start(): Promise<void> {
    const first = this.all.slice(0, this.#settings.minSize);
    await Promise.all(first.map((worker) => worker.start()));
    if (first.length > 0 && first.every(({ error }) => error !== undefined)) throw first[0]?.error;
  }

  /** A worker that has nothing to do, or that very one, if it has; it is not idle any more. */
  take(wanted: Worker | undefined): Worker | undefined {
    const worker = wanted ?? this.#idle.next();
    if (!worker || !this.#idle.has(worker)) return undefined;
    this.#idle.delete(worker);
    worker.take();
    return worker;
  }

  /** A worker has nothing to do. */
  rest(worker: Worker): void {
    this.#idle.add(worker);
  }

  /** Starts workers that are off, as many as are needed for those that wait. */
  grow(waiting: number): void {
    let starting = this.#count(({ state }) => state === 'starting');
    for (const worker of this.all) {
      if (starting >= waiting) return;
      if (worker.state !== 'off') continue;
      starting++;
      void worker.start();
    }
  }

  /** Whether pauses before a start keep the event loop alive. */
  hold(isHeld: boolean): void {
    for (const worker of this.all) worker.hold(isHeld);
  }

  /** Ends them for good. */
  async end(how: 'close' | 'kill'): Promise<void> {
    this.#idle.clear();
    await Promise.all(this.all.map((worker) => worker.end(how)));
  }

  #lost(worker: Worker): void {
    this.#idle.delete(worker);
    if (worker.state !== 'ended') this.#owner.meter.lost++;
  }

  #recycled({ bond }: Worker, { lang, pid, about }: Bond, reason: RecycleReason): void {
    this.#owner.meter.recycled[reason]++;
    const { command } = about;
    tellLife(() => ({ event: 'recycled', lang, pid, command, reason, successor: (bond as Bond).pid }));
  }

  #retire(worker: Worker): void {
    const there = this.#count(({ state }) => state !== 'off');
    if (there <= this.#settings.minSize) return;
    this.#idle.delete(worker);
    this.#owner.meter.retired++;
    worker.retire();
  }

  #count(is: (worker: Worker) => boolean): number {
    let count = 0;
    for (const worker of this.all) if (is(worker)) count++;
    return count;
  }
}
