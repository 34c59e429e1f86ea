import { Buffer } from 'node:buffer';
import { memoryFor } from '../common/spare-memory.js';

/** What a block costs beside its bytes: so nobody fills the memory with thousands of short ones. */
const OVERHEAD = 256;

/** How much is allocated for what has only been announced. */
const TRUSTED = 2 ** 20;

/** The blocks of a message of the other side: each byte of them is named in its text, once. */
export class ReceivedBytes {
  readonly #blocks = new Map<number, Buffer>();
  /** What has been named: where it begins in a block, and where it ends. */
  readonly #named: [number: number, start: number, end: number][] = [];
  /** The size of all blocks. */
  size = 0;
  /** The block that is arriving: its number, its length, and how much of it has come. */
  #number = 0;
  #length = 0;
  #arrived = 0;

  /** How many bytes of a block that has been begun are still to come. */
  get missing(): number {
    return this.#length - this.#arrived;
  }

  /** Begins a block. Returns whether that makes sense. */
  begin(number: number, length: number): boolean {
    if (this.missing > 0 || this.#blocks.has(number)) return false;
    this.#blocks.set(number, Buffer.allocUnsafeSlow(Math.min(length, TRUSTED)));
    [this.#number, this.#length, this.#arrived] = [number, length, 0];
    this.size += length + OVERHEAD;
    return true;
  }

  /** Adds bytes to the block that is arriving. */
  add(source: Buffer, start: number, end: number): void {
    this.#arrived += source.copy(this.#roomFor(end - start), this.#arrived, start, end);
  }

  /** Has bytes of the block that is arriving read right to where they belong: at most so many. Returns how many that were. */
  fill(most: number, read: (room: Buffer) => number): number {
    const block = this.#roomFor(1); // all of it is allocated only when as much has come as is trusted
    const count = read(block.subarray(this.#arrived, this.#arrived + most));
    this.#arrived += count;
    return count;
  }

  /** The block that is arriving, as large as it has to be. */
  #roomFor(count: number): Buffer {
    const block = this.#blocks.get(this.#number) as Buffer;
    if (this.#arrived + count <= block.length) return block;
    const whole = memoryFor(this.#length);
    block.copy(whole);
    this.#blocks.set(this.#number, whole);
    return whole;
  }

  /** Bytes that a word names. Those that are a whole block are not copied. */
  bytesAt(number: number, start: number, length: number): Uint8Array {
    const block = this.#blocks.get(number);
    if (!block) throw new Error(`there is no block ${number}`);
    if (!isPlace(start, length, block.length)) throw new Error(`block ${number} has no ${length} bytes at ${start}`);
    this.#named.push([number, start, start + length]);
    return length === block.length
      ? new Uint8Array(block.buffer)
      : new Uint8Array(block.subarray(start, start + length));
  }

  /** Throws unless each byte has been named once. */
  checkNamed(): void {
    const left = new Map([...this.#blocks].map(([number, block]) => [number, block.length]));
    let end = 0;
    let last = 0;
    for (const [number, start, stop] of this.#named.sort((one, other) => one[0] - other[0] || one[1] - other[1])) {
      if (number === last && start < end) throw new Error(`bytes of block ${number} are named twice`);
      left.set(number, (left.get(number) as number) - (stop - start));
      [last, end] = [number, stop];
    }
    for (const [number, count] of left)
      if (count > 0) throw new Error(`${count} bytes of block ${number} are not named`);
  }
}

function isPlace(start: number, length: number, size: number): boolean {
  return [start, length].every((part) => Number.isSafeInteger(part) && part >= 0) && start + length <= size;
}
