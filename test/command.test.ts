import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BondException } from '../src/common/errors.js';
import type { Driver } from '../src/drivers/manifest.js';
import { commandLines, shellQuote } from '../src/process/command.js';
import { splitCommand } from '../src/process/split-command.js';
import { effort } from './fuzzing.js';

/** A driver whose arguments need quotes. */
const driver: Driver = {
  language: 'Test',
  commands: ['first', 'process.execPath', 'second'],
  arguments: ['-r', "it's $code"],
  scriptArguments: ['--'],
  protocols: ['JSON'],
  separator: '.',
  features: [],
  install: 'apt-get install test',
};

/** The program and arguments that a request leads to; the first, if there are several. */
function lineFor(request: { cmd?: string | readonly string[]; args?: readonly string[]; defArgs?: boolean }): string[] {
  const { cmd = 'php', args = [], defArgs = true } = request;
  const [command] = commandLines(driver, { words: splitCommand('Test', cmd), args, defArgs });
  return [...(command?.line ?? [])];
}

function refused(cmd: string | readonly string[]): BondException {
  try {
    const words = splitCommand('Test', cmd);
    expect.fail(`taken as ${JSON.stringify(words)}`);
  } catch (error) {
    expect(error).toBeInstanceOf(BondException);
    return error as BondException;
  }
}

let emptyDirectory: string;

beforeAll(() => {
  emptyDirectory = mkdtempSync(join(tmpdir(), 'bond-test-'));
});

afterAll(() => rmSync(emptyDirectory, { recursive: true }));

/** The words that a real shell makes of a command line, or `undefined` if it cannot. */
function wordsOfShell(line: string): string[] | undefined {
  const options = { cwd: emptyDirectory, env: {}, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', `printf '%s\\0' ${line}\n`], options);
  return status === 0 && stderr === '' ? stdout.split('\0').slice(0, -1) : undefined;
}

describe('a command line is split as a shell does it', () => {
  test.each<[string, string[]]>([
    ['php', ['php']],
    ['ssh remote php', ['ssh', 'remote', 'php']],
    ['  a   b\t c  ', ['a', 'b', 'c']],
    ["a 'b c' d", ['a', 'b c', 'd']],
    ['a "b c" d', ['a', 'b c', 'd']],
    ['a b\\ c d', ['a', 'b c', 'd']],
    ["a '' b", ['a', '', 'b']],
    ['a "" b', ['a', '', 'b']],
    [`a x''y`, ['a', 'xy']],
    [`a 'it'\\''s'`, ['a', "it's"]],
    [`a "it's"`, ['a', "it's"]],
    [`a '"'`, ['a', '"']],
    ['a "\\""', ['a', '"']],
    ['a "\\\\"', ['a', '\\']],
    ['a \\\\', ['a', '\\']],
    ['a "b\\c"', ['a', 'b\\c']],
    ["a 'b\\c'", ['a', 'b\\c']],
    ['a b\\c', ['a', 'bc']],
    ["a 'two\nlines'", ['a', 'two\nlines']],
    ['a "two\nlines"', ['a', 'two\nlines']],
    ["a '&& || ; | > < * ? [x] $HOME `id` # !'", ['a', '&& || ; | > < * ? [x] $HOME `id` # !']],
    ['a "&& || ; | > < * ? [x] # !"', ['a', '&& || ; | > < * ? [x] # !']],
    ['a \\&\\& \\* \\$HOME \\; \\>', ['a', '&&', '*', '$HOME', ';', '>']],
    ['a "\\$HOME"', ['a', '$HOME']],
    ['a \'x\'"y"z', ['a', 'xyz']],
    ['a b#c', ['a', 'b#c']],
    ["a '#c'", ['a', '#c']],
    ['a --x=y,z:1+2@3%4', ['a', '--x=y,z:1+2@3%4']],
    ["a --x='y z'", ['a', '--x=y z']],
    ['a {b,c}', ['a', '{b,c}']],
    ['a Grüße 世界 🌍', ['a', 'Grüße', '世界', '🌍']],
    ['a C:\\\\php', ['a', 'C:\\php']],
  ])('%j', (line, words) => {
    expect(wordsOfShell(line)).toEqual(words);
    expect(splitCommand('Test', line)).toEqual(words);
  });

  test('what it takes is what a shell makes of it', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      ' ',
      '  ',
      "'",
      '"',
      '\\',
      '#',
      '=',
      'é',
      '-',
      "''",
      '""',
      '\\\\',
      '\\"',
      "\\'",
      '$',
      '!',
      '%',
    );
    const line = fc.array(piece, { maxLength: 12 }).map((pieces) => `x${pieces.join('')}`);
    let [tried, taken] = [0, 0];
    fc.assert(
      fc.property(line, (text) => {
        tried++;
        let words: readonly string[];
        try {
          words = splitCommand('Test', text);
        } catch (error) {
          expect(error).toBeInstanceOf(BondException);
          return;
        }
        taken++;
        expect(words).toEqual(wordsOfShell(text));
      }),
      effort(1200),
    );
    expect(taken).toBeGreaterThan(tried / 4);
  });

  test('what a shell makes words of, it takes', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      "'b c'",
      '"b c"',
      "'\\'",
      '"\\\\"',
      '\\ ',
      "''",
      "'$x'",
      '"#"',
      '=',
      "\\'",
      '\\"',
    );
    const line = fc.array(piece, { maxLength: 8 }).map((pieces) => `./x${pieces.join('')}`);
    fc.assert(
      fc.property(line, (text) => {
        expect(splitCommand('Test', text)).toEqual(wordsOfShell(text));
      }),
      effort(600),
    );
  });
});

