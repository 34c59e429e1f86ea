import { availableParallelism } from 'node:os';
import type { Bond } from '../bond/bond.js';
import { isAbortSignal } from '../common/abort-signal.js';
import { BondException } from '../common/errors.js';
import { checkNames } from '../common/option-checks.js';
import { BOND_OPTIONS, type BondOptions } from '../common/options.js';
import type { Untyped } from '../references/remote-types.js';
import { checkCount } from './map-options.js';

/**
 * How to start an interpreter: a command line, an array of arguments, or `undefined` for the commands of the driver.
 */
export type Command = string | readonly string[] | undefined;

/**
 * Settings of a pool, for {@link makePool}. All other options are those of its bonds.
 * @example
 * const pool = await makePool('Python', { cmds: ['python3', 'ssh host1 python3'], setup: (bond) => bond.evalBlock('import work') });
 */
export interface PoolOptions<F extends object = Untyped> extends BondOptions {
  /**
   * The number of workers.
   * @default the number of `cmds` if there are several, otherwise the number of processors
   */
  readonly size?: number | undefined;
  /**
   * The commands of the workers: one command line for all, or a list with one for each. In the list, a command may be
   * an array of arguments.
   * @example
   * cmds: ['ssh host1 python3', 'ssh host2 python3']
   * @default the commands of the driver
   */
  readonly cmds?: string | readonly (string | readonly string[])[] | undefined;
  /**
   * Further arguments for each interpreter.
   * @default none
   */
  readonly args?: readonly string[] | undefined;
  /**
   * Prepares each worker before its first call. It runs again for a worker that replaces one that ended. If it fails,
   * so does the start of the worker. Do not wait for calls of the pool in it: they may wait for this worker.
   * @example
   * setup: (bond) => bond.evalBlock('import numpy')
   * @default none
   */
  readonly setup?: ((bond: Bond<F>) => unknown) | undefined;
  /**
   * How often a call may run again if its worker ends, or times out. The first run may have done part of its work, or
   * all of it: use this only for calls that may run twice.
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
  /** The options of each bond. */
  readonly bonds: BondOptions;
}

const POOL_OPTIONS = ['size', 'cmds', 'args', 'setup', 'retries', ...BOND_OPTIONS] satisfies (keyof PoolOptions)[];

/** @internal Checks the options and fills in the defaults. Each bond checks its own. */
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
