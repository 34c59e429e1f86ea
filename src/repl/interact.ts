import { checkNames } from '../common/option-checks.js';
import { INTERACT_OPTIONS, type InteractOptions } from './interact-options.js';
import type { Partner } from './repl-target.js';

/**
 * Starts an interactive session with a bond. A line is run as a block of code; one that begins with `!` is evaluated,
 * and its value printed. A block that is unfinished, as far as the language can tell, or that ends in a backslash, goes on
 * with the next line. Ctrl-C drops what has been typed, or stops the code that runs; Ctrl-D leaves. Resolves when the user
 * leaves, or the interpreter is gone.
 */
export async function interact(bond: Partner, options: InteractOptions = {}): Promise<void> {
  checkNames(bond.lang, options, INTERACT_OPTIONS);
  // What few programs ever do is loaded when one does it.
  const { converse } = await import('./converse.js');
  return converse(bond, options);
}
