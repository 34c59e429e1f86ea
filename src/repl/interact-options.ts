import type { Readable, Writable } from 'node:stream';

/** Settings of {@link interact}. */
export interface InteractOptions {
  /**
   * Where lines are read from.
   * @default process.stdin
   */
  readonly input?: Readable | undefined;
  /**
   * Where prompts and values are written. If this and `input` are terminals, you can edit lines, recall earlier ones,
   * and complete names with Tab.
   * @default process.stdout
   */
  readonly output?: Writable | undefined;
  /**
   * Where errors are written.
   * @default the same as `output`
   */
  readonly errors?: Writable | undefined;
  /**
   * The file that keeps the lines you typed for the next session, in a terminal; `false` for none.
   * @default `<language>.history` in the folder `$BOND_HISTORY`, otherwise in `$XDG_STATE_HOME/bond` or
   * `~/.local/state/bond`;
   * none if `BOND_HISTORY` is empty
   */
  readonly history?: string | false | undefined;
  /**
   * Whether prompts, values and errors are coloured.
   * @default as `FORCE_COLOR` and `NO_COLOR` say, otherwise whether the output is a terminal
   */
  readonly colors?: boolean | undefined;
}

/** @internal The names of the options. */
export const INTERACT_OPTIONS = ['input', 'output', 'errors', 'history', 'colors'] satisfies (keyof InteractOptions)[];
