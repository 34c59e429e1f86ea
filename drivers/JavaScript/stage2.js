// bond: the JavaScript driver, for Node 12 and later. See docs/protocol.md for the wire.
// STAGE1 evaluates this text, and calls the function that it is.

(function (require, importModule) {
'use strict';

// What user code may replace, or take away, is taken here: polyfills, mocks and fake timers are meant for that code, and not for
// the driver. See docs/driver-isolation.md.

const {
  AggregateError, Array, ArrayBuffer, Atomics, BigInt, BigInt64Array, BigUint64Array, Boolean, Buffer, Date, Error, EvalError,
  FinalizationRegistry, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Map, Number, Object, Promise, RangeError,
  ReferenceError, Set, SharedArrayBuffer, String, SuppressedError, Symbol, SyntaxError, TypeError, URIError, Uint8Array,
  Uint8ClampedArray, Uint16Array, Uint32Array, WeakMap, WeakRef, isNaN, process, setImmediate,
} = globalThis;
const childProcess = require('child_process');
const fs = require('fs');
const { Readable, Writable } = require('stream');
const types = Object.assign({}, require('util').types);
const v8 = Object.assign({}, require('v8'));
const vm = Object.assign({}, require('vm'));
const { parse, stringify } = JSON;
const {
  assign, defineProperty: define, entries: entriesIn, fromEntries, getOwnPropertyDescriptor: propertyOf, getOwnPropertyNames: namesIn,
  getPrototypeOf: prototypeOf, is: isSame, keys: keysOf, setPrototypeOf,
} = Object;
const { from: arrayFrom, isArray } = Array;
const { isFinite, isInteger } = Number;
const { toString: toText } = Object.prototype;
const { abs, max, min, random, round } = Math;
const { alloc, allocUnsafeSlow, concat, from: bufferFrom, isBuffer } = Buffer;
const { isView } = ArrayBuffer;
const { load, store, wait } = Atomics;
const { now } = Date;
const exit = process.exit.bind(process);
const nextTick = process.nextTick.bind(process);
const listenerCount = process.listenerCount.bind(process);
const promiseRace = Promise.race.bind(Promise);
const resolved = Promise.resolve.bind(Promise);

// ---- Streams --------------------------------------------------------------------------------------------------------

const readSync = fs.readSync;
const writeSync = fs.writeSync;
let hostInput; // fd 0: kept from user code, because what is in it is the conversation
let relay; // what stands in its place where no signal of the host reaches this process
const DEV_NULL = process.platform === 'win32' ? '\\\\.\\NUL' : '/dev/null';
const nothing = openNothing();
const NEWLINE = 10;
// Writes up to this size are never mixed with those of another process: PIPE_BUF, or one buffer of a socket.
const PIECE = fs.fstatSync(1).isSocket() ? 32768 : 4096;
let lastPiece = '';
let morePieces = '';
let announcement = '';
let abandonment = '';
let bulk = 0; // the descriptor of a second way to the host, for long messages

/** A descriptor that has nothing to read; or none, where Node is not allowed to open one (`--permission`). */
function openNothing() {
  try {
    return fs.openSync(DEV_NULL, 'r');
  } catch (error) {
    return 2 ** 31 - 1;
  }
}

/** Opens the second way, if nothing stands between. */
function openBulk([fd, inode]) {
  try {
    if (fs.fstatSync(fd).ino === inode) bulk = fd;
  } catch (error) {
    // It is not here.
  }
}

/** All reads share one buffer, where Node can do that: to allocate one for each takes longer than to copy what was read. */
function openInput() {
  const kind = fs.fstatSync(0);
  if (!kind.isFIFO() && !kind.isSocket()) return process.stdin;
  const callback = (size, buffer) => {
    takeChunk(buffer.slice(0, size));
    return true;
  };
  return new (require('net').Socket)({ fd: 0, readable: true, writable: false, onread: { buffer: allocUnsafeSlow(65536), callback } });
}

/** Where a REPL has taken STAGE1 in (`node -i`), its input goes to the driver from here on, and it prints no prompts. */
function takeOverRepl() {
  const { repl } = process._eval === undefined ? require('repl') : {};
  if (!repl) return undefined;
  repl.output = repl.outputStream = new Writable({ write(chunk, encoding, done) { done(); } });
  const input = process.stdin;
  input.removeAllListeners();
  return input;
}

/** Node cannot duplicate a descriptor: fd 0 stays the conversation, and every way to it that user code has is led elsewhere. Nor does it close what the conversation needs. */
function protectStdin() {
  const noInput = new Readable({ read() { this.push(null); } });
  noInput.fd = 0;
  define(process, 'stdin', { configurable: true, enumerable: true, get: () => noInput });
  const { close, closeSync } = fs;
  fs.close = (fd, done) => (isStandard(fd) ? void (done && nextTick(done, null)) : close(fd, done));
  fs.closeSync = (fd) => (isStandard(fd) ? undefined : closeSync(fd));
  for (const name of ['read', 'readSync', 'readv', 'readvSync', 'readFile', 'readFileSync', 'open', 'openSync', 'createReadStream']) {
    const original = fs[name];
    if (!original) continue; // an older Node has no `readv`
    fs[name] = function (file, ...rest) {
      if (name === 'createReadStream' && rest[0] && rest[0].fd === 0) [file, rest] = ['/dev/stdin', [assign({}, rest[0], { fd: null })]];
      return original.call(this, insteadOfStdin(file), ...rest);
    };
  }
  const { open, readFile } = fs.promises;
  fs.promises.open = (file, ...rest) => open.call(fs.promises, insteadOfStdin(file), ...rest);
  fs.promises.readFile = (file, ...rest) => readFile.call(fs.promises, insteadOfStdin(file), ...rest);
  const { spawn } = childProcess.ChildProcess.prototype;
  childProcess.ChildProcess.prototype.spawn = function (options) {
    return spawn.call(this, withoutStdin(options, noInput));
  };
  for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
    const original = childProcess[name];
    childProcess[name] = (...args) => original(...args.map((arg) => withoutStdin(arg, noInput)));
  }
  require('module').syncBuiltinESMExports();
}

function isStandard(fd) {
  return fd === 0 || fd === 1 || fd === 2;
}

function insteadOfStdin(file) {
  if (file === 0) return nothing;
  return /^\/(dev\/stdin|dev\/fd\/0|proc\/self\/fd\/0)$/.test(file) ? DEV_NULL : file;
}

/**
 * Where no signal of the host reaches this process, a thread that does nothing else reads the host's lines in front of it,
 * and sends the signal. When the host is gone, it ends this process, which may be too busy to look. What it has read stays in
 * memory that both share until it has been taken in: an interrupt may come while that is done.
 */
function standBehindRelay() {
  const { MessageChannel, receiveMessageOnPort, Worker } = require('worker_threads');
  const { port1, port2 } = new MessageChannel();
  const [control, ring] = [new Int32Array(new SharedArrayBuffer(16)), new Uint8Array(new SharedArrayBuffer(2 ** 20))];
  const [BELL, PUT, TAKEN, IS_OVER] = [0, 1, 2, 3];
  const workerData = { port: port2, control, ring };
  new Worker(`(${relayLines})(require)`, { eval: true, execArgv: [], workerData, transferList: [port2] });
  reads = arrived.reads = 0;
  return {
    /** Where what comes next ends, behind what has been taken in up to a place: at that place if there is nothing. */
    next(start) {
      store(control, TAKEN, start);
      const put = load(control, PUT);
      return start > put ? 0 : put;
    },
    bytes: (start, end) => bufferFrom(ring.subarray(start, end || ring.length)),
    isOver: () => load(control, IS_OVER) === 1,
    /** The same, once there is something. */
    waitForNext(start) {
      receiveMessageOnPort(port1);
      for (;;) {
        const count = load(control, BELL);
        const end = this.next(start);
        if (end !== start) return end;
        if (this.isOver()) exit();
        wait(control, BELL, count);
      }
    },
    listen: (take) => port1.on('message', take),
  };
}

/** Runs in the thread. */
function relayLines(require) {
  const { port, control, ring } = require('worker_threads').workerData;
  const [BELL, PUT, TAKEN, IS_OVER] = [0, 1, 2, 3];
  const SOUGHT = '\nINTERRUPT ';
  const waiting = [];
  let seam = '\n';
  let timer;
  const tell = () => {
    Atomics.add(control, BELL, 1);
    Atomics.notify(control, BELL);
    port.postMessage(0);
  };
  const pass = () => {
    timer = undefined;
    while (waiting.length > 0) {
      const [start, taken] = [Atomics.load(control, PUT), Atomics.load(control, TAKEN)];
      // One byte stays free, so that full is not empty.
      const room = (taken > start ? taken - 1 : taken === 0 ? ring.length - 1 : ring.length) - start;
      if (room === 0) return void (timer = setTimeout(pass, 1));
      const chunk = waiting.shift();
      ring.set(chunk.subarray(0, room), start);
      if (chunk.length > room) waiting.unshift(chunk.subarray(room));
      Atomics.store(control, PUT, (start + Math.min(room, chunk.length)) % ring.length);
      tell();
    }
  };
  const tty = require('tty');
  const input = tty.isatty(0) ? new tty.ReadStream(0) : new (require('net').Socket)({ fd: 0, readable: true, writable: false });
  input.on('data', (chunk) => {
    waiting.push(chunk);
    if (!timer) pass();
    const text = seam + chunk.toString('latin1');
    if (text.includes(SOUGHT)) process.kill(process.pid, 'SIGINT');
    seam = text.slice(1 - SOUGHT.length);
  });
  input.on('error', () => input.destroy());
  input.on('close', () => {
    Atomics.store(control, IS_OVER, 1);
    tell();
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1000);
  });
}

