import { types } from 'node:util';
import { property } from '../common/thrown.js';

/** The names that {@link live} allows: properties, methods, and `Symbol.iterator` for the items. */
export type LiveNames = Iterable<string | symbol>;

/** Never allowed, even if listed: these lead to classes, and from there to everything. */
const NEVER: readonly string[] = ['constructor', 'prototype', 'caller', 'callee', 'arguments'];

/** What may be used of a live object. Your program makes all checks. */
export class Names {
  /** The names that were given; `undefined` if none were. */
  readonly #listed: ReadonlySet<string | symbol> | undefined;

  constructor(listed: ReadonlySet<string | symbol> | undefined) {
    this.#listed = listed;
  }

  get areListed(): boolean {
    return this.#listed !== undefined;
  }

  /** Whether a property may be read, called, set or deleted. The name comes from the wire and may be no string. */
  allows(name: unknown): name is string {
    if (typeof name !== 'string' || name.startsWith('_') || NEVER.includes(name)) return false;
    return this.#listed?.has(name) ?? true;
  }

  /** Whether items may be read, counted and iterated over. */
  get allowItems(): boolean {
    const listed = this.#listed;
    return !listed || listed.has(Symbol.iterator) || listed.has(Symbol.asyncIterator);
  }

  /** Whether an object has a property that may be used. */
  has(object: object, name: unknown): name is string {
    return this.allows(name) && holderOf(object, name) !== undefined;
  }

  /** Whether a property may be set. What all objects have must not be hidden by a value of the other side. */
  canSet(object: object, name: unknown): name is string {
    return this.allows(name) && (this.areListed || holderOf(object, name) !== undefined || !(name in object));
  }

  /** The names of an object that may be used: its own, or also those of its classes. */
  of(object: object, isDeep: boolean): string[] {
    const names = new Set<string>();
    for (const holder of isDeep ? holdersOf(object) : [object]) {
      const own = isDeep ? Object.getOwnPropertyNames(holder) : Object.keys(holder);
      for (const name of own) if (this.allows(name)) names.add(name);
    }
    return [...names];
  }
}

/** The object in the prototype chain that has a property, except `Object.prototype` and `Function.prototype`. */
function holderOf(object: object, name: string): object | undefined {
  for (const holder of holdersOf(object)) if (Object.hasOwn(holder, name)) return holder;
  return undefined;
}

function* holdersOf(object: object): Generator<object> {
  for (let holder: object | null = object; holder && !isCommon(holder); holder = Object.getPrototypeOf(holder)) {
    yield holder;
  }
}

/** Whether it is what all objects or all functions inherit from, in any realm. */
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
