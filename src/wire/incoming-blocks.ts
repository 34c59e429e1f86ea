import type { Buffer } from 'node:buffer';
import { BLOCK_PIECE, lengthIn, NEWLINE } from './kinds.js';
import { ReceivedBytes } from './received-bytes.js';

/** What stands in front of the bytes of a block. */
interface Heading {
  readonly number: number;
  readonly length: number;
}

/** What a text says of a block, if it says that and nothing else. */
export function headingIn(text: string): Heading | undefined {
  const [number, length] = text.split(' ', 2).map(lengthIn);
  return number && length && text === `${number} ${length}` ? { number, length } : undefined;
}

/** The blocks of bytes in front of a message, piece by piece. */
export class IncomingBlocks {
  #bytes: ReceivedBytes | undefined;
  /** How many bytes of a piece are still to come. */
  #rest = 0;

  /** Whether there are any. */
  get areThere(): boolean {
    return this.#bytes !== undefined;
  }

  /** What they take of the memory. */
  get size(): number {
    return this.#bytes?.size ?? 0;
  }

  /** Whether a block has been begun, and is not all there. */
  get areMissing(): boolean {
    return this.#bytes !== undefined && this.#bytes.missing > 0;
  }

  /** Whether bytes stand there, or the heading of another piece, all of it. */
  areNext(bytes: Buffer, start: number, mark: Buffer): boolean {
    if (this.isInPiece) return true;
    const end = start + mark.length;
    if (!this.areMissing || bytes[end] !== BLOCK_PIECE) return false;
    return bytes.includes(NEWLINE, end) && bytes.subarray(start, end).equals(mark);
  }

  /** The text of a message behind them, or what makes no sense if they are not all there. */
  inFrontOf(text: string): string {
    return this.areMissing ? `${this.#bytes?.missing} bytes too few in front of ${text}` : text;
  }

  /** Whether what comes next is bytes of a piece, whatever they are. */
  get isInPiece(): boolean {
    return this.#rest > 0;
  }

  /** Begins a block. Returns whether that makes sense. */
  begin({ number, length }: Heading): boolean {
    const bytes = this.#bytes ?? new ReceivedBytes();
    const isSensible = bytes.begin(number, length);
    if (isSensible) this.#bytes = bytes;
    return isSensible;
  }

  /** Begins a piece of the block. Returns whether that makes sense. */
  beginPiece(length: number): boolean {
    const isSensible = length > 0 && length <= (this.#bytes?.missing ?? 0);
    if (isSensible) this.#rest = length;
    return isSensible;
  }

  /** Takes what there is of a piece. Returns where it ends. */
  takePiece(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#rest);
    this.add(bytes, start, end);
    this.#rest -= end - start;
    return end;
  }

  add(bytes: Buffer, start: number, end: number): void {
    this.#bytes?.add(bytes, start, end);
  }

  /** Has bytes read right to where they belong: at most so many. */
  fill(most: number, read: (room: Buffer) => number): number {
    return this.#bytes?.fill(most, read) ?? 0;
  }

  /** The blocks, for the message that has come; the next one has its own. */
  take(): ReceivedBytes | undefined {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    return bytes;
  }
}
