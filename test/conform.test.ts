// The kit for drivers: those that are here reach every level, and a driver that is wrong is found out.

import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Feature } from '../src/drivers/manifest.js';
import { BondException, listDrivers, makeBond, registerDriver } from '../src/index.js';
import type { Check } from '../src/tools/conform/check.js';
import { Code } from '../src/tools/conform/code.js';
import { printConformance } from '../src/tools/conform/conform.js';
import { LEVELS } from '../src/tools/conform/level.js';
import { checks, conform, type Outcome } from '../src/tools/conform/run.js';
import { showLevels } from '../src/tools/conform/table.js';
import { readWords, unknownWords } from '../src/tools/conform/words.js';
import { temporaryDirectory } from './bonds.js';
import {
  all,
  type KitLanguage,
  kitLanguages,
  type Language,
  languages,
  needs,
  needsInterpreter,
  rejection,
} from './fixtures.js';
import { featureTable, levelsInPage } from './levels.js';
import { HANG, LONG_TEST_HANG } from './patience.js';
import { testSample } from './turns.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RUBY = join(ROOT, 'examples/drivers/Ruby');
const PATIENCE = LONG_TEST_HANG;
/** How long a check is given that is not to come to its end. */
const BRIEFLY = 4000;

/** What comes of the checks of those titles; of all, if none are given. */
async function tried(lang: string, folder: string, titles?: readonly string[], hang = HANG): Promise<Outcome[]> {
  const list = checks.filter(({ title }) => titles?.includes(title) ?? true);
  if (titles && list.length < titles.length) throw new Error(`there is no check ${titles}`);
  return all(conform({ lang, words: readWords(folder), hang }, list));
}

/** What a language cannot have, or lacks: nothing is asked of it. */
const CANNOT_HAVE: Partial<Record<KitLanguage, readonly Feature[]>> = {
  Lua: ['interrupt'],
  R: ['extend'],
  Tcl: ['extend', 'stacks', 'places'],
};

function failures(outcomes: readonly Outcome[], lacks: readonly Feature[] = []): string[] {
  const isLacking = (reason = ''): boolean => reason.split(', ').some((name) => lacks.includes(name as Feature));
  const failing = outcomes.filter(
    ({ state, reason }) => state === 'fails' || (state === 'undeclared' && !isLacking(reason)),
  );
  return failing.map(({ check, reason }) => `${check.title}: ${reason}`);
}

const isWhole = Boolean(process.env.RELEASE || process.env.ONLY);
/** Languages whose drivers are for nothing that others do not show as well: a check shares the titles out among them. */
const others = kitLanguages.filter((lang) => !languages.includes(lang as Language) && lang !== 'R');

/** The first check of a level that needs certain features. */
function isFirst({ level, needs }: Check, index: number): boolean {
  return checks.findIndex((other) => other.level === level && String(other.needs) === String(needs)) === index;
}

/**
 * What a check shows of a language: each feature in the first four, of which two share the other checks of it. R takes half a
 * minute: its own file shows enough.
 */
function titlesFor(lang: KitLanguage): string[] | undefined {
  if (isWhole) return undefined;
  const number = languages.indexOf(lang as Language);
  const shown = checks.filter((check, index) =>
    number < 0 ? others[index % others.length] === lang : isFirst(check, index) || index % 2 === number % 2,
  );
  return shown.map(({ title }) => title);
}

describe.concurrent.each(kitLanguages.filter((lang) => lang !== 'R' || isWhole))('%s', (lang) => {
  needsInterpreter(lang);

  test('reaches every level', { timeout: PATIENCE }, async () => {
    const outcomes = await tried(lang, join(ROOT, 'drivers', lang), titlesFor(lang));
    expect(failures(outcomes, CANNOT_HAVE[lang])).toEqual([]);
  });
});

test('the page on languages has the features that each driver declares', () => {
  expect(levelsInPage.read().endsWith(`\n${featureTable()}`)).toBe(true);
});

