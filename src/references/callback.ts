import { type InspectOptions, inspect } from 'node:util';
import { wrongArgument } from '../common/errors.js';
import { showObject } from '../common/inspect.js';
import { type FunctionOptions, type Objects, wrongFunctionOptions } from '../common/objects.js';
import { functionName } from '../common/thrown.js';
import { type Lender, Reference } from '../values/reference.js';

/** Any function. */
export type AnyFunction = (...args: never[]) => unknown;

/** A function about which nothing is known. */
export type UnknownFunction = (...args: unknown[]) => unknown;

/** A function of yours as an argument, or in one. Made by {@link callback}. */
export class Callback<F extends AnyFunction = AnyFunction> extends Reference {
  /** Not `#func`: declaration files omit the types of those, so any callback would be assignable to any other. */
  protected readonly func: F;
  readonly #objects: Objects | undefined;

  /** @internal */
  constructor(func: F, objects?: Objects) {
    super();
    this.func = func;
    this.#objects = objects;
  }

  /** @internal The function, and how it is lent. */
  get lent(): { readonly func: F; readonly objects: Objects | undefined } {
    return { func: this.func, objects: this.#objects };
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
 * Wraps a function, so that you can pass it as an argument, in one, or in the result of an exported function. It may be
 * async: the interpreter waits for it. It can be called any number of times, also after the call that passed it has
 * returned. It is released when the interpreter no longer uses it.
 * @param options with `objects: 'hold'`, arguments that cannot be copied arrive as handles
 * @throws TypeError if `func` is not a function, or an option is unknown
 * @example
 * await php.call('array_map', callback((n) => n * 2), [1, 2]); // [2, 4]
 * await python.call('sorted', ['bb', 'a'], kwargs({ key: callback((word) => word.length) })); // ['a', 'bb']
 */
export function callback<Args extends unknown[], Result>(
  func: (...args: Args) => Result,
  options: FunctionOptions = {},
): Callback<(...args: Args) => Result> {
  if (typeof func !== 'function') throw wrongArgument(`callback takes a function, not ${typeof func}`);
  const wrong = wrongFunctionOptions(options);
  if (wrong !== undefined) throw wrongArgument(`callback: ${wrong}`);
  return new Callback(func, options.objects);
}
