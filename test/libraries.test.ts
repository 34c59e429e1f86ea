// Libraries as their own tutorials use them, imported as if they were here: as Debian packages them.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import {
  type AnyRemote,
  type Bond,
  callback,
  held,
  item,
  kwargs,
  makeBond,
  NDArray,
  RemoteException,
} from '../src/index.js';
import { temporaryDirectory } from './bonds.js';
import { all, type Language, languages, missing, rejection } from './fixtures.js';

/** What opens a bond for all tests of a suite, and imports from it what a package brings; where that is missing, a test is skipped. */
function library(lang: Language, command: string, code = '') {
  let bond: Bond;
  beforeAll(async () => {
    bond = await makeBond(lang, command, [], { stdout: 'ignore', stderr: 'ignore' });
  });
  afterAll(() => bond.close());

  return async (debian: string, skip: TestContext['skip'], ...names: string[]): Promise<AnyRemote[]> => {
    try {
      if (code !== '') await bond.evalBlock(code);
      return await Promise.all(names.map((name) => bond.import(name)));
    } catch (error) {
      if (!(error instanceof RemoteException)) throw error;
      missing(`${debian}: ${error.message}`, skip);
      return [];
    }
  };
}

describe.runIf(languages.includes('Python'))('Python', () => {
  const imported = library('Python', '/usr/bin/python3'); // whose modules Debian's packages are

  test('numpy: arrays, their shapes, and what is computed with them', async ({ skip }) => {
    const [np, linalg] = await imported('python3-numpy', skip, 'numpy', 'numpy.linalg');
    expect(await np.arange(6).reshape(2, 3)).toEqual(new NDArray(BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n), [2, 3]));
    const { remote: a } = await held(np).hold('reshape', np.arange(15), [3, 5]);
    expect(String(a)).toContain('Remote [Python]');
    expect([await a.shape, await a.ndim, await a.dtype.name, await a.size]).toEqual([[3, 5], 2, 'int64', 15]);
    expect(
      await np
        .arange(12)
        .reshape(3, 4)
        .sum(kwargs({ axis: 0 })),
    ).toEqual(BigInt64Array.of(12n, 15n, 18n, 21n));
    expect(await np.linspace(0, 2, 5)).toEqual(Float64Array.of(0, 0.5, 1, 1.5, 2));
    expect(await item(a, 1, 2)).toBe(7);
    expect(await a.T.dot(np.ones(3)).tolist()).toEqual([15, 18, 21, 24, 27]);
    const equations = [
      [2, 1],
      [1, 3],
    ];
    expect(await linalg.solve(equations, [3, 5]).round(9).tolist()).toEqual([0.8, 1.4]);
  });

  test('pandas: tables, groups, and functions of yours', async ({ skip }) => {
    const [pd, io] = await imported('python3-pandas', skip, 'pandas', 'io');
    const text = 'city,sold\nRome,3\nOslo,5\nRome,4\n';
    const table = await pd.read_csv(io.StringIO(text));
    expect(String(table)).toBe('Remote [Python] DataFrame');
    expect(await table.shape).toEqual([3, 2]);
    expect(await table.columns.tolist()).toEqual(['city', 'sold']);
    expect(await table.groupby('city').sold.sum().to_dict()).toEqual({ Oslo: 5, Rome: 7 });
    const double = callback((sold: number) => 2 * sold);
    expect(await table.sold.apply(double).tolist()).toEqual([6, 10, 8]);
    expect(await table.sort_values('sold', kwargs({ ascending: false })).city.iloc[0]).toBe('Oslo');
    expect(await all(table.city)).toEqual(['Rome', 'Oslo', 'Rome']);
  });

  test('matplotlib: a plot becomes a PNG', async ({ skip }) => {
    const [matplotlib, plt, np] = await imported(
      'python3-matplotlib',
      skip,
      'matplotlib',
      'matplotlib.pyplot',
      'numpy',
    );
    await matplotlib.use('Agg');
    const [figure, axes] = await plt.subplots();
    const x = await np.linspace(0, 2, 50);
    await axes.plot(x, np.sin(x), kwargs({ label: 'a sine' }));
    await axes.set_title('A plot');
    await axes.legend();
    const path = join(temporaryDirectory(), 'plot.png');
    await figure.savefig(path);
    expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
  });

  test('sqlalchemy: tables, rows, and an error of the database', async ({ skip }) => {
    const [sql, builtins] = await imported('python3-sqlalchemy', skip, 'sqlalchemy', 'builtins');
    const engine = await sql.create_engine('sqlite://');
    const connection = await engine.connect();
    await connection.execute(sql.text('CREATE TABLE points (x int, y int)'));
    await connection.execute(sql.text('INSERT INTO points VALUES (:x, :y)'), [
      { x: 1, y: 1 },
      { x: 2, y: 4 },
    ]);
    const rows = connection.execute(sql.text('SELECT x, y FROM points WHERE y > :y'), { y: 2 });
    expect(await builtins.list(builtins.map(builtins.tuple, rows))).toEqual([[2, 4]]);
    const error = await rejection(connection.execute(sql.text('SELECT z FROM points')), RemoteException);
    expect(error.is('OperationalError')).toBe(true);
    expect(error.types).toContain('SQLAlchemyError');
  });

  test('PIL: an image is drawn, saved, and read', async ({ skip }) => {
    const [Image, ImageDraw, { tuple }] = await imported('python3-pil', skip, 'PIL.Image', 'PIL.ImageDraw', 'builtins');
    const image = await Image.new('RGB', [20, 10], 'white');
    await ImageDraw.Draw(image).rectangle([2, 2, 5, 5], kwargs({ fill: 'red' }));
    expect([await image.size, await image.mode]).toEqual([[20, 10], 'RGB']);
    const path = join(temporaryDirectory(), 'image.png');
    await image.save(path);
    expect(await Image.open(path).resize([10, 5]).size).toEqual([10, 5]);
    expect(await Image.open(path).getpixel(tuple([3, 3]))).toEqual([255, 0, 0]);
  });

  test('sklearn: a classifier learns, and predicts', async ({ skip }) => {
    const [datasets, svm] = await imported('python3-sklearn', skip, 'sklearn.datasets', 'sklearn.svm');
    const iris = await datasets.load_iris();
    const classifier = await svm.SVC(kwargs({ gamma: 0.001, C: 100 }));
    await classifier.fit(iris.data, iris.target);
    expect(await classifier.predict(iris.data).tolist()).toHaveLength(150);
    expect(await classifier.score(iris.data, iris.target)).toBeGreaterThan(0.9);
  });
});

