import { inspect, types } from 'node:util';
import { referenceOf, standFor } from '../values/reference.js';
import { Chain } from './chain.js';
import type { Held } from './handle.js';
import type { AnyRemote } from './remote-object.js';
import type { Untyped } from './remote-types.js';
import type { StandsFor } from './stands-for.js';

/** What a handle or an expression stands for. */
export function chainOf(value: unknown): Chain {
  const chain = typeof value === 'function' && types.isProxy(value) ? referenceOf(value) : undefined;
  if (chain instanceof Chain) return chain;
  throw new TypeError('it takes a handle, or an expression that begins with one');
}

/** What is held, of a handle. */
function heldBy(value: unknown): Held {
  const chain = chainOf(value);
  if (chain.held) return chain.held;
  throw new TypeError(`${chain} is an expression, and not a handle: await it first`);
}

/**
 * The same as a {@link Held}, which has methods for what a name would hide: `held(remote).call('then')`, `set('x', 1)`.
 * @param remote a handle: what `import` or an expression resolves to
 * @throws TypeError if it is none
 * @example
 * const point = await geometry.Point(1, 2);
 * await held(point).set('x', 5);
 */
export function held<T extends object = Untyped>(remote: StandsFor<T>): Held<T> {
  return heldBy(remote) as unknown as Held<T>;
}

/**
 * An item of something over there, where a name could be an attribute as well, or the key is no name: `item(df, ['a', 'b'])`.
 * Several keys are a tuple in Python: `item(matrix, 1, 2)`.
 * @param remote a handle, or an expression that begins with one
 * @param keys the key: any value, or a reference
 * @returns an expression: it is sent when it is awaited
 * @throws TypeError if `remote` is neither
 */
export function item(remote: AnyRemote, ...keys: readonly [unknown, ...unknown[]]): AnyRemote {
  return remoteOf(chainOf(remote).with({ kind: 'item', args: keys }));
}

/**
 * Lets go of something over there; every other use of the handle is a `BondException` from now on. Safe to repeat.
 * Garbage collection does it as well, later, and so does `await using`.
 * @param remote a handle
 * @throws TypeError if it is none
 */
export async function release(remote: AnyRemote): Promise<void> {
  await heldBy(remote).release();
}

/** A chain as an object whose properties, calls and `new` are longer chains. */
export function remoteOf(chain: Chain): AnyRemote {
  const remote = new Proxy(TARGET, new Links(chain));
  standFor(remote, chain);
  return remote;
}

/** What is bound can be called with `new`, and has no property that a proxy would have to show. It is the same for all: ten links make twenty. */
const TARGET = Object.assign(function remote() {}.bind(undefined), {
  [inspect.custom](this: unknown) {
    return chainOf(this).toString();
  },
});

const DIGIT_NINE = 57;

/** Makes the longer chains. */
class Links implements ProxyHandler<object> {
  readonly #chain: Chain;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  get(_target: object, key: string | symbol): unknown {
    const chain = this.#chain;
    if (typeof key === 'symbol') return propertyNamed(chain, key);
    if (key in PROMISE) return chain.isBare ? undefined : PROMISE[key as keyof typeof PROMISE](chain);
    // Most names begin with a letter.
    const isNumber = key.charCodeAt(0) <= DIGIT_NINE && /^(?:0|-?[1-9]\d{0,14})$/.test(key);
    return remoteOf(chain.with(isNumber ? { kind: 'item', args: [Number(key)] } : { kind: 'get', name: key }));
  }

  apply(_target: object, _this: unknown, args: unknown[]): unknown {
    return remoteOf(this.#chain.with({ kind: 'call', args }));
  }

  construct(_target: object, args: unknown[]): object {
    return remoteOf(this.#chain.with({ kind: 'new', args }));
  }

  set(_target: object, key: string | symbol): never {
    return this.#refuseChange(key, `use held(remote).set('${String(key)}', value)`);
  }

  deleteProperty(_target: object, key: string | symbol): never {
    return this.#refuseChange(key, 'delete it by code of that language');
  }

  defineProperty(_target: object, key: string | symbol): never {
    return this.#refuseChange(key, `use held(remote).set('${String(key)}', value)`);
  }

  has(_target: object, key: string | symbol): boolean {
    return typeof key === 'string' && !(key in PROMISE);
  }

  ownKeys(): string[] {
    return [];
  }

  getOwnPropertyDescriptor(): undefined {
    return undefined;
  }

  getPrototypeOf(): null {
    return null;
  }

  setPrototypeOf(): boolean {
    return false;
  }

  preventExtensions(): boolean {
    return false;
  }

  #refuseChange(key: string | symbol, advice: string): never {
    throw new TypeError(`'${String(key)}' of ${this.#chain} cannot be changed here: ${advice}`);
  }
}

/** What makes an expression a promise of its value. A handle has none of them, and is what it is when it is awaited. */
const PROMISE = {
  __proto__: null as never,
  // biome-ignore lint/suspicious/noThenProperty: this is what it is for
  then:
    (chain: Chain) =>
    (...handlers: Parameters<Promise<unknown>['then']>) =>
      chain.evaluator.evaluate(chain).then(...handlers),
  catch:
    (chain: Chain) =>
    (...handlers: Parameters<Promise<unknown>['catch']>) =>
      chain.evaluator.evaluate(chain).catch(...handlers),
  finally:
    (chain: Chain) =>
    (...handlers: Parameters<Promise<unknown>['finally']>) =>
      chain.evaluator.evaluate(chain).finally(...handlers),
};

function propertyNamed(chain: Chain, key: symbol): unknown {
  switch (key) {
    case inspect.custom:
    case Symbol.toPrimitive:
      return () => chain.toString();
    case Symbol.toStringTag:
      return 'Remote';
    case Symbol.asyncIterator:
      return () => chain.evaluator.iterate(chain, chain.text());
    case Symbol.asyncDispose:
      return chain.held && (() => chain.held?.release());
    default:
      return undefined;
  }
}
