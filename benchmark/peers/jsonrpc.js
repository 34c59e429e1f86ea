// What vscode-jsonrpc speaks with.

import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

const connection = createMessageConnection(
  new StreamMessageReader(process.stdin),
  new StreamMessageWriter(process.stdout),
);
connection.onRequest('add', (a, b) => a + b);
connection.onRequest('same', (value) => value);
connection.onRequest('down', async (n) => (n === 0 ? 0 : 1 + (await connection.sendRequest('up', n - 1))));
connection.onClose(() => process.exit());
connection.listen();
