// Pools: the work of many calls on several interpreters, of which any may end at any time.

import { execFile, spawn } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import {
  BondException,
  makePool,
  type Pool,
  type PoolOptions,
  type Progress,
  RemoteException,
  TerminatedException,
  TimeoutException,
} from '../src/index.js';
import { shellQuote } from '../src/process/command.js';
import { COMMANDS, HANG, isAlive, markedEnvironment, PACKAGE, program, temporaryDirectory, until } from './bonds.js';
import { exampleProgram } from './built-examples.js';
import { countInTest, onTestFinished } from './finish.js';
import { all, collect, type Language, languages, needsInterpreter, openPool, range, rejection } from './fixtures.js';
import { randomness, rounds } from './fuzzing.js';
import { LONG_TEST_HANG } from './patience.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

function pidsOf(pool: Pool): number[] {
  return pool.workers.flatMap(({ pid }) => pid ?? []);
}

function kill(pid: number | undefined): void {
  if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
}

/** Whether each worker of a pool has something to do, or none has. */
function are(pool: Pool, state: string): boolean {
  return pool.workers.every((worker) => worker.state === state);
}

/** A call that takes a while, in Python. */
function sleep(pool: Pool, seconds = 100): Promise<unknown> {
  return pool.eval(`__import__('time').sleep(${seconds})`);
}

/** Functions that say so, and never end. */
const SPIN: Record<Language, string> = {
  PHP: 'function spin() { echo "on"; for (;;) {} }',
  Perl: 'sub spin { local $| = 1; print "on"; 1 while 1 }',
  Python: "import sys\ndef spin(n):\n  sys.stdout.write('on')\n  sys.stdout.flush()\n  while True: pass",
  JavaScript: "function spin() { process.stdout.write('on'); for (;;); }",
};

describe.concurrent.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const say = words[lang];
  const setup: PoolOptions['setup'] = (bond) => bond.evalBlock(say.functions);

  test('calls go to workers that have nothing to do', async () => {
    const pool = await openPool(lang, { size: 2, setup });
    expect(await Promise.all(range(20).map((n) => pool.call('twice', n)))).toEqual(range(20).map((n) => 2 * n));
    expect(await pool.eval('1 + 1')).toBe(2);
    expect(await rejection(pool.call('boom', 'no'), RemoteException)).toMatchObject({ remoteMessage: 'no' });
    expect(pool.workers.map(({ calls }) => calls > 0)).toEqual([true, true]);
    expect(pool.workers).toMatchObject([
      { state: 'idle', starts: 1 },
      { state: 'idle', starts: 1 },
    ]);
  });

  test('a worker that dies is replaced, and set up again; only its call rejects', async () => {
    const pool = await openPool(lang, { size: 2, setup });
    const pids = pidsOf(pool);
    const left = pool.call('leave');
    const calls = range(50).map((n) => pool.call('twice', n));
    expect(await rejection(left, TerminatedException)).toMatchObject({ exitCode: 3 });
    expect(await Promise.all(calls)).toEqual(range(50).map((n) => 2 * n));
    await until(() => are(pool, 'idle'));
    expect(pool.workers.map(({ starts }) => starts).sort()).toEqual([1, 2]);
    expect(pidsOf(pool).filter((pid) => pids.includes(pid))).toHaveLength(1);
    expect(await pool.each((bond) => bond.call('twice', 3))).toEqual([6, 6]);
  });

  test('a worker that hangs is timed out, ended, and replaced', async () => {
    const pool = await openPool(lang, { size: 1, setup, timeout: 1000 });
    const [pid] = pidsOf(pool);
    const hanging = pool.each(say.sleep);
    const next = pool.call('twice', 4);
    expect((await rejection(hanging, TimeoutException)).message).toMatch(/1000 ms; its worker is replaced/);
    expect(await next).toBe(8);
    expect(isAlive(pid as number)).toBe(false);
    expect(pool.workers).toMatchObject([{ starts: 2 }]);
  });

  test('an iteration that is aborted stops what is under way, and the worker goes on', async () => {
    const output = collect();
    const pool = await openPool(lang, { size: 1, setup, stdout: output.stdout });
    const pids = pidsOf(pool);
    await pool.each(SPIN[lang]);
    const abort = new AbortController();
    const results = all(pool.map('spin', [1, 2, 3], { signal: abort.signal }));
    await output.until('on');
    abort.abort('enough');
    expect(await rejection(results, TimeoutException)).toMatchObject({ cause: 'enough' });
    expect(await pool.call('twice', 5)).toBe(10);
    expect(pidsOf(pool)).toEqual(pids);
  });

  test('a worker that does not come back from what was aborted is replaced', async () => {
    const output = collect();
    const pool = await openPool(lang, { size: 1, setup, stdout: output.stdout });
    // What is aborted is interrupted when it has its turn: here, a call that is nested in it never ends.
    await pool.each((bond) => bond.export(() => bond.evalBlock(say.loop), 'hang'));
    const abort = new AbortController();
    const results = all(pool.map('hang', [1], { signal: abort.signal }));
    await output.until('on');
    abort.abort();
    await rejection(results, TimeoutException);
    expect(await pool.call('twice', 5)).toBe(10);
    expect(pool.workers).toMatchObject([{ starts: 2 }]);
  });
});

