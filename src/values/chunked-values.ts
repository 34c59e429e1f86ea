import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { endOfChunk } from '../common/surrogates.js';
import type { Protocol } from './codec.js';

/** Shorter lists and texts do not pay, in items and in characters. */
const [LONG_LIST, LONG_TEXT] = [1024, 2 ** 18];
/** About how long a part is, in characters: what lies in a cache is made, written, read and parsed sooner. */
const PART = 2 ** 15;
/** How many items the first part of a list has. The others have as many as fill a part, to go by the one before. */
const FIRST = 128;

/** What is long enough to be taken apart. */
export type Long = string | readonly unknown[];

/** Whether a value is so long that the other side had better begin with it while the rest is made. */
export function isLong(value: unknown): value is Long {
  if (typeof value === 'string') return value.length > LONG_TEXT;
  if (typeof value !== 'object' || types.isProxy(value)) return false; // what has been revoked cannot even be asked
  return Array.isArray(value) && value.length > LONG_LIST;
}

/** The parts of a long value, as JSON, which has to carry it to the letter. */
export function partsOf(value: Long): Generator<string> {
  return typeof value === 'string' ? partsOfText(value) : partsOfList(value);
}

function* partsOfText(text: string): Generator<string> {
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = endOfChunk(text, start, PART);
    yield JSON.stringify(text.slice(start, end));
  }
}

function* partsOfList(list: readonly unknown[]): Generator<string> {
  for (let next = 0, count = FIRST; next < list.length; ) {
    const items: unknown[] = [];
    while (next < list.length && items.length < count) items.push(list[next++]);
    const text = JSON.stringify(items);
    yield text;
    count = Math.max(1, Math.round((items.length * PART) / text.length));
  }
}

/** What has come of a long value of the other side. */
export class Parts {
  readonly #protocol: Protocol;
  readonly #parts: unknown[] = [];
  #error: unknown;
  /** The bytes of all parts. */
  size = 0;

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  add(text: string): void {
    this.size += Buffer.byteLength(text);
    try {
      this.#parts.push(this.#protocol.decode(text));
    } catch (error) {
      this.#error ??= error;
    }
  }

  /** The whole value. Throws if a part is none. */
  whole(): unknown {
    if (this.#error !== undefined) throw this.#error;
    const parts = this.#parts;
    if (parts.every((part) => Array.isArray(part))) return ([] as unknown[]).concat(...parts);
    if (parts.every((part) => typeof part === 'string')) return parts.reduce((whole, part) => whole + part);
    throw new TypeError('its parts do not belong together');
  }
}
