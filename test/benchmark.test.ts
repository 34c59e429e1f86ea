// That the benchmark works, and measures what it says. How fast anything is, is no matter here.

import { describe, expect, test } from 'vitest';
import { growthChart, speedChart } from '../benchmark/charts.js';
import { bond, limit } from '../benchmark/contestants.js';
import { deepest } from '../benchmark/depth.js';
import { grow } from '../benchmark/growth.js';
import { findLanguages } from '../benchmark/languages.js';
import type { Outcome } from '../benchmark/outcomes.js';
import { figures } from '../benchmark/page.js';
import { quantile, ROWS, type Sizes } from '../benchmark/rows.js';
import { isReached } from '../benchmark/targets.js';
import { measure } from '../benchmark/turns.js';
import { makeBond } from '../src/index.js';
import { PACKAGE } from './bonds.js';
import { rounds } from './fuzzing.js';
import { LONG_TEST_HANG } from './patience.js';

const FEW: Sizes = {
  starts: 1,
  together: 2,
  calls: 5,
  parallel: 20,
  bursts: 2,
  textBytes: 100_000,
  records: 100,
  bytes: 80_000,
  levels: 3,
  nestedCalls: 2,
  printedLines: 300,
};

const ours = bond('bond', PACKAGE, { makeBond });
const languages = findLanguages((what) => console.warn(`${what}: not measured`));

/** The benchmark is run at a release, and so are its programs. */
const shown = languages.slice(0, rounds(0, languages.length));

describe.each(shown)('$name', (language) => {
  test(
    'the limit and bond give right answers in every row, and the tables and charts show them',
    async () => {
      const outcomes: Outcome[] = [];
      const rows = ROWS.filter(({ purpose }) => limit.can(language, purpose));
      for (const row of rows)
        outcomes.push(...(await measure(row, language, [limit, ours], { rounds: 1, sizes: FEW })));
      expect(outcomes.filter(({ broke }) => broke !== undefined)).toEqual([]);
      expect(outcomes.map(({ contestant }) => contestant)).toEqual(rows.flatMap(() => ['limit', 'bond']));
      for (const { value, ratio } of outcomes) {
        expect(value).toBeGreaterThan(0);
        expect(ratio?.median).toBeGreaterThan(0);
      }

      outcomes.push(await deepest(ours, language, 20));
      expect(outcomes.at(-1)).toMatchObject({ row: 'depth', value: 20 });
      const growth = [await grow('payload', [10, 100], ours, language), await grow('flight', [1, 10], ours, language)];

      const page = figures({ outcomes, growth, memories: [] }, [language]);
      expect(page).toContain(`### ${language.name}`);
      for (const { title } of rows) expect(page).toContain(`| ${title}, `);
      expect(speedChart(outcomes)).toMatch(/^<svg .*<circle .*<\/svg>\n$/s);
      expect(growthChart(growth)).toMatch(/^<svg .*<path .*<\/svg>\n$/s);
    },
    LONG_TEST_HANG, // a start takes its time on a slow machine, and there are many
  );
});

test('a contestant that gives a wrong answer is said to, and the others go on', async () => {
  const [language] = languages;
  if (!language) return;
  const liar = { name: 'liar', can: () => true, open: async () => ({ call: async () => 4, close: async () => {} }) };
  const [row] = ROWS.filter(({ name }) => name === 'sequential');
  const outcomes = row && (await measure(row, language, [limit, liar], { rounds: 1, sizes: FEW }));
  expect(outcomes).toMatchObject([
    { contestant: 'limit', ratio: { median: 1 } },
    { contestant: 'liar', broke: expect.stringMatching(/./) },
  ]);
});

test('quartiles lie between the values', () => {
  expect([0, 0.25, 0.5, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, 4]);
});

test('a target is the most for a time, and the least for a rate', () => {
  const outcome = (row: string, median: number): Outcome => {
    return { language: 'PHP', contestant: 'bond', row, ratio: { low: 0, median, high: 9 } };
  };
  expect(isReached(outcome('sequential', 1.15))).toBe(true);
  expect(isReached(outcome('sequential', 1.16))).toBe(false);
  expect(isReached(outcome('records', 0.9))).toBe(true);
  expect(isReached(outcome('records', 0.89))).toBe(false);
  expect(isReached(outcome('output', 0.1))).toBe(undefined);
});
