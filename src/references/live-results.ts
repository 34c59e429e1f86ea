import { types } from 'node:util';
import type { ProtocolName } from '../common/options.js';
import { functionName, isA, property } from '../common/thrown.js';
import { NDArray } from '../values/ndarray.js';
import { referenceOf } from '../values/reference.js';
import { isPlainObject } from '../values/shared/objects.js';

/** How deep values are gone through. */
const DEEPEST = 500;

/** Makes what stands for something that does not cross. */
type MakeLive = (object: object) => unknown;

/**
 * What is passed on of what a live object leads to. Data crosses as a value; functions, and instances of classes, at any depth, are live
 * as well. Getters in data are read once.
 */
export function withLive(
  value: unknown,
  protocol: ProtocolName,
  makeLive: MakeLive,
  parents: readonly object[] = [],
): unknown {
  if (!isObject(value) || referenceOf(value)) return value;
  const isList = !types.isProxy(value) && Array.isArray(value);
  const isData = isList || (!types.isProxy(value) && isPlainObject(value));
  if (!isData) return isCarried(value, protocol) ? value : makeLive(value);
  if (parents.includes(value) || parents.length > DEEPEST) return value; // which writing it refuses, with its place
  const copy = isList ? Array.from({ length: value.length }, () => null) : {};
  for (const key of Object.keys(value)) {
    const part = withLive((value as Record<string, unknown>)[key], protocol, makeLive, [...parents, value]);
    const described = { __proto__: null, value: part, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(copy, key, described as PropertyDescriptor);
  }
  return copy;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}

/** What each protocol has words for, by the names of their classes: an instance of a class below has methods of its own. */
const CARRIED: Readonly<Record<ProtocolName, readonly string[]>> = {
  JSON: [],
  EJSON: ['Date', 'Map', 'Set'],
  V8: ['Date', 'Map', 'Set', 'RegExp', 'ArrayBuffer', 'SharedArrayBuffer'],
};

/** Whether it crosses by value. Of another realm, it does as well. */
function isCarried(value: object, protocol: ProtocolName): boolean {
  if (types.isProxy(value) || typeof value === 'function') return false;
  if (ArrayBuffer.isView(value) || isA(value, NDArray)) return protocol !== 'JSON';
  if (types.isNativeError(value)) return protocol === 'V8';
  const isKnown =
    types.isDate(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isRegExp(value) ||
    types.isAnyArrayBuffer(value);
  return isKnown && CARRIED[protocol].includes(functionName(property(value, 'constructor')));
}
