import { type InspectOptions, inspect } from 'node:util';
import { nextTurn, Promise, performance } from './globals.js';
import { showObject } from './inspection.js';
import { type Lender, Reference } from './ref.js';

/** @internal Items that are passed on together, and whether they are the last. */
export type Batch = [items: unknown[], isDone: boolean];

/** How long a batch is waited for once it has an item, in ms. */
const PATIENCE = 5;

/** Something to iterate over, as an argument, or inside of one. Made by {@link stream}. */
export class Stream extends Reference {
  readonly #iterable: AsyncIterable<unknown> | Iterable<unknown>;

  /** @internal */
  constructor(iterable: AsyncIterable<unknown> | Iterable<unknown>) {
    super();
    this.#iterable = iterable;
  }

  /** @internal What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Stream', { iterable: this.#iterable }, depth, options);
  }

  /** @internal */
  codeFor(lender: Lender): string {
    lender.need('stream');
    const source = new Source(this.#iterable);
    return `_BOND_stream(${lender.lend(
      (count) => source.take(count as number),
      () => source.close(),
    )})`;
  }
}

/**
 * Wraps what can be iterated over, so that the other side can iterate over it natively: as an argument of a call, or as
 * what an exported function returns. Items are fetched as they are needed there; what is left early is closed.
 * @throws TypeError if it cannot be iterated over
 */
export function stream(iterable: AsyncIterable<unknown> | Iterable<unknown>): Stream {
  const { [Symbol.asyncIterator]: asyncIterator, [Symbol.iterator]: iterator } = Object(iterable);
  const isIterable = typeof (asyncIterator ?? iterator) === 'function';
  if (!isIterable) throw new TypeError('stream takes an iterable, or an async one');
  return new Stream(iterable);
}

/** An iterator that hands out its items in batches: as many as are wanted, or as are there in a short while. */
class Source {
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  /** An item that has been asked for, and did not come in time for its batch. */
  #coming: Promise<IteratorResult<unknown>> | undefined;
  #isDone = false;
  /** What the iterator threw behind items that went before. */
  #failure: { readonly error: unknown } | undefined;

  constructor(iterable: AsyncIterable<unknown> | Iterable<unknown>) {
    this.#iterator =
      typeof iterable === 'object' && Symbol.asyncIterator in iterable
        ? iterable[Symbol.asyncIterator]()
        : (iterable as Iterable<unknown>)[Symbol.iterator]();
  }

  async take(count: number): Promise<Batch> {
    if (this.#failure) throw this.#failure.error;
    const items: unknown[] = [];
    const start = performance.now();
    while (!this.#isDone && items.length < count && (items.length === 0 || performance.now() - start < PATIENCE)) {
      try {
        const next = await this.#next(items.length > 0);
        if (!next) break;
        if (next.done) this.#isDone = true;
        else items.push(next.value);
      } catch (error) {
        this.#isDone = true;
        if (items.length === 0) throw error;
        this.#failure = { error };
      }
    }
    return [items, this.#isDone && !this.#failure];
  }

  /** Whoever took the items wants no more. */
  close(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    void (async () => this.#iterator.return?.())().catch(() => {});
  }

  /** The next item; with items that could be passed on already, only if it comes soon. */
  async #next(isPatient: boolean): Promise<IteratorResult<unknown> | undefined> {
    if (!this.#coming) {
      const next = this.#iterator.next();
      if (!(next instanceof Promise)) return next as IteratorResult<unknown>;
      this.#coming = next;
    }
    const next = isPatient ? await Promise.race([this.#coming, nextTurn()]) : await this.#coming;
    if (next) this.#coming = undefined;
    return next;
  }
}
