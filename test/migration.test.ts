// Programs that nobody here wrote, as Debian packages them: what they print is the same to the last byte whether they are
// run as ever, under a bond, or under a bond with a function of theirs replaced by TypeScript.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Bond, type BondOptions, TerminatedException } from '../src/index.js';
import { program as file, temporaryDirectory } from './bonds.js';
import { exampleProgram } from './built-examples.js';
import { ROOT } from './compiler.js';
import { collect, missing, openBond, rejection } from './fixtures.js';

const BOOK = '/usr/share/doc/composer';

/** What each package brings that is used here. */
const PACKAGES = {
  composer: '/usr/bin/composer',
  'php-codesniffer': '/usr/bin/phpcs',
  'php-parsedown': '/usr/share/php/Parsedown/autoload.php',
  'libimage-exiftool-perl': '/usr/bin/exiftool',
  'libtext-markdown-perl': '/usr/share/perl5/Text/Markdown.pm',
  'python3-markdown': '/usr/lib/python3/dist-packages/markdown/__init__.py',
  cloc: '/usr/bin/cloc',
  'python3-docutils': '/usr/bin/rst2html',
  'ruby-mustache': '/usr/bin/mustache',
  'lua-ldoc': '/usr/bin/ldoc',
  'r-cran-whisker': '/usr/lib/R/site-library/whisker',
  tcllib: '/usr/bin/dtplite',
};

const ROUNDCUBE = ['/usr/share/roundcube', join(ROOT, 'node_modules/.cache/roundcube/usr/share/roundcube')].find(
  existsSync,
);

// One of the programs disguises e-mail addresses at random, unless this says how; another does not want to be root; and those
// of PHP may need any of its extensions.
const ENV = {
  ...process.env,
  SOURCE_DATE_EPOCH: '1',
  COMPOSER_ALLOW_SUPERUSER: '1',
  COMPOSER_HOME: '/nonexistent',
  PHP_INI_SCAN_DIR: undefined,
  ROUNDCUBE,
};

const RST = `A *title* & "more": ŁÓDŹ <2>
============================

Contents of <this> \`page <https://example.org/?a=1&b=2>\`_, by someone@example.org. [#note]_

First section
-------------

=====  ======
one    a < b
two    "c" > d
=====  ======

.. code:: python

   print("<&>")

.. [#note] A footnote & its text.
`;

/** A template, and what it is filled with: as YAML, and as R reads records. */
const TEMPLATE = '<h1>{{title}}</h1>\n{{#items}}\n<li>{{Name}}: {{Price}} {{{Name}}}</li>\n{{/items}}\n{{total}}\n';
const ITEMS = [
  ['Lamp "Ada" & shade', '123456'],
  ["A chair's <back>", '5'],
  ['Table', '100'],
] as const;
const YAML = `title: Fish & chips <today>\nitems:\n${ITEMS.map(
  ([name, price]) => `- {Name: ${JSON.stringify(name)}, Price: ${price}}\n`,
).join('')}`;
const RECORDS = ITEMS.map(([name, price]) => `Name: ${name}\nPrice: ${price}\n`).join('\n');

const LUA = `--- What is sold, and for how much.
-- @module shop
local shop = {}

--- The price with tax.
-- @param net the price without it, in "EUR" & cents
-- @tparam[opt] number rate   how much tax
-- @return the price
function shop.price(net, rate)
  return net * (rate or 1.2)
end

--- What several things cost.
-- @tparam {number,...} nets
-- @treturn number their sum
-- @usage shop.total({1, 2})
function shop.total(nets) end

return shop
`;

interface Run {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program as ever. */
function run(command: string, ...args: string[]): Run {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, env: ENV, maxBuffer: 2 ** 26 });
  return { exitCode: status, stdout, stderr: stderr.toString() };
}

/** Runs an example, as its first lines say. */
function runExample(name: string, ...args: string[]): Run {
  return run(process.execPath, exampleProgram(name), ...args);
}

/** Runs code that ends with `exit()` in a bond that `prepare` has had before. */
async function runToExit(
  lang: string,
  args: string[],
  code: string,
  prepare: (bond: Bond) => Promise<unknown> = async () => {},
): Promise<Run> {
  const [out, err] = [collect(), collect()];
  const options: BondOptions = { cwd: ROOT, env: ENV, stdout: out.stdout, stderr: err.stdout };
  const bond = await openBond(lang, lang.toLowerCase(), ['--', ...args], options);
  await prepare(bond);
  const { exitCode } = await rejection(bond.evalBlock(code), TerminatedException);
  return { exitCode, stdout: out.bytes(), stderr: err.text() };
}

/** Two runs that should not differ. Of a difference in megabytes, its place is enough. */
function expectSame(run: Run, original: Run): void {
  expect(run.exitCode).toBe(original.exitCode);
  expect(original.stdout.length).toBeGreaterThan(0);
  if (run.stdout.equals(original.stdout)) return;
  const [lines, originals] = [run, original].map(({ stdout }) => stdout.toString().split('\n')) as [string[], string[]];
  const index = originals.findIndex((line, place) => line !== lines[place]);
  expect({ line: index + 1, text: lines[index] }).toEqual({ line: index + 1, text: originals[index] });
}

