import { BondException, RemoteException } from '../common/errors.js';
import { isA } from '../common/thrown.js';
import type { Requester } from './requester.js';

/**
 * Has values of certain types converted there before they cross.
 *
 * @param conversions code of something that can be called, by the names of types
 * @throws BondException if the driver cannot do so, or refuses one of them, which is named
 */
export async function convertValues(
  requester: Requester,
  conversions: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = Object.entries(conversions);
  const { connection } = requester;
  if (entries.length === 0) return;
  connection.need('convert');
  try {
    await requester.callDriver('convert', '_BOND_convert', [entries]);
  } catch (cause) {
    if (!isA(cause, RemoteException)) throw cause;
    throw new BondException(connection.lang, `convert: ${cause.remoteMessage}`, { code: 'BOND_SETUP', cause });
  }
}
