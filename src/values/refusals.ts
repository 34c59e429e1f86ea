import { constants } from 'node:buffer';
import { types } from 'node:util';
import { Opaque } from '../common/inspect.js';
import { isA, property, textOf } from '../common/thrown.js';
import { describeValue, HOW_FUNCTIONS_CROSS, NotCarried, type Path } from './codec.js';
import { NDArray } from './ndarray.js';

const codeOf = Function.prototype.toString;

/** The longest text that a message can have: a string of Node's, with some room for the words in front of it. */
const LONGEST_TEXT = constants.MAX_STRING_LENGTH - 256;

/** A text, unless it is too long for a message. */
export function checkLength(text: string): string {
  if (text.length > LONGEST_TEXT) throw tooLong(['value']);
  return text;
}

export function tooLong(path: Path): NotCarried {
  return refuse(
    path,
    `is too long: its text would have more than ${LONGEST_TEXT} characters, as many as fit into a string of Node's`,
  );
}

/** The value at `path` cannot be carried. */
export function refuse(path: Path, reason: string): NotCarried {
  return new NotCarried([...path], reason);
}

/** There is no word for what `value` is. */
export function notCarried(value: unknown, path: Path, hasWords: boolean): NotCarried {
  const protocol = hasWords ? 'EJSON' : 'JSON';
  const reason = typeof value === 'function' ? HOW_FUNCTIONS_CROSS : `cannot be carried by ${protocol}${advice(value)}`;
  return refuse(path, `${describeValue(value)} ${reason}`);
}

function advice(value: unknown): string {
  if (isA(value, NDArray)) return ': send its tolist()';
  return isOfWrittenClass(value) ? ': pass live(object), or a copy such as { ...object }' : '';
}

/** Whether its class is written in JavaScript, as those of the program are, and not built in. */
function isOfWrittenClass(value: unknown): boolean {
  const kind = property(value, 'constructor');
  return typeof kind === 'function' && !isA(value, Opaque) && !/\[native code\]/.test(Reflect.apply(codeOf, kind, []));
}

/** Whether what an object has as `toJSON` is not asked: what is text, a list, or of this library, says something else by it. */
export function isCarriedAsItself(value: object): boolean {
  return types.isDate(value) || ArrayBuffer.isView(value) || isA(value, Opaque) || isA(value, NDArray);
}

/** What an error means that reading or writing the value at `path` has come to. */
export function refusal(error: unknown, path: Path): NotCarried {
  if (isA(error, NotCarried)) return error;
  const message = property(error, 'message');
  if (message === 'Maximum call stack size exceeded') return refuse(path.slice(0, 1), 'is nested too deep');
  const isTooLong = message === 'Invalid string length' || property(error, 'code') === 'ERR_STRING_TOO_LONG';
  return isTooLong
    ? tooLong(path.slice(0, 1))
    : new NotCarried([...path], `cannot be read: ${textOf(error)}`, { cause: error });
}
