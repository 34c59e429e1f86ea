import { types } from 'node:util';
import { isPlainObject, NotCarried, type Path, refusal } from './codec.js';
import { Reference } from './reference.js';

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
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  if (types.isProxy(value) || value instanceof Reference) return true;
  seen.add(value);
  if (!Array.isArray(value) && !isPlainObject(value)) return false;
  return Object.keys(value).some((key) => {
    const property = Object.getOwnPropertyDescriptor(value, key);
    return property !== undefined && (!('value' in property) || isVolatile(property.value, seen));
  });
}

/** The entries of a `Map` of any realm, whatever methods it has. */
export function entriesOf(map: Map<unknown, unknown>): [key: unknown, value: unknown][] {
  const entries: [unknown, unknown][] = [];
  Map.prototype.forEach.call(map, (value, key) => entries.push([key, value]));
  return entries;
}

/** The items of a `Set` of any realm. */
export function itemsOf(set: Set<unknown>): unknown[] {
  const items: unknown[] = [];
  Set.prototype.forEach.call(set, (item) => items.push(item));
  return items;
}

/** Copies arrays and plain objects. All else is read once, by what writes it. */
class Copier {
  /** Where references stood: paths below the value. */
  readonly references: [path: Path, reference: Reference][] = [];
  readonly #parents = new Set<object>();

  copy(value: unknown, path: Path): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (!types.isProxy(value) && value instanceof Reference) {
      this.references.push([path.slice(1), value]);
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
      Object.defineProperty(to, key, { value, configurable: true, enumerable: true, writable: true });
    }
  }
}

/** A key as a step of a path. */
export function stepTo(holder: object, key: string): string | number {
  return Array.isArray(holder) && /^\d+$/.test(key) ? Number(key) : key;
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

  /** @param links gets the causes of errors, whose copies have none; without it, errors are not copied */
  constructor(links?: Links) {
    super();
    this.#links = links;
  }

  protected override copyObject(value: object, path: Path): unknown {
    if (types.isProxy(value)) return value; // the structured clone refuses it
    const known = this.#copies.get(value);
    if (known) return known;
    const copy = this.#emptyCopy(value);
    if (!copy) return value;
    this.#copies.set(value, copy);
    if (types.isMap(value)) {
      for (const [key, part] of entriesOf(value)) {
        const below = [...path, String(key)];
        (copy as Map<unknown, unknown>).set(this.copy(key, below), this.copy(part, below));
      }
    } else if (types.isSet(value)) {
      for (const part of itemsOf(value)) (copy as Set<unknown>).add(this.copy(part, path));
    } else if (types.isNativeError(value)) this.#linkCause(value, copy as Error, path);
    else this.copyProperties(value, copy, path);
    return copy;
  }

  #emptyCopy(value: object): object | undefined {
    if (Array.isArray(value)) return [];
    if (types.isMap(value)) return new Map();
    if (types.isSet(value)) return new Set();
    if (types.isNativeError(value)) return this.#links && copyOfError(value);
    return isPlainObject(value) ? {} : undefined;
  }

  #linkCause(error: Error, copy: Error, path: Path): void {
    if (Object.hasOwn(error, 'cause')) this.#links?.push([copy, this.copy(error.cause, [...path, 'cause'])]);
  }
}

const ERRORS = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** An error that the structured clone cannot tell from another one, but for its cause. */
function copyOfError({ name, message, stack }: Error): Error {
  const type = Object.hasOwn(ERRORS, name) ? ERRORS[name as keyof typeof ERRORS] : Error;
  const copy = new type(message);
  Object.defineProperty(copy, 'stack', { value: stack, configurable: true, writable: true });
  return copy;
}

/** Errors and the causes that they are to have. */
export type Links = [error: Error, cause: unknown][];

/** A copy of a value in which no error has a cause, and the causes. */
export function withoutCauses(value: unknown): [value: unknown, links: Links] {
  const links: Links = [];
  return [new CloneCopier(links).copy(value, ['value']), links];
}

/** Gives errors the causes that they had. */
export function withCauses([value, links]: [value: unknown, links: Links]): unknown {
  for (const [error, cause] of links) {
    Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
  }
  return value;
}

/** Whether the cause of an error leads back to that error. */
export function hasErrorInItself(value: unknown, state = new Map<object, 'open' | 'done'>()): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || ArrayBuffer.isView(value)) return false;
  const known = state.get(value);
  if (known) return known === 'open' && types.isNativeError(value);
  state.set(value, 'open');
  const leadsBack = partsOf(value).some((part) => hasErrorInItself(part, state));
  state.set(value, 'done');
  return leadsBack;
}

/** What there is in an object for the structured clone, without the values of getters. */
function partsOf(value: object): unknown[] {
  if (types.isMap(value)) return entriesOf(value).flat();
  if (types.isSet(value)) return itemsOf(value);
  const keys = types.isNativeError(value) ? ['cause'] : Object.keys(value);
  return keys.map((key) => Object.getOwnPropertyDescriptor(value, key)?.value);
}
