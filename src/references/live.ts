import { type InspectOptions, inspect, types } from 'node:util';
import { BondException } from '../common/errors.js';
import { Promise, whenSettled } from '../common/globals.js';
import { showObject } from '../common/inspect.js';
import { property } from '../common/thrown.js';
import { type Lender, Reference, referenceOf } from '../values/reference.js';
import { isPlainObject } from '../values/shared/objects.js';
import { type LiveNames, Names } from './live-names.js';
import { LiveObject } from './live-object.js';
import { identityOf, traitsOf } from './live-traits.js';
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
    const number = lender.lend((...request) => this.#answer(request, names), undefined, this.object);
    const flags = [
      traits.isCallable && 'c',
      traits.isIterable && 'i',
      traits.hasLength && 'l',
      isHolding && 'h',
    ];
    const terms = this.#listed ? JSON.stringify([...this.#listed].map(String).sort()) : '';
    const identity = identityOf(this.object, this.#owner ?? this.object, `${isHolding}${terms}`);
    return `_BOND_live(${number}, '${flags.filter(Boolean).join('')}', '${traits.className}', ${identity})`;
  }

  /** Does what the other side asks for; that may be any nonsense. */
  #answer([what, name, given]: readonly unknown[], names: Names): unknown {
    const args = Array.isArray(given) ? given : [];
    const result = this.#perform(what, name, args, names);
    if (!types.isPromise(result)) return this.#lent(what, result);
    return new Promise((resolve, reject) => {
      whenSettled(
        result,
        (value) => {
          try {
            resolve(this.#lent(what, value));
          } catch (error) {
            reject(error);
          }
        },
        reject,
      );
    });
  }

  #perform(what: unknown, name: unknown, args: readonly unknown[], names: Names): unknown {
    const object = new LiveObject(this.object, names);
    switch (what) {
      case 'get':
        return settled(object.get(name));
      case 'item':
        return settled(object.item(name));
      case 'has':
        return object.has(name);
      case 'contains':
        return object.contains(args[0]);
      case 'set':
        return object.set(name, args[0]);
      case 'setItem':
        return object.setItem(name, args[0]);
      case 'delete':
        return object.delete(name);
      case 'deleteItem':
        return object.deleteItem(name);
      case 'invoke':
        return object.invoke(name, args);
      case 'access':
        return object.access(name, args);
      case 'length':
        return object.length();
      case 'iterate':
        return stream(this.#itemsOf(object.iterate()));
      case 'keys':
      case 'names':
        return object.keys(what === 'names');
      case 'text':
        return object.text();
      case 'call':
      case 'new':
        return this.#call(args, what === 'new');
      default:
        throw new TypeError(`there is nothing like '${String(what)}' that can be done with it`);
    }
  }

  /** Calls the function that it is; of a class, it makes an instance. */
  #call(args: readonly unknown[], isNew: boolean): unknown {
    const func: unknown = this.object;
    if (typeof func !== 'function') throw new TypeError('it is not a function');
    if (isNew || isClass(func)) return Reflect.construct(func, args);
    return Reflect.apply(func, this.#owner, args);
  }

  async *#itemsOf(iterable: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<unknown> {
    for await (const item of iterable) yield this.#crossing(item);
  }

  /** What is passed on of a result: a stream as it is, and values with what cannot cross as live objects on the same terms. */
  #lent(what: unknown, result: unknown): unknown {
    if (what !== 'get' && what !== 'item') return this.#crossing(result);
    return (result as unknown[]).map((value) => (typeof value === 'function' ? this.#method(value) : this.#crossing(value)));
  }

  #method(func: object): unknown {
    return referenceOf(func) ? func : new Live(func, this.#listed, isClass(func) ? undefined : this.object);
  }

  /** Data crosses as a value; functions and instances of classes, at any depth, are live as well. */
  #crossing(value: unknown, parents: readonly object[] = []): unknown {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || referenceOf(value)) return value;
    if (typeof value === 'function' || types.isProxy(value)) return new Live(value, this.#listed);
    const isList = Array.isArray(value);
    if (!isList && !isPlainObject(value)) return isData(value) ? value : new Live(value, this.#listed);
    if (parents.includes(value) || parents.length > DEEPEST) return value; // which writing it refuses, with its place
    const copy: unknown[] | Record<string, unknown> = isList ? [] : {};
    for (const key of Object.keys(value)) {
      const part = this.#crossing((value as Record<string, unknown>)[key], [...parents, value]);
      Object.defineProperty(copy, key, { __proto__: null, value: part, enumerable: true, configurable: true, writable: true } as never);
    }
    if (isList) (copy as unknown[]).length = value.length;
    return copy;
  }
}

/** How deep values are gone through. */
const DEEPEST = 500;

/** What protocols have words for, or refuse with good advice. */
const DATA = [
  types.isDate,
  types.isMap,
  types.isSet,
  types.isRegExp,
  types.isAnyArrayBuffer,
  types.isBoxedPrimitive,
  types.isNativeError,
  ArrayBuffer.isView,
];

/** Whether it is data of the language's own: an instance of a class that is derived from one has methods of its own. */
function isData(value: object): boolean {
  const above = Object.getPrototypeOf(Object.getPrototypeOf(value) ?? null) as object | null;
  const isOwn = above === null || !Object.hasOwn(above, 'constructor') || types.isNativeError(value) || isBuffer(value) || isTopmost(above);
  return isOwn && DATA.some((isKind) => isKind(value));
}

/** What the prototypes of the language's own classes have above them. */
function isTopmost(above: object): boolean {
  return Object.getPrototypeOf(above) === null || above === Object.getPrototypeOf(Uint8Array.prototype);
}

function isBuffer(value: object): boolean {
  return Object.getPrototypeOf(value) === Buffer.prototype;
}

/** The value in a list is waited for, if it is a promise: in a list, nobody would. */
function settled(found: readonly unknown[]): unknown {
  const [value] = found;
  return types.isPromise(value) ? value.then((result) => [result]) : found;
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
  if (referenceOf(object)) throw new TypeError('live takes an object of your own, and not what stands for something else');
  return new Live(object, names === undefined ? undefined : listed(names));
}

function listed(names: LiveNames): ReadonlySet<string | symbol> {
  const isIterable = typeof names === 'object' && names !== null && typeof property(names, Symbol.iterator as never) === 'function';
  const list = isIterable ? [...names] : [undefined];
  const isWrong = list.some((name) => typeof name !== 'string' && typeof name !== 'symbol');
  if (isWrong) throw new TypeError('the names for live must be a list of texts, or of Symbol.iterator');
  return new Set(list as (string | symbol)[]);
}

