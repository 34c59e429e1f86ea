// Pools that serve for months: workers are replaced before they are too old or too large, come and go with the work, and calls
// that are too many are refused.

import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  type Bond,
  BondException,
  makePool,
  type Pool,
  PoolBusyException,
  type PoolOptions,
  RemoteException,
  TerminatedException,
  TimeoutException,
} from '../src/index.js';
import { COMMANDS, isAlive, markedEnvironment, program, temporaryDirectory, until } from './bonds.js';
import { all, openPool, range, rejection } from './fixtures.js';
import { HANG } from './patience.js';
import { load } from './pool-loads.js';

/** A JavaScript worker that says which interpreter it is, waits, and leaks. */
const code = `
  const after = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
  const leaks = [];
  const leak = (n) => leaks.push(Buffer.alloc(n, 1)) && process.pid;
  const pid = () => process.pid;`;

function open(options: PoolOptions): Promise<Pool> {
  return openPool('JavaScript', { size: 1, ...options, setup: options.setup ?? ((bond) => bond.evalBlock(code)) });
}

function pids(pool: Pool): (number | undefined)[] {
  return pool.workers.map(({ pid }) => pid);
}

/** Something that is held up until it is let go. */
function gate() {
  let letGo = (): void => {};
  const opened = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return { opened, letGo };
}

