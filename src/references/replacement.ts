import { BondException } from '../common/errors.js';
import { functionName } from '../common/thrown.js';
import { type Lender, Reference, referenceOf } from '../values/reference.js';
import { callForOther } from './call-for-other.js';
import type { AnyFunction } from './callback.js';

/** A function of the host that replaces one of the other language. */
class Replacement extends Reference {
  readonly #func: AnyFunction;

  constructor(func: AnyFunction) {
    super();
    this.#func = func;
  }

  override toString(): string {
    return `Replacement ${functionName(this.#func)}`;
  }

  /** @internal */
  codeFor(lender: Lender): string {
    lender.need('callback');
    lender.need('objects');
    const call = (...args: unknown[]): unknown => callForOther(lender, this.#func, undefined, args);
    Object.defineProperty(call, 'name', { value: functionName(this.#func) });
    return `_BOND_callback(${lender.lend(call)}, 1)`;
  }
}

/** Functions by the names of those that they replace, as the driver is told of them. */
export function replacementsOf(lang: string, replace: unknown): (readonly [name: string, func: Reference])[] {
  if (typeof replace !== 'object' || replace === null || referenceOf(replace)) {
    throw new BondException(
      lang,
      "load: replace is an object with functions by name: { discount, 'Cart.total': total }",
    );
  }
  return Object.entries(replace).map(([name, func]) => {
    if (typeof func === 'function' && !referenceOf(func)) return [name, new Replacement(func as AnyFunction)] as const;
    throw new BondException(lang, `load: replace.${name} must be a function, not ${typeof func}`);
  });
}
