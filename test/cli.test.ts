import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathOf } from '../src/process/path-of.js';
import { parseOrder } from '../src/tools/cli/options.js';
import { COMMANDS, program, temporaryDirectory } from './bonds.js';
import { BOND, type Deed, runCommand } from './built.js';
import { everyLanguage, type Language, languages, needsInterpreter } from './fixtures.js';
import { testInTurn, testSample } from './turns.js';

function bond(args: readonly string[], settings: Parameters<typeof runCommand>[1] = {}): Promise<Deed> {
  return runCommand([...BOND, ...args], settings);
}

/** The same program in each language: what goes into the pipe, and what comes out. */
const SAMPLES: Record<
  Language,
  { readonly lines: readonly string[]; readonly file: string; readonly failing: string }
> = {
  Python: {
    lines: ['def twice(x):', '  return 2 * x', '', '!twice(21)', "print('said')"],
    file: '#!/usr/bin/python3\ndef twice(x):\n  return 2 * x\n\nprint(twice(21))\n',
    failing: 'nope()',
  },
  PHP: {
    lines: ['function twice($x) {', '  return 2 * $x;', '}', '!twice(21)', 'echo "said\\n";'],
    file: '#!/usr/bin/php\n<?php\nfunction twice($x)\n{\n  return 2 * $x;\n}\n?>\n<?= twice(21) ?>\n\n',
    failing: 'nope();',
  },
  Perl: {
    lines: ['sub twice {', '  2 * shift', '}', '!twice(21)', 'print "said\\n"'],
    file: '#!/usr/bin/perl\nuse strict;\nsub twice { 2 * shift }\nprint twice(21), "\\n";\n',
    failing: 'nope()',
  },
  JavaScript: {
    lines: ['const twice = (x) => {', '  return 2 * x', '}', '!twice(21)', "console.log('said')"],
    file: '#!/usr/bin/env node\nconst twice = (x) => 2 * x;\nconsole.log(twice(21));\n',
    failing: 'nope()',
  },
};

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const sample = SAMPLES[lang];

  test('lines of a pipe are run, without a prompt and without colours', async () => {
    const deed = await bond([lang], { input: `${sample.lines.join('\n')}\n` });
    expect(deed).toEqual({ stdout: '42\nsaid\n', stderr: '', code: 0 });
  });

  test('code, values and files come from the command line, in order', async () => {
    const file = program(sample.file);
    const deed = await bond(['-p', '[1, 2]', '-r', file, '-p', 'twice(4)', lang]);
    expect(deed).toEqual({ stdout: '[ 1, 2 ]\n42\n8\n', stderr: '', code: 0 });
  });

  test('an error in a pipe goes to standard error, and the rest is run; the exit code tells', async () => {
    const deed = await bond([lang], { input: `${sample.failing}\n!6 * 7\n` });
    expect(deed).toMatchObject({ stdout: '42\n', code: 1 });
    expect(deed.stderr).toMatch(/nope/);
    expect(deed.stderr.split('\n').length).toBeLessThan(4);
  });

  test('for programs, values and errors are JSON, and nothing else is on standard output', async () => {
    const said = sample.lines.at(-1) as string;
    const deed = await bond(['--json', '-e', said, '-p', '[1, "é"]', '-e', sample.failing, '-p', '3', lang]);
    expect(deed).toMatchObject({ stdout: '[1,"é"]\n', code: 1 });
    const [printed, error] = deed.stderr.split('\n');
    expect(printed).toBe('said');
    expect(JSON.parse(error as string)).toMatchObject({ error: { name: 'RemoteException', lang } });
  });
});

test('what JSON has no word for, EJSON has', async () => {
  const code = '[2**70, float("nan"), b"x", {1: {2}}]';
  const { stdout } = await bond(['--json', '-p', code, 'Python']);
  expect(JSON.parse(stdout)).toEqual([
    2 ** 70,
    { $numberDouble: 'NaN' },
    { $binary: { base64: 'eA==', subType: '00' } },
    { $map: [[1, { $set: [2] }]] },
  ]);
  expect(stdout).toContain('1180591620717411303424');
});

test('an error as JSON says what is known of it', async () => {
  const { stderr } = await bond(['--json', '-e', 'def f():\n  1 / 0\nf()', 'python']);
  expect(JSON.parse(stderr).error).toMatchObject({
    type: 'ZeroDivisionError',
    remoteMessage: 'division by zero',
    traceback: expect.stringContaining('line 2, in f'),
  });
});

