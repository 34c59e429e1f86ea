// A reporter that writes into docs/reliability.md what a full run of all tests showed: npm run reliability

import { cpus, release } from 'node:os';
import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node';
import { listDrivers } from '../src/index.js';
import type { Count } from './finish.js';
import { markdownTable, writtenPart } from './page.js';
import { languageOf, PROJECTS, pathsOf } from './projects.js';
import { SEED } from './seeds.js';

const COLUMNS = [...listDrivers(), 'host'];

export default class ReliabilityReporter implements Reporter {
  readonly #begun = performance.now();

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const files = new Set(modules.map(({ moduleId }) => moduleId));
    if (reason !== 'passed' || errors.length > 0)
      return console.log('docs/reliability.md is as it was: not all passed');
    const due = PROJECTS.flatMap((project) => pathsOf(project));
    if (files.size < due.length) return console.log('docs/reliability.md is as it was: not all files were run');
    const tests = modules.flatMap((module) => [...module.children.allTests('passed')]);
    writtenPart('docs/reliability.md', 'reliability').write(this.#page(tests));
  }

  #page(tests: readonly TestCase[]): string {
    return [table(tests), '\n', ...this.#facts(tests).map((fact) => `- ${fact}\n`)].join('');
  }

  #facts(tests: readonly TestCase[]): string[] {
    const sum = (what: Count): string =>
      count(tests.reduce((total, test) => total + (test.meta().counts?.[what] ?? 0), 0));
    const found = new Set(tests.flatMap((test) => test.meta().found ?? []));
    const minutes = Math.round((performance.now() - this.#begun) / 60_000);
    const extent = process.env.RELEASE ? 'as at a release' : 'as at each check';
    return [
      `${new Date().toISOString().slice(0, 10)}, ${extent}: ${minutes} minutes on ${cpus().length} processors, Linux ${release()}`,
      `Random values: ${sum('values')}; interleavings of calls: ${sum('interleavings')}; seed ${SEED}`,
      `Processes killed in the middle of calls: ${sum('kills')}`,
      `Host: Node ${process.versions.node}; interpreters: ${[...found].sort(byVersion).join(', ')}`,
    ];
  }
}

/** How many tests of each project are about each language. */
function table(tests: readonly TestCase[]): string {
  const rows = PROJECTS.map((project) => [project, tests.filter((test) => test.project.name === project)] as const);
  const cells = (own: readonly TestCase[]): string[] => [
    ...COLUMNS.map((column) => count(own.filter((test) => columnOf(test) === column).length)),
    count(own.length),
  ];
  return markdownTable(
    ['tests passed', ...listDrivers(), 'host only', 'all'],
    [...rows, ['all', tests] as const].map(([name, own]) => [name, ...cells(own)]),
  );
}

/** The first language that a test's name tells; otherwise, it is about the host. */
function columnOf({ fullName, module }: TestCase): string {
  const named = /\b(PHP|Perl|Python|PyPy|Ruby|R|Lua|Tcl|JavaScript|Node(?= \d))\b/.exec(fullName)?.[1];
  const language = named === 'PyPy' ? 'Python' : named === 'Node' ? 'JavaScript' : named;
  return language ?? languageOf(module.moduleId) ?? 'host';
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function byVersion(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
