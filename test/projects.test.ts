import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { namedTitles } from './extent.js';
import { generations } from './generations.js';
import { listedInVain, testFiles } from './projects.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('every file that a project names is there', () => {
  expect(listedInVain()).toEqual([]);
});

test('every test that an extent names is there', () => {
  const suites = ['suite.ts', 'references.ts', 'versions.ts'].map(read).join('\n');
  expect(namedTitles.filter((title) => !suites.includes(`'${title}'`))).toEqual([]);
});

test('every version has a file of its own', () => {
  const files = testFiles().filter((file) => file.startsWith('versions/'));
  const tested = files.flatMap((file) => read(`${file}.test.ts`).match(/testVersion\('(.*)'\)/)?.[1] ?? []);
  expect(tested.sort()).toEqual(generations.map(({ title }) => title).sort());
});
