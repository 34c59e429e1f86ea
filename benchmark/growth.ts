// How the cost of a call grows with its payload, and that of many with their number.

import { strictEqual } from 'node:assert';
import type { Contestant, Session } from './contestants.js';
import { useCores } from './cores.js';
import type { Language } from './languages.js';
import { quantile } from './rows.js';
import { text } from './values.js';

/** What something costs, by its size. */
export interface Series {
  readonly language: string;
  readonly contestant: string;
  readonly what: 'payload' | 'flight';
  readonly points: readonly { readonly size: number; readonly ms: number }[];
}

/** How long a size is repeated, in ms, and how often at most. */
const ENOUGH = 100;
const OFTEN = 50;
/** Where the next size would take longer than this, in ms, it is left out. */
const TOO_LONG = 10_000;

const COSTS = {
  payload: async (session: Session, size: number): Promise<number> => {
    const payload = text(size);
    const began = performance.now();
    const answer = await session.call('same', payload);
    const time = performance.now() - began;
    strictEqual(answer, payload);
    return time;
  },
  flight: async (session: Session, size: number): Promise<number> => {
    const began = performance.now();
    const sums = await Promise.all(Array.from({ length: size }, (_, i) => session.call('add', i, 2)));
    const time = performance.now() - began;
    strictEqual(sums.at(-1), size + 1);
    return time;
  },
} as const;

export async function grow(
  what: Series['what'],
  sizes: readonly number[],
  contestant: Contestant,
  language: Language,
): Promise<Series> {
  useCores('one');
  const session = await contestant.open(language, 'call');
  for (let i = 0; i < 500; i++) await session.call('same', 'warm');
  const points: { size: number; ms: number }[] = [];
  for (const size of sizes) {
    const previous = points.at(-1);
    if (previous && previous.ms * (size / previous.size) > TOO_LONG) break;
    points.push({ size, ms: await medianCost(() => COSTS[what](session, size)) });
  }
  await session.close();
  useCores('all');
  return { language: language.name, contestant: contestant.name, what, points };
}

async function medianCost(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  globalThis.gc?.();
  for (let spent = 0; spent < ENOUGH && times.length < OFTEN; spent += times.at(-1) as number)
    times.push(await measure());
  return quantile(times, 0.5);
}

/** By what the cost is multiplied where the size is multiplied by ten for the last time. */
export function lastStep({ points }: Series): number | undefined {
  const [before, last] = points.slice(-2);
  return before && last ? last.ms / before.ms : undefined;
}
