import { Buffer } from 'node:buffer';
import { inspect, types } from 'node:util';

/**
 * What is thrown can be anything: a proxy that was revoked, an error whose getters throw. These functions tell something about
 * it, and never throw themselves: whoever reports an error has no other place to report the next one to.
 */

/** How many characters of a text are passed on: an interpreter has to have room for it, while it fails already. */
const LONGEST = 2 ** 22;

/** The same as `instanceof`, for what may be a proxy that throws even then. */
export function isA<T>(thrown: unknown, type: abstract new (...args: never[]) => T): thrown is T {
  try {
    return thrown instanceof type;
  } catch {
    return false;
  }
}

/** Whether it is an error, of this realm or another. */
export function isError(thrown: unknown): thrown is Error {
  return types.isNativeError(thrown) || isA(thrown, Error);
}

/** What can be told about something that was thrown: its type and its text, as UTF-8 can carry them. */
export function describeThrown(thrown: unknown): { readonly type: string; readonly message: string } {
  return { type: carried(typeOf(thrown)), message: carried(textOf(thrown)) };
}

/** The text of something that was thrown, for a message. */
export function textOf(thrown: unknown): string {
  if (!isError(thrown)) return inWords(thrown);
  const message = property(thrown, 'message');
  return message === undefined ? '' : inWords(message);
}

function typeOf(thrown: unknown): string {
  if (!isError(thrown)) return typeof thrown;
  const name = property(thrown, 'name');
  return typeof name === 'string' && name !== '' ? name : 'Error';
}

/** The names of the classes of something that was thrown, from its own up, without that of all objects. */
export function classNames(thrown: unknown): string[] {
  const names: string[] = [];
  try {
    for (let kind = prototypeOf(thrown); kind && prototypeOf(kind); kind = prototypeOf(kind)) {
      const name = functionName(property(kind, 'constructor'));
      if (name !== '' && !names.includes(name)) names.push(name);
    }
  } catch {
    // A proxy that was revoked has no more to say.
  }
  return names;
}

function prototypeOf(value: unknown): object | null {
  return typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : null;
}

/** A property of something that was thrown; nothing if it cannot be read. */
export function property(thrown: unknown, name: string): unknown {
  try {
    return (thrown as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** What a function is called; a class may have a member of its own of that name. */
export function functionName(func: unknown): string {
  const name = property(func, 'name');
  return typeof name === 'string' ? name : '';
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    const text = String(value);
    // Of data, that says nothing.
    return text === '[object Object]' ? inspect(value, { breakLength: Number.POSITIVE_INFINITY }) : text;
  } catch {
    return 'something that cannot be shown';
  }
}

/** A text that every language can take: neither halves of characters nor hundreds of megabytes. */
export function carried(text: string): string {
  const isLong = text.length > LONGEST;
  const beginning = isLong ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
  return Buffer.from(beginning).toString();
}
