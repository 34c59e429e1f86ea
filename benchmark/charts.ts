// The figures as pictures.

import type { Series } from './growth.js';
import type { Outcome } from './outcomes.js';
import { ROWS, type Row } from './rows.js';
import { element, label, line, logarithmic, path, picture, round } from './svg.js';
import { languagesOf } from './table.js';

const CONTESTANTS: Readonly<Record<string, string>> = {
  bond: '#e8590c',
  pythonia: '#228be6',
  'python-bridge': '#37b24d',
  'python-shell': '#ae3ec9',
  'vscode-jsonrpc': '#1098ad',
  comlink: '#f06595',
  execFile: '#868e96',
};

const LANGUAGES: Readonly<Record<string, string>> = {
  Python: '#228be6',
  PHP: '#ae3ec9',
  Perl: '#1098ad',
  'Perl (core)': '#868e96',
  JavaScript: '#f08c00',
};

const LEFT = 236;
const PANEL = 176;
const GAP = 14;
const TOP = 84;
const ROW = 30;
/** The slowest and the fastest that is shown, as multiples of the limit's speed. What lies beyond is put at the edge. */
const [SLOWEST, FASTEST] = [0.1, 16];

/** How fast everybody is in everything, as a multiple of the limit's speed. */
export function speedChart(outcomes: readonly Outcome[]): string {
  const languages = languagesOf(outcomes);
  const rows = ROWS.filter(({ name }) => outcomes.some(({ row }) => row === name));
  const width = Math.max(880, LEFT + languages.length * (PANEL + GAP) + 6);
  const height = TOP + rows.length * ROW + 40;
  const body = [
    label(16, 28, 'Speed, where 1 is the limit. Further to the right is faster; at the edge stands what is beyond it', {
      class: 'title',
    }),
    ...legend(Object.keys(CONTESTANTS).filter((name) => outcomes.some(({ contestant }) => contestant === name))),
    ...rows.map(({ title }, index) => label(16, TOP + (index + 0.5) * ROW + 4, title.replaceAll('`', ''))),
    ...languages.flatMap((language, index) => speedPanel(outcomes, rows, language, LEFT + index * (PANEL + GAP))),
  ];
  return picture(width, height, 'Speed of bond and its peers, as a multiple of the limit', body);
}

function legend(names: readonly string[]): string[] {
  return names.flatMap((name, index) => [
    dot(24 + index * 122, 48, name),
    label(34 + index * 122, 52, name, { class: 'faint' }),
  ]);
}

function speedPanel(outcomes: readonly Outcome[], rows: readonly Row[], language: string, left: number): string[] {
  const bottom = TOP + rows.length * ROW;
  const x = logarithmic(SLOWEST, FASTEST, left, left + PANEL);
  return [
    label(left, TOP - 10, language, { class: 'title' }),
    ...[0.1, 0.2, 0.5, 1, 2, 5, 10].map((at) => line(x(at), TOP, x(at), bottom, at === 1 ? 'axis' : 'grid')),
    ...[0.1, 1, 10].map((at) => label(x(at), bottom + 18, `${at}`, { class: 'faint', 'text-anchor': 'middle' })),
    ...rows.flatMap((row, index) => speedDots(outcomes, row, language, x, TOP + (index + 0.5) * ROW)),
  ];
}

function speedDots(
  outcomes: readonly Outcome[],
  row: Row,
  language: string,
  x: (value: number) => number,
  y: number,
): string[] {
  return outcomes
    .filter((one) => one.row === row.name && one.language === language && one.contestant !== 'limit')
    .sort((one) => (one.contestant === 'bond' ? 1 : -1)) // what is drawn last is on top
    .flatMap(({ contestant, ratio }) => {
      if (!ratio) return [];
      const speed = row.isRate ? ratio.median : 1 / ratio.median;
      return [dot(x(Math.min(FASTEST, Math.max(SLOWEST, speed))), y, contestant)];
    });
}

function dot(x: number, y: number, contestant: string): string {
  const colour = CONTESTANTS[contestant] ?? '#868e96';
  const place = { cx: round(x), cy: round(y) };
  if (contestant === 'bond') return element('circle', { ...place, r: 6.5, fill: colour });
  return element('circle', { ...place, r: 4, fill: 'none', stroke: colour, 'stroke-width': 2 });
}

const SIDE = 400;
const MARGIN = 66;

/** How costs grow: straight lines, if they grow as they should. */
export function growthChart(series: readonly Series[]): string {
  const languages = languagesOf(series);
  const body = [
    label(16, 28, 'Time of a call by its payload, and of many calls by their number. Dashed: the limit', {
      class: 'title',
    }),
    ...languages.flatMap((language, index) => [
      path(
        [
          [MARGIN + index * 130, 48],
          [MARGIN + index * 130 + 20, 48],
        ],
        stroke(language, 'bond'),
      ),
      label(MARGIN + index * 130 + 26, 52, language, { class: 'faint' }),
    ]),
    ...growthPanel(series, 'payload', MARGIN, [10, 1e8], ['10 B', '1 kB', '100 kB', '10 MB', ''], 'text echoed'),
    ...growthPanel(
      series,
      'flight',
      2 * MARGIN + SIDE + 10,
      [1, 1e5],
      ['1', '10', '100', '1,000', '10,000', '100,000'],
      'calls in flight',
    ),
  ];
  return picture(2 * (MARGIN + SIDE) + 40, SIDE + 130, 'Cost against payload, and against calls in flight', body);
}

function growthPanel(
  series: readonly Series[],
  what: Series['what'],
  left: number,
  [low, high]: readonly [number, number],
  names: readonly string[],
  caption: string,
): string[] {
  const [top, bottom] = [72, 72 + SIDE];
  const x = logarithmic(low, high, left, left + SIDE);
  const y = logarithmic(0.01, 10_000, bottom, top);
  const step = what === 'payload' ? 100 : 10;
  return [
    ...names.flatMap((name, index) => [
      ...(name === '' ? [] : [line(x(low * step ** index), top, x(low * step ** index), bottom, 'grid')]),
      label(x(low * step ** index), bottom + 18, name, { class: 'faint', 'text-anchor': 'middle' }),
    ]),
    ...['10 µs', '100 µs', '1 ms', '10 ms', '100 ms', '1 s', '10 s'].flatMap((name, index) => [
      line(left, y(10 ** (index - 2)), left + SIDE, y(10 ** (index - 2)), 'grid'),
      label(left - 8, y(10 ** (index - 2)) + 4, name, { class: 'faint', 'text-anchor': 'end' }),
    ]),
    label(left + SIDE / 2, bottom + 40, caption, { 'text-anchor': 'middle' }),
    ...series
      .filter((one) => one.what === what)
      .map((one) =>
        path(
          one.points.map(({ size, ms }) => [x(size), y(ms)] as const),
          stroke(one.language, one.contestant),
        ),
      ),
  ];
}

function stroke(language: string, contestant: string): Record<string, string | number> {
  const colour = { stroke: LANGUAGES[language] ?? '#868e96' };
  return contestant === 'limit'
    ? { ...colour, 'stroke-width': 1.5, 'stroke-dasharray': '4 4' }
    : { ...colour, 'stroke-width': 2.5 };
}
