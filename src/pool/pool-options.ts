import { availableParallelism } from 'node:os';
import type { Bond } from '../bond/bond.js';
import { isAbortSignal } from '../common/abort-signal.js';
import { BondException } from '../common/errors.js';
import { checkNames } from '../common/option-checks.js';
import { BOND_OPTIONS, type BondOptions } from '../common/options.js';
import type { Untyped } from '../references/remote-types.js';
import { checkCount } from './map-options.js';

/** How an interpreter is started: a command line, an argv array, or the driver's own candidates. */
export type Command = string | readonly string[] | undefined;

/** Settings of a pool, for {@link makePool}. What is not said here is for the bonds. */
export interface PoolOptions<F extends object = Untyped> extends BondOptions {
  /**
   * How many workers there are.
   * @default the number of `cmds`, if there are several, or else that of the processors
   */
  readonly size?: number | undefined;
  /**
   * Where they are: one command for all, or a list with one for each. A command is what `makeBond` takes: a command line
   * that no shell reads, or, in the list, an argv array.
   * @default the driver's own candidates
   */
  readonly cmds?: string | readonly (string | readonly string[])[] | undefined;
  /**
   * Further arguments for every interpreter.
   * @default none
   */
  readonly args?: readonly string[] | undefined;
  /**
   * Prepares a worker before it is given anything to do; it runs again for each that replaces one that has died. What it
   * throws counts as a start that has failed. It must not wait for calls of the pool: they may wait for this worker.
   * @default none
   */
  readonly setup?: ((bond: Bond<F>) => unknown) | undefined;
  /**
   * How often a call may be run again that has lost its worker: it died, or it was silent for longer than `timeout`. The
   * call may have been carried out all the same, in part or whole: say so only where that does no harm.
   * @default 0
   */
  readonly retries?: number | undefined;
}

/** @internal {@link PoolOptions} with every default filled in. */
export interface PoolSettings {
  readonly lang: string;
  readonly commands: readonly Command[];
  readonly args: readonly string[];
  readonly setup: (bond: Bond) => unknown;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  /** What every bond is made with. */
  readonly bonds: BondOptions;
}

const POOL_OPTIONS = ['size', 'cmds', 'args', 'setup', 'retries', ...BOND_OPTIONS] satisfies (keyof PoolOptions)[];

/** @internal Checks the options and fills in the defaults. What is for the bonds, they check. */
export function resolvePoolOptions(lang: string, options: PoolOptions): PoolSettings {
  checkNames(lang, options, POOL_OPTIONS);
  const { size, cmds, args = [], setup = () => {}, retries = 0, signal, ...bonds } = options;
  if (typeof setup !== 'function') throw new BondException(lang, 'setup must be a function');
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new BondException(lang, 'signal must be an AbortSignal');
  }
  checkCount(lang, 'retries', retries, 0);
  return { lang, commands: commandsOf(lang, cmds, size), args, setup, retries, signal, bonds };
}

/** One command for each worker. */
function commandsOf(lang: string, cmds: PoolOptions['cmds'], size: number | undefined): readonly Command[] {
  const list: readonly Command[] = Array.isArray(cmds) ? cmds : [cmds as string | undefined];
  const count = size ?? (list.length > 1 ? list.length : availableParallelism());
  checkCount(lang, 'size', count, 1);
  if (list.length !== 1 && list.length !== count) {
    throw new BondException(lang, `cmds takes one command, or one for each of ${count} workers, not ${list.length}`);
  }
  return Array.from({ length: count }, (_, index) => (list.length === 1 ? list[0] : list[index]));
}
