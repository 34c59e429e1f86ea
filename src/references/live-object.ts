import { types } from 'node:util';
import type { Names } from './live-names.js';
import { isSequence, iteratorOf, sizeName } from './live-traits.js';

/** What is there: in a list, so that nothing can be told from `undefined`. */
type Found = readonly [] | readonly [value: unknown];

/** What the other side may ask of a live object: each checks what may be touched. */
export class LiveObject {
  readonly #object: object;
  readonly #names: Names;

  constructor(object: object, names: Names) {
    this.#object = object;
    this.#names = names;
  }

  get(name: unknown): Found {
    return this.has(name) ? [this.#read(name)] : [];
  }

  has(name: unknown): name is string {
    return this.#names.has(this.#object, name) || this.#isOfItems(name);
  }

  set(name: unknown, value: unknown): void {
    if (!this.#names.canSet(this.#object, name)) throw new TypeError(`'${String(name)}' cannot be set`);
    if (!Reflect.set(this.#object, name, value)) throw new TypeError(`'${name}' cannot be set: it is read-only`);
  }

  delete(name: unknown): void {
    if (!this.#names.has(this.#object, name) || !Reflect.deleteProperty(this.#object, name)) {
      throw new TypeError(`'${String(name)}' cannot be deleted`);
    }
  }

  /** Calls a method. */
  invoke(name: unknown, args: readonly unknown[]): unknown {
    const [method] = this.get(name);
    if (typeof method === 'function') return Reflect.apply(method, this.#object, args);
    throw new TypeError(`it has no method '${String(name)}'`);
  }

  /** What a method of that name does where properties are methods: it calls, gets, or sets. */
  access(name: unknown, args: readonly unknown[]): unknown {
    const found = this.get(name);
    if (found.length === 0 || typeof found[0] === 'function' || args.length > 1) return this.invoke(name, args);
    if (args.length === 1) this.set(name, args[0]);
    return args.length === 1 ? args[0] : found[0];
  }

  item(key: unknown): Found {
    const object = this.#object;
    if (!this.#names.allowItems || !hasItems(object)) return this.get(nameOf(key));
    if (types.isMap(object)) return object.has(key) ? [object.get(key)] : [];
    const index = indexIn(object, key);
    return index !== undefined && index < object.length ? [object[index]] : index === undefined ? this.get(key) : [];
  }

  setItem(key: unknown, value: unknown): void {
    const object = this.#object;
    if (!this.#names.allowItems || !hasItems(object)) return this.set(nameOf(key), value);
    if (types.isMap(object)) return void object.set(key, value);
    const index = key === null ? object.length : indexIn(object, key);
    if (index === undefined) return this.set(key, value);
    if (index > object.length || (types.isTypedArray(object) && index === object.length)) {
      throw new RangeError(`there is no item ${String(key)}`);
    }
    if (!Reflect.set(object, index, value)) throw new TypeError(`item ${index} cannot be set: it is read-only`);
  }

  deleteItem(key: unknown): void {
    const object = this.#object;
    if (this.#names.allowItems && types.isMap(object)) object.delete(key);
    else this.delete(key);
  }

  contains(value: unknown): boolean {
    const object = this.#object;
    if (!this.#names.allowItems) return this.has(value);
    if (types.isMap(object) || types.isSet(object)) return object.has(value);
    return isSequence(object) ? Array.prototype.includes.call(object, value) : this.has(value);
  }

  length(): number {
    const name = sizeName(this.#object);
    if (name === undefined || !(this.#names.allowItems || this.#names.allows(name)))
      throw new TypeError('it has no length');
    return this.#read(name) as number;
  }

  /** Something to iterate over, which goes through it. */
  iterate(): AsyncIterable<unknown> {
    const object = this.#object;
    const method = this.#names.allowItems ? iteratorOf(object) : undefined;
    if (!method) throw new TypeError('it cannot be iterated over');
    const iterate = (): never => Reflect.apply(method, object, []) as never;
    return { [Symbol.asyncIterator]: iterate };
  }

  keys(isDeep: boolean): string[] {
    return this.#names.of(this.#object, isDeep);
  }

  /** What its items are called: of a map, the keys that are texts. */
  itemKeys(): string[] {
    const object = this.#object;
    if (!types.isMap(object) || !this.#names.allowItems) return this.keys(false);
    return [...object.keys()].filter((key) => typeof key === 'string');
  }

  /** Its text, if its class says what that is: what all objects say is nothing. */
  text(): Found {
    return this.has('toString') ? [String(this.invoke('toString', []))] : [];
  }

  /** Whether it is the number of items, or one of them, where those may be touched. */
  #isOfItems(name: unknown): boolean {
    const object = this.#object;
    if (!this.#names.areListed || !this.#names.allowItems || typeof object === 'function') return false;
    return (
      name === sizeName(object) ||
      (isSequence(object) && /^\d+$/.test(String(name)) && Object.hasOwn(object, String(name)))
    );
  }

  #read(name: string): unknown {
    return (this.#object as Record<string, unknown>)[name];
  }
}

/** The name of a property that is given as a number. */
function nameOf(key: unknown): unknown {
  return typeof key === 'number' ? String(key) : key;
}

function hasItems(
  object: object,
): object is Map<unknown, unknown> | { readonly length: number; [index: number]: unknown } {
  return types.isMap(object) || isSequence(object);
}

/** Which item a key means; a negative one counts from the end. */
function indexIn({ length }: { readonly length: number }, key: unknown): number | undefined {
  const number = typeof key === 'string' && /^(?:0|[1-9]\d{0,9})$/.test(key) ? Number(key) : key;
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  return number < 0 && number >= -length ? number + length : number < 0 ? length + 1 : number;
}

/** Does with an object what the other side asks for. */
export function perform(object: LiveObject, what: unknown, name: unknown, args: readonly unknown[]): unknown {
  if (typeof what === 'string' && Object.hasOwn(ACTIONS, what)) return ACTIONS[what]?.(object, name, args);
  throw new TypeError(`there is nothing like '${String(what)}' that can be done with it`);
}

type Action = (object: LiveObject, name: unknown, args: readonly unknown[]) => unknown;

const ACTIONS: Readonly<Record<string, Action>> = {
  get: (object, name) => settled(object.get(name)),
  item: (object, key) => settled(object.item(key)),
  has: (object, name) => object.has(name),
  contains: (object, _, [value]) => object.contains(value),
  set: (object, name, [value]) => object.set(name, value),
  setItem: (object, key, [value]) => object.setItem(key, value),
  delete: (object, name) => object.delete(name),
  deleteItem: (object, key) => object.deleteItem(key),
  invoke: (object, name, args) => object.invoke(name, args),
  access: (object, name, args) => object.access(name, args),
  length: (object) => object.length(),
  keys: (object) => object.keys(false),
  names: (object) => object.keys(true),
  itemKeys: (object) => object.itemKeys(),
  text: (object) => object.text(),
};

/** Awaits the value in a list, if it is a promise. Nothing else awaits it there. */
function settled(found: Found): unknown {
  const [value] = found;
  return types.isPromise(value) ? value.then((result) => [result]) : found;
}
