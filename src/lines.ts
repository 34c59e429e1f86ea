import { constants, isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';

/** Every message ends with it. */
export const NEWLINE = 0x0a;
/** Every mark begins with this byte, the ASCII record separator, which is rare in output. */
export const FIRST_BYTE = 0x1e;
const LAST_PIECE = 0x20;
const MORE_PIECES = 0x2b;

/** What tells a message of the other side from its output: chosen at random for each session. */
export interface Mark {
  /** The first half of its text, and the second: STAGE1 is sent them apart, so that an echo of it is not the mark. */
  readonly head: string;
  readonly tail: string;
  /** The whole mark, as it stands on the wire. */
  readonly text: string;
}

/** A mark that nobody can guess. */
export function newMark(): Mark {
  const [head, tail] = [randomBytes(6).toString('hex'), randomBytes(6).toString('hex')];
  return { head, tail, text: `${String.fromCharCode(FIRST_BYTE)}${head}${tail}` };
}

/** Who gets what a {@link MessageSplitter} finds. */
export interface SplitterEvents {
  /** Bytes that are not part of a message: output. */
  output(chunk: Buffer): void;
  /** A whole message, without its mark and newline. */
  message(text: string): void;
  /** A message is longer than is accepted; nothing more will come. */
  tooLong(): void;
}

/**
 * Tells messages from output in what the other side writes.
 *
 * A message is the mark, a space, its text, and a newline; it may follow an unfinished line of output. A long one comes
 * in pieces, each with a mark of its own, all but the last with a `+` in the place of the space: between the pieces,
 * whatever a background process writes is output like any other.
 */
export class MessageSplitter {
  readonly #mark: Buffer;
  readonly #events: SplitterEvents;
  readonly #maxBytes: number;
  /** Bytes that may turn out to be the beginning of a mark. */
  #held: Buffer | undefined;
  /** The message of which not all has arrived. */
  readonly #message = new Gathering();
  #insidePiece = false;
  #isLastPiece = false;
  #isOver = false;

  constructor(mark: string, maxBytes: number, events: SplitterEvents) {
    this.#mark = Buffer.from(mark, 'latin1');
    this.#maxBytes = Math.min(maxBytes, constants.MAX_STRING_LENGTH);
    this.#events = events;
  }

  push(chunk: Buffer): void {
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = undefined;
    let position = 0;
    while (position < bytes.length && !this.#isOver) {
      position = this.#insidePiece ? this.#takePiece(bytes, position) : this.#takeOutput(bytes, position);
    }
  }

  /** The other side has closed its end: what was held back is output after all. */
  end(): void {
    if (this.#held && !this.#isOver) this.#events.output(this.#held);
    this.#held = undefined;
  }

  #takeOutput(bytes: Buffer, start: number): number {
    const found = bytes.indexOf(this.#mark, start);
    const afterMark = found + this.#mark.length;
    if (found < 0) return this.#holdBack(bytes, start, partialMark(bytes, start, this.#mark));
    if (afterMark >= bytes.length) return this.#holdBack(bytes, start, found);
    const kind = bytes[afterMark];
    if (kind !== LAST_PIECE && kind !== MORE_PIECES) {
      this.#events.output(bytes.subarray(start, afterMark));
      return afterMark;
    }
    if (found > start) this.#events.output(bytes.subarray(start, found));
    this.#insidePiece = true;
    this.#isLastPiece = kind === LAST_PIECE;
    return afterMark + 1;
  }

  #holdBack(bytes: Buffer, start: number, end: number): number {
    if (end > start) this.#events.output(bytes.subarray(start, end));
    if (end < bytes.length) this.#held = bytes.subarray(end);
    return bytes.length;
  }

  #takePiece(bytes: Buffer, start: number): number {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const length = this.#message.length + end - start;
    if (length > this.#maxBytes) {
      this.#isOver = true;
      this.#message.take();
      this.#events.tooLong();
      return bytes.length;
    }
    const isComplete = newline >= 0 && this.#isLastPiece;
    this.#insidePiece = newline < 0;
    const isWhole = isComplete && length === end - start;
    if (!isWhole) this.#message.add(bytes, start, end);
    // No name for the bytes of a long message: nothing keeps them while what it says is read.
    if (isComplete) this.#events.message(isWhole ? decode(bytes, start, end) : decode(this.#message.take(), 0, length));
    return newline < 0 ? bytes.length : newline + 1;
  }
}

/** The text of a message. What is not UTF-8 would lose some of what it says: it is made something that makes no sense at all. */
function decode(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  const isWrong = text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end));
  return isWrong ? `(not UTF-8) ${text}` : text;
}

/** Bytes that arrive bit by bit. They are copied: a short piece would keep all of the chunk alive that it came in. */
class Gathering {
  length = 0;
  #bytes = Buffer.alloc(0);

  add(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.#bytes.length) {
      // What is not written to takes no memory; what is left behind does, until it is collected.
      const larger = Buffer.allocUnsafeSlow(Math.max(8 * this.#bytes.length, length, 65_536));
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    source.copy(this.#bytes, this.length, start, end);
    this.length = length;
  }

  /** What has been gathered; it begins anew. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.length);
    this.#bytes = Buffer.alloc(0);
    this.length = 0;
    return bytes;
  }
}

/** Where in `bytes` a mark begins of which the rest has not arrived, or their end. */
function partialMark(bytes: Buffer, start: number, mark: Buffer): number {
  let place = bytes.indexOf(FIRST_BYTE, Math.max(start, bytes.length - mark.length + 1));
  while (place >= 0) {
    if (bytes.subarray(place).equals(mark.subarray(0, bytes.length - place))) return place;
    place = bytes.indexOf(FIRST_BYTE, place + 1);
  }
  return bytes.length;
}
