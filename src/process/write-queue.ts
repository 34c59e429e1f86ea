import { nextTick } from '../common/globals.js';
import { LARGE, reuse } from '../common/spare-memory.js';
import { endOfChunk } from '../common/surrogates.js';
import type { Ways } from './stdio-pipes.js';

/** How many characters have been sent to the other side, and how many of them have left this one. */
export interface Traffic {
  readonly sent: number;
  readonly taken: number;
}

/** How much is gathered before it is written, in characters: the interpreter can begin while more of it is made. */
const FULL = 4096;
/** The same while it has not taken in what came before: to find that out again costs as much as a call. */
const FULL_BEHIND = 2 ** 15;
/** The longest text that is written in one go, in characters: it would take its size in memory once more, as bytes. */
const LONGEST_CHUNK = 2 ** 16;

/**
 * What is sent to an interpreter. It is gathered during one turn of the event loop, and written in as few chunks as pay: right
 * away, as far as the interpreter has taken in what came before, and by the event loop otherwise.
 */
export class WriteQueue {
  readonly #ways: Pick<Ways, 'input' | 'writeNow'>;
  /** How many characters have been sent. */
  sent = 0;
  // What waits, in order: what was left of a chunk; texts and bytes, of which the first is written from some place on; what is gathered.
  #rest: string | Buffer = '';
  readonly #texts: (string | Buffer)[] = [];
  #start = 0;
  #gathered = '';
  /** Whether the stream is writing. Nothing else may write to the pipe then. */
  #isStreaming = false;
  #isFlushDue = false;
  /** Memory that nothing else refers to: once its bytes have been written, others may have it. */
  readonly #spare = new WeakSet<ArrayBufferLike>();

  constructor(ways: Pick<Ways, 'input' | 'writeNow'>) {
    this.#ways = ways;
  }

  /** How many of the characters that have been sent have left. */
  get taken(): number {
    const inTexts = this.#texts.reduce((length, text) => length + text.length, -this.#start);
    return this.sent - this.#gathered.length - inTexts - this.#rest.length - this.#ways.input.writableLength;
  }

  /** Sends a text, immediately if the interpreter waits for it. */
  send(text: string, isAwaited: boolean): void {
    this.sent += text.length;
    const isBehind = this.#isBehind;
    if (isAwaited && !isBehind && this.#gathered === '' && text.length < FULL) return this.#sendShort(text);
    if (this.#gathered.length + text.length > LONGEST_CHUNK) this.#endText();
    this.#gathered += text;
    if (this.#gathered.length >= (isBehind ? FULL_BEHIND : FULL) || (isAwaited && !isBehind)) {
      this.#endText();
      this.#push();
    }
    if (this.#gathered !== '' || this.#isBehind) this.#flushLater();
  }

  /** Sends what nothing is before, as most calls: a chunk of it need not be made. */
  #sendShort(text: string): void {
    const rest = this.#ways.writeNow(text);
    if (rest === undefined) return this.#stream(text);
    this.#rest = rest;
    if (rest.length > 0) this.#flushLater();
  }

  /**
   * Sends bytes, behind what has been gathered: more will follow.
   * @param areSpare whether nothing else refers to their memory, and no two pieces lie in the same
   */
  sendBytes(pieces: readonly Buffer[], areSpare: boolean): void {
    this.#endText();
    for (const piece of pieces) {
      if (areSpare && piece.buffer.byteLength >= LARGE) this.#spare.add(piece.buffer);
      this.sent += piece.length;
      this.#texts.push(piece);
    }
    this.#push();
  }

  #flushLater(): void {
    if (this.#isFlushDue || this.#isStreaming) return;
    this.#isFlushDue = true;
    nextTick(this.flush);
  }

  /** Writes what has been gathered. */
  readonly flush = (): void => {
    this.#isFlushDue = false;
    this.#push();
    if (!this.#isStreaming) this.#stream(this.#nextChunk());
  };

  get #isBehind(): boolean {
    return this.#isStreaming || this.#texts.length > 0 || this.#rest.length > 0;
  }

  /** Writes as much as can be written without the event loop. */
  #push(): void {
    while (!this.#isStreaming) {
      const chunk = this.#nextChunk();
      if (chunk.length === 0) return;
      const rest = this.#ways.writeNow(chunk);
      if (rest === undefined) return this.#stream(chunk);
      this.#rest = rest;
      if (rest.length > 0) return;
      this.#release(chunk);
    }
  }

  #stream(chunk: string | Buffer): void {
    this.#isStreaming = chunk.length > 0;
    if (!this.#isStreaming) return;
    this.#ways.input.write(chunk, (error) => {
      if (error) this.#drop();
      else this.#release(chunk);
      this.#stream(this.#nextChunk());
    });
  }

  /** Nobody reads any more. */
  #drop(): void {
    this.#texts.length = 0;
    this.#start = 0;
    this.#gathered = '';
  }

  /** What has to be written next, which is nothing if all has been. */
  #nextChunk(): string | Buffer {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = '';
      return rest;
    }
    if (this.#texts.length === 0) this.#endText();
    const [text = ''] = this.#texts;
    if (typeof text !== 'string') return this.#texts.shift() as Buffer;
    const end = endOfChunk(text, this.#start, LONGEST_CHUNK);
    const chunk = text.slice(this.#start, end);
    this.#start = end < text.length ? end : 0;
    if (this.#start === 0) this.#texts.shift();
    return chunk;
  }

  #endText(): void {
    if (this.#gathered !== '') this.#texts.push(this.#gathered);
    this.#gathered = '';
  }

  /** Bytes have been written, and these were the last of theirs. */
  #release(chunk: string | Buffer): void {
    if (typeof chunk !== 'string' && this.#spare.delete(chunk.buffer)) reuse(chunk.buffer);
  }
}
