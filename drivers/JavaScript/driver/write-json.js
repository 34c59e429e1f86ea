//: lazy
// Made from src/values/shared/write-json.ts by `npm run build`: change that.
// JSON, written with more care than JSON.stringify takes: exact, or an error that says where a value sits. EJSON has words for what
// JSON has none for, by the conventions of MongoDB: an object with a single key that begins with `$` is a word, and a user's own
// keys that begin with `$` get a second one.

/** A list of more items is longer than any text, or ends the process while its text is made: sparse arrays can be that long. */
const MOST_ITEMS = 2 ** 27;

/** From so many bytes on, they stand beside the text. */
const LONG_BYTES = 512;

/** The text of a whole value; many bytes go to the block, if there is one. */
function writeJson(value, root, hasWords, block) {
  const place = { path: [root], parents: [], hasWords, block };
  try {
    return writeValue(value, place);
  } catch (error) {
    throw refusal(error, place.path);
  }
}

function writeValue(value, place) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return stringify(value);
    case 'number':
      return writeNumber(value, place);
    case 'bigint':
      return value.toString();
    case 'undefined':
      return 'null';
    case 'object':
      return value === null ? 'null' : writeObject(value, place);
    default:
      throw notCarried(value, place.path, place.hasWords);
  }
}

function writeNumber(value, { path, hasWords }) {
  if (!isFinite(value)) {
    if (hasWords) return `{"$numberDouble":"${value}"}`;
    throw refuse(path, `${value} is not a JSON number`);
  }
  if (isSame(value, -0)) return '-0.0';
  const text = stringify(value);
  // A number beyond 2^53 is a float that happens to be whole: without a fraction, it would come back as a bigint.
  return abs(value) > LARGEST_INTEGER && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function writeObject(value, place) {
  if (place.parents.includes(value)) throw refuse(place.path, 'refers to itself');
  place.parents.push(value);
  const text = writeParts(value, place);
  place.parents.pop();
  return text;
}

function writeParts(value, place) {
  if (isArray(value)) return `[${writeItems(value, place).join(',')}]`;
  const isPlain = isPlainObject(value);
  const word = place.hasWords && !isPlain ? writeWord(value, place) : undefined;
  if (word !== undefined) return word;
  const toJson = toJsonOf(value);
  const told = toJson ? toJson.call(value, keyOf(place.path)) : undefined;
  if (toJson && told !== value) return writeValue(told, place); // or it is to be written as it is
  if (!toJson && !isPlain) throw notCarried(value, place.path, place.hasWords);
  const entries = keysOf(value).map((key) => `${writeKey(key, place)}:${writeProperty(value, key, place)}`);
  return `{${entries.join(',')}}`;
}

/** The `toJSON` of an object, if that says what the object is: of what is text, or a list, it says something else. */
function toJsonOf(value) {
  if (isCarriedAsItself(value)) return undefined;
  const { toJSON } = value;
  return typeof toJSON === 'function' ? toJSON : undefined;
}

function keyOf(path) {
  return path.length > 1 ? String(path[path.length - 1]) : '';
}

function writeItems(items, place) {
  if (items.length > MOST_ITEMS) throw tooLong(place.path);
  const texts = [];
  for (let index = 0; index < items.length; index++) texts.push(writeProperty(items, index, place));
  return texts;
}

function writeKey(key, { hasWords }) {
  return stringify(hasWords && key.charCodeAt(0) === DOLLAR ? `$${key}` : key);
}

/** A property, which may be a getter that fails: then the path stays as it is, for the message. */
function writeProperty(holder, key, place) {
  place.path.push(key);
  const text = writeValue(holder[key], place);
  place.path.pop();
  return text;
}

/** A part that is no property, such as a key. */
function writePart(part, step, place) {
  return writeProperty({ [step]: part }, step, place);
}

/** The word for an object, if there is one. What it is counts, not its prototype: a `Date` of another realm is one. */
function writeWord(value, place) {
  if (types.isDate(value)) return writeDate(value);
  if (types.isMap(value)) return `{"$map":[${writeEntries(entriesOf(value), place)}]}`;
  if (types.isSet(value))
    return `{"$set":[${distinct(writeItems(membersOf(value), place), 'items', place).join(',')}]}`;
  if (isView(value)) return writeView(value, place.block);
  const array = arrayIn(value);
  return array && writeArray(array, place.block);
}

function writeArray({ data, shape, type }, block) {
  return `{"$ndarray":{"type":"${type}","shape":${stringify(shape)},"data":${writeView(data, block, true)}}}`;
}

function writeDate(date) {
  const time = timeOf(date);
  return isNaN(time) ? undefined : `{"$date":{"$numberLong":"${time}"}}`;
}

function writeEntries(entries, place) {
  const steps = entries.map(([key], index) => (typeof key === 'string' ? key : index));
  const keys = distinct(
    entries.map(([key], index) => writePart(key, steps[index], place)),
    'keys',
    place,
  );
  const values = entries.map(([, value], index) => writePart(value, steps[index], place));
  return keys.map((key, index) => `[${key},${values[index]}]`).join(',');
}

/** Texts that have to be different where they arrive, as those of 5 and 5n, or null and undefined, are not. */
function distinct(texts, what, { path }) {
  const primitives = texts.filter((text) => !/^[[{]/.test(text));
  if (new Set(primitives).size === primitives.length) return texts;
  throw refuse(path, `two of its ${what} are the same in EJSON`);
}

function writeView(view, block, isPart = false) {
  if (types.isUint8Array(view)) return `{"$binary":{${writeBytes(view, block, ',"subType":"00"')}}}`;
  const type = typeOfNumbers(view);
  return type && `{"$typedArray":{"type":"${type}",${writeBytes(view, block, '', isPart ? undefined : type)}}}`;
}

/** What a word says of its bytes: where they are, or what they are. */
function writeBytes(view, block, behindText = '', type) {
  const bytes = bufferFrom(view.buffer, view.byteOffset, view.byteLength);
  if (!block || bytes.length < LONG_BYTES) return `"base64":"${bytes.toString('base64')}"${behindText}`;
  return `"block":[${block.number},${block.add(bytes, type)},${bytes.length}]`;
}
