import { BondException } from '../common/errors.js';
import type { TextKind } from '../common/options.js';
import type { Driver } from './manifest.js';

/** Refuses `text: 'bytes'` for a language, or for one of its interpreters, that does not have it, and says why that needs none. */
export function checkTextKind({ language, withoutText }: Driver, wanted: TextKind, isHad: boolean): void {
  if (wanted === 'characters' || isHad) return;
  const reason = withoutText ?? 'its driver does not have the feature';
  throw new BondException(language, `the option text: 'bytes' is not for it: ${reason}`, { code: 'BOND_UNSUPPORTED' });
}
