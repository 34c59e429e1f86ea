import { performance } from '../common/globals.js';

/** How far {@link Pool.map} is, for `onProgress`. */
export interface Progress {
  /** The number of finished items, including failed ones. */
  readonly done: number;
  /** The number of items, if it is known: `items` is an array, a `Set` or a `Map`, or you gave `total`. */
  readonly total: number | undefined;
  /** Items per second, on average since the start. */
  readonly rate: number;
  /** Estimated ms for the remaining items, if `total` is known. */
  readonly timeLeft: number | undefined;
}

/** @internal Counts finished items. */
export class ProgressMeter {
  readonly #total: number | undefined;
  readonly #start = performance.now();
  #done = 0;

  constructor(total: number | undefined) {
    this.#total = total;
  }

  /** Counts one more. */
  step(): Progress {
    const done = ++this.#done;
    const total = this.#total;
    const rate = (done * 1000) / Math.max(performance.now() - this.#start, 1);
    return { done, total, rate, timeLeft: total === undefined ? undefined : (Math.max(total - done, 0) * 1000) / rate };
  }
}

/** @internal The number of items, if it is known beforehand. */
export function countOf(items: unknown): number | undefined {
  if (Array.isArray(items) || ArrayBuffer.isView(items)) return (items as ArrayLike<unknown>).length;
  return items instanceof Set || items instanceof Map ? items.size : undefined;
}
