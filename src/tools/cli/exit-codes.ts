import { RemoteException, SerializationException, TerminatedException, TimeoutException } from '../../common/errors.js';

/** What the command `bond` exits with. */
export const EXIT = { fine: 0, failed: 1, usage: 2, notStarted: 3, ended: 4, silent: 5, interrupted: 130 } as const;

/** The exit code for an error of a call; none is fine. */
export function exitCodeOf(failure: unknown): number {
  if (failure === undefined) return EXIT.fine;
  if (failure instanceof RemoteException || failure instanceof SerializationException) return EXIT.failed;
  if (failure instanceof TerminatedException) return EXIT.ended;
  return failure instanceof TimeoutException ? EXIT.silent : EXIT.failed;
}

/** The command line makes no sense; the message says why. */
export class UsageError extends Error {}
