import { stripVTControlCharacters } from 'node:util';
import { LEVELS } from './level.js';
import type { Outcome } from './run.js';

/** How many characters of a reason are shown of its beginning, and of its end: a stack trace has what matters there. */
const REASON = 250;

/** A check as a line: whether it holds, and why not. */
export function showOutcome({ check, state, reason }: Outcome): string {
  if (state === 'holds') return `  ok    ${check.title}`;
  if (state === 'undeclared') return `  -     ${check.title} (not declared: ${reason})`;
  return `  FAILS ${check.title}\n        ${shortened(stripVTControlCharacters(reason ?? '').replace(/\s*\n\s*/g, ' '))}`;
}

function shortened(text: string): string {
  return text.length <= 2 * REASON ? text : `${text.slice(0, REASON)} … ${text.slice(-REASON)}`;
}

/** The levels as a table: how many checks of each hold. */
export function showLevels(outcomes: readonly Outcome[]): string {
  const rows = LEVELS.map((level) => outcomes.filter(({ check }) => check.level === level)).filter(
    (list) => list.length > 0,
  );
  return [row('level', 'reached', 'hold', 'fail', 'not declared'), ...rows.map(showLevel)].join('\n');
}

function showLevel(outcomes: readonly Outcome[]): string {
  const count = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length;
  const [holds, fails, undeclared] = [count('holds'), count('fails'), count('undeclared')];
  const { level } = (outcomes[0] as Outcome).check;
  return row(level, holds === outcomes.length ? 'yes' : 'no', String(holds), String(fails), String(undeclared));
}

function row(level: string, reached: string, ...counts: string[]): string {
  return `${level.padEnd(20)}${reached.padEnd(7)}${counts.map((count) => count.padStart(14)).join('')}`;
}
