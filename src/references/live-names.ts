import { types } from 'node:util';
import { property } from '../common/thrown.js';

/** What `live` takes for names: of properties and methods, and `Symbol.iterator` for the items. */
export type LiveNames = Iterable<string | symbol>;

/** Never touched, whatever is listed: they lead to classes, and from there to anything. */
const NEVER: readonly string[] = ['constructor', 'prototype', 'caller', 'callee', 'arguments'];

/** What may be touched of a live object. All checks are made here, on the host's side. */
export class Names {
  /** The names that were given; `undefined` if nobody gave any. */
  readonly #listed: ReadonlySet<string | symbol> | undefined;

  constructor(listed: ReadonlySet<string | symbol> | undefined) {
    this.#listed = listed;
  }

  get areListed(): boolean {
    return this.#listed !== undefined;
  }

  /** Whether a property may be read, called, set or deleted if it is there. What came over the wire need not be a text. */
  allows(name: unknown): name is string {
    if (typeof name !== 'string' || name.startsWith('_') || NEVER.includes(name)) return false;
    return this.#listed?.has(name) ?? true;
  }

  /** Whether items may be indexed, counted and iterated over. */
  get allowItems(): boolean {
    const listed = this.#listed;
    return !listed || listed.has(Symbol.iterator) || listed.has(Symbol.asyncIterator);
  }

  /** Whether an object has a property that may be touched. */
  has(object: object, name: unknown): name is string {
    return this.allows(name) && holderOf(object, name) !== undefined;
  }

  /** Whether a property may be set: what all objects have must not be hidden by something of the other side's. */
  canSet(object: object, name: unknown): name is string {
    return this.allows(name) && (this.areListed || holderOf(object, name) !== undefined || !(name in object));
  }

  /** The names of an object that may be touched: its own, or those of its classes as well. */
  of(object: object, isDeep: boolean): string[] {
    const names = new Set<string>();
    for (const holder of isDeep ? holdersOf(object) : [object]) {
      const own = isDeep ? Object.getOwnPropertyNames(holder) : Object.keys(holder);
      for (const name of own) if (this.allows(name)) names.add(name);
    }
    return [...names];
  }
}

/** The object in the prototype chain that has a property; `Object.prototype` and `Function.prototype` are left out. */
function holderOf(object: object, name: string): object | undefined {
  for (const holder of holdersOf(object)) if (Object.hasOwn(holder, name)) return holder;
  return undefined;
}

function* holdersOf(object: object): Generator<object> {
  for (let holder: object | null = object; holder && !isCommon(holder); holder = Object.getPrototypeOf(holder)) {
    yield holder;
  }
}

/** Whether it is what all objects or all functions have in common, in any realm. */
function isCommon(holder: object): boolean {
  if (types.isProxy(holder)) return false;
  if (holder === Object.prototype || holder === Function.prototype) return true;
  const isForeign = Object.hasOwn(holder, 'constructor') && Object.hasOwn(holder, 'toString');
  if (!isForeign) return false;
  const name = property(property(holder, 'constructor'), 'name');
  return (
    (name === 'Object' && Object.hasOwn(holder, 'isPrototypeOf')) ||
    (name === 'Function' && typeof holder === 'function')
  );
}
