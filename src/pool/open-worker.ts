import type { Bond } from '../bond/bond.js';
import { makeBond } from '../bond/make-bond.js';
import { BondException } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import { isError, textOf } from '../common/thrown.js';
import type { Command, PoolSettings } from './pool-options.js';

/** Starts an interpreter, and has it set up as the pool's options say. */
export async function openWorker(settings: PoolSettings, command: Command, signal: AbortSignal): Promise<Bond> {
  const { lang, args, bonds, setup } = settings;
  const bond = await makeBond(lang, command, args, { ...bonds, signal });
  const lost = bond.closed.then(() => bond.eval('0')); // which rejects with what ended it
  try {
    await Promise.race([(async () => setup(bond))(), lost]);
    return bond;
  } catch (error) {
    await bond.kill();
    if (isError(error)) throw error;
    throw new BondException(lang, `setup threw ${textOf(error)}`, { code: 'BOND_SETUP', cause: error });
  }
}
