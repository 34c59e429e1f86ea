import type { Bond } from '../bond/bond.js';
import { BondException } from '../common/errors.js';
import { Promise, performance } from '../common/globals.js';
import { textOf } from '../common/thrown.js';
import { callChannel } from '../common/tracing.js';
import { giveBackAfter, isLoss, isOverdue, replacedAfter } from './failed-jobs.js';
import { abortion, bondFor, type Job, jobInWords } from './job.js';
import { type Items, type MapSettings, mapItems } from './ordered-map.js';
import { PoolBusyException } from './pool-busy.js';
import type { PoolSettings } from './pool-options.js';
import { PoolMeter, type PoolStats } from './pool-stats.js';
import { Staff } from './staff.js';
import { type Lease, untilAbort, type Waiter, WaitingJobs } from './waiting-jobs.js';
import type { Worker } from './worker.js';

export { resolvePoolOptions } from './pool-options.js';

/** The jobs of a pool, and who does them. Each worker does one thing at a time, so that its end costs one call at most. */
export class Scheduler {
  readonly #settings: PoolSettings;
  readonly #staff: Staff;
  readonly #meter = new PoolMeter();
  readonly #waiting = new WaitingJobs();
  readonly #calls = callChannel();
  /** How many jobs have been taken on, and are not done. */
  #jobs = 0;
  /** Why nothing more is taken on. */
  #refusal: (() => BondException) | undefined;
  #isKilled = false;
  #onDrained = (): void => {};

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#staff = new Staff(settings, {
      meter: this.#meter,
      idle: (worker) => this.#dispatch(worker),
      failed: (worker, error) => this.#failed(worker, error),
      isWanted: () => this.waiting > 0,
    });
  }

  /** All workers. */
  get all(): readonly Worker[] {
    return this.#staff.all;
  }

  /** How many jobs wait for a worker. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether the code that asks is part of a function that a worker has called, and waits for. */
  get isCalling(): boolean {
    return this.#staff.caller !== undefined;
  }

  /** What has been done, and is being done. */
  stats(): PoolStats {
    const states = this.all.map(({ state }) => state);
    return this.#meter.stats(states, this.waiting);
  }

  /** Starts the workers; rejects if not a single one can be. */
  async start(): Promise<void> {
    await this.#staff.start().catch((error: unknown) => {
      if (!this.#refusal) throw error;
    });
    if (this.#refusal) throw this.#refusal();
  }

  /** Has a job done, as soon as there is a worker for it. */
  run<Result>(job: Job<Result>): Promise<Result> {
    // A function that a worker has called is waited for by it: what it asks for runs there, inside of that wait.
    const { caller } = this.#staff;
    if (caller) return job.work(bondFor(caller, job));
    if (!this.#calls.hasSubscribers) return this.#run(job);
    const { verb, name } = job;
    return this.#calls.tracePromise(() => this.#run(job), { by: 'pool', lang: this.#settings.lang, verb, name });
  }

  async #run<Result>(job: Job<Result>): Promise<Result> {
    if (this.#refusal) throw this.#refusal();
    if (job.isRefusable) this.#refuseIfBusy(job);
    this.#jobs++;
    try {
      const result = await this.#tryOften(job);
      this.#meter.done++;
      return result;
    } catch (error) {
      this.#meter.failed++;
      throw error;
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

  /** Ends the workers for good. */
  async end(how: 'close' | 'kill'): Promise<void> {
    await this.#staff.end(how);
  }

  /** Refuses a job for which no worker is there or under way, if as many as may wait do so already. */
  #refuseIfBusy(job: Job): void {
    const { lang, maxQueue } = this.#settings;
    if (maxQueue === Number.POSITIVE_INFINITY || this.waiting < maxQueue + this.#staff.spare) return;
    this.#meter.refused++;
    throw new PoolBusyException(lang, jobInWords(job), this.waiting);
  }

  async #tryOften<Result>(job: Job<Result>): Promise<Result> {
    for (let retries = job.retries; ; retries--) {
      const lease = await this.#acquire(job);
      try {
        return await this.#perform(lease, job);
      } catch (error) {
        if (retries === 0 || this.#isKilled || job.signal?.aborted || !isLoss(error)) throw error;
        this.#meter.retried++;
      }
    }
  }

  /** Waits for a worker. One may be lost in the moment between being had and being used. */
  async #acquire(job: Job): Promise<Lease> {
    const { signal, worker, priority } = job;
    const start = performance.now();
    for (;;) {
      const lease = await new Promise<Lease>((resolve, reject) => {
        if (this.#isKilled && this.#refusal) return reject(this.#refusal());
        const makeError = (): BondException => abortion(this.#settings.lang, job);
        if (signal?.aborted) return reject(makeError());
        const waiter = { worker, priority, resolve, reject };
        const abort = (abortable: Waiter): void => this.#reject([abortable], makeError);
        this.#enqueue(signal ? untilAbort(waiter, signal, abort) : waiter);
      });
      if (lease.bond !== lease.worker.bond) continue;
      this.#meter.waiting.record(performance.now() - start);
      return lease;
    }
  }

  #enqueue(waiter: Waiter): void {
    const worker = this.#staff.take(waiter.worker);
    if (worker) return waiter.resolve({ worker, bond: worker.bond as Bond });
    this.#waiting.add(waiter);
    if (this.waiting === 1) this.#staff.hold(true);
    this.#staff.grow(this.#waiting.countForAny);
  }

  /** Gives a worker that has nothing to do what is to be done next. */
  #dispatch(worker: Worker): void {
    const waiter = this.#waiting.nextFor(worker);
    if (!waiter) return this.#staff.rest(worker);
    this.#forget(waiter);
    worker.take();
    waiter.resolve({ worker, bond: worker.bond as Bond });
  }

  async #perform<Result>(lease: Lease, job: Job<Result>): Promise<Result> {
    const { worker, bond } = lease;
    const start = performance.now();
    try {
      const result = await job.work(bondFor(bond, job));
      worker.countCall(bond);
      worker.release(bond);
      return result;
    } catch (error) {
      void giveBackAfter(error, lease, job.signal);
      throw isOverdue(error) && !job.signal?.aborted ? replacedAfter(error) : error;
    } finally {
      this.#meter.running.record(performance.now() - start);
    }
  }

  /** A worker could not be started: who waits for it is told so, and so are those who wait for any, if it was the last. */
  #failed(worker: Worker, error: unknown): void {
    this.#staff.grow(this.#waiting.countForAny);
    if (!worker.isHopeless) return;
    const waiting = this.#waiting.onlyFor(worker);
    if (this.all.every(({ isHopeless }) => isHopeless)) waiting.push(...this.#waiting.forAny());
    this.#reject(waiting, () => hopelessness(this.#settings.lang, error));
  }

  #reject(waiting: readonly Waiter[], makeError: () => BondException): void {
    for (const waiter of waiting) {
      this.#forget(waiter);
      waiter.reject(makeError());
    }
  }

  #forget(waiter: Waiter): void {
    this.#waiting.delete(waiter);
    if (this.waiting === 0) this.#staff.hold(false);
  }
}

function hopelessness(lang: string, cause: unknown): BondException {
  return new BondException(lang, `no worker can be started: ${textOf(cause)}`, { code: 'BOND_SETUP', cause });
}
