import { nextTurn } from '../common/globals.js';

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
