// Exceptions of the driver, and what is told about whatever was thrown.

/** An exported function of the host failed. `data` is what it threw, or the text of it. */
class _BOND_RemoteException extends Error {}

/** The host has interrupted what was running. */
class _BOND_InterruptException extends Error {}

for (const type of [_BOND_SerializationException, _BOND_RemoteException, _BOND_InterruptException]) {
  define(type.prototype, 'name', { __proto__: null, value: type.name });
  define(globalThis, type.name, { __proto__: null, value: type, configurable: true, writable: true });
}

const callOf = new WeakMap(); // which call to the host a caught error comes from
let isTransparent = false;
let failedLink = []; // where the chain has failed that has failed last: the index of a link, and if it was an argument, where in that

const NO_TEXT = 'an exception whose text cannot be had';

/** What is told to the host about an error: the last thing that may fail, so it does little. */
function report(request, error, verb) {
  try {
    return describe(request, error, isHolding(verb));
  } catch (another) {
    // The stack is full, or the text is too long: no more than its own words, if it has any.
    const message = textOf(error).slice(0, LONG_TEXT);
    return `EXCEPT ${request} ${stringify({ __proto__: null, message, type: safely(() => error.name) || typeof error })}`;
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
  return typeof error === 'string' ? error : messageOf(error) || safely(() => String(error)) || NO_TEXT;
}

const LONGEST_REPORT = 2 ** 22; // of a message or a traceback, in characters

function shortened(text) {
  if (text.length <= LONGEST_REPORT) return text;
  return `${text.slice(0, LONGEST_REPORT / 2)} [...] ${text.slice(-LONGEST_REPORT / 2)}`;
}

function isObject(value) {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/**
 * Anything can be thrown, and whatever it has may be a getter that fails. What is told of it has no prototype: it might have a
 * `toJSON` there, from a program that gives one to all objects.
 */
function describe(request, error, isHeld) {
  const call = isObject(error) && callOf.has(error) ? callOf.get(error) : null;
  if (isMade(error, _BOND_SerializationException)) return `ERROR ${request} ${encode({ __proto__: null, message: shortened(textOf(error)), call })}`;
  const isRemote = isMade(error, _BOND_RemoteException);
  const { message, type, traceback } = isObject(error) ? descriptionOf(error) : { message: textOf(error), type: typeof error };
  const description = { __proto__: null, call, message: shortened(message), type };
  if (traceback !== undefined) description.traceback = shortened(traceback);
  const frames = framesOf(error);
  if (frames.length > 0) description.frames = frames;
  if (failedLink.length > 0) {
    description.link = failedLink;
    failedLink = [];
  }
  if (isRemote) description.type = safely(() => error.type) || description.type;
  else description.types = classNames(error);
  if (isHeld) description.exception = [hold(error), nameOf(error)];
  const isErrorOfClone = protocol === structuredClone && traceback !== undefined;
  const isWhole = description.message === message && description.traceback === traceback;
  const isText = !isTransparent || isMade(error, _BOND_InterruptException) || (isErrorOfClone && !isWhole);
  // With a prototype, it crosses by the clone as plain JSON, which is shorter. By JSON itself, it would get a `toJSON` with that.
  const plain = protocol === structuredClone ? { ...description } : description;
  if (isText) return `EXCEPT ${request} ${encode(plain)}`;
  try {
    return `EXCEPT ${request} ${encode(assign({ __proto__: null, data: isRemote ? error.data : error }, description), 'exception')}`;
  } catch (failure) {
    // By the clone, all errors cross but some that Node has made of objects: then their text has to do.
    if (isErrorOfClone) return `EXCEPT ${request} ${encode(plain)}`;
    if (isHeld) held.delete(description.exception[0]);
    return `ERROR ${request} ${encode({ __proto__: null, message: `${messageOf(failure)} (transExcept); it says: ${description.message}`, call })}`;
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

/** The names of the classes of something, from its own up, without that of all objects. */
function classNames(value) {
  const names = [];
  if (!isObject(value) || types.isProxy(value)) return names;
  for (let kind = prototypeOf(value); kind && prototypeOf(kind); kind = prototypeOf(kind)) {
    const name = safely(() => kind.constructor.name);
    if (name && !names.includes(name)) names.push(name);
  }
  return names;
}

/** The stack as far as it is the user's. */
function traceback(error) {
  const lines = safely(() => error.stack).split('\n').filter((line) => !line.includes('<bond driver>'));
  while (lines.length > 1 && /node:|internal\/|\((vm|events|net|_stream\w+)\.js:|sigintHandlersWrap/.test(lines[lines.length - 1])) lines.pop();
  return lines.join('\n');
}
