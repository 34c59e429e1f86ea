// Plain JSON, written and read so that no number changes.

const LARGEST_INTEGER = 2 ** 53;
const DOLLAR = 36;

const json = {
  encode: write,
  isPlain: isSurelyExact,
  decode: readJson,
};

/** A cycle ends in a RangeError, which writeValue would not meet: it finds the cycle, and says so. */
function isSurelyExact(value) {
  try {
    return isExact(value);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether `JSON.stringify` writes `value` exactly. No code of the user's runs, nor does it when such a value is read. */
function isExact(value) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      if (isInteger(value)) return abs(value) <= LARGEST_INTEGER && !isSame(value, -0);
      return isFinite(value);
    case 'object':
      return value === null || isExactObject(value);
    default:
      return false;
  }
}

/** Getters and proxies are not exact: what they give may be another value when `JSON.stringify` asks for it. */
function isExactObject(value) {
  if (types.isProxy(value) || 'toJSON' in value) return false;
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isExact(value[index])) return false;
    return true;
  }
  if (!isPlainObject(value)) return false;
  for (const key in value) {
    const property = propertyOf(value, key);
    if (!property) continue; // inherited: it is not written
    if (!('value' in property && isExact(property.value)) || (isExtended && key.charCodeAt(0) === DOLLAR)) return false;
  }
  return true;
}

function write(value, root) {
  try {
    return checkLength(isSurelyExact(value) ? stringify(value) : writeValue(value, root, []), root);
  } catch (error) {
    throw refusal(error, root, root);
  }
}

function writeValue(value, path, parents, key = '') {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return stringify(value);
    case 'number':
      return writeNumber(value, path);
    case 'bigint':
      return value.toString();
    case 'undefined':
      return 'null';
    case 'object':
      return value === null ? 'null' : writeObject(value, path, parents, key);
    default:
      throw notCarried(value, path);
  }
}

function writeNumber(value, path) {
  if (!isFinite(value)) {
    if (isExtended) return `{"$numberDouble":"${value}"}`;
    throw new _BOND_SerializationException(`${path}: ${value} is not a JSON number`);
  }
  if (isSame(value, -0)) return '-0.0';
  const text = stringify(value);
  // A number beyond 2^53 is a float that happens to be whole: without a fraction, it would arrive as a bigint.
  return abs(value) > LARGEST_INTEGER && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function writeObject(value, path, parents, key) {
  try {
    return writeParts(value, path, parents, key);
  } catch (error) {
    throw error instanceof _BOND_SerializationException || isTooDeep(error) ? error : refusal(error, path, path);
  }
}

function writeParts(value, path, parents, key) {
  if (parents.includes(value)) throw new _BOND_SerializationException(`${path}: refers to itself`);
  if (parents.length > 1000) throw new _BOND_SerializationException(`${path.slice(0, 200)}…: is nested too deep`);
  const inside = parents.concat([value]);
  if (isArray(value)) return `[${writeItems(value, path, inside).join(',')}]`;
  const isPlain = isPlainObject(value);
  const word = isExtended && !isPlain ? writeWord(value, path, inside) : undefined;
  if (word !== undefined) return word;
  const toJson = types.isDate(value) || isView(value) ? undefined : value.toJSON;
  if (typeof toJson === 'function') return writeValue(toJson.call(value, key), path, inside);
  if (!isPlain) throw notCarried(value, path);
  return `{${keysOf(value).map((name) => writeProperty(value, name, below(path, name), inside)).join(',')}}`;
}

function writeProperty(value, name, path, parents) {
  return `${writeKey(name)}:${writeValue(read(value, name, path), path, parents, name)}`;
}

function writeItems(items, path, parents) {
  if (items.length > MOST_ITEMS) throw tooLong(path);
  const texts = [];
  for (let index = 0; index < items.length; index++) {
    const place = `${path}[${index}]`;
    texts.push(writeValue(read(items, index, place), place, parents, String(index)));
  }
  return texts;
}

/** A property, which may be a getter that fails. */
function read(holder, key, path) {
  try {
    return holder[key];
  } catch (error) {
    throw refusal(error, path, path);
  }
}

function writeKey(name) {
  return stringify(isExtended && name.charCodeAt(0) === DOLLAR ? `$${name}` : name);
}

/** JSON.parse would round long integers: it is given strings in their place, which begin with what no other does. */
function readJson(text) {
  if (!hasManyDigits(text) || !/(?:^|[[,:\-\s])\d{16}/.test(text)) return parse(text);
  const sign = `${now()}:${random()}:`;
  let rewritten = '';
  for (let start = 0; start < text.length; ) {
    const quote = text.indexOf('"', start);
    const end = quote < 0 ? text.length : quote;
    rewritten += text.slice(start, end).replace(/(?<![\w.+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/g, `"${sign}$&"`);
    start = quote < 0 ? end : endOfString(text, quote);
    rewritten += text.slice(end, start);
  }
  return parse(rewritten, (_key, value) => {
    if (typeof value !== 'string' || !value.startsWith(sign)) return value;
    const integer = BigInt(value.slice(sign.length));
    return integer <= LARGEST_INTEGER && integer >= -LARGEST_INTEGER ? Number(integer) : integer;
  });
}

/** Whether 16 digits stand together. A regular expression that looks at every character takes as long as `JSON.parse`. */
function hasManyDigits(text) {
  for (let last = 15; last < text.length; ) {
    let place = last;
    while (place > last - 16 && isDigit(text.charCodeAt(place))) place--;
    if (place === last - 16) return true;
    last = place + 16;
  }
  return false;
}

function isDigit(code) {
  return code >= 48 && code <= 57;
}

/** Where the string ends that begins at `quote`. No regular expression bears a string with millions of escapes. */
function endOfString(text, quote) {
  let end = quote;
  let slashes;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    for (slashes = 0; text[end - 1 - slashes] === '\\'; ) slashes++;
  } while (slashes % 2 === 1);
  return end + 1;
}
