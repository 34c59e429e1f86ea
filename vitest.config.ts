import { defineConfig } from 'vitest/config';

/** What a test, or what is done before and after it, may take, in ms: long enough for a slow machine, since it tells only hangs. */
const HANG = 40_000;

export default defineConfig({
  test: {
    globalSetup: 'test/build-once.ts',
    // One file in each of two processes: vitest leaves a processor free, and of two, one would have nothing to do.
    maxWorkers: 2,
    testTimeout: HANG,
    hookTimeout: HANG,
  },
});
