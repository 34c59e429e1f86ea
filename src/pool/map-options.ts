import { BondException } from '../common/errors.js';
import { checkNames } from '../common/option-checks.js';
import type { Progress } from './progress.js';

/** Settings of {@link Pool.map}. */
export interface MapOptions {
  /**
   * Maximum number of items in work at the same time. As many results again may wait for you to read them.
   * @default the number of workers
   */
  readonly concurrency?: number | undefined;
  /**
   * Ends the iteration: it rejects with a {@link TimeoutException} whose `cause` is the signal's reason.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called after each item. If it throws, or its promise rejects, the iteration ends with that error. The iteration
   * waits for its promises before it ends.
   * @example
   * pool.map('resize', files, { onProgress: ({ done, total }) => console.log(`${done} of ${total}`) });
   * @default none
   */
  readonly onProgress?: ((progress: Progress) => unknown) | undefined;
  /**
   * The number of items, for `onProgress`, if `items` is a generator or another iterable without a length.
   * @default the length or size of `items`, if it has one
   */
  readonly total?: number | undefined;
  /**
   * Whether results come in the order of the items. With `false`, each comes as soon as it is ready.
   * @default true
   */
  readonly ordered?: boolean | undefined;
  /**
   * Whether an error becomes a result instead of ending the iteration. Results are then {@link Settled} objects.
   * @default false
   */
  readonly settled?: boolean | undefined;
  /**
   * How often an item may run again if its worker ends or times out.
   * @default that of the pool
   */
  readonly retries?: number | undefined;
  /**
   * As for {@link Pool.with}: the items wait behind calls of a higher priority.
   * @default that of the pool, as `with` has made it
   */
  readonly priority?: number | undefined;
}

const MAP_OPTIONS = [
  'concurrency',
  'signal',
  'onProgress',
  'total',
  'ordered',
  'settled',
  'retries',
  'priority',
] satisfies (keyof MapOptions)[];

/** @internal Checks what TypeScript cannot check for callers in JavaScript. */
export function checkMapOptions(lang: string, options: MapOptions): void {
  checkNames(lang, options, MAP_OPTIONS);
  checkPriority(lang, options.priority);
  if (options.onProgress === undefined || typeof options.onProgress === 'function') return;
  throw new BondException(lang, 'onProgress must be a function');
}

/** @internal Checks for a number that can be compared. */
export function checkPriority(lang: string, priority: unknown): void {
  if (priority === undefined || (typeof priority === 'number' && !Number.isNaN(priority))) return;
  throw new BondException(lang, `priority must be a number, not ${String(priority)}`);
}

/** @internal Checks for a whole number of at least `least`. */
export function checkCount(lang: string, name: string, count: unknown, least: number): void {
  if (Number.isInteger(count) && (count as number) >= least) return;
  throw new BondException(lang, `${name} must be a whole number from ${least} on, not ${String(count)}`);
}

/** @internal Checks that a value can be iterated over. */
export function checkItems(lang: string, items: unknown): void {
  const { [Symbol.asyncIterator]: asyncIterator, [Symbol.iterator]: iterator } = Object(items);
  if (typeof (asyncIterator ?? iterator) === 'function') return;
  throw new BondException(lang, 'map takes something that can be iterated over');
}
