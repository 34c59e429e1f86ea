// Runs every block of shell commands in the pages. `bond`, `node` and `npx tsx` are real; what would install, or takes the whole
// suite, is looked at: the script, file or package that it names has to be there.

import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { ROOT } from './compiler.js';
import { writtenByHand } from './documents.js';

const run = promisify(execFile);

interface Block {
  readonly title: string;
  readonly code: string;
}

const blocks = writtenByHand().flatMap(({ path, text }): Block[] =>
  [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code = ''], index) => ({
    title: `${path}, ${index + 1}`,
    code,
  })),
);

const TSX = `${process.execPath} --import ${ROOT}node_modules/tsx/dist/loader.mjs`;
const BOND = `exec ${process.execPath} ${ROOT}dist/cli.js "$@"`;
const STAND_INS: Record<string, string> = {
  bond: BOND,
  ssh: 'shift; exec sh -c "$*"',
  salloc: 'shift; exec "$@"',
  npm: `
case $1 in
  ci) test -f ${ROOT}package-lock.json ;;
  init) echo '{}' > package.json ;;
  pkg) test -f package.json ;;
  install) shift; for name; do case $name in -*) ;; /path/to/bond) test -f ${ROOT}package.json ;; *) grep -q "\\"$name\\"" ${ROOT}package.json ;; esac || exit 1; done ;;
  start | test) grep -q "\\"$1\\":" ${ROOT}package.json ;;
  run) grep -q "\\"$2\\":" ${ROOT}package.json ;;
  *) echo "npm $1 is not known here" >&2; exit 1 ;;
esac`,
  npx: `
name=$1; shift
case $name in
  bond) ${BOND} ;;
  tsx)
    [ "$1" = examples/php-service.ts ] || exec ${TSX} "$@"
    # It serves until it is stopped: here, the application of other tests, on any port.
    ${TSX} "$1" ${ROOT}test/fixtures/application 0 >served & server=$!
    until grep -q listening served; do kill -0 $server || exit; sleep 0.1; done
    kill $server && wait $server && grep -q closed served ;;
  vitest) for file; do :; done; test -f "$file" ;;
  *) exit 1 ;;
esac`,
};

const FILES: Record<string, string> = {
  'program.mjs': 'console.log("a program")',
  'program.js': 'console.log("a program")',
  'legacy.php': '<?php /** @return int */ function old() { return 1; }',
  'report.py': 'print("a report")',
  'migrate.php': '<?php $rows = [1, 2];',
};

/** Blocks whose commands other tests run as well: they have their turn at a release. */
const ELSEWHERE = new Set(['docs/adding-a-language.md, 1', 'examples/README.md, 1', 'examples/README.md, 2']);

let folder: string;

describe.concurrent('the commands of the documentation', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bond-commands-'));
    for (const [name, text] of Object.entries(STAND_INS)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    for (const name of ['examples', 'test', 'README.md', 'node_modules', 'package.json', 'dist']) {
      symlinkSync(join(ROOT, name), join(folder, name));
    }
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(folder, '.venv')]);
    cpSync(join(ROOT, 'examples/shop.php'), join(folder, 'shop.php'));
    // The quickest of those that pass every check.
    cpSync(join(ROOT, 'drivers/Perl'), join(folder, 'path/to/your/driver'), { recursive: true });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  for (const { title, code } of blocks) {
    test.skipIf(ELSEWHERE.has(title) && !process.env.RELEASE)(
      `${title}: every command succeeds`,
      async ({ expect }) => {
        const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, BOND_HISTORY: '' };
        await expect(run('sh', ['-e', '-c', `exec </dev/null\n${code}`], { cwd: folder, env })).resolves.toBeDefined();
      },
    );
  }

  test('are found', ({ expect }) => {
    expect(blocks.length).toBeGreaterThan(8);
    expect(blocks.map(({ title }) => title)).toEqual(expect.arrayContaining([...ELSEWHERE]));
    expect(existsSync(folder)).toBe(true);
  });
});