test.each<[string, string[]]>([
  [String.raw`C:\php\php.exe -n`, ['C:\\php\\php.exe', '-n']],
  [String.raw`"C:\Program Files\php\php.exe" -n`, ['C:\\Program Files\\php\\php.exe', '-n']],
  [String.raw`'C:\it is\php.exe' "D:\it's\" x`, ['C:\\it is\\php.exe', "D:\\it's\\", 'x']],
])('on Windows, a backslash is a backslash: %s', (line, words) => {
  expect(splitCommand('Test', line, 'win32')).toEqual(words);
});

describe('what only a shell could carry out is refused', () => {
  const operators = ['&&', '||', ';', ';;', '|', '|&', '&', '>', '>>', '<', '<<', '>&', '<&', '(', ')', '<('];

  test.each(operators)('the operator %s', (operator) => {
    for (const line of [`a ${operator} b`, `a${operator}b`, `a b ${operator}`]) {
      expect(refused(line).message).toContain("['sh', '-c', ");
    }
  });

  test.each([
    ['the pattern', 'a *.php', '*.php'],
    ['the pattern', 'a ?', '?'],
    ['the pattern', 'a x[12]', 'x[12]'],
    ['the variable', 'a $HOME', 'HOME'],
    ['the variable', 'a $' + '{HOME}', 'HOME'],
    ['the variable', 'a "x $HOME y"', 'HOME'],
    ['the variable', 'a x$HOME', 'HOME'],
    ['the variable', 'a $1', '1'],
    ...[...'@*#?-$!0'].map((name): [string, string, string] => ['', `a x$${name}`, name]),
    ['', 'a $(id)', '$('],
    ['', 'a "$(id)"', '$('],
    ['', 'a `id`', '`'],
    ['', 'a "`id`"', '`'],
    ['a comment', 'a # b', '#'],
    ['a comment', '# b', '#'],
    ['the assignment', 'A=1 a', 'A=1'],
    ['the home directory', '~/a b', '~/a'],
    ['the home directory', 'a ~b/c', '~b/c'],
    ['redirection', 'a 2>&1', '2>&1'],
    ['redirection', 'a 2> /dev/null', '2> /dev/null'],
    ['an unbalanced quote', "a 'b", "'"],
    ['an unbalanced quote', 'a "b', '"'],
    ['an unbalanced quote', `a 'b" c`, "'"],
    ['an unbalanced quote', `a "it's`, '"'],
    ['an unbalanced quote', 'a b\\', '\\'],
  ])('%s: %s', (what, line, part) => {
    const { message } = refused(line);
    if (what !== 'redirection') expect(message).toContain(what);
    expect(message).toContain(JSON.stringify(part).slice(1, -1));
    expect(message).toContain(`['sh', '-c', ${JSON.stringify(`${line} "$@"`)}, 'sh']`);
  });

  test('as an argv array, all of it is taken to the letter', () => {
    const words = ['sh', '-c', 'a && b > c; $HOME *', '', "'", '#'];
    expect(splitCommand('Test', words)).toEqual(words);
  });

  test.each([[''], ['  '], ["''"], [[]], [['']], ['a\0b'], [['a', 'b\0']]])(
    'an empty command, or one with NUL: %j',
    (cmd) => {
      refused(cmd);
    },
  );
});

