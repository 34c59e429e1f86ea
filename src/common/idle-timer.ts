import { clearTimeout, LONGEST_TIMER, performance, setTimeout } from './globals.js';

/** Watches for the other side's silence: it asks its owner to look at what waits, no sooner than anything may be due. */
export class IdleTimer {
  /** When the other side was last heard of, on the clock of `performance.now()`. */
  lastHeard = performance.now();
  readonly #look: () => number;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;

  /** `look` fails what has waited too long, and tells in how many milliseconds it wants to look again. */
  constructor(look: () => number) {
    this.#look = look;
  }

  /** The other side has given a sign of life, or is about to be given what it waits for. */
  heard(): void {
    this.lastHeard = performance.now();
  }

  /** Something may be due in `delay` ms. */
  expect(delay: number, now: number): void {
    if (now + delay >= this.#due || delay === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#due = now + delay;
    // A delay beyond 2^31 ms would fire at once.
    this.#timer = setTimeout(() => this.#wake(), Math.min(Math.max(delay, 1), LONGEST_TIMER));
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#due = Number.POSITIVE_INFINITY;
  }

  #wake(): void {
    this.#due = Number.POSITIVE_INFINITY;
    this.expect(this.#look(), performance.now());
  }
}
