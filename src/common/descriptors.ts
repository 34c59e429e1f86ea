import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { property } from './thrown.js';

/** What is told where no more can be opened. */
export const TOO_MANY_OPEN = 'too many open files: close some, or raise the limit (ulimit -n)';

/** Whether so many files can be opened at the moment. */
export function canOpen(count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync(devNull, 'r'));
    return true;
  } catch (error) {
    return !['EMFILE', 'ENFILE'].includes(String(property(error, 'code'))); // what is forbidden says nothing of that
  } finally {
    opened.forEach(closeSync);
  }
}
