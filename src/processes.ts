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

/** Ends a process that may be gone already, or belong to somebody else. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // There is nothing left to end, or no right to.
  }
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
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    // The command's name comes second, in parentheses, and may hold anything.
    return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
  } catch {
    return [];
  }
}
