import { closeSync, openSync } from 'node:fs';
import { property } from './thrown.js';

/** What is told where no more can be opened. */
export const TOO_MANY_OPEN = 'too many open files: close some, or raise the limit (ulimit -n)';

/** Where nothing is, in a file; Node's module of that name would be loaded for nothing else. */
const DEV_NULL = process.platform === 'win32' ? '\\\\.\\nul' : '/dev/null';
/** How many descriptors it takes to load a part of this library. */
const TO_LOAD = 5;

/**
 * Loads a part of this library when it is first asked for. Node keeps in mind that a module could not be read, even if there
 * were only no descriptors left: it is not asked for as long as there are none.
 */
export function loadedLate<T>(load: () => Promise<T>): () => Promise<T> {
  let part: Promise<T> | undefined;
  return async () => {
    if (!part && !canOpen(TO_LOAD)) throw new Error(TOO_MANY_OPEN);
    part ??= load();
    return part;
  };
}

/** Whether so many files can be opened at the moment. */
function canOpen(count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync(DEV_NULL, 'r'));
    return true;
  } catch (error) {
    return !['EMFILE', 'ENFILE'].includes(String(property(error, 'code'))); // what is forbidden says nothing of that
  } finally {
    opened.forEach(closeSync);
  }
}