/** Options of a child process, which must not inherit the conversation. */
function withoutStdin(options, noInput) {
  if (options === null || typeof options !== 'object' || isArray(options)) return options;
  if (options.stdio === 'inherit') return assign({}, options, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (!isArray(options.stdio)) return options;
  const isInherited = (entry, fd) => entry === 0 || entry === noInput || entry === hostInput || (fd === 0 && entry === 'inherit');
  const stdio = options.stdio.map((entry, fd) => (isInherited(entry, fd) ? 'ignore' : entry));
  return assign({}, options, { stdio });
}

/** stdout and stderr that write at once, and wait for a slow reader. An interrupt may come anywhere: nothing is remembered. */
class LiveOutput extends Writable {
  constructor(fd) {
    super();
    this.fd = fd;
  }

  write(chunk, encoding, callback) {
    if (this.writableEnded) return super.write(chunk, encoding, callback); // which knows how to complain
    const done = typeof encoding === 'function' ? encoding : callback;
    writeAll(this.fd, typeof chunk === 'string' ? bufferFrom(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk);
    if (done) nextTick(done);
    return true;
  }

  /** Only for what `end` is given. */
  _write(chunk, _encoding, done) {
    writeAll(this.fd, chunk);
    done();
  }

  _destroy(_error, done) {
    done();
  }
}

function openOutput() {
  [['stdout', 1], ['stderr', 2]].forEach(([name, fd]) => {
    const output = new LiveOutput(fd);
    define(process, name, { configurable: true, enumerable: true, get: () => output });
  });
}

function writeAll(fd, bytes, length = bytes.length) {
  for (let done = 0; done < length; ) {
    try {
      done += writeSync(fd, bytes, done, length - done);
    } catch (error) {
      if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
      pause();
    }
  }
}

/** Somebody has put the descriptor into non-blocking mode. */
function pause() {
  wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

const released = []; // numbers of the host's functions that nothing here refers to any more

let isSaying = false; // in the middle of what takes several writes: an interrupt leaves it there

/** Sends one message to the host, which may be a long answer. What was printed before it has been written. */
function say(message) {
  if (typeof message !== 'string') return sayInParts(message);
  if (isSaying) abandonMessage();
  while (released.length > 0) sayReleased();
  if (isShort(message)) return sayShort(message);
  isSaying = true;
  sayLong(message);
  isSaying = false;
}

const MOST_RELEASED = 64; // so many make a short message

/** If an interrupt comes behind the message, it is said twice, which does no harm. */
function sayReleased() {
  const some = released.slice(0, MOST_RELEASED);
  sayShort(`RELEASE ${some.join(' ')}`);
  released.splice(0, some.length);
}

function sayShort(message) {
  sendPiece(outBuffer, outBuffer.write(`${lastPiece}${message}\n`));
}

/** How much of a message the host has got, nobody knows: so it is told to forget it. On the way for long ones, more may lie. */
function abandonMessage() {
  bulk = 0;
  sendPiece(outBuffer, outBuffer.write(abandonment));
  isSaying = false;
}

function sayLong(message) {
  const body = bufferFrom(message);
  const room = PIECE - lastPiece.length - 1;
  if (bulk > 0 && body.length > room) {
    sendPiece(outBuffer, outBuffer.write(`${announcement}${body.length}\n`));
    return sendPiece(body, body.length, bulk);
  }
  let start = 0;
  for (; body.length - start > room; start += room) sendPart(morePieces, body, start, start + room);
  sendPart(lastPiece, body, start, body.length);
}

function sayInParts({ request, parts }) {
  try {
    for (const part of parts) say(`PART ${request} ${part}`);
  } catch (error) {
    // A getter that had given something before.
    say(`PART ${request} `);
    return say(report(request, error));
  }
  say(`RETURN ${request} `);
}

const outBuffer = allocUnsafeSlow(PIECE);

/** Whether a message is surely written in one go: a character has at most three bytes here. */
function isShort(message) {
  return 3 * message.length < PIECE - lastPiece.length;
}

function sendPart(mark, body, start, end) {
  let length = outBuffer.write(mark);
  length += body.copy(outBuffer, length, start, end);
  outBuffer[length] = NEWLINE;
  sendPiece(outBuffer, length + 1);
}

function sendPiece(bytes, length, fd = 1) {
  try {
    writeAll(fd, bytes, length);
  } catch (error) {
    exit(1); // nobody listens any more
  }
}

// ---- Values ---------------------------------------------------------------------------------------------------------

/** A value cannot cross to the host, or from it. */
class _BOND_SerializationException extends TypeError {}

const LARGEST_INTEGER = 2 ** 53;
const DOLLAR = 36;

let isExtended = false; // the protocol is EJSON, which has words for more than JSON

const json = {
  encode: write,
  isPlain: isSurelyExact,
  decode: readJson,
};

const ejson = {
  encode: write,
  isPlain: isSurelyExact,
  decode(text) {
    const value = readJson(text);
    return text.includes('"$') ? readWords(value) : value;
  },
};

const structuredClone = {
  encode: (value, root) => asJson(value, root) || writeClone(value, root),
  isPlain: isSurelyCloned,
  decode: readClone,
};

let protocol = json;

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

/** JSON, if that carries a value as its clone would be, and sooner. */
function asJson(value, root) {
  try {
    return isSurelyCloned(value) ? checkLength(stringify(value), root) : undefined;
  } catch (error) {
    throw refusal(error, root, root);
  }
}

function isSurelyCloned(value) {
  try {
    return isClonedByJson(value, new Set());
  } catch (error) {
    return false; // it is nested too deep
  }
}

/** Begins a clone that has the parts of its errors beside it: V8 cannot read an error that is its own cause, nor write `errors`. */
const LINKED = '!';
const LINKED_ERRORS = { __proto__: null, AggregateError, SuppressedError };
const PARTS_OF_ERRORS = { __proto__: null, AggregateError: ['errors'], SuppressedError: ['error', 'suppressed'] };

function writeClone(value, root) {
  try {
    return checkLength(cloneOf(value), root);
  } catch (error) {
    if (isTooLong(error) || isTooDeep(error)) throw refusal(error, root, root);
    const reason = textOf(error).replace(/^Unserializable host object[\s\S]*$/, 'a host object could not be cloned.');
    throw new _BOND_SerializationException(`${findCulprit(value, root, 0)}: ${reason.replace(/ cloned\.$/, ' cloned: hold() it')}`);
  }
}

function cloneOf(value) {
  if (!needsLinks(value, new Map())) return v8.serialize(value).toString('base64');
  const links = [];
  const copy = copyForClone(value, new Map(), links);
  return LINKED + v8.serialize([copy, links]).toString('base64');
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

/** What V8 writes begins with a byte that begins with `/` in base64, and JSON never does. */
function readClone(text) {
  if (text[0] === '/') return deserialize(bufferFrom(text, 'base64'));
  if (text[0] !== LINKED) return parse(text);
  const [value, links] = deserialize(bufferFrom(text.slice(1), 'base64'));
  for (const link of links) restoreError(link);
  return value;
}

function restoreError([error, name, parts]) {
  if (LINKED_ERRORS[name]) setPrototypeOf(error, LINKED_ERRORS[name].prototype);
  for (const [key, value] of parts) define(error, key, { value, configurable: true, writable: true });
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
    define(to, key, { value: copyOf(from[key]), configurable: true, enumerable: true, writable: true });
  }
}

const ERRORS = { __proto__: null, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** An error that the structured clone cannot tell from another one, but for its parts. */
function copyOfError({ name, message, stack }) {
  const copy = new (ERRORS[name] || Error)(message);
  define(copy, 'stack', { value: stack, configurable: true, writable: true });
  return copy;
}

/** `seen` are objects, of which the clone knows that they are the same wherever they stand: then their number stays the same. */
function isClonedByJson(value, seen) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isFinite(value) && !isSame(value, -0);
    case 'object':
      return value === null || isObjectClonedByJson(value, seen);
    default:
      return false;
  }
}

function isObjectClonedByJson(value, seen) {
  if (seen.size === seen.add(value).size || types.isProxy(value) || 'toJSON' in value) return false;
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isClonedByJson(value[index], seen)) return false;
    return keysOf(value).length === value.length; // or it has more than items
  }
  if (prototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    const property = propertyOf(value, key);
    if (property && !('value' in property && isClonedByJson(property.value, seen))) return false; // a getter is read once
  }
  return true;
}

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

