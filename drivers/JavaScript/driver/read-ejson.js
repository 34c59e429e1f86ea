// Made from src/values/shared/read-ejson.ts by `npm run build`: change that.
// EJSON, read: JSON with words for what that has none for.

/** What a text of EJSON says. */
function readEjson(text) {
  const value = readJson(text);
  // A single character is found a hundred times faster than two of which the first is frequent.
  return text.includes('$') && text.includes('"$') ? readWords(value) : value;
}

/** What the words mean. */
const WORDS = new Map([
  ['$numberDouble', (text) => Number(text)],
  ['$date', ({ $numberLong }) => new Date(Number($numberLong))],
  ['$binary', readBytes],
  ['$typedArray', readTypedArray],
  ['$ndarray', ({ type, shape, data }) => arrayOf(readWords(data), shape, type)],
  ['$map', (entries) => allOf(entries, new Map(entries.map(([key, value]) => [readWords(key), readWords(value)])))],
  ['$set', (items) => allOf(items, new Set(items.map(readWords)))],
]);

function readWords(value) {
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

function readWord(word, content) {
  const read = WORDS.get(word);
  if (!read) throw new Error(`${word} is no word of EJSON`);
  return read(content);
}

function allOf(items, collection) {
  if (collection.size === items.length) return collection;
  throw new Error('keys of a Map, or items of a Set, are the same in JavaScript');
}

function readBytes({ base64 }) {
  return new Uint8Array(bufferFrom(base64, 'base64')); // a copy: a short Buffer lies in a pool, which its `buffer` would give access to
}

function readTypedArray({ type, base64 }) {
  if (!keysOf(TYPED_ARRAYS).includes(type)) throw new Error(`there is no typed array of ${type}`);
  return new TYPED_ARRAYS[type](readBytes({ base64 }).buffer);
}
