import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { markedEnvironment, program, temporaryDirectory } from './bonds.js';
import { BOND } from './built.js';
import { onTestFinished } from './finish.js';
import { type Language, languages, missing, needsInterpreter } from './fixtures.js';
import { sshdObstacle, startSshd } from './sshd.js';
import { hasTmux, Terminal } from './tmux.js';

interface SessionSettings {
  /** The command behind which the interpreter is. */
  readonly cmd?: string;
  /** The folder of the history. */
  readonly history?: string;
  readonly columns?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** A session at a terminal. */
function openSession(lang: Language, settings: SessionSettings = {}): Terminal {
  const { cmd, history = temporaryDirectory(), columns = 100, env } = settings;
  const surroundings = { ...markedEnvironment().env, BOND_HISTORY: history, NO_COLOR: '1', ...env };
  return new Terminal([...BOND, lang, ...(cmd ? [cmd] : [])], surroundings, { columns, rows: 30 });
}

/** Code of Python that says that it runs, and goes on until it is let go. */
function waiting() {
  const path = join(temporaryDirectory(), 'go');
  const wait = `any(time.sleep(0.01) for _ in iter(lambda: os.path.exists("${path}"), True))`;
  return { code: `import os, time; print("on"); ${wait}; None`, letGo: () => writeFileSync(path, '') };
}

/** The same things in each language. */
interface Story {
  /** Something to complete: what is run first, what is typed, and the line that it becomes with what follows. */
  readonly completion: readonly [setUp: string, typed: string, rest: string, whole: string, value: string];
  /** Lines of a block, and how it is called. */
  readonly block: readonly string[];
  /** Calls what fails inside of the block, and what is shown then. */
  readonly failure: readonly [code: string, ...shown: string[]];
  /** Says that it runs, and goes on for ever; and where it is said to have been stopped. */
  readonly loop: readonly [code: string, ...places: string[]];
  /** An expression, its value as Node shows it, and as the language does. */
  readonly value: readonly [code: string, shown: string, own: string];
  /** A line that prints `left` without a newline. */
  readonly unfinishedLine: string;
}

const STORIES: Record<Language, Story> = {
  Python: {
    completion: ["text = 'abc'", '!text.upp', '()', '!text.upper()', "'ABC'"],
    block: ['def half(x):', '    return 1 / x', ''],
    failure: [
      'half(0)',
      'ZeroDivisionError: division by zero',
      '  File "<evalBlock>", line 1, in <module>',
      '  File "<evalBlock>", line 2, in half',
    ],
    loop: [
      'exec("while True: globals().get(1) or [print(1), globals().update({1: 1})]")',
      '  File "<evalBlock>", line 1, in <module>',
      '  File "<string>", line 1, in <module>',
    ],
    value: ["[1, None, {'a': 2.5}]", '[ 1, null, { a: 2.5 } ]', "[1, None, {'a': 2.5}]"],
    unfinishedLine: "print('left', end='')",
  },
  PHP: {
    completion: [
      "if (true) $day = new DateTime('2020-01-01');",
      '!$day->form',
      "('Y')",
      "!$day->format('Y')",
      "'2020'",
    ],
    block: ['function half($x) {', '  return intdiv(1, $x);', '}'],
    failure: [
      'half(0);',
      'DivisionByZeroError: Division by zero',
      '#0 evalBlock, line 2: intdiv()',
      '#1 evalBlock, line 1: half()',
    ],
    loop: ['echo "1\\n"; while (true);'],
    value: ["[1, null, ['a' => 2.5]]", '[ 1, null, { a: 2.5 } ]', "[1, null, ['a' => 2.5]]"],
    unfinishedLine: "echo 'left';",
  },
  Perl: {
    completion: [
      'if (1) { sub Text::upper { "ABC" } $text = bless {}, "Text" }',
      '!$text->upp',
      '',
      '!$text->upper',
      "'ABC'",
    ],
    block: ['sub half {', '  1 / shift', '}'],
    failure: ['die "no half\\n"', 'no half'],
    loop: ['print "1\\n"; 1 while 1'],
    value: ['[1, undef, {a => 2.5}]', '[ 1, null, { a: 2.5 } ]', '[1, undef, {a => 2.5}]'],
    unfinishedLine: "print 'left'",
  },
  JavaScript: {
    completion: ["const text = 'abc'", '!text.toUpper', '()', '!text.toUpperCase()', "'ABC'"],
    block: ['function half(x) {', '  return x.y.z', '}'],
    failure: [
      'half({})',
      "TypeError: Cannot read properties of undefined (reading 'z')",
      '    at half (<evalBlock>:2:14)',
      '    at <evalBlock>:1:1',
    ],
    loop: ['console.log(1); for (;;);'],
    value: ['[1, null, { a: 2.5 }]', '[ 1, null, { a: 2.5 } ]', '[ 1, null, { a: 2.5 } ]'],
    unfinishedLine: "void process.stdout.write('left')",
  },
};

beforeEach(({ skip }) => {
  if (!hasTmux) missing('tmux: apt-get install tmux', skip);
});

describe.concurrent.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const story = STORIES[lang];
  const prompt = `${lang}>`;
  const more = '...'.padStart(lang.length + 1);