function isPlainObject(value) {
  const prototype = prototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  return prototypeOf(prototype) === null && Object.prototype.hasOwnProperty.call(prototype, 'isPrototypeOf');
}

function write(value, root) {
  try {
    return checkLength(isSurelyExact(value) ? stringify(value) : writeValue(value, root, []), root);
  } catch (error) {
    throw refusal(error, root, root);
  }
}

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

/** The word of EJSON for an object, if there is one. What it is counts, not its prototype: a Date of another realm is one. */
function writeWord(value, path, parents) {
  if (types.isDate(value)) return isNaN(timeOf(value)) ? undefined : `{"$date":{"$numberLong":"${timeOf(value)}"}}`;
  if (types.isMap(value)) return `{"$map":[${writeEntries(entriesOf(value), path, parents)}]}`;
  if (types.isSet(value)) return `{"$set":[${distinct(writeItems(membersOf(value), path, parents), path).join(',')}]}`;
  return isView(value) ? writeView(value) : undefined;
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

// Longer lists and texts, in items and in characters, cross in parts: one side begins with them while the other makes the rest.
const LONG_LIST = 1024;
const LONG_TEXT = 2 ** 18;
const PART = 2 ** 15;  // about how many characters a part has
const FIRST_PART = 128; // how many items the first one has

let takesParts = false; // the host does

function isLong(value) {
  if (typeof value === 'string') return value.length > LONG_TEXT;
  if (typeof value !== 'object' || types.isProxy(value)) return false; // what has been revoked cannot even be asked
  return isArray(value) && value.length > LONG_LIST;
}

function partsOf(value) {
  return typeof value === 'string' ? partsOfText(value) : partsOfList(value);
}

function* partsOfText(text) {
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = endOfPart(text, start);
    yield stringify(text.slice(start, end));
  }
}

/** Where a part ends that begins at `start`: not in the middle of a character of two code units. */
function endOfPart(text, start) {
  const end = start + PART;
  if (end >= text.length) return text.length;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code < 0xdc00 ? end - 1 : end;
}

function* partsOfList(list) {
  for (let next = 0, count = FIRST_PART; next < list.length; ) {
    const items = [];
    while (next < list.length && items.length < count) items.push(list[next++]);
    const text = stringify(items);
    yield text;
    count = max(1, round(items.length * PART / text.length));
  }
}

/** What has come of long arguments, by request: messages with parts. */
const partsOfRequests = new Map();