describe('many tasks', () => {
  needsInterpreter('Python');

  /** Workers that write each task down, on their own side, before they answer. */
  async function openLogging(options: PoolOptions) {
    const file = join(temporaryDirectory(), 'log');
    const code = `
import os
log = os.open(${JSON.stringify(file)}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def task(n):
    os.write(log, ('%d\\n' % n).encode())
    return n
`;
    const pool = await openPool('Python', { size: 4, setup: (bond) => bond.evalBlock(code), ...options });
    const timesRun = (count: number): number[] => {
      const times = new Array<number>(count).fill(0);
      for (const line of readFileSync(file, 'utf8').trim().split('\n'))
        times[Number(line)] = (times[Number(line)] ?? 0) + 1;
      return times;
    };
    return { pool, timesRun };
  }

  /** Kills a worker at random after every `step` tasks that are settled, but never the last: they would do nothing but start. */
  function killAtRandom(pool: Pool, step: number) {
    const killed = new Set<number>();
    let [settled, next] = [0, step];
    const random = randomness()('kills');
    const settle = (): void => {
      if (++settled < next) return;
      const pids = pidsOf(pool);
      const pid = pids[Math.floor(random() * pids.length)];
      if (pid === undefined || pids.length < 2) return;
      kill(pid);
      countInTest('kills', 1);
      killed.add(pid);
      next = settled + step;
    };
    return { killed, settle };
  }

  test('each is answered once, or rejected with the reason, while workers are killed; none is run twice', {
    timeout: LONG_TEST_HANG,
  }, async () => {
    const COUNT = rounds(5_000, 100_000);
    const { pool, timesRun } = await openLogging({});
    const { killed, settle } = killAtRandom(pool, rounds(700, 1500));
    const outcomes = await Promise.allSettled(range(COUNT).map((n) => pool.call('task', n).finally(settle)));
    const times = timesRun(COUNT);
    const wrong = outcomes.filter((outcome, n) =>
      outcome.status === 'fulfilled'
        ? outcome.value !== n || times[n] !== 1
        : !(outcome.reason instanceof TerminatedException) || (times[n] as number) > 1,
    );
    expect(wrong).toEqual([]);
    expect(times).toHaveLength(COUNT);
    const rejected = outcomes.filter(({ status }) => status === 'rejected').length;
    expect(killed.size).toBeGreaterThan(rounds(2, 5)); // three of the first four, though none has been replaced yet
    expect(rejected).toBeGreaterThan(0);
    expect(rejected).toBeLessThanOrEqual(killed.size);
    expect(pool.waiting).toBe(0);
  });

  test('with `retries`, all are answered, in order', { timeout: LONG_TEST_HANG }, async () => {
    const COUNT = rounds(3_000, 30_000);
    const { pool, timesRun } = await openLogging({ retries: 10 });
    const { killed, settle } = killAtRandom(pool, rounds(500, 1000));
    let next = 0;
    for await (const result of pool.map<number>('task', range(COUNT), { onProgress: settle })) {
      if (result !== next++) expect(result).toBe(next - 1);
    }
    expect(next).toBe(COUNT);
    const times = timesRun(COUNT);
    expect(times.filter((count) => count === 0)).toEqual([]);
    const runAgain = times.reduce((sum, count) => sum + count - 1, 0);
    expect(killed.size).toBeGreaterThan(rounds(2, 3));
    expect(runAgain).toBeLessThanOrEqual(killed.size);
  });

  test('all workers are killed at once, again and again', async () => {
    const { pool } = await openLogging({ retries: 100 });
    const calls = range(5000).map((n) => pool.call<number>('task', n));
    for (let round = 0; round < rounds(3, 5); round++) {
      await until(() => pidsOf(pool).length > 0);
      countInTest('kills', pidsOf(pool).length);
      for (const pid of pidsOf(pool)) kill(pid);
      await pause(20);
    }
    expect(await Promise.all(calls)).toEqual(range(5000));
  });
});

