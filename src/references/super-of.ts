import { wrongArgument } from '../common/errors.js';
import type { Lender } from '../values/reference.js';
import { Chain } from './chain.js';
import type { Held } from './handle.js';
import { Ref } from './ref.js';
import { chainOf, remoteOf } from './remote.js';
import type { AnyRemote, Remote } from './remote-object.js';
import type { StandsFor } from './stands-for.js';

/** The constructor, by its name in the language. */
type Constructors = {
  readonly [Name in '__init__' | '__construct' | 'constructor' | 'new']: (...args: readonly unknown[]) => AnyRemote;
};

/** The key of the class in whose methods a handle is `this`. */
const keys = new WeakMap<object, number>();

/** Notes that a handle is `this` of a method of the class with that key. */
export function noteThis(handle: object, key: number): void {
  keys.set(handle, key);
}

/**
 * Calls methods of the base class, in a method of a class from {@link Bond.extend}: what Python calls `super()`, PHP
 * `parent::`, and Perl `SUPER::`.
 * @param instance `this` of the method
 * @returns an object with the methods of the base class, called on the instance
 * @throws TypeError if it is not `this` of such a method
 * @example
 * const Case = await python.extend(unittest.TestCase, {
 *   async setUp() { await superOf(this).setUp(); },
 * });
 */
export function superOf<T>(instance: StandsFor<T>): unknown extends T ? AnyRemote : Remote<T> & Constructors {
  const key = keys.get(Object(instance));
  const { held, evaluator } = key === undefined ? ({} as Partial<Chain>) : chainOf(instance);
  if (!held || !evaluator || key === undefined) {
    throw wrongArgument('superOf takes `this` of a method that was given to extend(): no arrow function has one');
  }
  return remoteOf(new Chain(new Super(held, key, evaluator.owner), evaluator)) as never;
}

/** The base class, for an instance. */
class Super extends Ref {
  readonly #instance: Held;
  readonly #key: number;

  constructor(instance: Held, key: number, owner: ConstructorParameters<typeof Ref>[1]) {
    super(`_BOND_super(…, ${key})`, owner);
    this.#instance = instance;
    this.#key = key;
  }

  get expression(): string {
    return `super(${this.#instance.expression})`;
  }

  override codeFor(lender: Lender): string {
    return `_BOND_super(${this.#instance.codeFor(lender)}, ${this.#key})`;
  }
}
