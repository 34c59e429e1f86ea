import { Buffer, constants } from 'node:buffer';
import { BulkWay } from './bulk-way.js';
import { decode, GatheredText } from './gathered-text.js';
import { headingIn, IncomingBlocks } from './incoming-blocks.js';
import {
  ABANDONMENT,
  ANNOUNCED_BLOCK,
  ANNOUNCEMENT,
  BLOCK,
  BLOCK_PIECE,
  isKind,
  LAST_PIECE,
  lengthIn,
  MORE_PIECES,
  NEWLINE,
} from './kinds.js';
import { partialMark } from './mark.js';
import type { ReceivedBytes } from './received-bytes.js';
import { takeWholeMessages } from './whole-messages.js';

/** Who gets what a {@link MessageSplitter} finds. */
export interface SplitterEvents {
  /** Bytes that are not part of a message: output. */
  output(chunk: Buffer): void;
  /** A whole message, without its mark and newline, and the bytes that it names. */
  message(text: string, bytes: ReceivedBytes | undefined): void;
  /** A message is longer than is accepted; nothing more will come. */
  tooLong(): void;
  /** What comes next is a long message, by its own way; or it has come. */
  awaitBulk(isAwaited: boolean): void;
  /** So much has come behind the announcement of a long message that the rest has to wait for that. */
  tooMuchBehind(): void;
}

/**
 * Tells messages from output in what the other side writes.
 *
 * A message is the mark, a space, its text, and a newline; it may follow an unfinished line of output. A long one comes
 * in pieces, each with a mark of its own, all but the last with a `+` in the place of the space: between the pieces,
 * whatever a background process writes is output like any other. Or it is only announced, with its length behind a `=`, and
 * comes by a way of its own. A `!` takes back what has begun, in either way: an interrupt has come in the middle of it.
 *
 * A block of bytes is begun by a `*`, with its number and its length, and comes in pieces: each a `#` with its length, a newline, and so
 * many bytes, whatever they are. Or it comes by the way of its own, after an `@`. It belongs to the message behind it.
 */
export class MessageSplitter {
  readonly #mark: Buffer;
  /** How a message begins that is in one piece. */
  readonly #opening: string;
  readonly #events: SplitterEvents;
  readonly #maxBytes: number;
  readonly #maxBlocks: number;
  /** Bytes that may turn out to be the beginning of a mark. */
  #held: Buffer | undefined;
  /** The message of which not all has arrived. */
  readonly #message = new GatheredText();
  #insideChunk = false;
  /** What stands behind the mark of the piece. */
  #kind = LAST_PIECE;
  /** The blocks in front of the message that comes next. */
  readonly #blocks = new IncomingBlocks();
  readonly #bulk: BulkWay;
  #isOver = false;

  constructor(mark: string, maxBytes: number, events: SplitterEvents) {
    this.#mark = Buffer.from(mark, 'latin1');
    this.#opening = `${mark}${String.fromCharCode(LAST_PIECE)}`;
    this.#bulk = new BulkWay(this.#mark);
    this.#maxBytes = Math.min(maxBytes, constants.MAX_STRING_LENGTH);
    this.#maxBlocks = Math.min(maxBytes, constants.MAX_LENGTH);
    this.#events = events;
  }

