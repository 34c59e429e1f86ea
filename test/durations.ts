// A reporter that writes down how long each file has taken, for the next run to begin with the longest: npm run durations

import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { testFiles } from './projects.js';
import { DURATIONS, type Durations, readDurations } from './sequencer.js';

export default class DurationsReporter implements Reporter {
  readonly #measured: Durations = {};
  #root = '';

  onInit({ config }: Vitest): void {
    this.#root = config.root;
  }

  onTestModuleEnd(module: TestModule): void {
    const { prepareDuration, environmentSetupDuration, collectDuration, setupDuration, duration } = module.diagnostic();
    const took = prepareDuration + environmentSetupDuration + collectDuration + setupDuration + duration;
    this.#measured[relative(this.#root, module.moduleId).replaceAll('\\', '/')] = Math.round(took / 100) / 10;
  }

  /** A run of some files leaves what is known of the others, as far as they are still there. */
  onTestRunEnd(): void {
    const all = { ...readDurations(), ...this.#measured };
    const paths = testFiles().map((file) => `test/${file}.test.ts`);
    const known = paths.filter((path) => path in all).map((path) => [path, all[path] as number] as const);
    known.sort(([, a], [, b]) => b - a);
    writeFileSync(DURATIONS, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
  }
}
