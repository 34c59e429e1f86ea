// What an editor asks the compiler for while somebody types.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './compiler.js';
import { onTestFinished } from './finish.js';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly unknown[] };
  readonly result?: { readonly items?: readonly { readonly label: string }[] };
}

/** The names that are offered at the end of a file. */
export async function completionsAtEnd(file: string): Promise<string[]> {
  const text = readFileSync(file, 'utf8').trimEnd();
  const uri = pathToFileURL(file).href;
  const { ask, tell } = startServer();
  await ask('initialize', { processId: process.pid, rootUri: pathToFileURL(ROOT).href, capabilities: {} });
  tell('initialized', {});
  tell('textDocument/didOpen', { textDocument: { uri, languageId: 'typescript', version: 1, text } });
  const lines = text.split('\n');
  const position = { line: lines.length - 1, character: lines.at(-1)?.length };
  const { result } = await ask('textDocument/completion', { textDocument: { uri }, position });
  return (result?.items ?? []).map(({ label }) => label);
}

function startServer() {
  const server = spawn(join(ROOT, 'node_modules/.bin/tsc'), ['--lsp', '--stdio'], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void server.kill());
  const waiting = new Map<number, (message: Message) => void>();
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const receive = (message: Message): void => {
    if (message.method === undefined) return waiting.get(message.id as number)?.(message);
    // The server has questions, too: there are no settings.
    if (message.id !== undefined) send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
  };
  let rest = Buffer.alloc(0);
  server.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = /Content-Length: (\d+)[\s\S]*?\r\n\r\n/.exec(rest.toString('latin1'));
      const end = head ? head.index + head[0].length + Number(head[1]) : Infinity;
      if (!head || rest.length < end) return;
      receive(JSON.parse(rest.subarray(head.index + head[0].length, end).toString()) as Message);
      rest = rest.subarray(end);
    }
  });
  let last = 0;
  const ask = (method: string, params: object): Promise<Message> =>
    new Promise((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      send({ id, method, params });
    });
  return { ask, tell: (method: string, params: object) => send({ method, params }) };
}
