import { types } from 'node:util';
import { BondException } from '../common/errors.js';
import { functionName } from '../common/thrown.js';
import { type Lender, Reference, referenceOf } from '../values/reference.js';
import { callForOther } from './call-for-other.js';
import type { AnyFunction } from './callback.js';
import { Chain } from './chain.js';
import { Ref } from './ref.js';
import type { Primitive, Stays } from './remote-types.js';
import { noteThis } from './super-of.js';

/** The members of a class for {@link Bond.extend}: methods, getters, setters and values. */
export type ClassMembers = Record<PropertyKey, AnyMethod | Primitive | object>;

// biome-ignore lint/suspicious/noExplicitAny: what a method is given is known over there
type AnyMethod = (...args: any[]) => unknown;

/** The type of the instances of a class of type `T`. */
export type InstanceOf<T> = T extends AnyFunction ? Made<Awaited<ReturnType<T>>> : unknown;

type Made<R> = R extends Stays<infer S> ? S : R;

/** The type of a subclass of `T` with the members `M`. */
export type Extended<T, M> = T extends AnyFunction
  ? (...args: Parameters<T>) => Stays<Omit<InstanceOf<T>, keyof M> & M>
  : unknown;

/** A subclass. The driver knows it by a key. */
export interface Extension {
  readonly key: number;
  /** Its members, as `[kind, name, value]`. */
  readonly members: readonly Member[];
}

type Member = readonly [kind: 'method' | 'async' | 'get' | 'set' | 'value', name: string, value: unknown];

let lastKey = 0;

/** A function of yours as a method, which gets the instance as its first argument. */
class Method extends Reference {
  readonly #func: AnyFunction;
  readonly #key: number;

  constructor(func: AnyFunction, key: number) {
    super();
    this.#func = func;
    this.#key = key;
  }

  override toString(): string {
    return `Method ${functionName(this.#func)}`;
  }

  /** @internal */
  codeFor(lender: Lender): string {
    lender.need('callback');
    lender.need('objects');
    const call = (self: unknown, ...args: unknown[]): unknown => this.#call(lender, self, args);
    Object.defineProperty(call, 'name', { value: functionName(this.#func) });
    return `_BOND_callback(${lender.lend(call)}, 1)`;
  }

  /** Calls it on an instance. The other side may pass anything as one, so that is checked. */
  #call(lender: Lender, self: unknown, args: readonly unknown[]): unknown {
    const chain = typeof self === 'function' ? referenceOf(self) : undefined;
    if (!(chain instanceof Chain)) throw new TypeError('a method of a class was called without an instance');
    noteThis(self as object, this.#key);
    return callForOther(lender, this.#func, self, args);
  }
}

/** Describes a subclass to the driver. */
export function extensionOf(lang: string, methods: unknown): Extension {
  if (typeof methods !== 'object' || methods === null || referenceOf(methods)) {
    throw new BondException(lang, 'extend takes an object with the methods of the new class: { name(…) { … } }');
  }
  const key = ++lastKey;
  const descriptors = Object.getOwnPropertyDescriptors(methods) as Record<PropertyKey, PropertyDescriptor>;
  const names = Reflect.ownKeys(methods).filter((name) => descriptors[name]?.enumerable);
  const members = names.flatMap((name) => membersOf(nameOf(lang, name), descriptors[name] as PropertyDescriptor, key));
  return { key, members };
}

/** The name of a member. Well-known symbols such as `Symbol.iterator` are names as well. */
function nameOf(lang: string, name: string | symbol): string {
  const text = typeof name === 'string' ? name : String(name.description);
  if (typeof name === 'string' || /^Symbol\.\w+$/.test(text)) return text;
  throw new BondException(
    lang,
    `a class of another language cannot have a member called ${String(name)}: only names and well-known symbols work`,
  );
}

function membersOf(name: string, { value, get, set }: PropertyDescriptor, key: number): Member[] {
  if (typeof value === 'function' && !referenceOf(value)) return [[kindOf(value), name, new Method(value, key)]];
  const accessors: Member[] = [];
  if (get) accessors.push(['get', name, new Method(get as AnyFunction, key)]);
  if (set) accessors.push(['set', name, new Method(set as AnyFunction, key)]);
  return accessors.length > 0 ? accessors : [['value', name, value]];
}

function kindOf(func: object): 'method' | 'async' {
  return types.isAsyncFunction(func) && !types.isGeneratorFunction(func) ? 'async' : 'method';
}

/** The base class as a text for messages. Refuses what cannot be one. */
export function baseText(lang: string, base: unknown): string {
  if (typeof base === 'string' && base !== '') return base;
  const isPart = (typeof base === 'object' && base !== null) || typeof base === 'function';
  const reference = isPart ? referenceOf(base) : undefined;
  if (reference instanceof Chain) return reference.text();
  if (reference instanceof Ref) return reference.code;
  throw new BondException(lang, `extend takes a handle of a class in ${lang}, or its name, not ${shown(base)}`);
}

function shown(base: unknown): string {
  if (typeof base === 'function') return 'a function of your program';
  return base === '' ? 'an empty text' : base === null ? 'null' : `a value of type ${typeof base}`;
}
