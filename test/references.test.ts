import { describe, expect, test } from 'vitest';
import { callback, kwargs, type ProtocolName, RemoteException, stream } from '../src/index.js';
import { COMMANDS, program } from './bonds.js';
import {
  expectSame,
  hasInterpreter,
  type Language,
  languages,
  missing,
  needsInterpreter,
  openBond,
  rejection,
} from './fixtures.js';
import { testReferences } from './references.js';
import { words } from './words.js';

const protocols: [Language, ProtocolName][] = languages.flatMap((lang): [Language, ProtocolName][] =>
  lang === 'JavaScript'
    ? [
        [lang, 'V8'],
        [lang, 'EJSON'],
      ]
    : [
        [lang, 'EJSON'],
        [lang, 'JSON'],
      ],
);

/** What is of the host only is shown with the first of them. */
function extentOf(lang: Language, protocol: ProtocolName): 'whole' | 'other' {
  return lang === protocols[0]?.[0] && protocol === protocols[0][1] ? 'whole' : 'other';
}

// At a check, each language shows everything by one protocol, and a little by another.
describe.each(protocols)('%s by %s', (lang, protocol) => {
  needsInterpreter(lang);
  const [first] = protocols.filter(([of]) => of === lang);
  const extent = protocol === first?.[1] || process.env.RELEASE ? extentOf(lang, protocol) : 'smoke';
  testReferences({ lang, find: () => COMMANDS[lang], defaults: { protocol }, isShared: true, extent });
});

describe('functions that take functions', () => {
  test('in PHP', async ({ skip }) => {
    if (!hasInterpreter('PHP')) return missing('PHP', skip);
    const php = await openBond('PHP');
    const descending = callback(async (a: number, b: number) => b - a);
    await php.evalBlock('$list = [2, 3, 1];');
    await php.call('usort', php.ref('$list'), descending);
    expect(await php.eval('$list')).toEqual([3, 2, 1]);
    const square = callback((n: number) => n * n);
    expect(await php.call('array_map', square, [1, 2, 3])).toEqual([1, 4, 9]);
    expect(
      await php.call(
        'array_filter',
        [1, 2, 3, 4],
        callback((n: number) => n > 2),
      ),
    ).toEqual({ 2: 3, 3: 4 });
    const upper = callback(([match]: [string]) => match.toUpperCase());
    expect(await php.call('preg_replace_callback', '/[ab]/', upper, 'abc')).toBe('ABc');
  });

  test('in Python', async ({ skip }) => {
    if (!hasInterpreter('Python')) return missing('Python', skip);
    const python = await openBond('Python');
    const key = callback((text: string) => text.length);
    expect(await python.call('sorted', ['ccc', 'a', 'bb'], kwargs({ key }))).toEqual(['a', 'bb', 'ccc']);
    expect(await python.call('list', python.ref('map(str, [1, 2])'))).toEqual(['1', '2']);
    await python.evalBlock('import re, functools');
    const upper = callback(([match, letter]: [string, string]) => match.toUpperCase() + letter);
    expect(await python.call('re.sub', '-([a-z])', upper, 'x-y')).toBe('x-Yy');
    expect(
      await python.call(
        'functools.reduce',
        callback((a: number, b: number) => a * b),
        [1, 2, 3, 4],
      ),
    ).toBe(24);
  });

  test('in Perl', async ({ skip }) => {
    if (!hasInterpreter('Perl')) return missing('Perl', skip);
    const perl = await openBond('Perl');
    await perl.evalBlock(`
      sub keep { $code = $_[0]; undef }
      sub sorted { my ($f, @list) = @_; sort { $f->($a, $b) } @list }
      sub mapped { my ($f, @list) = @_; map { $f->($_) } @list }
      sub chosen { my ($f, @list) = @_; grep { $f->($_) } @list }`);
    expect(
      await perl.call(
        'sorted',
        callback((a: number, b: number) => b - a),
        1,
        3,
        2,
      ),
    ).toEqual([3, 2, 1]);
    expect(
      await perl.call(
        'mapped',
        callback((n: number) => n * n),
        1,
        2,
        3,
      ),
    ).toEqual([1, 4, 9]);
    expect(
      await perl.call(
        'chosen',
        callback((n: number) => n > 1),
        1,
        2,
        3,
      ),
    ).toEqual([2, 3]);
    await perl.call(
      'keep',
      callback((n: number) => n * 10),
    );
    expect(await perl.call('map { $code->($_) }', 1, 2)).toEqual([10, 20]);
  });

  test('in JavaScript', async () => {
    const js = await openBond('JavaScript');
    const held = await js.hold('[3, 1, 2]');
    expect(
      await held.call(
        'map',
        callback((n: number) => n * n),
      ),
    ).toEqual([9, 1, 4]);
    expect(
      await held.call(
        'sort',
        callback((a: number, b: number) => a - b),
      ),
    ).toEqual([1, 2, 3]);
    expect(
      await js.call(
        '"a-b".replace',
        /[a-z]/g,
        callback((letter: string) => letter.toUpperCase()),
      ),
    ).toBe('A-B');
  });
});

