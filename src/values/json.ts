import { randomUUID } from 'node:crypto';
import { types } from 'node:util';
import { Opaque } from '../common/inspect.js';
import type { ProtocolName } from '../common/options.js';
import { isA } from '../common/thrown.js';
import {
  checkLength,
  describeValue,
  HOW_FUNCTIONS_CROSS,
  isPlainObject,
  NotCarried,
  type Protocol,
  refusal,
  TOO_LONG,
} from './codec.js';

/** Integers up to here arrive as `number`; those beyond it as `bigint`. */
const LARGEST_INTEGER = 2 ** 53;

/** A list of more items is longer than any text, or ends the process while its text is made: sparse arrays can be that long. */
const MOST_ITEMS = 2 ** 27;

/** What a dialect of JSON has words for, beyond those of JSON. */
export interface Extension {
  readonly name: ProtocolName;
  /** The text for a number that is none in JSON, or for an object; `undefined` if there is no word for it. */
  write(value: number | object, writePart: (step: string | number, part: unknown) => string): string | undefined;
  /** A key of the user's, as it is written. */
  readonly writeKey: (key: string) => string;
  /** Whether a key is written as it is. */
  readonly isPlainKey: (key: string) => boolean;
}

/** Plain JSON: exact, or an error. */
export const json: Protocol = jsonProtocol('JSON', readJson);

/** A protocol that writes JSON, in the dialect of `extension`. */
export function jsonProtocol(name: ProtocolName, decode: (text: string) => unknown, extension?: Extension): Protocol {
  const isPlain = (value: unknown): boolean => isSurelyExact(value, extension);
  return {
    name,
    isClone: false,
    isPlain,
    encodePlain: (value) => writePlain(value, isPlain),
    encode: (value) => writePlain(value, isPlain) ?? checkLength(new Writer(extension).whole(value)),
    decode,
  };
}

/** The text of a value that `JSON.stringify` writes exactly, or `undefined`. */
export function writePlain(value: unknown, isPlain: (value: unknown) => boolean): string | undefined {
  try {
    return isPlain(value) ? checkLength(JSON.stringify(value)) : undefined;
  } catch (error) {
    throw refusal(error, ['value']);
  }
}

/** A cycle ends in a `RangeError`, which a {@link Writer} would not meet: it finds the cycle, and says so. */
function isSurelyExact(value: unknown, extension: Extension | undefined): boolean {
  try {
    return isExact(value, extension);
  } catch (error) {
    if (isA(error, RangeError)) return false;
    throw error;
  }
}

/** Whether `JSON.stringify` writes `value` exactly. Most values are like that, and this is quick to tell. */
function isExact(value: unknown, extension: Extension | undefined): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isExactNumber(value);
    case 'object':
      return value === null || isExactObject(value, extension);
    default:
      return false;
  }
}

function isExactNumber(value: number): boolean {
  if (Number.isInteger(value)) return Math.abs(value) <= LARGEST_INTEGER && !Object.is(value, -0);
  return Number.isFinite(value);
}

/** Getters and proxies are not exact: what they give may be another value when `JSON.stringify` asks for it. */
function isExactObject(value: object, extension: Extension | undefined): boolean {
  if (types.isProxy(value)) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isExact(value[index], extension)) return false;
    return !('toJSON' in value);
  }
  if (!isPlainObject(value) || 'toJSON' in value) return false;
  for (const key in value) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!property) continue; // inherited: it is not written
    if (!('value' in property && isExact(property.value, extension)) || (extension && !extension.isPlainKey(key)))
      return false;
  }
  return true;
}

/** Writes what needs more care than `JSON.stringify` takes. */
class Writer {
  readonly #extension: Extension | undefined;
  /** Where the value sits that is being written, and which objects it sits in. */
  readonly #path: (string | number)[] = ['value'];
  readonly #parents: object[] = [];
  readonly #writePart = (step: string | number, part: unknown): string => this.#writeBelow(step, () => part);

  constructor(extension: Extension | undefined) {
    this.#extension = extension;
  }

  /** The text of a whole value. */
  whole(value: unknown): string {
    try {
      return this.write(value);
    } catch (error) {
      throw refusal(error, this.#path);
    }
  }

  write(value: unknown): string {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return JSON.stringify(value);
      case 'number':
        return this.#writeNumber(value);
      case 'bigint':
        return value.toString();
      case 'undefined':
        return 'null';
      case 'object':
        return value === null ? 'null' : this.#writeObject(value);
      default:
        throw this.#notCarried(value);
    }
  }

