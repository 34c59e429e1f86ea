import { deserialize, serialize } from 'node:v8';
import { textOf } from './errors.js';
import { HOW_FUNCTIONS_CROSS, isPlainObject, NotCarried, type Path, type Protocol } from './values.js';

/** The version of V8's format that this Node writes. An older one cannot be read by a newer name, nor a newer one at all. */
export const V8_FORMAT = serialize(null)[1] as number;

/** The structured clone, between Node and Node. It is for a side that one trusts: V8 does not guard against forgeries. */
export const v8: Protocol = {
  name: 'V8',
  encode(value) {
    try {
      return serialize(value).toString('base64');
    } catch (error) {
      const [path, culprit] = findCulprit(value, ['value']);
      throw new NotCarried(path, typeof culprit === 'function' ? `a function ${HOW_FUNCTIONS_CROSS}` : textOf(error));
    }
  },
  decode: (text) => deserialize(Buffer.from(text, 'base64')),
};

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
