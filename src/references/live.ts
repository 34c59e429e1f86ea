import { type InspectOptions, inspect, types } from 'node:util';
import { BondException } from '../common/errors.js';
import { Promise, whenSettled } from '../common/globals.js';
import { showObject } from '../common/inspect.js';
import type { ProtocolName } from '../common/options.js';
import { property } from '../common/thrown.js';
import { type Lender, Reference, referenceOf } from '../values/reference.js';
import { type LiveNames, Names } from './live-names.js';
import { LiveObject, perform } from './live-object.js';
import { withLive } from './live-results.js';
import { identityOf, isSequence, traitsOf } from './live-traits.js';
import { stream } from './stream.js';

/** An object of the host by reference, as an argument, or inside of one. Made by {@link live}. */
export class Live<T extends object = object> extends Reference {
  /** For the types alone: what tells one from another. */
  protected readonly object: T;
  readonly #listed: ReadonlySet<string | symbol> | undefined;
  /** What it is called on, if it is a method: nothing else can be done with one. */
  readonly #owner: object | undefined;

  /** @internal */
  constructor(object: T, listed: ReadonlySet<string | symbol> | undefined, owner?: object) {
    super();
    this.object = object;
    this.#listed = listed;
    this.#owner = owner;
  }

  override toString(): string {
    return `Live ${traitsOf(this.object, new Names(this.#listed)).className}`;
  }

  /** @internal What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Live', { object: this.object }, depth, options);
  }

  /** @internal */
  codeFor(lender: Lender): string {
    lender.need('live');
    if (!this.#listed && lender.protocol === 'JSON') {
      const advice = `live(object, ['name', …])`;
      throw new BondException(lender.lang, `under protocol 'JSON', live has to be told what may be touched: ${advice}`);
    }
    const isHolding = lender.settings.objects === 'hold';
    if (isHolding) lender.need('objects');
    const names = new Names(this.#owner ? new Set() : this.#listed);
    const traits = traitsOf(this.object, names);
    const number = lender.lend((...request) => this.#answer(request, names, lender.protocol), undefined, this.object);
    const flags = [
      traits.isCallable && 'c',
      traits.isIterable && 'i',
      traits.hasLength && 'l',
      traits.isIterable && isSequence(this.object) && 's',
      isHolding && 'h',
    ];
    const terms = this.#listed
      ? JSON.stringify([...this.#listed].map((name) => `${typeof name} ${String(name)}`).sort())
      : '';
    const identity = identityOf(this.object, this.#owner ?? this.object, `${isHolding}${terms}`);
    return `_BOND_live(${number}, '${flags.filter(Boolean).join('')}', '${traits.className}', ${identity})`;
  }

  /** Does what the other side asks for; that may be any nonsense. */
  #answer([what, name, given]: readonly unknown[], names: Names, protocol: ProtocolName): unknown {
    const args = Array.isArray(given) ? given : [];
    const object = new LiveObject(this.object, names);
    if (what === 'iterate') return stream(this.#itemsOf(object.iterate(), protocol));
    if (what === 'call' || what === 'new') return this.#settle(what, this.#call(args, what === 'new'), protocol);
    return this.#settle(what, perform(object, what, name, args), protocol);
  }

  /** The result, once it is there. */
  #settle(what: unknown, result: unknown, protocol: ProtocolName): unknown {
    if (!types.isPromise(result)) return this.#lent(what, result, protocol);
    return new Promise((resolve, reject) => {
      whenSettled(
        result,
        (value) => {
          try {
            resolve(this.#lent(what, value, protocol));
          } catch (error) {
            reject(error);
          }
        },
        reject,
      );
    });
  }

  /** Calls the function that it is; of a class, it makes an instance. */
  #call(args: readonly unknown[], isNew: boolean): unknown {
    const func: unknown = this.object;
    if (typeof func !== 'function') throw new TypeError('it is not a function');
    if (isNew || isClass(func)) return Reflect.construct(func, args);
    return Reflect.apply(func, this.#owner, args);
  }

  async *#itemsOf(iterable: AsyncIterable<unknown>, protocol: ProtocolName): AsyncGenerator<unknown> {
    for await (const item of iterable) yield this.#crossing(item, protocol);
  }

  /** What is passed on of a result. A function that was got is a method. */
  #lent(what: unknown, result: unknown, protocol: ProtocolName): unknown {
    if (what !== 'get' && what !== 'item') return this.#crossing(result, protocol);
    const found = result as readonly unknown[];
    return found.map((value) => (typeof value === 'function' ? this.#method(value) : this.#crossing(value, protocol)));
  }

  #method(func: object): unknown {
    return referenceOf(func) ? func : new Live(func, this.#listed, isClass(func) ? undefined : this.object);
  }

  /** A value with what is live on the same terms in the place of what does not cross. */
  #crossing(value: unknown, protocol: ProtocolName): unknown {
    return withLive(value, protocol, (object) => new Live(object, this.#listed));
  }
}

/** Whether a function can be called with `new` alone. */
function isClass(func: object): boolean {
  const prototype = types.isProxy(func) ? undefined : Object.getOwnPropertyDescriptor(func, 'prototype');
  return prototype?.writable === false;
}

/**
 * Hands an object to the other side by reference. There, it is a native object: properties are read and written, methods are
 * called (async ones are waited for), items are indexed and counted, it can be iterated over, and called if it is a function.
 * What comes back is the very same object. Plain data in it crosses as a value; functions and instances of classes that it leads to
 * are live as well, on the same terms. It is released when the other side lets go of it.
 * @param object an object, or a function
 * @param names what may be touched, of it and of what it leads to; `Symbol.iterator` among them stands for the items. Without
 * them, all is but what begins with `_`, and what every object has. With protocol `JSON`, they have to be given
 * @throws TypeError if it is no object, or the names are none
 * @example
 * await python.call('audit', live(account, ['balance', 'deposit']));
 */
export function live<T extends object>(object: T, names?: LiveNames): Live<T> {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) {
    throw new TypeError(`live takes an object, or a function, not ${object === null ? 'null' : typeof object}`);
  }
  if (referenceOf(object))
    throw new TypeError('live takes an object of your own, and not what stands for something else');
  return new Live(object, names === undefined ? undefined : listed(names));
}

function listed(names: LiveNames): ReadonlySet<string | symbol> {
  const isIterable =
    typeof names === 'object' && names !== null && typeof property(names, Symbol.iterator as never) === 'function';
  const list = isIterable ? [...names] : [undefined];
  const isWrong = list.some((name) => typeof name !== 'string' && typeof name !== 'symbol');
  if (isWrong) throw new TypeError('the names for live must be a list of texts, or of Symbol.iterator');
  return new Set(list as (string | symbol)[]);
}