describe('words in quotes', () => {
  const words = fc.array(
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
    { minLength: 1, maxLength: 6 },
  );

  test('arrive the same through a real shell', () => {
    fc.assert(
      fc.property(words, (given) => {
        expect(wordsOfShell(given.map(shellQuote).join(' '))).toEqual(given);
      }),
      effort(400),
    );
  });

  test('arrive the same through two shells', () => {
    fc.assert(
      fc.property(words, (given) => {
        const line = given.map((word) => shellQuote(shellQuote(word))).join(' ');
        expect(wordsOfShell((wordsOfShell(line) as string[]).join(' '))).toEqual(given);
      }),
      effort(200),
    );
  });

  test('are split again by splitCommand', () => {
    fc.assert(
      fc.property(words, (given) => {
        expect(splitCommand('Test', ['x', ...given].map(shellQuote).join(' '))).toEqual(['x', ...given]);
      }),
      effort(1000),
    );
  });

  test('are left as they are where that is plain', () => {
    expect(['php', '-d', 'a=b', '/usr/bin/php8.2', 'x@y:1,2%+'].map(shellQuote)).toEqual([
      'php',
      '-d',
      'a=b',
      '/usr/bin/php8.2',
      'x@y:1,2%+',
    ]);
    expect(['', '~', 'é', 'a b', '-\n', '!', '{a}', '^'].map(shellQuote).every((word) => word.startsWith("'"))).toBe(
      true,
    );
  });
});

describe('arguments behind ssh are in quotes, once for each ssh', () => {
  const args = ["it's", '', '$x'];

  /** What is left of the words of `cmd` after so many shells have read what ssh joins. */
  function arguments_(cmd: string | readonly string[], shells: number): string[] {
    let words = lineFor({ cmd, args: ['--', ...args], defArgs: false }).slice(-args.length);
    for (let shell = 0; shell < shells; shell++) words = wordsOfShell(words.join(' ')) as string[];
    return words;
  }

  test.each<[number, string | readonly string[]]>([
    [0, 'php'],
    [0, '/opt/ssh-tools/php'],
    [0, 'sshd-php'],
    [0, 'docker exec -i ssh php'],
    [0, 'kubectl exec -i pod -- php'],
    [0, 'sudo -u nobody php'],
    [0, ['php', '-d', 'ssh']],
    [1, 'ssh remote php'],
    [1, ['ssh', 'remote', 'php']],
    [1, '/usr/bin/ssh remote php'],
    [1, 'ssh.exe remote php'],
    [1, 'ssh -p 22 remote php'],
    [1, 'ssh -p22 remote php'],
    [1, 'ssh -vp 22 remote php'],
    [1, 'ssh -o BatchMode=yes -o LogLevel=ERROR remote php'],
    [1, 'ssh -oBatchMode=yes -- remote php'],
    [1, 'ssh -F config -i key -l me -J jump -T remote php'],
    [1, 'ssh -i ssh remote php'],
    [1, 'ssh ssh php'],
    [1, 'ssh -4 ssh php -c ssh'],
    [1, 'ssh remote sudo -u nobody php'],
    [1, 'ssh remote docker exec -i ssh php'],
    [1, 'sudo ssh remote php'],
    [1, 'sudo -u me ssh remote php'],
    [1, 'env A=b ssh remote php'],
    [1, 'nice -n 5 ssh remote php'],
    [1, 'timeout 60 ssh remote php'],
    [1, 'sshpass -e ssh remote php'],
    [2, 'ssh remote ssh inner php'],
    [2, "ssh remote 'ssh inner php'"],
    [2, 'ssh -p 22 remote ssh -p 23 inner php'],
    [2, 'ssh remote sudo ssh inner php'],
    [2, 'ssh remote env ssh inner php'],
    [3, 'ssh a ssh b ssh c php'],
  ])('%i: %j', (shells, cmd) => {
    expect(arguments_(cmd, shells)).toEqual(args);
    if (shells > 0) expect(arguments_(cmd, shells - 1)).not.toEqual(args);
  });

  test('the words of the command itself are not', () => {
    expect(lineFor({ cmd: ['ssh', 'remote', 'php -d "x y"'] }).slice(0, 3)).toEqual(['ssh', 'remote', 'php -d "x y"']);
  });

  test('the driver’s own are', () => {
    const line = lineFor({ cmd: 'ssh remote php' });
    expect(wordsOfShell(line.slice(2).join(' '))).toEqual(['php', ...driver.arguments]);
  });
});

