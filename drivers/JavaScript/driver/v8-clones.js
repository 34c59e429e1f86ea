//: lazy
// Clones as V8 writes them, and the parts of errors that it leaves out.

const LINKED_ERRORS = { __proto__: null, AggregateError, SuppressedError };
const PARTS_OF_ERRORS = { __proto__: null, AggregateError: ['errors'], SuppressedError: ['error', 'suppressed'] };

function encodeClone(value, root) {
  return (takesBlocks && writeCloneBeside(value)) || writeClone(value, root);
}

function writeClone(value, root) {
  try {
    return checkLength(cloneOf(value), root);
  } catch (error) {
    if (isTooLong(error) || isTooDeep(error)) throw refusal(error, [root]);
    const reason = textOf(error).replace(/^Unserializable host object[\s\S]*$/, 'a host object could not be cloned.');
    throw new _BOND_SerializationException(`${findCulprit(value, root, 0)}: ${reason.replace(/ cloned\.$/, ' cloned: hold() it')}`);
  }
}

function cloneOf(value) {
  if (!needsLinks(value, new Map())) return v8.serialize(value).toString('base64');
  return LINKED + v8.serialize(withLinks(value)).toString('base64');
}

/** A copy in which errors have no parts, and those. */
function withLinks(value) {
  const links = [];
  return [copyForClone(value, new Map(), links), links];
}

/** Gives views memory of their own. Node's lie in the message, and show what else is in it. */
class Reader extends v8.DefaultDeserializer {
  _readHostObject() {
    const view = super._readHostObject();
    const { buffer, byteOffset, byteLength } = view;
    if (buffer.byteLength === byteLength) return view;
    const own = buffer.slice(byteOffset, byteOffset + byteLength);
    return isBuffer(view) ? bufferFrom(own) : new view.constructor(own);
  }
}

function deserialize(bytes) {
  const reader = new Reader(bytes);
  reader.readHeader();
  return reader.readValue();
}

function readClone(text) {
  if (text[0] === '/') return deserialize(bufferFrom(text, 'base64'));
  if (text[0] === IN_BLOCK) return readFromBlock(text);
  if (text[0] !== LINKED) return parse(text);
  const [value, links] = readClone(text.slice(1));
  for (const link of links) restoreError(link);
  return value;
}

function restoreError([error, name, parts]) {
  if (LINKED_ERRORS[name]) setPrototypeOf(error, LINKED_ERRORS[name].prototype);
  for (const [key, value] of parts) define(error, key, { __proto__: null, value, configurable: true, writable: true });
}

/** Whether an error has parts that V8 does not write, or a cause that leads back to it. V8 makes `{}` of a DOMException. */
function needsLinks(value, state) {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || isView(value)) return false;
  const isError = types.isNativeError(value);
  if (state.has(value)) return state.get(value) === 'open' && isError;
  if (toText.call(value) === '[object DOMException]') throw new Error('a DOMException could not be cloned.');
  state.set(value, 'open');
  const isNeeded = partsForClone(value).map(([, part]) => needsLinks(part, state)).includes(true);
  state.set(value, 'done');
  return isNeeded || (isError && partsOfError(value).length > 1);
}

function partsOfError(error) {
  return ['cause', ...(PARTS_OF_ERRORS[safely(() => error.name)] || [])];
}

/** What there is in an object for the structured clone, by its place, without the values of getters. */
function partsForClone(value) {
  if (types.isProxy(value)) return [];
  if (types.isMap(value)) return [].concat(...entriesOf(value).map(([key, part]) => [[String(key), key], [String(key), part]]));
  if (types.isSet(value)) return membersOf(value).map((part, index) => [String(index), part]);
  const keys = types.isNativeError(value) ? partsOfError(value) : keysOf(value);
  return keys.map((key) => [key, (propertyOf(value, key) || {}).value]);
}

/** A copy in which errors have no parts: those go to `links`. What is the same object stays the same. */
function copyForClone(value, copies, links) {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return value;
  if (copies.has(value)) return copies.get(value);
  const copy = emptyCopy(value);
  if (!copy) return value;
  copies.set(value, copy);
  const copyOf = (part) => copyForClone(part, copies, links);
  if (types.isMap(value)) entriesOf(value).forEach(([key, part]) => copy.set(copyOf(key), copyOf(part)));
  else if (types.isSet(value)) membersOf(value).forEach((part) => copy.add(copyOf(part)));
  else if (types.isNativeError(value)) {
    const parts = partsOfError(value).filter((key) => propertyOf(value, key)).map((key) => [key, copyOf(value[key])]);
    links.push([copy, safely(() => value.name), parts]);
  } else copyProperties(value, copy, copyOf);
  return copy;
}

function emptyCopy(value) {
  if (isArray(value)) return [];
  if (types.isMap(value)) return new Map();
  if (types.isSet(value)) return new Set();
  if (types.isNativeError(value)) return copyOfError(value);
  return isPlainObject(value) ? {} : undefined;
}

function copyProperties(from, to, copyOf) {
  if (isArray(from)) to.length = from.length;
  for (const key of keysOf(from)) {
    define(to, key, { __proto__: null, value: copyOf(from[key]), configurable: true, enumerable: true, writable: true });
  }
}

const ERRORS = { __proto__: null, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** An error that the structured clone cannot tell from another one, but for its parts. */
function copyOfError({ name, message, stack }) {
  const copy = new (ERRORS[name] || Error)(message);
  define(copy, 'stack', { __proto__: null, value: stack, configurable: true, writable: true });
  return copy;
}

/** The path of the innermost part of `value` that cannot be cloned. Getters are not asked again. */
function findCulprit(value, path, depth) {
  if (depth > 50 || value === null || typeof value !== 'object') return path;
  const isList = types.isSet(value) || (!types.isProxy(value) && isArray(value));
  for (const [key, part] of partsForClone(value)) {
    try {
      cloneOf(part);
    } catch (error) {
      return findCulprit(part, isList ? `${path}[${key}]` : below(path, key), depth + 1);
    }
  }
  return path;
}
