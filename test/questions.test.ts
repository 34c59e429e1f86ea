import { describe, expect, test } from 'vitest';
import { Questions } from '../src/repl/language-service.js';
import { type Language, languages, needsInterpreter, openBond } from './fixtures.js';
import { testInTurn } from './turns.js';

/** What is defined, pieces of a line, and some of the names that may stand at their end; none if there are to be none. */
const KNOWN: Record<Language, readonly [code: string, pieces: Readonly<Record<string, readonly string[]>>]> = {
  Python: [
    'import os\nclass Thing:\n  size = 1\n  _hidden = 2\n  def grow(self): pass\nthing = Thing()',
    {
      thi: ['thing'],
      'thing.': ['grow', 'size'],
      'thing._h': ['_hidden'],
      'print(thing.size.re': ['real'],
      'x = os.path.basen': ['basename'],
      prin: ['print'],
      whil: ['while'],
      'import codeo': ['codeop'],
      'thing().gr': [],
      'nothing.si': [],
      _BOND: [],
    },
  ],
  PHP: [
    `class Thing { const BIG = 2; public $size = 1; private $secret; public $inner; public static $count;
      static function make() {} function grow() {} function __get($name) { throw new Exception('looked'); } }
    $thing = new Thing; $thing->inner = new DateTime('2020-01-01'); function MyOwn() {}`,
    {
      $thi: ['$thing'],
      '$thing->': ['grow', 'inner', 'make', 'size'],
      'echo $thing->inner->forma': ['format'],
      '$thing->other->x': [],
      'Thing::': ['$count', 'BIG', 'make'],
      strle: ['strlen'],
      MyO: ['MyOwn'],
      'new Thin': ['Thing'],
      foreac: ['foreach'],
      'f()->gr': [],
      $_BOND: [],
    },
  ],
  Perl: [
    `package Base; sub new { bless {size => 1, shape => 2}, shift } sub grow { }
    package Thing; our @ISA = 'Base'; our $count = 1; sub shrink { }
    package main; sub mine { } $thing = Thing->new; @list = (1); %table = (key => 1);`,
    {
      $thi: ['$thing'],
      '@lis': ['@list'],
      $lis: ['$list'],
      '%tab': ['%table'],
      '&min': ['&mine'],
      'print $thing->gr': ['grow'],
      '$thing->shr': ['shrink'],
      'Thing->ne': ['new'],
      '$thing->{': ['shape', 'size'],
      '$table{k': ['key'],
      'Thing::shr': ['Thing::shrink'],
      '$Thing::c': ['$Thing::count'],
      mi: ['mine'],
      waitp: [],
      uncond: [],
      unle: ['unless'],
      'f()->gr': [],
      '&_BOND': [],
    },
  ],
  JavaScript: [
    `const thing = { size: 1, inner: { deep: 'text' }, get looked() { throw new Error('looked') } };
    let trap = new Proxy({}, { get() { throw new Error('looked') }, getPrototypeOf() { throw new Error('looked') } });
    class Kind { static make() {} } var old = 1;`,
    {
      thi: ['thing', 'this'],
      'thing.inner.deep.toUpper': ['toUpperCase'],
      'thing?.inner.dee': ['deep'],
      'thing.lo': ['looked'],
      'thing.looked.x': [],
      'trap.x': [],
      'Kind.ma': ['make'],
      ol: ['old'],
      'process.cw': ['cwd'],
      whil: ['while'],
      'f().siz': [],
      _BOND: [],
    },
  ],
};

type Sample = readonly [code: string, isUnfinished: boolean];