describe.runIf(languages.includes('PHP'))('PHP', () => {
  const imported = library(
    'PHP',
    'php',
    "require_once '/usr/share/php/Twig/autoload.php'; require_once '/usr/share/php/Monolog/autoload.php';",
  );

  test('Twig: a template, and an error in one', async ({ skip }) => {
    const [ArrayLoader, Environment] = await imported(
      'php-twig',
      skip,
      'Twig\\Loader\\ArrayLoader',
      'Twig\\Environment',
    );
    const templates = { index: 'Hello {{ name|upper }}!{% for n in list %} {{ n }}{% endfor %}', wrong: '{{ 1 +' };
    const twig = await new Environment(new ArrayLoader(templates));
    expect(await twig.render('index', { name: 'Ann', list: [1, 2] })).toBe('Hello ANN! 1 2');
    const error = await rejection(twig.render('wrong'), RemoteException);
    expect(error.is('Twig\\Error\\Error')).toBe(true);
  });

  test('Monolog: a logger writes where a handler of it does', async ({ skip }) => {
    const [Logger, StreamHandler] = await imported(
      'php-monolog',
      skip,
      'Monolog\\Logger',
      'Monolog\\Handler\\StreamHandler',
    );
    const path = join(temporaryDirectory(), 'log');
    const log = await new Logger('name');
    await log.pushHandler(new StreamHandler(path, Logger.WARNING));
    await log.info('not this');
    await log.warning('but this', { by: 'Ann' });
    expect(readFileSync(path, 'utf8')).toMatch(/^\[.*\] name\.WARNING: but this \{"by":"Ann"\} \[\]\n$/);
  });
});

describe.runIf(languages.includes('Perl'))('Perl', () => {
  const imported = library('Perl', '/usr/bin/perl');

  test('DBI: a database of SQLite', async ({ skip }) => {
    const [DBI] = await imported('libdbd-sqlite3-perl', skip, 'DBI', 'DBD::SQLite');
    const db = await DBI['->connect']('dbi:SQLite:dbname=:memory:', '', '', { RaiseError: 1, PrintError: 0 });
    await db.do('CREATE TABLE people (name TEXT, age INTEGER)');
    const insert = await db.prepare('INSERT INTO people VALUES (?, ?)');
    await insert.execute('Ann', 30);
    await insert.execute('Bo', 25);
    expect(await db.selectall_arrayref('SELECT name, age FROM people ORDER BY age')).toEqual([
      ['Bo', 25],
      ['Ann', 30],
    ]);
    const query = await db.prepare('SELECT * FROM people WHERE age > ?');
    await query.execute(26);
    expect(await query.fetchrow_hashref()).toEqual({ name: 'Ann', age: 30 });
    const error = await rejection(db.do('no SQL'), RemoteException);
    expect(error.message).toContain('syntax error');
  });

  test('Template: a page', async ({ skip }) => {
    const [Template] = await imported('libtemplate-perl', skip, 'Template');
    const template = await new Template({ INTERPOLATE: 1 });
    let page = '';
    const write = callback((text: string) => {
      page += text;
    });
    const list = callback(() => ['a', 'b']);
    const path = join(temporaryDirectory(), 'page.tt');
    writeFileSync(path, 'Hello [% name %]:[% FOREACH x IN list %] [% x %][% END %]');
    const absolute = await new Template({ ABSOLUTE: 1 });
    expect(await absolute.process(path, { name: 'Ann', list }, write)).toBe(1);
    expect(page).toBe('Hello Ann: a b');
    expect(await template.process('missing', {})).toBe(null);
    expect(String(await template.error())).toBe('Remote [Perl] Template::Exception');
  });
});
