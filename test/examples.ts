import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Builds the package, which the examples import by its name, unless that has been done. */
export function build(): void {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  if (!existsSync(join(ROOT, 'dist/index.js'))) execFileSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: ROOT });
}
