// What an exception has passed, frame by frame.

const MOST_FRAMES = 100; // that are told of, half of them from each end
const framesHere = new WeakMap(); // the lines of a stack that an error of the host's has gone through here

/** What an error has passed: name, file, line and column of each, from where it was thrown outwards. */
function framesOf(error) {
  if (!isObject(error)) return [];
  const lines = framesHere.get(error) || usersLines(stackOf(error));
  const frames = [];
  for (let index = 0; index < lines.length; index++) {
    const [, name = '', file, line, column] = /^\s+at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/.exec(lines[index]) || [];
    if (file !== undefined) append(frames, [name, file, Number(line), Number(column)]);
  }
  const more = frames.length - MOST_FRAMES;
  return more > 0 ? [...frames.slice(0, MOST_FRAMES / 2), more, ...frames.slice(-MOST_FRAMES / 2)] : frames;
}

/** The lines of a stack, without the message in front of them. */
function stackOf(error) {
  const stack = safely(() => error.stack);
  const message = messageOf(error);
  const start = stack.includes(message) ? stack.indexOf(message) + message.length : 0;
  return stack.slice(start, start + 2 ** 16).split('\n').filter((line) => /^\s+at /.test(line));
}

/** Those lines that are the user's, until there is another request. */
function usersLines(lines) {
  const end = lines.findIndex((line) => /^\s+at (?:answerNow|carryOut|callNow) .*<bond driver/.test(line));
  return (end < 0 ? lines : lines.slice(0, end)).filter((line) => !IS_INTERNAL.test(line));
}

const IS_INTERNAL = /<bond driver|<call>:|node:|internal\/|\((?:vm|events|net|_stream\w+)\.js:|sigintHandlersWrap/;

/** Has an error that comes from the host show where that is, and how it came here. */
function joinStack(error, stack) {
  const here = {};
  const limit = Error.stackTraceLimit;
  setStackLimit(MOST_FRAMES);
  captureStackTrace(here, errorOfHost);
  setStackLimit(limit);
  const lines = usersLines(stackOf(here));
  framesHere.set(error, lines);
  const value = [`${error.name}: ${error.message}`, ...(stack ? [stack] : []), ...lines].join('\n');
  define(error, 'stack', { __proto__: null, value, configurable: true, writable: true });
}

/** Where your code has all intrinsics frozen, the limit stays what it is. */
function setStackLimit(limit) {
  safely(() => { Error.stackTraceLimit = limit; });
}
