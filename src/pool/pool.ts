import { type InspectOptions, inspect } from 'node:util';
import type { Bond } from '../bond/bond.js';
import { Caller } from '../bond/caller.js';
import { checkNoArguments } from '../bond/check-no-arguments.js';
import { onAbort, reasonOf } from '../common/abort-signal.js';
import { capturePlace } from '../common/call-site.js';
import { loadedLate } from '../common/descriptors.js';
import { BondException, quoted, TerminatedException, TimeoutException } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import { showObject } from '../common/inspect.js';
import { withPlace } from '../common/stacks.js';
import { textOf } from '../common/thrown.js';
import { queryDriver } from '../drivers/driver.js';
import type { ArgumentsOf, IfUntyped, NameOf, ResultOf, SignatureOf, Untyped } from '../references/remote-types.js';
import { checkCount, checkItems, checkMapOptions, type MapOptions } from './map-options.js';
import type { Items, Settled } from './ordered-map.js';
import type { PoolOptions, PoolSettings } from './pool-options.js';
import type { Scheduler } from './scheduler.js';
import type { Worker } from './worker.js';
import { infoOf, showWorker, type WorkerInfo } from './worker-info.js';

/** The type of the first argument of a function. */
type ItemOf<F, N> = ArgumentsOf<SignatureOf<F, N>>[0];

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
    pool = new Pool<F>(scheduler, settings);
    await scheduler.start();
    return pool;
  } catch (error) {
    await pool?.kill();
    throw withPlace(error, place);
  }
}

/**
 * Several interpreters of a language, with the calls of one. Each call goes to an idle worker, or waits for one. A
 * worker that ends or times out is replaced. Its call rejects, or runs again if `retries` allows it. {@link makePool}
 * makes pools.
 */
export class Pool<F extends object = Untyped> extends Caller<F> implements AsyncDisposable {
  /** The language that was given to `makePool`. */
  readonly lang: string;
  readonly #scheduler: Scheduler;
  readonly #retries: number;
  readonly #stopListening: () => void;
  #closing: Promise<void> | undefined;

  /** @internal Pools are made by `makePool`. */
  constructor(scheduler: Scheduler, { lang, retries, signal }: PoolSettings) {
    super();
    this.lang = lang;
    this.#scheduler = scheduler;
    this.#retries = retries;
    const abort = (): void => void this.#end('the pool was aborted', { cause: signal && reasonOf(signal) });
    this.#stopListening = signal ? onAbort(signal, abort) : () => {};
    if (signal?.aborted) abort();
  }

  /** The number of workers, including those that are starting. */
  get size(): number {
    return this.#scheduler.all.length;
  }

  /** The current state of each worker. */
  get workers(): readonly WorkerInfo[] {
    return this.#scheduler.all.map(infoOf);
  }

  /** The number of calls that wait for a worker. */
  get waiting(): number {
    return this.#scheduler.waiting;
  }

  /**
   * Evaluates an expression in an idle worker, or in the next one that is idle.
   * @throws RemoteException if the code throws; SerializationException if the value cannot be sent
   * @example
   * await pool.eval('2 ** 10'); // 1024
   */
  async eval<T = unknown>(code: string, ...none: readonly never[]): Promise<T> {
    checkNoArguments(this.lang, 'eval', none);
    return this.#run(`EVAL ${shown(code)}`, (bond) => bond.eval<T>(code));
  }

