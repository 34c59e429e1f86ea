// What a session of the command shows of what is typed, in each language: values by its own words, tables, and nothing where there
// is no value.

import { describe, expect, test } from 'vitest';
import { RemoteException } from '../src/index.js';
import { Typed } from '../src/repl/typed.js';
import { collect, expectAlive, type Language, languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

/** What is typed in a language, and what is shown. */
interface Samples {
  /** Each with a value. */
  readonly values: readonly (readonly [code: string, shown: string])[];
  /** None of these has a value that is worth a line. */
  readonly nothing: readonly string[];
  /** A list of 60 records with a number `n` and a text `s`, and one whose records are not alike. */
  readonly rows: string;
  readonly unlike: readonly [code: string, shown: string];
  /** A list of a million numbers, and a text of a million letters. */
  readonly huge: readonly string[];
  /** Prints without a newline, and has the value 7. */
  readonly printing: string;
  /** Raises, prints or ends where its value is looked at. */
  readonly hostile: readonly [setUp: string, code: string, message: string] | undefined;
  /** A value in itself. */
  readonly circle: readonly [code: string, shown: RegExp];
}

const SAMPLES: Record<Language, Samples> = {
  Python: {
    values: [
      ['1 + 2', '3'],
      ['1 + 2;', '3'],
      ['x = 5; x  # a comment', '5'],
      ["'é\\n'", "'é\\n'"],
      ['b"\\xff"', "b'\\xff'"],
      ['[lambda: 1, len][1]', '<built-in function len>'],
      ['_', '<built-in function len>'],
      ['2 ** 70', '1180591620717411303424'],
      ["'\\ud800'", "'\\ud800'"],
      ['[{}, {}]', '[{}, {}]'],
      ['"""a\nb"""', "'a\\nb'"],
    ],
    nothing: ['x = 5', 'None', 'import os', 'for x in "ab": x', 'def f(): return 1', '# nothing', ''],
    rows: '[{"n": n, "s": "x"} for n in range(60)]',
    unlike: ['[{"a": 1}, {"b": 2}, {"c": 3}]', "[{'a': 1}, {'b': 2}, {'c': 3}]"],
    huge: ['list(range(1000000))', '"x" * 1000000'],
    printing: 'print("left", end="") or 7',
    hostile: ['class A:\n  def __repr__(self): return 1 / 0\n', '[A()]', 'division by zero'],
    circle: ['l = [1]; l.append(l); l', /^\[1, \[\.\.\.\]\]$/],
  },
  PHP: {
    values: [
      ['1 + 2', '3'],
      ['1 + 2;', '3'],
      ['$x = 5', '5'],
      ['function one() { return 1; } one(); // a comment', '1'],
      ['"é\\n"', '"é\\n"'],
      ['"\\xff"', '"\\xff"'],
      ["'it\\'s'", "'it\\'s'"],
      ['function () { return 1; }', 'Closure {#1}'],
      ["[1, 'a' => [true, null]]", "[0 => 1, 'a' => [true, null]]"],
      ['$o = new class { private $p = 1; };', 'class@anonymous {#1 p: 1}'],
      ['STDERR === null ?: 1.5', '1.5'],
      ['namespace Own; strlen("abc")', '3'],
      ['[[], []]', '[[], []]'],
      ['$y =\n7', '7'],
    ],
    nothing: [
      'echo ""',
      'null',
      'print ""',
      'if (true) { 5; }',
      'function f() { return 1; }',
      'use Foo\\Bar',
      '// nothing',
      '$x = null',
    ],
    rows: "array_map(function ($n) { return ['n' => $n, 's' => 'x']; }, range(0, 59))",
    unlike: ["[['a' => 1], ['b' => 2], ['c' => 3]]", "[['a' => 1], ['b' => 2], ['c' => 3]]"],
    huge: ['range(1, 1000000)', 'str_repeat("x", 1000000)'],
    printing: '[print("left"), 7][1]',
    hostile: ['class A { function __debugInfo() { throw new Exception("not now"); } }', '[new A]', 'not now'],
    circle: ['$c = new stdClass; $c->self = $c; $c', /^stdClass \{#\d+ self: stdClass \{#\d+ …\}\}$/],
  },
  Perl: {
    values: [
      ['1 + 2', '3'],
      ['1 + 2;', '3'],
      ['$x = 5', '5'],
      ['my $y = 4; $y + 1 # a comment', '5'],
      ['"é\\n"', '"é\\n"'],
      [`'it\\'s'`, `'it\\'s'`],
      ['1, "a"', "(1, 'a')"],
      ['sub { 1 }', 'sub { ... }'],
      ['{a => 1, "b c" => [undef]}', "{a => 1, 'b c' => [undef]}"],
      ['bless {a => \\"x"}, "Foo"', "bless( {a => \\'x'}, 'Foo' )"],
      ['qr/x/i', 'qr/x/i'],
      ['*STDOUT', '*main::STDOUT'],
      ['[{}, {}]', '[{}, {}]'],
    ],
    nothing: [
      'print ""',
      'undef',
      '()',
      'sub f { 1 }',
      'for (1 .. 3) { 5 }',
      '$i for 1 .. 3',
      'if (1) { 5 }',
      'use strict',
      '# nothing',
    ],
    rows: '[map { { n => $_, s => "x" } } 0 .. 59]',
    unlike: ['[{a => 1}, {b => 2}, {c => 3}]', '[{a => 1}, {b => 2}, {c => 3}]'],
    huge: ['[1 .. 1000000]', '"x" x 1000000'],
    printing: '(print("left"), 7)[1]',
    hostile: undefined, // nothing of a value's own is run
    circle: ['$c = []; push @$c, $c; $c', /^\[ARRAY\(above\)\]$/],
  },
  JavaScript: {
    values: [
      ['1 + 2', '3'],
      ['1 + 2;', '3'],
      ['x = 5', '5'],
      ["'é\\n'", "'é\\n'"],
      ['null', 'null'],
      ['{ a: 1 }', '{ a: 1 }'],
      ['(x) => x', '[Function (anonymous)]'],
      ['_', '[Function (anonymous)]'],
      ['await Promise.resolve(4)', '4'],
      ['Promise.resolve(4)', 'Promise { 4 }'],
      ['if (true) 6', '6'],
      ['[{}, {}]', '[ {}, {} ]'],
      ['({ get a() { throw 1 } })', '{ a: [Getter] }'],
      ['[new Proxy({}, { ownKeys() { throw 1 } }), {}]', '[ Proxy [ {}, { ownKeys: [Function: ownKeys] } ], {} ]'],
    ],
    nothing: ['const y = 5', 'undefined', 'function f() { return 1 }', '// nothing', 'const z = await 1'],
    rows: 'Array.from({ length: 60 }, (_, n) => ({ n, s: "x" }))',
    unlike: ['[{ a: 1 }, { b: 2 }, { c: 3 }]', '[ { a: 1 }, { b: 2 }, { c: 3 } ]'],
    huge: ['"x".repeat(1000000)'],
    printing: '(process.stdout.write("left"), 7)',
    hostile: [
      'globalThis.A = class { [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("not now") } }; 0',
      'new A',
      'not now',
    ],
    circle: ['const c = {}; c.self = c; c', /^<ref \*1> \{ self: \[Circular \*1\] \}$/],
  },
};

const PAPER = { isColored: false, width: () => 80, tableWidth: () => 80 };

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const samples = SAMPLES[lang];

  test('shows the value of an expression as the language has it, and nothing where there is none', async () => {
    const bond = await openBond(lang, { stdout: 'ignore' });
    const typed = new Typed(bond, PAPER);
    for (const [code, shown] of samples.values) expect(await typed.run(code), code).toBe(shown);
    for (const code of samples.nothing) expect(await typed.run(code), code).toBe(undefined);
    expect(await typed.run(samples.circle[0])).toMatch(samples.circle[1]);
    await expectAlive(bond);
  });

  test('shows records that are alike as a table, and says what it leaves out', async () => {
    const bond = await openBond(lang);
    const typed = new Typed(bond, PAPER);
    const lines = (await typed.run(samples.rows))?.split('\n');
    expect(lines?.slice(0, 3)).toEqual([' n  s', ' 0  x', ' 1  x']);
    expect(lines?.slice(-2)).toEqual(['49  x', '… 10 more rows']);
    expect(await typed.run(samples.unlike[0])).toBe(samples.unlike[1]);
    for (const code of samples.huge) {
      const shown = (await typed.run(code)) as string;
      expect(shown.length).toBeLessThan(10_000);
      expect(shown).toMatch(/… [\d,]+ more( characters)?\b/);
    }
  });

  test('prints before the value is shown; errors are the code’s own, and those of showing it', async () => {
    const output = collect();
    const bond = await openBond(lang, { stdout: output.stdout });
    const typed = new Typed(bond, PAPER);
    const shown = typed.run(samples.printing).then((text) => `${output.text()}|${text}`);
    expect(await shown).toBe('left|7');
    if (samples.hostile) {
      const [setUp, code, message] = samples.hostile;
      await typed.run(setUp);
      expect((await rejection(typed.run(code), RemoteException)).remoteMessage).toContain(message);
    }
    await bond.evalBlock(words[lang].functions);
    await rejection(typed.run('boom("x")'), RemoteException);
    expect(await typed.run('1 + 1')).toBe('2');
  });
});

test('a session goes on when code has done away with what shows values', async () => {
  const bond = await openBond('Python');
  const typed = new Typed(bond, PAPER);
  expect(await typed.run('1')).toBe('1');
  await bond.evalBlock('globals().clear()');
  expect(await typed.run('1 + 1')).toBe('2');
});

test("a display hook of the user's shows values itself", async () => {
  const output = collect();
  const bond = await openBond('Python', { stdout: output.stdout });
  const typed = new Typed(bond, PAPER);
  await typed.run('import sys; sys.displayhook = lambda value: print("<%s>" % value)');
  expect(await typed.run('1 + 1')).toBe(undefined);
  expect(output.text()).toBe('<2>\n');
});
