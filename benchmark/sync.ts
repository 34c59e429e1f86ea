// What a call without promises costs, beside one with, the least that a blocking program needs, and a new process for each:
// npm run bench:sync. All take turns, on one core where `taskset` is there.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 30;
const CALLS = 200;

const { makeBond } = await import(new URL('../dist/index.js', import.meta.url).href);
const sync = await import(new URL('../dist/sync.js', import.meta.url).href);
const LIMIT = fileURLToPath(new URL('limits/call.py', import.meta.url));

pinTo(0);

/** The program of the limit, on named pipes, which can be read without an event loop. */
function blockingLimit() {
  const folder = mkdtempSync(join(tmpdir(), 'bond-bench-'));
  const [input, output] = [join(folder, 'in'), join(folder, 'out')];
  execFileSync('mkfifo', [input, output]);
  const child = spawn('sh', ['-c', 'exec python3 "$0" <"$1" >"$2"', LIMIT, input, output], { stdio: 'inherit' });
  const [writing, reading] = [openSync(input, 'w'), openSync(output, 'r')];
  rmSync(folder, { recursive: true });
  const buffer = Buffer.alloc(4096);
  const call = (name: string, ...args: unknown[]): unknown => {
    writeSync(writing, `${JSON.stringify([name, args])}\n`);
    return JSON.parse(buffer.toString('utf8', 0, readSync(reading, buffer)));
  };
  return { call, close: () => child.kill() };
}

function pinTo(core: number): void {
  try {
    execFileSync('taskset', ['-acp', String(core), String(process.pid)], { stdio: 'ignore' });
  } catch {
    process.stderr.write('not pinned to a core: there is no taskset\n');
  }
}

const limit = blockingLimit();
const waiting = sync.makeBond('Python');
const bond = await makeBond('Python');
waiting.evalBlock('def add(a, b): return a + b');
await bond.evalBlock('def add(a, b): return a + b');

const contestants: Record<string, { readonly calls: number; run(): unknown }> = {
  'blocking limit': { calls: CALLS, run: () => limit.call('add', 1, 2) },
  bond: { calls: CALLS, run: () => bond.call('add', 1, 2) },
  'bond/sync': { calls: CALLS, run: () => waiting.call('add', 1, 2) },
  execFileSync: { calls: 1, run: () => execFileSync('python3', ['-c', 'print(1 + 2)']) },
};

const best: Record<string, number> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, { calls, run }] of Object.entries(contestants)) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await run();
    const each = ((performance.now() - start) / calls) * 1_000;
    best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, each);
  }
}
for (const [name, each] of Object.entries(best)) {
  const times = (each / (best.bond as number)).toFixed(2);
  console.log(`${name.padEnd(16)} ${each.toFixed(0).padStart(8)} µs ${times.padStart(8)} × bond`);
}
limit.close();
waiting.close();
await bond.close();
