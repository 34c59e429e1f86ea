import { type Ending, TerminatedException } from '../common/errors.js';

/** Why the host has ended an interpreter. */
export interface Reason {
  readonly text: string;
  readonly cause?: unknown;
}

export const CLOSED: Reason = { text: 'the bond is closed' };

/** What there is to say of a request that the end of the interpreter has met. */
interface Circumstances {
  readonly lang: string;
  readonly ending: Ending;
  /** How it ended, in words. */
  readonly how: string;
  /** The request. */
  readonly what: string;
  /** What the interpreter was at when it ended. */
  readonly running: string | undefined;
  /** Why the host ended it, if it did. */
  readonly reason: Reason | undefined;
}

/** What such a request is rejected with. */
export function terminated({ lang, ending, how, what, running, reason }: Circumstances): TerminatedException {
  const stderr = ending.stderr.trim();
  const circumstance = running === undefined || running === what ? '' : ` while it ran ${running}`;
  const parts = `${what}: ${how}${circumstance}`;
  const text = stderr === '' || reason === CLOSED ? parts : `${parts}: ${stderr.slice(-1000)}`;
  return new TerminatedException(lang, text, ending, reason && 'cause' in reason ? { cause: reason.cause } : {});
}
