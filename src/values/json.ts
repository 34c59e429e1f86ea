import { types } from 'node:util';
import type { ProtocolName } from '../common/options.js';
import { isA } from '../common/thrown.js';
import { checkLength, isPlainObject, type Protocol, refusal } from './codec.js';
import { type Extension, JsonWriter } from './json-writer.js';
import { LARGEST_INTEGER, readJson } from './read-json.js';

/** Plain JSON: exact, or an error. */
export const json: Protocol = jsonProtocol('JSON', readJson);

/** A protocol that writes JSON, in the dialect of `extension`. */
export function jsonProtocol(name: ProtocolName, decode: (text: string) => unknown, extension?: Extension): Protocol {
  const isPlain = (value: unknown): boolean => isSurelyExact(value, extension);
  return {
    name,
    isClone: false,
    isPlain,
    encodePlain: (value) => writePlain(value, isPlain),
    encode: (value) => writePlain(value, isPlain) ?? checkLength(new JsonWriter(extension).whole(value)),
    decode,
  };
}

/** The text of a value that `JSON.stringify` writes exactly, or `undefined`. */
export function writePlain(value: unknown, isPlain: (value: unknown) => boolean): string | undefined {
  try {
    return isPlain(value) ? checkLength(JSON.stringify(value)) : undefined;
  } catch (error) {
    throw refusal(error, ['value']);
  }
}

/** A cycle ends in a `RangeError`, which a {@link JsonWriter} would not meet: it finds the cycle, and says so. */
function isSurelyExact(value: unknown, extension: Extension | undefined): boolean {
  try {
    return isExact(value, extension);
  } catch (error) {
    if (isA(error, RangeError)) return false;
    throw error;
  }
}

/** Whether `JSON.stringify` writes `value` exactly. Most values are like that, and this is quick to tell. */
function isExact(value: unknown, extension: Extension | undefined): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isExactNumber(value);
    case 'object':
      return value === null || isExactObject(value, extension);
    default:
      return false;
  }
}

function isExactNumber(value: number): boolean {
  if (Number.isInteger(value)) return Math.abs(value) <= LARGEST_INTEGER && !Object.is(value, -0);
  return Number.isFinite(value);
}

/** Getters and proxies are not exact: what they give may be another value when `JSON.stringify` asks for it. */
function isExactObject(value: object, extension: Extension | undefined): boolean {
  if (types.isProxy(value)) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isExact(value[index], extension)) return false;
    return !('toJSON' in value);
  }
  if (!isPlainObject(value) || 'toJSON' in value) return false;
  for (const key in value) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!property) continue; // inherited: it is not written
    if (!('value' in property && isExact(property.value, extension)) || (extension && !extension.isPlainKey(key)))
      return false;
  }
  return true;
}
