import type { Readable, Writable } from 'node:stream';
import type { Partner } from './repl-target.js';

/** Settings of an interactive session. */
export interface InteractOptions {
  /**
   * Where lines are read from.
   * @default process.stdin
   */
  readonly input?: Readable | undefined;
  /**
   * Where prompts and values are written. If this and `input` are terminals, lines can be edited, called up again, and
   * completed with Tab.
   * @default process.stdout
   */
  readonly output?: Writable | undefined;
  /**
   * Where errors are written.
   * @default what `output` is
   */
  readonly errors?: Writable | undefined;
  /**
   * The file in which a terminal's lines are kept for the next session, or `false` for none.
   * @default `<language>.history` in the folder `BOND_HISTORY`, or else `$XDG_STATE_HOME/bond`, `~/.local/state/bond`;
   * none if `BOND_HISTORY` is empty
   */
  readonly history?: string | false | undefined;
  /**
   * Whether prompts, values and errors have colours.
   * @default as `FORCE_COLOR` and `NO_COLOR` say; without them, whether it is a terminal
   */
  readonly colors?: boolean | undefined;
}

/**
 * Starts an interactive session with a bond. A line is run as a block of code; one that begins with `!` is evaluated,
 * and its value printed. A block that is unfinished, as far as the language can tell, or that ends in a backslash, goes on
 * with the next line. Ctrl-C drops what has been typed, or stops the code that runs; Ctrl-D leaves. Resolves when the user
 * leaves, or the interpreter is gone.
 */
export async function interact(bond: Partner, options: InteractOptions = {}): Promise<void> {
  // What few programs ever do is loaded when one does it.
  const { converse } = await import('./converse.js');
  return converse(bond, options);
}
