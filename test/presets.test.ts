// Conversions that many programs need: dates, numbers, tables.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PRESET_TYPES, presetTypes } from '../build/preset-types.js';
import { type Bond, BondException, NDArray, type NumberArray, presets, SerializationException } from '../src/index.js';
import { ROOT } from './compiler.js';
import { languages, missing, openBond, rejection, shareBond } from './fixtures.js';
import { rounds } from './fuzzing.js';
import { postgresPrograms, startPostgres } from './postgres.js';

/** How many rows a large result of a database has; a table of pandas has ten times as many. */
const ROWS = rounds(3_000, 100_000);

const PYTHON = '/usr/bin/python3'; // whose modules Debian's packages are

const hasPandas = languages.includes('Python') && spawnSync(PYTHON, ['-c', 'import pandas']).status === 0;

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
      [() => wrong.JavaScript?.constructor, "there is no preset 'constructor'; known: none"],
      [() => wrong.Perl?.date, "there is no preset 'date' (did you mean 'dates'?); known: dates, numbers"],
      [() => wrong.Python?.dates?.({ naiv: 'utc' }), "has no option 'naiv' (did you mean 'naive'?)"],
      [() => wrong.PHP?.dates?.({ microseconds: 'round' }), "must be 'truncate' or 'text', not round"],
    ] as const) {
      const error = thrownBy(run);
      expect(error).toBeInstanceOf(BondException);
      expect((error as Error).message).toContain(text);
    }
  });
});

/** Bonds with pandas, which takes long to import. */
const withPandas = { records: sharePandas('records'), columns: sharePandas('columns') };

