// Conversions that many programs need: dates, numbers, tables.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PRESET_TYPES, presetTypes } from '../build/preset-types.js';
import { BondException, presets, SerializationException } from '../src/index.js';
import { ROOT } from './compiler.js';
import { languages, missing, openBond, rejection } from './fixtures.js';

const PYTHON = '/usr/bin/python3'; // whose modules Debian's packages are

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('presets', () => {
  test('have the types that are made from the manifests', () => {
    expect(readFileSync(join(ROOT, PRESET_TYPES), 'utf8')).toBe(presetTypes());
  });

  test('are code by the names of types', () => {
    expect(presets.Python.numbers()).toEqual({ 'decimal.Decimal': 'str', 'fractions.Fraction': 'str', complex: 'str' });
    expect(presets.Python.dates({ naive: 'utc' })).toEqual({ 'datetime.datetime': '_BOND_dates("utc", "")' });
    expect(presets.PHP.dates()).toEqual({ DateTimeInterface: '_BOND_dates("")' });
  });

  test('refuse what is misspelt, and say what is meant', () => {
    const wrong = presets as unknown as Record<string, Record<string, (options?: object) => unknown>>;
    for (const [run, text] of [
      [() => wrong.Pyton, "did you mean 'Python'?"],
      [() => wrong.Python?.date, "there is no preset 'date' (did you mean 'dates'?); known: dates, numbers, pandas"],
      [() => wrong.Perl?.constructor, "there is no preset 'constructor'; known: none"],
      [() => wrong.Python?.dates?.({ naiv: 'utc' }), "has no option 'naiv' (did you mean 'naive'?)"],
      [() => wrong.PHP?.dates?.({ microseconds: 'round' }), "must be 'truncate' or 'text', not round"],
    ] as const) {
      const error = thrownBy(run);
      expect(error).toBeInstanceOf(BondException);
      expect((error as Error).message).toContain(text);
    }
  });
});

describe.runIf(languages.includes('Python'))('Python', () => {
  const env = { ...process.env, TZ: 'Europe/Vienna' };
  const code =
    'from datetime import datetime, timezone, timedelta; from decimal import Decimal; from fractions import Fraction';
  const plain = 'datetime(2024, 7, 1, 12)';
  const fine = 'datetime(2024, 7, 1, 12, 0, 0, 123456)';
  const zoned = 'datetime(2024, 7, 1, 12, 0, 0, 999999, timezone(timedelta(hours=9)))';

  test.each([
    ['utc', 'truncate', ['2024-07-01T12:00:00.000Z', '2024-07-01T12:00:00.123Z', '2024-07-01T03:00:00.999Z']],
    ['local', 'truncate', ['2024-07-01T10:00:00.000Z', '2024-07-01T10:00:00.123Z', '2024-07-01T03:00:00.999Z']],
    [
      'utc',
      'text',
      ['2024-07-01T12:00:00.000Z', '2024-07-01T12:00:00.123456+00:00', '2024-07-01T12:00:00.999999+09:00'],
    ],
    ['text', 'truncate', ['2024-07-01T12:00:00', '2024-07-01T12:00:00.123456', '2024-07-01T03:00:00.999Z']],
  ] as const)('dates: those without a time zone by %s, microseconds by %s', async (naive, microseconds, expected) => {
    const bond = await openBond('Python', { env, convert: presets.Python.dates({ naive, microseconds }) });
    await bond.evalBlock(code);
    const dates = await bond.eval<(Date | string)[]>(`[${plain}, ${fine}, ${zoned}]`);
    expect(dates.map((date) => (date instanceof Date ? date.toISOString() : date))).toEqual(expected);
  });

  test('what an option has not been given for stays an error, which names the preset', async () => {
    const bond = await openBond('Python', { convert: presets.Python.dates({ naive: 'utc' }) });
    await bond.evalBlock(code);
    const { message } = await rejection(bond.eval(`{'at': ${fine}}`), SerializationException);
    expect(message).toMatch(/result\.at: a datetime with microseconds .*presets\.Python\.dates\(\)/);
    const other = await openBond('Python', { convert: presets.Python.dates({ microseconds: 'text' }) });
    await other.evalBlock(code);
    for (const date of [plain, fine]) {
      expect((await rejection(other.eval(date), SerializationException)).message).toContain('without a time zone');
    }
  });

  test('numbers are text', async () => {
    const bond = await openBond('Python', { convert: presets.Python.numbers() });
    await bond.evalBlock(code);
    expect(await bond.eval("[Decimal('1.10'), Fraction(1, 3), 1 + 2j, 1.5]")).toEqual(['1.10', '1/3', '(1+2j)', 1.5]);
  });

  const table = `pd.DataFrame({
    'n': [1, 2], 'f': [1.5, float('nan')], 'at': [pd.Timestamp('2024-01-01T00:00:00.000001'), pd.NaT],
    'i': pd.array([1, None], dtype='Int64'), 'd': [Decimal('1.10'), None], 's': ['x', 'y'], 'b': [True, False] })`;

  const hasPandas = spawnSync(PYTHON, ['-c', 'import pandas']).status === 0;

  test.runIf(hasPandas || process.env.CI).each(['records', 'columns'] as const)(
    'tables of pandas as %s: naive dates, NaT, NA, decimals',
    async (frames) => {
      const { dates, numbers, pandas } = presets.Python;
      const convert = { ...dates({ naive: 'utc', microseconds: 'truncate' }), ...numbers(), ...pandas({ frames }) };
      const bond = await openBond('Python', PYTHON, [], { convert });
      await bond.evalBlock(`import pandas as pd; ${code}`);
      const at = new Date('2024-01-01T00:00:00Z');
      const columns = {
        n: BigInt64Array.of(1n, 2n),
        f: Float64Array.of(1.5, Number.NaN),
        at: [at, null],
        i: [1, null],
        d: ['1.10', null],
        s: ['x', 'y'],
        b: [true, false],
      };
      const records = [
        { n: 1, f: 1.5, at, i: 1, d: '1.10', s: 'x', b: true },
        { n: 2, f: Number.NaN, at: null, i: null, d: null, s: 'y', b: false },
      ];
      expect(await bond.eval(table)).toEqual(frames === 'columns' ? columns : records);
      expect(await bond.eval("[pd.Series(['a', pd.NA]), pd.date_range('2024', periods=1)]")).toEqual([
        ['a', null],
        [at],
      ]);
      const twice = bond.eval("{'t': pd.DataFrame([[1, 2]], columns=['a', 'a'])}");
      expect((await rejection(twice, SerializationException)).message).toContain('result.t: the conversion');
    },
  );
});

