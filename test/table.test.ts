// Tables of a session: columns of the same width, cut to the width of a terminal.

import { expect, test } from 'vitest';
import { drawTable, textWidth } from '../src/repl/table.js';

test.each([
  ['text', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['日本', 4],
  ['한', 2],
  ['👩‍👩‍👧', 2],
  ['❤️', 2],
  ['a\u200bb', 2],
  ['', 0],
])('%j takes so many places: %i', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test('numbers stand at the right, texts at the left, and what is wide takes its room', () => {
  const rows = [
    ['Ada', '1815', 'x'],
    ['日本語', '-2.5', 'null'],
    ['é', 'None', ''],
  ];
  expect(drawTable(['name', 'born', 'note'], rows, 80)).toEqual({
    lines: ['name    born  note', 'Ada     1815  x', '日本語  -2.5  null', 'é       None'],
    columnsLeft: 0,
  });
});

test('the widest columns give way, and the others keep their width', () => {
  const { lines } = drawTable(['id', 'text', 'more'], [['1', 'x'.repeat(50), 'y'.repeat(30)]], 40);
  expect(lines).toEqual([`id  text${' '.repeat(15)}more`, ` 1  ${'x'.repeat(16)}…  ${'y'.repeat(16)}…`]);
});

test('no line is wider than the terminal, at any width; columns without room are counted', () => {
  const headings = Array.from({ length: 9 }, (_, index) => `column ${index}`);
  const rows = [headings.map((_, index) => '日本語 text '.repeat(index)), headings];
  for (let width = 8; width < 200; width++) {
    const { lines, columnsLeft } = drawTable(headings, rows, width);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
    expect((lines[0] as string).split(/ {2,}|(?<=…) /).length).toBe(headings.length - columnsLeft);
  }
});

test('what would move the cursor or change a colour is seen as what it is', () => {
  const { lines } = drawTable(['a\nb'], [['\x1b[31mred'], ['tab\t'], ['\x7f\x9b']], 80);
  expect(lines).toEqual(['a\\nb', '\\u001b[31mred', 'tab\\t', '\\u007f\\u009b']);
});
