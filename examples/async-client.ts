/** A client in Python that makes 100 requests at a time to a server of Node: `npx tsx examples/async-client.ts`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { makeBond } from 'bond';

let open = 0;
let most = 0;
const server = createServer(async ({ url }, response) => {
  most = Math.max(most, ++open);
  await delay(100);
  open--;
  response.end(`page ${url}`);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

await using python = await makeBond('Python', { concurrent: true });
await python.evalBlock(`
import asyncio

async def fetch(port, path):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(f'GET {path} HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n'.encode())
    head = await reader.readuntil(b'\\r\\n\\r\\n')
    size = int(head.lower().split(b'content-length:')[1].split()[0])
    body = await reader.readexactly(size)
    writer.close()
    return body.decode()
`);

const { port } = server.address() as AddressInfo;
const fetch = python.callable<(port: number, path: string) => string>('fetch');
const pages = await Promise.all(Array.from({ length: 100 }, (_, n) => fetch(port, `/${n}`)));
console.log(`${pages.length} pages, from '${pages[0]}' to '${pages[99]}'`);
console.log(`side by side: ${most > 1}`);
server.close();