describe('map', () => {
  /** Workers that wait for so many ms, or fail. */
  const code = `
    const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms, ms));
    const fail = (n) => { if (n === 3) throw new Error('three'); return n; };
    const same = (x) => x;
    const stuck = () => new Promise(() => {});`;
  const setup: PoolOptions['setup'] = (bond) => bond.evalBlock(code);

  let shared: Promise<Pool> | undefined;
  afterAll(async () => void (await (await shared)?.kill()));

  /** A pool for tests that leave nothing behind in it. */
  function share(): Promise<Pool> {
    shared ??= makePool('JavaScript', { size: 2, setup, stdout: 'ignore', stderr: 'ignore' });
    return shared;
  }

  /** Items that tell how many have been pulled, and whether they have been closed. */
  function counted(end = Number.POSITIVE_INFINITY, failAt = Number.NaN) {
    const state = { pulled: 0, isClosed: false };
    async function* items() {
      try {
        for (let n = 0; n < end; n++) {
          if (n === failAt) throw new RangeError('no more');
          state.pulled++;
          yield n;
        }
      } finally {
        state.isClosed = true;
      }
    }
    return { items: items(), state };
  }

  test('results come in the order of their items, or as they are there', async () => {
    const pool = await share();
    expect(await all(pool.map('after', [300, 1]))).toEqual([300, 1]);
    expect(await all(pool.map('after', [300, 1], { ordered: false }))).toEqual([1, 300]);
    expect(await all(pool.map('same', []))).toEqual([]);
    expect(await all(pool.map('same', new Set(['a'])))).toEqual(['a']);
    expect(await all(pool.map('same', [Promise.resolve(1)]))).toEqual([1]);
  });

  test('items are pulled as they are needed, and results that nobody takes hold that up', async () => {
    const pool = await share();
    const { items, state } = counted();
    const results = pool.map('same', items, { concurrency: 3 });
    expect(state.pulled).toBe(0);
    for (let n = 0; n < 20; n++) {
      expect(await results.next()).toEqual({ done: false, value: n });
      expect(state.pulled).toBeLessThanOrEqual(n + 1 + 2 * 3);
    }
    await until(() => are(pool, 'idle'));
    expect(state.pulled).toBe(20 + 2 * 3);
    await results.return?.();
    expect(state).toEqual({ pulled: 26, isClosed: true });
  });

  test('no more items are worked on at a time than `concurrency` says', async () => {
    const pool = await openPool('JavaScript', { size: 3, setup });
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, pool.workers.filter(({ state }) => state === 'busy').length);
    };
    await all(pool.map('after', new Array(20).fill(2), { concurrency: 2, onProgress }));
    expect(most).toBeLessThanOrEqual(2);
  });

  test('an error ends the iteration, behind the results before it', async () => {
    const pool = await share();
    const { items, state } = counted();
    const results: unknown[] = [];
    const run = (async () => {
      for await (const result of pool.map('fail', items)) results.push(result);
    })();
    const error = await rejection(run, RemoteException);
    expect(error).toMatchObject({ remoteMessage: 'three', index: 3 });
    expect(error.message).toContain('three (item 3 of map)');
    expect(error.stack).toContain('three (item 3 of map)\n');
    expect(results).toEqual([0, 1, 2]);
    expect(state.isClosed).toBe(true);
    expect(state.pulled).toBeLessThan(10);
    expect(await pool.call('same', 1)).toBe(1);
  });

  test('with `settled`, an error is a result', async () => {
    const pool = await share();
    const results = await all(pool.map('fail', [5, 3, 7], { settled: true, ordered: false }));
    results.sort((a, b) => a.index - b.index);
    expect(results).toEqual([
      { status: 'fulfilled', value: 5, item: 5, index: 0 },
      { status: 'rejected', reason: expect.any(RemoteException), item: 3, index: 1 },
      { status: 'fulfilled', value: 7, item: 7, index: 2 },
    ]);
  });

  test.each([true, false])(
    'items that throw end the iteration, behind the results before (ordered: %s)',
    async (ordered) => {
      const pool = await share();
      const { items } = counted(10, 4);
      const results: unknown[] = [];
      const run = (async () => {
        for await (const result of pool.map('same', items, { ordered })) results.push(result);
      })();
      expect((await rejection(run, RangeError)).message).toBe('no more');
      expect(results.sort()).toEqual([0, 1, 2, 3]);
      expect(await pool.call('same', 1)).toBe(1);
    },
  );

  test('whoever leaves the loop stops what is under way, and closes the items', async () => {
    const pool = await openPool('JavaScript', { size: 2, setup });
    const { items, state } = counted();
    const pids = pidsOf(pool);
    for await (const result of pool.map('same', items)) if (result === 5) break;
    expect(state.isClosed).toBe(true);
    await until(() => are(pool, 'idle'));
    expect(pidsOf(pool)).toEqual(pids);
    for await (const _ of pool.map('after', [1, 1e9], { ordered: false })) break;
    expect(await Promise.all([pool.call('same', 1), pool.call('same', 2)])).toEqual([1, 2]);
  });

  test('items that never come do not hold up who leaves the loop', async () => {
    const pool = await openPool('JavaScript', { size: 2, setup });
    async function* items() {
      yield 1;
      await new Promise(() => {});
    }
    for await (const result of pool.map('same', items(), { concurrency: 5 })) {
      expect(result).toBe(1);
      break;
    }
    await pool.close();
  });

  test('an abort ends it, also while it waits for items, or for a worker', async () => {
    const pool = await openPool('JavaScript', { size: 1, setup });
    const reason = new Error('enough');
    expect(
      await rejection(all(pool.map('same', [1], { signal: AbortSignal.abort(reason) })), TimeoutException),
    ).toMatchObject({ cause: reason });

    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const waiting = new AbortController();
    const results = all(pool.map('same', never, { signal: waiting.signal }));
    setTimeout(() => waiting.abort(reason), 10);
    expect(await rejection(results, TimeoutException)).toMatchObject({ cause: reason });

    const queueing = new AbortController();
    const first = pool.call('after', 200);
    const queued = all(pool.map('same', [1], { signal: queueing.signal }));
    await until(() => pool.waiting === 1);
    queueing.abort(reason);
    await rejection(queued, TimeoutException);
    expect(pool.waiting).toBe(0);
    expect(await first).toBe(200);
  });

  test('progress is told, with the rate and the time that is left', async () => {
    const pool = await share();
    const told: Progress[] = [];
    const onProgress = (progress: Progress): void => void told.push(progress);
    await all(pool.map('after', [5, 5, 5, 5], { onProgress }));
    expect(told.map(({ done, total }) => [done, total])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    expect(told[1]?.timeLeft).toBeCloseTo(2000 / (told[1]?.rate as number));
    expect(told[3]).toMatchObject({ timeLeft: 0 });

    told.length = 0;
    await all(pool.map('same', counted(2).items, { onProgress }));
    expect(told[1]).toMatchObject({ done: 2, total: undefined, timeLeft: undefined });
    await all(pool.map('same', counted(2).items, { onProgress, total: 4 }));
    expect(told[3]).toMatchObject({ done: 2, total: 4 });

    const failing = all(
      pool.map('same', [1, 2], {
        onProgress: () => {
          throw new RangeError('no');
        },
      }),
    );
    await rejection(failing, RangeError);
  });

  test('a progress function whose promise rejects ends the iteration, also behind the last item', async () => {
    const pool = await share();
    const onProgress = async ({ done }: Progress): Promise<void> => {
      await new Promise(setImmediate);
      if (done === 2) throw new RangeError('no');
    };
    await rejection(all(pool.map('same', [1, 2], { onProgress })), RangeError);
    expect(() => pool.map('same', [1], { onProgress: 5 as never })).toThrow('onProgress must be a function');
  });

  test('a call whose output cannot be taken is stopped, and its worker goes on', async () => {
    const pool = await openPool('JavaScript', {
      size: 1,
      stdout: () => {
        throw new RangeError('no');
      },
    });
    const error = await rejection(pool.eval('console.log("x"), (() => { for (;;); })()'), BondException);
    expect(error).toMatchObject({ code: 'BOND_OUTPUT' });
    expect(await pool.eval('1')).toBe(1);
    expect(pool.workers[0]?.starts).toBe(1);
  });
});

