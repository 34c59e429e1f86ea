// What comlink speaks with, on another thread of the same process.

import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';

expose(
  {
    add: (a, b) => a + b,
    same: (value) => value,
    down: async (n, up) => (n === 0 ? 0 : 1 + (await up(n - 1))),
  },
  nodeEndpoint(parentPort),
);