  /**
   * Calls a function with each item, on all workers, and iterates over the results. Items are read as they are needed.
   * If you read slowly, no further items are started. Breaking out of the loop cancels running calls. The first error
   * ends the iteration, unless `settled` is `true`.
   * @throws TimeoutException if `signal` is aborted
   * @example
   * for await (const size of pool.map('len', ['a', 'bb'])) console.log(size); // 1, 2
   */
  map<T = unknown, Item = unknown>(
    name: IfUntyped<F, string, never>,
    items: Items<Item>,
    options: MapOptions & { readonly settled: true },
  ): AsyncIterableIterator<Settled<T, Item>>;
  map<T = unknown, Item = unknown>(
    name: IfUntyped<F, string, never>,
    items: Items<Item>,
    options?: MapOptions,
  ): AsyncIterableIterator<T>;
  map<N extends NameOf<F>, Item extends ItemOf<F, N>>(
    name: N,
    items: Items<Item>,
    options: MapOptions & { readonly settled: true },
  ): AsyncIterableIterator<Settled<ResultOf<SignatureOf<F, N>>, Item>>;
  map<N extends NameOf<F>, Item extends ItemOf<F, N>>(
    name: N,
    items: Items<Item>,
    options?: MapOptions,
  ): AsyncIterableIterator<ResultOf<SignatureOf<F, N>>>;
  map<Item>(name: string, items: Items<Item>, options: MapOptions = {}): AsyncIterableIterator<unknown> {
    checkMapOptions(this.lang, options);
    const { concurrency = this.size, retries = this.#retries, ordered = true, settled = false } = options;
    const { signal, total, onProgress } = options;
    checkCount(this.lang, 'concurrency', concurrency, 1);
    checkCount(this.lang, 'retries', retries, 0);
    checkItems(this.lang, items);
    const what = `CALL ${shown(name)}`;
    return this.#scheduler.map(items, {
      place: capturePlace(),
      run: (item, signal) => this.#scheduler.run({ what, work: (bond) => bond.call(name, item), signal, retries }),
      abortion: ({ reason }) =>
        new TimeoutException(this.lang, `map ${shown(name)}: aborted`, { code: 'BOND_ABORTED', cause: reason }),
      isOrdered: ordered,
      isSettled: settled,
      concurrency,
      signal,
      total,
      onProgress,
    });
  }

  /**
   * Runs a block of code, or a function of yours with the bond, once on every worker, when the worker is idle. Resolves
   * to the results, in the order of `workers`. Workers that are down are left out. Workers that start later do not run
   * it: use `setup` for what every worker needs.
   * @example
   * await pool.each('cache.clear()');
   * await pool.each((bond) => bond.eval('len(cache)')); // [0, 0, 0, 0]
   */
  async each<T = void>(work: string | ((bond: Bond<F>) => T | PromiseLike<T>)): Promise<T[]> {
    if (this.#scheduler.caller) {
      throw new BondException(
        this.lang,
        'a function that a worker waits for cannot use each(): it would wait for itself',
        { code: 'BOND_DEADLOCK' },
      );
    }
    const act = typeof work === 'string' ? (bond: Bond<F>) => bond.evalBlock(work) as Promise<T> : work;
    const job = { what: 'each', work: async (bond: Bond) => act(bond as never), retries: 0 };
    // One whose last start has failed may be starting once more.
    const there = this.#scheduler.all.filter(({ state, error }) => state !== 'down' && error === undefined);
    return Promise.all(there.map((worker: Worker) => this.#scheduler.run({ ...job, worker })));
  }

  /** Takes no more calls, waits for those under way, and ends the workers. You may call it again. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  /** Kills all workers immediately. Waiting calls reject with a {@link TerminatedException}. You may call it again. */
  async kill(): Promise<void> {
    await this.#end('the pool was killed');
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  override toString(): string {
    return `Pool [${this.lang}] (size ${this.size})`;
  }

  /** @internal What its workers do, for `util.inspect` and `console.log`. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    const workers = this.#scheduler.all.map(showWorker);
    return showObject('Pool', { lang: this.lang, waiting: this.waiting, workers }, depth, options);
  }

  async #finish(): Promise<void> {
    await this.#scheduler.drain(() => this.#terminated('the pool is closed'));
    await this.#scheduler.end('close');
    this.#stopListening();
  }

  async #end(text: string, details: { readonly cause?: unknown } = {}): Promise<void> {
    this.#stopListening();
    this.#scheduler.refuse(() => this.#terminated(text, details));
    await this.#scheduler.end('kill');
  }

  /** @internal */
  protected callWith(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#run(`CALL ${shown(name)}`, (bond) => bond.call(name, ...args));
  }

  #run<T>(what: string, work: (bond: Bond) => Promise<T>): Promise<T> {
    return this.#scheduler.run({ what, work, retries: this.#retries });
  }

  #terminated(text: string, details?: { readonly cause?: unknown }): TerminatedException {
    return new TerminatedException(this.lang, text, { exitCode: null, signal: null, stderr: '' }, details);
  }
}

function shown(text: unknown): string {
  return quoted(textOf(text), 40);
}