describe('the exit code', () => {
  const cases: [what: string, code: number, args: string[]][] = [
    ['all went well', 0, ['-e', '1', 'Perl']],
    ['the interpreter ended, and was content', 0, ['-e', 'exit 0', 'Perl']],
    ['code there has failed', 1, ['-e', 'die', 'Perl']],
    ['a value cannot cross', 1, ['-p', 'sub {}', 'Perl']],
    ['the interpreter did not start in time', 3, ['--start-timeout', '0.2', 'Perl', 'sleep 60']],
    ['there is no such command', 3, ['Perl', 'there-is-none']],
    ['the interpreter ended with an error', 4, ['-e', 'exit 3', 'Perl']],
    ['the interpreter was silent for too long', 5, ['--timeout', '0.2', '-e', 'sleep 60', 'Perl']],
  ];
  /** A check shows some of them. */
  const wrongOrders: typeof cases = [
    ['there is no language', 2, []],
    ['there is no such language', 2, ['Klingon']],
    ['there is no such option', 2, ['--nope', 'Perl']],
    ['the language is nearly one', 2, ['-p', '1', 'Pyton']],
    ['a time-out is no number', 2, ['--timeout', 'soon', 'Perl']],
    ['a time-out of the start is no number', 2, ['--start-timeout', '', 'Perl']],
    ['there is no such protocol', 2, ['--protocol', 'XML', 'Perl']],
    ['text is no such thing', 2, ['--text', 'octets', 'Perl']],
    ['there is no such file', 2, ['-r', '/there/is/none', 'Perl']],
    ['the log cannot be written', 2, ['--log', '/there/is/none', 'Perl']],
  ];

  async function exits(_: string, code: number, args: string[]): Promise<void> {
    const deed = await bond(args);
    expect(deed.code, deed.stderr).toBe(code);
    expect(deed.stderr === '', deed.stderr).toBe(code === 0);
    expect(deed.stderr).not.toMatch(/^\s+at .*cli/m);
  }

  test.each(cases)('where %s: %i', exits);
  testSample(3).each(wrongOrders)('where %s: %i', exits);

  test('of a pipe is that of what has failed', async () => {
    expect(await bond(['Perl'], { input: 'exit 3\n!1\n' })).toMatchObject({ code: 4, stdout: '' });
  });

  test('where Ctrl-C stops it: 130, once the code there is stopped', async () => {
    const code = 'import time\ntry:\n  print("on")\n  time.sleep(1000)\nfinally:\n  print("off")';
    const deed = await bond(['-e', code, 'Python'], {
      act: (child) =>
        child.stdout?.on('data', (text) => String(text).endsWith('\n') && !child.killed && child.kill('SIGINT')),
    });
    expect(deed).toMatchObject({ stdout: 'on\noff\n', stderr: 'Interrupted\n', code: 130 });
  });
});

test('output that nobody reads on ends it', async () => {
  const deed = await bond(['-e', 'for n in range(10**9): print(n)', 'Python'], {
    act: (child) => child.stdout?.once('data', () => child.stdout?.destroy()),
  });
  expect(deed).toMatchObject({ stderr: '', code: 0 });
});

test('arguments of the interpreter stand behind its command, or behind --', async () => {
  const code = 'array_slice($argv, 1)';
  const value = await bond(['-p', code, 'PHP', 'php', '-d', 'precision=3', '--', '-p', 'two words']);
  expect(value.stdout).toBe("[ '-p', 'two words' ]\n");
  const precise = await bond(['PHP', '-p', '(string) M_PI', '--', '-d', 'precision=3']);
  expect(precise.stdout).toBe("'3.14'\n");
});

