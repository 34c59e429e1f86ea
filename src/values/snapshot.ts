import { types } from 'node:util';
import { property } from '../common/thrown.js';
import { NotCarried, type Path } from './codec.js';
import { arrayIn } from './ndarray.js';
import { type Reference, referenceOf } from './reference.js';
import { refusal } from './refusals.js';
import { entriesOf, isPlainObject, membersOf } from './shared/objects.js';

/** A value that can be read as often as you like, and the references that were taken out of it. */
export interface Snapshot {
  readonly value: unknown;
  readonly references: readonly (readonly [path: Path, reference: Reference])[];
}

/**
 * Prepares a value for being written: getters and proxies in it are read once, and `null` stands in the place of each
 * reference. A value that has none of those is left alone.
 * @param isClone whether the protocol keeps what is the same object the same, as the structured clone does
 */
export function takeSnapshot(value: unknown, isClone: boolean): Snapshot {
  if (!needsSnapshot(value)) return { value, references: [] };
  const copier = isClone ? new CloneCopier() : new Copier();
  return { value: copier.copy(value, ['value']), references: copier.references };
}

/** Whether there is a reference in a value, or something that runs code when it is read. This runs none. */
function needsSnapshot(value: unknown): boolean {
  try {
    return isVolatile(value, new Set());
  } catch {
    return false; // it is nested too deep, which writing it will tell
  }
}

function isVolatile(value: unknown, seen: Set<object>): boolean {
  if (typeof value === 'function') return referenceOf(value) !== undefined;
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  if (types.isProxy(value) || referenceOf(value)) return true;
  seen.add(value);
  if (!Array.isArray(value) && !isPlainObject(value)) return false;
  return Object.keys(value).some((key) => {
    const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
    return !('value' in property) || isVolatile(property.value, seen);
  });
}

/** Copies arrays and plain objects. All else is read once, by what writes it. */
class Copier {
  /** Where references stood: paths below the value. */
  readonly references: [path: Path, reference: Reference][] = [];
  /** Whether references are taken out: only where a path can lead back to. One that stays is refused by what writes it. */
  protected takesReferences = true;
  readonly #parents = new Set<object>();

  copy(value: unknown, path: Path): unknown {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
    const reference = this.takesReferences && referenceOf(value);
    if (reference) {
      this.references.push([path.slice(1), reference]);
      return null;
    }
    try {
      return this.copyObject(value, path);
    } catch (error) {
      throw refusal(error, path);
    }
  }

  protected copyObject(value: object, path: Path): unknown {
    const copy = Array.isArray(value) ? [] : isPlainObject(value) && !('toJSON' in value) ? {} : undefined;
    if (!copy) return value;
    if (this.#parents.has(value)) throw new NotCarried(path, 'refers to itself');
    this.#parents.add(value);
    this.copyProperties(value, copy, path);
    this.#parents.delete(value);
    return copy;
  }

  protected copyProperties(from: object, to: object, path: Path): void {
    if (Array.isArray(from)) (to as unknown[]).length = from.length;
    for (const key of Object.keys(from)) {
      const below = [...path, stepTo(from, key)];
      const value = this.copy(read(from, key, below), below);
      // Not by assignment: `__proto__` is a key like any other.
      define(to, key, value, true);
    }
  }
}

/** Not by assignment, which runs setters; nor is a `get` that a program has put into `Object.prototype` one of the property's. */
export function define(target: object, key: string, value: unknown, enumerable = false): void {
  const property = { __proto__: null, value, configurable: true, enumerable, writable: true };
  Object.defineProperty(target, key, property as PropertyDescriptor);
}

/** A key as a step of a path. */
export function stepTo(holder: object, key: string): string | number {
  return Array.isArray(holder) && /^\d+$/.test(key) ? Number(key) : key;
}

/** An entry of a Map as a step of a path. */
export function stepToEntry(key: unknown, index: number): string | number {
  return typeof key === 'string' ? key : index;
}

function read(holder: object, key: string, path: Path): unknown {
  try {
    return (holder as Record<string, unknown>)[key];
  } catch (error) {
    throw refusal(error, path);
  }
}

/** Copies all that may lead to an array or a plain object, and keeps what is the same object the same. */
class CloneCopier extends Copier {
  readonly #copies = new Map<object, object>();
  readonly #links: Links | undefined;

  /** @param links gets the parts of errors, whose copies have none; without it, errors are not copied */
  constructor(links?: Links) {
    super();
    this.#links = links;
    this.takesReferences = !links;
  }

