// Programs as users write them, which import `bond`.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const DIST = join(ROOT, 'dist');
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const OPTIONS = '--ignoreConfig --strict --module nodenext --target es2022 --lib es2023,esnext.disposable --types node';

/** Builds the package, unless that has been done. */
export function build(): void {
  if (!existsSync(join(DIST, 'index.js'))) execFileSync(TSC, ['-p', 'tsconfig.build.json'], { cwd: ROOT });
  mkdirSync(DIST, { recursive: true });
}

/** A new folder inside of the package, and where git does not look: `bond` means dist/ there. */
export function folderForPrograms(): string {
  build();
  return mkdtempSync(join(DIST, 'programs-'));
}

/** Compiles programs, and returns what the compiler has to say. */
export function compile(files: readonly string[], ...options: string[]): string {
  return spawnSync(TSC, [...OPTIONS.split(' '), ...options, ...files], { cwd: ROOT, encoding: 'utf8' }).stdout;
}
