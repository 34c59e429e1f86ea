/** How many handles weigh as much together as a buffer of that many bytes. */
const HANDLES = 1024;
const BYTES = 2 ** 24;

let count = 0;
let buffer: ArrayBuffer | undefined;

/**
 * V8 knows of the few bytes of a handle, and not of what is held for it over there: it would look for garbage after tens of
 * thousands of them. So each keeps a buffer alive together with others. Nobody writes to it: it takes no memory, but its size counts.
 */
export function weightOfHandle(): ArrayBuffer | undefined {
  if (++count % HANDLES === 0) buffer = allocate();
  return buffer;
}

function allocate(): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(BYTES);
  } catch {
    return undefined; // there is no room even for nothing
  }
}
