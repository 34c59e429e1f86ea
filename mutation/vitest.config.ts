// The tests that are run against each change of a folder: those that take no interpreter, the quickest first.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const TESTS: Record<string, readonly string[]> = {
  session: [
    'cycles',
    'frames',
    'send-queue',
    'tasks',
    'handshake',
    'missing-library',
    'interrupts',
    'session',
    'conversations',
    'connection',
    'model',
    'fuzz',
  ],
  wire: ['long-ways', 'messages', 'channel', 'payloads', 'message-splitter', 'fuzz'],
  values: ['codecs', 'payloads', 'ndarray', 'json', 'conversations'],
};
const names = TESTS[process.env.FOLDER ?? ''] ?? [];

class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      names.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
    return [...files].sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  resolve: {
    alias: [{ find: './patience.js', replacement: fileURLToPath(new URL('patience.ts', import.meta.url)) }],
  },
  test: {
    include: names.map((name) => `test/${name}.test.ts`),
    setupFiles: 'test/each-test.ts',
    testTimeout: 15_000,
    sequence: { sequencer: AsListed },
    // No interpreters, and few random tries of each test, as there are thousands of changes.
    env: { ONLY: 'None', FUZZ_RUNS: '0.01' },
  },
});
