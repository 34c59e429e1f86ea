// A real Slurm cluster of two nodes on loopback, with keys, sockets and ports of its own, for as long as the tests of a
// file run: it neither needs nor disturbs the machine's own.

import { type ChildProcess, execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { start as startProcess } from '../src/process/spawn.js';
import { processesWith } from './bonds.js';
import { CLOSE_PATIENCE, HANG } from './patience.js';
import { findProgram, freePort } from './sshd.js';

const run = promisify(execFile);

const NODES = ['node1', 'node2'];
/** How many jobs a node takes, whatever this machine has. */
export const CPUS = 2;
const SBIN = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

export interface Cluster {
  /** The environment in which `srun` and its kin find it. */
  readonly env: NodeJS.ProcessEnv;
  /** The ids of its jobs, whatever their state. */
  jobs(): Promise<string[]>;
  /** Resolves once there are no jobs. */
  empty(): Promise<void>;
  /** Runs one of Slurm's programs; resolves to what it prints on both streams. */
  slurm(program: string, ...args: string[]): Promise<string>;
  /** Ends all jobs and daemons, and removes their files. */
  stop(): Promise<void>;
}

/** Why there can be no {@link Cluster} here, if there cannot. */
export function slurmObstacle(): string | undefined {
  if (userInfo().uid !== 0) return 'no right to start the nodes of a cluster; run as root';
  const absent = ['slurmctld', 'slurmd', 'srun'].find((name) => !findProgram(name, SBIN));
  if (absent) return `no ${absent}; apt-get install slurm-wlm`;
  return findProgram('munged', SBIN) ? undefined : 'no munged; apt-get install munge';
}

/** Starts a cluster; resolves once its nodes have nothing to do. */
export async function startCluster(): Promise<Cluster> {
  const directory = mkdtempSync(join(tmpdir(), 'bond-slurm-'));
  const conf = join(directory, 'slurm.conf');
  const env = { ...process.env, SLURM_CONF: conf };
  const daemons: Daemon[] = [];
  const start = async (name: string, args: string[], isUp: () => boolean | Promise<boolean>): Promise<void> => {
    const line = [findProgram(name, SBIN) as string, ...args] as const;
    const command = { line, shown: name, isOfUser: false };
    const daemon = new Daemon(name, await startProcess(command, { cwd: '/', env }, 'pipe'));
    daemons.push(daemon);
    await daemon.until(isUp);
  };
  const nodesAre = (states: string): Promise<boolean> => stateOfNodes(env).then((found) => found === states);
  const stop = async (): Promise<void> => {
    await cancelAll(env).catch(() => {}); // the daemon that would do it may not be there
    for (const daemon of daemons.reverse()) await daemon.end();
    for (const pid of processesWith('SLURM_CONF', conf)) process.kill(pid, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await writeFiles(directory);
    const socket = join(directory, 'munge.socket');
    await start('munged', mungedArguments(directory), () => existsSync(socket));
    await start('slurmctld', ['-D', '-c'], () => nodesAre('unknown unknown'));
    await start('slurmd', ['-D', '-c', '-N', 'node1'], () => nodesAre('idle unknown'));
    await start('slurmd', ['-D', '-c', '-N', 'node2'], () => nodesAre('idle idle'));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env,
    jobs: () => jobsOf(env),
    empty: () => noJobs(env),
    slurm: async (program, ...args) => {
      const { stdout, stderr } = await run(program, args, { env });
      return stdout + stderr;
    },
    stop,
  };
}

class Daemon {
  readonly #name: string;
  readonly #child: ChildProcess;
  #log = '';

  constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    this.#child.stdin?.end();
    this.#child.stdout?.resume();
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk;
    });
  }

  get #isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async until(isUp: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + HANG;
    while (!(await isUp())) {
      if (this.#isGone) throw new Error(`${this.#name} has exited: ${this.#log}`);
      if (performance.now() > end) throw new Error(`${this.#name} is not there after ${HANG} ms: ${this.#log}`);
      await sleep(50);
    }
  }

  async end(): Promise<void> {
    if (this.#isGone) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_PATIENCE);
    await gone;
    clearTimeout(timer);
  }
}

/** The states of the nodes, in order: `unknown`, `idle`, … Nothing if nobody answers. */
async function stateOfNodes(env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run('sinfo', ['-h', '-N', '-o', '%T'], { env }).catch(() => ({ stdout: '' }));
  return stdout
    .trim()
    .replace(/[^a-z\n]/g, '')
    .replaceAll('\n', ' ');
}

async function jobsOf(env: NodeJS.ProcessEnv): Promise<string[]> {
  const { stdout } = await run('squeue', ['-h', '-o', '%i'], { env });
  return stdout.split('\n').filter(Boolean);
}

async function noJobs(env: NodeJS.ProcessEnv): Promise<void> {
  const end = performance.now() + HANG;
  for (let jobs = await jobsOf(env); jobs.length > 0; jobs = await jobsOf(env)) {
    if (performance.now() > end) throw new Error(`jobs are left: ${jobs}`);
    await sleep(20);
  }
}

async function cancelAll(env: NodeJS.ProcessEnv): Promise<void> {
  const jobs = await jobsOf(env);
  if (jobs.length > 0) await run('scancel', jobs, { env });
  await noJobs(env);
}

async function writeFiles(directory: string): Promise<void> {
  chmodSync(directory, 0o755); // munged wants everybody to get at its socket
  writeFileSync(join(directory, 'munge.key'), randomBytes(128), { mode: 0o400 });
  for (const name of ['state', ...NODES]) mkdirSync(join(directory, name));
  writeFileSync(join(directory, 'plugstack.conf'), '');
  // None is used; the plugin that is looked for by itself may want more than a container has.
  writeFileSync(join(directory, 'cgroup.conf'), 'CgroupPlugin=cgroup/v1\n');
  writeFileSync(join(directory, 'slurm.conf'), `${configuration(directory, await freePorts(3)).join('\n')}\n`);
}

function configuration(directory: string, [port, ...nodePorts]: number[]): string[] {
  return [
    'ClusterName=bond',
    `SlurmctldHost=${hostname().split('.')[0]}(127.0.0.1)`,
    `SlurmctldPort=${port}`,
    'SlurmUser=root',
    'AuthType=auth/munge',
    `AuthInfo=socket=${join(directory, 'munge.socket')}`,
    `StateSaveLocation=${join(directory, 'state')}`,
    `SlurmdSpoolDir=${join(directory, '%n')}`,
    `SlurmctldPidFile=${join(directory, 'slurmctld.pid')}`,
    `SlurmdPidFile=${join(directory, 'slurmd-%n.pid')}`,
    `PlugStackConfig=${join(directory, 'plugstack.conf')}`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_CPU',
    'SlurmdParameters=config_overrides',
    'ReturnToService=2',
    'SlurmdTimeout=0',
    'KillWait=2',
    ...NODES.map(
      (name, index) =>
        `NodeName=${name} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${nodePorts[index]} CPUs=${CPUS} State=UNKNOWN`,
    ),
    'PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
  ];
}

function mungedArguments(directory: string): string[] {
  const files = { socket: 'socket', 'key-file': 'key', 'pid-file': 'pid', 'seed-file': 'seed' };
  return [
    '--foreground',
    ...Object.entries(files).map(([name, end]) => `--${name}=${join(directory, `munge.${end}`)}`),
  ];
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
