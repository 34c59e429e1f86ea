import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The ids of all processes below a process, the children of children included. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const [child, parent] of processTable()) children.set(parent, [...(children.get(parent) ?? []), child]);
  const found: number[] = [];
  for (let parents = [pid]; parents.length > 0; ) {
    parents = parents.flatMap((parent) => children.get(parent) ?? []);
    found.push(...parents);
  }
  return found;
}

/** Sends a signal to a process that may be gone already, or belong to somebody else. Returns whether that could be done. */
export function signalQuietly(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Ends a process of Windows with all that it has started. */
export function endTree(pid: number): void {
  spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
}

/** Those of some processes of ours that still run. One that has ended may not have been reaped yet. */
export function stillRunning(pids: readonly number[]): number[] {
  const known = pids.filter((pid) => signalQuietly(pid, 0));
  if (known.length === 0 || process.platform === 'win32') return known;
  if (process.platform === 'linux') return known.filter((pid) => readStat(pid)?.state !== 'Z');
  const ended = new Set(
    processesOfPs(['-p', known.join(',')]).flatMap(({ pid, state }) => (state === 'Z' ? [pid] : [])),
  );
  return known.filter((pid) => !ended.has(pid));
}

/** Each process with its parent. */
function processTable(): [pid: number, parent: number][] {
  if (process.platform === 'linux') return readdirSync('/proc').flatMap(readParent);
  if (process.platform === 'win32') return [];
  return processesOfPs(['-A']).map(({ pid, parent }) => [pid, parent]);
}

/** A process, as `ps` tells of it. */
interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly state: string | undefined;
}

/** What `ps` tells of the processes that `which` selects. Each column is an option of its own: some take `pid=,ppid=` for one column. */
export function processesOfPs(which: readonly string[]): Listed[] {
  const { stdout } = spawnSync('ps', [...which, '-o', 'pid=', '-o', 'ppid=', '-o', 'stat='], { encoding: 'utf8' });
  const lines = (stdout ?? '').split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state: state?.[0] };
  });
}

function readParent(name: string): [pid: number, parent: number][] {
  if (!/^\d+$/.test(name)) return [];
  const pid = Number(name);
  const stat = readStat(pid);
  return stat ? [[pid, stat.parent]] : [];
}

function readStat(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name comes second, in parentheses, and may hold anything.
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
