import { type InspectOptions, inspect } from 'node:util';
import { showObject } from './inspection.js';
import { type Lender, Reference } from './ref.js';

/** A function of the host as an argument, or inside of one. Made by {@link callback}. */
export class Callback extends Reference {
  readonly #func: (...args: unknown[]) => unknown;

  /** @internal */
  constructor(func: (...args: unknown[]) => unknown) {
    super();
    this.#func = func;
  }

  /** @internal What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Callback', { func: this.#func }, depth, options);
  }

  /** @internal */
  codeFor(lender: Lender): string {
    return `_BOND_callback(${lender.lend(this.#func)})`;
  }
}

/**
 * Wraps a function, sync or async, so that it can be an argument of a call, or a part of one, or of what an exported
 * function returns. Over there it is a function like any other, which can be called any number of times, also after the
 * call that brought it has returned. It is released when the other side lets go of it.
 * @throws TypeError if it is no function
 */
export function callback(func: (...args: never[]) => unknown): Callback {
  if (typeof func !== 'function') throw new TypeError(`callback takes a function, not ${typeof func}`);
  return new Callback(func as (...args: unknown[]) => unknown);
}