  test('Tab completes, blocks go on until they are finished, errors are short; the next session knows the lines', async () => {
    const history = temporaryDirectory();
    const first = openSession(lang, { history });
    await first.shows(prompt);
    await complete(first);
    await defineBlock(first);
    await printValue(first);
    await fail(first);
    await leave(first);
    expect(statSync(join(history, `${lang}.history`)).mode & 0o777).toBe(0o600);

    const second = openSession(lang, { history });
    await second.shows(prompt);
    for (const line of [story.unfinishedLine, story.failure[0], `!${story.value[0]}`]) {
      second.press('Up');
      await second.shows(`${prompt} ${line}`);
    }
    second.press('Enter');
    await second.endsWith(`${prompt} !${story.value[0]}`, story.value[1], prompt);
    await interrupt(second);
    await dropLines(second);
    await leave(second);
  });

  async function complete(terminal: Terminal): Promise<void> {
    const [setUp, typed, rest, whole, value] = story.completion;
    terminal.enter(setUp);
    await terminal.endsWith(`${prompt} ${setUp}`, prompt);
    terminal.type(typed);
    terminal.press('Tab');
    await terminal.endsWith(`${prompt} ${whole.slice(0, whole.length - rest.length)}`);
    terminal.enter(rest);
    await terminal.endsWith(`${prompt} ${whole}`, value, prompt);
  }

  async function defineBlock(terminal: Terminal): Promise<void> {
    const shown = story.block.map((line, index) => `${index === 0 ? prompt : more} ${line}`.trimEnd());
    for (const [index, line] of story.block.entries()) {
      terminal.enter(line);
      await terminal.endsWith(...shown.slice(0, index + 1), index === story.block.length - 1 ? prompt : more);
    }
  }

  async function printValue(terminal: Terminal): Promise<void> {
    const [code, value, own] = story.value;
    terminal.enter('.tim');
    await terminal.endsWith(`${prompt} .tim`, 'There is no command .tim: did you mean .time?', prompt);
    terminal.enter(code);
    await terminal.endsWith(`${prompt} ${code}`, own, prompt);
    terminal.enter(`!${code}`);
    await terminal.endsWith(`${prompt} !${code}`, value, prompt);
  }

  async function fail(terminal: Terminal): Promise<void> {
    const [code, ...shown] = story.failure;
    terminal.enter(code);
    await terminal.endsWith(`${prompt} ${code}`, ...shown, prompt);
  }

  async function interrupt(terminal: Terminal): Promise<void> {
    const [code, ...places] = story.loop;
    terminal.enter(code);
    await terminal.endsWith(`${prompt} ${code}`, '1');
    terminal.press('C-c');
    await terminal.endsWith(`${prompt} ${code}`, '1', 'Interrupted', ...places, prompt);
  }

  async function dropLines(terminal: Terminal): Promise<void> {
    terminal.type('nonsense');
    terminal.press('C-c');
    await terminal.endsWith(`${prompt} nonsense^C`, prompt);
    terminal.enter(story.block[0] as string);
    await terminal.endsWith(more);
    terminal.press('C-c');
    await terminal.endsWith(`${more} ^C`, prompt);
  }

  async function leave(terminal: Terminal): Promise<void> {
    terminal.enter(story.unfinishedLine);
    await terminal.endsWith(`${prompt} ${story.unfinishedLine}`, 'left⏎', prompt);
    terminal.press('C-d');
    await terminal.endsWith(prompt, 'left with 0');
  }
});

