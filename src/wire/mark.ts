import type { Buffer } from 'node:buffer';
import { randomHex } from '../common/random.js';

/** Every mark begins with this byte, the ASCII record separator, which is rare in output. */
export const FIRST_BYTE = 0x1e;

/** What tells a message of the other side from its output: chosen at random for each session. */
export interface Mark {
  /** The first half of its text, and the second: STAGE1 is sent them apart, so that an echo of it is not the mark. */
  readonly head: string;
  readonly tail: string;
  /** The whole mark, as it stands on the wire. */
  readonly text: string;
}

/** An unpredictable mark. */
export function newMark(): Mark {
  const digits = randomHex(12);
  const [head, tail] = [digits.slice(0, 12), digits.slice(12)];
  return { head, tail, text: `${String.fromCharCode(FIRST_BYTE)}${head}${tail}` };
}

/** Where in `bytes` a mark begins of which the rest has not arrived, or their end. */
export function partialMark(bytes: Buffer, start: number, mark: Buffer): number {
  let place = bytes.indexOf(FIRST_BYTE, Math.max(start, bytes.length - mark.length + 1));
  while (place >= 0) {
    if (bytes.subarray(place).equals(mark.subarray(0, bytes.length - place))) return place;
    place = bytes.indexOf(FIRST_BYTE, place + 1);
  }
  return bytes.length;
}
