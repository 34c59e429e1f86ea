import type { Place } from '../common/call-site.js';
import type { BondException } from '../common/errors.js';
import { captureStackTrace, Promise } from '../common/globals.js';
import { giveOneStack, hasOneStack } from '../common/one-stack.js';
import { withPlace } from '../common/stacks.js';

/**
 * What a promise is resolved to so that it is rejected, with a stack that shows who waits for it: the stack of where an answer
 * arrives is of no use. V8 finds those who wait from a job of the promise; to give each promise one, whether it is rejected or
 * not, would cost every call another promise. Where nobody waits, `place` shows the line, if it is known.
 */
export function rejection(error: BondException, place?: Place): PromiseLike<never> {
  const traced = (): never => {
    if (hasOneStack(error)) {
      const waiting = {};
      captureStackTrace(waiting, traced);
      giveOneStack(error, waiting, place);
      throw error;
    }
    captureStackTrace(error, traced);
    throw place ? withPlace(error, place) : error;
  };
  return {
    // biome-ignore lint/suspicious/noThenProperty: what a promise is resolved to may have one
    then: (onFulfilled, onRejected) => Promise.resolve().then(traced).then(onFulfilled, onRejected),
  };
}
