// Runs each example as its first lines say, and compares what it prints. The tour and the migrations have tests of their own.

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from './bonds.js';
import { exampleProgram } from './built-examples.js';
import { onTestFinished } from './finish.js';
import { collect, hasInterpreter, type Language, languages, missing } from './fixtures.js';
import { SharedProcesses } from './shared-processes.js';
import { type RemoteHost, sshdObstacle, startSshd } from './sshd.js';
import { languagesInTurn } from './turns.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** An example that has been started; it is ended with the test at the latest. */
function start(name: string, ...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(process.execPath, [exampleProgram(name), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Examples that would change what others in the same process see: a thread that it waits for, and what listens to all bonds. */
const ALONE = ['sync.ts', 'traces.ts'];

/** These tests run one after the other. */
const shared = new SharedProcesses(1);
afterAll(() => shared.end());

/** What an example prints, that has to end well and complain of nothing. */
async function run(name: string, ...args: string[]): Promise<string> {
  if (ALONE.includes(name)) return runAlone(name, ...args);
  const { stdout, stderr } = await shared.run([exampleProgram(name), ...args], ROOT);
  expect(stderr).toBe('');
  return stdout;
}

async function runAlone(name: string, ...args: string[]): Promise<string> {
  const child = start(name, ...args);
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

function lines(...expected: string[]): string {
  return `${expected.join('\n')}\n`;
}

type Skip = (note: string) => void;

function needs(skip: Skip, ...langs: Language[]): void {
  for (const lang of langs) if (!hasInterpreter(lang)) missing(`${lang}: no interpreter`, skip);
}

describe('the examples', () => {
  test('hello says so in every language', async ({ skip }) => {
    needs(skip, ...languages);
    const said = ['JavaScript', 'Lua', 'PHP', 'Perl', 'Python', 'R', 'Ruby', 'Tcl'].map((lang) => [
      `Hello from ${lang}!`,
      '  two and two are 4',
    ]);
    expect(await run('hello.ts')).toBe(lines(...said.flat()));
  });

  test('tcl-script gets types, and a procedure of its own', async ({ skip }) => {
    if (!hasInterpreter('Tcl')) missing('Tcl: no interpreter', skip);
    expect(await run('tcl-script.ts')).toBe(
      lines('as text: id 7 total 0 articles {}', "with types: { id: 7, total: 180.75, articles: [ 'lamp', 'table' ] }"),
    );
  });

  test('sync asks without promises', async ({ skip }) => {
    needs(skip, 'PHP', 'Perl');
    expect(await run('sync.ts')).toBe(lines('pear        1,25', 'yacht  1.234.567,89'));
  });

  test('traces draws calls with the calls inside of them', async ({ skip }) => {
    needs(skip, 'PHP', 'Python');
    expect(await run('traces.ts')).toBe(
      lines(
        'Python started',
        'PHP started',
        'bond Python CALL lambda words: [reverse(word) for word in words] = ["evil","lived"]',
        '  pool PHP CALL strrev = "evil"',
        '    bond PHP CALL strrev = "evil"',
        '  pool PHP CALL strrev = "lived"',
        '    bond PHP CALL strrev = "lived"',
        'pool PHP EVAL intdiv(1, 0) threw RemoteException',
        '  bond PHP EVAL intdiv(1, 0) threw RemoteException',
        'PHP ended',
        'Python ended',
      ),
    );
  });

  test('call-back is called by PHP, and throws into it', async ({ skip }) => {
    needs(skip, 'PHP');
    expect(await run('call-back.ts')).toBe(
      lines(
        'tea        4.50',
        'biscuits  12.00',
        'sum: 16.5',
        "[ 'a', 'to', 'three' ]",
        'PHP caught: sold out',
        'the same error: true',
      ),
    );
  });

  test('bridge leads from PHP to Python, and errors back', async ({ skip }) => {
    needs(skip, 'PHP', 'Python');
    expect(await run('bridge.ts')).toBe(
      lines(
        'Python counts 4 numbers',
        'PHP got a mean of 3 and a median of 2',
        'Python counts 0 numbers',
        'PHP caught: StatisticsError, mean requires at least one data point',
      ),
    );
  });

  test('numpy gets typed arrays, and gives them back', async ({ skip }) => {
    const command = ['python3', '/usr/bin/python3'].find((python) => !spawnSync(python, ['-c', 'import numpy']).status);
    if (!command) missing('numpy: apt-get install python3-numpy', skip);
    expect(await run('numpy.ts', command as string)).toBe(
      lines(
        'Float64Array(7) [',
        '  1, 2, 3, 4,',
        '  5, 6, 7',
        ']',
        'sum of a million: 999000000',
        'its shape: [ 1000, 1000 ]',
        'NDArray(3, 2) float64 [ [ 1, 4 ], [ 2, 5 ], [ 3, 6 ] ]',
        'NDArray(2, 3) bool [ [ false, false, false ], [ true, true, true ] ]',
        '[ 2, 2 ] Float64Array(4) [ 6, 6, 15, 15 ] [ [ 6, 6 ], [ 15, 15 ] ]',
      ),
    );
  });

  test('numpy says how to install it where it is not', async ({ skip }) => {
    needs(skip, 'Python');
    const child = start('numpy.ts', 'python3 -S -I'); // without site-packages
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(stderr).toBe("No module named 'numpy': apt-get install python3-numpy, or pip install numpy\n");
    expect(exitCode).toBe(1);
  });

  test('a client makes 100 requests at a time', async ({ skip }) => {
    needs(skip, 'Python');
    expect(await run('async-client.ts')).toBe(lines("100 pages, from 'page /0' to 'page /99'", 'side by side: true'));
  });

  test('a server of asyncio replies what TypeScript says', async ({ skip }) => {
    needs(skip, 'Python');
    expect(await run('async-server.ts')).toBe(
      lines("[ 'Hello Ann!', 'Hello Bo!', 'Hello Cy!' ]", 'side by side: true'),
    );
  });

  test.skipIf(!process.env.RELEASE)('coroutines, ticks and threads are timed', async ({ skip }) => {
    needs(skip, 'Python');
    const ticks = String.raw`\d+ ticks of 10 ms, median \d+ ms, longest \d+ ms, while 50 functions were awaited for 0.5 s`;
    expect(await run('side-by-side.ts')).toMatch(
      new RegExp(
        lines(
          String.raw`Python: 1,000 coroutines of 0.2 s: [\d.]+ s`,
          `Python: ${ticks}`,
          String.raw`Python: 200 threads waited for a function at the same time: [\d.]+ s`,
          String.raw`JavaScript: 1,000 coroutines of 0.2 s: [\d.]+ s`,
          `JavaScript: ${ticks}`,
        ),
      ),
    );
  });

  describe('objects', () => {
    const PYTHON = '/usr/bin/python3'; // whose modules Debian's packages are

    test.skipIf(!process.env.RELEASE)('plot draws one with matplotlib', async ({ skip }) => {
      if (spawnSync(PYTHON, ['-c', 'import matplotlib']).status !== 0)
        missing('apt-get install python3-matplotlib', skip);
      const file = join(temporaryDirectory(), 'sines.png');
      expect(await run('plot.ts', file, PYTHON)).toBe(`${file}: 3 lines, 200 points each\n`);
      expect(readFileSync(file).length).toBeGreaterThan(10_000);
    });

    test('table asks pandas', async ({ skip }) => {
      if (spawnSync(PYTHON, ['-c', 'import pandas']).status !== 0) missing('apt-get install python3-pandas', skip);
      expect(await run('table.ts', PYTHON)).toBe(
        lines(
          'Remote [Python] DataFrame [ 5, 3 ]',
          "[ '2.50 €', '3.00 €', '2.25 €', '3.50 €', '2.00 €' ]",
          '{ Oslo: 18.5, Rome: 20.5 }',
          'best: Oslo',
          'best: Rome',
        ),
      );
    });

    test('a table of orders crosses by consent', async ({ skip }) => {
      if (spawnSync(PYTHON, ['-c', 'import pandas']).status !== 0) missing('apt-get install python3-pandas', skip);
      expect(await run('report.ts', PYTHON)).toBe(
        lines(
          'result[0].price: a value of type Decimal cannot be carried by EJSON: send str() or float() of it, or convert all by presets.Python.numbers()',
          'Ann  19.90 2024-02-28T09:30:00.000Z sent within 2 day(s)',
          'Ben   0.10 2024-02-29T23:59:59.250Z waits',
          'Ann   0.20 2024-03-01T08:00:00.000Z sent within 1 day(s)',
          "{ Ann: '20.10', Ben: '0.10' }",
        ),
      );
    });

    // Its libraries take seconds to load.
    test.runIf(process.env.RELEASE)('flowers are told apart, kept and drawn', async ({ skip }) => {
      if (spawnSync(PYTHON, ['-c', 'import sklearn, sqlalchemy, PIL']).status !== 0)
        missing('apt-get install python3-sklearn python3-sqlalchemy python3-pil', skip);
      const file = join(temporaryDirectory(), 'flowers.png');
      expect(await run('flowers.ts', file, PYTHON)).toBe(
        lines('told apart: true', 'setosa     1.5 cm', 'versicolor 4.2 cm', 'virginica  5.5 cm', `${file}: 200,60`),
      );
      expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
    });

    test('letters are rendered by Twig, and written down by Monolog', async ({ skip }) => {
      needs(skip, 'PHP');
      for (const name of ['Twig', 'Monolog'])
        if (!existsSync(`/usr/share/php/${name}/autoload.php`)) missing(`php-${name.toLowerCase()}`, skip);
      expect(await run('letters.ts')).toBe(
        lines(
          'Dear Ann, you owe us 12.50 €.',
          'INFO: sent {"name":"ann"}',
          'Dear Bo, you owe us 3.00 €.',
          'INFO: sent {"name":"bo"}',
          'ERROR: Unexpected token "end of template" ("name" expected) in "wrong" at line 1. []',
        ),
      );
    });

    test('page is made of a template, rows, and prices', async ({ skip }) => {
      const PERL = '/usr/bin/perl'; // whose modules Debian's packages are
      if (spawnSync(PERL, ['-MDBD::SQLite', '-MTemplate', '-e1']).status !== 0)
        missing('apt-get install libdbd-sqlite3-perl libtemplate-perl', skip);
      expect(await run('page.ts', PERL)).toBe(lines('What there is', '  biscuits: 2.99 €', '  tea: 4.50 €'));
    });

    test('bot is a client of discord.py, and is played its events', async ({ skip }) => {
      if (spawnSync(PYTHON, ['-c', 'import discord']).status !== 0) missing('apt-get install python3-discord', skip);
      expect(await run('bot.ts', PYTHON)).toBe(
        lines(
          'setting up',
          'ready as bond',
          '#general <- 9',
          '#general <- ada: 1',
          '#general <- ada: 2',
          'on_message failed',
        ),
      );
    });

    test('database asks the DBI', async ({ skip }) => {
      if (spawnSync('perl', ['-MDBD::SQLite', '-e1']).status !== 0)
        missing('apt-get install libdbd-sqlite3-perl', skip);
      expect(await run('database.ts')).toBe(
        lines(
          "[ [ 'Bo', 25 ], [ 'Ann', 30 ] ]",
          'Ann is 30',
          'DBD::SQLite::db do failed: near "nothing": syntax error',
        ),
      );
    });

    test('guestbook never decodes, and its text arrives', async ({ skip }) => {
      if (spawnSync('perl', ['-MDBD::SQLite', '-e1']).status !== 0)
        missing('apt-get install libdbd-sqlite3-perl', skip);
      expect(await run('guestbook.ts')).toBe(
        lines(
          'Jürgen Müßig aus Köln trägt sich ein.',
          'Łukasz Żak aus Łódź trägt sich ein.',
          'Jürgen Müßig: Köln',
          'Łukasz Żak: Łódź',
          'Schöne Grüße nach Köln, Jürgen Müßig! 5 €',
          'Pozdrowienia dla Łodzi',
          'Kein Gast namens »Zoë«',
          'Uint8Array(6) [ 74, 252, 114, 103, 101, 110 ]',
        ),
      );
    });
  });

  describe('ssh', () => {
    let host: RemoteHost | undefined;

    beforeAll(async () => {
      if (!sshdObstacle()) host = await startSshd();
    });

    beforeEach(({ skip }) => {
      const obstacle = sshdObstacle();
      if (obstacle) missing(obstacle, skip);
      needs(skip, ...languages);
    });

    afterAll(() => host?.stop());

    test.each(languagesInTurn()())('runs %s on another host, which calls back', async (lang) => {
      const [first, ...rest] = (await run('ssh.ts', (host as RemoteHost).sshArgv.slice(1).join(' '), lang)).split('\n');
      expect(first).toBe(`${lang} runs on ${hostname()}`);
      expect(rest).toEqual(['AND CALLS BACK', '']);
    });

    test('says how it is used', async () => {
      const child = start('ssh.ts');
      const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      expect({ stderr, exitCode }).toEqual({ stderr: 'usage: npx tsx examples/ssh.ts host [lang]\n', exitCode: 2 });
    });
  });

  describe('web-service', () => {
    beforeEach(({ skip }) => needs(skip, 'PHP'));

    /** The service on a port of its own: its address, and the process. */
    async function serve() {
      const child = start('web-service.ts', '0');
      const output = collect();
      child.stdout.on('data', output.stdout);
      child.stderr.on('data', output.stdout);
      await output.until('\n');
      const [address] = /http:\S+/.exec(output.text()) as unknown as [string];
      return { child, output, get: (path: string) => fetch(`${address}${path}`) };
    }

    test('answers many requests at once, and those that fail or take too long', async () => {
      const { output, get } = await serve();
      const names = Array.from({ length: 40 }, (_, index) => `<${index}>`);
      const pages = names.map(async (name) => (await get(`/page?ms=20&name=${encodeURIComponent(name)}`)).text());
      const odd = ['/page?ms=60000', '/page?name=nobody', '/elsewhere', '/page'].map(async (path) => {
        const response = await get(path);
        return [response.status, await response.text()];
      });
      expect(await Promise.all(pages)).toEqual(
        names.map((_, index) => `<p>Hello &lt;${index}&gt;, this is PHP!</p>\n`),
      );
      expect(await Promise.all(odd)).toEqual([
        [504, 'Took too long.\n'],
        [500, 'Went wrong.\n'],
        [404, 'There is only /page.\n'],
        [200, '<p>Hello World, this is PHP!</p>\n'],
      ]);
      expect(output.text()).toContain('[PHP] CALL "page": InvalidArgumentException: nobody is there');
    });

    test('is too busy for more than wait already', async () => {
      const { get } = await serve();
      const responses = await Promise.all(Array.from({ length: 130 }, () => get('/page?ms=200')));
      const statuses = responses.map(({ status }) => status);
      for (const response of responses) await response.text();
      expect(statuses).toContain(503);
      expect(statuses).toContain(200);
    });

    test('finishes what it has begun when it is told to end', async () => {
      const { child, output, get } = await serve();
      const last = get('/page?ms=500');
      await get('/page'); // so that the one before has arrived
      child.kill('SIGTERM');
      expect(await (await last).text()).toBe('<p>Hello World, this is PHP!</p>\n');
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(output.text()).toMatch(/closed\n$/);
    });
  });

  test('are all in the table of their page', () => {
    const page = readFileSync(join(ROOT, 'examples/README.md'), 'utf8');
    const parts = ['tour-in-javascript.ts', 'tour-player.ts', 'tour-surroundings.ts'];
    const examples = readdirSync(join(ROOT, 'examples')).filter(
      (name) => name.endsWith('.ts') && !parts.includes(name),
    );
    expect(examples.filter((name) => !page.includes(`](${name})`))).toEqual([]);
  });
});
