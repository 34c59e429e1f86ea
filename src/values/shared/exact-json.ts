// Whether JSON.stringify writes a value exactly: most values are like that, and this is quick to tell.

import { abs, isArray, isFinite, isInteger, isSame, keysOf, propertyOf, prototypeOf, types } from './intrinsics.js';
import { isPlainObject } from './objects.js';

/** Integers up to here arrive as `number`; those beyond it as `bigint`. */
export const LARGEST_INTEGER = 2 ** 53;
export const DOLLAR = 36;

/**
 * Whether `JSON.stringify` writes `value` exactly. No code of the user's runs, nor does it when such a value is read.
 *
 * @param hasWords whether a key that begins with `$` would be taken for a word of EJSON
 */
export function isExact(value: unknown, hasWords: boolean): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isInteger(value) ? abs(value) <= LARGEST_INTEGER && !isSame(value, -0) : isFinite(value);
    case 'object':
      return value === null || isExactObject(value, hasWords);
    default:
      return false;
  }
}

/** Getters and proxies are not exact: what they give may be another value when `JSON.stringify` asks for it. */
function isExactObject(value: object, hasWords: boolean): boolean {
  if (types.isProxy(value)) return false;
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isExact(value[index], hasWords)) return false;
    return !('toJSON' in value);
  }
  if (!isPlainObject(value) || 'toJSON' in value) return false;
  for (const key in value) {
    const property = propertyOf(value, key);
    if (!property) continue; // inherited: it is not written
    // A getter's property has no value, which is not exact either.
    if (!isExact(property.value, hasWords) || (hasWords && key.charCodeAt(0) === DOLLAR)) return false;
  }
  return true;
}

/**
 * Whether JSON carries a value as its structured clone would be.
 *
 * @param seen objects, of which the clone knows that they are the same wherever they stand: then their number stays the same
 */
export function isClonedByJson(value: unknown, seen: Set<object>): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isFinite(value) && !isSame(value, -0);
    case 'object':
      return value === null || isObjectClonedByJson(value, seen);
    default:
      return false;
  }
}

function isObjectClonedByJson(value: object, seen: Set<object>): boolean {
  if (seen.size === seen.add(value).size || types.isProxy(value) || 'toJSON' in value) return false;
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isClonedByJson(value[index], seen)) return false;
    return keysOf(value).length === value.length; // or it has more than items
  }
  if (prototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    const property = propertyOf(value, key);
    if (property && !isClonedByJson(property.value, seen)) return false; // a getter has no value here, and is read once
  }
  return true;
}
