import { defineConfig } from 'vitest/config';

// One file in each of two processes: vitest leaves a processor free, and of two, one would have nothing to do.
export default defineConfig({ test: { globalSetup: 'test/build-once.ts', maxWorkers: 2 } });
