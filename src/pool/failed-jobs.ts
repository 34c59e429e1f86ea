// What the error of a job says about its worker.

import { BondException, TerminatedException, TimeoutException } from '../common/errors.js';
import { isA } from '../common/thrown.js';
import type { Lease } from './waiting-jobs.js';

/** Gives a worker back whose job has failed: it may still be at it. */
export async function giveBackAfter(
  error: unknown,
  { worker, bond }: Lease,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (isStopped(error)) await worker.recover(bond);
  else if (!isLoss(error)) worker.countCall(bond);
  else if (signal?.aborted) await worker.recover(bond);
  else if (isA(error, TimeoutException)) await bond.kill();
  worker.release(bond);
}

/** Whether an error says that the worker has been lost, or is no longer waited for. */
export function isLoss(error: unknown): boolean {
  return isA(error, TerminatedException) || isA(error, TimeoutException);
}

/** Whether it says that there was no reply in time. */
export function isOverdue(error: unknown): error is TimeoutException {
  return isA(error, TimeoutException) && error.code === 'BOND_TIMEOUT';
}

/** The same time-out, with what a pool can do about it. */
export function replacedAfter(error: TimeoutException): TimeoutException {
  const hint = 'its worker is replaced; a longer timeout of the pool waits longer';
  const replaced = new TimeoutException(error.lang, error.text, { hint });
  replaced.stack = `${error.stack}`.replace(error.message, () => replaced.message);
  return replaced;
}

/** Whether an error says that the code there is being interrupted, because a function for its output has failed. */
function isStopped(error: unknown): boolean {
  return isA(error, BondException) && error.code === 'BOND_OUTPUT';
}
