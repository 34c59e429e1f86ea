// What a test does at its end, also one that runs side by side with others: vitest's own `onTestFinished` knows of one test
// at a time. test/each-test.ts tells which test is running.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { TestContext } from 'vitest';

/** The test that is running, in all that it leads to. */
export const running = new AsyncLocalStorage<TestContext>();

/** The test that this is called in. */
export function currentTest(): TestContext {
  const context = running.getStore();
  if (!context) throw new Error('this is for tests, and was called outside of one');
  return context;
}

/** Has something done when the test is over that this is called in. */
export function onTestFinished(end: Parameters<TestContext['onTestFinished']>[0]): void {
  currentTest().onTestFinished(end);
}

/** What tests count for docs/reliability.md. */
export type Count = 'values' | 'interleavings' | 'kills';

declare module 'vitest' {
  interface TaskMeta {
    /** What the test did, and how many times. */
    counts?: Partial<Record<Count, number>>;
  }
}

/** Counts what the test does that this is called in. */
export function countInTest(what: Count, times: number): void {
  const { meta } = currentTest().task;
  meta.counts = { ...meta.counts, [what]: (meta.counts?.[what] ?? 0) + times };
}
