'use strict';
// The same in a process of a cluster, which ends with its bond left open.
const cluster = require('node:cluster');
const check = require('./check.cjs');
if (cluster.isPrimary) {
  cluster.fork();
  cluster.on('exit', (_worker, code) => console.log(code === 0 ? 'done' : `code ${code}`));
} else {
  check(require('bond'), require('bond/sync'))
    .then(() => require('bond').makeBond('Perl'))
    .then(() => process.disconnect());
}
