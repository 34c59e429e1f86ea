import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { textOf } from './thrown.js';
import { HOW_FUNCTIONS_CROSS, isPlainObject, NotCarried, type Path, type Protocol } from './values.js';

/** The version of V8's format that this Node writes. An older one cannot be read by a newer name, nor a newer one at all. */
export const V8_FORMAT = serialize(null)[1] as number;

/** The structured clone, between Node and Node. It is for a side that one trusts: V8 does not guard against forgeries. */
export const v8: Protocol = {
  name: 'V8',
  encode(value) {
    try {
      return asJson(value) ?? serialize(value).toString('base64');
    } catch (error) {
      const [path, culprit] = findCulprit(value, ['value']);
      throw new NotCarried(path, typeof culprit === 'function' ? `a function ${HOW_FUNCTIONS_CROSS}` : textOf(error));
    }
  },
  isPlain,
  // What V8 writes begins with a byte that begins with `/` in base64, and JSON never does.
  decode: (text) => (text[0] === '/' ? deserialize(Buffer.from(text, 'base64')) : JSON.parse(text)),
};

/** JSON, if that carries a value as its clone would be, and sooner. */
function asJson(value: unknown): string | undefined {
  try {
    return isPlain(value) ? JSON.stringify(value) : undefined;
  } catch {
    return undefined; // a getter fails: the clone may do better, or has the same to say
  }
}

function isPlain(value: unknown): boolean {
  try {
    return isClonedByJson(value, new Set());
  } catch {
    return false; // the same, or it is nested too deep
  }
}

/** `seen` are objects, of which the clone knows that they are the same wherever they stand: then their number stays the same. */
function isClonedByJson(value: unknown, seen: Set<object>): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || isObjectClonedByJson(value, seen);
    default:
      return false;
  }
}

function isObjectClonedByJson(value: object, seen: Set<object>): boolean {
  if (seen.size === seen.add(value).size || types.isProxy(value) || 'toJSON' in value) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isClonedByJson(value[index], seen)) return false;
    return Object.keys(value).length === value.length; // or it has more than items
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const entries = value as Record<string, unknown>;
  for (const key in entries) if (!isClonedByJson(entries[key], seen)) return false;
  return true;
}

/** The innermost part of `value` that cannot be cloned, and its path. */
function findCulprit(value: unknown, path: Path): [path: Path, culprit: unknown] {
  if (path.length > 50) return [path, value];
  for (const [step, part] of partsOf(value)) {
    if (!isCloneable(part)) return findCulprit(part, [...path, step]);
  }
  return [path, value];
}

function partsOf(value: unknown): Iterable<[string | number, unknown]> {
  if (Array.isArray(value)) return value.entries();
  if (isPlainObject(value)) return Object.entries(value);
  if (value instanceof Map) return [...value].map(([key, part]) => [String(key), part]);
  if (value instanceof Set) return [...value].entries();
  return [];
}

function isCloneable(value: unknown): boolean {
  try {
    serialize(value);
    return true;
  } catch {
    return false;
  }
}
