// What packages of Debian have, unpacked into a folder: nothing is installed, and no service is started.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where they are. They stay there for the next time. */
export const UNPACKED = fileURLToPath(new URL('../node_modules/.cache/unpacked', import.meta.url));
/** Where their shared libraries are. */
export const LIBRARIES = join(UNPACKED, 'usr/lib/x86_64-linux-gnu');

/** Fetches packages that are not there. */
export function unpack(names: readonly string[]): void {
  const packages = names.filter((name) => !existsSync(join(UNPACKED, `${name}.unpacked`)));
  if (packages.length === 0) return;
  console.log(`fetching ${packages.join(', ')}`);
  const downloads = mkdtempSync(join(tmpdir(), 'bond-packages-'));
  try {
    execFileSync('apt-get', ['download', '-q', ...packages], { cwd: downloads, stdio: ['ignore', 'ignore', 'pipe'] });
    mkdirSync(UNPACKED, { recursive: true });
    for (const file of readdirSync(downloads)) execFileSync('dpkg-deb', ['-x', join(downloads, file), UNPACKED]);
  } finally {
    rmSync(downloads, { recursive: true });
  }
  for (const name of packages) writeFileSync(join(UNPACKED, `${name}.unpacked`), '');
}
