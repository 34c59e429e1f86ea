import { BondException } from '../common/errors.js';

/**
 * All workers of a pool are busy, and `maxQueue` calls wait already. The call was refused, and nothing of it has run.
 * @example
 * try {
 *   await pool.call('render', page);
 * } catch (error) {
 *   if (error instanceof PoolBusyException) response.writeHead(503).end();
 *   else throw error;
 * }
 */
export class PoolBusyException extends BondException {
  /** The name of the class. */
  override name = 'PoolBusyException';

  constructor(
    lang: string,
    what: string,
    /** The number of calls that waited. */
    readonly waiting: number,
  ) {
    const text = `${what}: all workers of the pool are busy, and ${waiting} calls wait for one (maxQueue)`;
    super(lang, text, { code: 'BOND_BUSY', hint: 'try again later, or use a larger size or maxQueue' });
  }
}
