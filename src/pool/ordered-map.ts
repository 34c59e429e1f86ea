import { onAbort } from '../common/abort-signal.js';
import type { Place } from '../common/call-site.js';
import { AbortController, Promise } from '../common/globals.js';
import { withIndex, withPlace } from '../common/stacks.js';
import { checkResult } from '../references/stream.js';
import type { Progress } from './progress.js';
import { countOf, ProgressMeter } from './progress.js';

/** A result of {@link Pool.map} with `settled: true`: what `Promise.allSettled` gives, with the item. */
export type Settled<Result, Item = unknown> = PromiseSettledResult<Result> & {
  /** The item. */
  readonly item: Item;
  /** Its position among the items, from 0. */
  readonly index: number;
};

/** The items of {@link Pool.map}: an iterable or an async iterable, which may be endless. */
export type Items<Item> = Iterable<Item | PromiseLike<Item>> | AsyncIterable<Item>;

/** @internal The settings of a mapping. */
export interface MapSettings<Item> {
  /** Processes one item. */
  readonly run: (item: Item, signal: AbortSignal) => Promise<unknown>;
  readonly concurrency: number;
  readonly isOrdered: boolean;
  readonly isSettled: boolean;
  readonly total: number | undefined;
  readonly onProgress: ((progress: Progress) => unknown) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly abortion: (signal: AbortSignal) => Error;
  /** Where `map` was called. */
  readonly place: Place;
}

/** @internal Processes items, and yields their results. Breaking out of the loop cancels running calls. */
export async function* mapItems<Item>(items: Items<Item>, settings: MapSettings<Item>): AsyncGenerator<unknown, void> {
  const mapping = new OrderedMap(items, settings);
  const { signal, abortion, isSettled, place } = settings;
  const abort = (): void => signal && mapping.fail(abortion(signal));
  if (signal?.aborted) abort();
  const stopListening = signal ? onAbort(signal, abort) : () => {};
  try {
    for (;;) {
      const outcome = await mapping.next();
      if (!outcome) return;
      yield isSettled ? outcome : (outcome as { readonly value: unknown }).value;
    }
  } catch (error) {
    throw withPlace(error, place);
  } finally {
    stopListening();
    await mapping.stop();
  }
}

/** Items in work, and results that have not been read yet. */
class OrderedMap<Item> {
  readonly #settings: MapSettings<Item>;
  readonly #iterator: AsyncIterator<Item> | Iterator<Item | PromiseLike<Item>>;
  readonly #meter: ProgressMeter;
  readonly #stopping = new AbortController();
  /** What has become of items, by their places. */
  readonly #outcomes = new Map<number, Settled<unknown, Item>>();
  /** What ends the iteration, however many results there still are. */
  #failure: { readonly error: unknown } | undefined;
  /** What the items themselves threw, behind those that went before. */
  #breach: { readonly error: unknown } | undefined;
  #pulled = 0;
  #running = 0;
  #taken = 0;
  /** How many times `onProgress` has been called, and what it returned is not settled. */
  #telling = 0;
  #isPulling = false;
  /** Whether the iterator is through, so that it need not be closed. */
  #isDone = false;
  /** Whether nothing more is pulled. */
  #isEnough = false;
  #wake = (): void => {};

  constructor(items: Items<Item>, settings: MapSettings<Item>) {
    this.#settings = settings;
    this.#iterator =
      Symbol.asyncIterator in Object(items)
        ? (items as AsyncIterable<Item>)[Symbol.asyncIterator]()
        : (items as Iterable<Item>)[Symbol.iterator]();
    this.#meter = new ProgressMeter(settings.total ?? countOf(items));
  }

  /** The next result, or nothing if there are no more. */
  async next(): Promise<Settled<unknown, Item> | undefined> {
    for (;;) {
      void this.#pull();
      if (this.#failure) throw this.#failure.error;
      const outcome = this.#take();
      if (outcome) return this.#check(outcome);
      if (this.#isEnough && this.#running + this.#telling === 0 && !this.#isPulling) return this.#end();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends the iteration immediately, with an error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#isEnough = true;
    this.#wake();
  }

  /** Stops what is under way, and closes the iterator. */
  async stop(): Promise<void> {
    this.#isEnough = true;
    this.#stopping.abort(new Error('its result is no longer needed'));
    if (this.#isDone) return;
    const closing = (async () => this.#iterator.return?.())().catch(() => {});
    // An iterator that has been asked for an item, and does not give it, would not close before.
    if (!this.#isPulling) await closing;
  }

  #take(): Settled<unknown, Item> | undefined {
    const { isOrdered } = this.#settings;
    const index = isOrdered ? this.#taken : this.#outcomes.keys().next().value;
    const outcome = index === undefined ? undefined : this.#outcomes.get(index);
    if (!outcome) return undefined;
    this.#outcomes.delete(outcome.index);
    this.#taken++;
    return outcome;
  }

  #check(outcome: Settled<unknown, Item>): Settled<unknown, Item> {
    if (outcome.status === 'rejected' && !this.#settings.isSettled) throw withIndex(outcome.reason, outcome.index);
    return outcome;
  }

  #end(): undefined {
    if (this.#breach) throw this.#breach.error;
  }

  #hasRoom(): boolean {
    const { concurrency } = this.#settings;
    return !this.#isEnough && this.#running < concurrency && this.#pulled - this.#taken < 2 * concurrency;
  }

  /** Pulls as many items as can be worked on. */
  async #pull(): Promise<void> {
    if (this.#isPulling) return;
    this.#isPulling = true;
    try {
      while (this.#hasRoom()) {
        const next = checkResult(await this.#iterator.next());
        if (next.done) return this.#exhausted();
        const item = await next.value;
        if (!this.#isEnough) void this.#run(item, this.#pulled++);
      }
    } catch (error) {
      this.#breach = { error };
      this.#exhausted();
    } finally {
      this.#isPulling = false;
      this.#wake();
    }
  }

  #exhausted(): void {
    this.#isDone = true;
    this.#isEnough = true;
  }

  async #run(item: Item, index: number): Promise<void> {
    this.#running++;
    const outcome = await this.#outcomeOf(item);
    this.#running--;
    if (outcome.status === 'rejected' && !this.#settings.isSettled) this.#isEnough = true;
    this.#outcomes.set(index, { ...outcome, item, index });
    void this.#tell();
    void this.#pull();
    this.#wake();
  }

  #outcomeOf(item: Item): Promise<PromiseSettledResult<unknown>> {
    return this.#settings.run(item, this.#stopping.signal).then(
      (value) => ({ status: 'fulfilled', value }),
      (reason: unknown) => ({ status: 'rejected', reason }),
    );
  }

  async #tell(): Promise<void> {
    const { onProgress } = this.#settings;
    if (!onProgress) return;
    this.#telling++;
    try {
      await onProgress(this.#meter.step());
    } catch (error) {
      this.fail(error);
    }
    this.#telling--;
    this.#wake();
  }
}
