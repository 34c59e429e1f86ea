import type { Bond } from '../bond/bond.js';
import { makeBond } from '../bond/make-bond.js';
import { BondException } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import { isError, textOf } from '../common/thrown.js';
import type { Command, PoolSettings } from './pool-options.js';

/** Starts an interpreter, and has it set up as the pool's options say. */
export async function openWorker(settings: PoolSettings, command: Command, signal: AbortSignal): Promise<Bond> {
  const { lang, args, bonds, setup, limits } = settings;
  const bond = await makeBond(lang, command, args, { ...bonds, signal });
  let isOpen = false;
  const lost = bond.closed.then(() => (isOpen ? undefined : bond.eval('0'))); // which rejects with what ended it
  try {
    const isMeasured = limits.maxMemory < Number.POSITIVE_INFINITY;
    const prepare = async (): Promise<unknown> => {
      if (isMeasured) await checkMemory(bond);
      return setup(bond);
    };
    await Promise.race([prepare(), lost]);
    isOpen = true;
    return bond;
  } catch (error) {
    await bond.kill();
    if (isError(error)) throw error;
    throw new BondException(lang, `setup threw ${textOf(error)}`, { code: 'BOND_SETUP', cause: error });
  }
}

/** Refuses an interpreter whose memory cannot be limited, before any call is made. */
async function checkMemory(bond: Bond): Promise<void> {
  const bytes = await bond.measureMemory().catch((cause: unknown) => {
    throw cannotMeasure(bond.lang, textOf(cause), cause);
  });
  if (!(bytes > 0)) throw cannotMeasure(bond.lang, `it says ${textOf(bytes)}`);
}

function cannotMeasure(lang: string, why: string, cause?: unknown): BondException {
  const text = `maxMemory: this interpreter cannot tell how much memory it uses: ${why}`;
  return new BondException(lang, text, { code: 'BOND_UNSUPPORTED', hint: 'use maxCalls or maxAge', cause });
}
