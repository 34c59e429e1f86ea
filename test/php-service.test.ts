// examples/php-service.ts, in front of the small application of test/fixtures/application.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fixture, isAlive, until } from './bonds.js';
import { exampleProgram } from './built-examples.js';
import { collect, hasInterpreter, missing } from './fixtures.js';

const output = collect();
let service: ReturnType<typeof start>;
let address: string;
/** A page that hangs while others are made. */
let late: Awaited<ReturnType<typeof hang>>;

function start() {
  const child = spawn(process.execPath, [exampleProgram('php-service.ts'), fixture('application'), '0'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, WORKERS: '3', TIME_LIMIT: '4000' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', output.stdout);
  child.stderr.on('data', output.stdout);
  return child;
}

async function get(path: string, options: RequestInit = {}) {
  const response = await fetch(address + path, { redirect: 'manual', ...options });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** What `index.php` shows. */
async function show(path: string, options: RequestInit = {}): Promise<unknown[]> {
  return JSON.parse((await get(path, options)).body.toString()) as unknown[];
}

/** A page that hangs: its process, when it has begun, and its response. */
async function hang(how: string, options: RequestInit = {}) {
  const response = get(`/hang.php?${how}`, options).catch(({ name }: Error) => name);
  const said = `${how} hangs in `;
  await output.until(said);
  return { response, process: Number.parseInt(output.text().split(said)[1] as string, 10) };
}

describe('a PHP application behind Node', () => {
  beforeAll(async () => {
    if (!hasInterpreter('PHP')) return;
    service = start();
    await output.until('\n');
    address = /http:\S+/.exec(output.text())?.[0] as string;
    late = await hang('late');
  });

  beforeEach(({ skip }) => {
    if (!hasInterpreter('PHP')) missing('PHP: no interpreter', skip);
  });

  afterAll(() => void service?.kill('SIGKILL'));

  test('pages find what they are asked, and start clean', async () => {
    const headers = { 'X-Test': 'yes', Proxy: 'http://elsewhere', Cookie: 'a=1+1%20; b[]=2' };
    const server = { REQUEST_METHOD: 'GET', SCRIPT_NAME: '/index.php', HTTP_X_TEST: 'yes' };
    expect(await show('/?q[]=1&q[]=%C3%A4', { headers })).toEqual([
      { ...server, REQUEST_URI: '/?q[]=1&q[]=%C3%A4' },
      { q: ['1', 'ä'] },
      [],
      { a: '1+1 ', b: ['2'] },
      ...['', 1, 'application'],
    ]);
    const [more] = await show('/index.php/more/of%20it');
    expect(more).toMatchObject({ PATH_INFO: '/more/of it', SCRIPT_NAME: '/index.php' });
  });

  test('forms and other bodies arrive', async () => {
    const form = await show('/', { method: 'POST', body: new URLSearchParams({ 'a[x]': '1 & 2' }) });
    expect(form.slice(2, 5)).toEqual([{ a: { x: '1 & 2' } }, [], 'a%5Bx%5D=1+%26+2']);
    const json = await show('/', { method: 'PUT', body: '{"a":"ä"}', headers: { 'Content-Type': 'application/json' } });
    expect(json.slice(2, 5)).toEqual([[], [], '{"a":"ä"}']);
    expect((await get('/', { method: 'POST', body: 'x'.repeat(9e6) })).status).toBe(413);
  });

  test('a page that exits sends its headers, cookies and output, byte for byte', async () => {
    const { status, headers, body } = await get('/leave.php');
    expect(status).toBe(302);
    expect(body.toString('latin1')).toBe('bytes: \xff\0gone bye');
    expect([headers.get('location'), headers.get('x-last'), headers.get('x-gone')]).toEqual([
      '/index.php',
      'yes',
      null,
    ]);
    expect(headers.getSetCookie()).toEqual([
      'taste=salt%20%26%20pepper; path=/; httponly',
      'old=deleted; expires=Thu, 01 Jan 1970 00:00:01 GMT',
    ]);
  });

  test('a page that fails is an error, and says why in the log only', async () => {
    const statuses = ['throw', 'fatal', 'memory', 'kill', 'status', 'handler'].map(async (how) => {
      const { status, body } = await get(`/fail.php?how=${how}`);
      return [how, status, body.toString()];
    });
    expect(await Promise.all(statuses)).toEqual([
      ['throw', 500, ''],
      ['fatal', 500, ''],
      ['memory', 500, ''],
      ['kill', 500, ''],
      ['status', 418, ''],
      ['handler', 409, 'handled: clash'],
    ]);
    expect(output.text()).toContain('Uncaught DomainException: no such thing');
    expect(output.text()).toContain('Allowed memory size');
  });

  test('files are sent, and hidden ones are not', async () => {
    expect((await get('/note.txt')).body.toString()).toBe(readFileSync(fixture('application/note.txt'), 'utf8'));
    for (const path of ['/nothing.php', '/.htaccess', '/data/x', '/%2e%2e%2fscripted.js', '/note.txt%00'])
      expect((await get(path)).status, path).toBe(404);
    expect((await get('/%ff')).status).toBe(400);
  });

  test('twenty requests at the same time each get their own page, also if some exit', async () => {
    const pages = Array.from({ length: 20 }, async (_, n) => {
      if (n % 3 === 0) return (await get('/leave.php')).status === 302;
      return ((await show(`/?n=${n}`))[1] as { n: string }).n === String(n);
    });
    expect(await Promise.all(pages)).toEqual(pages.map(() => true));
  });

  test('a client that goes away takes its page along', async () => {
    const controller = new AbortController();
    const { response, process } = await hang('idle', { signal: controller.signal });
    controller.abort();
    expect(await response).toBe('AbortError');
    await until(() => !isAlive(process));
  });

  test('a page that hangs is ended at the time limit', async () => {
    expect(await late.response).toMatchObject({ status: 504 });
    await until(() => !isAlive(late.process));
  });

  test('it ends when it is told to, and has finished what it had begun', async () => {
    const last = show('/?last');
    await show('/'); // so that the one before has arrived
    service.kill('SIGTERM');
    expect((await last)[1]).toEqual({ last: '' });
    expect(await once(service, 'exit')).toEqual([0, null]);
    expect(output.text()).toMatch(/closed\n$/);
  });
});
