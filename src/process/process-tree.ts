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

/** Whether a process of ours still runs. It may have ended and not been reaped yet. */
export function isRunning(pid: number): boolean {
  if (!signalQuietly(pid, 0)) return false;
  return process.platform !== 'linux' || readStat(pid)?.state !== 'Z';
}

/** Each process with its parent. */
function processTable(): [pid: number, parent: number][] {
  if (process.platform === 'linux') return readdirSync('/proc').flatMap(readParent);
  if (process.platform === 'win32') return [];
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  return (stdout ?? '')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
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
