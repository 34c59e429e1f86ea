import type { ProtocolName } from '../common/options.js';
import type { Protocol } from './codec.js';
import { checkLength, refusal } from './refusals.js';
import { isExact } from './shared/exact-json.js';
import { stringify } from './shared/intrinsics.js';
import { readEjson } from './shared/read-ejson.js';
import { readJson } from './shared/read-json.js';
import { writeJson } from './shared/write-json.js';

/** Plain JSON: exact, or an error. */
export const json: Protocol = jsonProtocol('JSON', false, readJson);

/**
 * JSON that carries more, by the conventions of MongoDB's Extended JSON: an object with a single key that begins with `$`
 * is a word for a value that JSON has none for. A user's own keys that begin with `$` get a second one.
 */
export const ejson: Protocol = jsonProtocol('EJSON', true, readEjson);

function jsonProtocol(name: ProtocolName, hasWords: boolean, decode: (text: string) => unknown): Protocol {
  const isPlain = (value: unknown): boolean => isSurelyExact(value, hasWords);
  const encodePlain = (value: unknown): string | undefined => writePlain(value, isPlain);
  return {
    name,
    isClone: false,
    isPlain,
    encodePlain,
    encode: (value) => encodePlain(value) ?? checkLength(writeJson(value, 'value', hasWords)),
    decode,
  };
}

/** The text of a value that `JSON.stringify` writes exactly, or `undefined`. */
export function writePlain(value: unknown, isPlain: (value: unknown) => boolean): string | undefined {
  try {
    return isPlain(value) ? checkLength(stringify(value)) : undefined;
  } catch (error) {
    throw refusal(error, ['value']);
  }
}

/** What fails here, as a cycle does and a prototype that is a proxy may, is left to {@link writeJson}, which says where it sits. */
function isSurelyExact(value: unknown, hasWords: boolean): boolean {
  try {
    return isExact(value, hasWords);
  } catch {
    return false;
  }
}
