import { BondException } from '../common/errors.js';
import { checkNames } from '../common/option-checks.js';
import type { Progress } from './progress.js';

/** Settings of {@link Pool.map}. */
export interface MapOptions {
  /**
   * How many items are worked on at a time, at most. At most as many results again are kept until somebody takes them.
   * @default the number of workers
   */
  readonly concurrency?: number | undefined;
  /**
   * Ends the iteration: it rejects with a `TimeoutException` whose `cause` is the reason.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Is told whenever an item is done. What it throws ends the iteration, and so does a promise of it that rejects; the iteration
   * is not over before such promises are settled.
   * @default none
   */
  readonly onProgress?: ((progress: Progress) => unknown) | undefined;
  /**
   * How many items there are, for `onProgress`, where the items do not say.
   * @default the length or size of the items, if they have one
   */
  readonly total?: number | undefined;
  /**
   * Whether results come in the order of their items, or else as soon as they are there.
   * @default true
   */
  readonly ordered?: boolean | undefined;
  /**
   * Whether an error is a result like others. Results are then objects that say whose they are.
   * @default false: the first error ends the iteration
   */
  readonly settled?: boolean | undefined;
  /**
   * How often an item may be run again whose worker was lost.
   * @default that of the pool
   */
  readonly retries?: number | undefined;
}

const MAP_OPTIONS = [
  'concurrency',
  'signal',
  'onProgress',
  'total',
  'ordered',
  'settled',
  'retries',
] satisfies (keyof MapOptions)[];

/** @internal Checks what TypeScript did not look at. */
export function checkMapOptions(lang: string, options: MapOptions): void {
  checkNames(lang, options, MAP_OPTIONS);
  if (options.onProgress === undefined || typeof options.onProgress === 'function') return;
  throw new BondException(lang, 'onProgress must be a function');
}

/** @internal Checks that something is a whole number, and no less than `least`. */
export function checkCount(lang: string, name: string, count: unknown, least: number): void {
  if (Number.isInteger(count) && (count as number) >= least) return;
  throw new BondException(lang, `${name} must be a whole number from ${least} on, not ${String(count)}`);
}

/** @internal Checks that something can be iterated over. */
export function checkItems(lang: string, items: unknown): void {
  const { [Symbol.asyncIterator]: asyncIterator, [Symbol.iterator]: iterator } = Object(items);
  if (typeof (asyncIterator ?? iterator) === 'function') return;
  throw new BondException(lang, 'map takes something that can be iterated over');
}
