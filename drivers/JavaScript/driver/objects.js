// Made from src/values/shared/objects.ts by `npm run build`: change that.
// What an object is, whatever realm it comes from, and whatever methods it has.

/** Whether `value` is an object as a literal makes it, or one without a prototype; in any realm. */
function isPlainObject(value) {
  if (typeof value !== 'object' || value === null || isArray(value)) return false;
  const prototype = prototypeOf(value);
  if (prototype === null) return isOrdinary(value);
  return prototype === Object.prototype || isForeignObjectPrototype(prototype);
}

/** Whether an object is no more than its properties: a `Map` that was given no prototype is a `Map` all the same. */
function isOrdinary(value) {
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

function isForeignObjectPrototype(prototype) {
  return !types.isProxy(prototype) && prototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** The time of a `Date`. */
function timeOf(date) {
  return Date.prototype.getTime.call(date);
}

/** The entries of a `Map`. */
function entriesOf(map) {
  const entries = [];
  Map.prototype.forEach.call(map, (value, key) => entries.push([key, value]));
  return entries;
}

/** The items of a `Set`. */
function membersOf(set) {
  const items = [];
  Set.prototype.forEach.call(set, (item) => items.push(item));
  return items;
}

/** What numbers of one type side by side are called; their bytes are little-endian. */
const TYPED_ARRAYS = {
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

const { get: nameOfTypedArray } = propertyOf(prototypeOf(Uint8Array.prototype), Symbol.toStringTag);

/** The name of the type of the numbers in a view, if it is one of these. */
function typeOfNumbers(view) {
  const name = nameOfTypedArray.call(view);
  return keysOf(TYPED_ARRAYS).find((type) => TYPED_ARRAYS[type].name === name);
}
