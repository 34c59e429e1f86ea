import type { Readable } from 'node:stream';
import { nextTurn, setTimeout } from '../common/globals.js';

/** How long the last output of an interpreter that has exited is waited for, in ms: a grandchild may hold the pipe open. */
export const LAST_OUTPUT = 50;
/** How often more may have come meanwhile: a grandchild may write without an end. */
const MOST_ROUNDS = 20;

/**
 * Lets the event loop read what lies there: time may have passed in which this process had none to look.
 *
 * @param chunks how many chunks have been read so far
 */
export async function readWhatIsThere(chunks: () => number): Promise<void> {
  let before: number;
  let rounds = 0;
  do {
    before = chunks();
    await nextTurn();
    await nextTurn();
  } while (chunks() > before && ++rounds < MOST_ROUNDS);
}

/** Lets go of a stream that a grandchild may hold open; one that a slow reader keeps waiting is read to its end first. */
export function release(stream: Readable): void {
  if (!stream.isPaused()) stream.destroy();
  else stream.once('resume', () => setTimeout(() => release(stream), LAST_OUTPUT));
}
