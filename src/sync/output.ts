import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import type { OutputTarget } from '../common/options.js';
import { isOpen } from '../common/output-target.js';
import type { Told } from './crossing.js';

/** Where output goes that the thread is to write. */
export class Output {
  readonly target: Writable | ((chunk: Buffer) => void);

  constructor(target: Writable | ((chunk: Buffer) => void)) {
    this.target = target;
  }
}

/** A target as the thread is given it. What is none is refused there. */
export function outputFor(target: OutputTarget | undefined): unknown {
  const isTarget = typeof target === 'function' || (typeof target === 'object' && target !== null && 'write' in target);
  return isTarget ? new Output(target) : target;
}

/** The thread writes to the process's own descriptors itself, at once. */
export function tellOutput({ target }: Output, keep: (func: object) => number): Told {
  if (target === process.stdout) return ['output', 1];
  if (target === process.stderr) return ['output', 2];
  const write = (chunk: Uint8Array<ArrayBuffer>): void => {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (typeof target === 'function') return target(bytes);
    if (isOpen(target)) target.write(bytes);
  };
  return ['output', 0, keep(write)];
}
