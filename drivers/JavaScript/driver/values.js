// What all protocols need: a value as text, exact or an error that says where it sits.

/** A value cannot cross to the host, or from it. */
class _BOND_SerializationException extends TypeError {}

let protocol; // `json`, `ejson` or `structuredClone`

/** Text of `value`; what the protocol would change on the way is an error that says where it sits. */
function encode(value, root = 'result') {
  return protocol.encode(value, root);
}

function decode(payload) {
  try {
    return protocol.decode(payload);
  } catch (error) {
    if (error instanceof RangeError && innermost.depth > DEEPEST_RUN) throw error; // the stack is full, whatever was sent
    throw new _BOND_SerializationException(`what the host sent cannot be decoded: ${error.message}`);
  }
}

// The longest text that a message can have: a string of Node's, with some room for the words in front of it.
const LONGEST_TEXT = require('buffer').constants.MAX_STRING_LENGTH - 256;
function checkLength(text, root) {
  if (text.length <= LONGEST_TEXT) return text;
  throw tooLong([root]);
}

function tooLong(path) {
  return refuse(path, `is too long: its text would have more than ${LONGEST_TEXT} characters, as many as fit into a string of Node's`);
}

/** The value at `path` cannot be carried. */
function refuse([root, ...steps], reason) {
  const place = steps.reduce((text, step) => (typeof step === 'number' ? `${text}[${step}]` : below(text, step)), root);
  return new _BOND_SerializationException(`${place}: ${reason}`);
}

function below(path, key) {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${stringify(key)}]`;
}

function isTooLong(error) {
  return messageOf(error) === 'Invalid string length' || safely(() => error.code) === 'ERR_STRING_TOO_LONG';
}

function isTooDeep(error) {
  return messageOf(error) === 'Maximum call stack size exceeded';
}

/** What an error means that writing the value at `path` has come to. */
function refusal(error, path) {
  if (error instanceof _BOND_SerializationException) return error;
  if (isTooDeep(error)) return refuse(path.slice(0, 1), 'is nested too deep');
  return isTooLong(error) ? tooLong(path.slice(0, 1)) : refuse(path, `cannot be read: ${textOf(error)}`);
}

function notCarried(value, path, hasWords) {
  return refuse(path, `${describeValue(value)} cannot be carried by ${hasWords ? 'EJSON' : 'JSON'}${advice(value)}`);
}

/** Whether what an object has as `toJSON` is not asked: what is text, or a list, says something else by it. */
function isCarriedAsItself(value) {
  return types.isDate(value) || isView(value);
}

/** An array of the host's, as there is nothing of that kind here: numbers in lists in lists. */
function arrayOf(data, shape, type) {
  return nestedLists(data, shape, type);
}

/** Nothing here is one. */
function arrayIn() {
  return undefined;
}

/** A text that nobody can have written on purpose. */
function unlikelyText() {
  return `${now()}:${random()}:`;
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
