import type { Bond } from '../bond/bond.js';
import { onAbort } from '../common/abort-signal.js';
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
  readonly priority: number;
  resolve(lease: Lease): void;
  reject(error: BondException): void;
}

/** The same waiter, which an abort of `signal` gives to `abort`, as long as it waits. */
export function untilAbort(waiter: Waiter, signal: AbortSignal, abort: (abortable: Waiter) => void): Waiter {
  const stopListening = onAbort(signal, () => abort(abortable));
  const abortable: Waiter = {
    ...waiter,
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

/** The jobs that wait for a worker: those of the highest priority first, and the oldest first among equals. */
export class WaitingJobs {
  /** Those that any worker can do, by priority, the highest first. None is empty. */
  readonly #levels: { readonly priority: number; readonly waiters: Set<Waiter> }[] = [];
  readonly #forOne = new Set<Waiter>();

  get size(): number {
    return this.countForAny + this.#forOne.size;
  }

  /** How many of them any worker can do. */
  get countForAny(): number {
    let count = 0;
    for (const { waiters } of this.#levels) count += waiters.size;
    return count;
  }

  add(waiter: Waiter): void {
    (waiter.worker ? this.#forOne : this.#level(waiter.priority)).add(waiter);
  }

  delete(waiter: Waiter): void {
    if (this.#forOne.delete(waiter)) return;
    const index = this.#levels.findIndex(({ priority }) => priority === waiter.priority);
    const waiters = this.#levels[index]?.waiters;
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#levels.splice(index, 1);
  }

  /** What a worker that has nothing to do is to do next: what only it can do comes first. */
  nextFor(worker: Worker): Waiter | undefined {
    const [longestWaiting] = this.#levels[0]?.waiters ?? [];
    return this.onlyFor(worker)[0] ?? longestWaiting;
  }

  /** What no other worker can do. */
  onlyFor(worker: Worker): Waiter[] {
    if (this.#forOne.size === 0) return [];
    return [...this.#forOne].filter((waiter) => waiter.worker === worker);
  }

  /** What any worker can do. */
  forAny(): Waiter[] {
    return this.#levels.flatMap(({ waiters }) => [...waiters]);
  }

  all(): Waiter[] {
    return [...this.forAny(), ...this.#forOne];
  }

  #level(priority: number): Set<Waiter> {
    const index = this.#levels.findIndex((level) => level.priority <= priority);
    const there = this.#levels[index];
    if (there?.priority === priority) return there.waiters;
    const waiters = new Set<Waiter>();
    this.#levels.splice(index < 0 ? this.#levels.length : index, 0, { priority, waiters });
    return waiters;
  }
}
