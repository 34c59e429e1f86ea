import { clearTimeout, LONGEST_TIMER, performance, setTimeout } from '../common/globals.js';

/** Why a worker of a pool has been replaced by a successor: it has reached `maxCalls`, `maxAge` or `maxMemory`. */
export type RecycleReason = 'calls' | 'age' | 'memory';

/** @internal How long an interpreter may serve. `Infinity` means that there is no limit. */
export interface Limits {
  readonly maxCalls: number;
  /** In ms. */
  readonly maxAge: number;
  /** In bytes. */
  readonly maxMemory: number;
}

/** By how much a limit may be lower, at random: so workers that started together are not replaced together. */
const JITTER = 0.1;
/** The shortest time between two looks at the memory of an interpreter, in ms. */
const SHORTEST_PAUSE = 20;
/** That time as a multiple of what a look takes: looks take 2 % of the time at most, also behind a slow connection. */
const PAUSE = 50;

/** @internal The time that an interpreter serves, until one of its limits is reached. */
export class Tenure {
  /** The limit that has been reached. */
  reason: RecycleReason | undefined;
  readonly #maxMemory: number;
  readonly #onDue: () => void;
  #callsLeft: number;
  #nextLook = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ maxCalls, maxAge, maxMemory }: Limits, onDue: () => void) {
    this.#onDue = onDue;
    this.#callsLeft = Math.max(1, Math.round(jittered(maxCalls)));
    this.#maxMemory = jittered(maxMemory);
    if (maxAge < Number.POSITIVE_INFINITY) this.#waitFor(jittered(maxAge));
  }

  /** Whether it is time to look at the memory. */
  get isToBeMeasured(): boolean {
    return this.#maxMemory < Number.POSITIVE_INFINITY && performance.now() >= this.#nextLook;
  }

  /** Counts a call that has been answered. */
  countCall(): void {
    if (--this.#callsLeft <= 0) this.#reached('calls');
  }

  /** Looks at the memory. One that cannot be had says nothing. */
  async look(measure: () => Promise<number>): Promise<void> {
    const start = performance.now();
    const bytes = await measure().catch(() => 0);
    const end = performance.now();
    this.#nextLook = end + Math.max(SHORTEST_PAUSE, PAUSE * (end - start));
    if (bytes > this.#maxMemory) this.#reached('memory');
  }

  /** It has been replaced, or is gone. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #reached(reason: RecycleReason): void {
    this.reason ??= reason;
    this.#onDue();
  }

  #waitFor(milliseconds: number): void {
    const wait = Math.min(milliseconds, LONGEST_TIMER);
    const next = () => (milliseconds > wait ? this.#waitFor(milliseconds - wait) : this.#reached('age'));
    this.#timer = setTimeout(next, wait);
    this.#timer.unref();
  }
}

function jittered(limit: number): number {
  return limit * (1 - JITTER * Math.random());
}
