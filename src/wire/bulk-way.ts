import { Buffer } from 'node:buffer';
import { ABANDONMENT, isKind, NEWLINE } from './kinds.js';

/** More than this is not taken of what has come before its turn, in bytes: it is what a socket and a stream hold. */
const MOST_EARLY = 2 ** 20;
/** How much is read in one turn of the event loop, in bytes: others shall have theirs. */
const MOST_AT_ONCE = 2 ** 20;
const NOTHING: Buffer = Buffer.alloc(0);

/** Who gets bytes that come by a {@link BulkWay}. */
interface Taker {
  add(bytes: Buffer, start: number, end: number): void;
  /** Has bytes read right to where they belong. Returns how many. */
  fill?(most: number, read: (room: Buffer) => number): number;
}

/** The way for what is long. What comes there has been announced by the other way, on which all else waits until it is there. */
export class BulkWay {
  readonly #mark: Buffer;
  #taker: Taker | undefined;
  /** How many bytes of what has been announced have not come. */
  #missing = 0;
  /** Bytes of the next message, which came before its announcement. */
  #early = NOTHING;
  /** What has come by the other way meanwhile. */
  #later = NOTHING;

  constructor(mark: Buffer) {
    this.#mark = mark;
  }

  /** Whether something has been announced that is not all there. */
  get isAwaited(): boolean {
    return this.#missing > 0;
  }

  /** Whether more has come than can have been announced. */
  get isTooEarly(): boolean {
    return this.#early.length > MOST_EARLY;
  }

  /** Whether so much has come by the other way that the rest has to wait there. */
  get isTooMuchBehind(): boolean {
    return this.#later.length > MOST_EARLY;
  }

  /** So many bytes have been announced; some may have come already. */
  announce(length: number, taker: Taker): void {
    this.#taker = taker;
    this.#missing = length;
    const early = this.#early;
    this.#early = NOTHING;
    this.push(early);
  }

  /** Takes what has come by this way: more than was announced is the beginning of the next. */
  push(chunk: Buffer): void {
    const bytes = this.#early.length > 0 ? Buffer.concat([this.#early, chunk]) : chunk;
    const end = Math.min(this.#missing, bytes.length);
    if (end > 0) this.#taker?.add(bytes, 0, end);
    this.#missing -= end;
    this.#early = end < bytes.length ? bytes.subarray(end) : NOTHING;
  }

  /** Has what there is read right to where it belongs, if that can be had: what comes as a chunk is copied once more. */
  fill(read: (room: Buffer) => number): void {
    let most = MOST_AT_ONCE;
    for (let count = 1; count > 0 && most > 0 && this.isAwaited; most -= count) {
      count = this.#taker?.fill?.(Math.min(this.#missing, most), read) ?? 0;
      this.#missing -= count;
    }
  }

  /** Keeps what has come by the other way. Returns whether what was announced is taken back in it; then it will not come. */
  keep(chunk: Buffer): boolean {
    this.#later = Buffer.concat([this.#later, chunk]);
    const isTakenBack = this.#isTakenBack();
    if (isTakenBack) this.#missing = 0;
    return isTakenBack;
  }

  /** What has been kept. */
  takeKept(): Buffer {
    const later = this.#later;
    this.#later = NOTHING;
    return later;
  }

  /** Whatever else is said behind an announcement, is said when all of it has been written; then it is that which is taken back. */
  #isTakenBack(): boolean {
    const later = this.#later;
    for (let place = later.indexOf(this.#mark); place >= 0; place = later.indexOf(this.#mark, place + 1)) {
      const kind = later[place + this.#mark.length];
      if (isKind(kind)) return kind === ABANDONMENT && later[place + this.#mark.length + 1] === NEWLINE;
    }
    return false;
  }
}
