/**
 * A server of asyncio in Python. What it replies is decided by a function here, and the server goes on while that takes
 * its time: `npx tsx examples/async-server.ts`.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { makeBond } from 'bond';

await using python = await makeBond('Python');

let open = 0;
let most = 0;
await python.export(async (name: string) => {
  most = Math.max(most, ++open);
  await delay(100); // as if it asked a database
  open--;
  return `Hello ${name}!`;
}, 'greet');

await python.evalBlock(`
import asyncio

async def serve(reader, writer):
    name = (await reader.readline()).decode().strip()
    writer.write((await greet(name)).encode())
    writer.close()

async def start():
    global server
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    return server.sockets[0].getsockname()[1]
`);

// The server runs in Python's event loop, which goes on after the call.
const port = await python.call<number>('start');

async function ask(name: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${name}\n`);
  return text(socket);
}

console.log(await Promise.all(['Ann', 'Bo', 'Cy'].map(ask)));
console.log(`side by side: ${most > 1}`);
await python.evalBlock('server.close()');
