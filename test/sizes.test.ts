// A file has one concern, and shows it on a few screens.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LONGEST_FILE = 250;
const LONGEST_CLASS = 200;

/** Files that may be longer: the build writes the first; the others are one text each, which `bond types` sends. */
const EXCEPTIONS = ['src/sync/api.ts', 'drivers/Python/types.py', 'drivers/PHP/types.php'];

/** Source files by name, line by line. */
const FILES = ['src', 'drivers', 'build'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|js|py|php|pl|rb|lua|R|tcl)$/.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => !EXCEPTIONS.includes(name))
    .map((name) => ({ name, lines: readFileSync(join(ROOT, name), 'utf8').trimEnd().split('\n') })),
);

test('no file of the library, of a driver or of the build is longer than a few screens', () => {
  expect(FILES.length).toBeGreaterThan(300);
  const long = FILES.filter(({ lines }) => lines.length > LONGEST_FILE);
  expect(long.map(({ name, lines }) => `${name}: ${lines.length} lines`)).toEqual([]);
});

test('no class of the library is longer than a file should be', () => {
  const classes = FILES.filter(({ name }) => name.startsWith('src/')).flatMap(({ name, lines }) => {
    const starts = lines.flatMap((line, index) => (/^(?:export )?(?:abstract )?class .*\{$/.test(line) ? [index] : []));
    return starts.map((start) => ({ name, length: lines.indexOf('}', start) - start + 1 }));
  });
  expect(classes.length).toBeGreaterThan(50);
  expect(classes.filter(({ length }) => length > LONGEST_CLASS)).toEqual([]);
});