describe.concurrent('workers', () => {
  needsInterpreter('Python');

  test('are set up before they are given anything to do, each time', async () => {
    let setups = 0;
    const pool = await openPool('Python', {
      size: 2,
      setup: async (bond) => {
        await bond.evalBlock(`number = ${++setups}`);
        await bond.export((n: number) => n + 1, 'host');
      },
    });
    expect((await pool.each((bond) => bond.eval<number>('number'))).sort()).toEqual([1, 2]);
    for (const pid of pidsOf(pool)) kill(pid);
    await until(() => pool.workers.every(({ starts, state }) => starts === 2 && state === 'idle'));
    expect((await pool.each((bond) => bond.eval<number>('number'))).sort()).toEqual([3, 4]);
    expect(await pool.call('host', 1)).toBe(2);
  });

  test('each() runs something on every one, when it has its turn', async () => {
    const pool = await openPool('Python', { size: 3 });
    const before = range(30).map(() => pool.eval('1'));
    expect(await pool.each('import os; n = 5')).toEqual([undefined, undefined, undefined]);
    expect((await pool.each((bond) => bond.call<number>('os.getpid'))).sort()).toEqual(pidsOf(pool).sort());
    expect(await Promise.all([...before, pool.eval('n')])).toEqual([...new Array(30).fill(1), 5]);
    await rejection(pool.each('1 / 0'), RemoteException);
    expect(
      (
        await rejection(
          pool.each(() => {
            throw new RangeError('no');
          }),
          RangeError,
        )
      ).message,
    ).toBe('no');
    expect(await pool.eval('n')).toBe(5);
  });

  test('a function that a worker has called reaches that very worker, inside of its wait', async () => {
    const pool: Pool = await openPool('Python', {
      size: 2,
      setup: async (bond) => {
        await bond.export((n: number) => (n === 0 ? 0 : pool.call('down', n - 1)), 'host');
        await bond.export(() => pool.each('1'), 'all');
        await bond.evalBlock('def down(n): return n + host(n)');
      },
    });
    expect(await Promise.all(range(20).map((n) => pool.call('down', n)))).toEqual(
      range(20).map((n) => (n * (n + 1)) / 2),
    );
    expect((await rejection(pool.call('all'), RemoteException)).message).toContain('wait for itself');
  });

  test('one that ends while it is set up is tried again, and calls wait for that', async () => {
    let setups = 0;
    const pool = await openPool('Python', {
      size: 1,
      retries: 1,
      setup: async (bond) => {
        if (++setups === 2) kill(bond.pid);
        await bond.evalBlock('ready = True');
      },
    });
    const calls = [sleep(pool, 0.1), pool.eval('ready'), pool.eval('ready')];
    kill(pidsOf(pool)[0]);
    expect(await Promise.all(calls)).toEqual([null, true, true]);
    expect(setups).toBe(3);
  });

  test('one that ends in a set-up that does not notice is given up', async () => {
    const setup: PoolOptions['setup'] = (bond) => {
      kill(bond.pid);
      return new Promise(() => {});
    };
    await rejection(openPool('Python', { size: 2, setup }), TerminatedException);
  });

  test('whatever the first set-up throws, makePool rejects with, and leaves nothing behind', async () => {
    const { env, processes } = markedEnvironment();
    const setup = (): never => {
      throw new RangeError('not today');
    };
    expect((await rejection(openPool('Python', { size: 2, setup, env }), RangeError)).message).toBe('not today');
    await until(() => processes().length === 0);
  });

  test('a command that does not exist is told of at once', async () => {
    const error = await rejection(openPool('Python', { size: 2, cmds: 'no-such-python' }), BondException);
    expect(error.message).toContain('no-such-python (not found)');
  });

  test('where no worker can be started any more, calls reject with the reason; later ones work again', async () => {
    const directory = temporaryDirectory();
    const command = program(`#!/bin/sh\nexec ${COMMANDS.Python} "$@"\n`, 'python', directory);
    const pool = await openPool('Python', { size: 2, cmds: command });
    renameSync(command, `${command}-away`);
    const calls = range(5).map(() => sleep(pool));
    for (const pid of pidsOf(pool)) kill(pid);
    const errors = await Promise.all(calls.map((call) => rejection(call, BondException)));
    expect(errors.filter((error) => error instanceof TerminatedException)).toHaveLength(2);
    for (const error of errors.slice(2)) {
      expect(error.message).toMatch(/no worker can be started: .*not found/);
      expect(error.cause).toBeInstanceOf(BondException);
    }
    await until(() => are(pool, 'down')); // between two tries
    expect(pool.workers).toMatchObject([{ error: expect.any(BondException) }, { state: expect.any(String) }]);
    renameSync(`${command}-away`, command);
    await until(() => are(pool, 'idle'));
    expect(await pool.eval('1')).toBe(1);
    expect(pool.workers).toMatchObject([{ error: undefined }, { error: undefined }]);
  });

  test('one that cannot be started leaves the work to the others', async () => {
    const pool = await openPool('Python', { cmds: [COMMANDS.Python, ['no-such-python']] });
    expect(pool.size).toBe(2);
    expect(pool.workers).toMatchObject([
      { state: 'idle', cmd: COMMANDS.Python },
      // It is tried again after a while, which may have passed.
      { state: expect.stringMatching(/^(down|starting)$/), error: expect.any(BondException), cmd: ['no-such-python'] },
    ]);
    expect(await Promise.all(range(10).map((n) => pool.eval(String(n))))).toEqual(range(10));
    expect(await pool.each((bond) => bond.eval('1'))).toEqual([1]);
  });
});

