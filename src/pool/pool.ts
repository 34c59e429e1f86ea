import { type InspectOptions, inspect } from 'node:util';
import { onAbort, reasonOf } from '../common/abort-signal.js';
import { TerminatedException } from '../common/errors.js';
import { showObject } from '../common/inspect.js';
import type { Untyped } from '../references/remote-types.js';
import { PoolCaller, type PoolCalls } from './pool-caller.js';
import type { PoolSettings } from './pool-options.js';
import type { PoolStats } from './pool-stats.js';
import type { Scheduler } from './scheduler.js';
import { infoOf, showWorker, type WorkerInfo } from './worker-info.js';

/**
 * Several interpreters of a language, with the calls of one. Each call goes to an idle worker, or waits for one. A
 * worker that ends or times out is replaced. Its call rejects, or runs again if `retries` allows it. {@link makePool}
 * makes pools.
 */
export class Pool<F extends object = Untyped> extends PoolCaller<F> implements AsyncDisposable {
  readonly #scheduler: Scheduler;
  /** The pool that `makePool` has made, if this is the same with other settings. */
  readonly #origin: Pool<F> | undefined;
  #stopListening = (): void => {};
  #closing: Promise<void> | undefined;

  /** @internal Pools are made by `makePool`. */
  constructor(lang: string, scheduler: Scheduler, calls: PoolCalls, origin?: Pool<F>) {
    super(lang, scheduler, calls);
    this.#scheduler = scheduler;
    this.#origin = origin;
  }

  /** @internal Ends the pool when a signal is aborted. */
  heed({ signal }: PoolSettings): void {
    if (!signal) return;
    const abort = (): void => void this.#end('the pool was aborted', { cause: reasonOf(signal) });
    this.#stopListening = onAbort(signal, abort);
    if (signal.aborted) abort();
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
   * What the pool is doing, and what it has done since it was made: numbers of workers and calls, and how long calls
   * have waited and run. It takes no time to speak of, so a server may be asked for it every second.
   * @example
   * const { busy, queued, waiting, running } = pool.stats();
   * console.log(`${busy} busy, ${queued} queued; 99 % wait for at most ${waiting.p99} ms, and run for ${running.p99} ms`);
   */
  stats(): PoolStats {
    return this.#scheduler.stats();
  }

  /** Takes no more calls, waits for those under way, and ends the workers. You may call it again. */
  close(): Promise<void> {
    if (this.#origin) return this.#origin.close();
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  /** Kills all workers immediately. Waiting calls reject with a {@link TerminatedException}. You may call it again. */
  async kill(): Promise<void> {
    if (this.#origin) return this.#origin.kill();
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

  /** @internal */
  protected through(calls: PoolCalls): this {
    return new Pool<F>(this.lang, this.#scheduler, calls, this.#origin ?? this) as this;
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

  #terminated(text: string, details?: { readonly cause?: unknown }): TerminatedException {
    return new TerminatedException(this.lang, text, { exitCode: null, signal: null, stderr: '' }, details);
  }
}
