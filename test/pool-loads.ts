// A pool under load for some time, and what has become of its calls and its memory.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePool, type Pool, type PoolOptions, type PoolStats } from '../src/index.js';
import { markdownTable } from './page.js';
import { randomNumbersFor, SEED } from './seeds.js';

/** How many workers there are, and how many callers: each makes a call, waits for its answer, and makes the next. */
const WORKERS = 3;
const CALLERS = 5;
const MEGABYTE = 2 ** 20;
/** The limit of an interpreter, which starts with less than 20 MB. */
const MAX_MEMORY = 64 * MEGABYTE;

/** A call that takes a few milliseconds, and one that also keeps a megabyte for ever. */
const CODE = `
import time
kept = []
def work(n):
    time.sleep(0.002)
    return n
def leak(n):
    kept.append(bytearray(b'x') * (1 << 20))
    return work(n)
time.sleep(0.2) # as if much were imported
`;

/** What is done. */
interface Load {
  readonly milliseconds: number;
  readonly isLeaking?: boolean;
  /** Whether a worker is killed now and then; calls are run again then. */
  readonly isKilling?: boolean;
  /** How long after a worker another one is killed, on average, in ms: most live until they have reached their limit. */
  readonly killsEvery?: number;
  /** Whether enough has happened before the time is over. */
  readonly isEnough?: (kills: number, stats: PoolStats) => boolean;
  readonly options?: PoolOptions;
}

/** What has become of it. */
export interface LoadResult {
  readonly name: string;
  readonly seconds: number;
  readonly calls: number;
  /** Calls that were answered wrongly, or rejected. */
  readonly lost: number;
  readonly kills: number;
  readonly stats: PoolStats;
  /** How long each call took for its caller, in ms, the shortest first. */
  readonly times: Float64Array;
  /** The memory of all workers and of this process in MB, at the worst, in each quarter of the time. */
  readonly memory: readonly number[];
}

/** Puts a pool under load. */
export async function load(name: string, given: Load): Promise<LoadResult> {
  const { milliseconds, isLeaking = false, isKilling = false, killsEvery = 3000, isEnough, options } = given;
  const limits = isLeaking ? { maxMemory: MAX_MEMORY } : {};
  const setup: PoolOptions['setup'] = (bond) => bond.evalBlock(CODE);
  const pool = await makePool('Python', { size: WORKERS, retries: isKilling ? 100 : 0, setup, ...limits, ...options });
  const start = performance.now();
  const end = start + milliseconds;
  const tally = { calls: 0, lost: 0, kills: 0, times: [] as number[] };
  const isOver = (): boolean => performance.now() >= end || isEnough?.(tally.kills, pool.stats()) === true;
  const memory = [0, 0, 0, 0];
  const watch = setInterval(() => {
    const quarter = Math.min(3, Math.floor((4 * (performance.now() - start)) / milliseconds));
    memory[quarter] = Math.max(memory[quarter] as number, memoryOf(pool));
  }, 50);
  const callers = Array.from({ length: CALLERS }, () => callOften(pool, isLeaking ? 'leak' : 'work', isOver, tally));
  if (isKilling) callers.push(killOften(pool, killsEvery, isOver, tally));
  await Promise.all(callers);
  clearInterval(watch);
  const stats = pool.stats();
  await pool.close();
  const times = Float64Array.from(tally.times).sort();
  return { name, seconds: (performance.now() - start) / 1000, ...tally, stats, times, memory };
}

async function callOften(
  pool: Pool,
  name: string,
  isOver: () => boolean,
  tally: { calls: number; lost: number; times: number[] },
): Promise<void> {
  while (!isOver()) {
    const n = tally.calls++;
    const start = performance.now();
    const answer = await pool.call(name, n).catch((error: unknown) => error);
    tally.times.push(performance.now() - start);
    if (answer === n) continue;
    tally.lost++;
    console.error(`call ${n} gave ${String(answer)}`);
  }
}

/** Kills a worker at random, now and then. */
async function killOften(pool: Pool, every: number, isOver: () => boolean, tally: { kills: number }): Promise<void> {
  const random = randomNumbersFor(SEED, 'pool-load');
  for (let next = performance.now(); !isOver(); await sleep(100)) {
    if (performance.now() < next) continue;
    next += (every * 2 * (1 + random())) / 3;
    const there = pool.workers.flatMap(({ pid }) => pid ?? []);
    const pid = there[Math.floor(random() * there.length)];
    if (pid === undefined) continue;
    process.kill(pid, 'SIGKILL');
    tally.kills++;
  }
}

/** What workers of a pool and this process use, in MB. A successor that is being set up is not among them. */
function memoryOf(pool: Pool): number {
  const bytes = pool.workers.map(({ pid }) => (pid === undefined ? 0 : residentBytes(pid)));
  return (bytes.reduce((sum, one) => sum + one, 0) + process.memoryUsage.rss()) / MEGABYTE;
}

function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0; // it has just gone
  }
}

/** Whether no call was lost, and memory did not grow: the last quarter needs at most a third more than the second. */
export function isRight({ lost, memory }: LoadResult): boolean {
  return lost === 0 && (memory[3] as number) < (memory[1] as number) * 1.33;
}

/** The results as a page shows them. */
export function showLoads(minutes: number, results: readonly LoadResult[]): string {
  const rows = results.map(({ name, seconds, calls, lost, kills, stats, times, memory }) => {
    const { calls: byCalls, memory: byMemory } = stats.recycled;
    const percentiles = [0.5, 0.99, 0.999].map((part) => percentile(times, part).toFixed(1));
    const cells = [(calls / seconds).toFixed(0), calls, lost, kills, byCalls + byMemory, ...percentiles];
    return [name, ...cells.map(String), memory.map((one) => one.toFixed(0)).join(' · ')];
  });
  const heads = ['calls a second', 'calls', 'lost', 'kills', 'recycled', 'p50, ms', 'p99, ms', 'p99.9, ms'];
  const table = markdownTable(['load', ...heads, 'MB in each quarter'], rows);
  return `${WORKERS} workers of Python, ${CALLERS} callers, ${minutes} min; seed ${SEED}:\n\n${table}`;
}

function percentile(times: Float64Array, part: number): number {
  return times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0;
}
