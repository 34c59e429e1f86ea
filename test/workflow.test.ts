// The workflow for those who fork: what it runs is there.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly run?: string;
  readonly uses?: string;
}

interface Job {
  readonly 'runs-on': string;
  readonly 'continue-on-error'?: boolean;
  readonly strategy: { readonly matrix: { readonly node: readonly number[]; readonly system?: readonly string[] } };
  readonly steps: readonly Step[];
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const { jobs } = parse(read('../.github/workflows/check.yml'), { strict: true }) as { jobs: Record<string, Job> };
const { scripts } = JSON.parse(read('../package.json')) as { scripts: Record<string, string> };

test('the workflow checks every version of Node on Linux, macOS and Windows', () => {
  for (const { strategy } of Object.values(jobs)) expect(strategy.matrix.node).toEqual([20, 22, 24, 26]);
  const systems = Object.values(jobs).flatMap((job) => job.strategy.matrix.system ?? [job['runs-on']]);
  expect(systems).toEqual(['ubuntu-latest', 'macos-latest', 'windows-latest']);
});

test('the workflow is stopped by a failure only where bond has been run', () => {
  for (const job of Object.values(jobs))
    expect(job['continue-on-error'] ?? false).toBe(job['runs-on'] !== 'ubuntu-latest');
});

test.each(Object.keys(jobs))('the job %s gets the source and Node, and runs scripts that there are', (name) => {
  const { steps } = jobs[name] as Job;
  const used = steps.flatMap(({ uses }) => uses ?? []);
  expect(used.map((action) => action.replace(/@v\d+$/, ''))).toEqual(['actions/checkout', 'actions/setup-node']);
  const [first, ...commands] = steps.flatMap(({ run }) => run ?? []);
  expect(first).toBe('npm ci');
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) expect(Object.keys(scripts)).toContain(command.replace(/^npm (run )?/, ''));
});
