import { availableParallelism } from 'node:os';
import type { Bond } from '../bond/bond.js';
import { isAbortSignal } from '../common/abort-signal.js';
import { BondException } from '../common/errors.js';
import { checkNames } from '../common/option-checks.js';
import { BOND_OPTIONS, type BondOptions } from '../common/options.js';
import { textOf } from '../common/thrown.js';
import type { Untyped } from '../references/remote-types.js';
import { checkCount } from './map-options.js';
import type { Limits } from './recycling.js';

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
  /**
   * The number of workers that are always there, idle or not. The others, up to `size`, are started when calls wait, and
   * ended when they have been idle for `idleTimeout`. With `0`, `makePool` starts none.
   * @example
   * const pool = await makePool('PHP', { size: 16, minSize: 2, idleTimeout: 30_000 });
   * @default `size`: all workers are started by `makePool`, and stay
   */
  readonly minSize?: number | undefined;
  /**
   * How long workers beyond `minSize` may be idle before they are ended, in ms.
   * @default 60_000
   */
  readonly idleTimeout?: number | undefined;
  /**
   * The number of calls of an interpreter after which it is replaced, against leaks. A successor is started and set up
   * beforehand, while the interpreter goes on. It takes over between two calls, so no call waits for it. The limit of
   * each interpreter is up to a tenth lower, at random, so that they are not all replaced together. This also applies
   * to `maxAge` and `maxMemory`. An interpreter may pass its limit until its successor is ready.
   * @default Infinity
   */
  readonly maxCalls?: number | undefined;
  /**
   * The age of an interpreter after which it is replaced, as with `maxCalls`, also if it is idle. In ms since its setup.
   * @default Infinity
   */
  readonly maxAge?: number | undefined;
  /**
   * The memory of an interpreter after which it is replaced, as with `maxCalls`. In bytes of RAM that its process uses,
   * without its subprocesses. The interpreter is asked between two calls, at most every 20 ms, wherever it runs: it has
   * to run on Linux, unless it is Node.
   * @example
   * const pool = await makePool('PHP', { maxMemory: 256 * 2 ** 20, maxCalls: 10_000 });
   * @default Infinity
   */
  readonly maxMemory?: number | undefined;
  /**
   * Maximum number of calls that wait for a worker. Further calls reject immediately with a {@link PoolBusyException}.
   * Calls that wait for a worker that is starting do not count. Items of `map`, `each`, and calls that run again wait in
   * any case.
   * @default Infinity
   */
  readonly maxQueue?: number | undefined;
}

/** @internal {@link PoolOptions} with every default filled in. */
export interface PoolSettings {
  readonly lang: string;
  readonly commands: readonly Command[];
  readonly args: readonly string[];
  readonly setup: (bond: Bond) => unknown;
  readonly retries: number;
  readonly minSize: number;
  readonly idleTimeout: number;
  readonly maxQueue: number;
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  /** The options of each bond. */
  readonly bonds: BondOptions;
}

const POOL_OPTIONS = [
  ...['size', 'cmds', 'args', 'setup', 'retries', 'minSize', 'idleTimeout'],
  ...['maxCalls', 'maxAge', 'maxMemory', 'maxQueue'],
  ...BOND_OPTIONS,
] as const satisfies readonly (keyof PoolOptions)[];

/** @internal Checks the options and fills in the defaults. Each bond checks its own. */
export function resolvePoolOptions(lang: string, options: PoolOptions): PoolSettings {
  checkNames(lang, options, POOL_OPTIONS);
  const { size, cmds, minSize, idleTimeout, maxCalls, maxAge, maxMemory, maxQueue, ...others } = options;
  const { args = [], setup = () => {}, retries = 0, signal, ...bonds } = others;
  if (typeof setup !== 'function') throw new BondException(lang, 'setup must be a function');
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new BondException(lang, 'signal must be an AbortSignal');
  }
  checkCount(lang, 'retries', retries, 0);
  const commands = commandsOf(lang, cmds, size);
  return {
    ...{ lang, commands, args, setup, retries, signal, bonds },
    limits: limitsOf(lang, { maxCalls, maxAge, maxMemory }),
    ...elasticity(lang, commands.length, { minSize, idleTimeout }),
    maxQueue: limit(lang, 'maxQueue', maxQueue, 0),
  };
}

function limitsOf(lang: string, { maxCalls, maxAge, maxMemory }: PoolOptions): Limits {
  return {
    maxCalls: limit(lang, 'maxCalls', maxCalls, 1),
    maxAge: limit(lang, 'maxAge', maxAge, 1),
    maxMemory: limit(lang, 'maxMemory', maxMemory, 1),
  };
}

/** How many workers are always there, and how long the others stay. */
function elasticity(lang: string, size: number, { minSize = size, idleTimeout }: PoolOptions) {
  checkCount(lang, 'minSize', minSize, 0);
  if (minSize > size) throw new BondException(lang, `minSize must be at most size, which is ${size}, not ${minSize}`);
  if (idleTimeout !== undefined && minSize === size) {
    throw new BondException(lang, 'idleTimeout needs a minSize below size: otherwise all workers stay');
  }
  return { minSize, idleTimeout: limit(lang, 'idleTimeout', idleTimeout ?? 60_000, 1) };
}

/** A limit that can be left out. */
function limit(lang: string, name: string, value: unknown = Number.POSITIVE_INFINITY, least: number): number {
  if (typeof value === 'number' && value >= least) return value;
  throw new BondException(lang, `${name} must be a number from ${least} on, not ${textOf(value)}`);
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
