import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { missing, openBond } from './fixtures.js';
import { generations, pythonOfPyenv } from './generations.js';
import { testReferences } from './references.js';
import { testFeatures, testLanguage } from './suite.js';
import { words } from './words.js';

describe.each(generations.map((generation) => [generation.title, generation] as const))('%s', (title, generation) => {
  const { lang, find, couldBeHad, lacks } = generation;
  let program: string | undefined;

  beforeAll(() => {
    program = find();
  }, 180_000);

  beforeEach(({ skip }) => {
    if (program === undefined) missing(title, skip, Boolean(process.env.CI) && couldBeHad());
  });

  const suite = { lang, find: () => program as string, isShared: true, lacks };
  testLanguage(suite);
  testReferences(suite);
  testFeatures(suite);

  test('carries values to the letter under plain JSON as well', async () => {
    const bond = await openBond(lang, [suite.find()], [], { protocol: 'JSON' });
    await bond.evalBlock(words[lang].functions);
    await bond.export((x: unknown) => x, 'host');
    const strings = ['é', '😀', `' " \\`, 'a\0b', '\u2028', '\x01\x7f', 'x'.repeat(300_000), '5', '1.50'];
    const numbers = [-1, 2 ** 53, 2n ** 53n + 1n, -(2n ** 63n), 0.1 + 0.2, 5e-324, 2 ** 60, -0, 1e22];
    for (const value of [...strings, ...numbers, null, true, [[]], { a: { 'é 😀': [null] } }]) {
      expect(await bond.call('caught', value)).toEqual(value);
    }
  });
});

test('generations speak to each other through the host', async ({ skip }) => {
  const [old, young] = [pythonOfPyenv('2.7'), pythonOfPyenv('3.13')];
  if (!old || !young) return missing('Python 2.7 and 3.13', skip, false);
  const [two, three] = await Promise.all([openBond('Python', [old]), openBond('Python', [young])]);
  await Promise.all([two, three].map((bond) => bond.evalBlock(words.Python.functions)));
  await two.proxy('down', three, 'up');
  await three.proxy('down', two, 'up');
  expect(await two.call('down', 20)).toBe(20);
  await two.proxy('same', three, 'same_in_2');
  expect(await three.eval('same_in_2(["é😀", 2 ** 70, 1.5])')).toEqual(['é😀', 2n ** 70n, 1.5]);
});
