// What all protocols need: a value as text, exact or an error that says where it sits.

/** A value cannot cross to the host, or from it. */
class _BOND_SerializationException extends TypeError {}

let isExtended = false; // the protocol is EJSON, which has words for more than JSON

let protocol; // `json`, `ejson` or `structuredClone`

/** Text of `value`; what the protocol would change on the way is an error that says where it sits. */
function encode(value, root = 'result') {
  return protocol.encode(value, root);
}

function decode(payload) {
  try {
    return protocol.decode(payload);
  } catch (error) {
    if (error instanceof RangeError && liveFrames.length > DEEPEST_RUN) throw error; // the stack is full, whatever was sent
    throw new _BOND_SerializationException(`what the host sent cannot be decoded: ${error.message}`);
  }
}

function isPlainObject(value) {
  const prototype = prototypeOf(value);
  if (prototype === null) return isOrdinary(value);
  if (prototype === Object.prototype) return true;
  return prototypeOf(prototype) === null && Object.prototype.hasOwnProperty.call(prototype, 'isPrototypeOf');
}

/** Whether an object is no more than its properties: a Map that was given no prototype is a Map all the same. */
function isOrdinary(value) {
  return !(isView(value) || kinds.some((isKind) => isKind(value)));
}

const kinds = [
  types.isDate, types.isMap, types.isSet, types.isRegExp, types.isNativeError, types.isPromise, types.isAnyArrayBuffer,
  types.isBoxedPrimitive, types.isWeakMap, types.isWeakSet, types.isGeneratorObject,
];

// The longest text that a message can have: a string of Node's, with some room for the words in front of it.
const LONGEST_TEXT = require('buffer').constants.MAX_STRING_LENGTH - 256;
/** A list of more items is longer than any text, or ends the process while its text is made: sparse arrays can be that long. */
const MOST_ITEMS = 2 ** 27;

function checkLength(text, root) {
  if (text.length <= LONGEST_TEXT) return text;
  throw tooLong(root);
}

function tooLong(root) {
  return new _BOND_SerializationException(`${root}: is too long: its text would have more than ${LONGEST_TEXT} characters, as many as fit into a string of Node's`);
}

function isTooLong(error) {
  return messageOf(error) === 'Invalid string length' || safely(() => error.code) === 'ERR_STRING_TOO_LONG';
}

function isTooDeep(error) {
  return messageOf(error) === 'Maximum call stack size exceeded';
}

/** What an error means that writing the value at `path` has come to, a part of the one at `root`. */
function refusal(error, path, root) {
  if (error instanceof _BOND_SerializationException) return error;
  if (isTooDeep(error)) return new _BOND_SerializationException(`${root}: is nested too deep`);
  if (isTooLong(error)) return tooLong(root);
  return new _BOND_SerializationException(`${path}: cannot be read: ${textOf(error)}`);
}

function timeOf(date) {
  return Date.prototype.getTime.call(date);
}

/** The entries of a Map, whatever methods it has. */
function entriesOf(map) {
  const entries = [];
  Map.prototype.forEach.call(map, (value, key) => entries.push([key, value]));
  return entries;
}

function membersOf(set) {
  const items = [];
  Set.prototype.forEach.call(set, (item) => items.push(item));
  return items;
}

function notCarried(value, path) {
  const name = isExtended ? 'EJSON' : 'JSON';
  return new _BOND_SerializationException(`${path}: ${describeValue(value)} cannot be carried by ${name}${advice(value)}`);
}

function describeValue(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (types.isDate(value) && isNaN(timeOf(value))) return 'a Date that is invalid';
  return `a ${safely(() => value.constructor.name) || 'value with a prototype of its own'}`;
}

function advice(value) {
  if (types.isPromise(value)) return ': await it, or hold() it';
  return types.isGeneratorObject(value) ? ': iterate() over it, or hold() it' : ': hold() it';
}

function below(path, key) {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${stringify(key)}]`;
}
