// A pool under load, with kills, recycling and a leak of 1 MB a call: npm run pool-load -- [minutes] [--write]
// Prints whether a call was lost, how much memory all of it used, and how long calls took with and without recycling. Exits with 1
// if anything was wrong. `--write` puts the table into docs/reliability.md.

import { parseArgs } from 'node:util';
import { writtenPart } from './page.js';
import { isRight, type LoadResult, load, showLoads } from './pool-loads.js';

const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
const minutes = Number(positionals[0] ?? 1);
const milliseconds = minutes * 60_000;

const results: LoadResult[] = [
  await load('leak, kills, recycling', { milliseconds: 0.6 * milliseconds, isKilling: true, isLeaking: true }),
  await load('without recycling', { milliseconds: 0.2 * milliseconds }),
  await load('recycling every 200 calls', { milliseconds: 0.2 * milliseconds, options: { maxCalls: 200 } }),
];
const table = showLoads(minutes, results);
console.log(table);
if (values.write) writtenPart('docs/reliability.md', 'pool-load').write(table);
process.exitCode = results.every(isRight) ? 0 : 1;
