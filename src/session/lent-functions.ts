import type { HostFunction } from './session-owner.js';

interface Lent {
  readonly call: HostFunction;
  readonly onRelease: (() => void) | undefined;
}

/** Functions that the other side has been lent, by the numbers that it knows them by, until it lets go of them. */
export class LentFunctions {
  readonly #functions = new Map<number, Lent>();
  #last = 0;

  /** Lends a function; the number that it is known by there. */
  lend(call: HostFunction, onRelease?: () => void): number {
    this.#functions.set(++this.#last, { call, onRelease });
    return this.#last;
  }

  get(id: number): HostFunction | undefined {
    return this.#functions.get(id)?.call;
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
