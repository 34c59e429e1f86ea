import { randomUUID } from 'node:crypto';
import { describeValue, isPlainObject, NotCarried, type Protocol } from './values.js';

/** Integers up to here arrive as `number`; those beyond it as `bigint`. */
const LARGEST_INTEGER = 2 ** 53;

/** Plain JSON: exact, or an error. */
export const json: Protocol = {
  name: 'JSON',
  encode: write,
  decode: readJson,
};

function write(value: unknown): string {
  try {
    return isSurelyExact(value) ? JSON.stringify(value) : writeValue(value, ['value'], []);
  } catch (error) {
    if (error instanceof RangeError) throw new NotCarried(['value'], 'is nested too deep');
    throw error;
  }
}

/** A cycle ends in a `RangeError`, which `writeValue` would not meet: it finds the cycle, and says so. */
function isSurelyExact(value: unknown): boolean {
  try {
    return isExact(value);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether `JSON.stringify` writes `value` down to the letter. Most values are like that, and this is quick to tell. */
function isExact(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isExactNumber(value);
    case 'object':
      return value === null || isExactObject(value);
    default:
      return false;
  }
}

function isExactNumber(value: number): boolean {
  if (Number.isInteger(value)) return Math.abs(value) <= LARGEST_INTEGER && !Object.is(value, -0);
  return Number.isFinite(value);
}

function isExactObject(value: object): boolean {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isExact(value[index])) return false;
    return !('toJSON' in value);
  }
  if (!isPlainObject(value) || 'toJSON' in value) return false;
  for (const key in value) if (!isExact(value[key])) return false;
  return true;
}

/** Writes a value that needs more care than `JSON.stringify` takes, or throws {@link NotCarried}. */
function writeValue(value: unknown, path: (string | number)[], parents: object[]): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      return writeNumber(value, path);
    case 'bigint':
      return value.toString();
    case 'undefined':
      return 'null';
    case 'object':
      return value === null ? 'null' : writeObject(value, path, parents);
    default:
      throw notCarried(value, path);
  }
}

function writeNumber(value: number, path: (string | number)[]): string {
  if (!Number.isFinite(value)) throw new NotCarried([...path], `${value} is not a JSON number`);
  if (Object.is(value, -0)) return '-0.0';
  const text = JSON.stringify(value);
  // A number beyond 2^53 is a float that happens to be whole: without a fraction, it would come back as a bigint.
  return Math.abs(value) > LARGEST_INTEGER && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function writeObject(value: object, path: (string | number)[], parents: object[]): string {
  if (parents.includes(value)) throw new NotCarried([...path], 'refers to itself');
  parents.push(value);
  try {
    if (Array.isArray(value)) return `[${writeItems(value, path, parents)}]`;
    if (hasToJson(value)) return writeValue(value.toJSON(String(path.at(-1))), path, parents);
    if (!isPlainObject(value)) throw notCarried(value, path);
    return `{${writeEntries(value, path, parents)}}`;
  } finally {
    parents.pop();
  }
}

/** Types whose `toJSON` makes text or lists of what is neither. */
function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return (
    typeof (value as { toJSON?: unknown }).toJSON === 'function' &&
    !(value instanceof Date || ArrayBuffer.isView(value))
  );
}

function writeItems(items: readonly unknown[], path: (string | number)[], parents: object[]): string {
  return Array.from(items, (item, index) => writeBelow(index, item, path, parents)).join(',');
}

function writeEntries(value: Record<string, unknown>, path: (string | number)[], parents: object[]): string {
  return Object.keys(value)
    .map((key) => `${JSON.stringify(key)}:${writeBelow(key, value[key], path, parents)}`)
    .join(',');
}

function writeBelow(step: string | number, value: unknown, path: (string | number)[], parents: object[]): string {
  path.push(step);
  const text = writeValue(value, path, parents);
  path.pop();
  return text;
}

function notCarried(value: unknown, path: readonly (string | number)[]): NotCarried {
  return new NotCarried([...path], `${describeValue(value)} cannot be carried by JSON`);
}

/** An integer of 16 digits or more, or what looks like one inside of a string. */
const LONG_INTEGER = /(?:^|[[,:\-\s])\d{16}/;
/** What is no JSON, such as a zero in front or a number as a key, is left to `JSON.parse` to refuse. */
const LONG_INTEGERS = /(?<![\w.+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/g;

function readJson(text: string): unknown {
  return LONG_INTEGER.test(text) ? readLongIntegers(text) : JSON.parse(text);
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
