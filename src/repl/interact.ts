import { checkNames } from '../common/option-checks.js';
import { INTERACT_OPTIONS, type InteractOptions } from './interact-options.js';
import type { Partner } from './repl-target.js';

/**
 * Starts an interactive session with a bond. A line runs as a block of code. With `!` before it, it is evaluated, and
 * its value printed. An unfinished block, and a line that ends with a backslash, continue on the next line. Ctrl-C
 * clears the line, or stops the running code. Ctrl-D leaves. Resolves when you leave, or when the interpreter has
 * ended.
 * @throws BondException if an option is unknown
 * @example
 * await interact(python, { history: false });
 */
export async function interact(bond: Partner, options: InteractOptions = {}): Promise<void> {
  checkNames(bond.lang, options, INTERACT_OPTIONS);
  // Few programs need this, so it is loaded on first use.
  const { converse } = await import('./converse.js');
  return converse(bond, options);
}
