// Interpreters that are jobs of a cluster, which Slurm starts on its nodes, and pools of them.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Bond,
  makeBond,
  type Pool,
  type PoolOptions,
  RemoteException,
  TerminatedException,
} from '../src/index.js';
import { AWKWARD, remoteWords } from './arguments.js';
import { COMMANDS, expectInterruptible, refusal, startHost, temporaryDirectory, until } from './bonds.js';
import { all, collect, languages, missing, needsInterpreter, openBond, openPool, rejection } from './fixtures.js';
import { type Cluster, CPUS, slurmObstacle, startCluster } from './slurm.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

const obstacle = slurmObstacle();
const PYTHON = 'srun -n1 python3';

let cluster: Cluster;

beforeAll(async () => {
  if (!obstacle) cluster = await startCluster();
});

afterAll(() => cluster?.stop());

beforeEach(({ skip, onTestFinished }) => {
  if (obstacle) missing(obstacle, skip);
  // Whatever a test does, none of its jobs may be left when its bonds have ended.
  onTestFinished(() => cluster.empty());
});

function openJobs(options: PoolOptions): Promise<Pool> {
  return openPool('Python', { cmds: PYTHON, env: cluster.env, ...options });
}

async function openJob(cmd = PYTHON, options = {}): Promise<Bond> {
  return openBond('Python', cmd, [], { env: cluster.env, ...options });
}

function variables(name: string): (bond: Bond) => Promise<string> {
  return (bond) => bond.eval<string>(`__import__('os').environ[${JSON.stringify(name)}]`);
}

/** The primes below a number, the plain way. */
function primesBelow(end: number): number {
  const isComposite = new Uint8Array(end);
  let count = 0;
  for (let n = 2; n < end; n++) {
    if (isComposite[n]) continue;
    count++;
    for (let multiple = n * n; multiple < end; multiple += n) isComposite[multiple] = 1;
  }
  return count;
}

const COUNT_PRIMES = `
import os
def primes(slice):
    start, end = slice
    count = sum(1 for n in range(max(start, 2), end) if all(n % d for d in range(2, int(n ** 0.5) + 1)))
    return start, count, os.environ['SLURMD_NODENAME']
`;

