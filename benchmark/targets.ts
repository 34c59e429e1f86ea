// What was set out to be reached, as ratios to the limit.

import type { Outcome } from './outcomes.js';
import { ROWS, rowNamed } from './rows.js';

type Targets = Readonly<Record<string, number>>;

const ORDINARY: Targets = {
  start: 1.3,
  script: 1.2,
  sequential: 1.15,
  parallel: 1,
  text: 1,
  records: 0.9,
  bytes: 1.3,
  ssh: 1.3,
  nested: 1.2,
  'nested-anywhere': 1.2,
};

/** For the languages that came later. */
const LATER: Targets = { start: 1.3, sequential: 1.2 };

const TARGETS: Readonly<Record<string, Targets>> = {
  Python: { ...ORDINARY, arrays: 1.5 },
  PHP: ORDINARY,
  Perl: ORDINARY,
  'Perl (core)': { text: 5, records: 3, bytes: 1.3 },
  JavaScript: { ...ORDINARY, start: 1.1 },
  Ruby: LATER,
  R: { ...LATER, sequential: 1.5 },
  Lua: LATER,
  Tcl: LATER,
};

/** The rows that have targets, in their order. */
export const TARGET_ROWS = ROWS.map(({ name }) => name).filter((row) =>
  Object.values(TARGETS).some((targets) => row in targets),
);

export function targetOf(language: string, row: string): number | undefined {
  return TARGETS[language]?.[row];
}

export function isReached({ language, row, ratio }: Outcome): boolean | undefined {
  const target = targetOf(language, row);
  if (target === undefined || !ratio) return undefined;
  const rounded = Number(ratio.median.toFixed(2));
  return rowNamed(row).isRate ? rounded >= target : rounded <= target;
}