  protected override copyObject(value: object, path: Path): unknown {
    if (types.isProxy(value)) return value; // the structured clone refuses it
    const known = this.#copies.get(value);
    if (known) return known;
    const array = arrayIn(value);
    if (array) return array.tolist();
    const copy = this.#emptyCopy(value);
    if (!copy) return value;
    this.#copies.set(value, copy);
    if (copy instanceof Map || copy instanceof Set) this.#copyMembers(value, copy, path);
    else if (types.isNativeError(value)) this.#linkParts(value, copy as Error, path);
    else this.copyProperties(value, copy, path);
    return copy;
  }

  /** Paths do not lead into a Map or a Set. */
  #copyMembers(from: object, to: Map<unknown, unknown> | Set<unknown>, path: Path): void {
    const { takesReferences } = this;
    this.takesReferences = false;
    if (to instanceof Set) for (const part of membersOf(from as Set<unknown>)) to.add(this.copy(part, path));
    else {
      entriesOf(from as Map<unknown, unknown>).forEach(([key, part], index) => {
        const below = [...path, stepToEntry(key, index)];
        to.set(this.copy(key, below), this.copy(part, below));
      });
    }
    this.takesReferences = takesReferences;
  }

  #emptyCopy(value: object): object | undefined {
    if (Array.isArray(value)) return [];
    if (types.isMap(value)) return new Map();
    if (types.isSet(value)) return new Set();
    if (types.isNativeError(value)) return this.#links && copyOfError(value);
    return isPlainObject(value) ? {} : undefined;
  }

  #linkParts(error: Error, copy: Error, path: Path): void {
    const keys = partsOfError(error).filter((key) => Object.hasOwn(error, key));
    const parts = keys.map((key): LinkedPart => [key, this.copy(property(error, key), [...path, key])]);
    this.#links?.push([copy, nameOf(error), parts]);
  }
}

const ERRORS = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** An error that the structured clone cannot tell from another one, but for its parts. */
function copyOfError({ name, message, stack }: Error): Error {
  const type = Object.hasOwn(ERRORS, name) ? ERRORS[name as keyof typeof ERRORS] : Error;
  const copy = new type(message);
  define(copy, 'stack', stack);
  return copy;
}

const PARTS_OF_ERRORS = new Map([
  ['AggregateError', ['errors']],
  ['SuppressedError', ['error', 'suppressed']],
]);

/** Those of them that this Node has. */
const LINKED_ERRORS: { readonly [name: string]: { readonly prototype: unknown } | undefined } = {
  AggregateError,
  SuppressedError: (globalThis as { SuppressedError?: { readonly prototype: unknown } }).SuppressedError,
};

/** What errors refer to: V8 cannot read an error that is its own cause, nor does it write what some kinds have beside it. */
export function partsOfError(error: Error): readonly string[] {
  return ['cause', ...(PARTS_OF_ERRORS.get(nameOf(error)) ?? [])];
}

function nameOf(error: Error): string {
  const name = property(error, 'name');
  return typeof name === 'string' ? name : '';
}

type LinkedPart = readonly [key: string, value: unknown];

/** Errors, their names, and the parts that they are to have. */
export type Links = [error: Error, name: string, parts: readonly LinkedPart[]][];

/** A copy of a value in which errors have no parts, and those. */
export function withoutParts(value: unknown): [value: unknown, links: Links] {
  const links: Links = [];
  return [new CloneCopier(links).copy(value, ['value']), links];
}

/** Gives errors the parts that they had. */
export function withParts([value, links]: [value: unknown, links: Links]): unknown {
  for (const [error, name, parts] of links) {
    const type = Object.hasOwn(LINKED_ERRORS, name) && LINKED_ERRORS[name];
    if (type) Object.setPrototypeOf(error, type.prototype as object);
    for (const [key, part] of parts) {
      define(error, key, part);
    }
  }
  return value;
}

/** Whether an error has parts that V8 does not write, or a cause that leads back to it. V8 makes `{}` of a `DOMException`. */
export function needsLinks(value: unknown, state = new Map<object, 'open' | 'done'>()): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || ArrayBuffer.isView(value)) return false;
  if (arrayIn(value)) return true; // there, it is lists
  const isError = types.isNativeError(value);
  const known = state.get(value);
  if (known) return known === 'open' && isError;
  if (Object.prototype.toString.call(value) === '[object DOMException]') {
    throw new Error('a DOMException could not be cloned.');
  }
  state.set(value, 'open');
  const isNeeded = partsOf(value)
    .map((part) => needsLinks(part, state))
    .includes(true);
  state.set(value, 'done');
  return isNeeded || (isError && partsOfError(value).length > 1);
}

/** What there is in an object for the structured clone, without the values of getters. */
function partsOf(value: object): unknown[] {
  if (types.isMap(value)) return entriesOf(value).flat();
  if (types.isSet(value)) return membersOf(value);
  const keys = types.isNativeError(value) ? partsOfError(value) : Object.keys(value);
  return keys.map((key) => Object.getOwnPropertyDescriptor(value, key)?.value);
}
