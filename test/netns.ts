// Hosts of their own on the network: namespaces of the kernel's, each at the other end of a link that can be cut.

import { execFileSync } from 'node:child_process';
import { isAlive } from './bonds.js';

/** This very machine, but for its network: it has its own address, and one link. */
export interface NetworkHost {
  readonly address: string;
  /** What goes in front of a command that is to run there. */
  readonly within: readonly string[];
  /** Pulls the cable, or puts it back. */
  setLink(state: 'up' | 'down'): void;
  /** Whether each end has sent something again and again, in vain. */
  isInVain(): boolean;
  /** Ends all that runs there, and leaves nothing of it. */
  remove(): void;
}

/** How many networks of two hosts are in 198.18.0.0/15, which is for tests and leads nowhere. */
const NETWORKS = 2 ** 15;

let nextNetwork = process.pid * 8;
let obstacle: string | undefined | null = null;

/** Why there can be no {@link NetworkHost} here, if there cannot. */
export function networkObstacle(): string | undefined {
  if (obstacle === null) obstacle = tryOut();
  return obstacle;
}

function tryOut(): string | undefined {
  try {
    removeAbandoned();
    makeNetworkHost().remove();
    return undefined;
  } catch (error) {
    const reason = (error as Error).message.trim().split('\n').at(-1);
    return `no network namespaces, for which one must be root; apt-get install iproute2 (${reason})`;
  }
}

/** Makes a host that can be reached from here, and from nowhere else. */
export function makeNetworkHost(): NetworkHost {
  for (;;) {
    const network = nextNetwork++ % NETWORKS;
    const name = `bond-${process.pid}-${network}`;
    ip('netns', 'add', name);
    try {
      return connect(name, network);
    } catch (error) {
      remove(name);
      if (!(error as Error).message.includes('File exists')) throw error;
    }
  }
}

/** Of two processes that want the same network, the one that gets the name of its link has it. */
function connect(name: string, network: number): NetworkHost {
  const link = `bondtest${network}`;
  const [here, there] = [1, 2].map((host) => addressOf(network, host)) as [string, string];
  ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  ip('address', 'add', `${here}/30`, 'dev', link);
  ip('link', 'set', link, 'up');
  ip('-n', name, 'address', 'add', `${there}/30`, 'dev', 'eth0');
  for (const device of ['lo', 'eth0']) ip('-n', name, 'link', 'set', device, 'up');
  return {
    address: there,
    within: ['ip', 'netns', 'exec', name],
    setLink: (state) => void ip('-n', name, 'link', 'set', 'eth0', state),
    isInVain: () => isInVain('dst', there) && isInVain('-N', name, 'dst', here),
    remove: () => remove(name),
  };
}

function addressOf(network: number, host: number): string {
  const offset = network * 4 + host;
  return `198.${18 + (offset >> 16)}.${(offset >> 8) & 255}.${offset & 255}`;
}

/** Whether a connection has been waiting longer and longer before it sent something once more. */
function isInVain(...connections: string[]): boolean {
  return /backoff:[2-9]/.test(run('ss', '-Htni', ...connections));
}

function remove(name: string): void {
  for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) end(Number(pid));
  try {
    // By itself, the link would stay until the last connection over it has been given up.
    ip('-n', name, 'link', 'delete', 'eth0');
  } catch {
    // There is none yet.
  }
  ip('netns', 'delete', name);
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Removes what a test has left whose process was killed. */
function removeAbandoned(): void {
  for (const [name, pid] of ip('netns', 'list').matchAll(/^bond-(\d+)-\d+/gm)) {
    if (Number(pid) === process.pid || !isAlive(Number(pid))) remove(name);
  }
}

function ip(...args: string[]): string {
  return run('ip', ...args);
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