describe.concurrent('a worker', () => {
  test('is replaced after `maxCalls`, between two calls, by one that has been set up', async () => {
    const answered: number[] = [];
    const pool = await open({ maxCalls: 20 });
    for (const _ of range(100)) answered.push(await pool.call<number>('pid'));
    await until(() => pool.stats().recycled.calls >= 1);
    while (new Set(answered).size < 3) answered.push(await pool.call<number>('pid'));
    const own = (pid: number | undefined): number => answered.filter((one) => one === pid).length;
    expect(own(answered[0])).toBeGreaterThanOrEqual(18);
    expect(answered).toEqual([...new Set(answered)].flatMap((pid) => Array(own(pid)).fill(pid)));
    await until(() => !isAlive(answered[0] as number));
    expect(pool.stats()).toMatchObject({ done: answered.length, failed: 0, lost: 0 });
    expect(pool.workers[0]?.starts).toBeGreaterThan(2);
  });

  test('goes on until its successor has been set up, and is closed then, with its exit hooks', async () => {
    const mark = join(temporaryDirectory(), 'left');
    const { opened, letGo } = gate();
    let setups = 0;
    const setup = async (bond: Bond): Promise<void> => {
      await bond.evalBlock(code);
      if (++setups > 1) return opened;
      await bond.evalBlock(`process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(mark)}, ''))`);
    };
    const pool = await open({ maxCalls: 1, setup });
    const first = await pool.call('pid');
    await until(() => setups === 2);
    expect(await pool.call('pid')).toBe(first);
    expect(existsSync(mark)).toBe(false);
    letGo();
    await until(() => pids(pool)[0] !== first);
    expect(await pool.call('pid')).not.toBe(first);
    await until(() => existsSync(mark));
  });

  test('is replaced after `maxAge`, also if it is idle, and not in the middle of a call', async () => {
    const pool = await open({ maxAge: 300 });
    const [first] = pids(pool);
    expect(await pool.call('after', 600, 'whole')).toBe('whole');
    await until(() => pids(pool)[0] !== first);
    const [second] = pids(pool);
    await until(() => pids(pool)[0] !== second);
    expect(pool.stats().recycled.age).toBeGreaterThanOrEqual(2);
  });

  test('is replaced when it uses more than `maxMemory`', async () => {
    const pool = await open({ maxMemory: 150 * 2 ** 20 });
    const first = await pool.call('pid');
    await pool.call('leak', 150 * 2 ** 20);
    while ((await pool.call('pid')) === first);
    await until(() => !isAlive(first as number));
    expect(pool.stats()).toMatchObject({ recycled: { memory: expect.any(Number), calls: 0 }, failed: 0, lost: 0 });
  });

  test('that has no memory to tell of is refused at the beginning', async () => {
    const command = program(`process.memoryUsage = () => ({});`, 'preload.cjs');
    const error = await rejection(open({ maxMemory: 2 ** 30, args: ['-r', command] }), BondException);
    expect(error.message).toMatch(/maxMemory: this interpreter cannot tell how much memory it uses: .*; use maxCalls/);
    expect(error.code).toBe('BOND_UNSUPPORTED');
  });

  test('goes on if no successor can be started, until one can', async () => {
    const directory = temporaryDirectory();
    const command = program(`#!/bin/sh\nexec ${COMMANDS.JavaScript} "$@"\n`, 'node', directory);
    const pool = await open({ maxCalls: 1, cmds: command });
    const [first] = pids(pool);
    renameSync(command, `${command}-away`);
    expect(await pool.call('pid')).toBe(first);
    await until(() => pool.workers[0]?.error !== undefined);
    expect(await pool.call('pid')).toBe(first);
    renameSync(`${command}-away`, command);
    await until(() => pids(pool)[0] !== first);
    expect(pool.workers).toMatchObject([{ error: undefined }]);
  });

  test('that dies is replaced by the successor that is being prepared', async () => {
    const { opened, letGo } = gate();
    let setups = 0;
    const setup = async (bond: Bond): Promise<void> => {
      await bond.evalBlock(code);
      if (++setups > 1) await opened;
    };
    const pool = await open({ maxCalls: 1, setup });
    const first = await pool.call<number>('pid');
    await until(() => setups === 2);
    process.kill(first, 'SIGKILL');
    await until(() => pool.stats().lost === 1);
    const next = pool.call('pid');
    expect(pool.stats().starting).toBe(1);
    letGo();
    expect(await next).not.toBe(first);
    expect(pool.stats()).toMatchObject({ lost: 1, recycled: { calls: expect.any(Number) } });
    expect(pool.workers[0]?.starts).toBeLessThanOrEqual(3); // the third is the successor of the second
  });

  test('and its successor end with the pool', async () => {
    const { env, processes } = markedEnvironment();
    let setups = 0;
    const setup = (bond: Bond) => (++setups > 1 ? new Promise(() => {}) : bond.evalBlock(code));
    const pool = await open({ maxCalls: 1, setup, env });
    await pool.call('pid');
    await until(() => setups === 2);
    await pool.close();
    await until(() => processes().length === 0);
  });

  test('is set up in the async context in which the pool was made, in whichever the call is made', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const setup = async (bond: Bond): Promise<void> => {
      seen.push(store.getStore());
      await bond.evalBlock(code);
    };
    const pool = await store.run('maker', () => open({ maxCalls: 1, setup }));
    await store.run('caller', () => pool.call('pid'));
    await until(() => seen.length === 2);
    expect(seen).toEqual(['maker', 'maker']);
  });
});