describe.concurrent('ends', () => {
  needsInterpreter('Python');

  test('close finishes what was called, and takes nothing more', async () => {
    const { env, processes } = markedEnvironment();
    const pool = await openPool('Python', { size: 2, env });
    const calls = range(200).map((n) => pool.eval<number>(String(n)));
    const closed = pool.close();
    expect((await rejection(pool.eval('1'), TerminatedException)).message).toBe('[Python] the pool is closed');
    expect(await Promise.all(calls)).toEqual(range(200));
    await Promise.all([closed, pool.close()]);
    expect(are(pool, 'ended')).toBe(true);
    await until(() => processes().length === 0);
  });

  test('close replaces workers as long as there is something to do', async () => {
    const pool = await openPool('Python', { size: 1, retries: 1 });
    const calls = [sleep(pool, 0.1), pool.eval('2')];
    const closed = pool.close();
    kill(pidsOf(pool)[0]);
    expect(await Promise.all(calls)).toEqual([null, 2]);
    await closed;
  });

  test.each(['kill', 'signal'])('%s rejects whatever waits or runs, and leaves nothing behind', async (way) => {
    const { env, processes } = markedEnvironment();
    const abort = new AbortController();
    const pool = await openPool('Python', { size: 2, env, retries: 5, signal: abort.signal });
    const calls = range(6).map(() => sleep(pool));
    const ended = way === 'kill' ? pool.kill() : abort.abort('enough');
    await Promise.all(calls.map((call) => rejection(call, TerminatedException)));
    await ended;
    const late = await rejection(pool.eval('1'), TerminatedException);
    expect(late.message).toContain(way === 'kill' ? 'the pool was killed' : 'the pool was aborted');
    if (way === 'signal') expect(late.cause).toBe('enough');
    await pool.close();
    await until(() => processes().length === 0);
  });

  test('a signal ends a pool that is being made', async () => {
    const { env, processes } = markedEnvironment();
    const abort = new AbortController();
    const setup = (): Promise<never> => {
      abort.abort('enough');
      return new Promise(() => {});
    };
    await rejection(openPool('Python', { size: 2, env, signal: abort.signal, setup }), TerminatedException);
    await rejection(openPool('Python', { size: 2, env, signal: abort.signal }), TerminatedException);
    await until(() => processes().length === 0);
  });

  test('kill ends workers that are starting, or waiting to be', async () => {
    const { env, processes } = markedEnvironment();
    const pool = await openPool('Python', { size: 3, env });
    for (const pid of pidsOf(pool)) kill(pid);
    const calls = range(3).map(() => pool.eval('1'));
    for (const call of calls) call.catch(() => {});
    await until(() => pool.workers.some(({ state }) => state !== 'idle' && state !== 'busy'));
    await pool.kill();
    await Promise.allSettled(calls);
    await until(() => processes().length === 0);
  });

  test.each([
    ['idle', ''],
    [
      'left in the middle of a loop',
      "for await (const n of pool.map('int', (function* () { for (;;) yield 1 })())) break;",
    ],
    ['with a worker that cannot be replaced', "for (const { pid } of pool.workers) process.kill(pid, 'SIGKILL');"],
    [
      'busy, in a program that exits',
      'pool.eval(\'__import__("time").sleep(100)\').catch(() => {}); setTimeout(() => process.exit(), 50);',
    ],
  ])('a pool that is %s does not keep the program, and ends with it', async (_, code) => {
    const { env, processes } = markedEnvironment();
    const text = `
      import { makePool } from '${PACKAGE}';
      let starts = 0;
      const setup = () => { if (++starts > 2) throw new Error('no more'); };
      const pool = await makePool('Python', { size: 2, setup });
      ${code}`;
    const host = spawn(process.execPath, ['--input-type=module', '-e', text], {
      cwd: new URL('..', import.meta.url),
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    onTestFinished(() => void host.kill('SIGKILL'));
    const exitCode = await Promise.race([
      new Promise((resolve) => host.once('close', resolve)),
      pause(HANG, 'hangs', { ref: false }),
    ]);
    expect(exitCode).toBe(0);
    await until(() => processes().length === 0);
  });
});

describe.concurrent('the example', () => {
  needsInterpreter('Python');

  /** Runs it, with the terminal that `line` gives it. */
  async function runExample(line: readonly string[]) {
    const [command, ...args] = line as [string, ...string[]];
    return promisify(execFile)(command, args, { cwd: new URL('..', import.meta.url) });
  }

  const line = [process.execPath, exampleProgram('pool.ts'), '2000'];
  const result = '9592 primes below 100000';

  test('draws its progress on a terminal', async () => {
    const { stdout } = await runExample(['script', '-qec', line.map(shellQuote).join(' '), '/dev/null']);
    expect(stdout).toMatch(/={40} 50\/50, [\d.]+ a second, 0 s left/);
    expect(stdout).toContain(result);
  });

  test('draws nothing elsewhere', async () => {
    expect(await runExample(line)).toEqual({ stdout: `${result}\n`, stderr: '' });
  });
});

test.each<[string, object]>([
  ['size must be a whole number from 1 on, not 0', { size: 0 }],
  ['size must be a whole number from 1 on, not 1.5', { size: 1.5 }],
  ['retries must be a whole number from 0 on, not -1', { retries: -1 }],
  ['setup must be a function', { setup: 'code' }],
  ['signal must be an AbortSignal', { signal: 1 }],
  ['cmds takes one command, or one for each of 3 workers, not 2', { size: 3, cmds: ['node', 'node'] }],
  ["there is no option 'sise'", { sise: 1 }],
])('misuse is told: %s', async (message, options) => {
  expect((await rejection(makePool('JavaScript', options), BondException)).message).toContain(message);
});

test('an option of map that there is not is told', async () => {
  const pool = await openPool('JavaScript', { size: 1 });
  expect(() => pool.map('f', [], { concurency: 4 } as never)).toThrow(
    "there is no option 'concurency'; known: concurrency,",
  );
});

test('items whose iterator gives no objects are an error, as in a loop', async () => {
  const pool = await openPool('JavaScript', { size: 1 });
  const items = { [Symbol.iterator]: () => ({ next: () => undefined }) };
  const results = pool.map('f', items as never);
  await expect(results.next()).rejects.toThrow("an iterator's next() must give an object, not undefined");
});

test('what map is given is looked at when it is called', async () => {
  const pool = await openPool('JavaScript', { size: 1 });
  expect(() => pool.map('f', 5 as never)).toThrow('map takes something that can be iterated over');
  expect(() => pool.map('f', [], { concurrency: 0 })).toThrow('concurrency must be a whole number');
});
