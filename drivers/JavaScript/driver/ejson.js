// EJSON: words for what JSON has none for, by the conventions of MongoDB.

const ejson = {
  encode: write,
  isPlain: isSurelyExact,
  decode(text) {
    const value = readJson(text);
    return text.includes('"$') ? readWords(value) : value;
  },
};

/** The word of EJSON for an object, if there is one. What it is counts, not its prototype: a Date of another realm is one. */
function writeWord(value, path, parents) {
  if (types.isDate(value)) return isNaN(timeOf(value)) ? undefined : `{"$date":{"$numberLong":"${timeOf(value)}"}}`;
  if (types.isMap(value)) return `{"$map":[${writeEntries(entriesOf(value), path, parents)}]}`;
  if (types.isSet(value)) return `{"$set":[${distinct(writeItems(membersOf(value), path, parents), path).join(',')}]}`;
  return isView(value) ? writeView(value) : undefined;
}

function writeEntries(entries, path, parents) {
  const places = entries.map(([key], index) => (typeof key === 'string' ? below(path, key) : `${path}[${index}]`));
  const keys = distinct(entries.map(([key], index) => writeValue(key, places[index], parents)), path);
  return entries.map(([, value], index) => `[${keys[index]},${writeValue(value, places[index], parents)}]`).join(',');
}

/** Texts of items that have to be different where they arrive, as 5 and 5n, null and undefined will not be. */
function distinct(texts, path) {
  const primitives = texts.filter((text) => !/^[[{]/.test(text));
  if (new Set(primitives).size === primitives.length) return texts;
  throw new _BOND_SerializationException(`${path}: has keys or items that are the same in EJSON`);
}

/** What numbers of one type side by side are called; their bytes are little-endian. */
const TYPED_ARRAYS = {
  __proto__: null,
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
};

const nameOfTypedArray = propertyOf(prototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

function writeView(view) {
  const base64 = bufferFrom(view.buffer, view.byteOffset, view.byteLength).toString('base64');
  if (types.isUint8Array(view)) return `{"$binary":{"base64":"${base64}","subType":"00"}}`;
  const kind = nameOfTypedArray.call(view);
  const type = keysOf(TYPED_ARRAYS).find((name) => TYPED_ARRAYS[name].name === kind);
  return type && `{"$typedArray":{"type":"${type}","base64":"${base64}"}}`;
}

/** What the words of EJSON mean. */
const WORDS = {
  __proto__: null,
  $numberDouble: (text) => Number(text),
  $date: ({ $numberLong }) => new Date(Number($numberLong)),
  $binary: readBytes,
  $typedArray: readTypedArray,
  $map: (entries) => allOf(entries, new Map(entries.map(([key, value]) => [readWords(key), readWords(value)]))),
  $set: (items) => allOf(items, new Set(items.map(readWords))),
};

function readWords(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = readWords(value[index]);
    return value;
  }
  const entries = entriesIn(value);
  if (entries.length === 1 && /^\$[^$]/.test(entries[0][0])) return readWord(...entries[0]);
  // From entries, `__proto__` becomes a key like any other.
  return fromEntries(entries.map(([key, part]) => [key.startsWith('$$') ? key.slice(1) : key, readWords(part)]));
}

function readWord(word, content) {
  if (!WORDS[word]) throw new Error(`${word} is no word of EJSON`);
  return WORDS[word](content);
}

function allOf(items, collection) {
  if (collection.size === items.length) return collection;
  throw new Error('keys of a Map, or items of a Set, are the same in JavaScript');
}

function readBytes({ base64 }) {
  return new Uint8Array(bufferFrom(base64, 'base64')); // a copy: a short Buffer lies in a pool, which its `buffer` would give access to
}

function readTypedArray({ type, base64 }) {
  if (!TYPED_ARRAYS[type]) throw new Error(`there is no typed array of ${type}`);
  return new TYPED_ARRAYS[type](readBytes({ base64 }).buffer);
}