test.each([
  [
    120,
    [
      "JavaScript> !['a', 'b', 'c'].map((x) => x.repeat(20))",
      `[ '${'a'.repeat(20)}', '${'b'.repeat(20)}', '${'c'.repeat(20)}' ]`,
    ],
  ],
  [
    30,
    [
      "JavaScript> !['a', 'b', 'c'].m",
      'ap((x) => x.repeat(20))',
      '[',
      ...['a', 'b', 'c'].map((x) => `  '${x.repeat(20)}'${x === 'c' ? '' : ','}`),
      ']',
    ],
  ],
])('values are as wide as a terminal of %i columns', async (columns, lines) => {
  const terminal = openSession('JavaScript', { columns });
  await terminal.shows('JavaScript>');
  terminal.enter("!['a', 'b', 'c'].map((x) => x.repeat(20))");
  await terminal.shows(...lines, 'JavaScript>');
});

test('commands: files are loaded, lines are timed, types are written, names are completed', async () => {
  const folder = temporaryDirectory();
  const file = program('#!/usr/bin/python3\ndef half(x: float) -> float:\n    return x / 2\n', 'half.py', folder);
  const terminal = openSession('Python', { columns: 120 });
  await terminal.shows('Python>');
  terminal.type('.lo');
  terminal.press('Tab');
  await terminal.endsWith('Python> .load');
  terminal.type(`${folder}/ha`);
  terminal.press('Tab');
  await terminal.endsWith(`Python> .load ${file}`);
  terminal.press('Enter');
  terminal.enter('half(5)');
  await terminal.endsWith(`Python> .load ${file}`, 'Python> half(5)', '2.5', 'Python>');
  terminal.enter('.types');
  await terminal.matches(/\n {2}half\(x: number[^;]*;\n\}\nPython>$/);
  terminal.enter('.time for x in "ab":');
  terminal.enter('    print(x, end="")');
  terminal.enter('');
  await terminal.matches(/\nab⏎\n[\d.]+ m?s\nPython>$/);
  terminal.enter('[{"word": "日本", "count": 12}, {"word": "é", "count": 5}]');
  await terminal.endsWith('word  count', '日本     12', 'é         5', 'Python>');
  terminal.enter('.load /there/is/none');
  await terminal.endsWith("ENOENT: no such file or directory, open '/there/is/none'", 'Python>');
  const { code, letGo } = waiting();
  terminal.enter(code);
  await terminal.endsWith('on');
  for (const line of ['.exit', 'print("never")']) terminal.enter(line);
  letGo();
  await terminal.endsWith('Python> .exit', 'left with 0');
});

test('what is typed while code runs is shown, and run, in its turn', async () => {
  const terminal = openSession('Python');
  await terminal.shows('Python>');
  const { code, letGo } = waiting();
  terminal.enter(code);
  await terminal.endsWith('on');
  for (const line of ['for x in "ab":', '    print(x)', '', '!x']) terminal.enter(line);
  terminal.type('x.upp');
  letGo();
  await terminal.endsWith(
    'on',
    'Python> for x in "ab":',
    '    ...     print(x)',
    '    ...',
    'a',
    'b',
    'Python> !x',
    "'b'",
    'Python> x.upp',
  );
  terminal.press('Tab');
  await terminal.endsWith('Python> x.upper');
});

test('what is printed while nothing runs stands above the line that is being typed', async () => {
  const terminal = openSession('JavaScript', { columns: 200 });
  await terminal.shows('JavaScript>');
  const path = join(temporaryDirectory(), 'go');
  const code = `fs.watchFile('${path}', { interval: 20 }, () => { console.log('late'); fs.unwatchFile('${path}') })`;
  terminal.enter(`void ${code}`);
  terminal.type('half a li');
  await terminal.endsWith('JavaScript> half a li');
  writeFileSync(path, '');
  await terminal.shows(`JavaScript> void ${code}`, 'late', 'JavaScript> half a li');
  terminal.type('ne');
  await terminal.endsWith('JavaScript> half a line');
});