describe('the words of a language', () => {
  const ruby = readWords(RUBY);

  test('may write calls, sums and texts in another way than most', () => {
    const usual = new Code(ruby);
    expect(usual.call('f', usual.sum('1', '2'), usual.text('a'))).toBe("f(1 + 2, 'a')");
    const lisp = new Code({ ...ruby, call: '(NAME ARGUMENTS)', separator: ' ', sum: '(+ A B)', text: '"TEXT"' });
    expect(lisp.call('f', lisp.sum('1', '2'), lisp.text('a'))).toBe('(f (+ 1 2) "a")');
  });

  test('that nothing asks for are misspelt, and named', () => {
    expect(unknownWords(ruby)).toEqual([]);
    expect(unknownWords({ ...ruby, coment: '#' } as typeof ruby)).toEqual(['coment']);
    for (const lang of kitLanguages) expect(unknownWords(readWords(join(ROOT, 'drivers', lang)))).toEqual([]);
  });

  test('are all on the page on adding a language', () => {
    const page = readFileSync(join(ROOT, 'docs/adding-a-language.md'), 'utf8');
    const table = page.slice(page.indexOf('| key | what it is |'), page.indexOf('`functions` defines'));
    const named = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => String(cell).match(/\w+/g) ?? []);
    const used = [...kitLanguages.map((lang) => join(ROOT, 'drivers', lang)), RUBY].flatMap((folder) =>
      Object.keys(readWords(folder)),
    );
    expect(used.filter((key) => !named.includes(key))).toEqual([]);
  });
});

describe('a driver that is not part of the package', () => {
  needs(() => (spawnSync('ruby', ['--version']).error ? 'Ruby: apt-get install ruby' : undefined));

  test('is registered by its folder, and reaches the levels that it is for', { timeout: PATIENCE }, async () => {
    expect(registerDriver({ folder: RUBY })).toBe('Ruby');
    expect(listDrivers()).toContain('Ruby');
    // The lowest levels, and one check of each other.
    const shown = LEVELS.flatMap((level, index) => {
      const titles = checks.filter((check) => check.level === level).map(({ title }) => title);
      return index < 2 ? titles : titles.slice(0, 1);
    });
    const outcomes = await tried('Ruby', RUBY, shown);
    const reached = outcomes.filter(({ check }) => LEVELS.indexOf(check.level) < 2);
    expect(failures(reached)).toEqual([]);
    expect(showLevels(outcomes)).toMatch(/^streams +yes/m);
    expect(showLevels(outcomes)).toMatch(/^refers +no/m);
  });

  test('stands in the page on adding a language, word for word', () => {
    const page = readFileSync(join(ROOT, 'docs/adding-a-language.md'), 'utf8');
    const blocks = [...page.matchAll(/^```(?:ruby|json)\n([\s\S]*?)^```$/gm)].map(([, code]) => code?.trim());
    const files = ['bond.json', 'stage1.rb', 'stage2.rb'].map((name) => readFileSync(join(RUBY, name), 'utf8'));
    const [manifest, stage1, ...stage2] = blocks;
    const withoutSpace = (text: string): string => text.replace(/\s+/g, ' ').trim();
    expect([manifest, stage1, stage2.join('\n')].map((text) => withoutSpace(String(text)))).toEqual(
      files.map(withoutSpace),
    );
  });

  test('has what it lacks named before anything is sent', async () => {
    const lang = registerDriver({ folder: new URL('../examples/drivers/Ruby', import.meta.url) });
    await using bond = await makeBond(lang);
    const attempts = [
      () => bond.hold('1'),
      () => bond.call('p', bond.ref('1')),
      async () => bond.iterate('[1]'),
      () => bond.with({ objects: 'hold' }).eval('1'),
      () => bond.export(() => 1, 'one', { objects: 'hold' }),
      () => bond.extend('Object', {}),
      () => bond.interrupt(),
    ];
    for (const attempt of attempts) {
      const error = await rejection(attempt() as Promise<unknown>, BondException);
      expect(error.message).toMatch(/its driver does not have the feature|cannot be interrupted/);
    }
    expect(await bond.eval('1')).toBe(1);
  });

  test('that ends at its first request is tried no further; a folder of another name is reported', async () => {
    const folder = join(temporaryDirectory(), 'Ruby');
    cpSync(RUBY, folder, { recursive: true });
    for (const [file, part, wrong] of [
      ['stage2.rb', "when 'EVAL' then", "when 'EVAL' then exit(7) ||"],
      ['bond.json', '"Ruby"', '"Ruby that ends"'],
    ] as const) {
      const path = join(folder, file);
      writeFileSync(path, readFileSync(path, 'utf8').replace(part, wrong));
    }
    const lines: string[] = [];
    const output = new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const trial = printConformance({ kind: 'conform', folder, level: 'speaks', cmd: undefined }, output);
    expect((await rejection(trial, BondException)).message).toMatch(
      /^\[Ruby that ends\] no check can be run, .* EVAL "1": the interpreter exited with code 7$/,
    );
    expect(lines.join('')).toContain('has "language": "Ruby that ends", but the folder is called Ruby');
    expect(lines.join('')).not.toContain('FAILS');
  });

  test('that is not valid is refused, with what is wrong', () => {
    const folder = temporaryDirectory();
    expect(() => registerDriver({ folder })).toThrow('there is no bond.json');
    writeFileSync(join(folder, 'bond.json'), '{"language": "Odd", "features": ["flies"]}');
    expect(() => registerDriver({ folder })).toThrow("'separator' is not a string");
  });
});

