import { type InspectOptions, inspect, types } from 'node:util';
import { BondException, wrongArgument } from '../common/errors.js';
import { Promise, whenSettled } from '../common/globals.js';
import { showObject } from '../common/inspect.js';
import type { ProtocolName } from '../common/options.js';
import { property } from '../common/thrown.js';
import { type Lender, Reference, referenceOf } from '../values/reference.js';
import { type LiveNames, Names } from './live-names.js';
import { LiveObject, perform } from './live-object.js';
import { withLive } from './live-results.js';
import { identityOf, isSequence, traitsOf } from './live-traits.js';
import { checkResult, stream } from './stream.js';

/** An object of yours by reference, as an argument or in one. Made by {@link live}. */
export class Live<T extends object = object> extends Reference {
  /** Exists for the types: it distinguishes one from another. */
  protected readonly object: T;
  readonly #listed: ReadonlySet<string | symbol> | undefined;
  /** `this`, if it is a method. A method can only be called. */
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
      throw new BondException(
        lender.lang,
        `under protocol 'JSON', live needs the names of what may be used: ${advice}`,
      );
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

  /** Does what the other side asks for. The request may be malformed. */
  #answer([what, name, given]: readonly unknown[], names: Names, protocol: ProtocolName): unknown {
    const args = Array.isArray(given) ? given : [];
    const object = new LiveObject(this.object, names);
    if (what === 'iterate') return stream(this.#itemsOf(object.iterate(), protocol));
    if (what === 'call' || what === 'new') return this.#settle(what, this.#call(args, what === 'new'), protocol);
    return this.#settle(what, perform(object, what, name, args), protocol);
  }

  /** Passes on the result, when it is available. */
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

  /** Calls the function; a class makes an instance. */
  #call(args: readonly unknown[], isNew: boolean): unknown {
    const func: unknown = this.object;
    if (typeof func !== 'function') throw wrongArgument('it is not a function');
    if (isNew || isClass(func)) return Reflect.construct(func, args);
    return Reflect.apply(func, this.#owner, args);
  }

  /** Goes through the same items, prepared for sending: without promises, if the object needs none. */
  #itemsOf(iterable: AsyncIterable<unknown>, protocol: ProtocolName): AsyncIterable<unknown> {
    const prepared = (result: IteratorResult<unknown>) => {
      checkResult(result);
      return result.done ? result : { done: false, value: this.#crossing(result.value, protocol) };
    };
    const open = () => {
      const iterator = iterable[Symbol.asyncIterator]();
      const next = (): unknown => {
        const result: unknown = iterator.next();
        return types.isPromise(result) ? result.then(prepared as never) : prepared(result as never);
      };
      return { next, return: (): unknown => iterator.return?.() };
    };
    return { [Symbol.asyncIterator]: open as never };
  }

  /** Prepares a result for sending. A function that was read is a method. */
  #lent(what: unknown, result: unknown, protocol: ProtocolName): unknown {
    if (what !== 'get' && what !== 'item') return this.#crossing(result, protocol);
    const found = result as readonly unknown[];
    return found.map((value) => (typeof value === 'function' ? this.#method(value) : this.#crossing(value, protocol)));
  }

  #method(func: object): unknown {
    return referenceOf(func) ? func : new Live(func, this.#listed, isClass(func) ? undefined : this.object);
  }

  /** Replaces parts that cannot be copied with live objects that allow the same names. */
  #crossing(value: unknown, protocol: ProtocolName): unknown {
    return withLive(value, protocol, (object) => new Live(object, this.#listed));
  }
}

/** Whether a function can only be called with `new`. */
function isClass(func: object): boolean {
  const prototype = types.isProxy(func) ? undefined : Object.getOwnPropertyDescriptor(func, 'prototype');
  return prototype?.writable === false;
}

/**
 * Passes an object by reference. In the other language it is a native object. Code there reads and writes its
 * properties, calls its methods (it waits for async ones), uses its items, iterates over it, and calls it if it is a
 * function. When it is passed back, you get the same object. Plain data in it is copied. Functions and instances of
 * classes in it are passed by reference too, with the same names. It is released when the interpreter no longer uses
 * it.
 * @param object an object, or a function
 * @param names the names that may be used, of the object and of what it leads to; `Symbol.iterator` stands for its
 * items. By default all, except names that begin with `_` and those that every object has. With the protocol `JSON`,
 * you must list them
 * @throws TypeError if `object` is not an object, or `names` is not a list of names
 * @example
 * const account = { balance: 1, deposit(amount) { this.balance += amount; } };
 * await python.call('audit', live(account, ['balance', 'deposit']));
 */
export function live<T extends object>(object: T, names?: LiveNames): Live<T> {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) {
    throw wrongArgument(`live takes an object, or a function, not ${object === null ? 'null' : typeof object}`);
  }
  if (referenceOf(object))
    throw wrongArgument('live takes an object of your own, and not what stands for something else');
  return new Live(object, names === undefined ? undefined : listed(names));
}

function listed(names: LiveNames): ReadonlySet<string | symbol> {
  const isIterable =
    typeof names === 'object' && names !== null && typeof property(names, Symbol.iterator as never) === 'function';
  const list = isIterable ? [...names] : [undefined];
  const isWrong = list.some((name) => typeof name !== 'string' && typeof name !== 'symbol');
  if (isWrong) throw wrongArgument('the names for live must be a list of texts, or of Symbol.iterator');
  return new Set(list as (string | symbol)[]);
}
