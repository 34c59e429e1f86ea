// Stryker for one folder of the code, which test/mutation.ts names: each has tests of its own.

const { FOLDER } = process.env;
const CACHE = `node_modules/.cache/mutation/${FOLDER}`;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [`src/${FOLDER}/**/*.ts`],
  plugins: ['./mutation/quick-runner.js'],
  testRunner: 'quick',
  coverageAnalysis: 'perTest',
  // What is done once, when a module is loaded, would take a run of all tests for each change.
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 8_000,
  timeoutFactor: 1.5,
  // On a busy machine, the first run of all tests takes a while.
  dryRunTimeoutMinutes: 30,
  incremental: true,
  incrementalFile: `${CACHE}/incremental.json`,
  jsonReporter: { fileName: `${CACHE}/report.json` },
  tempDirName: 'node_modules/.cache/mutation/tmp',
  reporters: ['json', 'clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  ignorePatterns: ['dist', 'site', 'benchmark', 'docs', 'reference', 'examples', 'mutation/node_modules'],
  // Vitest needs no tsconfig, and Stryker would read it by an API that TypeScript 7 does not have.
  tsconfigFile: 'mutation/no-tsconfig.json',
  disableTypeChecks: false,
};
