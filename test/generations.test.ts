import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generations, rows, tableInPage } from './generations.js';

test('the table in the documentation is of these generations, and all of their tests passed', () => {
  const cells = tableInPage
    .read()
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells.map(([, title, , , , lacks]) => [title, lacks])).toEqual(
    rows.map(({ title, lacks }) => [title, lacks.join('; ')]),
  );
  for (const [, title = '', found, passed, skipped] of cells) {
    const [version] = title.match(/ [\d.]+$/) ?? [];
    if (version) expect(found, title).toContain(`${version}.`);
    expect(Number(passed), title).toBeGreaterThan(100);
    expect(skipped, title).toBe('0');
  }
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const { title } of generations) expect(readme).toContain(title.replace(/^Python |^Node /, ''));
});
