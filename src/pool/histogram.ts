/** How many buckets each doubling of a time is divided into: a percentile is at most 5 % too large. */
const STEPS = 16;
/** The shortest time that is told apart from shorter ones, in ms. */
const SHORTEST = 0.001;
/** How many times the shortest is doubled: up to 12 days. */
const DOUBLINGS = 40;

/** Times in ms, of {@link PoolStats}. All of them are 0 as long as `count` is. */
export interface PoolTimes {
  /** How many times were measured. */
  readonly count: number;
  /** The average, in ms. */
  readonly mean: number;
  /** The shortest, in ms. */
  readonly min: number;
  /** The longest, in ms. */
  readonly max: number;
  /** Half of all times are at most this long, in ms. Percentiles may be up to 5 % too large. */
  readonly p50: number;
  /** 90 % of all times are at most this long, in ms. */
  readonly p90: number;
  /** 99 % of all times are at most this long, in ms. */
  readonly p99: number;
  /** 99.9 % of all times are at most this long, in ms. */
  readonly p999: number;
}

/** @internal Counts times in buckets that grow with the time. Node's own histogram takes 10 ms to load, and longer to record. */
export class Histogram {
  readonly #buckets = new Float64Array(STEPS * DOUBLINGS + 1);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  record(milliseconds: number): void {
    const index = Math.ceil(Math.log2(milliseconds / SHORTEST) * STEPS);
    (this.#buckets[Math.max(0, Math.min(index, STEPS * DOUBLINGS))] as number) += 1;
    this.#count++;
    this.#sum += milliseconds;
    if (milliseconds < this.#min) this.#min = milliseconds;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  /** What has been recorded so far. */
  summary(): PoolTimes {
    const count = this.#count;
    const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map((part) => this.#percentile(part * count)) as [
      number,
      number,
      number,
      number,
    ];
    return { count, mean: count && this.#sum / count, min: count && this.#min, max: this.#max, p50, p90, p99, p999 };
  }

  /** The end of the bucket in which so many times have been passed; no longer than the longest. */
  #percentile(rank: number): number {
    let passed = 0;
    for (const [index, count] of this.#buckets.entries()) {
      passed += count;
      if (passed > 0 && passed >= rank) return Math.min(SHORTEST * 2 ** (index / STEPS), this.#max);
    }
    return 0;
  }
}
