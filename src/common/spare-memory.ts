import { Buffer } from 'node:buffer';

/** Less than this is not worth it, in bytes. */
export const LARGE = 2 ** 20;

/** Memory whose bytes have been written. What looks for garbage may take it at any time. */
let spare: WeakRef<ArrayBufferLike> | undefined;

/** Memory for so many bytes, in an `ArrayBuffer` of just that size. To have the system find memory takes longer than to fill it. */
export function memoryFor(size: number): Buffer {
  const found = size >= LARGE ? spare?.deref() : undefined;
  if (found?.byteLength !== size) return Buffer.allocUnsafeSlow(size);
  spare = undefined;
  return Buffer.from(found as ArrayBuffer);
}

/** Offers memory that nothing else refers to. */
export function reuse(memory: ArrayBufferLike): void {
  spare = new WeakRef(memory);
}