const BLOCKS: Record<Language, readonly Sample[]> = {
  Python: [
    ['for x in [1]:', true],
    ['for x in [1]:\n  x', true],
    ['for x in [1]:\n  x\n', false],
    ['f(1,', true],
    ['"""abc', true],
    ['"abc', false],
    ['@staticmethod', true],
    ['1 +', false],
    ['x = 1', false],
    ['# nothing', false],
    ['![1,', true],
    ['!1', false],
  ],
  PHP: [
    ['if (1) {', true],
    ['f(1,', true],
    ['echo 1', true],
    ["echo 'abc", true],
    ['echo "abc', true],
    ['/* abc', true],
    ['$x = <<<END\nabc', true],
    ['class A { function f() {', true],
    ['echo 1;', false],
    ['echo 1 2', false],
    ['f(1 ]', false],
    ['}', false],
    ['!strlen(', true],
    ['!1 +', true],
    ['!f(1 ]', false],
    ['!nope()', false],
  ],
  Perl: [
    ['sub f {', true],
    ['print "abc', true],
    ['f(1,', true],
    ['$x = <<END;\nabc', true],
    ['s/a/b', true],
    ['if (1)', true],
    ['1 2', false],
    ['}', false],
    ['die "syntax error at EOF"', false],
    ['eval "1 +" or die $@', false],
    ['!nope(', true],
    ['!nope()', false],
  ],
  JavaScript: [
    ['if (1) {', true],
    ['f(1', true],
    ['g(f(1', true],
    ['f(1 2)', false],
    ['`abc', true],
    ['`a${b', true],
    ['"abc', false],
    ['/* abc', true],
    ['class A { f() {', true],
    ['}', false],
    ['JSON.parse("{")', false],
    ['!nope(', true],
    ['!nope()', false],
  ],
};

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);

  test('tells what may stand at the end of a line, and runs no code of the user for it', async () => {
    const bond = await openBond(lang);
    const [code, pieces] = KNOWN[lang];
    await bond.evalBlock(code);
    const questions = new Questions(bond);
    for (const [piece, expected] of Object.entries(pieces)) {
      const [, names] = await questions.complete(piece);
      const found = names.filter((name) => expected.includes(name));
      expect(expected.length > 0 ? found : names, piece).toEqual(expected);
    }
  });

  test('tells whether a block is unfinished, before it runs or once it has failed', async () => {
    const bond = await openBond(lang);
    const questions = new Questions(bond);
    const run = (code: string) => (code.startsWith('!') ? bond.eval(code.slice(1)) : bond.evalBlock(code));
    for (const [code, isUnfinished] of BLOCKS[lang]) {
      const isKnown = await questions.isUnfinished(code, null);
      const failure = await run(code).then(
        () => null,
        (error) => error.remoteMessage,
      );
      const isFound = failure !== null && (await questions.isUnfinished(code, failure));
      expect(isKnown || isFound, code).toBe(isUnfinished);
    }
  });

  test('can be asked by several sessions with the same interpreter', async () => {
    const bond = await openBond(lang);
    const [code, pieces] = KNOWN[lang];
    const [piece, names] = Object.entries(pieces)[0] as [string, readonly string[]];
    await bond.evalBlock(code);
    for (const questions of [new Questions(bond), new Questions(bond.with({}))]) {
      expect((await questions.complete(piece))[1]).toEqual(expect.arrayContaining([...names]));
    }
  });
});

test('BEGIN blocks of a sound Perl block run once', async () => {
  const bond = await openBond('Perl');
  const questions = new Questions(bond);
  const code = 'BEGIN { $begun++ } die "stopped\\n"';
  expect(await questions.isUnfinished(code, null)).toBe(false);
  const failure = await bond.evalBlock(code).catch((error) => error.remoteMessage);
  expect(await questions.isUnfinished(code, failure)).toBe(false);
  expect(await bond.eval('$begun')).toBe(1);
});

test('a question that the language cannot answer in time has no answer', async () => {
  const bond = await openBond('Python');
  await bond.evalBlock('import time\nclass Slow:\n  def __dir__(self): time.sleep(60)\nslow = Slow()');
  const questions = new Questions(bond.with({ timeout: 100 }));
  expect(await questions.complete('slow.')).toEqual(['', []]);
});
