/**
 * A web service whose pages PHP makes: `npx tsx examples/web-service.ts [port]`, then
 * `curl 'localhost:8080/page?name=World'`. Ctrl-C finishes the requests that there are, and ends.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makePool, TimeoutException } from 'bond';

const WORKERS = 4; // so many pages are made at a time; the other requests wait
const MOST_WAITING = 100; // and beyond that, it is better to say so than to let everybody wait
const TIME_LIMIT = 2000; // ms for a request, waiting included

const page = `
  function page(array $query) {
    if (($query['name'] ?? '') === 'nobody') throw new InvalidArgumentException('nobody is there');
    usleep(1000 * (int) ($query['ms'] ?? 0)); // as if it asked a database
    return '<p>Hello ' . htmlspecialchars($query['name'] ?? 'World') . ', this is PHP!</p>';
  }`;

const pool = await makePool('PHP', { size: WORKERS, setup: (php) => php.evalBlock(page) });

/** Makes a page. When the signal is aborted, nobody waits any more, and PHP is stopped. */
async function makePage(query: object, signal: AbortSignal): Promise<string> {
  for await (const html of pool.map<string>('page', [query], { signal })) return html;
  return '';
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname !== '/page') return reply(response, 404, 'There is only /page.');
  if (pool.waiting >= MOST_WAITING) return reply(response, 503, 'Too busy.');
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('it takes too long')), TIME_LIMIT);
  response.once('close', () => {
    clearTimeout(timer);
    controller.abort(new Error('the client has gone'));
  });
  try {
    reply(response, 200, await makePage(Object.fromEntries(searchParams), controller.signal));
  } catch (error) {
    const isLate = error instanceof TimeoutException;
    if (!isLate) console.error((error as Error).message); // what went wrong is not for the client
    reply(response, isLate ? 504 : 500, isLate ? 'Took too long.' : 'Went wrong.');
  }
}

function reply(response: ServerResponse, status: number, html: string): void {
  // When the service is to end, connections that wait for another request would hold it up.
  if (!server.listening) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(`${html}\n`);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(Number(process.argv[2] ?? 8080));
await once(server, 'listening');
console.log(`listening on http://localhost:${(server.address() as AddressInfo).port}`);

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
server.close(); // takes no more requests, and
await once(server, 'close'); // answers those that there are;
await pool.close(); // then PHP may go
console.log('closed');
