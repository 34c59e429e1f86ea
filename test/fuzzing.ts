// How much is tried at random, and what a failure says: the command that makes the same decisions again.

import { inspect } from 'node:util';
import type fc from 'fast-check';
import type { TestContext } from 'vitest';
import { countInTest, currentTest } from './finish.js';
import { PATH, quote, randomNumbersFor, SEED } from './seeds.js';

/** How much is tried: more than one makes a short search a long one. The check does with a twentieth of what a release does. */
const FACTOR = Number(process.env.FUZZ_RUNS ?? rounds(0.05, 1));

/**
 * How often something is done that the check does for the sake of time less often than it is done at a release:
 * `npm run check:release`.
 */
export function rounds(atCheck: number, atRelease: number): number {
  return process.env.RELEASE ? atRelease : atCheck;
}

/**
 * How a property is to be tried, `numRuns` times by default. A failure says how to replay it. The tries of this test are
 * counted as `what` in docs/reliability.md.
 */
export function effort(numRuns: number, what: 'values' | 'interleavings' = 'values'): fc.Parameters<unknown> {
  const { task } = currentTest();
  const runs = Math.ceil(numRuns * FACTOR);
  countInTest(what, runs);
  return {
    seed: SEED,
    numRuns: runs,
    ...(PATH === undefined ? {} : { path: PATH }),
    reporter: (details) => {
      if (details.failed) throw new Error(failure(details, task), { cause: details.errorInstance });
    },
  };
}

function failure(details: fc.RunDetails<unknown>, task: TestContext['task']): string {
  const { seed, counterexamplePath: path, counterexample, numRuns, numShrinks, numSkips } = details;
  if (path === null) return `Only ${numRuns} values could be tried, as ${numSkips} were skipped. ${replay(task, seed)}`;
  const found = `Property failed after ${numRuns} tries, and was made smaller ${numShrinks} times`;
  return `${found}: ${inspect(counterexample, { depth: 20, breakLength: Number.POSITIVE_INFINITY })}\n${replay(task, `${seed}:${path}`)}`;
}

/** The command that runs a test again with the same seed. */
function replay({ file, ...task }: TestContext['task'], seed: number | string): string {
  const names = [task.name];
  for (let { suite } = task; suite; suite = suite.suite) names.unshift(suite.name);
  const pattern = names.join(' ').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const kept = ['RELEASE', 'ONLY', 'FUZZ_RUNS'].filter((name) => process.env[name]);
  const settings = kept.map((name) => `${name}=${quote(process.env[name] as string)} `).join('');
  return `Replay: ${settings}SEED=${seed} npx vitest run ${file.name} -t ${quote(`^${pattern}$`)}`;
}

/** Sources of random numbers for a test, one for each purpose. If the test fails, its errors say how to replay it. */
export function randomness(): (...purpose: readonly (string | number)[]) => () => number {
  const { task, onTestFailed } = currentTest();
  onTestFailed(({ task: { result } }) => {
    for (const error of result?.errors ?? []) error.message += `\n${replay(task, SEED)}`;
  });
  return (...purpose) => randomNumbersFor(SEED, ...purpose);
}

/** How long a counterexample is made smaller, in ms. */
const SHRINKING = 3000;

/** The same test, which anything passes some time after it has failed: what has failed by then is reported. */
export function shrinkingBriefly<Args extends unknown[]>(
  run: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  let end = Number.POSITIVE_INFINITY;
  return async (...args) => {
    if (performance.now() > end) return;
    try {
      await run(...args);
    } catch (error) {
      end = Math.min(end, performance.now() + SHRINKING);
      throw error;
    }
  };
}

/** How long `milliseconds` of a search may take when there is more of it. */
export function patience(milliseconds: number): number {
  return milliseconds * Math.max(1, FACTOR);
}
