// Where one of several shows as much as all of them: what the host does by itself, for instance, whatever language it speaks
// to. At a check, each of such tests is shown by one, and all have their turn; at a release, each is shown by all.

import { type TestFunction, test } from 'vitest';
import { type Language, languages, range } from './fixtures.js';

const isRelease = Boolean(process.env.RELEASE);

type Declare = Pick<typeof test, 'each'> & ((title: string, run: TestFunction) => void);

/**
 * `test` of vitest for one of `all`, to each of which a suite is given: it declares the tests whose turn it is, so that each
 * is shown by `times` of them. The tests have to be the same, and in the same order, for each.
 */
export function testInTurn<One>(one: One, all: readonly One[], times = 1): Declare {
  const isMine = turnsOf(all.indexOf(one), all.length, times);
  const declare = (title: string, run: TestFunction) => {
    if (isMine()) test(title, run);
  };
  const each = (cases: readonly unknown[]) => {
    const mine = cases.filter(isMine);
    return (title: string, run: () => void) => {
      if (mine.length > 0) test.each(mine)(title, run);
    };
  };
  return Object.assign(declare, { each: each as unknown as typeof test.each });
}

/** Which languages show a test that each of them could show: another one whenever this is asked. */
export function languagesInTurn(): () => Language[] {
  let test = 0;
  return () => {
    const turn = test++ % languages.length;
    return languages.filter((_, index) => isRelease || index === turn);
  };
}

function turnsOf(index: number, count: number, times: number): () => boolean {
  const apart = Math.ceil(count / times);
  let turn = 0;
  return () => isRelease || (turn++ % count) % apart === index % apart;
}

/** `test` of vitest where many cases are alike, as many ways to break one rule: a check shows every `nth`, a release all. */
export function testSample(nth: number): Declare {
  return testInTurn(0, range(nth));
}
