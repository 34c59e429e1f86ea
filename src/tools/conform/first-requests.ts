import { BondException, TerminatedException, TimeoutException } from '../../common/errors.js';

/**
 * The reply to a request that every check begins with. If the driver ends at it, or never replies, no check could tell more, so this
 * is an error. Any other failure is left to the checks.
 */
export async function replyOrStop<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (!(error instanceof TerminatedException || error instanceof TimeoutException)) return undefined;
    const reason = error.message.replace(/^\[[^\]]*\] /, '');
    const text = `no check can be run, because the driver does not reply to its first requests: ${reason}`;
    throw new BondException(error.lang, text, { code: error.code, cause: error });
  }
}
