// How much of the language-neutral suite is shown by an interpreter. `suite.ts` and `references.ts` declare their tests by
// `testWithin`, which leaves out what is not of the extent. A test that is not named here belongs to all of them but `smoke`.

import { test } from 'vitest';

/**
 * - `whole`: everything
 * - `other`: what is left when another interpreter shows what is of the host only
 * - `version`: what another version of an interpreter shows: also without what is large
 * - `smoke`: the tests below
 */
export type Extent = 'whole' | 'other' | 'version' | 'smoke';

/** What the host refuses by itself, before anything is sent: shown once. */
const OF_THE_HOST = [
  'a bare function is refused, with a hint',
  'a reference of another bond is a BondException',
  'a structure that contains itself is a SerializationException under JSON',
  'an argument is a local SerializationException that says where it sits',
  'belongs to its bond',
  'plain JSON makes nothing else of %o',
];

/** What the checks for drivers show just as well of the interpreters that they are run on. */
const OF_THE_KIT = [
  'arrives while the call goes on, in the middle of a line',
  'arrives before the call that printed it resolves',
  'arrives before an exported function is called, and before an exception',
  'arrives byte for byte, text or not',
  'of a megabyte arrives whole',
  'of a subprocess arrives too',
  'a subprocess reads the end of it, too',
  'an exit inside of an exported function rejects the calls of every level',
  'close waits for the calls that were made before it',
  'ends an endless %s, and keeps the session and what waits',
];

/** What sends megabytes: shown by the version that a language's own command starts. */
const LARGE = [
  'a long text is cut nowhere that shows, wherever its characters of four bytes begin',
  'megabytes of code are no obstacle',
];

/**
 * What the oldest and the newest versions show at every check, with each part of a driver among it. All show the rest at a
 * release.
 */
const SMOKE = [
  // suite.ts
  'eval resolves to the value of an expression, evalBlock to undefined',
  'a thousand calls at once are answered in order',
  '%j as an expression is an exception, and the session answers',
  '%s arrive to the letter, in every direction',
  'a result is a remote SerializationException that says where it sits',
  'an uncaught one is a RemoteException with its message and type, and the session answers',
  'what an exported function throws comes back, uncaught, with the very Error as its cause',
  'may call back, to a depth of 200',
  'an exit %s rejects the call, what waits behind it, and every later one',
  'close lets exit hooks run, and what they print arrives before it resolves',
  'arrives byte for byte, text or not',
  'of a subprocess arrives too',
  'reading standard input gives its end, and eats no protocol',
  'ends an endless %s, and keeps the session and what waits',
  'names of the driver stay out of the way: all begin with _BOND_ or __BOND_',
  // references.ts
  'is a function there, sync or async, also inside of an argument',
  'has properties and methods, and is passed back as itself',
  'kwargs are arguments by name',
  'goes through what is there',
  'is iterated over natively',
  // versions.ts
  'carries values to the letter under plain JSON as well',
  'what opens and reads files by promises gets nothing of the conversation',
];

const leftOut: Record<Extent, readonly string[]> = {
  whole: [],
  other: OF_THE_HOST,
  version: [...OF_THE_HOST, ...LARGE],
  smoke: [],
};

/** Every title that is named here: one that no test has any more is found by a test. */
export const namedTitles: readonly string[] = [...OF_THE_HOST, ...OF_THE_KIT, ...LARGE, ...SMOKE];

function isWithin(extent: Extent, isInKit: boolean, title: string): boolean {
  if (isInKit && OF_THE_KIT.includes(title)) return false;
  return extent === 'smoke' ? SMOKE.includes(title) : !leftOut[extent].includes(title);
}

type TestBody = Parameters<typeof test>[1] & object;

/** `test` of vitest, which declares what belongs to an extent, and is not shown by the checks for drivers. */
export function testWithin(
  extent: Extent = 'whole',
  isInKit = false,
): Pick<typeof test, 'each'> & ((title: string, run: TestBody) => void) {
  const each = (...cases: [never]) => {
    const declare = test.each(...cases) as (title: string, run: unknown) => void;
    return (title: string, run: unknown) => {
      if (isWithin(extent, isInKit, title)) declare(title, run);
    };
  };
  const declare = (title: string, run: TestBody) => {
    if (isWithin(extent, isInKit, title)) test(title, run);
  };
  return Object.assign(declare, { each: each as unknown as typeof test.each });
}
