import { inspect, types } from 'node:util';
import { wrongArgument } from '../common/errors.js';
import { referenceOf, standFor } from '../values/reference.js';
import { Chain } from './chain.js';
import type { Held } from './handle.js';
import type { AnyRemote } from './remote-object.js';
import type { Untyped } from './remote-types.js';
import type { StandsFor } from './stands-for.js';

/** The chain of a handle or an expression. */
export function chainOf(value: unknown): Chain {
  const chain = typeof value === 'function' && types.isProxy(value) ? referenceOf(value) : undefined;
  if (chain instanceof Chain) return chain;
  throw wrongArgument('it takes a handle, or an expression that begins with one');
}

/** The held value of a handle. */
function heldBy(value: unknown): Held {
  const chain = chainOf(value);
  if (chain.held) return chain.held;
  throw wrongArgument(`${chain} is an expression, and not a handle: await it first`);
}

/**
 * Returns the {@link Held} of a handle. Its methods take any name, also one that the handle uses itself:
 * `held(remote).call('then')`.
 * @param remote a handle: what `import` or an expression resolves to
 * @throws TypeError if it is not a handle
 * @example
 * const types = await python.import('types');
 * const point = await types.SimpleNamespace(kwargs({ x: 1 }));
 * await held(point).set('x', 5);
 */
export function held<T extends object = Untyped>(remote: StandsFor<T>): Held<T> {
  return heldBy(remote) as unknown as Held<T>;
}

/**
 * Reads an item, when a property could have the same name, or when the key is not a name. Several keys are a tuple in
 * Python.
 * @param remote a handle, or an expression that begins with one
 * @param keys the key: any value or reference
 * @returns an expression, which is sent when you await it
 * @throws TypeError if `remote` is neither a handle nor an expression
 * @example
 * await item(frame, ['name', 'age']); // frame[['name', 'age']]
 * await item(matrix, 1, 2); // matrix[1, 2]
 */
export function item(remote: AnyRemote, ...keys: readonly [unknown, ...unknown[]]): AnyRemote {
  return remoteOf(chainOf(remote).with({ kind: 'item', args: keys }));
}

/**
 * Releases a value in the interpreter. After that, every other use of the handle is a `BondException`. You may call it
 * again. `await using` does it as well, and so does garbage collection, later.
 * @param remote a handle
 * @throws TypeError if it is not a handle
 * @example
 * const frame = await pd.read_csv('sales.csv');
 * await release(frame);
 */
export async function release(remote: AnyRemote): Promise<void> {
  await heldBy(remote).release();
}

/** Makes an object of a chain. Its properties, calls and `new` are longer chains. */
export function remoteOf(chain: Chain): AnyRemote {
  const remote = new Proxy(TARGET, new Links(chain));
  standFor(remote, chain);
  return remote;
}

/**
 * A bound function can be called with `new`, and has no property that the proxy must report. All proxies share it,
 * which halves the cost of a link.
 */
const TARGET = Object.assign(function remote() {}.bind(undefined), {
  [inspect.custom](this: unknown) {
    return chainOf(this).toString();
  },
});

const DIGIT_NINE = 57;

/** Makes longer chains. */
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
    const serialized = this.#chain.serializedBy(args);
    if (serialized) throw wrongArgument(`JSON.stringify cannot read ${asValue(serialized)}`);
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
    throw wrongArgument(`'${String(key)}' of ${this.#chain} cannot be changed here: ${advice}`);
  }
}

/** Makes an expression a promise of its value. A handle has none of these, so awaiting it gives the handle itself. */
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
      return () => chain.toString();
    case Symbol.toPrimitive:
      return (hint: string) => primitiveOf(chain, hint);
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

/** Text says what it is. An operator wants its value, which is not here. */
function primitiveOf(chain: Chain, hint: string): string {
  if (hint === 'string') return chain.toString();
  throw wrongArgument(`an operator such as + cannot use ${asValue(chain)}`);
}

/** What it is, and how to have its value here. */
function asValue(chain: Chain): string {
  const advice = chain.isBare ? 'use await held(remote).value() if a copy will do' : 'await it first';
  return `${chain}, whose value is in ${chain.evaluator.owner.lang}: ${advice}`;
}
