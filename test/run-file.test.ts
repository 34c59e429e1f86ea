// `bond run`: a file of each language, as its own interpreter would run it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { program, temporaryDirectory } from './bonds.js';
import { BOND, type Deed, runCommand } from './built.js';
import { type Language, languages, needsInterpreter } from './fixtures.js';
import { testInTurn } from './turns.js';

function run(args: readonly string[], settings: Parameters<typeof runCommand>[1] = {}): Promise<Deed> {
  return runCommand([...BOND, 'run', ...args], settings);
}

/** A program in each language. */
interface Program {
  readonly name: string;
  /** Prints its arguments by way of a file beside it, with a `|` between them, if it is the main program; ends with the code 3. */
  readonly source: string;
  readonly neighbour: readonly [name: string, source: string];
  /** Fails in its third line. */
  readonly failing: string;
  /** Prints its arguments if nothing has called it, and needs nothing else. */
  readonly alone: string;
}

const PROGRAMS: Record<Language, Program> = {
  Python: {
    name: 'main.py',
    source:
      '#!/usr/bin/python3\nimport sys, other\nif __name__ == "__main__":\n  other.say(sys.argv[1:])\n  sys.exit(3)\n',
    neighbour: ['other.py', 'def say(words): print("|".join(words))\n'],
    failing: 'import sys\n\nraise ValueError("no")\n',
    alone: '#!/usr/bin/python3\nimport sys\nif __name__ == "__main__": print("|".join(sys.argv[1:]))\n',
  },
  PHP: {
    name: 'main.php',
    source:
      '#!/usr/bin/php\n<?php\ndeclare(strict_types=1);\nrequire __DIR__ . "/other.php";\nif (realpath($_SERVER["SCRIPT_FILENAME"]) === __FILE__) say(array_slice($argv, 1));\nexit(3);\n',
    neighbour: ['other.php', '<?php function say(array $words) { global $argc; echo implode("|", $words), "\\n"; }\n'],
    failing: '<?php\n\nthrow new DomainException("no");\n',
    alone: '#!/usr/bin/php\n<?php echo implode("|", array_slice($argv, 1)), "\\n";\n',
  },
  Perl: {
    name: 'main.pl',
    source:
      '#!/usr/bin/perl\nuse strict;\nuse FindBin;\nrequire "$FindBin::Bin/other.pl";\nsay_all(@ARGV, scalar <DATA>) unless caller;\nexit 3;\n__DATA__\ndata',
    neighbour: ['other.pl', 'sub say_all { pop if $_[-1] ne "data"; pop; print join("|", @_), "\\n" } 1;\n'],
    failing: 'use strict;\n\ndie "no" unless caller;\n',
    alone: '#!/usr/bin/perl\nsub main { print join("|", @ARGV), "\\n" }\nmain() unless caller;\n',
  },
  JavaScript: {
    name: 'main.js',
    source:
      '#!/usr/bin/env node\nconst { say } = require("./other.js");\nif (require.main === module) setTimeout(() => { say(process.argv.slice(2)); process.exitCode = 3 }, 50);\n',
    neighbour: ['other.js', 'exports.say = (words) => console.log(words.join("|"));\n'],
    failing: '"use strict";\n\nthrow new RangeError("no");\n',
    alone: '#!/usr/bin/env node\nconsole.log(process.argv.slice(2).join("|"));\n',
  },
};

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const { name, source, neighbour, failing, alone } = PROGRAMS[lang];

  test('a file runs with its arguments, beside its neighbours, and its exit code is passed on', async () => {
    const folder = temporaryDirectory();
    const file = program(source, name, folder);
    program(neighbour[1], neighbour[0], folder);
    const deed = await run([file, '-p', 'two words', '--', ''], { cwd: '/' });
    expect(deed).toEqual({ stdout: '-p|two words|--|\n', stderr: '', code: 3 });
  });

  test('what fails says where, and exits with 1', async () => {
    const folder = join(temporaryDirectory(), 'a folder');
    mkdirSync(folder);
    const deed = await run([program(failing, name, folder)]);
    expect(deed).toMatchObject({ stdout: '', code: 1 });
    expect(deed.stderr).toMatch(/no/);
    expect(deed.stderr).not.toMatch(/_BOND_/);
  });

  test('the text is sent where another interpreter is', async () => {
    const words = { Python: 'python3', PHP: 'php', Perl: 'perl', JavaScript: process.execPath };
    const deed = await run([
      '--lang',
      lang.toLowerCase(),
      '-c',
      `env ${words[lang]}`,
      program(alone, 'named-otherwise'),
      'a',
      'b',
    ]);
    expect(deed).toEqual({ stdout: 'a|b\n', stderr: '', code: 0 });
  });
});

test('an ES module runs, and what it leaves open keeps it alive', async () => {
  const text =
    'import { setTimeout } from "node:timers/promises";\nconsole.log(import.meta.url.slice(-4));\nawait setTimeout(50);\nprocess.stdout.write("late");\n';
  expect(await run([program(text, 'main.mjs')])).toEqual({ stdout: '.mjs\nlate', stderr: '', code: 0 });
});

test('the top level of an ES module is awaited, whatever it waits for, and its errors have their line', async () => {
  const text = [
    'import { Worker } from "node:worker_threads";',
    'const worker = new Worker("require(\'worker_threads\').parentPort.postMessage(5)", { eval: true });',
    'worker.unref();',
    'console.log(await new Promise((resolve) => worker.on("message", resolve)));',
    'throw new RangeError("no");',
  ];
  const file = program(text.join('\n'), 'main.mjs');
  const { stdout, stderr, code } = await run([file]);
  expect([stdout, code]).toEqual(['5\n', 1]);
  expect(stderr).toMatch(/^RangeError: no\n.*main\.mjs:5:7\)?\n$/);
});

test.each<[what: string, args: string[], message: RegExp]>([
  ['no file', [], /run takes a file/],
  ['a file that is not there', ['/there/is/none.py'], /ENOENT/],
  ['a file whose name tells nothing', ['/etc/hostname'], /tells no language: give --lang/],
  ['an option that is nearly one', ['--languag', 'PHP', 'x'], /no option '--languag' \(did you mean '--lang'\?\)/],
])('%s is wrong usage', async (_, args, message) => {
  const deed = await run(args);
  expect(deed).toMatchObject({ stdout: '', code: 2 });
  expect(deed.stderr).toMatch(message);
});
