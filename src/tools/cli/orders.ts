import type { Libraries, ProtocolName, TextKind } from '../../common/options.js';
import type { Level } from '../conform/level.js';
import type { Command } from './help.js';

/** Something to run before, or instead of, a session. */
export interface Step {
  readonly kind: 'execute' | 'print' | 'run';
  readonly text: string;
}

/** What is wanted, as the command line has it. */
export type Order =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly about: Command | 'session' }
  | { readonly kind: 'doctor'; readonly languages: readonly string[]; readonly isJson: boolean }
  | TypesOrder
  | ConformOrder
  | RunOrder
  | NewOrder
  | SessionOrder;

/** A driver that is to be tried. */
export interface ConformOrder {
  readonly kind: 'conform';
  readonly folder: string;
  readonly level: Level;
  readonly cmd: string | undefined;
}

/** An interface of what there is in a file. */
export interface TypesOrder {
  readonly kind: 'types';
  readonly lang: string;
  readonly file: string;
  readonly name: string | undefined;
  /** Code that is run before the file. */
  readonly setup: string | undefined;
  /** The file that is written; standard output, if there is none. */
  readonly output: string | undefined;
  readonly cmd: string | undefined;
  readonly libraries: Libraries;
}

/** A file that is to run. */
export interface RunOrder {
  readonly kind: 'run';
  readonly lang: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cmd: string | undefined;
  readonly text: TextKind | undefined;
  /** In milliseconds. */
  readonly timeout: number | undefined;
  readonly log: string | undefined;
  readonly libraries: Libraries;
}

/** A project to start from. */
export interface NewOrder {
  readonly kind: 'new';
  readonly folder: string;
  readonly lang: string;
  readonly isTypeScript: boolean;
}

/** Code that is to run in an interpreter, or a session with one. */
export interface SessionOrder {
  readonly kind: 'session';
  readonly lang: string;
  readonly cmd: string | undefined;
  readonly args: readonly string[];
  readonly steps: readonly Step[];
  readonly isJson: boolean;
  readonly protocol: readonly ProtocolName[] | undefined;
  readonly text: TextKind | undefined;
  /** In milliseconds, as is the next one. */
  readonly timeout: number | undefined;
  readonly startTimeout: number | undefined;
  readonly log: string | undefined;
  readonly libraries: Libraries;
}
