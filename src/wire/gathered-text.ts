import { Buffer, isUtf8 } from 'node:buffer';

/** The text of a message. */
export function decode(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return isWrong(text, bytes, start, end) ? senseless(text) : text;
}

/** Whether `text` is not all that `bytes` say, as they are not UTF-8. */
function isWrong(text: string, bytes: Buffer, start: number, end: number): boolean {
  return text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end));
}

/** What makes no sense at all is refused; half of what was said might not be. */
function senseless(text: string): string {
  return `(not UTF-8) ${text}`;
}

/** How many bytes are made text in one go. */
const PORTION = 2 ** 15;

/**
 * The text of a message that arrives bit by bit. It is made text on the way: the bytes of a long one would all have to be
 * kept, and V8 looks for garbage whenever there are many. A bit may end in the middle of a character.
 */
export class GatheredText {
  /** In bytes. */
  length = 0;
  #text = '';
  #isWrong = false;
  /** What is not text yet. */
  #bytes: Buffer | undefined;
  #count = 0;

  add(source: Buffer, start: number, end: number): void {
    this.length += end - start;
    this.#bytes ??= Buffer.allocUnsafeSlow(PORTION);
    for (let place = start; place < end; ) {
      const copied = source.copy(this.#bytes, this.#count, place, end);
      place += copied;
      this.#count += copied;
      if (this.#count === PORTION) this.#decode(this.#bytes, endOfCharacters(this.#bytes));
    }
  }

  #decode(bytes: Buffer, end: number): void {
    const text = bytes.toString('utf8', 0, end);
    this.#isWrong ||= isWrong(text, bytes, 0, end);
    this.#text += text;
    bytes.copyWithin(0, end, this.#count);
    this.#count -= end;
  }

  /** What has been gathered; it begins anew. */
  take(): string {
    if (this.#bytes) this.#decode(this.#bytes, this.#count);
    const text = this.#isWrong ? senseless(this.#text) : this.#text;
    this.length = 0;
    this.#text = '';
    this.#isWrong = false;
    this.#bytes = undefined;
    return text;
  }
}

/** Where the last character of some bytes begins, if not all of it is there; otherwise their end. */
function endOfCharacters(bytes: Buffer): number {
  for (let place = bytes.length - 1; place >= bytes.length - 3; place--) {
    const byte = bytes[place] as number;
    const length = byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (length > 0) return place + length > bytes.length ? place : bytes.length;
  }
  return bytes.length;
}
