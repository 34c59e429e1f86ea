import { constants } from 'node:buffer';
import { types } from 'node:util';
import { Date } from '../common/globals.js';
import { Opaque } from '../common/inspect.js';
import type { ProtocolName } from '../common/options.js';
import { isA, property, textOf } from '../common/thrown.js';

/** A way to write values down in a line of text. */
export interface Protocol {
  readonly name: ProtocolName;
  /** Whether what is the same object is the same on the other side, too, as with the structured clone. */
  readonly isClone: boolean;
  /** The text of a value; {@link NotCarried} if it cannot be carried exactly. Getters and proxies are read once. */
  encode(value: unknown): string;
  /** The text of a value that is carried as plain JSON, or `undefined`. No code of the user's runs. */
  encodePlain(value: unknown): string | undefined;
  /** Whether it carries a value as plain JSON, exactly. No code of the user's runs, nor does it when such a value is read. */
  isPlain(value: unknown): boolean;
  /** The value of a text. Throws if the text is not one of this protocol's. */
  decode(text: string): unknown;
}

/** Where a value sits inside of another one. */
export type Path = readonly (string | number)[];

/** A value that a protocol cannot carry exactly: where it sits, and why. */
export class NotCarried extends Error {
  readonly path: Path;
  readonly reason: string;

  constructor(path: Path, reason: string, details?: { readonly cause: unknown }) {
    super(`${showPath(path)}: ${reason}`, details);
    this.path = path;
    this.reason = reason;
  }

  /** The same, with the outermost `levels` of the path replaced by a name. */
  within(levels: number, name: string): NotCarried {
    const details = 'cause' in this ? { cause: this.cause } : undefined;
    return new NotCarried([name, ...this.path.slice(levels)], this.reason, details);
  }

  /** The same, where the first `count` arguments are not those of the user. */
  amongArguments(count: number): NotCarried {
    const [root, index, ...steps] = this.path;
    if (root !== 'args' || typeof index !== 'number') return this;
    const details = 'cause' in this ? { cause: this.cause } : undefined;
    return new NotCarried([root, index - count, ...steps], this.reason, details);
  }
}

/** The longest text that a message can have: a string of Node's, with some room for the words in front of it. */
const LONGEST_TEXT = constants.MAX_STRING_LENGTH - 256;

export const TOO_LONG = `is too long: its text would have more than ${LONGEST_TEXT} characters, as many as fit into a string of Node's`;

/** A text, unless it is too long for a message. */
export function checkLength(text: string): string {
  if (text.length > LONGEST_TEXT) throw new NotCarried(['value'], TOO_LONG);
  return text;
}

/** What an error means that reading or writing the value at `path` has come to. */
export function refusal(error: unknown, path: Path): NotCarried {
  if (isA(error, NotCarried)) return error;
  const message = property(error, 'message');
  if (message === 'Maximum call stack size exceeded') return new NotCarried(path.slice(0, 1), 'is nested too deep');
  const isTooLong = message === 'Invalid string length' || property(error, 'code') === 'ERR_STRING_TOO_LONG';
  if (isTooLong) return new NotCarried(path.slice(0, 1), TOO_LONG);
  return new NotCarried(path, `cannot be read: ${textOf(error)}`, { cause: error });
}

/** What is wrong with a function among values. */
export const HOW_FUNCTIONS_CROSS = 'has to be wrapped in callback(…) to cross';

function showPath(path: Path): string {
  const [root = 'value', ...steps] = path;
  return steps.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return /^[A-Za-z_$][\w$]*$/.test(step) ? `${text}.${step}` : `${text}[${JSON.stringify(step)}]`;
  }, String(root));
}

/** Whether `value` is an object as a literal makes it, or one without a prototype; in any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null) return isOrdinary(value);
  return prototype === Object.prototype || isForeignObjectPrototype(prototype as object);
}

/** Whether an object is no more than its properties: a `Map` that was given no prototype is a `Map` all the same. */
function isOrdinary(value: object): boolean {
  return !(ArrayBuffer.isView(value) || KINDS.some((isKind) => isKind(value)));
}

const KINDS = [
  types.isDate,
  types.isMap,
  types.isSet,
  types.isRegExp,
  types.isNativeError,
  types.isPromise,
  types.isAnyArrayBuffer,
  types.isBoxedPrimitive,
  types.isWeakMap,
  types.isWeakSet,
  types.isGeneratorObject,
];

function isForeignObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** What to call a value in a message about it. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (types.isPromise(value)) return 'a Promise (is an `await` missing?)';
  if (types.isDate(value) && Number.isNaN(timeOf(value))) return 'a Date that is invalid';
  if (isA(value, Opaque)) return value.describe();
  const name = nameOfClass(value);
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'an object with a prototype of its own';
}

function nameOfClass(value: object): unknown {
  try {
    return (value as { constructor?: { name?: unknown } }).constructor?.name;
  } catch {
    return undefined;
  }
}

/** The time of a `Date` of any realm, whatever methods it has. */
export function timeOf(date: Date): number {
  return Date.prototype.getTime.call(date);
}