describe.runIf(languages.includes('PHP'))('PHP', () => {
  const dates = '[new DateTime("2024-01-01T00:00:00.123456+02:00"), new DateTimeImmutable("2024-01-01T00:00:00.123Z")]';
  const exact = new Date('2024-01-01T00:00:00.123Z');

  test('dates with microseconds', async () => {
    const cut = await openBond('PHP', { convert: presets.PHP.dates({ microseconds: 'truncate' }) });
    expect(await cut.eval(dates)).toEqual([new Date('2023-12-31T22:00:00.123Z'), exact]);
    const text = await openBond('PHP', { convert: presets.PHP.dates({ microseconds: 'text' }) });
    expect(await text.eval(dates)).toEqual(['2024-01-01T00:00:00.123456+02:00', exact]);
    const error = await rejection((await openBond('PHP')).eval(dates), SerializationException);
    expect(error.message).toContain('presets.PHP.dates()');
  });

  test('the rows of a query in SQLite, with their dates', async ({ skip }) => {
    const bond = await openBond('PHP', { convert: presets.PHP.dates({ microseconds: 'truncate' }) });
    if (!(await bond.eval("extension_loaded('pdo_sqlite')"))) missing('apt-get install php-sqlite3', skip, false);
    await bond.evalBlock(`
      $db = new PDO('sqlite::memory:');
      $db->exec('CREATE TABLE visits (name TEXT, at TEXT)');
      $insert = $db->prepare('INSERT INTO visits VALUES (?, ?)');
      foreach (['2024-02-29 12:00:00.000250', '2024-03-01 00:00:00.5'] as $n => $at) $insert->execute(["guest $n", $at]);
      function visits() {
        $row = function ($name, $at) { return ['name' => $name, 'at' => new DateTimeImmutable($at, new DateTimeZone('UTC'))]; };
        return $GLOBALS['db']->query('SELECT name, at FROM visits ORDER BY at')->fetchAll(PDO::FETCH_FUNC, $row);
      }`);
    expect(await bond.call('visits')).toEqual([
      { name: 'guest 0', at: new Date('2024-02-29T12:00:00.000Z') },
      { name: 'guest 1', at: new Date('2024-03-01T00:00:00.500Z') },
    ]);
  });
});
