import { types } from 'node:util';
import { Opaque } from '../common/inspect.js';
import type { ProtocolName } from '../common/options.js';
import { describeValue, HOW_FUNCTIONS_CROSS, isPlainObject, NotCarried, refusal, TOO_LONG } from './codec.js';
import { LARGEST_INTEGER } from './read-json.js';

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

/** Writes what needs more care than `JSON.stringify` takes. */
export class JsonWriter {
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
