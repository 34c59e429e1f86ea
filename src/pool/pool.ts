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
import type { Command, PoolOptions, PoolSettings } from './pool-options.js';
import type { Scheduler } from './scheduler.js';
import type { Worker, WorkerState } from './worker.js';

/** What a function of an interface takes first. */
type ItemOf<F, N> = ArgumentsOf<SignatureOf<F, N>>[0];

/** How a worker of a pool does. */
export interface WorkerInfo {
  /** Its command, as it was given; nothing if that was left to the driver. */
  readonly cmd: Command;
  /** `'down'` is one that could not be started, or ended by itself, and is tried again after a while. */
  readonly state: WorkerState;
  /** The local process, if there is one. */
  readonly pid: number | undefined;
  /** How many calls it has answered. */
  readonly calls: number;
  /** How many times it has been started: the first time, and for each that was lost. */
  readonly starts: number;
  /** Why it could not be started, while that is so. */
  readonly error: unknown;
}

const loadScheduler = loadedLate(() => import('./scheduler.js'));

/**
 * Starts several interpreters of a language, to share the work. Resolves when each has been started and set up, or tried:
 * those that could not be are tried again while the others work.
 * @typeParam F an interface of the functions there, for `fn`, `call`, `callable` and `map`, as for `makeBond`
 * @throws what went wrong, if not a single one could be started and set up
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
 * Several interpreters of a language, behind the calls of one. Each call goes to one that has nothing to do, or as soon as one
 * has. A worker that dies or is silent for too long is replaced; its call rejects, or is run again if `retries` allows that.
 */
export class Pool<F extends object = Untyped> extends Caller<F> implements AsyncDisposable {
  /** The language, as it was given to `makePool`. */
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

  /** How many workers there are, those included that are being started. */
  get size(): number {
    return this.#scheduler.all.length;
  }

  /** How each worker does at the moment. */
  get workers(): readonly WorkerInfo[] {
    return this.#scheduler.all.map(({ command, state, bond, calls, starts, error }) => {
      return { cmd: command, state, pid: bond?.pid, calls, starts, error };
    });
  }

  /** How many calls wait for a worker. */
  get waiting(): number {
    return this.#scheduler.waiting;
  }

  /** Evaluates one expression, in a worker that has nothing to do, or as soon as one has. */
  async eval<T = unknown>(code: string, ...none: readonly never[]): Promise<T> {
    checkNoArguments(this.lang, 'eval', none);
    return this.#run(`EVAL ${shown(code)}`, (bond) => bond.eval<T>(code));
  }

  /**
   * Calls a function with each of the items, on all workers at once, and iterates over the results. Items are pulled as they
   * are needed, and results that nobody takes hold that up. The first error ends the iteration, unless `settled` makes
   * errors results as well; whoever leaves the loop early stops what is under way.
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
   * Does something on every worker, when it has nothing else to do: runs a block of code, or calls a function with its bond.
   * Resolves to the results, in the order of `workers`. A worker that is down is left out, and those that come later know
   * nothing of it: what every worker needs belongs into `setup`.
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
    const there = this.#scheduler.all.filter(({ state }) => state !== 'down');
    return Promise.all(there.map((worker: Worker) => this.#scheduler.run({ ...job, worker })));
  }

  /** Takes no more calls, finishes those that there are, and lets the workers end. Safe to repeat. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  /** Ends all workers at once; whatever waits rejects. Safe to repeat. */
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

/** How a worker does, in words. */
function showWorker({ command, state, bond, calls, starts, error }: Worker): string {
  const parts = [
    command === undefined ? '' : String(command),
    bond && `pid ${bond.pid}`,
    state === 'busy' && bond ? bond.activity : state,
    `calls: ${calls}`,
    starts > 1 && `starts: ${starts}`,
    error !== undefined && textOf(error),
  ];
  return parts.filter(Boolean).join(', ');
}

function shown(text: unknown): string {
  return quoted(textOf(text), 40);
}
