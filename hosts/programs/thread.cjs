'use strict';
// The same in a thread.
const { isMainThread, Worker } = require('node:worker_threads');
if (isMainThread) new Worker(__filename);
else require('./program.cjs');
