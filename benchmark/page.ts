// The page that tells the figures: benchmark/README.md, whose figures stand between two marks, and its pictures.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { growthChart, speedChart } from './charts.js';
import { canChooseCores } from './cores.js';
import type { Series } from './growth.js';
import { type Language, pathOf, versionOf } from './languages.js';
import type { Memory } from './memory.js';
import type { Outcome } from './outcomes.js';
import { aheadList, growthTable, languageTable, memoryTable, targetTable } from './table.js';

/** All that was measured. */
export interface Results {
  readonly outcomes: readonly Outcome[];
  readonly growth: readonly Series[];
  readonly memories: readonly Memory[];
}

const [BEGIN, END] = ['<!-- figures: written by npm run bench -->', '<!-- end of figures -->'];

export function writePage(results: Results, languages: readonly Language[]): void {
  const page = pathOf('README.md');
  const text = readFileSync(page, 'utf8');
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  writeFileSync(page, `${text.slice(0, before)}\n\n${figures(results, languages)}\n${text.slice(after)}`);
  const folder = page.slice(0, -'README.md'.length);
  writeFileSync(`${folder}chart.svg`, speedChart(results.outcomes));
  writeFileSync(`${folder}growth.svg`, growthChart(results.growth));
}

/** What stands between the marks. */
export function figures({ outcomes, growth, memories }: Results, languages: readonly Language[]): string {
  const [payload, flight] = (['payload', 'flight'] as const).map((what) => growth.filter((one) => one.what === what));
  const sections = [
    `Measured on ${machine(languages)}.`,
    '![Speed of each library in each measurement; 1 is the limit](chart.svg)',
    '### bond, as a multiple of the limit, with the targets',
    targetTable(outcomes),
    '### Where another library is faster',
    aheadList(outcomes),
    ...languages.flatMap(({ name }) => [`### ${name}`, languageTable(outcomes, name)]),
    '### Growth',
    '![Time of a call by its payload, and of many calls by their number](growth.svg)',
    'Payload: the last step, from 10 MB to 100 MB.',
    growthTable(payload as Series[]),
    'Calls in flight: the last step, from 10,000 to 100,000.',
    growthTable(flight as Series[]),
    '### Memory',
    'Growth of the host + total of the other process.',
    memoryTable(memories),
  ];
  return sections.map((section) => `${section.trimEnd()}\n`).join('\n');
}

function machine(languages: readonly Language[]): string {
  const [{ model } = { model: 'an unknown processor' }, ...others] = cpus();
  const versions = [...new Set([`Node ${process.versions.node}`, ...languages.map(versionOf)])];
  const cores = canChooseCores ? '' : ', without `taskset`: calls one at a time depend on the scheduler';
  return `${others.length + 1} cores of ${model.trim()}, with ${versions.join(', ')}${cores}`;
}