test.each<[argv: string[], order: object]>([
  [['perl'], { lang: 'Perl', cmd: undefined, args: [], steps: [] }],
  [['Perl', '-e', '1'], { cmd: undefined, steps: [{ kind: 'execute', text: '1' }] }],
  [['Perl', 'ssh host perl', '-e', '1'], { cmd: 'ssh host perl', args: ['-e', '1'], steps: [] }],
  [['Perl', 'perl', '--', 'x'], { cmd: 'perl', args: ['--', 'x'] }],
  [['Perl', '--', '-w', '--', 'x'], { cmd: undefined, args: ['-w', '--', 'x'] }],
  [['--timeout', '1.5', '--protocol', 'JSON,EJSON', 'Perl'], { timeout: 1500, protocol: ['JSON', 'EJSON'] }],
  [['--text', 'bytes', 'Perl'], { text: 'bytes' }],
  [['run', '--text', 'bytes', 'a.pl'], { kind: 'run', text: 'bytes' }],
  [['--start-timeout', '2', 'Perl'], { startTimeout: 2000, timeout: undefined }],
  [['doctor', '--json', 'php'], { kind: 'doctor', languages: ['PHP'], isJson: true }],
  [['types', 'php', 'a.php'], { kind: 'types', lang: 'PHP', file: 'a.php' }],
  [['--help', 'Perl'], { kind: 'help' }],
])('the command line %j is understood', (argv, order) => {
  expect(parseOrder(argv)).toMatchObject(order);
});

test('colours are as NO_COLOR and FORCE_COLOR say', async () => {
  const args = ['-p', '1', '-e', 'nope()', 'Perl'];
  const [forced, refused] = await Promise.all([
    bond(args, { env: { FORCE_COLOR: '1' } }),
    bond(args, { env: { FORCE_COLOR: '0' } }),
  ]);
  expect(forced.stdout).toBe('\x1b[33m1\x1b[39m\n');
  expect(forced.stderr.startsWith('\x1b[31m')).toBe(true);
  expect(refused.stdout + refused.stderr).not.toContain('\x1b');
});

test('the conversation is written down', async () => {
  const log = join(temporaryDirectory(), 'log');
  await bond(['--log', log, '--protocol', 'JSON', '-p', '1 + 1', 'Perl']);
  expect(readFileSync(log, 'utf8')).toMatch(/EVAL 0 \d+ "1 \+ 1"[\s\S]*RETURN \d+ 2/);
});