describe.concurrent('workers beyond `minSize`', () => {
  test('come with the work, and go when they have been idle', async () => {
    const { env, processes } = markedEnvironment();
    const pool = await open({ size: 3, minSize: 0, idleTimeout: 100, env });
    expect(pool.stats()).toMatchObject({ workers: 0, off: 3 });
    expect(processes()).toEqual([]);
    const calls = [pool.call('after', 1000, 1), pool.call('after', 1000, 2)];
    expect(await Promise.all(calls)).toEqual([1, 2]);
    await until(() => pool.stats().workers === 0);
    await until(() => processes().length === 0);
    expect(pool.stats()).toMatchObject({ off: 3, retired: 2, lost: 0 });
    expect(await pool.call('after', 0, 3)).toBe(3);
    expect(await pool.each('1')).toEqual([undefined]);
  });

  test('are those that have done nothing for longest, and `minSize` stay', async () => {
    const pool = await open({ size: 2, minSize: 1, idleTimeout: 200 });
    const [first] = pids(pool);
    const later = pool.call('after', 2000, 'later');
    expect(await pool.call('after', 0, 'second')).toBe('second');
    expect(await later).toBe('later');
    const busiest = await pool.call('pid');
    while (pool.stats().workers > 1) await pool.call('pid');
    expect(pids(pool).filter(Boolean)).toEqual([busiest]);
    expect(first).toBe(busiest);
    await pause(500);
    expect(pool.stats()).toMatchObject({ workers: 1, retired: 1 });
  });

  test('are told why, if none can be started', async () => {
    const pool = await open({ size: 2, minSize: 0, cmds: 'no-such-node' });
    const error = await rejection(pool.eval('1'), BondException);
    expect(error.message).toContain('no worker can be started: [JavaScript] cannot start its interpreter');
    expect(error.code).toBe('BOND_SETUP');
  });
});

describe.concurrent('calls', () => {
  test('beyond `maxQueue` are refused at once, and nothing of them is run', async () => {
    const pool = await open({ maxQueue: 1 });
    const running = pool.call('after', 300, 'running');
    const waiting = pool.call('after', 0, 'waiting');
    const error = await rejection(pool.call('pid'), PoolBusyException);
    expect(error).toMatchObject({ code: 'BOND_BUSY', waiting: 1, name: 'PoolBusyException' });
    expect(error.message).toBe(
      '[JavaScript] CALL "pid": all workers of the pool are busy, and 1 calls wait for one (maxQueue); try again later, or use a larger size or maxQueue',
    );
    const items = all(pool.map('pid', [1, 2, 3]));
    expect(await Promise.all([running, waiting])).toEqual(['running', 'waiting']);
    expect(await items).toHaveLength(3);
    expect(pool.stats()).toMatchObject({ done: 5, refused: 1, failed: 0, queued: 0 });
  });

  test('that wait for a worker that is starting are none of `maxQueue`', async () => {
    const pool = await open({ size: 2, minSize: 0, maxQueue: 0 });
    const calls = [pool.call('after', 100, 1), pool.call('after', 100, 2)];
    await rejection(pool.call('pid'), PoolBusyException);
    expect(await Promise.all(calls)).toEqual([1, 2]);
  });

  test('of a higher priority go first, and the oldest among equals', async () => {
    const pool = await open({});
    const order: string[] = [];
    const note = (name: string, priority?: number) =>
      pool
        .with({ priority })
        .call('after', 0, name)
        .then(() => order.push(name)); // prettier-ignore
    const first = pool.call('after', 100, 'first');
    await Promise.all([note('d', -1), note('b1'), note('a', 10), note('b2'), note('c', -0.5), note('b3', 0), first]);
    expect(order).toEqual(['a', 'b1', 'b2', 'b3', 'c', 'd']);

    const busy = pool.call('after', 100, 'busy');
    const low = all(pool.map('pid', [1], { priority: -1 })).then(() => order.push('low'));
    await until(() => pool.waiting === 1);
    await Promise.all([busy, low, pool.call('pid').then(() => order.push('normal'))]);
    expect(order.slice(-2)).toEqual(['normal', 'low']);
  });

  test('have settings of their own through `with`, of the same pool', async () => {
    const pool = await open({ size: 1 });
    const printed: string[] = [];
    const loud = pool.with({ stdout: (chunk) => void printed.push(String(chunk)) });
    await loud.eval('process.stdout.write("heard")');
    await pool.eval('process.stdout.write("unheard")');
    expect(printed).toEqual(['heard']);
    const abort = new AbortController();
    const stopped = loud.with({ signal: abort.signal }).call('after', 1e9);
    await until(() => pool.stats().busy === 1);
    abort.abort('enough');
    expect(await rejection(stopped, TimeoutException)).toMatchObject({ code: 'BOND_ABORTED', cause: 'enough' });
    await rejection(pool.with({ timeout: 50 }).call('after', 1e9), TimeoutException);
    expect(await pool.call('after', 0, 'next')).toBe('next');
    expect(pool.stats()).toMatchObject({ lost: 1, failed: 2 });
    expect(String(loud)).toBe('Pool [JavaScript] (size 1)');
    await Promise.all([loud.close(), pool.close()]);
    await rejection(pool.call('pid'), TerminatedException);
  });
});

