// What each version of an interpreter shows, in a file of its own: `versions/*.test.ts`.

import { beforeAll, beforeEach, describe, expect } from 'vitest';
import { type Extent, testWithin } from './extent.js';
import { missing, openBond, type Suite } from './fixtures.js';
import { generations } from './generations.js';
import { testObjects } from './objects-suite.js';
import { testReferences } from './references.js';
import { testFeatures, testLanguage } from './suite.js';
import { words } from './words.js';

/** At a release, as by `npm run generations`, every version shows everything. */
const isRelease = Boolean(process.env.RELEASE);

/** Declares the tests of a version, by its title in `generations`. */
export function testVersion(title: string): void {
  const generation = generations.find((candidate) => candidate.title === title);
  if (!generation) throw new Error(`there is no generation ${title}`);
  const { lang, find, couldBeHad, lacks } = generation;
  const extent: Extent = isRelease ? 'version' : 'smoke';

  describe(title, () => {
    let program: string | undefined;

    beforeAll(() => {
      program = find();
    });

    beforeEach(({ skip }) => {
      if (program === undefined) missing(title, skip, Boolean(process.env.CI) && couldBeHad());
    });

    const suite = { lang, find: () => program as string, isShared: true, lacks, extent };
    testFeatures(suite);
    testLanguage(suite);
    testReferences(suite);
    testObjects(suite);
    testPlainJson(suite);
    if (lang === 'JavaScript') testPromisedFiles(suite);
  });
}

function testPlainJson({ lang, find, extent }: Suite): void {
  testWithin(extent)('carries values to the letter under plain JSON as well', async () => {
    const bond = await openBond(lang, [find()], [], { protocol: 'JSON' });
    await bond.evalBlock(words[lang].functions);
    await bond.export((x: unknown) => x, 'host');
    const strings = ['é', '😀', `' " \\`, 'a\0b', '\u2028', '\x01\x7f', 'x'.repeat(300_000), '5', '1.50'];
    const numbers = [-1, 2 ** 53, 2n ** 53n + 1n, -(2n ** 63n), 0.1 + 0.2, 5e-324, 2 ** 60, -0, 1e22];
    for (const value of [...strings, ...numbers, null, true, [[]], { a: { 'é 😀': [null] } }]) {
      expect(await bond.call('caught', value)).toEqual(value);
    }
  });
}

/** By which function Node opens them depends on its version. */
function testPromisedFiles({ lang, find, extent }: Suite): void {
  testWithin(extent)('what opens and reads files by promises gets nothing of the conversation', async () => {
    const js = await openBond(lang, [find()]);
    const ways = ['open("/dev/fd/0").then((file) => file.readFile("utf8"))', 'readFile("/dev/stdin", "utf8")'];
    for (const code of ways) expect(await js.eval(`require("fs").promises.${code}`)).toBe('');
  });
}