function takePart(message) {
  const { request, payload } = message;
  if (payload === '') return void partsOfRequests.delete(request);
  if (!partsOfRequests.has(request)) partsOfRequests.set(request, []);
  addOnce(partsOfRequests.get(request), message);
  // In an inner frame, an interrupt may end what takes long: there, it is put off.
  if (liveFrames.length > 0 || message.part) return;
  message.part = decodedPart(payload);
  message.payload = undefined; // it is as long as the part
}

function decodedPart(payload) {
  try {
    return { value: decode(payload) };
  } catch (error) {
    return { error };
  }
}

/** What a request is given. */
function givenTo({ payload, parts }) {
  const given = decode(payload);
  if (!parts) return given;
  const values = parts.map((message) => {
    const { value, error } = message.part || decodedPart(message.payload);
    if (error) throw error;
    return value;
  });
  given[1].push(typeof values[0] === 'string' ? values.join('') : [].concat(...values));
  return given;
}

// ---- Exceptions -----------------------------------------------------------------------------------------------------

/** An exported function of the host failed. `data` is what it threw, or the text of it. */
class _BOND_RemoteException extends Error {}

/** The host has interrupted what was running. */
class _BOND_InterruptException extends Error {}

for (const type of [_BOND_SerializationException, _BOND_RemoteException, _BOND_InterruptException]) {
  define(type.prototype, 'name', { value: type.name });
  define(globalThis, type.name, { value: type, configurable: true, writable: true });
}

const callOf = new WeakMap(); // which call to the host a caught error comes from
let isTransparent = false;

const NO_TEXT = 'an exception whose text cannot be had';

/** What is told to the host about an error: the last thing that may fail, so it does little. */
function report(request, error) {
  try {
    return describe(request, error);
  } catch (another) {
    // The stack is full, or the text is too long: no more than its own words, if it has any.
    const message = textOf(error).slice(0, LONG_TEXT);
    return `EXCEPT ${request} ${stringify({ message, type: safely(() => error.name) || typeof error })}`;
  }
}

/** A text that user code gives, or nothing if it gives something else, or fails. */
function safely(read) {
  try {
    const text = read();
    return typeof text === 'string' ? text : '';
  } catch (error) {
    return '';
  }
}

function messageOf(error) {
  return safely(() => error.message);
}

