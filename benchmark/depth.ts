// How deep calls can be nested.

import type { Contestant } from './contestants.js';
import type { Language } from './languages.js';
import type { Outcome } from './outcomes.js';
import { HUNG, inTime, reasonOf } from './outcomes.js';

/** How often half the depth is tried, where the whole of it cannot be had. */
const TRIES = 6;

export async function deepest(contestant: Contestant, language: Language, wanted = language.depth): Promise<Outcome> {
  const who = { language: language.name, row: 'depth', contestant: contestant.name };
  let broke = '';
  for (let levels = wanted; levels > wanted / 2 ** TRIES; levels = Math.floor(levels / 2)) {
    try {
      const reached = await inTime(nest(contestant, language, levels));
      return broke === '' ? { ...who, value: reached } : { ...who, value: reached, broke };
    } catch (error) {
      broke ||= reasonOf(error);
      if (broke === HUNG) break;
    }
  }
  return { ...who, broke };
}

async function nest(contestant: Contestant, language: Language, levels: number): Promise<number> {
  const session = await contestant.open(language, 'nested');
  try {
    return (await session.call('down', levels)) as number;
  } finally {
    session.close().catch(() => {});
  }
}
