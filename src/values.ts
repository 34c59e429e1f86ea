import { Date, Promise } from './globals.js';
import type { ProtocolName } from './options.js';

/** A way to write values down in a line of text. */
export interface Protocol {
  readonly name: ProtocolName;
  /** The text of a value; {@link NotCarried} if it cannot be carried to the letter. */
  encode(value: unknown): string;
  /** Whether it carries a value as plain JSON, to the letter. */
  isPlain(value: unknown): boolean;
  /** The value of a text. Throws if the text is not one of this protocol's. */
  decode(text: string): unknown;
}

/** Where a value sits inside of another one. */
export type Path = readonly (string | number)[];

/** A value that a protocol cannot carry to the letter: where it sits, and why. */
export class NotCarried extends Error {
  readonly path: Path;
  readonly reason: string;

  constructor(path: Path, reason: string) {
    super(`${showPath(path)}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }

  /** The same, with the outermost `levels` of the path replaced by a name. */
  within(levels: number, name: string): NotCarried {
    return new NotCarried([name, ...this.path.slice(levels)], this.reason);
  }
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
  return prototype === null || prototype === Object.prototype || isForeignObjectPrototype(prototype as object);
}

function isForeignObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** What to call a value in a message about it. */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (value instanceof Promise) return 'a Promise (is an `await` missing?)';
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'a Date that is invalid';
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'an object with a prototype of its own';
}
