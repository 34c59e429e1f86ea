import { types } from 'node:util';
import { referenceOf } from '../values/reference.js';
import { isPlainObject } from '../values/shared/objects.js';
import { define } from '../values/snapshot.js';

/** What stands for something that the structured clone would refuse or change: its kind, and what the other thread needs to know. */
export type Told = readonly [kind: string, ...facts: unknown[]];

/** A value on its way to the other thread: with markers in the places of what is told. */
export type Packed = readonly [value: unknown, told?: readonly (Told | undefined)[]];

/** What one thread says of its objects, and makes of those of the other. */
export interface Side {
  /** Whether the buffers of values belong to this library, so that they can change hands. */
  readonly givesBuffers: boolean;
  /** What the other thread is told of something; `part` prepares what that consists of. */
  tell(value: unknown, part: (value: unknown) => unknown): Told;
  /** What stands here for something of the other thread; `part` makes what it consists of. */
  make(told: Told, part: (value: unknown) => unknown): unknown;
}

/** Buffers below this size are copied: to change hands takes longer. */
const WORTH_GIVING = 2 ** 14;

/**
 * Takes values from one thread to the other. Most are left to the structured clone as they are; `key` is the random property of
 * the objects that mark the places of others.
 */
export class Crossing {
  readonly #key: string;
  readonly #side: Side;

  constructor(key: string, side: Side) {
    this.#key = key;
    this.#side = side;
  }

  /** Prepares arguments, in an array of this library: most are numbers and texts. */
  packArguments(args: readonly unknown[], given: ArrayBuffer[]): Packed {
    for (const arg of args) {
      if (typeof arg === 'object' || typeof arg === 'function' || typeof arg === 'symbol')
        return this.pack(args, given);
    }
    return [args];
  }

  /** Prepares a value; `given` gets the buffers that change hands. */
  pack(value: unknown, given: ArrayBuffer[]): Packed {
    return isCopied(value) ? [value] : new Packer(this.#key, this.#side, given).pack(value);
  }

  unpack([value, told]: Packed): unknown {
    return told ? new Unpacker(this.#key, this.#side, told).unpack(value) : value;
  }
}

/** Whether the structured clone copies a value exactly, with nothing in it that has to be told. Runs no code of the user. */
function isCopied(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null) return true;
  try {
    return isDeeplyCopied(value, new Set());
  } catch {
    return false; // it is nested too deep
  }
}

function isDeeplyCopied(value: unknown, seen: Set<object>): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null || seen.has(value)) return true;
  if (types.isProxy(value) || referenceOf(value)) return false;
  seen.add(value);
  if (!Array.isArray(value) && !isPlainObject(value)) return isSimple(value);
  return Object.keys(value).every((key) => {
    const property = Object.getOwnPropertyDescriptor(value, key);
    return property !== undefined && 'value' in property && isDeeplyCopied(property.value, seen);
  });
}

/** Whether it has no parts, and is copied as what it is. */
function isSimple(value: object): boolean {
  return (types.isDate(value) || types.isRegExp(value)) && hasBuiltInClass(value);
}

function hasBuiltInClass(value: object): boolean {
  const { constructor } = value;
  return typeof constructor === 'function' && CLASSES.has(constructor.name) && Object.keys(value).length === 0;
}

/** Classes whose instances the structured clone copies, by their names: they may be those of another realm. */
const CLASSES = new Set(['Date', 'RegExp', 'Map', 'Set', 'ArrayBuffer', 'SharedArrayBuffer']);

/** Copies what has something to tell in it. What is the same object stays the same object. */
class Packer {
  readonly #key: string;
  readonly #side: Side;
  readonly #given: ArrayBuffer[];
  readonly #copies = new Map<unknown, unknown>();
  readonly #told: (Told | undefined)[] = [];

  constructor(key: string, side: Side, given: ArrayBuffer[]) {
    this.#key = key;
    this.#side = side;
    this.#given = given;
  }