test('the session of docs/command.md goes as it is shown', async () => {
  const page = readFileSync(new URL('../docs/command.md', import.meta.url), 'utf8');
  const [, text] = /^```text\n(.*?)\n```/ms.exec(page) as RegExpExecArray;
  const shown = (text as string).split('\n');
  const terminal = openSession('Python');
  await terminal.shows('Python>');
  for (const line of shown) if (/^(Python>| {4}\.\.\.)/.test(line)) terminal.enter(line.slice('Python> '.length));
  await terminal.shows(...shown, 'Python>');
});

test('a line that ends in a backslash goes on, and all of it is one block', async () => {
  const terminal = openSession('Perl');
  await terminal.shows('Perl>');
  terminal.enter('my $x = 2;\\');
  terminal.enter('print $x + 1, "\\n"');
  await terminal.shows('Perl> my $x = 2;\\', '  ... print $x + 1, "\\n"', '3', 'Perl>');
});

test('Ctrl-D lets the code that runs finish', async () => {
  const terminal = openSession('Python');
  await terminal.shows('Python>');
  const { code, letGo } = waiting();
  terminal.enter(`${code}; print("done")`);
  await terminal.endsWith('on');
  terminal.press('C-d');
  await terminal.isCooked(); // the session has heard it
  letGo();
  await terminal.endsWith('on', 'done', '', 'left with 0');
});

test('code that does not heed Ctrl-C can be left all the same', async () => {
  const terminal = openSession('Python');
  await terminal.shows('Python>');
  terminal.enter('import itertools; print("on"); all(map(bool, itertools.count(1)))');
  await terminal.endsWith('on');
  terminal.press('C-c');
  terminal.press('C-c');
  await terminal.endsWith('on', 'It does not stop. Ctrl-D, and then Ctrl-C, ends the interpreter.');
  terminal.press('C-d');
  await terminal.isCooked();
  terminal.press('C-c');
  await terminal.endsWith('^Cleft with 130');
});

test('behind ssh it is the same: Tab, Ctrl-C and Ctrl-D', async ({ skip }) => {
  const obstacle = sshdObstacle();
  if (obstacle) missing(obstacle, skip);
  const host = await startSshd();
  onTestFinished(() => host.stop());
  const terminal = openSession('Python', { cmd: `${host.ssh} python3` });
  await terminal.shows('Python>');
  terminal.type('!"x".join(sort');
  terminal.press('Tab');
  await terminal.endsWith('Python> !"x".join(sorted');
  terminal.enter('("ba"))');
  await terminal.endsWith("'axb'", 'Python>');
  terminal.enter('import time; print("on"); time.sleep(1000)');
  await terminal.endsWith('on');
  terminal.press('C-c');
  await terminal.endsWith('on', 'Interrupted', 'Python>');
  terminal.press('C-d');
  await terminal.endsWith('Python>', 'left with 0');
});

test('a session ends with its interpreter', async () => {
  const terminal = openSession('PHP');
  await terminal.shows('PHP>');
  terminal.enter('exit(3);');
  await terminal.shows('PHP> exit(3);', '[PHP] the interpreter exited with code 3', 'left with 4');
});

test('prompts, values and errors have colours', async () => {
  const terminal = openSession('Python', { env: { FORCE_COLOR: '1' } });
  await terminal.shows('Python>');
  terminal.enter("!['text', 1]");
  terminal.enter('nope');
  await terminal.endsWith("NameError: name 'nope' is not defined", 'Python>');
  const [bold, green, red] = ['\x1b[1m', '\x1b[32m', '\x1b[31m'];
  expect(terminal.colors()).toContain(`${bold}Python>`);
  expect(terminal.colors()).toContain(`${green}'text'`);
  expect(terminal.colors()).toContain(`${red}NameError`);
});

test('no lines are kept where BOND_HISTORY is empty; where they cannot be, it is said', async () => {
  const home = temporaryDirectory();
  const without = openSession('Perl', { history: '', env: { HOME: home } });
  await without.shows('Perl>');
  without.enter('!1');
  await without.shows('Perl> !1', '1', 'Perl>');
  without.press('C-d');
  await without.endsWith('left with 0');
  expect(readdirSync(home)).toEqual([]);

  const blocked = openSession('Perl', { history: program('a file') });
  await blocked.shows('Perl>');
  expect(blocked.colors()).toContain('No history is kept');
});
