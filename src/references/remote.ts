import { inspect, types } from 'node:util';
import { standFor } from '../values/reference.js';
import type { Chain } from './chain.js';
import type { Held } from './handle.js';
import type { AnyRemote } from './remote-object.js';
import type { Untyped } from './remote-types.js';
import type { StandsFor } from './stands-for.js';

const chains = new WeakMap<object, Chain>();

/** What a handle or an expression stands for. */
export function chainOf(value: unknown): Chain {
  const chain = typeof value === 'function' && types.isProxy(value) ? chains.get(value) : undefined;
  if (chain) return chain;
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
  // What is bound can be called with `new`, and has no property that a proxy would have to show.
  const target = Object.assign(function remote() {}.bind(undefined), { [inspect.custom]: () => chain.toString() });
  const remote = new Proxy(target, handlers);
  chains.set(target, chain);
  chains.set(remote, chain);
  standFor(remote, chain);
  return remote;
}

function chainOfTarget(target: object): Chain {
  return chains.get(target) as Chain;
}

const handlers: ProxyHandler<object> = {
  get(target, key) {
    const chain = chainOfTarget(target);
    if (typeof key === 'symbol') return propertyNamed(chain, key);
    if (key in PROMISE) return chain.held ? undefined : PROMISE[key as keyof typeof PROMISE](chain);
    const link = /^(?:0|-?[1-9]\d{0,14})$/.test(key)
      ? ({ kind: 'item', args: [Number(key)] } as const)
      : ({ kind: 'get', name: key } as const);
    return remoteOf(chain.with(link));
  },
  apply: (target, _this, args) => remoteOf(chainOfTarget(target).with({ kind: 'call', args })),
  construct: (target, args) => remoteOf(chainOfTarget(target).with({ kind: 'new', args })) as object,
  set: (target, key) => refuseChange(target, key, `held(remote).set('${String(key)}', value) sets it over there`),
  deleteProperty: (target, key) => refuseChange(target, key, 'it can only be deleted by code over there'),
  defineProperty: (target, key) => refuseChange(target, key, `held(remote).set('${String(key)}', value) sets it`),
  has: (_, key) => typeof key === 'string' && !(key in PROMISE),
  ownKeys: () => [],
  getOwnPropertyDescriptor: () => undefined,
  getPrototypeOf: () => null,
  setPrototypeOf: () => false,
  preventExtensions: () => false,
};

function refuseChange(target: object, key: string | symbol, advice: string): never {
  throw new TypeError(`'${String(key)}' of ${chainOfTarget(target)} cannot be changed here: ${advice}`);
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
