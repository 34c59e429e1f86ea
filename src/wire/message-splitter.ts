import { Buffer, constants, isAscii } from 'node:buffer';
import { decode, GatheredText } from './gathered-text.js';
import { FIRST_BYTE } from './mark.js';
import { ReceivedBytes } from './received-bytes.js';

/** Every message ends with it. */
export const NEWLINE = 0x0a;
const LAST_PIECE = 0x20;
const MORE_PIECES = 0x2b;
const ANNOUNCEMENT = 0x3d;
const ABANDONMENT = 0x21;
const BLOCK = 0x2a;
const BLOCK_PIECE = 0x23;
const ANNOUNCED_BLOCK = 0x40;
const KINDS = [LAST_PIECE, MORE_PIECES, ANNOUNCEMENT, ABANDONMENT, BLOCK, BLOCK_PIECE, ANNOUNCED_BLOCK];
const NOTHING = Buffer.alloc(0);

/** More than this is not taken of what has come before its turn, in bytes: it is what a socket and a stream hold. */
const MOST_EARLY = 2 ** 20;

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
  /** What takes a message back. */
  readonly #abandonment: Buffer;
  /** How an announcement begins. */
  readonly #nextAnnouncement: Buffer;
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
  /** The blocks in front of the message that comes next, and how many bytes of a piece of one are still to come. */
  #bytes: ReceivedBytes | undefined;
  #raw = 0;
  /** Whether what has been announced is a block. */
  #owesBlock = false;
  /** How many bytes of an announced message have not come, and what has come behind the announcement meanwhile. */
  #owed = 0;
  #later = NOTHING;
  /** What has come of the next one before it was announced. */
  #early: Buffer | undefined;
  #isOver = false;

  constructor(mark: string, maxBytes: number, events: SplitterEvents) {
    this.#mark = Buffer.from(mark, 'latin1');
    this.#opening = `${mark}${String.fromCharCode(LAST_PIECE)}`;
    this.#abandonment = Buffer.from(`${mark}${String.fromCharCode(ABANDONMENT, NEWLINE)}`, 'latin1');
    this.#nextAnnouncement = Buffer.from(`${mark}${String.fromCharCode(ANNOUNCEMENT)}`, 'latin1');
    this.#maxBytes = Math.min(maxBytes, constants.MAX_STRING_LENGTH);
    this.#maxBlocks = Math.min(maxBytes, constants.MAX_LENGTH);
    this.#events = events;
  }

  push(chunk: Buffer): void {
    if (this.#owed > 0) return this.#keep(chunk);
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = undefined;
    let position = this.#insideChunk || this.#message.length > 0 || this.#bytes ? 0 : this.#takeMessages(bytes);
    while (position < bytes.length && !this.#isOver && this.#owed === 0) position = this.#takeNext(bytes, position);
    if (this.#owed > 0 && position < bytes.length) this.#keep(bytes.subarray(position));
  }

  #takeNext(bytes: Buffer, position: number): number {
    if (this.#raw > 0) return this.#takeRaw(bytes, position);
    return this.#insideChunk ? this.#takeChunk(bytes, position) : this.#takeOutput(bytes, position);
  }

  /** Keeps what stands behind an announcement until the message is there, or turns out to have been taken back. */
  #keep(chunk: Buffer): void {
    this.#later = Buffer.concat([this.#later, chunk]);
    if (this.#isTakenBack()) {
      this.#owed = 0;
      this.#forget();
      this.#events.awaitBulk(false);
      this.#takeLater();
    } else if (this.#later.length > MOST_EARLY) this.#events.tooMuchBehind();
  }

  /** Whether an abandonment has come that is for the message that is owed, and not for one that was announced behind it. */
  #isTakenBack(): boolean {
    const end = this.#later.indexOf(this.#abandonment);
    return end >= 0 && !this.#later.subarray(0, end).includes(this.#nextAnnouncement);
  }

  #takeLater(): void {
    const later = this.#later;
    this.#later = NOTHING;
    this.push(later);
  }

  /** Takes what has come by the way for long messages: more than was announced is the beginning of the next one. */
  pushBulk(chunk: Buffer): void {
    if (this.#isOver) return;
    const isAwaited = this.#owed > 0;
    this.#takeBulk(this.#early ? Buffer.concat([this.#early, chunk]) : chunk);
    if (!isAwaited || this.#owed > 0 || this.#isOver) return;
    this.#events.awaitBulk(false);
    this.#concludeBulk();
    this.#takeLater();
  }

  #concludeBulk(): void {
    if (!this.#owesBlock) this.#tell(this.#message.take());
    this.#owesBlock = false;
  }

  #takeBulk(bytes: Buffer): void {
    const end = Math.min(this.#owed, bytes.length);
    if (this.#owesBlock) this.#bytes?.add(bytes, 0, end);
    else this.#message.add(bytes, 0, end);
    this.#owed -= end;
    this.#early = end < bytes.length ? bytes.subarray(end) : undefined;
    if (bytes.length - end > MOST_EARLY) this.#end();
  }

  /** The other side has closed its end: what was held back is output after all. */
  end(): void {
    if (this.#held && !this.#isOver) this.#events.output(this.#held);
    this.#held = undefined;
  }

  /**
   * Takes whole messages that follow each other, up to where something else comes; mostly, they are all there is. They are made
   * text together: to look for each in the bytes would take as long as all else that is done for it.
   */
  #takeMessages(bytes: Buffer): number {
    if (this.#isOver || bytes[0] !== FIRST_BYTE || !isAscii(bytes)) return 0;
    const text = bytes.toString('latin1');
    const opening = this.#opening;
    let start = 0;
    while (text.startsWith(opening, start)) {
      const end = text.indexOf('\n', start);
      if (end < 0 || end - start - opening.length > this.#maxBytes) break;
      this.#events.message(text.slice(start + opening.length, end), undefined);
      start = end + 1;
    }
    return start;
  }

  #takeOutput(bytes: Buffer, start: number): number {
    const found = bytes.indexOf(this.#mark, start);
    const afterMark = found + this.#mark.length;
    if (found < 0) return this.#holdBack(bytes, start, partialMark(bytes, start, this.#mark));
    if (afterMark >= bytes.length) return this.#holdBack(bytes, start, found);
    const kind = bytes[afterMark];
    if (kind === undefined || !KINDS.includes(kind)) {
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
    const bytes = this.#bytes;
    this.#bytes = undefined;
    this.#events.message(
      bytes && bytes.missing > 0 ? `${bytes.missing} bytes too few in front of ${text}` : text,
      bytes,
    );
  }

  #forget(): void {
    this.#message.take();
    this.#bytes = undefined;
    this.#owesBlock = false;
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
        this.#raw = lengthIn(text);
        if (this.#raw === 0 || this.#raw > (this.#bytes?.missing ?? 0)) this.#senseless(`a piece of ${text}`);
        return;
      default:
        this.#tell(text);
    }
  }

  #announce(length: number, text: string): void {
    if (length === 0) this.#senseless(`an announcement of ${text}`);
    else if (length > this.#maxBytes) this.#end();
    else this.#owe(length);
  }

  /** What comes next comes by the way for long messages; some of it may have come already. */
  #owe(length: number): void {
    this.#owed = length;
    if (this.#early) this.#takeBulk(this.#early);
    if (this.#owed > 0) this.#events.awaitBulk(true);
    else this.#concludeBulk();
  }

  #beginBlock(text: string): void {
    const [number, length] = text.split(' ', 2).map(lengthIn) as [number, number?];
    if (!number || !length || text !== `${number} ${length}`) return this.#senseless(`a block of ${text}`);
    const bytes = this.#bytes ?? new ReceivedBytes();
    if (bytes.size + length > this.#maxBlocks) return this.#end();
    if (!bytes.begin(number, length)) return this.#senseless(`a block in a block: ${text}`);
    this.#bytes = bytes;
    this.#owesBlock = this.#kind === ANNOUNCED_BLOCK;
    if (this.#owesBlock) this.#owe(length);
  }

  #takeRaw(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#raw);
    this.#bytes?.add(bytes, start, end);
    this.#raw -= end - start;
    return end;
  }

  #senseless(text: string): void {
    this.#raw = 0;
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

/** The length that a text says; 0 if it says none. */
function lengthIn(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
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
