// docs/errors.md: every code of the source is on it, and every message on it is in the source.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BondException, callback, held, kwargs, live, NDArray, stream, superOf } from '../src/index.js';
import { ROOT } from './compiler.js';

const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

function textsIn(folder: string, endings: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.test(name))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));
}

const host = textsIn('src', /\.ts$/).join('\n');
const source = [host, ...textsIn('drivers', /\.(?:ts|js|php|pl|py|rb|lua|R|tcl)$/)].join('\n');

function sorted(found: Iterable<RegExpMatchArray>): string[] {
  return [...new Set([...found].map(([, code]) => code as string))].sort();
}

/** The messages of the page: what stands in the first column, where that is not a list of codes. */
function messages(): string[] {
  const cells = [...page.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell]) => cell as string);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, message]) => message as string));
}

/** The parts of a message that are the same each time. */
function fixedParts(message: string): string[] {
  return message
    .split(/…|"f"|\bf\(\)|\w+\[[\w.[\]]*/)
    .map((part) => part.replace(/^: |[:)]*\s*$/, '').trim())
    .filter((part) => part.length > 3);
}

test('the page explains every code of the source, and no other', () => {
  const codes = sorted(host.matchAll(/'(BOND_[A-Z]+)'/g)).filter((code) => !['BOND_DEBUG'].includes(code));
  expect(sorted(page.matchAll(/^## (BOND_\w+)$/gm))).toEqual(codes);
  expect(sorted(page.matchAll(/^\| \[`(BOND_\w+)`\]/gm))).toEqual(codes);
});

test('every message on the page is in the source', () => {
  expect(messages().length).toBeGreaterThan(40);
  const stale = messages().filter((message) => !fixedParts(message).every((part) => source.includes(part)));
  expect(stale).toEqual([]);
});

test('an error names its section', () => {
  const { code, help } = new BondException('PHP', 'x', { code: 'BOND_DEADLOCK' });
  const [path, anchor = ''] = help.split('#') as [string, string?];
  expect(path).toBe('bond/docs/errors.md');
  expect(page).toContain(`## ${code}\n`);
  expect(anchor).toBe(code.toLowerCase());
});

const wrong = 5 as never;
test.each<[string, () => unknown]>([
  ['callback', () => callback(wrong)],
  ['held', () => held(wrong)],
  ['kwargs', () => kwargs(wrong)],
  ['live', () => live(wrong)],
  ['NDArray', () => new NDArray(wrong)],
  ['stream', () => stream(wrong)],
  ['superOf', () => superOf(wrong)],
])('a wrong argument of %s is a TypeError with a code and its section', (_, call) => {
  const misuse = { code: 'BOND_USAGE', help: 'bond/docs/errors.md#bond_usage' };
  expect(call).toThrow(TypeError);
  expect(call).toThrow(expect.objectContaining(misuse));
});
