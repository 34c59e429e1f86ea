/**
 * A PHP application behind Node: `npx tsx examples/php-service.ts /usr/share/dokuwiki`, then
 * `curl localhost:8080/doku.php`. Its files are not changed. Ctrl-C finishes the requests that there are, and ends.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { makePool, PoolBusyException, TimeoutException } from 'bond';

const [folder = '.', port = '8080'] = process.argv.slice(2);
const ROOT = await realpath(folder);
const WORKERS = Number(process.env.WORKERS ?? 4); // how many pages are made at a time
const TIME_LIMIT = Number(process.env.TIME_LIMIT ?? 30_000); // ms for a page, waiting included
const MOST_BYTES = 8 * 2 ** 20; // in the body of a request
/** What the application's .htaccess denies, and names with a dot in front, `..` among them. */
const HIDDEN = /\/\.|^\/(bin|conf|data|inc|vendor)\//;
const TYPES: Record<string, string> = {
  ...{ '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.txt': 'text/plain' },
  ...{
    '.gif': 'image/gif',
    '.ico': 'image/x-icon',
    '.jpg': 'image/jpeg',
    '.png': 'image/png',
    '.svg': 'image/svg+xml',
  },
};
/** Functions without effect in PHP's command line, which php-service-http.php defines instead. */
const WITHOUT = ['header', 'header_remove', 'headers_list', 'headers_sent', 'setcookie', 'setrawcookie'];

/** What a page is made from. */
interface Task {
  readonly server: Record<string, string>;
  readonly body: Uint8Array;
}

/** The task of the call that is under way. */
const current = new AsyncLocalStorage<Task>();

const pool = await makePool('PHP', {
  size: WORKERS,
  args: ['-d', 'opcache.enable_cli=1', '-d', `disable_functions=${WITHOUT}`], // the forks share opcache's memory
  async setup(php) {
    await php.load(fileURLToPath(new URL('php-service.php', import.meta.url)));
    await php.export(() => current.getStore(), 'task');
  },
  timeout: Number.POSITIVE_INFINITY, // each page has a signal instead
  maxCalls: 10_000, // then another interpreter takes over, which has been started and set up before
  maxQueue: 100, // beyond that, it is better to say so than to let everybody wait
});

/** Makes a page: its status, headers and content. */
async function makePage(task: Task, signal: AbortSignal): Promise<[number, string[], Buffer]> {
  const chunks: Uint8Array[] = [];
  const php = pool.with({ signal, stdout: (chunk) => void chunks.push(chunk) });
  // Two processes evaluate this: the fork, which makes the page, and the interpreter, which waits for it.
  const code = 'Page::fork(task()) ? eval(Page::RUN) : Page::head()';
  const [status, headers] = await current.run(task, () => php.eval<[number, string[]]>(code));
  return [status, headers, Buffer.concat(chunks)];
}

async function sendPage(request: IncomingMessage, response: ServerResponse, script: string, info: string) {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client has gone')));
  const { 'content-length': length = 0, 'transfer-encoding': encoding } = request.headers;
  if (Number(length) > MOST_BYTES || encoding) return refuse(response, 413, 'Too large, or of unknown length.');
  const task = { server: serverVariables(request, script, info), body: await buffer(request) };
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(TIME_LIMIT)]);
  const [status, headers, content] = await makePage(task, signal);
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/html; charset=UTF-8');
  for (const header of headers) {
    const [, name = '', value = ''] = /^([^:]*): *(.*)$/.exec(header) ?? [];
    if (/^set-cookie$/i.test(name)) response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  response.end(content);
}

/** `$_SERVER` for a script below `ROOT`, and what follows it in the path. */
function serverVariables(request: IncomingMessage, script: string, info: string): Record<string, string> {
  const { method = 'GET', url = '/', httpVersion, socket } = request;
  const { proxy: _, ...headers } = request.headers; // HTTP_PROXY has a meaning of its own
  const variable = (name: string) => `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;
  return {
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [variable(name), String(value)])),
    ...{ CONTENT_TYPE: headers['content-type'] ?? '', CONTENT_LENGTH: headers['content-length'] ?? '' },
    ...{ REQUEST_METHOD: method, REQUEST_URI: url, QUERY_STRING: /\?(.*)/.exec(url)?.[1] ?? '' },
    ...{ DOCUMENT_ROOT: ROOT, SCRIPT_FILENAME: join(ROOT, script), SCRIPT_NAME: script, PHP_SELF: script + info },
    ...(info && { PATH_INFO: info }),
    ...{ SERVER_NAME: headers.host?.replace(/:\d+$/, '') ?? '', SERVER_PORT: String(socket.localPort) },
    ...{ SERVER_PROTOCOL: `HTTP/${httpVersion}`, SERVER_SOFTWARE: 'bond', REMOTE_ADDR: socket.remoteAddress ?? '' },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  const [, found = path, info = ''] = /^(.*?\.php)(\/.*)$/.exec(path) ?? [];
  const script = found.endsWith('/') ? `${found}index.php` : found;
  const file = join(ROOT, script);
  const stats = HIDDEN.test(script) ? undefined : await stat(file).catch(() => undefined);
  if (!stats?.isFile()) return refuse(response, 404, 'Not found.');
  if (script.endsWith('.php')) return sendPage(request, response, script, info);
  response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
  return pipeline(createReadStream(file), response);
}

function explain(error: unknown, response: ServerResponse): void {
  if (response.destroyed || response.headersSent) return void response.destroy();
  if (error instanceof URIError) return refuse(response, 400, 'Malformed address.');
  if (error instanceof TimeoutException) return refuse(response, 504, 'Took too long.');
  if (error instanceof PoolBusyException) return refuse(response, 503, 'Too busy.');
  console.error((error as Error).message); // what went wrong is not for the client
  refuse(response, 500, 'Went wrong.');
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`);
}

const server = createServer((request, response) => {
  if (!server.listening) response.setHeader('Connection', 'close'); // a connection that waits would hold up the end
  answer(request, response).catch((error) => explain(error, response));
});
server.listen(Number(port));
await once(server, 'listening');
console.log(`listening on http://localhost:${(server.address() as AddressInfo).port}`);

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
server.close(); // takes no more requests, and
await once(server, 'close'); // answers those that there are;
await pool.close(); // then PHP may go
console.log('closed');
