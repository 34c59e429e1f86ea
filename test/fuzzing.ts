import type fc from 'fast-check';

/** How much is tried: more than one makes a short search a long one. The check does with a quarter of what a release does. */
const FACTOR = Number(process.env.FUZZ_RUNS ?? rounds(0.25, 1));

/** The seed of every search: the same unless `FUZZ_SEED` says otherwise, which is a number or `random`. */
const SEED = chooseSeed(process.env.FUZZ_SEED ?? '20250');

/**
 * How often something is done that the check does for the sake of time less often than it is done at a release:
 * `npm run check:release`.
 */
export function rounds(atCheck: number, atRelease: number): number {
  return process.env.RELEASE ? atRelease : atCheck;
}

/** How a property is to be tried, `numRuns` times by default; fast-check tells the seed of a failure. */
export function effort(numRuns: number): fc.Parameters<unknown> {
  return { seed: SEED, numRuns: Math.ceil(numRuns * FACTOR) };
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

function chooseSeed(wanted: string): number {
  const seed = wanted === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(wanted);
  if (!Number.isInteger(seed)) throw new Error(`FUZZ_SEED is a number or 'random', not '${wanted}'`);
  return seed;
}

/** A source of numbers from 0 to 1, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
