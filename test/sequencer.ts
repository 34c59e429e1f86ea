import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** How many seconds each file of tests takes, by its path: `npm run durations` measures them. */
export const DURATIONS = new URL('durations.json', import.meta.url);

export type Durations = Record<string, number>;

export function readDurations(): Durations {
  return existsSync(DURATIONS) ? (JSON.parse(readFileSync(DURATIONS, 'utf8')) as Durations) : {};
}

/**
 * Runs the longest files first, so that no worker is left with a long one at the end; those that are not known, at once. The files
 * of a project stay together: a process is used again for those of the same one only.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const durations = readDurations();
    const durationOf = ({ moduleId }: TestSpecification): number =>
      durations[relative(this.ctx.config.root, moduleId).replaceAll('\\', '/')] ?? Number.MAX_VALUE;
    const longest = [...files].sort((one, other) => durationOf(other) - durationOf(one));
    const projects = new Set(longest.map(({ project }) => project));
    return [...projects].flatMap((of) => longest.filter(({ project }) => project === of));
  }
}