  #writeNumber(value: number): string {
    if (!Number.isFinite(value)) {
      const word = this.#extension?.write(value, this.#writePart);
      if (word === undefined) throw new NotCarried([...this.#path], `${value} is not a JSON number`);
      return word;
    }
    if (Object.is(value, -0)) return '-0.0';
    const text = JSON.stringify(value);
    // A number beyond 2^53 is a float that happens to be whole: without a fraction, it would come back as a bigint.
    return Math.abs(value) > LARGEST_INTEGER && /^-?\d+$/.test(text) ? `${text}.0` : text;
  }

  #writeObject(value: object): string {
    if (this.#parents.includes(value)) throw new NotCarried([...this.#path], 'refers to itself');
    this.#parents.push(value);
    try {
      if (Array.isArray(value)) return `[${this.#writeItems(value)}]`;
      const word = isPlainObject(value) ? undefined : this.#extension?.write(value, this.#writePart);
      if (word !== undefined) return word;
      const toJson = toJsonOf(value);
      if (toJson) return this.write(toJson.call(value, String(this.#path.at(-1))));
      if (!isPlainObject(value)) throw this.#notCarried(value);
      return `{${this.#writeEntries(value)}}`;
    } finally {
      this.#parents.pop();
    }
  }

  #writeItems(items: readonly unknown[]): string {
    if (items.length > MOST_ITEMS) throw new NotCarried([...this.#path], TOO_LONG);
    const texts: string[] = [];
    for (let index = 0; index < items.length; index++) texts.push(this.#writeBelow(index, () => items[index]));
    return texts.join(',');
  }

  #writeEntries(value: Record<string, unknown>): string {
    const writeKey = this.#extension?.writeKey ?? String;
    return Object.keys(value)
      .map((key) => `${JSON.stringify(writeKey(key))}:${this.#writeBelow(key, () => value[key])}`)
      .join(',');
  }

  /** If reading or writing fails, the path stays as it is, for the message. */
  #writeBelow(step: string | number, read: () => unknown): string {
    this.#path.push(step);
    const text = this.write(read());
    this.#path.pop();
    return text;
  }

  #notCarried(value: unknown): NotCarried {
    const name = this.#extension?.name ?? 'JSON';
    const reason = typeof value === 'function' ? HOW_FUNCTIONS_CROSS : `cannot be carried by ${name}`;
    return new NotCarried([...this.#path], `${describeValue(value)} ${reason}`);
  }
}

/** The `toJSON` of an object, if that says what the object is: of what is text, a list, or of this library, it says something else. */
function toJsonOf(value: object): ((key: string) => unknown) | undefined {
  if (types.isDate(value) || ArrayBuffer.isView(value) || value instanceof Opaque) return undefined;
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === 'function' ? (toJSON as (key: string) => unknown) : undefined;
}

/** An integer of 16 digits or more, or what looks like one inside of a string. */
const LONG_INTEGER = /(?:^|[[,:\-\s])\d{16}/;
/** What is no JSON, such as a zero in front or a number as a key, is left to `JSON.parse` to refuse. */
const LONG_INTEGERS = /(?<![\w.+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/g;

/** Reads JSON without rounding its integers. */
export function readJson(text: string): unknown {
  return hasManyDigits(text) && LONG_INTEGER.test(text) ? readLongIntegers(text) : JSON.parse(text);
}

const DIGITS = 16;
const [ZERO, NINE] = [48, 57];

/** Whether 16 digits stand together. It looks at every sixteenth character: a regular expression takes as long as `JSON.parse`. */
function hasManyDigits(text: string): boolean {
  for (let last = DIGITS - 1; last < text.length; ) {
    let place = last;
    while (place > last - DIGITS && isDigit(text.charCodeAt(place))) place--;
    if (place === last - DIGITS) return true;
    last = place + DIGITS;
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** `JSON.parse` would round long integers: it is given strings in their place, which begin with what no other does. */
function readLongIntegers(text: string): unknown {
  const sign = randomUUID();
  let rewritten = '';
  for (let start = 0; start < text.length; ) {
    const quote = text.indexOf('"', start);
    const end = quote < 0 ? text.length : quote;
    rewritten += text.slice(start, end).replace(LONG_INTEGERS, `"${sign}$&"`);
    start = quote < 0 ? end : endOfString(text, quote);
    rewritten += text.slice(end, start);
  }
  return JSON.parse(rewritten, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(sign) ? readInteger(value.slice(sign.length)) : value,
  );
}

/** Where the string ends that begins at `quote`. No regular expression bears a string with millions of escapes. */
function endOfString(text: string, quote: number): number {
  let end = quote;
  let slashes: number;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    for (slashes = 0; text[end - 1 - slashes] === '\\'; ) slashes++;
  } while (slashes % 2 === 1);
  return end + 1;
}

function readInteger(digits: string): number | bigint {
  const value = BigInt(digits);
  return value <= BigInt(LARGEST_INTEGER) && value >= -BigInt(LARGEST_INTEGER) ? Number(value) : value;
}
