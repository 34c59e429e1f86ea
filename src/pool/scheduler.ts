import type { Bond } from '../bond/bond.js';
import { onAbort, reasonOf } from '../common/abort-signal.js';
import { BondException, TimeoutException } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import { textOf } from '../common/thrown.js';
import { giveBackAfter, isLoss, isOverdue, replacedAfter } from './failed-jobs.js';
import { openWorker } from './open-worker.js';
import { type Items, type MapSettings, mapItems } from './ordered-map.js';
import type { Command, PoolSettings } from './pool-options.js';
import { type Lease, type Waiter, WaitingJobs } from './waiting-jobs.js';
import { Worker } from './worker.js';

/** Something to do for a worker. */
export interface Job<Result> {
  /** What it is, for messages. */
  readonly what: string;
  readonly work: (bond: Bond) => Promise<Result>;
  readonly signal?: AbortSignal | undefined;
  /** How often it may be done again, if its worker is lost. */
  readonly retries: number;
  /** The one worker that can do it. */
  readonly worker?: Worker | undefined;
}

export { resolvePoolOptions } from './pool-options.js';

/** The workers of a pool, and who waits for them. Each does one thing at a time, so that its end costs one call at most. */
export class Scheduler {
  readonly all: readonly Worker[];
  readonly #settings: PoolSettings;
  /** Those that have nothing to do; who has had nothing to do for longest comes first. */
  readonly #idle = new Set<Worker>();
  readonly #waiting = new WaitingJobs();
  /** How many jobs have been taken on, and are not done. */
  #jobs = 0;
  /** Why nothing more is taken on. */
  #refusal: (() => BondException) | undefined;
  #isKilled = false;
  #onDrained = (): void => {};

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    const owner = {
      open: (command: Command, signal: AbortSignal) => openWorker(settings, command, signal),
      idle: (worker: Worker) => this.#dispatch(worker),
      lost: (worker: Worker) => void this.#idle.delete(worker),
      failed: (worker: Worker, error: unknown) => this.#failed(worker, error),
      isWanted: () => this.waiting > 0,
    };
    this.all = settings.commands.map((command) => new Worker(command, owner));
  }

  /** How many jobs wait for a worker. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The interpreter that the code that asks runs in a call of: one that waits for it. */
  get caller(): Bond | undefined {
    return this.all.find(({ bond }) => bond?.isCalling)?.bond;
  }

  /** Starts them all; rejects if not a single one can be. */
  async start(): Promise<void> {
    await Promise.all(this.all.map((worker) => worker.start()));
    if (this.#refusal) throw this.#refusal();
    if (this.all.every(({ error }) => error !== undefined)) throw this.all[0]?.error;
  }

  /** Has a job done, as soon as there is a worker for it. */
  async run<Result>(job: Job<Result>): Promise<Result> {
    // A function that a worker has called is waited for by it: what it asks for runs there, inside of that wait.
    const caller = this.caller;
    if (caller) return job.work(withSignal(caller, job.signal));
    if (this.#refusal) throw this.#refusal();
    this.#jobs++;
    try {
      return await this.#tryOften(job);
    } finally {
      if (--this.#jobs === 0) this.#onDrained();
    }
  }

  /** As `mapItems`, which is loaded with this file. */
  map<Item>(items: Items<Item>, settings: MapSettings<Item>): AsyncIterableIterator<unknown> {
    return mapItems(items, settings);
  }

  /** Takes on nothing more, and resolves when all has been done that was. */
  async drain(refusal: () => BondException): Promise<void> {
    this.#refusal ??= refusal;
    if (this.#jobs === 0) return;
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    });
  }

  /** Takes on nothing more, and rejects whatever waits. */
  refuse(refusal: () => BondException): void {
    this.#refusal = refusal;
    this.#isKilled = true;
    this.#reject(this.#waiting.all(), refusal);
  }

  /** Ends them for good. */
  async end(how: 'close' | 'kill'): Promise<void> {
    this.#idle.clear();
    await Promise.all(this.all.map((worker) => worker.end(how)));
  }

  async #tryOften<Result>(job: Job<Result>): Promise<Result> {
    for (let retries = job.retries; ; retries--) {
      const lease = await this.#acquire(job);
      try {
        return await this.#perform(lease, job);
      } catch (error) {
        if (retries === 0 || this.#isKilled || job.signal?.aborted || !isLoss(error)) throw error;
      }
    }
  }

  /** Waits for a worker. One may be lost in the moment between being had and being used. */
  async #acquire({ what, signal, worker }: Job<unknown>): Promise<Lease> {
    for (;;) {
      const lease = await new Promise<Lease>((resolve, reject) => {
        if (this.#isKilled && this.#refusal) return reject(this.#refusal());
        if (signal?.aborted) return reject(this.#abortion(what, signal));
        const waiter = { worker, resolve, reject };
        this.#enqueue(signal ? this.#abortable(waiter, what, signal) : waiter);
      });
      if (lease.bond === lease.worker.bond) return lease;
    }
  }

  #abortable(waiter: Waiter, what: string, signal: AbortSignal): Waiter {
    const abort = (): void => this.#reject([abortable], () => this.#abortion(what, signal));
    const stopListening = onAbort(signal, abort);
    const abortable: Waiter = {
      worker: waiter.worker,
      resolve: (lease) => {
        stopListening();
        waiter.resolve(lease);
      },
      reject: (error) => {
        stopListening();
        waiter.reject(error);
      },
    };
    return abortable;
  }

  #abortion(what: string, signal: AbortSignal): TimeoutException {
    return new TimeoutException(this.#settings.lang, `${what}: aborted`, {
      code: 'BOND_ABORTED',
      cause: reasonOf(signal),
    });
  }

  #enqueue(waiter: Waiter): void {
    const [longestIdle] = this.#idle;
    const worker = waiter.worker ?? longestIdle;
    if (worker && this.#idle.has(worker)) return this.#lend(worker, waiter);
    this.#waiting.add(waiter);
    if (this.waiting === 1) this.#holdLoop(true);
  }

  #lend(worker: Worker, waiter: Waiter): void {
    this.#idle.delete(worker);
    worker.take();
    waiter.resolve({ worker, bond: worker.bond as Bond });
  }

  /** Gives a worker that has nothing to do what has waited for longest. */
  #dispatch(worker: Worker): void {
    this.#idle.add(worker);
    const waiter = this.#waiting.nextFor(worker);
    if (!waiter) return;
    this.#forget(waiter);
    this.#lend(worker, waiter);
  }

  async #perform<Result>(lease: Lease, { work, signal }: Job<Result>): Promise<Result> {
    const { worker, bond } = lease;
    try {
      const result = await work(withSignal(bond, signal));
      worker.calls++;
      worker.release(bond);
      return result;
    } catch (error) {
      void giveBackAfter(error, lease, signal);
      throw isOverdue(error) && !signal?.aborted ? replacedAfter(error) : error;
    }
  }

  /** A worker could not be started: who waits for it is told so, and so are those who wait for any, if it was the last. */
  #failed(worker: Worker, error: unknown): void {
    if (!worker.isHopeless) return;
    const waiting = this.#waiting.onlyFor(worker);
    if (this.all.every(({ isHopeless }) => isHopeless)) waiting.push(...this.#waiting.forAny());
    const { lang } = this.#settings;
    this.#reject(
      waiting,
      () => new BondException(lang, `no worker can be started: ${textOf(error)}`, { code: 'BOND_SETUP', cause: error }),
    );
  }

  #reject(waiting: readonly Waiter[], makeError: () => BondException): void {
    for (const waiter of waiting) {
      this.#forget(waiter);
      waiter.reject(makeError());
    }
  }

  #forget(waiter: Waiter): void {
    this.#waiting.delete(waiter);
    if (this.waiting === 0) this.#holdLoop(false);
  }

  #holdLoop(isHeld: boolean): void {
    for (const worker of this.all) worker.hold(isHeld);
  }
}

function withSignal(bond: Bond, signal: AbortSignal | undefined): Bond {
  return signal ? bond.with({ signal }) : bond;
}
