// What an object is, whatever realm it comes from, and whatever methods it has.

import { Date, isArray, isView, keysOf, propertyOf, prototypeOf, types } from './intrinsics.js';

/** Whether `value` is an object as a literal makes it, or one without a prototype; in any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isArray(value)) return false;
  const prototype: unknown = prototypeOf(value);
  if (prototype === null) return isOrdinary(value);
  return prototype === Object.prototype || isForeignObjectPrototype(prototype as object);
}

/** Whether an object is no more than its properties: a `Map` that was given no prototype is a `Map` all the same. */
function isOrdinary(value: object): boolean {
  return !(isView(value) || KINDS.some((isKind) => isKind(value)));
}

const KINDS = [
  types.isDate,
  types.isMap,
  types.isSet,
  types.isRegExp,
  types.isNativeError,
  types.isPromise,
  types.isAnyArrayBuffer,
  types.isBoxedPrimitive,
  types.isWeakMap,
  types.isWeakSet,
  types.isGeneratorObject,
];

function isForeignObjectPrototype(prototype: object): boolean {
  return !types.isProxy(prototype) && prototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** The time of a `Date`. */
export function timeOf(date: Date): number {
  return Date.prototype.getTime.call(date);
}

/** The entries of a `Map`. */
export function entriesOf(map: Map<unknown, unknown>): [key: unknown, value: unknown][] {
  const entries: [unknown, unknown][] = [];
  Map.prototype.forEach.call(map, (value, key) => entries.push([key, value]));
  return entries;
}

/** The items of a `Set`. */
export function membersOf(set: Set<unknown>): unknown[] {
  const items: unknown[] = [];
  Set.prototype.forEach.call(set, (item) => items.push(item));
  return items;
}

/** What numbers of one type side by side are called; their bytes are little-endian. */
export const TYPED_ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  uint8clamped: Uint8ClampedArray,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};
export type Kind = keyof typeof TYPED_ARRAYS;

const { get: nameOfTypedArray } = propertyOf(prototypeOf(Uint8Array.prototype), Symbol.toStringTag) as {
  get(): unknown;
};

/** The name of the type of the numbers in a view, if it is one of these. */
export function typeOfNumbers(view: ArrayBufferView): Kind | undefined {
  const name = nameOfTypedArray.call(view);
  return (keysOf(TYPED_ARRAYS) as Kind[]).find((type) => TYPED_ARRAYS[type].name === name);
}
