// EJSON, read: JSON with words for what that has none for.

import { arrayOf } from '../ndarray.js';
import { bufferFrom, Date, entriesIn, fromEntries, isArray, keysOf } from './intrinsics.js';
import { type Kind, TYPED_ARRAYS } from './objects.js';
import { readJson } from './read-json.js';

/** Where the bytes are that words name. */
export interface Bytes {
  /** So many bytes of a block, in memory of their own. */
  bytesAt(number: number, start: number, length: number): Uint8Array;
}

/** What a text of EJSON says, which may name bytes. */
export function readEjson(text: string, bytes?: Bytes): unknown {
  const value = readJson(text);
  // A single character is found a hundred times faster than two of which the first is frequent.
  // Stryker disable next-line all: where no word is, looking for some only takes time
  return text.includes('$') && text.includes('"$') ? readWords(value, bytes) : value;
}

type Json = { [key: string]: unknown };
/** What is in a word for bytes: they stand there as text, or in a block. */
type Content = { readonly base64?: string; readonly block?: readonly [number: number, start: number, length: number] };

/** What the words mean. */
const WORDS = new Map<string, (content: never, bytes: Bytes | undefined) => unknown>([
  ['$numberDouble', (text: string) => Number(text)],
  ['$date', ({ $numberLong }: Json) => new Date(Number($numberLong))],
  ['$binary', readBytes],
  ['$typedArray', readTypedArray],
  ['$ndarray', ({ type, shape, data }: Json, bytes) => arrayOf(readWords(data, bytes), shape, type)],
  [
    '$map',
    (entries: [unknown, unknown][], bytes) =>
      allOf(entries, new Map(entries.map(([key, value]) => [readWords(key, bytes), readWords(value, bytes)] as const))),
  ],
  ['$set', (items: unknown[], bytes) => allOf(items, new Set(items.map((item) => readWords(item, bytes))))],
]);

function readWords(value: unknown, bytes: Bytes | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = readWords(value[index], bytes);
    return value;
  }
  const entries = entriesIn(value);
  const [[word, content] = ['', undefined]] = entries;
  if (entries.length === 1 && /^\$[^$]/.test(word)) return readWord(word, content, bytes);
  // From entries, `__proto__` becomes a key like any other.
  return fromEntries(entries.map(([key, part]) => [key.startsWith('$$') ? key.slice(1) : key, readWords(part, bytes)]));
}

function readWord(word: string, content: unknown, bytes: Bytes | undefined): unknown {
  const read = WORDS.get(word);
  if (!read) throw new Error(`${word} is not a word of EJSON`);
  return read(content as never, bytes);
}

function allOf<T extends { readonly size: number }>(items: readonly unknown[], collection: T): T {
  if (collection.size === items.length) return collection;
  throw new Error('keys of a Map, or items of a Set, are the same in JavaScript');
}

function readBytes({ base64, block }: Content, bytes: Bytes | undefined): Uint8Array {
  if (block === undefined) return new Uint8Array(bufferFrom(base64 as string, 'base64')); // a copy: a short Buffer lies in a pool, which its `buffer` would give access to
  if (!bytes) throw new Error(`there is no block ${block[0]}`);
  return bytes.bytesAt(...block);
}

function readTypedArray({ type, ...content }: Content & { type: Kind }, bytes: Bytes | undefined): unknown {
  if (!keysOf(TYPED_ARRAYS).includes(type)) throw new Error(`there is no typed array of ${type}`);
  return new TYPED_ARRAYS[type](readBytes(content, bytes).buffer as ArrayBuffer);
}
