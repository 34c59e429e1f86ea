import { Buffer } from 'node:buffer';

/** Begins two bytes that stand for one: the second one is what that has more than this. */
const ESCAPE = 254;

/** Bytes without any 255: a reader that an interrupt ends finds out by that how far it has got in a buffer full of them. */
export function escaped(bytes: Buffer): Buffer {
  const result = Buffer.allocUnsafeSlow(bytes.length + countToEscape(bytes));
  let end = 0;
  for (const byte of bytes) {
    if (byte < ESCAPE) result[end++] = byte;
    else {
      result[end++] = ESCAPE;
      result[end++] = byte - ESCAPE;
    }
  }
  return result;
}

function countToEscape(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte >= ESCAPE) count++;
  return count;
}
