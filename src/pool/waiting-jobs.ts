import type { Bond } from '../bond/bond.js';
import type { BondException } from '../common/errors.js';
import type { Worker } from './worker.js';

/** A worker that somebody has for himself, and the interpreter that it is at the moment. */
export interface Lease {
  readonly worker: Worker;
  readonly bond: Bond;
}

/** A job that waits for a worker: for any, or for a certain one. */
export interface Waiter {
  readonly worker: Worker | undefined;
  resolve(lease: Lease): void;
  reject(error: BondException): void;
}

/** The jobs that wait for a worker, oldest first. */
export class WaitingJobs {
  readonly #forAny = new Set<Waiter>();
  readonly #forOne = new Set<Waiter>();

  get size(): number {
    return this.#forAny.size + this.#forOne.size;
  }

  add(waiter: Waiter): void {
    (waiter.worker ? this.#forOne : this.#forAny).add(waiter);
  }

  delete(waiter: Waiter): void {
    this.#forAny.delete(waiter);
    this.#forOne.delete(waiter);
  }

  /** What a worker that has nothing to do is to do next: what only it can do comes first. */
  nextFor(worker: Worker): Waiter | undefined {
    const [longestWaiting] = this.#forAny;
    return this.onlyFor(worker)[0] ?? longestWaiting;
  }

  /** What no other worker can do. */
  onlyFor(worker: Worker): Waiter[] {
    return [...this.#forOne].filter((waiter) => waiter.worker === worker);
  }

  /** What any worker can do. */
  forAny(): Waiter[] {
    return [...this.#forAny];
  }

  all(): Waiter[] {
    return [...this.#forAny, ...this.#forOne];
  }
}
