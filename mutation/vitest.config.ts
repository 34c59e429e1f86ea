// The tests that are run against each change of the code: those that take no interpreter, the quickest first.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const FILES = [
  'channel',
  'session',
  'conversations',
  'connection',
  'message-splitter',
  'write-queue',
  'json',
  'model',
  'fuzz',
];

class AsListed extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      FILES.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
    return [...files].sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  resolve: {
    alias: [{ find: './patience.js', replacement: fileURLToPath(new URL('patience.ts', import.meta.url)) }],
  },
  test: {
    include: FILES.map((name) => `test/${name}.test.ts`),
    setupFiles: 'test/finish.ts',
    testTimeout: 20_000,
    sequence: { sequencer: AsListed },
    // No interpreters, and few of the random tries: they are many where changes are.
    env: { ONLY: 'None', FUZZ_RUNS: '0.01' },
  },
});
