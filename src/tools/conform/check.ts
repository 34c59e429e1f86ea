import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bond } from '../../bond/bond.js';
import type { BondOptions } from '../../common/options.js';
import type { Feature } from '../../drivers/manifest.js';
import type { Code } from './code.js';
import type { Level } from './level.js';
import type { Words } from './words.js';

/** Something that holds for every driver that has the features it needs. */
export interface Check {
  readonly level: Level;
  /** What holds, as a sentence. */
  readonly title: string;
  /** What a driver has to declare for this to be asked of it. */
  readonly needs?: readonly Feature[];
  /** Throws, or rejects, if it does not hold. */
  readonly run: (kit: Kit) => Promise<void>;
}

/** What a check works with. */
export interface Kit {
  readonly lang: string;
  readonly words: Words;
  readonly code: Code;
  /**
   * Opens a bond in which the functions of the words are defined, and `blocks` have been run. The first one may have served other
   * checks with the same options, and is left as it was found; every other one is ended when the check is over.
   */
  open(options?: BondOptions, ...blocks: readonly string[]): Promise<Bond>;
  /** Opens a bond as `open` does that has served no other check, and will serve no other. */
  openNew(options?: BondOptions, ...blocks: readonly string[]): Promise<Bond>;
  /** Opens a bond in which nothing is defined. */
  openBare(options?: BondOptions): Promise<Bond>;
  /** Starts the bare interpreter with some arguments; resolves to what it prints. */
  printedBy(args: readonly string[]): Promise<string>;
  /** A path that is not in use; what is made there is removed when the check is over. */
  unusedPath(): string;
}

/** Makes the checks of a level from their titles. */
export function checksOf(
  level: Level,
  checks: Record<string, Check['run'] | readonly [readonly Feature[], Check['run']]>,
): Check[] {
  return Object.entries(checks).map(([title, check]) =>
    typeof check === 'function' ? { level, title, run: check } : { level, title, needs: check[0], run: check[1] },
  );
}

/** What a promise is rejected with, which must be a `type`. */
export async function rejection<E>(promise: Promise<unknown>, type: new (...args: never[]) => E): Promise<E> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) assert.fail(`resolved to ${JSON.stringify(outcome.value)}, and was to reject`);
  if (!(outcome.error instanceof type)) {
    assert.fail(`rejected with ${String(outcome.error)}, and was to reject with a ${type.name}`);
  }
  return outcome.error;
}

/** Asserts that a text contains another one. */
export function includes(text: unknown, part: string): void {
  if (typeof text !== 'string' || !text.includes(part)) {
    assert.fail(`${JSON.stringify(text)} was to contain ${JSON.stringify(part)}`);
  }
}

/** Asserts that the session is in step, and replies. */
export async function isAlive(bond: Bond): Promise<void> {
  assert.equal(await bond.eval('1'), 1, 'the session replies afterwards');
}

/** Something to give to `stdout` or `stderr`, which keeps what it is given. */
export class Output {
  readonly #chunks: Buffer[] = [];
  #look: () => void = () => {};

  readonly take = (chunk: Buffer): void => {
    this.#chunks.push(Buffer.from(chunk));
    this.#look();
  };

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** Resolves once `expected` is part of what has come. */
  until(expected: string): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.text.includes(expected)) resolve();
      };
      this.#look();
    });
  }
}

/** All that an iteration gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Waits, a little at a time, until something holds; the limit of the check ends the wait. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}
