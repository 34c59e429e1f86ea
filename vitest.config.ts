import { defineConfig } from 'vitest/config';
import { TEST_HANG } from './test/patience.js';
import { ISOLATED, PROJECTS, type Project, pathsOf } from './test/projects.js';
import { hastenStarts } from './test/quick-starts.js';
import { LongestFirst } from './test/sequencer.js';

hastenStarts(process.env);

/** The languages that are asked for, as in `ONLY=Perl,PHP`; none means all. `npm test` asks for one. */
function chosenLanguages(mode: string): string[] {
  const only = process.env.ONLY ?? (mode === 'quick' ? 'Python' : '');
  return only.split(',').filter((lang) => lang !== '');
}

export default defineConfig(({ mode }) => {
  const chosen = chosenLanguages(mode);
  const env = { ONLY: chosen.join(',') };
  const project = (name: Project) => ({
    extends: true as const,
    test: { name, include: pathsOf(name, chosen), env, isolate: ISOLATED.includes(name) },
  });
  return {
    test: {
      globalSetup: 'test/build-once.ts',
      setupFiles: 'test/each-test.ts',
      // One file in each of two processes: vitest leaves a processor free, and of two, one would have nothing to do. With three,
      // everything takes so much longer that nothing is gained.
      maxWorkers: 2,
      // Of a file whose tests run side by side, so many at a time: most wait for what another process does.
      maxConcurrency: 8,
      testTimeout: TEST_HANG,
      hookTimeout: TEST_HANG,
      sequence: { sequencer: LongestFirst },
      // A version of an interpreter that shows little of the suite leaves parts of it empty.
      passWithNoTests: true,
      projects: PROJECTS.map(project),
    },
  };
});
