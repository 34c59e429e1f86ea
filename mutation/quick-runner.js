// A test runner for Stryker that runs vitest's tests in the process that Stryker starts. Stryker's own starts a worker, and loads all
// modules into it, for each change and file of tests, which takes a hundred times as long as the tests that notice the change.
// Modules stay loaded; only files of tests are loaded again.

import { register as registerHooks } from 'node:module';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { register as registerTypeScript } from 'tsx/esm/api';
import { startTests } from 'vitest/internal/browser';
import { resolveConfig } from 'vitest/node';

/** What the changed code asks which change to make, and tells what it runs. */
globalThis.__stryker__ ??= {};
const stryker = globalThis.__stryker__;

class QuickRunner {
  #config;
  #files = [];
  /** What was thrown where no test could notice it. */
  #strays = [];
  #imports = 0;

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init() {
    Object.assign(process.env, { NODE_ENV: 'test', VITEST: '1' });
    const { vitestConfig } = await resolveConfig({ config: 'mutation/vitest.config.ts' });
    Object.assign(process.env, vitestConfig.env);
    const sequence = { ...vitestConfig.sequence, hooks: 'stack', setupFiles: 'list', shuffle: false };
    this.#config = { ...vitestConfig, root: process.cwd(), sequence, maxConcurrency: 1, bail: 1, tags: [] };
    this.#files = vitestConfig.include.map((path) => resolve(path));
    // What vitest's `expect` and `vi` ask for.
    globalThis.__vitest_worker__ = { config: this.#config, environment: { name: 'node' }, providedContext: {} };
    registerTypeScript();
    registerHooks('./resolve.js', import.meta.url);
    (await import('vitest')).vi.mock = () => {};
    process.on('unhandledRejection', (error) => this.#strays.push(error));
    process.on('uncaughtException', (error) => this.#strays.push(error));
  }

  async dryRun() {
    stryker.mutantCoverage = { static: {}, perTest: {} };
    const tests = await this.#run(this.#files);
    return { status: DryRunStatus.Complete, tests, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ testFilter, activeMutant, hitLimit }) {
    Object.assign(stryker, { hitCount: 0, hitLimit });
    const wanted = testFilter && new Set(testFilter);
    const files = this.#files.filter((file) => !wanted || testFilter.some((id) => id.startsWith(idOf(file, ''))));
    const tests = await this.#run(files, activeMutant.id, (test) => !wanted || wanted.has(idOfTest(test)));
    const timeOut = determineHitLimitReached(stryker.hitCount, hitLimit);
    Object.assign(stryker, { hitCount: undefined, hitLimit: undefined });
    const isNoticed = tests.some(({ status }) => status === TestStatus.Failed);
    const stray = !isNoticed && this.#strays.length > 0;
    const result = stray ? { status: DryRunStatus.Error, errorMessage: String(this.#strays[0]) } : undefined;
    return toMutantRunResult(timeOut ?? result ?? { status: DryRunStatus.Complete, tests });
  }

  /** Runs tests with a change, until one notices it, or all of them without one. */
  async #run(files, change, isWanted = () => true) {
    this.#strays = [];
    const results = [];
    let isOver = false;
    const runner = {
      config: this.#config,
      pool: 'forks',
      importFile: (path) => import(`${pathToFileURL(path)}?import=${++this.#imports}`),
      onCollected: () => {
        stryker.activeMutant = change;
      },
      onBeforeRunTask: (test) => {
        if (isOver || !isWanted(test)) test.mode = 'skip';
        stryker.currentTestId = idOfTest(test);
      },
      onAfterRunTask: (test) => {
        stryker.currentTestId = undefined;
        isOver ||= change !== undefined && test.result?.state === 'fail';
      },
    };
    for (const file of files) {
      globalThis.__vitest_worker__.filepath = file;
      const [task] = await startTests([file], runner).finally(() => {
        stryker.activeMutant = undefined;
      });
      if (task.tasks.length === 0) throw new Error(`${file}: ${task.result?.errors?.[0]?.stack ?? 'no tests'}`);
      results.push(
        ...testsIn(task)
          .filter(({ mode }) => mode !== 'skip')
          .map(resultOf),
      );
      if (isOver) break;
    }
    return results;
  }
}

function idOf(file, name) {
  return `${relative(process.cwd(), file)}#${name}`;
}

function idOfTest(test) {
  return idOf(test.file.filepath, nameOf(test));
}

function nameOf({ name, suite }) {
  return suite && suite !== suite.file ? `${nameOf(suite)} ${name}` : name;
}

function testsIn({ tasks }) {
  return tasks.flatMap((task) => (task.type === 'suite' ? testsIn(task) : task));
}

function resultOf(test) {
  const { result, file } = test;
  const about = { id: idOfTest(test), name: nameOf(test), timeSpentMs: result?.duration ?? 0, fileName: file.filepath };
  if (result?.state === 'pass') return { ...about, status: TestStatus.Success };
  if (result?.state !== 'fail') return { ...about, status: TestStatus.Skipped };
  return { ...about, status: TestStatus.Failed, failureMessage: result.errors?.[0]?.message ?? '' };
}

const makeRunner = () => new QuickRunner();
makeRunner.inject = [];
export const strykerPlugins = [{ kind: PluginKind.TestRunner, name: 'quick', factory: makeRunner }];
