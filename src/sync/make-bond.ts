import type { BondOptions } from '../common/options.js';
import { registeredFolder } from '../drivers/driver.js';
import { ProgramSide } from './program-side.js';
import { optionsFor } from './stands.js';
import { Thread } from './thread.js';

/** Where the code of the thread is: beside this file as it is built, or where it was built from this one. */
const FILE = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/sync-worker.js' : './sync-worker.js',
  import.meta.url,
);

let thread: Thread | undefined;

/** The thread of this program, or of this thread of it. */
function openThread(): Thread {
  if (!thread || thread.isGone) thread = new Thread(FILE, (made) => new ProgramSide(made));
  return thread;
}

export function openBond(lang: string, given: readonly unknown[]): unknown {
  const found = given.findIndex((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
  const before = found < 0 ? given : given.slice(0, found);
  const after = found < 0 ? [] : given.slice(found + 1);
  const options = optionsFor(lang, (given[found] ?? {}) as BondOptions);
  return openThread().askFor(lang, 'makeBond', lang, before, options, after, registeredFolder(lang));
}
