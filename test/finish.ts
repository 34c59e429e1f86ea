// What a test does at its end, also one that runs side by side with others: vitest's own `onTestFinished` knows of one test
// at a time. vitest.config.ts loads this before each file of tests.

import { AsyncLocalStorage } from 'node:async_hooks';
import { aroundEach, type TestContext } from 'vitest';

const running = new AsyncLocalStorage<TestContext>();

aroundEach((runTest, context) => running.run(context, runTest));

/** Has something done when the test is over that this is called in. */
export function onTestFinished(end: Parameters<TestContext['onTestFinished']>[0]): void {
  const context = running.getStore();
  if (!context) throw new Error('onTestFinished() was called outside of a test');
  context.onTestFinished(end);
}
