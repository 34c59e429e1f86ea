import type { Bond } from '../bond/bond.js';
import { Caller } from '../bond/caller.js';
import { checkNoArguments } from '../bond/check-no-arguments.js';
import { capturePlace } from '../common/call-site.js';
import { BondException, quoted, TimeoutException } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import { textOf } from '../common/thrown.js';
import type { ArgumentsOf, IfUntyped, NameOf, ResultOf, SignatureOf } from '../references/remote-types.js';
import type { Job } from './job.js';
import { checkCount, checkItems, checkMapOptions, type MapOptions } from './map-options.js';
import type { Items, Settled } from './ordered-map.js';
import { checkPoolCallOptions, type PoolCallOptions } from './pool-call-options.js';
import type { Scheduler } from './scheduler.js';

/** The type of the first argument of a function. */
type ItemOf<F, N> = ArgumentsOf<SignatureOf<F, N>>[0];

/** @internal What the calls of a pool have in common. */
export interface PoolCalls {
  readonly retries: number;
  readonly options: PoolCallOptions;
}

/** The calls of a pool: each goes to an idle worker, or waits for one. */
export abstract class PoolCaller<F extends object> extends Caller<F> {
  /** The language that was given to `makePool`. */
  readonly lang: string;
  readonly #scheduler: Scheduler;
  readonly #calls: PoolCalls;
  /** The same, as jobs have it. */
  readonly #settings: Pick<Job, 'priority' | 'signal' | 'options' | 'retries'>;

  /** @internal */
  constructor(lang: string, scheduler: Scheduler, calls: PoolCalls) {
    super();
    this.lang = lang;
    this.#scheduler = scheduler;
    this.#calls = calls;
    const { priority = 0, signal, ...others } = calls.options;
    const options = Object.keys(others).length > 0 ? others : undefined;
    this.#settings = { priority, signal, options, retries: calls.retries };
  }

  /** @internal The same pool, with other settings for its calls. */
  protected abstract through(calls: PoolCalls): this;

  /** The number of workers: all that there may be at a time. */
  get size(): number {
    return this.#scheduler.all.length;
  }

  /**
   * The same pool with other settings, for the calls made through it. It shares the workers, so you need not close it.
   * @example
   * await pool.with({ priority: 1, timeout: 5000 }).call('render', page);
   */
  with(options: PoolCallOptions): this {
    checkPoolCallOptions(this.lang, options);
    const { retries, options: before } = this.#calls;
    return this.through({ retries, options: { ...before, ...given(options) } });
  }

  /**
   * Evaluates an expression in an idle worker, or in the next one that is idle.
   * @throws RemoteException if the code throws; SerializationException if the value cannot be sent
   * @example
   * await pool.eval('2 ** 10'); // 1024
   */
  async eval<T = unknown>(code: string, ...none: readonly never[]): Promise<T> {
    checkNoArguments(this.lang, 'eval', none);
    return this.#run('EVAL', code, (bond) => bond.eval<T>(code));
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
    const { retries = this.#calls.retries, priority, ...others } = options;
    const { concurrency = this.size, ordered = true, settled = false, total, onProgress } = others;
    const { signal = this.#calls.options.signal } = others;
    checkCount(this.lang, 'concurrency', concurrency, 1);
    checkCount(this.lang, 'retries', retries, 0);
    checkItems(this.lang, items);
    const job = {
      ...this.#job('CALL', name),
      retries,
      isRefusable: false,
      ...(priority !== undefined && { priority }),
    };
    return this.#scheduler.map(items, {
      place: capturePlace(),
      run: (item, signal) => this.#scheduler.run({ ...job, work: (bond) => bond.call(name, item), signal }),
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
   * to the results, in the order of `workers`. Workers that are down or off are left out. Workers that start later do
   * not run it, successors among them: use `setup` for what every worker needs.
   * @example
   * await pool.each('cache.clear()');
   * await pool.each((bond) => bond.eval('len(cache)')); // [0, 0, 0, 0]
   */
  async each<T = void>(work: string | ((bond: Bond<F>) => T | PromiseLike<T>)): Promise<T[]> {
    if (this.#scheduler.isCalling) {
      throw new BondException(
        this.lang,
        'a function that a worker waits for cannot use each(): it would wait for itself',
        { code: 'BOND_DEADLOCK' },
      );
    }
    const act = typeof work === 'string' ? (bond: Bond<F>) => bond.evalBlock(work) as Promise<T> : work;
    const job = { ...this.#job('EACH', 'each'), retries: 0, isRefusable: false };
    // One whose last start has failed may be starting once more.
    const there = this.#scheduler.all.filter(
      ({ state, bond, error }) => bond || state === 'ended' || (state === 'starting' && error === undefined),
    );
    return Promise.all(
      there.map((worker) => this.#scheduler.run({ ...job, work: async (bond) => act(bond as never), worker })),
    );
  }

  /** @internal */
  protected callWith(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#run('CALL', name, (bond) => bond.call(name, ...args));
  }

  #run<T>(verb: Job['verb'], name: string, work: (bond: Bond) => Promise<T>): Promise<T> {
    const { priority, signal, options, retries } = this.#settings;
    return this.#scheduler.run({ verb, name, work, priority, signal, options, retries, isRefusable: true });
  }

  /** What is the same for all jobs. */
  #job(verb: Job['verb'], name: string): Omit<Job, 'work'> {
    const { priority, signal, options, retries } = this.#settings;
    return { verb, name, priority, signal, options, retries, isRefusable: true };
  }
}

/** The options that have a value. */
function given(options: PoolCallOptions): PoolCallOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function shown(text: unknown): string {
  return quoted(textOf(text), 40);
}
