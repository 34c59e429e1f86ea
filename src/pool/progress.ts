import { performance } from '../common/globals.js';

/** How far a {@link Pool.map} has come. */
export interface Progress {
  /** How many items are done, failed ones included. */
  readonly done: number;
  /** How many there are, if that is known: the items are an array, a `Set` or a `Map`, or `total` was given. */
  readonly total: number | undefined;
  /** How many are done in a second, on average since the start. */
  readonly rate: number;
  /** How many ms the rest will take at that rate, if it is known how much that is. */
  readonly timeLeft: number | undefined;
}

/** @internal Counts what is done. */
export class ProgressMeter {
  readonly #total: number | undefined;
  readonly #start = performance.now();
  #done = 0;

  constructor(total: number | undefined) {
    this.#total = total;
  }

  /** One more is done. */
  step(): Progress {
    const done = ++this.#done;
    const total = this.#total;
    const rate = (done * 1000) / Math.max(performance.now() - this.#start, 1);
    return { done, total, rate, timeLeft: total === undefined ? undefined : (Math.max(total - done, 0) * 1000) / rate };
  }
}

/** @internal How many items there are, where that can be told beforehand. */
export function countOf(items: unknown): number | undefined {
  if (Array.isArray(items) || ArrayBuffer.isView(items)) return (items as ArrayLike<unknown>).length;
  return items instanceof Set || items instanceof Map ? items.size : undefined;
}
