import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildExamples } from './built-examples.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Before the tests: programs, pages and examples are run with the package. */
export default function build(): void {
  buildPackage();
  buildExamples();
}

/** Builds the package, unless it is what the sources are now. */
function buildPackage(): void {
  const sources = ['src', 'drivers', 'build'].flatMap((folder) => filesIn(folder));
  const newest = Math.max(...sources.map(changed));
  if (changed(join(ROOT, 'dist/types/index.d.ts')) > newest) return; // which the build writes last
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}

function filesIn(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive: true });
  return names.map((name) => join(ROOT, folder, name));
}

/** When a file was written, in ms; long ago if it is not there. */
function changed(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
