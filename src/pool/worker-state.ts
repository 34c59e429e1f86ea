/**
 * The state of a worker. `'down'` means that it could not be started, or ended by itself, and is started again after a
 * pause. `'off'` means that it has no interpreter, because there is no work for it: it is one beyond `minSize`.
 */
export type WorkerState = 'starting' | 'idle' | 'busy' | 'down' | 'off' | 'ended';

/** The pause after a failed start, in ms. It doubles each time, up to the longest. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

/** @internal The pause after so many failed starts in a row, not counting the last, in ms. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE);
}
