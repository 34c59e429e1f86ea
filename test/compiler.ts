// Programs as users write them, which import `bond`.

import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const DIST = join(ROOT, 'dist');
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const OPTIONS = '--ignoreConfig --strict --module nodenext --target es2022 --lib es2023,esnext.disposable --types node';

/** A new folder inside of the package, and where git does not look: `bond` means dist/ there. */
export function folderForPrograms(): string {
  return mkdtempSync(join(DIST, 'programs-'));
}

/** Compiles programs, and returns what the compiler has to say. */
export function compile(files: readonly string[], ...options: string[]): string {
  return spawnSync(TSC, [...OPTIONS.split(' '), ...options, ...files], { cwd: ROOT, encoding: 'utf8' }).stdout;
}