test('it tells its version, and every option', async () => {
  const [version, help] = await Promise.all([bond(['--version']), bond(['--help'])]);
  const { version: expected } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(version).toEqual({ stdout: `${expected}\n`, stderr: '', code: 0 });
  for (const option of [
    'execute',
    'print',
    'run',
    'json',
    'protocol',
    'timeout',
    'start-timeout',
    'log',
    'help',
    'version',
  ]) {
    expect(help.stdout).toContain(`--${option} `);
  }
  for (const line of help.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(88);
});

test('the commands of docs/command.md print what it says', async () => {
  const page = readFileSync(new URL('../docs/command.md', import.meta.url), 'utf8');
  const samples = [...page.matchAll(/^(.*\bbond .*?) +# (\d\w*)$/gm)];
  expect(samples).toHaveLength(2);
  const folder = temporaryDirectory();
  program(`#!/bin/sh\nexec ${BOND.join(' ')} "$@"\n`, 'bond', folder);
  for (const [, line, expected] of samples) {
    const env = { PATH: `${folder}:${process.env.PATH}` };
    expect(await runCommand(['sh', '-c', line as string], { env })).toMatchObject({ stdout: `${expected}\n` });
  }
});

test('types writes an interface of the functions of a file', async () => {
  const file = program('<?php\nfunction twice(int $number): int { return FACTOR * $number; }\n', 'legacy.php');
  const plain = await bond(['types', 'PHP', file]);
  expect(plain).toMatchObject({ stderr: '', code: 0 });
  expect(plain.stdout).toMatch(/export interface Legacy \{\n {2}twice\(number: number.*\): number;\n\}/);
  const named = await bond(['types', '--name', 'Old', '-e', 'class Loaded {}', 'PHP', file, 'php']);
  expect(named.stdout).toContain('export interface Old {');
});

test('types says why it writes none', async () => {
  expect(await bond(['types', 'PHP', '/there/is/none'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: '[PHP] there is no file /there/is/none\n',
  });
  expect(await bond(['types', '--name', 'no name', 'Perl', 'x'])).toMatchObject({ code: 1, stdout: '' });
  expect(await bond(['types', 'PHP', 'x', 'no-such-php'])).toMatchObject({ code: 1, stdout: '' });
  expect(await bond(['types', 'PHP'])).toMatchObject({ code: 2, stdout: '' });
});

describe('the doctor', () => {
  everyLanguage.forEach(needsInterpreter);

  test('tells of each language which interpreter is used, and what it can do', async () => {
    const { stdout, stderr, code } = await bond(['doctor']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const [headings, ...rows] = stdout.split('\n');
    expect(headings).toMatch(/^language +version +protocol +interrupts +command$/);
    for (const lang of everyLanguage) {
      const row = new RegExp(`^${lang} +\\d+\\.\\d+\\S* +\\w+ +yes +/.*${COMMANDS[lang]}$`);
      expect(rows).toContainEqual(expect.stringMatching(row));
      expect(stdout).toContain(`${lang}: the first candidate`);
      expect(stdout).toMatch(new RegExp(`^${lang}:.*(?:\\n {3}.*)*\\n +memory: \\d+ MB`, 'm'));
    }
  });

  test('tells programs the same', async () => {
    const { stdout } = await bond(['doctor', '--json', 'perl', 'JavaScript']);
    expect(JSON.parse(stdout)[0].memory).toBeGreaterThan(2 ** 20);
    expect(JSON.parse(stdout)).toMatchObject([
      { lang: 'Perl', command: 'perl', interrupts: true, protocol: 'EJSON' },
      { lang: 'JavaScript', command: process.execPath, version: process.versions.node },
    ]);
  });

  test('tells what is missing, what was tried, and how to install it', async () => {
    const { stdout, code } = await bond(['doctor'], { env: { PATH: temporaryDirectory() } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Python +- +- +- +none$/m);
    expect(stdout).toContain('tried: python3 (not found), python (not found), pypy3 (not found)');
    expect(stdout).toContain('to install it: apt-get install php-cli');
    const { stdout: json } = await bond(['doctor', '--json', 'PHP'], { env: { PATH: temporaryDirectory() } });
    expect(JSON.parse(json)).toMatchObject([
      {
        why: 'cannot start its interpreter; tried: php (not found)',
        advice: ['to install it: apt-get install php-cli'],
      },
    ]);
  });

  test('tells which of several candidates was not there', async () => {
    const python = await bond(['-p', '__import__("sys").executable', '--json', 'Python']);
    const folder = temporaryDirectory();
    program(`#!/bin/sh\nexec ${JSON.parse(python.stdout)} "$@"\n`, 'python', folder);
    const { stdout } = await bond(['doctor', '--json', 'Python'], { env: { PATH: folder } });
    const [finding] = JSON.parse(stdout);
    expect(finding).toMatchObject({ command: 'python', path: join(folder, 'python') });
    expect(finding.why).toBe('not found: python3; not tried: pypy3');
  });

  test('tells what would make a language better', async () => {
    const php = execFileSync('sh', ['-c', 'command -v php'], { encoding: 'utf8' }).trim();
    const modules = execFileSync(php, ['-n', '-m'], { encoding: 'utf8' }).split('\n');
    const folder = temporaryDirectory();
    program(`#!/bin/sh\nexec ${php} -n "$@"\n`, 'php', folder);
    const { stdout } = await bond(['doctor', 'PHP'], { env: { PATH: folder } });
    for (const name of ['pcntl', 'posix', 'tokenizer']) {
      expect(stdout.includes(`without ${name} (`), name).toBe(!modules.includes(name));
    }
  });
});

test.each<[platform: NodeJS.Platform, command: string, expected: string | null]>([
  ['linux', 'php', '/bin/php'],
  ['linux', 'perl', null],
  ['linux', 'bin/php', 'bin/php'],
  ['win32', 'php', 'C:\\php\\php.EXE'],
  ['win32', 'perl.bat', 'C:\\php\\perl.bat'],
  ['win32', '.\\php', '.\\php'],
  ['win32', 'ruby', 'D:\\here\\ruby.EXE'],
  ['win32', 'python', null],
])('it is known where a command is: on %s, %s is %s', (platform, command, expected) => {
  const there = ['/bin/php', 'C:\\php\\php.EXE', 'C:\\php\\perl.bat', 'D:\\here\\ruby.EXE'];
  const env = platform === 'win32' ? { Path: 'C:\\;"C:\\php"', PATHEXT: '.COM;.EXE' } : { PATH: '/usr/bin:/bin' };
  expect(pathOf(command, { platform, env, cwd: 'D:\\here' }, (path) => there.includes(path))).toBe(expected);
});

test('runs at a terminal that does not know how wide it is', async () => {
  const command = BOND.map((word) => `'${word}'`).join(' ');
  // The terminal that `script` makes is 0 columns wide where it is not started at one.
  const { stdout, code } = await runCommand(['script', '-qec', `${command} Perl`, '/dev/null'], {
    input: '!6 * 7\n\x04',
  });
  expect(stdout).toContain('42');
  expect(code).toBe(0);
});
