// What is decided at random, and how it is decided the same again.

/** The seed of everything random: the same in each run, unless `SEED` is another number, or `random`. */
export const SEED: number = chooseSeed();

/** Which try of one property failed, as fast-check calls it: what follows the seed in `SEED=20250:17:0:2`. */
export const PATH: string | undefined = /^\d+:(.+)$/.exec(process.env.SEED ?? '')?.[1];

function chooseSeed(): number {
  const wanted = process.env.SEED ?? '20250';
  if (wanted === 'random') return Math.floor(Math.random() * 2 ** 31);
  if (!/^\d+(:\d+)*$/.test(wanted)) throw new Error(`SEED is a number or 'random', not '${wanted}'`);
  return Number.parseInt(wanted, 10);
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

/**
 * A source of numbers for one purpose. What runs side by side takes its numbers from a source of its own: then it decides
 * the same in each run, in whatever order things happen.
 */
export function randomNumbersFor(seed: number, ...purpose: readonly (string | number)[]): () => number {
  let hash = seed;
  for (const character of purpose.join(' ')) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return randomNumbers(hash);
}

/** `text` as one word of a shell's command line. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
