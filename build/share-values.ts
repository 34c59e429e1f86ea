// Makes those files of the JavaScript driver that are the host's as well: from src/values/shared/, without types and imports. The
// driver has by the same names what they import, and its files are one script.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import blankSpace from 'ts-blank-space';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

/** Files of the driver, and what they are made from. They are in the repository as well: tests, and people, read them there. */
export const SHARED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    surrogates: 'src/common/surrogates.ts',
    objects: 'src/values/shared/objects.ts',
    'exact-json': 'src/values/shared/exact-json.ts',
    'read-json': 'src/values/shared/read-json.ts',
    'nested-lists': 'src/values/shared/nested-lists.ts',
    'read-ejson': 'src/values/shared/read-ejson.ts',
    'write-json': 'src/values/shared/write-json.ts',
    chunks: 'src/values/shared/chunks.ts',
  }).map(([name, source]) => [`drivers/JavaScript/driver/${name}.js`, source]),
);

/** Those that the driver compiles when one of its files first needs them. */
const LAZY = new Set(['read-json', 'read-ejson', 'write-json'].map((name) => `src/values/shared/${name}.ts`));

/** The text of such a file. */
export function sharedFile(source: string): string {
  const script = blankSpace(readFileSync(join(ROOT, source), 'utf8'), (node) => {
    throw new Error(`${source} has what does not go away with its types: ${node.getText()}`);
  })
    .replace(/^import\b[\s\S]*?;\n/gm, '')
    .replace(/^export (?=function|const)/gm, '')
    .replace(/\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*\n\s*\n/g, '') // of what was a type
    .replace(/\n\s*\n(?=\s*\n)/g, '\n');
  const text = `${LAZY.has(source) ? '//: lazy\n' : ''}// Made from ${source} by \`npm run build\`: change that.\n${script}`;
  return execFileSync(process.execPath, [BIOME, 'format', `--stdin-file-path=src/${source}.js`], {
    cwd: ROOT,
    input: text,
    encoding: 'utf8',
  });
}

/** Makes all of them. */
export function shareValues(): void {
  for (const [file, source] of SHARED) writeFileSync(join(ROOT, file), sharedFile(source));
}
