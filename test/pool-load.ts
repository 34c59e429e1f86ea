// A pool under load, with kills, recycling and a leak of 1 MB a call: npm run pool-load -- [minutes]
// Prints whether a call was lost, how much memory all of it used, and how long calls took with and without recycling. Exits with 1
// if anything was wrong.

import { isRight, type LoadResult, load, showLoads } from './pool-loads.js';

const minutes = Number(process.argv[2] ?? 1);
const milliseconds = minutes * 60_000;

const results: LoadResult[] = [
  await load('leak, kills, recycling', { milliseconds: 0.6 * milliseconds, isKilling: true, isLeaking: true }),
  await load('without recycling', { milliseconds: 0.2 * milliseconds }),
  await load('recycling every 200 calls', { milliseconds: 0.2 * milliseconds, options: { maxCalls: 200 } }),
];
console.log(showLoads(minutes, results));
process.exitCode = results.every(isRight) ? 0 : 1;