test('under load, with a leak, kills and recycling, no call is lost', async () => {
  const { lost, kills, stats } = await load('short', {
    milliseconds: HANG,
    isLeaking: true,
    isKilling: true,
    killsEvery: 800,
    isEnough: (kills, { recycled }) => kills >= 2 && recycled.memory >= 3,
    options: { maxMemory: 32 * 2 ** 20 },
  });
  expect(lost).toBe(0);
  expect(kills).toBeGreaterThanOrEqual(2);
  expect(stats.recycled.memory).toBeGreaterThanOrEqual(3);
});

test('stats() counts, and has percentiles of waiting and running', async () => {
  const pool = await open({ size: 2, retries: 1 });
  const calls = [50, 50, 50, 50].map((ms) => pool.call('after', ms));
  expect(pool.stats()).toMatchObject({ workers: 2, busy: 2, idle: 0, queued: 2, done: 0 });
  await Promise.all(calls);
  await rejection(pool.eval('nonsense'), RemoteException);
  const { waiting, running, ...counts } = pool.stats();
  expect(counts).toEqual({
    ...{ workers: 2, idle: 2, busy: 0, starting: 0, down: 0, off: 0, queued: 0 },
    ...{ done: 4, failed: 1, refused: 0, retried: 0, lost: 0, retired: 0 },
    recycled: { calls: 0, age: 0, memory: 0 },
  });
  expect(waiting.count).toBe(5);
  expect(waiting.max).toBeGreaterThanOrEqual(49);
  expect(running.p90).toBeGreaterThanOrEqual(49);
  expect(running.min).toBeLessThan(running.mean);
  expect([running.p50, running.p90, running.p99, running.p999].toSorted((a, b) => a - b)).toEqual([
    ...[running.p50, running.p90, running.p99, running.p999],
  ]);
  expect(running.p999).toBeLessThanOrEqual(running.max);
  process.kill(pids(pool)[0] as number, 'SIGKILL');
  await until(() => pool.stats().lost === 1);
});

test.each<[string, object]>([
  ['maxCalls must be a number from 1 on, not 0', { maxCalls: 0 }],
  ['maxAge must be a number from 1 on, not NaN', { maxAge: Number.NaN }],
  ['maxMemory must be a number from 1 on, not 1 GB', { maxMemory: '1 GB' }],
  ['maxQueue must be a number from 0 on, not -1', { maxQueue: -1 }],
  ['minSize must be a whole number from 0 on, not -1', { minSize: -1 }],
  ['minSize must be at most size, which is 2, not 3', { minSize: 3 }],
  ['idleTimeout needs a minSize below size', { idleTimeout: 100 }],
])('misuse is told: %s', async (message, options) => {
  const error = await rejection(makePool('JavaScript', { size: 2, ...options }), BondException);
  expect(error.message).toContain(message);
});

test('misuse of `with` and of a priority is told', async () => {
  const pool = await open({});
  expect(() => pool.with({ priority: 'high' } as never)).toThrow('priority must be a number, not high');
  expect(() => pool.with({ prio: 1 } as never)).toThrow("there is no option 'prio'; known: priority,");
  expect(() => pool.with({ timeout: 0 })).toThrow('timeout must be a positive number');
  expect(() => pool.map('pid', [], { priority: Number.NaN })).toThrow('priority must be a number, not NaN');
});
