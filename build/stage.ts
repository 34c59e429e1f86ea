// Puts the package together in an empty folder, as npm gets it: npm run stage -- FOLDER, after a build. Links of its pages to what is
// only in the repository lead to its address there if package.json has one; otherwise they are text that names the file.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPackedLinks } from './packed-links.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What npm would pack, relative to the repository. */
function packedFiles(): string[] {
  const listed = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json', '--silent'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

const folder = process.argv[2] ?? '';
mkdirSync(folder, { recursive: true });
if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
const { version, repository } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const address = repository?.url.replace(/^git\+|\.git$/g, '');
const files = packedFiles();
for (const path of files) {
  const there = join(folder, path);
  mkdirSync(dirname(there), { recursive: true });
  if (!path.endsWith('.md')) cpSync(join(ROOT, path), there);
  else {
    const isPacked = (target: string): boolean => files.includes(posix.join(posix.dirname(path), target));
    const inRepository = (target: string): string => posix.join(posix.dirname(path), target);
    const options = { isPacked, inRepository, address: address && `${address}/blob/v${version}` };
    writeFileSync(there, withPackedLinks(readFileSync(join(ROOT, path), 'utf8'), options));
  }
}
