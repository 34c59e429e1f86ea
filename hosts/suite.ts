// The language suite in Bun and Deno, which run Vitest as well.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listDrivers } from '../src/index.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = fileURLToPath(new URL('node_modules/.bin', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const FILES = ['test/languages.test.ts', 'test/references.test.ts'];

export interface Runtime {
  readonly name: string;
  /** What stands in front of a program. */
  readonly command: readonly [string, ...string[]];
}

export const RUNTIMES: readonly Runtime[] = [
  { name: 'Bun', command: [join(BIN, 'bun'), '--bun'] },
  { name: 'Deno', command: [join(BIN, 'deno'), 'run', '-A'] },
];

/** What became of a suite. */
export interface Outcome {
  readonly languages: readonly string[];
  readonly passed: number;
  /** What failed. */
  readonly failed: readonly string[];
}

interface Result {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
}

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly Result[] }[];
}

/** How many failures of one suite are told by their titles. */
const FEW = 3;

/** What a runtime says of its version. */
export function versionOf({ command: [program] }: Runtime): string {
  const text = execFileSync(program, ['--version'], { encoding: 'utf8' });
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? 'unknown';
}

/** Runs the suite of all languages that are here. */
export function runSuite({ command: [program, ...options] }: Runtime): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'bond-hosts-'));
  const report = join(folder, 'report.json');
  const args = [VITEST, 'run', ...FILES, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    spawnSync(program, [...options, ...args], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, RELEASE: '1' },
    });
    return outcomeOf(JSON.parse(readFileSync(report, 'utf8')) as Report);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function outcomeOf({ testResults }: Report): Outcome {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const suites = new Set(tests.map(({ ancestorTitles: [suite = ''] }) => suite));
  const languages = new Set([...suites].map((suite) => suite.split(' ')[0] as string));
  return {
    languages: [...languages].filter((lang) => listDrivers().includes(lang)).sort(),
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: [...suites].flatMap((suite) => failedIn(suite, tests)),
  };
}

/** The titles of tests that failed; where they are many, how many. */
function failedIn(suite: string, tests: readonly Result[]): string[] {
  const failed = tests.filter(({ ancestorTitles, status }) => ancestorTitles[0] === suite && status === 'failed');
  return failed.length > FEW ? [`${suite}: ${failed.length} tests`] : failed.map(({ title }) => `${suite}: ${title}`);
}