function sharePandas(frames: 'records' | 'columns'): () => Promise<Bond> {
  const { dates, numbers, pandas } = presets.Python;
  const convert = { ...dates({ naive: 'utc', microseconds: 'truncate' }), ...numbers(), ...pandas({ frames }) };
  return shareBond('Python', { convert }, 'import numpy as np, pandas as pd', PYTHON);
}

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
    expect(message).toMatch(
      /result\.at: a datetime with microseconds .*presets\.Python\.dates\(\{ microseconds: 'truncate' \}\)/,
    );
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

  test.runIf(hasPandas || process.env.CI).each(['records', 'columns'] as const)(
    'tables of pandas as %s: naive dates, NaT, NA, decimals',
    async (frames) => {
      const bond = await withPandas[frames]();
      await bond.evalBlock(code);
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

describe.runIf(languages.includes('Python') && (hasPandas || process.env.CI))('tables of pandas', () => {
  const open = async (convert: Readonly<Record<string, string>>): Promise<Bond> => {
    const bond = await openBond('Python', PYTHON, [], { convert });
    await bond.evalBlock('import pandas as pd');
    return bond;
  };
  const { dates, pandas } = presets.Python;

  test('of many rows arrive by columns, and go back with the types that they had', async () => {
    const bond = await withPandas.columns();
    await bond.evalBlock(`n = ${10 * ROWS}
table = pd.DataFrame({'i': np.arange(n), 'small': np.arange(n).astype('u1'), 'f': np.arange(n) / 4, 'b': np.arange(n) % 2 == 0})
def is_same(columns):
    given = pd.DataFrame(columns)
    return [bool(given.equals(table)), [str(kind) for kind in given.dtypes]]`);
    const columns = await bond.eval<Record<string, NumberArray | unknown[]>>('table');
    expect([columns.i?.constructor, columns.small?.constructor, columns.f?.constructor]).toEqual([
      BigInt64Array,
      Uint8Array,
      Float64Array,
    ]);
    expect(Object.values(columns).map((column) => column.at(-1))).toEqual([
      BigInt(10 * ROWS - 1),
      (10 * ROWS - 1) % 256,
      (10 * ROWS - 1) / 4,
      false,
    ]);
    const arrays = Object.entries(columns).map(([name, column]) => [
      name,
      Array.isArray(column) ? column : new NDArray(column),
    ]);
    expect(await bond.call('is_same', Object.fromEntries(arrays))).toEqual([
      true,
      ['int64', 'uint8', 'float64', 'bool'],
    ]);
  });

  test('of many rows arrive by records, each with its date', async () => {
    const rows = rounds(3000, 30_000);
    const bond = await withPandas.records();
    await bond.evalBlock(`n = ${rows}
table = pd.DataFrame({'i': range(n), 'at': pd.date_range('2024', periods=n, freq='s')})`);
    const records = await bond.eval<unknown[]>('table');
    expect(records).toHaveLength(rows);
    expect(records.at(-1)).toEqual({ i: rows - 1, at: new Date(Date.UTC(2024, 0, 1) + (rows - 1) * 1000) });
  });

  test('tell NaN, NaT, NA and None apart, or say in which column what cannot cross', async () => {
    const bond = await open({
      ...dates({ naive: 'utc' }),
      ...pandas({ frames: 'columns' }),
      'pandas.NaTType': "lambda x: 'never'",
    });
    const gaps = `pd.DataFrame({'f': [1, float('nan')], 'o': ['a', None], 'i': pd.array([1, None], 'Int64'), 'n': [None, float('nan')],
      'at': [pd.Timestamp('2024-01-01'), pd.NaT], 'z': pd.to_datetime(['2024-01-01T00:00Z', None]), 'c': pd.Categorical(['x', None])})`;
    expect(await bond.eval(gaps)).toEqual({
      f: Float64Array.of(1, Number.NaN),
      o: ['a', null],
      i: [1, null],
      n: Float64Array.of(Number.NaN, Number.NaN),
      at: [new Date('2024-01-01'), 'never'],
      z: [new Date('2024-01-01'), 'never'],
      c: ['x', Number.NaN],
    });
    const fine = bond.eval("pd.DataFrame({'at': pd.to_datetime(['2024-01-01', '2024-01-01T00:00:00.000000001'])})");
    expect((await rejection(fine, SerializationException)).message).toContain(
      'result.at[1]: a datetime with microseconds',
    );
    const spans = bond.eval("pd.DataFrame({'t': pd.to_timedelta([1, 2], 's')})");
    expect((await rejection(spans, SerializationException)).message).toContain(
      'result.t[0]: a value of type Timedelta',
    );
  });

  test('leave moments to a conversion of the program, if it has one', async () => {
    const bond = await open({ ...dates({ naive: 'utc' }), ...pandas(), 'pandas.Timestamp': 'lambda t: t.day_name()' });
    expect(await bond.eval("pd.DataFrame({'at': [pd.Timestamp('2024-02-29')]})")).toEqual([{ at: 'Thursday' }]);
    const plain = await open(pandas());
    const error = await rejection(
      plain.eval("pd.DataFrame({'at': [pd.Timestamp('2024-02-29')]})"),
      SerializationException,
    );
    expect(error.message).toContain('result[0].at: a datetime without a time zone');
    expect(error.message).toContain("presets.Python.dates({ naive: 'utc' })");
  });
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
    expect(error.message).toContain("presets.PHP.dates({ microseconds: 'truncate' })");
  });

  test('intervals as ISO 8601 text, periods as their dates', async () => {
    const bond = await openBond('PHP', { convert: presets.PHP.intervals() });
    await bond.evalBlock('function span($text) { return new DateInterval($text); }');
    const spans = ['P1Y2M3DT4H5M6S', 'PT0S', 'P7D', 'PT90M'];
    expect(await bond.eval(`array_map('span', ['${spans.join("', '")}'])`)).toEqual(spans);
    const difference = "(new DateTime('2024-03-01 12:00'))->diff(new DateTime('2024-02-29 11:30'))";
    expect(await bond.eval(`['a' => ${difference}]`)).toEqual({ a: '-P1DT30M' });
    expect(await bond.eval("(new DateTime('2024-01-01'))->diff(new DateTime('2024-01-01 00:00:01.25'))")).toBe(
      'PT1.25S',
    );
    const period = "new DatePeriod(new DateTime('2024-02-28T00:00Z'), span('P1D'), new DateTime('2024-03-02T00:00Z'))";
    const days = ['2024-02-28', '2024-02-29', '2024-03-01'].map((day) => new Date(day));
    expect(await bond.eval(`[${period}]`)).toEqual([days]);
    const plain = await openBond('PHP');
    for (const code of ["new DateInterval('P1D')", "new DatePeriod(new DateTime, new DateInterval('P1D'), 2)"]) {
      const { message } = await rejection(plain.eval(`['a' => ${code}]`), SerializationException);
      expect(message).toMatch(/result\.a: .*presets\.PHP\.intervals\(\)$/);
    }
  });

  test('thousands of rows of SQLite arrive, each with its date', async ({ skip }) => {
    const bond = await openBond('PHP', { convert: presets.PHP.dates({ microseconds: 'truncate' }) });
    if (!(await bond.eval("extension_loaded('pdo_sqlite')"))) missing('apt-get install php-sqlite3', skip, false);
    await bond.evalBlock(`
      $db = new PDO('sqlite::memory:');
      $db->exec('CREATE TABLE t AS WITH RECURSIVE c(n) AS (VALUES(0) UNION ALL SELECT n + 1 FROM c WHERE n < ${ROWS - 1})
                 SELECT n, n / 2.0 AS half, datetime(n, "unixepoch") AS at FROM c');
      function rows() {
        foreach ($GLOBALS['db']->query('SELECT * FROM t', PDO::FETCH_ASSOC) as $row) {
          $row['at'] = new DateTimeImmutable($row['at'] . 'Z');
          yield $row;
        }
      }`);
    const rows = await bond.eval<unknown[]>('iterator_to_array(rows())');
    expect(rows).toHaveLength(ROWS);
    expect([rows[1], rows.at(-1)]).toEqual([
      { n: 1, half: 0.5, at: new Date(1000) },
      { n: ROWS - 1, half: (ROWS - 1) / 2, at: new Date((ROWS - 1) * 1000) },
    ]);
  });

  test.runIf(process.env.RELEASE)(
    'the rows of a query in PostgreSQL, with dates, bytes and nothing',
    async ({ skip }) => {
      const bond = await openBond('PHP', { convert: presets.PHP.dates({ microseconds: 'truncate' }) });
      const isThere = postgresPrograms !== undefined && (await bond.eval("extension_loaded('pdo_pgsql')"));
      if (!isThere) missing('apt-get install postgresql php-pgsql', skip, false);
      const folder = await startPostgres(postgresPrograms as string);
      await bond.evalBlock(`
      $db = new PDO('pgsql:host=${folder};dbname=postgres;user=bond');
      $db->exec("CREATE TABLE visits (id bigint, at timestamptz, day date, price numeric(9, 2), data bytea, note text, paid boolean)");
      $db->exec("INSERT INTO visits VALUES
        (9007199254740993, '2024-02-29 12:00:00.000250+01', '2024-02-29', 9.90, decode('00ff0a', 'hex'), 'Grüße', true),
        (1, '1969-12-31 23:59:59.5Z', NULL, NULL, NULL, NULL, false)");
      function visits() {
        return array_map(function ($row) {
          $row['at'] = new DateTime($row['at']);
          $row['day'] = $row['day'] === null ? null : new DateTimeImmutable($row['day'] . 'Z');
          $row['data'] = is_resource($row['data']) ? stream_get_contents($row['data']) : $row['data'];
          return $row;
        }, $GLOBALS['db']->query('SELECT * FROM visits ORDER BY id')->fetchAll(PDO::FETCH_ASSOC));
      }`);
      const rest = { day: null, price: null, data: null, note: null, paid: false };
      expect(await bond.call('visits')).toEqual([
        { id: 1, at: new Date(-500), ...rest },
        {
          id: 9007199254740993n,
          at: new Date('2024-02-29T11:00:00.000Z'),
          day: new Date('2024-02-29'),
          price: '9.90',
          data: Uint8Array.of(0, 255, 10),
          note: 'Grüße',
          paid: true,
        },
      ]);
    },
  );

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

describe.runIf(languages.includes('Perl'))('Perl', () => {
  const open = async (convert: Readonly<Record<string, string>>, code = 'use Time::Piece;'): Promise<Bond> => {
    const bond = await openBond('Perl', { convert, env: { ...process.env, TZ: 'Europe/Vienna' } });
    await bond.evalBlock(code);
    return bond;
  };

  const moments = [
    'DateTime->new(year => 2024, month => 7, day => 1, hour => 12)',
    'DateTime->new(year => 2024, month => 7, day => 1, hour => 12, nanosecond => 123456000)',
    "DateTime->new(year => 2024, month => 7, day => 1, hour => 12, nanosecond => 999999000, time_zone => '+0900')",
    "DateTime->new(year => 2024, month => 7, day => 1, hour => 12, nanosecond => 5e8, time_zone => 'UTC')",
  ];
  const loads = "eval { require DateTime } or die 'apt-get install libdatetime-perl';";

  test.each([
    ['utc', 'truncate', ['2024-07-01T12:00:00.000Z', '2024-07-01T12:00:00.123Z', '2024-07-01T03:00:00.999Z']],
    ['local', 'truncate', ['2024-07-01T10:00:00.000Z', '2024-07-01T10:00:00.123Z', '2024-07-01T03:00:00.999Z']],
    [
      'utc',
      'text',
      ['2024-07-01T12:00:00.000Z', '2024-07-01T12:00:00.123456+00:00', '2024-07-01T12:00:00.999999+09:00'],
    ],
    ['text', 'truncate', ['2024-07-01T12:00:00', '2024-07-01T12:00:00.123456', '2024-07-01T03:00:00.999Z']],
  ] as const)(
    'DateTime: those without a time zone by %s, microseconds by %s',
    async (naive, microseconds, expected) => {
      const bond = await open(presets.Perl.dates({ naive, microseconds }), loads);
      const dates = await bond.eval<(Date | string)[]>(`[${moments}]`);
      expect(dates.map((date) => (date instanceof Date ? date.toISOString() : date))).toEqual([
        ...expected,
        '2024-07-01T12:00:00.500Z',
      ]);
    },
  );

  test('what has no option stays an error that names the preset, and where it sits', async () => {
    const bond = await open(presets.Perl.dates(), loads);
    for (const [index, option] of ["naive: 'utc'", "naive: 'utc'", "microseconds: 'truncate'"].entries()) {
      const { message } = await rejection(bond.eval(`{ at => [${moments[index]}] }`), SerializationException);
      expect(message).toContain('result.at[0]: the conversion of a');
      expect(message).toContain(`presets.Perl.dates({ ${option} })`);
    }
    const plain = await open({}, loads);
    const { message } = await rejection(plain.eval(moments[0] as string), SerializationException);
    expect(message).toContain("presets.Perl.dates({ naive: 'utc' })");
  });

  test('Time::Piece with microseconds', async () => {
    const times = '[map { scalar gmtime($_) } 1.5, 0.123456, -0.5, 1700000000.000001]';
    const cut = await open(presets.Perl.dates({ microseconds: 'truncate' }));
    expect(await cut.eval(times)).toEqual([1500, 123, -500, 1_700_000_000_000].map((time) => new Date(time)));
    const text = await open(presets.Perl.dates({ microseconds: 'text' }));
    expect(await text.eval(times)).toEqual([
      new Date(1500),
      '1970-01-01T00:00:00.123456',
      new Date(-500),
      '2023-11-14T22:13:20.000001',
    ]);
    const { message } = await rejection((await open({})).eval(times), SerializationException);
    expect(message).toContain("presets.Perl.dates({ microseconds: 'truncate' })");
  });

  test('Math::BigFloat and Math::BigRat as text', async () => {
    const bond = await open(presets.Perl.numbers(), 'use Math::BigFloat; use Math::BigRat;');
    const code = "[Math::BigFloat->new('1.10'), Math::BigRat->new('1/3'), Math::BigInt->new(5)]";
    expect(await bond.eval(code)).toEqual(['1.1', '1/3', 5]);
    const plain = await open({}, 'use Math::BigFloat;');
    const { message } = await rejection(plain.eval("Math::BigFloat->new('1.5')"), SerializationException);
    expect(message).toContain('presets.Perl.numbers()');
  });

  test('thousands of rows of SQLite arrive', async ({ skip }) => {
    const bond = await openBond('Perl', '/usr/bin/perl');
    if ((await bond.eval('eval { require DBD::SQLite } ? 1 : 0')) === 0)
      missing('apt-get install libdbd-sqlite3-perl', skip, false);
    await bond.evalBlock(`use DBI;
      $db = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', { RaiseError => 1 });
      $db->do('CREATE TABLE t AS WITH RECURSIVE c(n) AS (VALUES(0) UNION ALL SELECT n + 1 FROM c WHERE n < ${ROWS - 1})
               SELECT n, n / 2.0 AS half, "row " || n AS name FROM c');`);
    const rows = await bond.eval<unknown[]>("$db->selectall_arrayref('SELECT * FROM t', { Slice => {} })");
    expect(rows).toHaveLength(ROWS);
    expect(rows.at(-1)).toEqual({ n: ROWS - 1, half: (ROWS - 1) / 2, name: `row ${ROWS - 1}` });
  });
});