test('JavaScript compiles files of the driver that are lazy when one of them is first needed', async () => {
  const folder = temporaryDirectory();
  cpSync(join(ROOT, 'drivers/JavaScript'), folder, { recursive: true });
  const path = join(folder, 'bond.json');
  const { files, ...manifest } = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(join(folder, 'driver', 'telling.js'), '//: lazy\nglobalThis.isCompiled = true;\n');
  writeFileSync(path, JSON.stringify({ ...manifest, language: 'LazyJavaScript', files: ['telling', ...files] }));
  await using js = await makeBond(registerDriver({ folder }));
  const isCompiled = (): Promise<unknown> => js.eval('globalThis.isCompiled === true');
  expect(await js.call('(x) => x', { items: [0, 'two', null] })).toEqual({ items: [0, 'two', null] });
  expect(await isCompiled()).toBe(false);
  expect(await js.eval('new Date(5)')).toEqual(new Date(5));
  expect(await isCompiled()).toBe(true);
});

describe.concurrent('a driver that is wrong', () => {
  needs(() => (spawnSync('ruby', ['--version']).error ? 'Ruby: apt-get install ruby' : undefined));

  /** What is wrong; what becomes of which part of the driver; which check tells. */
  const BROKEN: readonly [what: string, part: string | RegExp, wrong: string, check: string][] = [
    ['tears long messages', '.scan(/.{1,4000}/mn)', '.then { |all| [all] }', 'long replies are not torn'],
    ['mixes up frames', '@set_aside[of.to_i] <<', '@set_aside[frame] <<', 'unrelated calls wait'],
    [
      'rounds integers',
      "encode(call(*what), 'the result')",
      "encode(call(*what), 'the result').gsub(/\\d{17,}/) { |n| n.to_f.to_i.to_s }",
      'integers of 64 bits',
    ],
    [
      'loses the sign of zero',
      'JSON.generate(value, max_nesting: false)',
      "JSON.generate(value, max_nesting: false).gsub('-0.0', '0.0')",
      'floats at the edges',
    ],
    ['makes a text of an object', '    check(value, path)\n', '', 'a result that cannot be carried'],
    [
      'does not say where it is',
      '"#{path}: JSON cannot carry #{what}"',
      '"JSON cannot carry #{what}"',
      'a result that cannot be carried',
    ],
    ['takes an exit for an exception', 'rescue SystemExit\n    raise\n  ', '', 'an exit rejects the call'],
    [
      'loses the exit code',
      'rescue SystemExit\n    raise',
      'rescue SystemExit\n    exit!(0)',
      'an exit rejects the call',
    ],
    ['leaves its input to the program', '$stdin.reopen(File::NULL)', '', 'reading standard input'],
    [
      'keeps output to itself',
      '$stdout.sync = true',
      '$stdout.sync = false',
      'output arrives before the call that printed it',
    ],
    ['gives the value of a block', "'evalBlock') && nil", "'evalBlock').to_json", 'eval resolves to the value'],
    ['exports under any name', /raise NameError.*/, '', 'a name that a function cannot have'],
    [
      'reports the type only',
      'error.message.to_s.encode',
      'error.class.name.encode',
      'an exception arrives with its message',
    ],
    [
      'trusts what was thrown',
      "  rescue StandardError\n    'an exception whose message cannot be read'\n",
      '',
      'an exception whose message cannot be read',
    ],
    [
      'loses the type of what the host throws',
      "error.type, error.call = value['type'], id",
      'error.call = id',
      'what a host function throws comes back',
    ],
    [
      'does not say which call has failed',
      "error.type, error.call = value['type'], id",
      "error.type = value['type']",
      'what a host function throws comes back',
    ],
    [
      'takes one kind of failure for the other',
      "verb == 'ERROR' ?",
      'false ?',
      'a result of a host function that cannot be carried',
    ],
    ['calls in the name of no request', '#{@request} #{payload}', '0 #{payload}', 'calls nest'],
    ['forgets which request it is at', '  ensure\n    @request = outer\n', '', 'a host function may make many calls'],
    ['does not hear the end', "exit if verb == 'END'", '', 'close waits for the calls'],
    ['skips exit hooks', "exit if verb == 'END'", "exit! if verb == 'END'", 'close lets exit hooks run'],
    [
      'has names of its own everywhere',
      '$_BOND_driver.start',
      '$settings = 1; $_BOND_driver.start',
      'all names of the driver',
    ],
    [
      'dies of a syntax error',
      'rescue Exception => error',
      'rescue StandardError => error',
      'a syntax error in an expression',
    ],
    [
      'bears little depth',
      'JSON.parse(payload, max_nesting: false)',
      'JSON.parse(payload)',
      'a structure of 400 levels',
    ],
    ['drops NULs', 'JSON.parse(payload,', "JSON.parse(payload.gsub('\\u0000', ''),", 'strings arrive unchanged'],
  ];

  /** What shows by nothing but that a check does not come to its end. */
  const HANGING = ['does not hear the end', 'leaves its input to the program'];

  // They are alike: a check tries some.
  testSample(3).each(BROKEN)('is found out if it %s', async (what, part, wrong, beginning) => {
    const folder = temporaryDirectory();
    cpSync(RUBY, folder, { recursive: true });
    const path = join(folder, 'stage2.rb');
    const text = readFileSync(path, 'utf8');
    // Not by a string: `$` means something in the text that replaces one.
    const broken = text.replaceAll(typeof part === 'string' ? part : new RegExp(part, 'g'), () => wrong);
    expect(broken).not.toBe(text);
    writeFileSync(path, broken);
    const manifest = join(folder, 'bond.json');
    // A name of its own, since these tests run side by side.
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"Ruby"', JSON.stringify(`Ruby that ${what}`)));
    const title = checks.find((check) => check.title.startsWith(beginning))?.title;
    const lang = registerDriver({ folder });
    const hangs = HANGING.includes(what);
    const [outcome] = await tried(lang, folder, [title ?? beginning], hangs ? BRIEFLY : HANG);
    expect(outcome).toMatchObject({ state: 'fails' });
    expect(outcome?.reason?.startsWith('not done after'), outcome?.reason).toBe(hangs);
  });
});
