import { writeSync } from 'node:fs';

/** For how long a full pipe is left alone, in ms. */
const PAUSE = 1;
const pause = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Writes to a descriptor of the process. A thread's `process.stdout` would be written when the program no longer waits. */
export function writeTo(descriptor: number): (chunk: Uint8Array) => void {
  return (chunk) => {
    for (let written = 0; written < chunk.length; ) written += write(descriptor, chunk.subarray(written));
  };
}

function write(descriptor: number, bytes: Uint8Array): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') return bytes.length; // nobody reads it any more
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(pause, 0, 0, PAUSE);
    return 0;
  }
}
