import { type InspectOptions, inspect } from 'node:util';
import { wrongArgument } from '../common/errors.js';
import { nextTurn, Promise, performance } from '../common/globals.js';
import { showObject } from '../common/inspect.js';
import { type Lender, Reference } from '../values/reference.js';

/** @internal Items that are sent together, and whether they are the last. */
export type Batch = [items: unknown[], isDone: boolean];

/** How long to wait for more items for a batch that has one, in ms. */
const PATIENCE = 5;

/** An iterable of yours as an argument, or in one. Made by {@link stream}. */
export class Stream extends Reference {
  readonly #iterable: AsyncIterable<unknown> | Iterable<unknown>;
  readonly #iterate: () => unknown;

  /** @internal `iterate` is its method that makes an iterator. */
  constructor(iterable: AsyncIterable<unknown> | Iterable<unknown>, iterate: () => unknown) {
    super();
    this.#iterable = iterable;
    this.#iterate = iterate;
  }

  /** @internal A new iterator. */
  open(): unknown {
    return this.#iterate.call(this.#iterable);
  }

  override toString(): string {
    return 'Stream';
  }

  /** @internal What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Stream', { iterable: this.#iterable }, depth, options);
  }

  /** @internal */
  codeFor(lender: Lender): string {
    lender.need('stream');
    const source = new Source(this.open());
    return `_BOND_stream(${lender.lend(
      (count) => source.take(count as number),
      () => source.close(),
    )})`;
  }
}

/**
 * Wraps an iterable, so that code in the other language can iterate over it: as an argument, in one, or as the result
 * of an exported function. Items are fetched in batches as they are needed. If the loop ends early, your iterator is
 * closed.
 * @throws TypeError if `iterable` is not an iterable
 * @example
 * await python.call('sum', stream([1, 2, 3])); // 6
 * await python.export(() => stream(createReadStream('huge.log')), 'chunks');
 */
export function stream(iterable: AsyncIterable<unknown> | Iterable<unknown>): Stream {
  const { [Symbol.asyncIterator]: asyncIterator } = Object(iterable);
  const iterate = asyncIterator ?? Object(iterable)[Symbol.iterator];
  if (typeof iterate !== 'function') throw wrongArgument('stream takes an iterable, or an async one');
  return new Stream(iterable, iterate);
}

/** Stands for an item that is not available yet. */
const NOT_YET = Symbol();

/** The result of an iterator, before it is checked. */
type Result = { readonly done?: unknown; readonly value?: unknown };

/** Delivers the items of an iterator in batches: as many as are wanted, or as are available soon. */
class Source {
  readonly #iterator: { return?: unknown };
  readonly #ask: () => unknown;
  /** An item that was requested, and was too late for its batch. */
  #coming: Promise<unknown> | undefined;
  #isDone = false;
  /** An error of the iterator after items that are sent first. */
  #failure: { readonly error: unknown } | undefined;

  constructor(iterator: unknown) {
    if (!isObject(iterator)) throw wrongArgument(`the iterator of a stream must be an object, not ${nameOf(iterator)}`);
    this.#iterator = iterator;
    const { next } = iterator as { next?: unknown };
    if (typeof next !== 'function') throw wrongArgument(`the iterator of a stream has no method 'next'`);
    this.#ask = next as () => unknown;
  }

  async take(count: number): Promise<Batch> {
    if (this.#failure) throw this.#failure.error;
    const items: unknown[] = [];
    const start = performance.now();
    while (!this.#isDone && items.length < count && (items.length === 0 || performance.now() - start < PATIENCE)) {
      try {
        const next = await this.#next(items.length > 0);
        if (next === NOT_YET) break;
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

  /** Closes the iterator. Its errors are ignored, since nothing waits for it. */
  close(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    void (async () => {
      const { return: close } = this.#iterator;
      if (typeof close === 'function') await close.call(this.#iterator);
    })().catch(() => {});
  }

  /** The next item. If others are ready to be sent, only if it is available soon. */
  async #next(isPatient: boolean): Promise<Result | typeof NOT_YET> {
    if (!this.#coming) {
      const next = this.#ask.call(this.#iterator);
      if (!isThenable(next)) return checkResult(next as Result);
      this.#coming = Promise.resolve(next);
    }
    const next = await (isPatient ? Promise.race([this.#coming, nextTurn().then(() => NOT_YET)]) : this.#coming);
    if (next === NOT_YET) return NOT_YET;
    this.#coming = undefined;
    return checkResult(next as Result);
  }
}

/** @internal Checks the result of an iterator, as `for await` does. Otherwise an invalid iterator would run forever. */
export function checkResult<R extends Result>(result: R): R {
  if (isObject(result)) return result;
  throw wrongArgument(`an iterator's next() must give an object, not ${nameOf(result)}`);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as { then?: unknown }).then === 'function';
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
