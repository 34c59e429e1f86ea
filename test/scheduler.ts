// Lets things happen in any order.

import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { vi } from 'vitest';
import { settings } from './play.js';
import type { Clock } from './players.js';
import { randomNumbers } from './seeds.js';

/** How many turns of the event loop a library that works may take without anything to do, before it does something. */
const LONGEST_LULL = 20;

/** What the library repeats at most so often, in ms. */
const REPETITION = 100;

/** Lets what is due happen in an order that its seed decides. What the library repeats needs `vi`'s fake timers. */
export class Scheduler implements Clock {
  readonly #random: () => number;
  readonly #due: (() => void)[] = [];

  /** Calls may have to run into their time-outs so often before all has been done. */
  readonly #patience: number;

  constructor(seed: number, patience = 0) {
    this.#random = randomNumbers(seed);
    this.#patience = patience;
  }

  /** Something that may happen now. */
  add(task: () => void): void {
    this.#due.push(task);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  later(_delay: unknown, run: () => void): void {
    const inContext = AsyncLocalStorage.snapshot();
    this.add(() => inContext(run));
  }

  async until(isDone: () => boolean): Promise<void> {
    let patience = this.#patience;
    for (let lull = 0; !isDone(); lull++) {
      await nextTurn();
      if (this.#due.length > 0) lull = 0;
      else if (lull > LONGEST_LULL && patience-- > 0) vi.advanceTimersByTime(settings.timeout + 1);
      else if (lull > LONGEST_LULL) throw new Error('nothing is due any more, and not everything has been done');
      this.#runSome();
    }
  }

  /** What comes in one chunk is heard in one turn of the event loop. */
  #runSome(): void {
    if (this.chance(0.05)) vi.advanceTimersByTime(REPETITION);
    while (this.#due.length > 0) {
      const index = Math.floor(this.#random() * this.#due.length);
      const [task] = this.#due.splice(index, 1);
      task?.();
      if (this.chance(0.5)) return;
    }
  }
}
