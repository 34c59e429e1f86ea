import type { Callable } from './session-owner.js';

interface Lent {
  readonly callable: Callable;
  readonly onRelease: (() => void) | undefined;
  /** What the function speaks for, if the other side has been given an object. */
  readonly object: object | undefined;
}

/** Functions that the other side has been lent, by the numbers that it knows them by, until it lets go of them. */
export class LentFunctions {
  readonly #functions = new Map<number, Lent>();
  /** Objects that the other side has let go of: the message behind that may have them in it. */
  readonly #leaving = new Map<number, object>();
  #last = 0;

  /** Lends a function; the number that it is known by there. */
  lend(callable: Callable, onRelease?: () => void, object?: object): number {
    this.#functions.set(++this.#last, { callable, onRelease, object });
    return this.#last;
  }

  get(id: number): Callable | undefined {
    return this.#functions.get(id)?.callable;
  }

  /** The object that a function speaks for. The other side may say any number. */
  objectOf(id: number): object {
    const object = this.#functions.get(id)?.object ?? this.#leaving.get(id);
    if (object) return object;
    throw new Error(`no object has been lent as number ${id}`);
  }

  takeBack(id: number): void {
    const lent = this.#functions.get(id);
    this.#functions.delete(id);
    if (lent?.object) this.#leaving.set(id, lent.object);
    lent?.onRelease?.();
  }

  /** Whether there are objects that may be mentioned once more. */
  get isLeaving(): boolean {
    return this.#leaving.size > 0;
  }

  /** The message has come behind which nothing of them is left there. */
  forgetLeaving(): void {
    this.#leaving.clear();
  }

  takeBackAll(): void {
    for (const id of this.#functions.keys()) this.takeBack(id);
    this.forgetLeaving();
  }
}
