// What your program may replace at any time, taken once: fake timers (Vitest's, Jest's, Sinon's), polyfills and the like are
// meant for your code, and this library would wait for ever. The other files import these names from here; test/globals.test.ts
// finds those that do not.

import * as timers from 'node:timers';

/**
 * A function that fake timers may have replaced before this library was loaded: Sinon's, which Jest and Vitest use, keep the
 * one that they stand for.
 */
function original<Function extends object>(name: string, current: Function): Function {
  const { clock: fake } = current as { readonly clock?: Record<string, unknown> };
  const kept = fake?.[`_${name}`];
  return typeof kept === 'function' ? (kept as unknown as Function) : current;
}

export const setTimeout = original('setTimeout', timers.setTimeout);
/** The longest time that a timer can wait, in ms: 25 days. */
export const LONGEST_TIMER = 2 ** 31 - 1;
export const clearTimeout = original('clearTimeout', timers.clearTimeout);
export const setInterval = original('setInterval', timers.setInterval);
export const clearInterval = original('clearInterval', timers.clearInterval);
export const setImmediate = original('setImmediate', timers.setImmediate);
export const nextTick = original('nextTick', process.nextTick);
const hrtime = original('hrtime', process.hrtime);

/** The monotonic clock, in ms; Node's module of that name would be loaded for nothing else. */
export const performance = {
  now(): number {
    const [seconds, nanoseconds] = hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
};

// Types need no import: those of the globals are found where only a value is imported.
export const { Promise, Date, AbortController } = globalThis;
export const { captureStackTrace } = Error;

const { then } = globalThis.Promise.prototype;

/** As `promise.then` is, whatever became of that; `await` would make two promises more, which `node:async_hooks` counts. */
export function whenSettled(
  promise: Promise<unknown>,
  onFulfilled: (value: unknown) => void,
  onRejected: (error: unknown) => void,
): void {
  void Reflect.apply(then, promise, [onFulfilled, onRejected]);
}

/** Resolves after so many ms. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => {
    setImmediate(() => resolve(undefined));
  });
}

/** What `promise` gives, or what `fallback` gives if that takes longer than so many ms. */
export async function within<T, U>(
  promise: Promise<T>,
  milliseconds: number,
  fallback: () => U | PromiseLike<U>,
): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    return await Promise.race([promise, late.then(fallback)]);
  } finally {
    clearTimeout(timer);
  }
}