describe('a pool of jobs', () => {
  needsInterpreter('Python');

  test('computes on all nodes; the results are exact, and in order', async () => {
    const pool = await openJobs({ size: 2 * CPUS, setup: (bond) => bond.evalBlock(COUNT_PRIMES) });
    expect((await pool.each(variables('SLURMD_NODENAME'))).sort()).toEqual(['node1', 'node1', 'node2', 'node2']);
    const SIZE = 2500;
    const slices = Array.from({ length: 40 }, (_, index) => [index * SIZE, (index + 1) * SIZE]);
    const counts = await all(pool.map<[number, number, string]>('primes', slices));
    expect(counts.map(([start]) => start)).toEqual(slices.map(([start]) => start));
    expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(primesBelow(40 * SIZE));
    expect(new Set(counts.map(([, , node]) => node))).toEqual(new Set(['node1', 'node2']));
    await pool.close();
    await cluster.empty();
  });

  /** Workers that tell the host which job they are whenever they do something, and then wait if it says so. */
  async function openReporting(isToHang: (item: number) => boolean) {
    const reports: { item: number; job: string }[] = [];
    const setup = async (bond: Bond): Promise<void> => {
      await bond.export(async (item: number, job: string) => {
        reports.push({ item, job });
        const hangs = isToHang(item);
        if (hangs) await cluster.slurm('scancel', job);
        return hangs;
      }, 'report');
      await bond.evalBlock(`
import os, time
def square(item):
    if report(item, os.environ['SLURM_JOB_ID']):
        time.sleep(1000)
    return item * item
`);
    };
    const pool = await openJobs({ size: 2, setup });
    const jobs = (item: number): string[] => reports.filter((report) => report.item === item).map(({ job }) => job);
    return { pool, reports, jobs };
  }

  test('whose call is cancelled in the middle says so, and another job takes its place', async () => {
    const { pool, jobs } = await openReporting((item) => item === 7);
    const items = Array.from({ length: 20 }, (_, index) => index);
    const outcomes = await Promise.allSettled(items.map((item) => pool.call('square', item)));
    const [lost] = outcomes.splice(7, 1) as PromiseRejectedResult[];
    expect(lost?.reason).toBeInstanceOf(TerminatedException);
    // Slurm's daemon says too which step was cancelled, if it comes to that before the task is gone.
    const wordsOfSrun = /srun: (Job step aborted|error: node[12]: task 0: Terminated)/;
    expect(lost?.reason.stderr).toMatch(wordsOfSrun);
    expect(lost?.reason.message).toMatch(wordsOfSrun);
    for (const [, step] of lost?.reason.stderr.matchAll(/STEP (\S+) ON node[12] CANCELLED/g) ?? []) {
      expect(step).toBe(`${jobs(7)}.0`);
    }
    expect(lost?.reason).toMatchObject({ signal: null });
    expect(outcomes).toEqual(
      items.filter((item) => item !== 7).map((item) => ({ status: 'fulfilled', value: item * item })),
    );
    await until(() => pool.workers.every(({ state }) => state === 'idle'));
    expect(pool.workers.map(({ starts }) => starts).sort()).toEqual([1, 2]);
    const now = await pool.each(variables('SLURM_JOB_ID'));
    expect(now).not.toContain(jobs(7)[0]);
    expect(new Set(now).size).toBe(2);
    expect(await pool.each((bond) => bond.call('square', 3))).toEqual([9, 9]); // set up again
  });

  test('has what was cancelled done again, where that is said to be safe', async () => {
    let times = 0;
    const { pool, reports, jobs } = await openReporting((item) => item === 7 && times++ === 0);
    const items = Array.from({ length: 20 }, (_, index) => index);
    expect(await all(pool.map('square', items, { retries: 1 }))).toEqual(items.map((item) => item * item));
    expect(jobs(7)).toHaveLength(2);
    expect(new Set(jobs(7)).size).toBe(2);
    expect(reports).toHaveLength(21);
  });

  test('can be steps of one allocation, which has waited in the queue once', async () => {
    const granted = await cluster.slurm('salloc', '--no-shell', '-N2', `-n${2 * CPUS}`);
    const [, job] = /Granted job allocation (\d+)/.exec(granted) ?? [];
    expect(job).toBeDefined();
    const pool = await openJobs({ size: 2 * CPUS, cmds: `srun --jobid=${job} -N1 -n1 --exact python3` });
    expect(new Set(await pool.each(variables('SLURM_JOB_ID')))).toEqual(new Set([job]));
    expect(new Set(await pool.each(variables('SLURM_STEP_ID'))).size).toBe(2 * CPUS);
    await pool.close();
    expect(await cluster.jobs()).toEqual([job]);
    await cluster.slurm('scancel', job as string);
  });
});

