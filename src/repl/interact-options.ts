import type { Readable, Writable } from 'node:stream';

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

/** @internal Their names. */
export const INTERACT_OPTIONS = ['input', 'output', 'errors', 'history', 'colors'] satisfies (keyof InteractOptions)[];
