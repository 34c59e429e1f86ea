import { checkNames } from '../common/option-checks.js';
import { CALL_OPTIONS, type CallOptions } from '../common/options.js';
import { resolveCallOptions } from '../common/resolve-options.js';
import { checkPriority } from './map-options.js';

/**
 * Settings for calls of a pool, for {@link Pool.with}.
 * @example
 * const urgent = pool.with({ priority: 10, timeout: 2000 });
 * await urgent.call('render', page);
 */
export interface PoolCallOptions extends CallOptions {
  /**
   * Waiting calls of a higher priority get the next worker; among equals, the oldest does. A call that runs is not
   * stopped. As long as calls of a higher priority keep coming, those of a lower one may wait for ever.
   * @default 0
   */
  readonly priority?: number | undefined;
}

/** @internal Checks what TypeScript cannot check for callers in JavaScript. */
export function checkPoolCallOptions(lang: string, options: PoolCallOptions): void {
  checkNames(lang, options, ['priority', ...CALL_OPTIONS]);
  checkPriority(lang, options.priority);
  resolveCallOptions(lang, options, {
    ...{ timeout: 60_000, signal: undefined, stdout: undefined, stderr: undefined, objects: 'error' },
  });
}
