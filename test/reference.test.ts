// That docs/reference is what `npm run reference` writes from the doc comments as they are now, and that nothing public lacks one.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './compiler.js';
import { onTestFinished } from './finish.js';

const TYPEDOC = join(ROOT, 'reference/node_modules/.bin/typedoc');

/** The pages of a folder, by their paths in it. */
function pagesIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

const isMissing = !existsSync(TYPEDOC) && !process.env.CI;
const title = 'every public name has a doc comment, and the reference shows them as they are now';

test.skipIf(isMissing)(isMissing ? `${title} (skipped: npm ci --prefix reference)` : title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bond-reference-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const args = ['--options', 'reference/typedoc.json', '--out', folder, '--logLevel', 'Warn'];
  const { stdout, stderr, status } = spawnSync(TYPEDOC, args, { cwd: ROOT, encoding: 'utf8' });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
  expect(pagesIn(join(ROOT, 'docs/reference')), 'stale: npm run reference').toEqual(pagesIn(folder));
});
