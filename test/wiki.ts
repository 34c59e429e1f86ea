// DokuWiki, and the programs that serve it and ask it, of Debian's packages.

import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UNPACKED, unpack } from './unpacked.js';

/** The version of `php`: `php-fpm` has to be of the same, because it uses its extensions. */
const PHP = execFileSync('php', ['-r', 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;'], { encoding: 'utf8' });
const PROGRAMS = ['wrk', 'libluajit-5.1-2', 'nginx', `php${PHP}-fpm`];
const APPLICATION = ['dokuwiki', 'libphp-simplepie', 'php-geshi', 'php-phpseclib', 'php-random-compat'];

const PAGE = `====== Welcome ======

A page with **bold** text, //emphasis//, a [[link]], and a footnote((It is short.)).

===== A list and a table =====

  * one
  * two
    * two and a half

^ fruit ^ price ^
| pears |  1.25 |
| plums |  0.80 |

===== Code =====

<code php>
<?php for ($i = 0; $i < 3; $i++) echo "line $i\\n";
</code>
`;

/** Fetches all of them. */
export function fetchServers(): void {
  unpack([...PROGRAMS, ...APPLICATION]);
}

/** A wiki in a new folder, with a page and with `plain.php`, which does nearly nothing. */
export function makeWiki(folder: string): void {
  const share = join(UNPACKED, 'usr/share');
  const copy = (from: string, to: string): void =>
    cpSync(join(UNPACKED, from), join(folder, to), { recursive: true, filter: (path) => !/\.htaccess$/.test(path) });
  rmSync(join(folder), { recursive: true, force: true });
  cpSync(join(share, 'dokuwiki'), folder, {
    recursive: true,
    filter: (path) => !/(tpl|plugins|\.htaccess)$/.test(path),
  });
  copy('var/lib/dokuwiki/lib', 'lib');
  copy('var/lib/dokuwiki/data', 'data');
  for (const name of readdirSync(join(UNPACKED, 'etc/dokuwiki'))) {
    if (/\.(conf|php|css|json)$/.test(name) && !/auth/.test(name)) copy(`etc/dokuwiki/${name}`, `conf/${name}`);
  }
  // The package's says that the configuration is in /etc.
  writeFileSync(join(folder, 'inc/preload.php'), '<?php\n');
  writeFileSync(join(folder, 'conf/local.php'), `<?php\n$conf['savedir'] = './data';\n`);
  writeFileSync(join(folder, 'data/pages/start.txt'), PAGE);
  writeFileSync(join(folder, 'plain.php'), `<?php echo 'Hello ', htmlspecialchars($_GET['name'] ?? 'World');\n`);
  for (const path of phpFiles(folder)) relocate(path, share);
}

function phpFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.php'))
    .map((name) => join(folder, name));
}

/** Has a file find libraries where they are. */
function relocate(path: string, share: string): void {
  const text = readFileSync(path, 'utf8');
  const moved = text.replace(/(?:\$vendorDir \. )?'\/usr\/share\/php/g, `'${share}/php`);
  if (moved === text) return;
  chmodSync(path, 0o644);
  writeFileSync(path, moved);
}
