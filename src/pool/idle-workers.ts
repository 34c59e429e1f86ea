import { clearTimeout, LONGEST_TIMER, performance, setTimeout } from '../common/globals.js';
import type { Worker } from './worker.js';

/** Those workers that have nothing to do. */
export class IdleWorkers {
  /** Since when, on the clock of `performance.now()`; who has had nothing to do for longest comes first. */
  readonly #since = new Map<Worker, number>();
  readonly #timeout: number;
  readonly #onTimeout: (worker: Worker) => void;
  #timer: NodeJS.Timeout | undefined;

  /** `onTimeout` is told of those that have had nothing to do for `timeout` ms. */
  constructor(timeout: number, onTimeout: (worker: Worker) => void) {
    this.#timeout = timeout;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#since.size;
  }

  get #isElastic(): boolean {
    return this.#timeout < Number.POSITIVE_INFINITY;
  }

  has(worker: Worker): boolean {
    return this.#since.has(worker);
  }

  add(worker: Worker): void {
    this.#since.set(worker, this.#isElastic ? performance.now() : 0);
    if (this.#isElastic && !this.#timer) this.#wait(this.#timeout);
  }

  delete(worker: Worker): void {
    this.#since.delete(worker);
  }

  /**
   * Who is to do the next thing: all in turn, or, if those that are not needed go, who has just done something. Otherwise
   * none would ever have had nothing to do for long.
   */
  next(): Worker | undefined {
    if (this.#isElastic) return [...this.#since.keys()].at(-1);
    const [longest] = this.#since.keys();
    return longest;
  }

  clear(): void {
    this.#since.clear();
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.ceil(milliseconds), LONGEST_TIMER));
    this.#timer.unref();
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [worker, since] of [...this.#since]) if (now - since >= this.#timeout) this.#onTimeout(worker);
    const next = Math.min(...this.#since.values());
    // Those that have to stay are not looked at before one of them has done something.
    if (next < Number.POSITIVE_INFINITY && next + this.#timeout > now) this.#wait(next + this.#timeout - now);
  }
}
