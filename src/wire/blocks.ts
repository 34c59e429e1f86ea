import { Buffer } from 'node:buffer';

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

/** How large the pieces are in which bytes are kept: each is free once it has been written. */
const PIECE = 2 ** 20;
const FIRST_PIECE = 2 ** 12;

let lastNumber = 0;

/** Bytes for the other side, as they were when they were added. */
export class Block {
  /** No other block of this process has it. */
  readonly number = ++lastNumber;
  length = 0;
  readonly #pieces: Buffer[] = [];
  /** How much of the last piece is used. */
  #used = 0;

  /** Copies bytes to the end; where they begin. */
  add(bytes: Uint8Array): number {
    const start = this.length;
    for (let done = 0; done < bytes.length; ) done += this.#copy(bytes, done);
    this.length += bytes.length;
    return start;
  }

  /** What is in it, in order; it is empty then. */
  take(): Buffer[] {
    const last = this.#pieces.pop();
    if (last) this.#pieces.push(last.subarray(0, this.#used));
    return this.#pieces.splice(0);
  }

  #copy(bytes: Uint8Array, done: number): number {
    let piece = this.#pieces.at(-1);
    if (!piece || this.#used === piece.length) {
      const size = Math.min(PIECE, Math.max(FIRST_PIECE, bytes.length - done, this.length));
      piece = Buffer.allocUnsafeSlow(size);
      this.#pieces.push(piece);
      this.#used = 0;
    }
    const part = bytes.subarray(done, done + piece.length - this.#used);
    piece.set(part, this.#used);
    this.#used += part.length;
    return part.length;
  }
}
