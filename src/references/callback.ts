import { type InspectOptions, inspect } from 'node:util';
import { showObject } from '../common/inspect.js';
import { type FunctionOptions, type Objects, wrongFunctionOptions } from '../common/objects.js';
import { functionName } from '../common/thrown.js';
import { type Lender, Reference } from '../values/reference.js';

/** Any function. Its types describe what the user wrote, not what arrives: the other side can send anything. */
export type AnyFunction = (...args: never[]) => unknown;

/** What is known of a function of which nothing is known. */
export type UnknownFunction = (...args: unknown[]) => unknown;

/** A function of the host as an argument, or inside of one. Made by {@link callback}. */
export class Callback<F extends AnyFunction = AnyFunction> extends Reference {
  /** Not `#func`: declaration files do not tell the types of those, and any callback would do for any other. */
  protected readonly func: F;
  readonly #objects: Objects | undefined;

  /** @internal */
  constructor(func: F, objects?: Objects) {
    super();
    this.func = func;
    this.#objects = objects;
  }

  override toString(): string {
    return `Callback ${functionName(this.func) || '(anonymous)'}`;
  }

  /** @internal What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Callback', { func: this.func }, depth, options);
  }

  /** @internal */
  codeFor(lender: Lender): string {
    lender.need('callback');
    const isHolding = (this.#objects ?? lender.settings.objects) === 'hold';
    if (isHolding) lender.need('objects');
    const number = lender.lend(this.func as AnyFunction as UnknownFunction);
    return `_BOND_callback(${number}${isHolding ? ', 1' : ''})`;
  }
}

/**
 * Wraps a function, sync or async, so that it can be an argument of a call, or a part of one, or of what an exported
 * function returns. Over there it is a function like any other, which can be called any number of times, also after the
 * call that brought it has returned. It is released when the other side lets go of it.
 * @param options with `objects: 'hold'`, arguments that cannot cross arrive as handles
 * @throws TypeError if it is no function, or an option is not known
 * @example
 * await python.call('sorted', python.ref('points'), kwargs({ key: callback((point) => point.x, { objects: 'hold' }) }));
 */
export function callback<Args extends unknown[], Result>(
  func: (...args: Args) => Result,
  options: FunctionOptions = {},
): Callback<(...args: Args) => Result> {
  if (typeof func !== 'function') throw new TypeError(`callback takes a function, not ${typeof func}`);
  const wrong = wrongFunctionOptions(options);
  if (wrong !== undefined) throw new TypeError(`callback: ${wrong}`);
  return new Callback(func, options.objects);
}
