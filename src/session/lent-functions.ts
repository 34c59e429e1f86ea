import type { Callable } from './session-owner.js';

interface Lent {
  readonly callable: Callable;
  readonly onRelease: (() => void) | undefined;
}

/** Functions that the other side has been lent, by the numbers that it knows them by, until it lets go of them. */
export class LentFunctions {
  readonly #functions = new Map<number, Lent>();
  #last = 0;

  /** Lends a function; the number that it is known by there. */
  lend(callable: Callable, onRelease?: () => void): number {
    this.#functions.set(++this.#last, { callable, onRelease });
    return this.#last;
  }

  get(id: number): Callable | undefined {
    return this.#functions.get(id)?.callable;
  }

  takeBack(id: number): void {
    const lent = this.#functions.get(id);
    this.#functions.delete(id);
    lent?.onRelease?.();
  }

  takeBackAll(): void {
    for (const id of this.#functions.keys()) this.takeBack(id);
  }
}
