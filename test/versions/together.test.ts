import { expect, test } from 'vitest';
import { missing, openBond } from '../fixtures.js';
import { pythonOfPyenv } from '../generations.js';
import { words } from '../words.js';

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
