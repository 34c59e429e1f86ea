import { types } from 'node:util';
import { RemoteException } from '../common/errors.js';
import { isA } from '../common/thrown.js';
import { type Lender, Reference, referenceOf } from '../values/reference.js';
import type { AnyFunction } from './callback.js';
import { Chain } from './chain.js';
import type { Held } from './handle.js';
import { stream } from './stream.js';

/**
 * Calls a function of the host that stands for one of the other side: what a generator yields is iterated over there, and
 * exceptions of the other side pass through.
 */
export function callForOther(lender: Lender, func: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
  try {
    const result: unknown = Reflect.apply(func, self, args);
    if (types.isGeneratorFunction(func)) return stream(result as Iterable<unknown>);
    return isAwaited(result) ? result.then(undefined, (error) => raised(lender, error)) : result;
  } catch (error) {
    return raised(lender, error);
  }
}

/** Whether what a function returns is a promise, or an expression. */
function isAwaited(result: unknown): result is Promise<unknown> {
  if (typeof result !== 'function') return types.isPromise(result);
  const chain = referenceOf(result);
  return chain instanceof Chain && !chain.isBare;
}

/** An exception of the other side that a function of the host does not catch goes on there as itself; any other is thrown. */
function raised(lender: Lender, error: unknown): Raised {
  const exception: unknown = isA(error, RemoteException) ? error.exception : undefined;
  const chain = typeof exception === 'function' ? referenceOf(exception) : undefined;
  if (chain instanceof Chain && chain.held && lender.isOwner(chain.evaluator.owner)) return new Raised(chain.held);
  throw error;
}

/** What is thrown where it would be the result of a function. */
class Raised extends Reference {
  readonly #exception: Held;

  constructor(exception: Held) {
    super();
    this.#exception = exception;
  }

  override toString(): string {
    return `Raised ${this.#exception.expression}`;
  }

  /** @internal */
  codeFor(lender: Lender): string {
    return `_BOND_raise(${this.#exception.codeFor(lender)})`;
  }
}