/** How often a run says that TypeScript was called. */
function calls({ stderr }: Run): number {
  return Number(/^TypeScript \w+ (\d+) /m.exec(stderr)?.[1] ?? 0);
}

/** A program's report without how long it took. */
function timeless(run: Run): Run {
  return { ...run, stdout: Buffer.from(run.stdout.toString('latin1').replace(/^Time: .*$/m, 'Time'), 'latin1') };
}

/** The chapters of composer's manual, as Debian packages them, in one file. */
function manual(): string {
  const chapters = readdirSync(BOOK).filter((name) => /^\d.*\.md/.test(name));
  const texts = chapters.sort().map((name) => {
    const bytes = readFileSync(join(BOOK, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  });
  return file(texts.join('\n'), 'manual.md', temporaryDirectory());
}

/** A time, in seconds, as exiftool prints it. */
function exifTime(seconds: number): string {
  if (seconds === 0) return '0000:00:00 00:00:00';
  const date = new Date(seconds * 1000);
  const west = date.getTimezoneOffset();
  const two = (part: number): string => String(Math.trunc(part)).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join(':');
  const time = [two(date.getHours()), two(date.getMinutes()), two(date.getSeconds())].join(':');
  return `${day} ${time}${west > 0 ? '-' : '+'}${two(Math.abs(west) / 60)}:${two(Math.abs(west) % 60)}`;
}

/** What shows less than another program of the same language has its turn at a release. */
const testAlike = test.skipIf(!process.env.RELEASE);

describe('programs that nobody here wrote', () => {
  beforeEach(({ skip }) => {
    for (const [name, path] of Object.entries(PACKAGES)) {
      if (!existsSync(path)) missing(`${name} is not there: apt-get install ${name}`, skip);
    }
  });

  describe('with a function in TypeScript', () => {
    test('PHP: a static method of phpcs, which ends with exit()', () => {
      const args = ['-s', '/usr/share/php/Parsedown', '/usr/share/php/Composer/Semver'];
      const migrated = runExample('migrate-php.ts', ...args);
      expectSame(timeless(migrated), timeless(run('phpcs', ...args)));
      expect(calls(migrated)).toBeGreaterThan(500);
    });

    test('PHP: a method of the class Parsedown, in a file that is loaded when it is needed', () => {
      const path = manual();
      const migrated = runExample('migrate-php-class.ts', path);
      expectSame(migrated, run('php', 'examples/markdown.php', path));
      expect(calls(migrated)).toBeGreaterThan(200);
    });

    test('PHP: a function and a protected method of the library of Roundcube, no line of which is edited', ({
      skip,
    }) => {
      if (!ROUNDCUBE) missing('roundcube-core is not there: run test/prepare.sh', skip);
      const migrated = runExample('migrate-php-library.ts', 'examples/order.html');
      expectSame(migrated, run('php', 'examples/mails.php', 'examples/order.html'));
      expect(migrated.stderr).toBe('TypeScript abbreviated 1 titles, and wrote 2 links.\n');
    });

    testAlike('Perl: a function of the module that markdown uses', () => {
      const path = manual();
      const migrated = runExample('migrate-perl.ts', path);
      expectSame(migrated, run('/usr/bin/markdown', path));
      expect(calls(migrated)).toBeGreaterThan(100);
    });

    testAlike('Python: a function of a module of markdown_py', () => {
      const path = manual();
      const migrated = runExample('migrate-python.ts', path);
      expectSame(migrated, run('/usr/bin/markdown_py', path));
      expect(calls(migrated)).toBeGreaterThan(1000);
    });

    test('Perl: a function of cloc, whose 14 000 lines are one file, compared with the one that it replaces', () => {
      const args = ['--hide-rate', '--quiet', 'examples', 'drivers'];
      const migrated = runExample('migrate-cloc.ts', ...args);
      expectSame(migrated, run('/usr/bin/cloc', ...args));
      expect(migrated.stderr).toMatch(/^TypeScript compared \d+ files\.\n$/);
      expect(calls(migrated)).toBeGreaterThan(200);
    });

    test('Python: a function and a method of docutils', () => {
      const path = file(RST, 'page.rst', temporaryDirectory());
      const migrated = runExample('migrate-docutils.ts', path);
      expectSame(migrated, run('/usr/bin/rst2html', path));
      expect(calls(migrated)).toBeGreaterThan(30);
    });

    test('JavaScript: a function of a module of semver, in node_modules', () => {
      const versions = ['1.0.0', '1.0.0-rc.2', '1.0.0-rc.10', '1.0.0-alpha.beta', '2.0.0-1.x', '1.0.0-alpha.1', 'no'];
      const args = ['-p', '-r', '>=1.0.0-alpha', ...versions];
      const migrated = runExample('migrate-javascript.ts', ...args);
      expectSame(migrated, run(process.execPath, 'node_modules/semver/bin/semver.js', ...args));
      expect(calls(migrated)).toBeGreaterThan(5);
    });

    testAlike('Ruby: a method of the class Mustache, a gem', () => {
      const folder = temporaryDirectory();
      const paths = [file(YAML, 'data.yml', folder), file(TEMPLATE, 'page.mustache', folder)];
      const migrated = runExample('migrate-ruby.ts', ...paths);
      expectSame(migrated, run('/usr/bin/mustache', ...paths));
      expect(calls(migrated)).toBe(8);
    });

    testAlike('R: a function of a script, and one of the package whisker', () => {
      const folder = temporaryDirectory();
      const paths = [file(TEMPLATE, 'letter.mustache', folder), file(RECORDS, 'items.dcf', folder)];
      const migrated = runExample('migrate-r.ts', ...paths);
      expectSame(migrated, run('Rscript', 'examples/offer.R', ...paths));
      expect(calls(migrated)).toBeGreaterThan(ITEMS.length);
    });

    test('Lua: a function of a module of ldoc, which ends with os.exit()', () => {
      const args = ['--dump', file(LUA, 'shop.lua', temporaryDirectory())];
      const migrated = runExample('migrate-lua.ts', ...args);
      expectSame(migrated, run('luajit', '/usr/bin/ldoc', ...args));
      expect(calls(migrated)).toBeGreaterThan(5);
    });

    test('Tcl: a procedure of the package Markdown of tcllib', () => {
      const path = join(ROOT, 'examples/README.md');
      const migrated = runExample('migrate-tcl.ts', path);
      expectSame(migrated, run('tclsh', 'examples/markdown.tcl', path));
      expect(calls(migrated)).toBeGreaterThan(20);
    });

    test('Perl: a function of a module of exiftool, which ends with exit', async () => {
      const args = [
        '-r',
        '-ext',
        '*',
        '-json',
        '--FileAccessDate',
        BOOK,
        '/usr/share/perl5/Image/ExifTool/Charset',
        '/usr/bin/perl',
      ];
      let times = 0;
      const migrated = await runToExit('Perl', args, 'do "/usr/bin/exiftool" or die $@;', async (perl) => {
        await perl.evalBlock('use Image::ExifTool;');
        const formatTime = (seconds: number): string => {
          times++;
          return exifTime(seconds);
        };
        await perl.export(formatTime, 'Image::ExifTool::ConvertUnixTime');
      });
      const original = run('exiftool', ...args);
      expectSame(migrated, original);
      expect(migrated.stderr).toBe(original.stderr);
      expect(times).toBeGreaterThan(100);
    });
  });

  describe('as they are', () => {
    test('composer ends with exit(), and sees its own name', async () => {
      const named = "$_SERVER['PHP_SELF'] = $_SERVER['argv'][0] = $argv[0] = '/usr/bin/composer';";
      for (const args of [['list', '--format=json'], ['help', 'require', '--ansi'], ['no-such-command']]) {
        const bonded = await runToExit('PHP', args, `${named} require '/usr/bin/composer';`);
        const original = run('/usr/bin/composer', ...args);
        expect(bonded.exitCode).toBe(original.exitCode);
        expect(bonded.stdout.equals(original.stdout)).toBe(true);
        expect(bonded.stderr).toBe(original.stderr);
      }
    });

    test('phpcs prints megabytes, all of which are there when it has ended', async () => {
      const reports = '--report=full,xml,json,csv,emacs,checkstyle,source';
      const args = ['--standard=Squiz', reports, '-s', '/usr/share/php/Parsedown', '/usr/share/php/Composer/Semver'];
      const bonded = await runToExit('PHP', args, 'require "/usr/bin/phpcs";');
      expect(bonded.stdout.length).toBeGreaterThan(3e6);
      expectSame(timeless(bonded), timeless(run('phpcs', ...args)));
    });
  });

  testAlike('what was replaced can be asked for comparison, inside of what replaces it', async () => {
    const python = await openBond('Python', '/usr/bin/python3', ['--', manual()]);
    await python.evalBlock('import markdown.serializers, runpy; original = markdown.serializers._escape_cdata');
    const differences: string[] = [];
    let compared = 0;
    await python.export(async (text: string) => {
      const mine = text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'); // what about "&"?
      const theirs = await python.call('original', text);
      compared++;
      if (mine !== theirs) differences.push(text);
      return theirs;
    }, 'markdown.serializers._escape_cdata');
    await python.evalBlock('runpy.run_module("markdown", run_name="__main__", alter_sys=True)');
    expect(compared).toBeGreaterThan(1000);
    expect(differences.length).toBeGreaterThan(0);
    for (const text of differences) expect(text).toContain('&');
  });
});
