import { Buffer } from 'node:buffer';
import type { ReceivedBytes } from '../wire/received-bytes.js';
import type { Protocol } from './codec.js';

/** The parts of a long value of the other side that have arrived so far. */
export class Parts {
  readonly #protocol: Protocol;
  readonly #parts: unknown[] = [];
  #error: unknown;
  /** The bytes of all parts. */
  size = 0;

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  add(text: string, bytes: ReceivedBytes | undefined): void {
    this.size += Buffer.byteLength(text) + (bytes?.size ?? 0);
    try {
      this.#parts.push(this.#protocol.decode(text, bytes));
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
