// Figures as text.

import { ROWS, type Row } from './rows.js';
import type { Outcome } from './turns.js';

/** A table for the terminal. */
export function plainTable(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map((outcome) => [
    outcome.language,
    outcome.row,
    outcome.contestant,
    outcome.broke ?? absolute(outcome),
    outcome.ratio ? `${outcome.ratio.median.toFixed(2)} of the first` : '',
    outcome.ratio ? `(${outcome.ratio.low.toFixed(2)} – ${outcome.ratio.high.toFixed(2)})` : '',
  ]);
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)));
  const pad = (line: string[]): string => line.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ');
  return lines.map((line) => `${pad(line).trimEnd()}\n`).join('');
}

function absolute({ row, value, p99 }: Outcome): string {
  const { unit } = ROWS.find(({ name }) => name === row) as Row;
  return `${amount(value as number)} ${unit}${p99 === undefined ? '' : `, p99 ${amount(p99)}`}`;
}

/** Three digits are as many as mean anything. */
export function amount(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
