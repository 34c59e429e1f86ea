// EJSON, read: JSON with words for what that has none for.

import { arrayOf } from '../ndarray.js';
import { bufferFrom, Date, entriesIn, fromEntries, isArray, keysOf } from './intrinsics.js';
import { type Kind, TYPED_ARRAYS } from './objects.js';
import { readJson } from './read-json.js';

/** What a text of EJSON says. */
export function readEjson(text: string): unknown {
  const value = readJson(text);
  // A single character is found a hundred times faster than two of which the first is frequent.
  return text.includes('$') && text.includes('"$') ? readWords(value) : value;
}

type Json = { [key: string]: unknown };

/** What the words mean. */
const WORDS = new Map<string, (content: never) => unknown>([
  ['$numberDouble', (text: string) => Number(text)],
  ['$date', ({ $numberLong }: Json) => new Date(Number($numberLong))],
  ['$binary', readBytes],
  ['$typedArray', readTypedArray],
  ['$ndarray', ({ type, shape, data }: Json) => arrayOf(readWords(data), shape, type)],
  [
    '$map',
    (entries: [unknown, unknown][]) =>
      allOf(entries, new Map(entries.map(([key, value]) => [readWords(key), readWords(value)] as const))),
  ],
  ['$set', (items: unknown[]) => allOf(items, new Set(items.map(readWords)))],
]);

function readWords(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = readWords(value[index]);
    return value;
  }
  const entries = entriesIn(value);
  const [[word, content] = ['', undefined]] = entries;
  if (entries.length === 1 && /^\$[^$]/.test(word)) return readWord(word, content);
  // From entries, `__proto__` becomes a key like any other.
  return fromEntries(entries.map(([key, part]) => [key.startsWith('$$') ? key.slice(1) : key, readWords(part)]));
}

function readWord(word: string, content: unknown): unknown {
  const read = WORDS.get(word);
  if (!read) throw new Error(`${word} is no word of EJSON`);
  return read(content as never);
}

function allOf<T extends { readonly size: number }>(items: readonly unknown[], collection: T): T {
  if (collection.size === items.length) return collection;
  throw new Error('keys of a Map, or items of a Set, are the same in JavaScript');
}

function readBytes({ base64 }: { base64: string }): Uint8Array {
  return new Uint8Array(bufferFrom(base64, 'base64')); // a copy: a short Buffer lies in a pool, which its `buffer` would give access to
}

function readTypedArray({ type, base64 }: { type: Kind; base64: string }): unknown {
  if (!keysOf(TYPED_ARRAYS).includes(type)) throw new Error(`there is no typed array of ${type}`);
  return new TYPED_ARRAYS[type](readBytes({ base64 }).buffer as ArrayBuffer);
}
