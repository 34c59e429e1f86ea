import type { Buffer } from 'node:buffer';
import { LARGE, memoryFor } from '../common/spare-memory.js';
import { escaped } from './escaped-bytes.js';

/** A text whose bytes stand in front of it, in a block that its words name by a number. */
export class Blocked {
  readonly text: string;
  readonly block: Block;

  constructor(text: string, block: Block) {
    this.text = text;
    this.block = block;
  }

  /** The same with another text, which has this one in it. */
  as(text: string): Blocked {
    return new Blocked(text, this.block);
  }

  /** How long it is, in characters and bytes. */
  get length(): number {
    return this.text.length + this.block.length;
  }
}

/** What is written for a value: a text, with a block if there are many bytes in the value. */
export type Payload = string | Blocked;

/** A payload within more text. */
export function wrapped(payload: Payload, wrap: (text: string) => string): Payload {
  return typeof payload === 'string' ? wrap(payload) : payload.as(wrap(payload.text));
}

/** How large the pieces are in which short bytes are kept. Long ones have memory of their own, which is used again once it has been written. */
const PIECE = LARGE;
const FIRST_PIECE = 2 ** 12;

let lastNumber = 0;

/** Bytes for the other side, as they were when they were added. */
export class Block {
  /** No other block of this process has it. */
  readonly number = ++lastNumber;
  length = 0;
  /** What numbers it has, if it is a single array of them: the other side can make that while they arrive. */
  type: string | undefined;
  /** Whether it is to be read where an interrupt may end the read. */
  isEscaped = false;
  readonly #pieces: Buffer[] = [];
  /** How much of the last piece is used. */
  #used = 0;

  /** Copies bytes to the end; where they begin. `type` says what numbers they are. */
  add(bytes: Uint8Array, type?: string): number {
    const start = this.length;
    this.type = start === 0 ? type : undefined;
    if (bytes.length >= LARGE) this.#begin(bytes.length);
    for (let done = 0; done < bytes.length; ) done += this.#copy(bytes, done);
    this.length += bytes.length;
    return start;
  }

  /** What is in it, in order; it is empty then. */
  take(): Buffer[] {
    this.#endPiece();
    const pieces = this.#pieces.splice(0);
    return this.isEscaped ? pieces.map(escaped) : pieces;
  }

  /** The line in front of what has been taken. */
  headingOf(pieces: readonly Buffer[]): string {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const more = this.isEscaped ? 'escaped' : this.type;
    return `BYTES - ${this.number} ${length}${more ? ` ${more}` : ''}\n`;
  }

  #endPiece(): void {
    const last = this.#pieces.pop();
    if (last) this.#pieces.push(last.length > this.#used ? last.subarray(0, this.#used) : last);
  }

  #begin(size: number): Buffer {
    this.#endPiece();
    const piece = memoryFor(size);
    this.#pieces.push(piece);
    this.#used = 0;
    return piece;
  }

  #copy(bytes: Uint8Array, done: number): number {
    let piece = this.#pieces.at(-1);
    if (!piece || this.#used === piece.length) {
      piece = this.#begin(Math.min(PIECE, Math.max(FIRST_PIECE, bytes.length - done, this.length)));
    }
    const part = bytes.subarray(done, done + piece.length - this.#used);
    piece.set(part, this.#used);
    this.#used += part.length;
    return part.length;
  }
}
