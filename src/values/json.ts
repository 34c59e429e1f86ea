import type { ProtocolName } from '../common/options.js';
import { Block, Blocked, type Payload } from '../wire/blocks.js';
import type { ReceivedBytes } from '../wire/received-bytes.js';
import type { Protocol } from './codec.js';
import { checkLength, refusal } from './refusals.js';
import { isExact } from './shared/exact-json.js';
import { stringify } from './shared/intrinsics.js';
import { readEjson } from './shared/read-ejson.js';
import { readJson } from './shared/read-json.js';
import { writeJson } from './shared/write-json.js';

/** Plain JSON: exact, or an error. */
export const json: Protocol<string> = jsonProtocol('JSON', readNoBytes, (value) =>
  checkLength(writeJson(value, 'value', false)),
);

/**
 * JSON that carries more, by the conventions of MongoDB's Extended JSON: an object with a single key that begins with `$`
 * is a word for a value that JSON has none for. A user's own keys that begin with `$` get a second one.
 */
export const ejson: Protocol<string> = jsonProtocol('EJSON', readNaming, (value) =>
  checkLength(writeJson(value, 'value', true)),
);

/** The same, with many bytes beside the text. */
export const ejsonWithBlocks: Protocol = jsonProtocol('EJSON', readNaming, writeWithBlock);

function writeWithBlock(value: unknown): Payload {
  const block = new Block();
  const text = checkLength(writeJson(value, 'value', true, block));
  return block.length > 0 ? new Blocked(text, block) : text;
}

function readNoBytes(text: string, bytes: ReceivedBytes | undefined): unknown {
  bytes?.checkNamed();
  return readJson(text);
}

function readNaming(text: string, bytes: ReceivedBytes | undefined): unknown {
  const value = readEjson(text, bytes);
  bytes?.checkNamed();
  return value;
}

function jsonProtocol<Written extends Payload>(
  name: ProtocolName,
  read: (text: string, bytes: ReceivedBytes | undefined) => unknown,
  write: (value: unknown) => Written,
): Protocol<Written | string> {
  const hasWords = name === 'EJSON';
  const isPlain = (value: unknown): boolean => isSurelyExact(value, hasWords);
  const encodePlain = (value: unknown): string | undefined => writePlain(value, isPlain);
  return {
    name,
    isClone: false,
    isPlain,
    encodePlain,
    encode: (value) => encodePlain(value) ?? write(value),
    decode: read,
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
