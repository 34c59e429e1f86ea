import { Buffer } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';

/** The given number of unpredictable bytes, in hexadecimal. Node's `crypto` takes as long to load as a tenth of the library. */
export function randomHex(count: number): string {
  const bytes = Buffer.alloc(count);
  if (!fillFromSystem(bytes)) crypto.getRandomValues(bytes);
  return bytes.toString('hex');
}

/** Whether the system has a file of random bytes, which may be read. */
function fillFromSystem(bytes: Buffer): boolean {
  try {
    const file = openSync('/dev/urandom', 'r');
    try {
      return readSync(file, bytes) === bytes.length;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
