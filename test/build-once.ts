import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Builds the package before the tests, if that has not been done: the pages and examples are run with it. */
export default function build(): void {
  const [root, dist] = ['..', '../dist/types/index.d.ts'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  if (existsSync(dist as string)) return;
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