describe.each(languages)('%s as a job', (lang) => {
  needsInterpreter(lang);
  const say = words[lang];
  const sayRemote = remoteWords[lang];
  const command = `srun -n1 -u ${COMMANDS[lang]}`; // otherwise what is printed would come line by line

  test('gets its arguments to the letter, calls and is called, throws, prints at once, and is interrupted', async () => {
    const output = collect();
    const args = [...sayRemote.options, '--', ...AWKWARD];
    const streams = { stdout: output.stdout, stderr: output.stdout };
    const bond = await openBond(lang, command, args, { env: cluster.env, ...streams });
    expect(await bond.eval(sayRemote.scriptArguments)).toEqual(AWKWARD);
    expect(await bond.eval(sayRemote.optionsSeen)).toEqual(sayRemote.optionsExpected);

    await bond.evalBlock(say.functions);
    const text = `Grüße, 世界 🌍\0\n${'x'.repeat(100_000)}`;
    expect(await bond.call('same', text)).toBe(text);
    await bond.export((x: number) => bond.call('twice', x), 'host');
    expect(await bond.eval('caught(21)')).toBe(42);
    const reason = new Error('not today');
    await bond.export(() => Promise.reject(reason), 'host');
    expect((await rejection(bond.eval('host(1)'), RemoteException)).cause).toBe(reason);

    const path = join(temporaryDirectory(), 'go on');
    const printing = bond.evalBlock(say.printAndWaitFor(path));
    await until(() => output.text().split('tick').length === 3);
    writeFileSync(path, '');
    await printing;

    await expectInterruptible(bond, output);
    await bond.evalBlock(say.exitHook);
    await bond.close();
    expect(await bond.closed).toMatchObject({ exitCode: 0, signal: null });
    expect(output.text()).toMatch(/bye$/);
    await cluster.empty();
  });

  testInTurn(lang, languages)('ends in the middle of a call when it is killed', async () => {
    const output = collect();
    const bond = await openBond(lang, command, [], { env: cluster.env, stdout: output.stdout });
    const waiting = rejection(bond.evalBlock(say.sleep), TerminatedException);
    await output.until('on');
    await bond.kill();
    await waiting;
    await cluster.empty();
  });
});

describe('a job', () => {
  needsInterpreter('Python');

  test('prints line by line, and nothing is changed', async () => {
    const output = collect();
    const bond = await openJob(PYTHON, { stdout: output.stdout });
    const path = join(temporaryDirectory(), 'go on');
    const printing = bond.evalBlock(`
import os, time
os.write(1, b'a line\\r\\n')
while not os.path.exists('${path}'): time.sleep(0.005)
os.write(1, bytes(range(256)) * 100)`);
    await output.until('a line\r\n');
    writeFileSync(path, '');
    await printing;
    const bytes = Array.from({ length: 256 }, (_, byte) => byte);
    expect(output.bytes().subarray(8)).toEqual(Buffer.concat(new Array(100).fill(Buffer.from(bytes))));
  });

  test('that is idle ends when it is killed', async () => {
    const bond = await openJob();
    await bond.kill();
    await cluster.empty();
  });

  const busy = 'bond.eval(\'__import__("time").sleep(1000)\').catch(() => {});';
  const wait = 'setInterval(() => {}, 1e6);';
  test.each([
    ['idle', 'is killed', wait, 'SIGKILL'],
    ['busy', 'is killed', busy + wait, 'SIGKILL'],
    ['busy', 'is told to end', busy + wait, 'SIGTERM'],
    ['idle', 'exits', 'process.exit(5);', undefined],
    ['busy', 'exits', `${busy} process.exit(5);`, undefined],
  ] as const)('that is %s ends when the host %s', async (_state, _how, code, signal) => {
    const { host, output, ending } = startHost('Python', `console.log('here'); ${code}`, PYTHON, cluster.env);
    await output.until('here');
    if (signal) host.kill(signal);
    expect(await ending).toEqual(signal ? { code: null, signal } : { code: 5, signal: null });
    await cluster.empty();
  });

  test('that waits for resources says so when the time is up, and does not wait on in the queue', async () => {
    const job = await cluster.slurm('salloc', '--no-shell', '-N2', `-n${2 * CPUS}`);
    const error = await refusal(makeBond('Python', PYTHON, [], { env: cluster.env, startTimeout: 2000 }));
    expect(error.message).toMatch(/silent for 2000 ms.*queued and waiting for resources/);
    const [id] = /\d+/.exec(job) ?? [];
    expect(await cluster.jobs()).toEqual([id]);
    await cluster.slurm('scancel', id as string);
  });

  test.each([
    ['-n1 -p nowhere', /invalid partition/],
    ['-n1 -i none', /exited with code 0/],
  ])('started by srun %s cannot be used, and the message says why', async (options, message) => {
    const error = await refusal(makeBond('Python', `srun ${options} python3`, [], { env: cluster.env }));
    expect(error.message).toMatch(message);
  });
});
