import { capturePlace } from '../common/call-site.js';
import { loadedLate } from '../common/descriptors.js';
import { withPlace } from '../common/stacks.js';
import { queryDriver } from '../drivers/driver.js';
import type { Untyped } from '../references/remote-types.js';
import { Pool } from './pool.js';
import type { PoolOptions } from './pool-options.js';

const loadScheduler = loadedLate(() => import('./scheduler.js'));

/**
 * Starts several interpreters of a language, which share the work. Resolves when each has been started and prepared, or
 * has failed. Workers that failed are tried again while the others work.
 * @typeParam F an interface of the functions, for `fn`, `call`, `callable` and `map`, as for `makeBond`
 * @throws the error of a worker, if no worker could be started
 * @example
 * const pool = await makePool('Python', { size: 4, setup: (bond) => bond.evalBlock('import work') });
 * for await (const result of pool.map('work.run', jobs)) console.log(result);
 * await pool.close();
 */
export async function makePool<F extends object = Untyped>(
  lang: string,
  options: PoolOptions<F> = {},
): Promise<Pool<F>> {
  const place = capturePlace();
  queryDriver(lang);
  let pool: Pool<F> | undefined;
  try {
    const { resolvePoolOptions, Scheduler } = await loadScheduler();
    const settings = resolvePoolOptions(lang, options as PoolOptions);
    const scheduler = new Scheduler(settings);
    pool = new Pool<F>(lang, scheduler, { retries: settings.retries, options: {} });
    pool.heed(settings);
    await scheduler.start();
    return pool;
  } catch (error) {
    await pool?.kill();
    throw withPlace(error, place);
  }
}