/** The words of whatever was thrown. */
function textOf(error) {
  return messageOf(error) || safely(() => String(error)) || NO_TEXT;
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Anything can be thrown, and whatever it has may be a getter that fails. */
function describe(request, error) {
  const call = isObject(error) && callOf.has(error) ? callOf.get(error) : null;
  if (isMade(error, _BOND_SerializationException)) return `ERROR ${request} ${encode({ message: textOf(error), call })}`;
  const isRemote = isMade(error, _BOND_RemoteException);
  const description = assign({ call }, isObject(error) ? descriptionOf(error) : { message: textOf(error), type: typeof error });
  if (isRemote) description.type = safely(() => error.type) || description.type;
  if (!isTransparent || isMade(error, _BOND_InterruptException)) return `EXCEPT ${request} ${encode(description)}`;
  try {
    return `EXCEPT ${request} ${encode(assign({ data: isRemote ? error.data : error }, description), 'exception')}`;
  } catch (failure) {
    // By the clone, all errors cross but some that Node has made of objects: then their text has to do.
    if (protocol === structuredClone && 'traceback' in description) return `EXCEPT ${request} ${encode(description)}`;
    return `ERROR ${request} ${encode({ message: `${messageOf(failure)} (transExcept); it says: ${description.message}`, call })}`;
  }
}

/** Whether an error is one of the driver's. */
function isMade(error, type) {
  return !types.isProxy(error) && error instanceof type;
}

function descriptionOf(error) {
  let message;
  try {
    ({ message } = error);
  } catch (failure) {
    // It is described by what else it has.
  }
  if (typeof message !== 'string' && !types.isNativeError(error)) return { message: safely(() => String(error)) || NO_TEXT, type: typeof error };
  const text = typeof message === 'string' ? message : textOf(message);
  return { message: text, type: safely(() => error.name) || (types.isNativeError(error) ? 'Error' : typeof error), traceback: traceback(error) };
}

/** The stack as far as it is the user's. */
function traceback(error) {
  const lines = safely(() => error.stack).split('\n').filter((line) => !line.includes('<bond driver>'));
  while (lines.length > 1 && /node:|internal\/|\((vm|events|net|_stream\w+)\.js:|sigintHandlersWrap/.test(lines[lines.length - 1])) lines.pop();
  return lines.join('\n');
}

// ---- Functions of the host ------------------------------------------------------------------------------------------

let lastCall = 0;

/** Overflows the stack now, while the conversation is in step, rather than in the middle of an exchange. */
function needRoom(levels) {
  if (levels > 0) needRoom(levels - 1);
}

/** Has what an exception needs compiled while the stack has room for that. */
function rehearseFailure() {
  const text = report(0, new RangeError(''));
  errorOfHost('EXCEPT', decode(text.slice(text.indexOf(' ', text.indexOf(' ') + 1) + 1)), 0);
}

/** The path of what cannot cross begins at the arguments, and not at the message that they are a part of. */
function encodeCall(name, number, args) {
  try {
    return encode([number, args]);
  } catch (error) {
    encode(args, `${name}(): args`);
    throw error;
  }
}

function callHost(name, args, number = name) {
  if (lastCall === 0) rehearseFailure();
  needRoom(200);
  const payload = encodeCall(name, number, args);
  const frame = String(++lastCall);
  say(`CALL ${frame} ${running} ${payload}`);
  const [verb, answer] = serve(frame);
  const value = decode(answer);
  if (verb === 'RETURN') return value;
  if (verb === 'RETURN_WITH') {
    const [result, references] = value;
    putReferences(references, result);
    return result[0];
  }
  throw errorOfHost(verb, value, Number(frame));
}

function errorOfHost(verb, { message, type, data }, call) {
  if (isTransparent && data !== undefined) {
    if (typeof data === 'object' && data !== null) callOf.set(data, call);
    return data;
  }
  const error = verb === 'ERROR' ? new _BOND_SerializationException(message) : new _BOND_RemoteException(message);
  if (verb !== 'ERROR') assign(error, { data: data === undefined ? message : data, type });
  callOf.set(error, call);
  return error;
}

function exportName(name) {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*(\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*$/u.test(name)) {
    throw new SyntaxError(`'${name}' is not a valid name for a function`);
  }
  const stub = (...args) => callHost(name, args);
  define(stub, 'name', { value: name.split('.').pop() });
  define(globalThis, '__BOND_stub', { value: stub, configurable: true });
  try {
    // As code, so that it finds a `let` or a `class` of that name as well.
    new vm.Script(`${name} = __BOND_stub`, { filename: '<bond driver>' }).runInThisContext(RUN);
  } finally {
    delete globalThis.__BOND_stub;
  }
}

// Node 12 and 13 do not tell what is garbage: there, only streams that have ended are released before the bond ends.
const garbage = typeof FinalizationRegistry === 'function' ? new FinalizationRegistry(letGo) : undefined;
const lent = new Map(); // weak references to what calls functions of the host, by the number of those
let canary;             // garbage: when it is gone, so is more
let bystander;

/** A function that the host has lent, by its number. */
function _BOND_callback(number) {
  const callback = (...args) => callHost('callback', args, number);
  if (garbage) garbage.register(callback, number);
  lent.set(number, garbage && new WeakRef(callback));
  if (garbage && number % 1000 === 0) letGoOfGarbage();
  return callback;
}

/** Finalizers run only when the event loop turns, which it does not in an inner frame, nor in a loop that calls the host. */
function letGoOfGarbage() {
  if (!canary || !canary.deref()) {
    canary = new WeakRef({});
    lent.forEach((reference, number) => {
      if (!reference.deref()) letGo(number);
    });
  }
  // V8 keeps what weak references have shown until jobs are done: in a context with jobs of its own, where there are none.
  if (!bystander) bystander = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
  vm.runInContext('0', bystander);
}

function letGo(number) {
  if (lent.delete(number)) released.push(number);
}

/** Iterates over what the host hands out in batches. */
function _BOND_stream(number) {
  return itemsOf(_BOND_callback(number), number);
}

function* itemsOf(take, number) {
  try {
    let items;
    let isDone = false;
    for (let size = 1; !isDone; size = min(2 * size, 256)) {
      [items, isDone] = take(size);
      yield* items;
    }
  } finally {
    letGo(number);
  }
}

// ---- Requests -------------------------------------------------------------------------------------------------------

const callables = new Map(); // functions that call a callable expression, by its text

/** What user code is compiled with; where Node cannot lead `import()` there by itself, STAGE1 lends its own. */
function scriptOptions(filename) {
  const loader = vm.constants && vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return { filename, importModuleDynamically: loader || importModule };
}

// displayErrors would put a picture of the source into the stack of every error that passes.
const RUN = { displayErrors: false };

function evaluate(code) {
  return compileExpression(code).runInThisContext(RUN);
}

/** An expression; or else what `eval` takes; or an expression that awaits. */
function compileExpression(code) {
  const options = scriptOptions('<eval>');
  const attempts = [`(${code}\n)`, code, `(async () => (${code}\n))()`];
  let firstError;
  for (const attempt of attempts) {
    try {
      return new vm.Script(attempt, options);
    } catch (error) {
      firstError = firstError || error;
    }
  }
  throw firstError;
}

function evaluateBlock(code) {
  return compileBlock(code).runInThisContext(RUN);
}

/** A script; or, for the sake of `await`, the body of a function, whose variables do not outlive it. */
function compileBlock(code) {
  const options = scriptOptions('<evalBlock>');
  try {
    return new vm.Script(code, options);
  } catch (error) {
    if (!/\bawait\b/.test(code)) throw error;
    return new vm.Script(`(async () => {${code}\n})()`, options);
  }
}

function callableNamed(name) {
  let callable = callables.get(name);
  if (!callable) {
    if (callables.size > 1000) callables.clear();
    const callee = /^\s*new\b/.test(name) ? name : `(${name}\n)`;
    callable = new vm.Script(`((...args) => ${callee}(...args))`, scriptOptions('<call>')).runInThisContext(RUN);
    callables.set(name, callable);
  }
  return callable;
}

function call([name, args, references = [], named]) {
  putReferences(references, args, named);
  return named ? callableNamed(name)(...args, named) : callableNamed(name)(...args);
}

/** Puts what expressions refer to in their places. */
function putReferences(references, values, named) {
  for (const [path, code] of references) {
    const isNamed = path[0] === 'kwargs';
    let place = isNamed ? named : values;
    for (const step of path.slice(isNamed ? 1 : 0, -1)) place = place[step];
    place[path[path.length - 1]] = refer(code);
  }
}

const OWN_REFERENCES = { _BOND_callback, _BOND_stream, _BOND_held };

/** The value of an expression. To compile what the host writes itself would take longer than the call. */
function refer(code) {
  const [, name, number] = /^(_BOND_(?:callback|stream|held))\((\d+)\)$/.exec(code) || [];
  return name ? OWN_REFERENCES[name](Number(number)) : evaluate(code);
}

const held = new Map();      // what the host holds here, by number
const iterators = new Map(); // what it iterates over: see _BOND_iterate
let lastNumber = 0;

/** Keeps a value, or what a promise resolves to. */
function _BOND_hold(value) {
  const promise = promiseOf(value);
  if (promise) return promise.then(_BOND_hold);
  held.set(++lastNumber, value);
  return lastNumber;
}

/** What a function throws, so that it can be held; `undefined` if it throws nothing. */
function _BOND_catch(func, ...args) {
  try {
    func(...args);
  } catch (error) {
    return error;
  }
}

function _BOND_held(number) {
  if (!held.has(number)) throw new ReferenceError(`nothing is held as number ${number}`);
  return held.get(number);
}

function _BOND_get(holder, name) {
  return isEntry(holder, name) ? holder.get(name) : holder[name];
}

function _BOND_set(holder, name, value) {
  if (isEntry(holder, name)) holder.set(name, value);
  else holder[name] = value;
}

function isEntry(holder, name) {
  return types.isMap(holder) && !(name in holder);
}

function _BOND_invoke(holder, name, ...args) {
  const method = holder[name];
  if (typeof method !== 'function') throw new TypeError(`${String(name)} is not a method of ${describeValue(holder)}`);
  return method.call(holder, ...args);
}

function _BOND_apply(holder, ...args) {
  return isClass(holder) ? new holder(...args) : holder(...args);
}

/** A class, of the language or the user's, or a function with methods for instances. What converts values is called. */
function isClass(value) {
  if (typeof value !== 'function' || !value.prototype || [String, Number, Boolean, BigInt, Symbol].includes(value)) return false;
  const { writable } = propertyOf(value, 'prototype') || {};
  return !writable || namesIn(value.prototype).some((name) => name !== 'constructor');
}

/** Calls one of those two, or any callable expression, and keeps what it returns. */
function _BOND_hold_result(name, ...args) {
  const own = [_BOND_apply, _BOND_invoke].find((func) => func.name === name);
  return _BOND_hold((own || callableNamed(name))(...args));
}

const PATIENCE = 5; // ms that a batch is waited for once it has an item

/** Makes an iterator, whose methods are read once. `coming` is an item that has been asked for and is waited for; `failure` what it threw behind items. */
function _BOND_iterate(value) {
  const promise = promiseOf(value);
  if (promise) return promise.then(_BOND_iterate);
  const iterator = iteratorOf(value);
  if (!isObject(iterator)) throw new TypeError(`an iterator must be an object, not ${typeof iterator}`);
  const { next } = iterator;
  if (typeof next !== 'function') throw new TypeError(`${describeValue(iterator)} cannot be iterated over: it has no method next`);
  iterators.set(++lastNumber, { number: lastNumber, iterator, next, coming: undefined, failure: undefined });
  return lastNumber;
}

function iteratorOf(value) {
  const object = Object(value);
  const iterate = object[Symbol.asyncIterator] || object[Symbol.iterator];
  if (typeof iterate === 'function') return iterate.call(value);
  if (isObject(value)) return value;
  throw new TypeError(`${describeValue(value)} cannot be iterated over`);
}

/** Stands for an item that has not come yet. */
const NOT_YET = { done: false };

function askNext({ iterator, next }) {
  return next.call(iterator);
}

/** The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds. */
function _BOND_next(number, count) {
  const source = iterators.get(number);
  if (!source) throw new ReferenceError(`nothing is iterated over as number ${number}`);
  const batch = { source, count, items: [], isDone: false, deadline: 0 };
  try {
    if (source.failure) throw source.failure.error;
    do {
      const next = source.coming || askNext(source);
      source.coming = promiseOf(next);
      if (source.coming) return nextLater(batch);
      add(batch, next);
    } while (isWanting(batch));
  } catch (error) {
    fail(batch, error);
  }
  return [batch.items, batch.isDone];
}

async function nextLater(batch) {
  const { source, items } = batch;
  try {
    do {
      if (!source.coming) source.coming = resolved(askNext(source));
      const next = await (items.length > 0 ? promiseRace([source.coming, turnOfLoop()]) : source.coming);
      if (next === NOT_YET) break;
      source.coming = undefined;
      add(batch, next);
    } while (isWanting(batch));
  } catch (error) {
    fail(batch, error);
  }
  return [items, batch.isDone];
}

/** In an inner frame, the event loop stands still: there, it is when nothing more is due. */
function turnOfLoop() {
  return new Promise((resolve) => (liveFrames.length > 0 ? nextTick : setImmediate)(resolve, NOT_YET));
}

/** Adds an item; what is none is the TypeError that `for await` has. */
function add(batch, next) {
  checkIsObject(next, 'next');
  if (next.done) {
    batch.isDone = true;
    iterators.delete(batch.source.number);
  } else if (batch.items.push(next.value) === 1) batch.deadline = now() + PATIENCE;
}

function isWanting({ items, isDone, count, deadline }) {
  return !isDone && items.length < count && now() < deadline;
}

/** What is thrown behind items comes after them. */
function fail({ source, items }, error) {
  source.failure = { error };
  if (items.length > 0) return;
  iterators.delete(source.number);
  throw error;
}

/** Closes the iterator. One that is still busy with an item is not waited for: it may never have one. */
function _BOND_leave(number) {
  const { iterator, coming, failure } = iterators.get(number) || {};
  iterators.delete(number);
  const close = iterator && !failure ? iterator.return : undefined;
  if (close === undefined || close === null) return undefined;
  const closed = close.call(iterator);
  const promise = promiseOf(closed);
  if (!promise) return void checkIsObject(closed, 'return');
  return coming ? void promise.then(() => {}, () => {}) : promise.then((result) => void checkIsObject(result, 'return'));
}

function checkIsObject(result, method) {
  if (!isObject(result)) throw new TypeError(`an iterator's ${method}() must give an object, not ${result === null ? 'null' : typeof result}`);
}

const FOR_HOST = [_BOND_callback, _BOND_stream, _BOND_hold, _BOND_held, _BOND_get, _BOND_set, _BOND_invoke, _BOND_apply, _BOND_hold_result,
  _BOND_iterate, _BOND_next, _BOND_leave, _BOND_catch];
for (const value of FOR_HOST) define(globalThis, value.name, { value });

// Only what vm.Script runs can be stopped in the middle of a loop. What watches for the signal is a thread: to start it for
// every run takes longer than a call, so it runs all the time. User code that handles the signal itself gets it.
let ownListeners = 0; // for the signal
const watchdog = openWatchdog();
const trampoline = new vm.Script('__BOND_run()', { filename: '<bond driver>' });
const INTERRUPTIBLE = { displayErrors: false, breakOnSigint: true };
let task;

function openWatchdog() {
  const isQuiet = process.noDeprecation;
  process.noDeprecation = true; // or `--pending-deprecation` would tell the user of it
  try {
    return process.binding('contextify');
  } catch (error) {
    // `--permission` forbids it. Then every run starts a thread of its own, and between runs the signal is ignored.
    process.on('SIGINT', () => {});
    ownListeners = 1;
    return { startSigintWatchdog() {}, stopSigintWatchdog: () => false };
  } finally {
    process.noDeprecation = isQuiet;
  }
}

define(globalThis, '__BOND_run', { value: () => task() });

/** Runs user code so that an interrupt stops it. */
function interruptible(run) {
  task = run;
  try {
    return trampoline.runInThisContext(listenerCount('SIGINT') > ownListeners ? RUN : INTERRUPTIBLE);
  } catch (error) {
    if (!error || error.code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    stopped = running;
    throw new _BOND_InterruptException('interrupted by the host');
  }
}

let stopped = 0;       // the id of the request that a signal has stopped last
let hasStrayed = false; // a signal came between two requests

/**
 * Waits for a signal that has been sent: later, it would stop what comes next. In an inner frame, it ends the wait, and what
 * waits for the host there.
 */
function absorbSignal() {
  const start = now();
  while (!hasStrayed && !takeSignal() && now() - start < 20) pause();
  hasStrayed = false;
}

/** Whether there was a signal while nothing ran that it could have stopped. Asking forgets it. */
function takeSignal() {
  watchdog.startSigintWatchdog();
  return watchdog.stopSigintWatchdog();
}

const HANDLERS = { EVAL: evaluate, EVAL_BLOCK: evaluateBlock, CALL: call, EXPORT: exportName };
const WITH_RESULT = new Set(['EVAL', 'CALL']);

// ---- Loop -----------------------------------------------------------------------------------------------------------

let running = 0;           // the id of the request that is being carried out
let isBusy = false;        // the outermost frame is carrying out a request, which may be waiting for a promise
let interruptWait;         // ends that wait with an exception
let isOver = false;        // the host has closed the bond; exit hooks may call it all the same
let hasEnded = false;      // the host is gone
const liveFrames = [];     // inner frames, each with the messages that have arrived for it
const lines = [];          // messages that have arrived and belong to the outermost frame
// What has arrived and not been sorted: text from a place on, whose last line may have no end, and bytes of a character that is
// not complete. It is changed by one assignment at a time, since an interrupt may come anywhere in an inner frame.
const NO_BYTES = alloc(0);
let arrived = { text: '', next: 0, hasLines: false, tail: NO_BYTES, reads: 0, message: undefined };
let reads = 0;             // how often has been read into the buffer; or where in the relay's memory that has ended

/** Takes in what has been read. It is made text as it comes: that takes less memory, and less time. */
function feed(chunk) {
  const { next, message } = arrived;
  const bytes = arrived.tail === NO_BYTES ? chunk : concat([arrived.tail, chunk]);
  const end = endOfCharacters(bytes);
  const tail = end < bytes.length ? bufferFrom(bytes.slice(end)) : NO_BYTES;
  const text = bytes.toString('utf8', 0, end);
  const before = next > 0 ? arrived.text.slice(next) : arrived.text;
  const hasLines = arrived.hasLines || text.includes('\n');
  arrived = { text: before + text, next: 0, hasLines, tail, reads, message };
  if (hasLines) sort();
}

/** Where the last character ends of which all bytes are there. */
function endOfCharacters(bytes) {
  for (let start = bytes.length - 1; start >= 0 && start >= bytes.length - 3; start--) {
    const byte = bytes[start];
    if (byte < 0x80) break;
    if (byte >= 0xc0) return start + (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > bytes.length ? start : bytes.length;
  }
  return bytes.length;
}

/** Sorts what has arrived into messages. */
function sort() {
  for (;;) {
    if (arrived.message) deliver(arrived.message);
    const { text, next, hasLines, tail, reads: read } = arrived;
    const end = text.indexOf('\n', next);
    if (end < 0) break;
    arrived = { text, next: end + 1, hasLines, tail, reads: read, message: messageBetween(text, next, end) };
  }
  arrived.hasLines = false;
}

/** Goes on where an interrupt has ended it. */
function recover() {
  if (arrived.reads !== reads && (relay || readBuffer[0] !== UNREAD)) feed(lastRead());
  if (arrived.hasLines) sort();
}

function messageBetween(text, start, stop) {
  const first = text.indexOf(' ', start);
  const second = text.indexOf(' ', first + 1);
  const third = text.indexOf(' ', second + 1);
  const [verb, frame, request] = [text.slice(start, first), text.slice(first + 1, second), text.slice(second + 1, third)];
  return { verb, frame, request, payload: text.slice(third + 1, stop), parts: undefined, part: undefined };
}

/** Puts a message where it belongs, unless it is there. */
function deliver(message) {
  const { verb, frame, request } = message;
  if (verb === 'PART') takePart(message);
  else {
    if (partsOfRequests.size > 0 && partsOfRequests.has(request)) message.parts = partsOfRequests.get(request);
    if (frame === '0') addOnce(lines, message);
    else if (frame === '-') takeNotice(message);
    else addToFrame(message);
    if (message.parts) partsOfRequests.delete(request);
  }
  arrived.message = undefined;
}

/** Gives a message to its frame; none is there if an interrupt has ended it. */
function addToFrame(message) {
  for (let depth = liveFrames.length - 1; depth >= 0; depth--) {
    if (liveFrames[depth].frame === message.frame) return addOnce(liveFrames[depth].messages, message);
  }
}

function addOnce(messages, message) {
  if (messages.length === 0 || messages[messages.length - 1] !== message) messages.push(message);
}

/** The host closes the bond; or lets go of something; or interrupts what waits for a promise: a loop, its signal has stopped. */
function takeNotice(message) {
  const { verb, request } = message;
  if (verb === 'END') isOver = true;
  else if (verb === 'RELEASE') releaseInTurn(message);
  else if (request === stopped) stopped = 0; // a second line has a second signal
  else {
    if (isBusy && request === current.request) interruptWait(new _BOND_InterruptException('interrupted by the host'));
    absorbSignal();
  }
}

/** Lets go of what is held, after whatever was sent before. */
function releaseInTurn(message) {
  const busy = [lines, ...liveFrames.map(({ messages }) => messages)].find((messages) => messages.length > 0);
  if (busy) busy.push(message);
  else held.delete(Number(message.request));
}

/** The next of some messages that is more than letting go. */
function takeFrom(messages) {
  for (;;) {
    const message = messages.shift();
    if (!message || message.verb !== 'RELEASE') return message;
    held.delete(Number(message.request));
  }
}

/** The next of a frame's messages, which the host sends while this waits. */
function takeNow(messages) {
  for (;;) {
    recover();
    const message = takeFrom(messages);
    if (message) return message;
    if (hasEnded || (isOver && !process._exiting)) exit(); // an exit hook goes on
    feed(readNow());
  }
}

const UNREAD = 0xff; // which is in no text
const readBuffer = alloc(65536, UNREAD); // beyond what has been read, too: so an interrupt cannot make its length forgotten

/** What has been read last. */
function lastRead() {
  if (relay) return relay.bytes(arrived.reads, reads);
  const end = readBuffer.indexOf(UNREAD);
  return end < 0 ? readBuffer : readBuffer.slice(0, end);
}

let filled = 0; // how many bytes of it have been read into; 0 if an interrupt has come before that was noted

function clearBuffer() {
  const size = filled || readBuffer.length;
  filled = 0;
  readBuffer.fill(UNREAD, 0, size);
}

/** What comes next: it stays as it is only until more is read. */
function readNow() {
  if (relay) {
    reads = relay.waitForNext(arrived.reads);
    return lastRead();
  }
  if (readBuffer[0] !== UNREAD) clearBuffer();
  reads++;
  for (;;) {
    try {
      const count = readSync(0, readBuffer, 0, readBuffer.length, null);
      if (count === 0) exit(); // end of input: the host is gone
      filled = count;
      return readBuffer.slice(0, count);
    } catch (error) {
      if (error.code === 'EOF') exit();
      if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
      pause();
    }
  }
}

/** Whether reading waits for data, as inner frames need it; the event loop, which reads between calls, must not wait. */
function setBlocking(isBlocking) {
  const handle = hostInput && hostInput._handle;
  if (handle && handle.setBlocking) handle.setBlocking(isBlocking);
}

/** Carries out what the host asks for in an inner frame, until it answers the call that opened the frame. */
function serve(frame) {
  const outer = running;
  const messages = [];
  // In this order, and the other way round at the end: what an interrupt has ended is undone if there are frames.
  if (liveFrames.push({ frame, messages }) === 1) setBlocking(true);
  for (;;) {
    const message = takeNow(messages);
    if (!HANDLERS[message.verb]) {
      leaveFrames(liveFrames.length - 1);
      running = outer;
      return [message.verb, message.payload];
    }
    running = message.request;
    say(answerNow(message));
    running = outer;
  }
}

/** Forgets the innermost frames, down to as many as are given. */
function leaveFrames(count) {
  if (count === 0) {
    setBlocking(false);
    setImmediate(serveOutermost); // requests may have been read meanwhile
  }
  while (liveFrames.length > count) {
    const { messages } = liveFrames.pop();
    messages.filter(({ verb }) => verb === 'RELEASE').forEach(releaseInTurn);
  }
}

function answerNow(message) {
  const { verb, request } = message;
  const depth = liveFrames.length;
  try {
    const given = givenTo(message);
    const value = settledValue(depth > DEEPEST_RUN ? HANDLERS[verb](given) : interruptible(() => HANDLERS[verb](given)));
    return answerWith(value, message);
  } catch (error) {
    if (liveFrames.length !== depth) leaveFrames(depth);
    return report(request, error);
  }
}

// A run takes more of the stack than all the rest of a call. In deeper frames, an interrupt leads out to the last that has one.
const DEEPEST_RUN = 100;

/** The answer to a request that has come to a value. If that is long, it is written while it is sent. */
function answerWith(value, { verb, request }) {
  if (!WITH_RESULT.has(verb)) return `RETURN ${request} `;
  if (takesParts && isLong(value) && protocol.isPlain(value)) return { request, parts: partsOf(value) };
  return `RETURN ${request} ${encode(value)}`;
}

/** The value of a promise that needs no more than the jobs that are due: the event loop cannot turn inside of a call. */
function settledValue(value) {
  const promise = promiseOf(value);
  if (!promise) return value;
  let outcome;
  promise.then((result) => { outcome = { result }; }, (error) => { outcome = { error }; });
  if (typeof process._tickCallback === 'function') process._tickCallback();
  if (!outcome) {
    throw new Error('a promise cannot be awaited here: this call was made while JavaScript waits for the host, and its event loop stands still');
  }
  if ('error' in outcome) throw outcome.error;
  return outcome.result;
}

/** A promise for what a value will come to, if it is a promise or the like. Its `then` is read once. */
function promiseOf(value) {
  if (!isObject(value)) return undefined;
  if (types.isPromise(value)) return value;
  let then;
  try {
    ({ then } = value);
  } catch (error) {
    return undefined; // then it cannot cross, which is told with its place
  }
  return typeof then === 'function' ? new Promise((resolve, reject) => then.call(value, resolve, reject)) : undefined;
}

// The request of the outermost frame that is carried out, and what it has come to. One run serves many: so an interrupt may
// end it anywhere. Every step is an assignment, and one that was not reached is done again.
let current;
let answer;   // what is still to be said
let promised; // what is still to be waited for

/** Carries out what waits for the outermost frame, one after the other; promises are awaited. */
function serveOutermost() {
  recover();
  while (!isBusy && (current || lines.length > 0)) {
    try {
      interruptible(serveLines);
    } catch (error) {
      if (running !== 0 && !answer && !promised) answer = report(current.request, error);
      else if (isMade(error, _BOND_InterruptException)) hasStrayed = true;
      else throw error; // your code has replaced what the driver needs: to go on would fail in the same way, for ever
    }
    if (promised) waitFor(promised, current);
    else if (answer) finish(answer);
  }
  if (isOver && !isBusy) exit();
}

/** Goes on until there is something that must not be left in the middle. */
function serveLines() {
  for (;;) {
    if (!current) current = lines.shift();
    if (!current) return;
    if (current.verb === 'RELEASE') held.delete(Number(current.request));
    else {
      answer = carryOut(current);
      if (promised || typeof answer !== 'string' || !isShort(answer) || released.length > 0 || liveFrames.length > 0) return;
      sayShort(answer);
    }
    running = 0;
    answer = current = undefined;
  }
}

/** The answer to a request of the outermost frame; none if it is `promised`. */
function carryOut(message) {
  const { verb, request } = message;
  try {
    const given = givenTo(message);
    running = request;
    const value = HANDLERS[verb](given);
    const promise = promiseOf(value);
    return promise ? void (promised = promise) : answerWith(value, message);
  } catch (error) {
    return report(request, error);
  }
}

function waitFor(promise, message) {
  const { request } = message;
  isBusy = true;
  const interrupted = new Promise((_resolve, reject) => {
    interruptWait = reject;
  });
  promiseRace([promise, interrupted])
    .then((value) => madeNow(answerWith(value, message)))
    .catch((error) => report(request, error))
    .then((text) => {
      isBusy = false;
      finish(text);
      serveOutermost();
    });
}

/** An answer that does not change any more: other code runs before it is sent. */
function madeNow(message) {
  if (typeof message !== 'string') message.parts = arrayFrom(message.parts);
  return message;
}

/** Says the answer to what was carried out. */
function finish(message) {
  if (liveFrames.length > 0) leaveFrames(0);
  running = 0;
  answer = promised = current = undefined;
  say(message);
}

// ---- Start ----------------------------------------------------------------------------------------------------------

/** The line that follows STAGE2, which is here already or about to come. */
function readSettings() {
  let line = '';
  while (!line.endsWith('\n')) {
    line += readNow().toString('latin1');
  }
  arrived.reads = reads;
  return parse(line.slice(line.indexOf(' ') + 1));
}

function start() {
  const settings = readSettings();
  lastPiece = `${settings.mark} `;
  morePieces = `${settings.mark}+`;
  announcement = `${settings.mark}=`;
  abandonment = `${settings.mark}!\n`;
  // V8 reads its own format and older ones: only the same version goes both ways.
  const canClone = v8.serialize(null)[1] === settings.v8Format;
  const name = settings.protocols.find((wanted) => wanted === 'JSON' || wanted === 'EJSON' || (wanted === 'V8' && canClone));
  isTransparent = settings.transExcept === null ? name === 'V8' : settings.transExcept;
  const input = takeOverRepl();
  if ((settings.pid || process.pid) === process.pid) hostInput = input || openInput(); // not before: from here on, fd 0 does not wait for data
  else {
    if (input && input._handle) input._handle.readStop();
    relay = standBehindRelay();
  }
  if (settings.bulk && settings.pid === process.pid) openBulk(settings.bulk);
  protectStdin();
  openOutput();
  // Code of `-e` has it, but not where `--input-type=module` makes a module of that.
  if (!('require' in globalThis)) define(globalThis, 'require', { value: require, configurable: true, writable: true });
  watchdog.startSigintWatchdog();
  say(`READY ${stringify({ protocol: name || null, version: process.versions.node, pid: process.pid, interrupt: 'SIGINT', parts: true })}`);
  if (name === 'V8') protocol = structuredClone;
  if (name === 'EJSON') protocol = ejson;
  isExtended = name === 'EJSON';
  takesParts = settings.parts === true;
  if (relay) relay.listen(takeFromRelay);
  else hostInput.on('data', takeChunk).on('end', () => takeChunk(null)).resume();
}

function takeFromRelay() {
  for (;;) {
    recover();
    reads = relay.next(arrived.reads);
    if (reads === arrived.reads) break;
  }
  hasEnded = relay.isOver();
  isOver = isOver || hasEnded;
  serveOutermost();
}

function takeChunk(chunk) {
  recover();
  if (chunk) feed(chunk);
  else isOver = hasEnded = true;
  serveOutermost();
}

start();
})
