import { type InspectOptions, inspect } from 'node:util';
import { nextTurn, Promise, performance } from '../common/globals.js';
import { showObject } from '../common/inspect.js';
import { type Lender, Reference } from '../values/reference.js';

/** @internal Items that are passed on together, and whether they are the last. */
export type Batch = [items: unknown[], isDone: boolean];

/** How long a batch is waited for once it has an item, in ms. */
const PATIENCE = 5;

/** Something to iterate over, as an argument, or inside of one. Made by {@link stream}. */
export class Stream extends Reference {
  readonly #iterable: AsyncIterable<unknown> | Iterable<unknown>;
  readonly #iterate: () => unknown;

  /** @internal `iterate` is its method that makes an iterator. */
  constructor(iterable: AsyncIterable<unknown> | Iterable<unknown>, iterate: () => unknown) {
    super();
    this.#iterable = iterable;
    this.#iterate = iterate;
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
    const source = new Source(this.#iterate.call(this.#iterable));
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
  const { [Symbol.asyncIterator]: asyncIterator } = Object(iterable);
  const iterate = asyncIterator ?? Object(iterable)[Symbol.iterator];
  if (typeof iterate !== 'function') throw new TypeError('stream takes an iterable, or an async one');
  return new Stream(iterable, iterate);
}

/** Stands for an item that has not come yet. */
const NOT_YET = Symbol();

/** What an iterator gives, as far as it is known. */
type Result = { readonly done?: unknown; readonly value?: unknown };

/** An iterator that hands out its items in batches: as many as are wanted, or as are there in a short while. */
class Source {
  readonly #iterator: { return?: unknown };
  readonly #ask: () => unknown;
  /** An item that has been asked for, and did not come in time for its batch. */
  #coming: Promise<unknown> | undefined;
  #isDone = false;
  /** What the iterator threw behind items that went before. */
  #failure: { readonly error: unknown } | undefined;

  constructor(iterator: unknown) {
    if (!isObject(iterator)) throw new TypeError(`the iterator of a stream must be an object, not ${nameOf(iterator)}`);
    this.#iterator = iterator;
    const { next } = iterator as { next?: unknown };
    if (typeof next !== 'function') throw new TypeError(`the iterator of a stream has no method 'next'`);
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

  /** The other side wants no more items. Nothing waits for that: what fails now fails unheard. */
  close(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    void (async () => {
      const { return: close } = this.#iterator;
      if (typeof close === 'function') await close.call(this.#iterator);
    })().catch(() => {});
  }

  /** The next item; with items that could be passed on already, only if it comes soon. */
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

/** @internal What `for await` checks: else an iterator that gives nothing would go on for ever. */
export function checkResult<R extends Result>(result: R): R {
  if (isObject(result)) return result;
  throw new TypeError(`an iterator's next() must give an object, not ${nameOf(result)}`);
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