describe('arguments', () => {
  const [flag, code] = driver.arguments as [string, string];

  test.each<[string, string[], string[]]>([
    ['none', [], ['php', flag, code]],
    ['options go before the driver’s', ['-d', 'x'], ['php', '-d', 'x', flag, code]],
    [
      'what follows -- goes to the script',
      ['-d', 'x', '--', 'a', '-b'],
      ['php', '-d', 'x', flag, code, '--', 'a', '-b'],
    ],
    ['-- may come first', ['--', '-b'], ['php', flag, code, '--', '-b']],
    ['only the first -- is one', ['--', 'a', '--', 'b'], ['php', flag, code, '--', 'a', '--', 'b']],
    ['a list without options is for the script', ['a', '-b', 'c'], ['php', flag, code, '--', 'a', '-b', 'c']],
    ['an empty one is for the script', ['', 'a'], ['php', flag, code, '--', '', 'a']],
    ['-- alone is nothing', ['--'], ['php', flag, code]],
  ])('%s', (_, args, expected) => {
    expect(lineFor({ args })).toEqual(expected);
  });

  test('without the driver’s own, all of them are as they are', () => {
    expect(lineFor({ args: ['-d', '--', 'x'], defArgs: false })).toEqual(['php', '-d', '--', 'x']);
  });

  test.each([['a\0b'], ['\0']])('with NUL are refused: %j', (arg) => {
    expect(() => lineFor({ args: [arg] })).toThrow(BondException);
  });
});

describe('candidates', () => {
  test('are tried in the driver’s order; this Node has its place', () => {
    const commands = commandLines(driver, { words: undefined, args: ['-x'], defArgs: true });
    expect(commands.map(({ line }) => line[0])).toEqual(['first', process.execPath, 'second']);
    expect(commands.map(({ shown }) => shown)).toEqual(['first -x', `${process.execPath} -x`, 'second -x']);
  });

  test('are shown as they would be typed, without the driver’s own arguments, and not at endless length', () => {
    const [command] = commandLines(driver, {
      words: ['my php', '-d'],
      args: ['--', 'x y', 'z'.repeat(500)],
      defArgs: true,
    });
    expect(command?.shown).toMatch(/^'my php' -d -- 'x y' z+…$/);
    expect(command?.shown.length).toBeLessThan(250);
  });

  test('the shell of these tests is a real one', () => {
    expect(execFileSync('/bin/sh', ['-c', 'echo $((6 * 7))'], { encoding: 'utf8' })).toBe('42\n');
  });
});