  pack(value: unknown): Packed {
    return [this.#part(value), this.#told];
  }

  readonly #part = (value: unknown): unknown => {
    const isPart = typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol';
    if (!isPart || value === null) return value;
    if (this.#copies.has(value)) return this.#copies.get(value);
    if (typeof value !== 'object' || referenceOf(value)) return this.#tell(value);
    // What a proxy seems to be is read once, here.
    if (Array.isArray(value)) return this.#properties(value, Array.from({ length: value.length }));
    if (isPlainObject(value) && typeof value.toJSON !== 'function') return this.#properties(value, {});
    if (types.isProxy(value)) return this.#tell(value);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    if (!hasBuiltInClass(value)) return this.#tell(value);
    if (types.isMap(value)) return this.#map(value);
    if (types.isSet(value)) return this.#set(value);
    return value;
  };

  #tell(value: unknown): unknown {
    const index = this.#told.push(undefined) - 1;
    const marker = { [this.#key]: index };
    this.#copies.set(value, marker);
    this.#told[index] = this.#side.tell(value, this.#part);
    return marker;
  }

  #properties(from: object, to: object): object {
    this.#copies.set(from, to);
    for (const key of Object.keys(from)) define(to, key, this.#part((from as Record<string, unknown>)[key]), true);
    return to;
  }

  #map(from: Map<unknown, unknown>): object {
    const to = new Map();
    this.#copies.set(from, to);
    for (const [key, value] of from) to.set(this.#part(key), this.#part(value));
    return to;
  }

  #set(from: Set<unknown>): object {
    const to = new Set();
    this.#copies.set(from, to);
    for (const item of from) to.add(this.#part(item));
    return to;
  }

  /** A view of a whole buffer; of a part, the structured clone would copy all of it. */
  #view(view: ArrayBufferView): ArrayBufferView {
    const isWhole = view.byteLength === view.buffer.byteLength;
    const copy = isWhole || types.isSharedArrayBuffer(view.buffer) ? view : copyOfPart(view);
    this.#copies.set(view, copy);
    const isOurs = copy !== view || this.#side.givesBuffers;
    if (isOurs && copy.byteLength >= WORTH_GIVING && copy.buffer instanceof ArrayBuffer) this.#give(copy.buffer);
    return copy;
  }

  #give(buffer: ArrayBuffer): void {
    if (!this.#given.includes(buffer)) this.#given.push(buffer);
  }
}

function copyOfPart(view: ArrayBufferView): ArrayBufferView {
  const { byteOffset, byteLength } = view;
  const buffer = view.buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  const { constructor } = view as unknown as { constructor: new (buffer: ArrayBuffer) => ArrayBufferView };
  return types.isUint8Array(view) ? new Uint8Array(buffer) : new constructor(buffer);
}

/** Puts in the places of markers what stands for what has been told. */
class Unpacker {
  readonly #key: string;
  readonly #side: Side;
  readonly #told: readonly (Told | undefined)[];
  readonly #made: unknown[] = [];
  readonly #done = new Set<object>();

  constructor(key: string, side: Side, told: readonly (Told | undefined)[]) {
    this.#key = key;
    this.#side = side;
    this.#told = told;
  }

  unpack(value: unknown): unknown {
    return this.#part(value);
  }

  readonly #part = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || this.#done.has(value)) return value;
    const index = (value as Record<string, unknown>)[this.#key];
    if (typeof index === 'number') return this.#make(index);
    this.#done.add(value);
    if (types.isMap(value))
      refill(
        value,
        [...value].map((entry) => entry.map(this.#part) as [unknown, unknown]),
      );
    else if (types.isSet(value)) readd(value, [...value].map(this.#part));
    else if (Array.isArray(value) || isPlainObject(value)) this.#properties(value);
    return value;
  };

  #properties(value: object): void {
    for (const key of Object.keys(value)) {
      const before = (value as Record<string, unknown>)[key];
      const after = this.#part(before);
      if (after !== before) define(value, key, after, true);
    }
  }

  #make(index: number): unknown {
    const told = this.#told[index];
    if (!(index in this.#made) && told) {
      this.#made[index] = undefined; // what an error leads to may be that error
      this.#made[index] = this.#side.make(told, this.#part);
    }
    return this.#made[index];
  }
}

function refill(map: Map<unknown, unknown>, entries: readonly [unknown, unknown][]): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

function readd(set: Set<unknown>, items: readonly unknown[]): void {
  set.clear();
  for (const item of items) set.add(item);
}
