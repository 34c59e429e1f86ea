// What a call without promises costs, beside one with, the least that a blocking program needs, and a new process for each:
// npm run bench:sync. All take turns: on one core, where `taskset` is there, and on all.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canChooseCores, useCores } from './cores.js';
import { quantile } from './rows.js';
import { rotated } from './turns.js';

const ROUNDS = 40;
const WARM_UP = 5;
const PROCESSES = 10;
const CALLS = 200;

const { makeBond } = await import(new URL('../dist/index.js', import.meta.url).href);
const sync = await import(new URL('../dist/sync.js', import.meta.url).href);
const LIMIT = fileURLToPath(new URL('limits/call.py', import.meta.url));

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

type Contestants = Record<string, () => unknown>;

async function open(): Promise<{ contestants: Contestants; close(): Promise<void> }> {
  const limit = blockingLimit();
  const waiting = sync.makeBond('Python');
  const bond = await makeBond('Python');
  waiting.evalBlock('def add(a, b): return a + b');
  await bond.evalBlock('def add(a, b): return a + b');
  const contestants: Contestants = {
    bond: () => bond.call('add', 1, 2),
    'bond/sync': () => waiting.call('add', 1, 2),
    'blocking limit': () => limit.call('add', 1, 2),
  };
  const close = async (): Promise<void> => {
    limit.close();
    waiting.close();
    await bond.close();
  };
  return { contestants, close };
}

/** What a call takes in each round, in µs. */
async function measure(contestants: Contestants): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [name, call] of rotated(Object.entries(contestants), round)) {
      const each = await timeOf(call, CALLS);
      if (round >= WARM_UP) times[name]?.push(each);
    }
  }
  // Last, because a new process drives what the others need out of the processor's caches.
  times.execFileSync = [];
  for (let round = 0; round < PROCESSES; round++)
    times.execFileSync.push(await timeOf(() => execFileSync('python3', ['-c', 'print(1 + 2)']), 1));
  return times;
}

async function timeOf(call: () => unknown, count: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) await call();
  return ((performance.now() - start) / count) * 1_000;
}

function show(cores: string, times: Record<string, number[]>): void {
  console.log(`${cores}:`);
  for (const [name, each] of Object.entries(times)) {
    const ratios = each.map((time, round) => time / (times.bond?.[round] as number));
    const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(2));
    const time = quantile(each, 0.5).toFixed(0).padStart(8);
    console.log(`  ${name.padEnd(16)} ${time} µs ${median?.padStart(8)} × bond (${low} – ${high})`);
  }
}

for (const cores of canChooseCores ? (['one', 'all'] as const) : (['all'] as const)) {
  useCores(cores);
  const { contestants, close } = await open();
  show(cores === 'one' ? 'on one core' : 'on all cores', await measure(contestants));
  await close();
}
