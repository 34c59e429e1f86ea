// The examples as JavaScript, beside copies of the files that they read: tsx takes half a second of processor time for each program.

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES = join(ROOT, 'examples');
const BUILT = join(ROOT, 'test/built/examples');

/** The program of an example, such as `hello.ts`. */
export function exampleProgram(name: string): string {
  return join(BUILT, name.replace(/\.ts$/, '.js'));
}

/** Writes all of them. */
export function buildExamples(): void {
  rmSync(BUILT, { recursive: true, force: true });
  cpSync(EXAMPLES, BUILT, { recursive: true, filter: (path) => !path.endsWith('.ts') });
  for (const name of readdirSync(EXAMPLES).filter((name) => name.endsWith('.ts'))) {
    writeFileSync(exampleProgram(name), javascriptOf(readFileSync(join(EXAMPLES, name), 'utf8')));
  }
}

function javascriptOf(code: string): string {
  return transformSync(code, { loader: 'ts', format: 'esm', target: 'node20', sourcemap: false }).code;
}
