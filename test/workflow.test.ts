// The workflows: what they run is there.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
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
const { scripts, version } = JSON.parse(read('../package.json')) as {
  scripts: Record<string, string>;
  version: string;
};

function actionsOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ uses }) => uses ?? []).map((action) => action.replace(/@v\d+$/, ''));
}

/** The scripts that steps run, after `npm ci`. */
function scriptsOf(steps: readonly Step[]): string[] {
  const [first, ...commands] = steps.flatMap(({ run }) => run ?? []);
  expect(first).toBe('npm ci');
  const scripts = commands.filter((command) => !/^npm (?:publish|pkg|ci)\b/.test(command));
  return scripts.map((command) => command.replace(/^npm (run )?/, '').replace(/ -- .*/, ''));
}

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
  expect(actionsOf(steps)).toEqual(['actions/checkout', 'actions/setup-node']);
  expect(scriptsOf(steps).length).toBeGreaterThan(0);
  for (const script of scriptsOf(steps)) expect(Object.keys(scripts)).toContain(script);
});

describe('a tag', () => {
  const workflow = parse(read('../.github/workflows/publish.yml'), { strict: true });
  const { steps, permissions } = workflow.jobs.npm as Job & { permissions: Record<string, string> };

  test('is published with provenance, after all checks', () => {
    expect(workflow.on.push.tags).toEqual(['v*']);
    expect(permissions['id-token']).toBe('write');
    expect(actionsOf(steps)).toEqual(['actions/checkout', 'actions/setup-node']);
    expect(scriptsOf(steps)).toEqual(['release:verify', 'check:release', 'stage']);
    for (const script of scriptsOf(steps)) expect(Object.keys(scripts)).toContain(script);
    expect(steps.at(-1)?.run).toMatch(/^npm publish \S+ --ignore-scripts --provenance --access public$/);
  });

  const verify = (tag: string) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'build/verify-release.ts'], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, GITHUB_REF_NAME: tag },
      encoding: 'utf8',
    });

  test('is the version of the package, which NEWS.md knows', () => {
    const fine = verify(`v${version}`);
    expect(fine.stderr).toBe('');
    expect(fine.status).toBe(0);
    const wrong = verify('v99.0.0');
    expect(wrong.stderr).toContain(`the tag is v99.0.0, but package.json has version ${version}`);
    expect(wrong.status).toBe(1);
  });
});

test('the site is made and deployed by scripts that there are', () => {
  const workflow = parse(read('../.github/workflows/site.yml'), { strict: true });
  const { steps } = workflow.jobs.pages as Job;
  expect(scriptsOf(steps)).toEqual(['site']);
  expect(Object.keys(scripts)).toContain('site');
  expect(actionsOf(steps).slice(2)).toEqual([
    'actions/configure-pages',
    'actions/upload-pages-artifact',
    'actions/deploy-pages',
  ]);
});