  push(chunk: Buffer): void {
    if (this.#bulk.isAwaited) return this.#keep(chunk);
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = undefined;
    let position = this.#isInside ? 0 : takeWholeMessages(bytes, this.#opening, this.#maxBytes, this.#events);
    while (position < bytes.length && !this.#isOver && !this.#bulk.isAwaited)
      position = this.#takeNext(bytes, position);
    if (this.#bulk.isAwaited && position < bytes.length) this.#keep(bytes.subarray(position));
  }

  /** Whether what comes next belongs to what has begun, or to nothing any more. */
  get #isInside(): boolean {
    return this.#insideChunk || this.#message.length > 0 || this.#blocks.areThere || this.#isOver;
  }

  #takeNext(bytes: Buffer, position: number): number {
    if (this.#blocks.isInPiece) return this.#blocks.takePiece(bytes, position);
    return this.#insideChunk ? this.#takeChunk(bytes, position) : this.#takeOutput(bytes, position);
  }

  /** Whether what comes next can be bytes of a block. */
  get isInBlock(): boolean {
    return this.#blocks.areMissing;
  }

  /**
   * Takes what is bytes of a block, and returns how much that is: what is behind it is for `push`. It keeps nothing of the chunk, so that a buffer
   * for all reads need not be copied.
   */
  pushBytes(chunk: Buffer): number {
    if (this.#held || this.#insideChunk || this.#isOver || this.#bulk.isAwaited) return 0;
    let position = 0;
    while (position < chunk.length && (this.#insideChunk || this.#blocks.areNext(chunk, position, this.#mark)))
      position = this.#takeNext(chunk, position);
    return position;
  }

  /** Keeps what stands behind an announcement until the message is there, or turns out to have been taken back. */
  #keep(chunk: Buffer): void {
    if (this.#bulk.keep(chunk)) {
      this.#forget();
      this.#events.awaitBulk(false);
      this.push(this.#bulk.takeKept());
    } else if (this.#bulk.isTooMuchBehind) this.#events.tooMuchBehind();
  }

  /** Takes what has come by the way for long messages, and what `readMore` finds there. */
  pushBulk(chunk: Buffer, readMore: (room: Buffer) => number = () => 0): void {
    if (this.#isOver) return;
    const wasAwaited = this.#bulk.isAwaited;
    this.#bulk.push(chunk);
    if (wasAwaited) this.#bulk.fill(readMore);
    if (this.#bulk.isTooEarly) return this.#end();
    if (!wasAwaited || this.#bulk.isAwaited) return;
    this.#events.awaitBulk(false);
    this.#concludeBulk();
    this.push(this.#bulk.takeKept());
  }

  /** What was announced is there. A block belongs to the message behind it. */
  #concludeBulk(): void {
    if (this.#kind === ANNOUNCEMENT) this.#tell(this.#message.take());
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
    if (!isKind(kind)) {
      this.#events.output(bytes.subarray(start, afterMark));
      return afterMark;
    }
    if (found > start) this.#events.output(bytes.subarray(start, found));
    this.#insideChunk = true;
    this.#kind = kind;
    if (kind === ABANDONMENT) this.#forget();
    return afterMark + 1;
  }

  /** Tells of a message, with the bytes that belong to it. One in front of their end makes no sense. */
  #tell(text: string): void {
    const told = this.#blocks.inFrontOf(text);
    this.#events.message(told, this.#blocks.take());
  }

  #forget(): void {
    this.#message.take();
    this.#blocks.take();
  }

  /** A message, the announcement of one or of bytes, or the end of one that nobody shall see. */
  #conclude(text: string): void {
    switch (this.#kind) {
      case ABANDONMENT:
        // Nothing may stand in it: an answer that a careless mark has swallowed would be waited for for ever.
        if (text !== '') this.#tell(`!${text}`);
        return;
      case ANNOUNCEMENT:
        return this.#announce(lengthIn(text), text);
      case BLOCK:
      case ANNOUNCED_BLOCK:
        return this.#beginBlock(text);
      case BLOCK_PIECE:
        if (!this.#blocks.beginPiece(lengthIn(text))) this.#senseless(`a piece of ${text}`);
        return;
      default:
        this.#tell(text);
    }
  }

  #announce(length: number, text: string): void {
    if (length === 0) this.#senseless(`an announcement of ${text}`);
    else if (length > this.#maxBytes) this.#end();
    else this.#await(length, this.#message);
  }

  /** What comes next comes by the way for long messages. */
  #await(length: number, taker: GatheredText | IncomingBlocks): void {
    this.#bulk.announce(length, taker);
    if (this.#bulk.isAwaited) this.#events.awaitBulk(true);
    else this.#concludeBulk();
  }

  #beginBlock(text: string): void {
    const heading = headingIn(text);
    if (!heading) return this.#senseless(`a block of ${text}`);
    if (this.#blocks.size + heading.length > this.#maxBlocks) return this.#end();
    if (!this.#blocks.begin(heading)) return this.#senseless(`a block in a block: ${text}`);
    if (this.#kind === ANNOUNCED_BLOCK) this.#await(heading.length, this.#blocks);
  }

  #senseless(text: string): void {
    this.#forget();
    this.#events.message(text, undefined);
  }

  #end(): void {
    this.#isOver = true;
    this.#forget();
    this.#events.tooLong();
  }

  #holdBack(bytes: Buffer, start: number, end: number): number {
    if (end > start) this.#events.output(bytes.subarray(start, end));
    if (end < bytes.length) this.#held = bytes.subarray(end);
    return bytes.length;
  }

  #takeChunk(bytes: Buffer, start: number): number {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const length = this.#message.length + end - start;
    if (length > this.#maxBytes) {
      this.#end();
      return bytes.length;
    }
    const isComplete = newline >= 0 && this.#kind !== MORE_PIECES;
    this.#insideChunk = newline < 0;
    const isWhole = isComplete && length === end - start;
    if (!isWhole) this.#message.add(bytes, start, end);
    if (isComplete) this.#conclude(isWhole ? decode(bytes, start, end) : this.#message.take());
    return newline < 0 ? bytes.length : newline + 1;
  }
}
