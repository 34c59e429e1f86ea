//: lazy
// Made from src/values/shared/read-ejson.ts by `npm run build`: change that.
// EJSON, read: JSON with words for what that has none for.

/** What a text of EJSON says, which may name bytes. */
function readEjson(text, bytes) {
  const value = readJson(text);
  // A single character is found a hundred times faster than two of which the first is frequent.
  // Stryker disable next-line all: where no word is, looking for some only takes time
  return text.includes('$') && text.includes('"$') ? readWords(value, bytes) : value;
}
/** What is in a word for bytes: they stand there as text, or in a block. */

/** What the words mean. */
const WORDS = new Map([
  ['$numberDouble', (text) => Number(text)],
  ['$date', ({ $numberLong }) => new Date(Number($numberLong))],
  ['$binary', readBytes],
  ['$typedArray', readTypedArray],
  ['$ndarray', ({ type, shape, data }, bytes) => arrayOf(readWords(data, bytes), shape, type)],
  [
    '$map',
    (entries, bytes) =>
      allOf(entries, new Map(entries.map(([key, value]) => [readWords(key, bytes), readWords(value, bytes)]))),
  ],
  ['$set', (items, bytes) => allOf(items, new Set(items.map((item) => readWords(item, bytes))))],
]);

function readWords(value, bytes) {
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

function readWord(word, content, bytes) {
  const read = WORDS.get(word);
  if (!read) throw new Error(`${word} is not a word of EJSON`);
  return read(content, bytes);
}

function allOf(items, collection) {
  if (collection.size === items.length) return collection;
  throw new Error('keys of a Map, or items of a Set, are the same in JavaScript');
}

function readBytes({ base64, block }, bytes) {
  if (block === undefined) return new Uint8Array(bufferFrom(base64, 'base64')); // a copy: a short Buffer lies in a pool, which its `buffer` would give access to
  if (!bytes) throw new Error(`there is no block ${block[0]}`);
  return bytes.bytesAt(...block);
}

function readTypedArray({ type, ...content }, bytes) {
  if (!keysOf(TYPED_ARRAYS).includes(type)) throw new Error(`there is no typed array of ${type}`);
  return new TYPED_ARRAYS[type](readBytes(content, bytes).buffer);
}
