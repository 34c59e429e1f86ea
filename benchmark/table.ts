// Figures as text: for the terminal, and for the page.

import { lastStep, type Series } from './growth.js';
import type { Memory, Sides, Way } from './memory.js';
import type { Outcome } from './outcomes.js';
import { ROWS, rowNamed } from './rows.js';
import { isReached, TARGET_ROWS, targetOf } from './targets.js';

/** A table for the terminal. What is compared with what: the first contestant is the measure. */
export function plainTable(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map((outcome) => [
    outcome.language,
    outcome.row,
    outcome.contestant,
    [...(outcome.value === undefined ? [] : [absolute(outcome)]), ...(outcome.broke ? [outcome.broke] : [])].join(', '),
    outcome.ratio ? `× ${ratio(outcome.ratio.median)}` : '',
    outcome.ratio ? `(${ratio(outcome.ratio.low)} – ${ratio(outcome.ratio.high)})` : '',
  ]);
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)));
  const pad = (line: string[]): string => line.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ');
  return lines.map((line) => `${pad(line).trimEnd()}\n`).join('');
}

export function plainGrowth(series: readonly Series[]): string {
  return series
    .map((one) => `${nameOf(one)}: ${one.points.map(({ size, ms }) => `${size}: ${amount(ms)} ms`).join(', ')}\n`)
    .join('');
}

export function plainMemory(memories: readonly Memory[]): string {
  return memories
    .map((memory) => {
      const ways = Object.entries(memory.ways).map(([way, { host, other }]) => `${way} ${mb(host)} + ${mb(other)}`);
      return `${memory.language}, ${memory.contestant}: ${[...ways, memory.broke ?? []].flat().join(', ')}\n`;
    })
    .join('');
}

/** What bond is to the limit, and what it was to be. */
export function targetTable(outcomes: readonly Outcome[]): string {
  const lines = languagesOf(outcomes).map((language) => [
    language,
    ...TARGET_ROWS.map((row) => targetCell(outcomes.find((one) => isOf(one, language, row, 'bond')))),
  ]);
  return markdown(['', ...TARGET_ROWS.map((row) => rowNamed(row).title)], lines);
}

function targetCell(outcome: Outcome | undefined): string {
  if (!outcome) return '–';
  if (!outcome.ratio) return outcome.broke ?? '–';
  const target = targetOf(outcome.language, outcome.row);
  const figure = `**${ratio(outcome.ratio.median)}**`;
  if (target === undefined) return figure;
  return `${figure} ${isReached(outcome) ? '✓' : '✗'} ${rowNamed(outcome.row).isRate ? '≥' : '≤'} ${target}`;
}

/** Who is ahead of bond, and where, among those whose other side stays: a process a call is the limit's own program. */
export function aheadList(outcomes: readonly Outcome[]): string {
  const lines = outcomes
    .filter(({ contestant, ratio }) => contestant === 'bond' && ratio)
    .flatMap((bond) => {
      const ahead = outcomes.filter((other) => isOf(other, bond.language, bond.row) && isAhead(other, bond));
      if (ahead.length === 0) return [];
      const names = ahead.map(({ contestant, ratio: to }) => `${contestant} ${ratio(to?.median as number)}`);
      const own = ratio(bond.ratio?.median as number);
      return [`- ${bond.language}, ${rowNamed(bond.row).title}: ${names.join(', ')}; bond ${own}\n`];
    });
  return lines.length > 0 ? lines.join('') : 'Nowhere.\n';
}

function isAhead({ contestant, row, ratio: to }: Outcome, bond: Outcome): boolean {
  if (contestant === 'limit' || contestant === 'execFile' || !to || !bond.ratio) return false;
  return rowNamed(row).isRate ? to.median > bond.ratio.median : to.median < bond.ratio.median;
}

/** All contestants of a language: what each took, and what that is to the limit. */
export function languageTable(outcomes: readonly Outcome[], language: string): string {
  const own = outcomes.filter((outcome) => outcome.language === language);
  const contestants = [...new Set(own.map(({ contestant }) => contestant))];
  const rows = ROWS.filter(({ name }) => own.some(({ row }) => row === name));
  const lines = rows.map(({ name, title, isRate }) => [
    `${title}, ${isRate ? 'more' : 'less'} is better`,
    ...contestants.map((contestant) => cell(own.find((one) => isOf(one, language, name, contestant)))),
  ]);
  const depths = contestants.map((contestant) =>
    depthCell(own.find((one) => isOf(one, language, 'depth', contestant))),
  );
  return markdown(['', ...contestants], [...lines, ['levels reached', ...depths]]);
}

function cell(outcome: Outcome | undefined): string {
  if (!outcome) return '–';
  if (outcome.broke !== undefined) return `✗ ${outcome.broke}`;
  const { contestant, ratio: to } = outcome;
  if (contestant === 'limit' || !to) return absolute(outcome);
  return `${absolute(outcome)}<br>**${ratio(to.median)}** (${ratio(to.low)} – ${ratio(to.high)})`;
}

function depthCell(outcome: Outcome | undefined): string {
  if (!outcome) return '–';
  const { value, broke } = outcome;
  return [...(value === undefined ? [] : [amount(value)]), ...(broke === undefined ? [] : [`✗ ${broke}`])].join('<br>');
}

const WAYS: Readonly<Record<Way, string>> = {
  rest: 'at rest',
  echo: '100 MB echoed',
  there: '100 MB sent',
  back: '100 MB returned',
};

export function memoryTable(memories: readonly Memory[]): string {
  const ways = Object.keys(WAYS) as Way[];
  const lines = memories.map((memory) => [
    memory.language,
    memory.contestant,
    ...ways.map((way) => sides(memory.ways[way])),
  ]);
  return markdown(['', '', ...ways.map((way) => WAYS[way])], lines);
}

function sides(both: Sides | undefined): string {
  return both ? `${mb(both.host)} + ${mb(both.other)}` : '–';
}

/** How straight the lines are at their end. */
export function growthTable(series: readonly Series[]): string {
  const lines = series.map((one) => {
    const { size, ms } = one.points.at(-1) as Series['points'][number];
    const unit = one.what === 'payload' ? 'bytes' : 'calls';
    return [nameOf(one), `${size.toLocaleString('en')} ${unit}`, `${amount(ms)} ms`, amount(lastStep(one) as number)];
  });
  return markdown(['', 'largest tried', 'took', 'times a tenth of it'], lines);
}

function nameOf({ language, contestant }: Series): string {
  return `${language}, ${contestant}`;
}

function isOf(outcome: Outcome, language: string, row: string, contestant = outcome.contestant): boolean {
  return outcome.language === language && outcome.row === row && outcome.contestant === contestant;
}

export function languagesOf(outcomes: readonly { readonly language: string }[]): string[] {
  return [...new Set(outcomes.map(({ language }) => language))];
}

function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return row(head) + row(head.map((_, column) => (column === 0 ? '---' : '--:'))) + lines.map(row).join('');
}

function absolute({ row, value, p99 }: Outcome): string {
  const unit = row === 'depth' ? 'levels' : rowNamed(row).unit;
  return `${amount(value as number)} ${unit}${p99 === undefined ? '' : `, p99 ${amount(p99)}`}`;
}

/** Three digits are as many as mean anything. */
function amount(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

function ratio(value: number): string {
  return value < 0.01 || value >= 100 ? amount(value) : value.toFixed(2);
}

function mb(value: number | undefined): string {
  return value === undefined ? '–' : `${value.toFixed(0)} MB`;
}