describe('things worth holding', () => {
  test('a database of Python', async ({ skip }) => {
    if (!hasInterpreter('Python')) return missing('Python', skip);
    const python = await openBond('Python');
    await python.evalBlock('import sqlite3');
    await using database = await python.hold("sqlite3.connect(':memory:')");
    await database.hold('executescript', 'create table t (n integer, b blob)');
    const add = await database.hold(
      'executemany',
      'insert into t values (?, ?)',
      stream([
        [1, new Uint8Array([255])],
        [2, null],
      ]),
    );
    expect(await add.get('rowcount')).toBe(2);
    const rows: unknown[] = [];
    for await (const row of python.iterate(await database.hold('execute', 'select * from t order by n')))
      rows.push(row);
    expect(rows).toEqual([
      [1, new Uint8Array([255])],
      [2, null],
    ]);
    const failure = await rejection(database.call('execute', 'no sql'), RemoteException);
    expect(failure.type).toBe('OperationalError');
  });

  test.each<[Language, string, string]>([
    ['Python', 'open(PATH)', 'readline'],
    ['PHP', 'new SplFileObject(PATH)', 'fgets'],
    ['Perl', 'do { require IO::File; IO::File->new(PATH) }', 'getline'],
  ])('an open file of %s', async (lang, code, readLine) => {
    const bond = await openBond(lang);
    const path = program('first\nsecond\n');
    const file = await bond.hold(code.replace('PATH', `'${path}'`));
    expect(await file.call(readLine)).toBe('first\n');
    const lines: unknown[] = [];
    for await (const line of bond.iterate(file)) lines.push(line);
    expect(lines[lang === 'PHP' ? 1 : 0]).toBe('second\n'); // PHP rewinds
    await file.release();
  });

  test.each(languages)('an exception of %s', async (lang) => {
    const bond = await openBond(lang);
    await bond.evalBlock(words[lang].functions);
    const boom = { Python: 'boom', PHP: "'boom'", Perl: '\\&boom', JavaScript: 'boom' }[lang];
    const error = await bond.hold(`_BOND_catch(${boom}, 'no luck')`);
    const message = { Python: 'str', PHP: 'strval', Perl: '"" .', JavaScript: 'String' }[lang];
    expect(await bond.call(message, error)).toContain('no luck');
  });
});

test('hundreds of thousands of numbers cross as they are', async ({ skip }) => {
  if (!hasInterpreter('Python')) return missing('Python', skip);
  const python = await openBond('Python');
  await python.evalBlock(
    'import array\ndef doubled(numbers): return array.array(numbers.typecode, [2 * n for n in numbers])',
  );
  const numbers = Float64Array.from({ length: 200_000 }, (_, index) => index / 3);
  expectSame(
    await python.call('doubled', numbers),
    numbers.map((n) => 2 * n),
  );
});
