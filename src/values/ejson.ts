import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { Date } from '../common/globals.js';
import { type Protocol, timeOf } from './codec.js';
import { jsonProtocol } from './json.js';
import type { Extension } from './json-writer.js';
import { readJson } from './read-json.js';

const DOLLAR = 36;

/** Types are told by what they are, not by their prototype: a `Date` of another realm is a `Date`. */
const extension: Extension = {
  name: 'EJSON',
  isPlainKey: (key) => key.charCodeAt(0) !== DOLLAR,
  writeKey: (key) => (key.charCodeAt(0) === DOLLAR ? `$${key}` : key),
  write(value, writePart) {
    if (typeof value === 'number') return `{"$numberDouble":"${value}"}`;
    if (types.isDate(value)) return writeDate(value);
    if (types.isMap(value)) return `{"$map":[${writeEntries(value, writePart)}]}`;
    if (types.isSet(value)) return `{"$set":[${writeItems(value, writePart)}]}`;
    return ArrayBuffer.isView(value) ? writeView(value) : undefined;
  },
};

type WritePart = (step: string | number, part: unknown) => string;

/**
 * JSON that carries more, by the conventions of MongoDB's Extended JSON: an object with a single key that begins with `$`
 * is a word for a value that JSON has none for. A user's own keys that begin with `$` get a second one.
 */
export const ejson: Protocol = jsonProtocol('EJSON', decode, extension);

function decode(text: string): unknown {
  const value = readJson(text);
  // A single character is found a hundred times faster than two of which the first is frequent.
  return text.includes('$') && text.includes('"$') ? readWords(value) : value;
}

function writeDate(date: Date): string | undefined {
  const time = timeOf(date);
  return Number.isNaN(time) ? undefined : `{"$date":{"$numberLong":"${time}"}}`;
}

function writeEntries(map: Map<unknown, unknown>, writePart: WritePart): string {
  const keys: string[] = [];
  const entries: string[] = [];
  Map.prototype.forEach.call(map, (value, key) => {
    const step = typeof key === 'string' ? key : keys.length;
    const text = writePart(step, key);
    keys.push(text);
    entries.push(`[${text},${writePart(step, value)}]`);
  });
  checkDistinct(keys, 'keys');
  return entries.join(',');
}

function writeItems(set: Set<unknown>, writePart: WritePart): string {
  const texts: string[] = [];
  Set.prototype.forEach.call(set, (item) => texts.push(writePart(texts.length, item)));
  checkDistinct(texts, 'items');
  return texts.join(',');
}

/** Primitives have to be different where they arrive, as 5 and 5n, or null and undefined, would not be. */
function checkDistinct(texts: readonly string[], what: string): void {
  const primitives = texts.filter((text) => !/^[[{]/.test(text));
  if (new Set(primitives).size < primitives.length) throw new Error(`two of its ${what} are the same in EJSON`);
}

/** Bytes, and the names of the other kinds of numbers that lie side by side; their bytes are little-endian. */
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
} as const;

const nameOfTypedArray = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

function writeView(view: ArrayBufferView): string | undefined {
  const base64 = Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('base64');
  if (types.isUint8Array(view)) return `{"$binary":{"base64":"${base64}","subType":"00"}}`;
  const name = nameOfTypedArray?.call(view);
  const type = Object.entries(TYPED_ARRAYS).find(([, kind]) => kind.name === name)?.[0];
  return type && `{"$typedArray":{"type":"${type}","base64":"${base64}"}}`;
}

/** What the words mean. */
const READERS: { readonly [Word in string]?: (content: unknown) => unknown } = {
  $numberDouble: (text) => Number(text),
  $date: (date) => new Date(Number((date as { $numberLong: string }).$numberLong)),
  $binary: (binary) => readBytes(binary),
  $typedArray: readTypedArray,
  $map: (entries) =>
    new Map((entries as [unknown, unknown][]).map(([key, value]) => [readWords(key), readWords(value)])),
  $set: (items) => new Set((items as unknown[]).map(readWords)),
};

function readWords(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = readWords(value[index]);
    return value;
  }
  const entries = Object.entries(value);
  const [word = ''] = entries[0] ?? [];
  if (entries.length === 1 && /^\$[^$]/.test(word)) return readWord(word, entries[0]?.[1]);
  // From entries, `__proto__` becomes a key like any other.
  return Object.fromEntries(entries.map(([key, part]) => [key.startsWith('$$') ? key.slice(1) : key, readWords(part)]));
}

function readWord(word: string, content: unknown): unknown {
  const read = Object.hasOwn(READERS, word) && READERS[word];
  if (!read) throw new Error(`${word} is no word of EJSON`);
  return read(content);
}

function readBytes(content: unknown): Uint8Array {
  // A copy: a short Buffer lies in a pool, which its `buffer` would give access to.
  return new Uint8Array(Buffer.from((content as { base64: string }).base64, 'base64'));
}

function readTypedArray(content: unknown): unknown {
  const { type } = content as { type: keyof typeof TYPED_ARRAYS };
  if (!Object.hasOwn(TYPED_ARRAYS, type)) throw new Error(`there is no typed array of ${type}`);
  return new TYPED_ARRAYS[type](readBytes(content).buffer as ArrayBuffer);
}
