import { nextTurn, sleep } from '../common/globals.js';
import type { Interpreter } from '../process/interpreter.js';

/** How long what is to be stopped is given to end by itself, in ms, where the signal might hit what comes next. */
const PATIENCE = 10;

/** Has an interpreter look at a line that it has been sent, by a signal, even if it is busy. */
export interface Nudge {
  readonly signal: NodeJS.Signals;
  /** Whether the signal stops whatever runs when it arrives, and not only what the line names. */
  readonly isBlunt: boolean;
}

/** Sends the signal; a blunt one only if what is meant has not been answered in a while, as far as has been read. */
export async function nudge(
  interpreter: Pick<Interpreter, 'signal'>,
  { signal, isBlunt }: Nudge,
  isMeant: () => boolean,
): Promise<void> {
  if (isBlunt) {
    await sleep(PATIENCE);
    await nextTurn();
    await nextTurn();
    if (!isMeant()) return;
  }
  interpreter.signal(signal);
}
