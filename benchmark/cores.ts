// Two that take turns are woken by each other, and what that costs depends on which core each is on: from 10 µs to 80,
// by the scheduler's whim. On a single core it is the same for everybody.

import { execFileSync } from 'node:child_process';

/** All cores that this process was given, as `taskset` writes them; nothing where there is no `taskset`. */
const all = affinity();

export const canChooseCores = all !== undefined;

/** From now on this process, and what it starts, has a single core, or all that it was given. */
export function useCores(which: 'one' | 'all'): void {
  if (all === undefined) return;
  const list = which === 'all' ? all : (all.split(/[,-]/)[0] as string);
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', list, String(process.pid)], { stdio: 'ignore' });
}

function affinity(): string | undefined {
  try {
    const text = execFileSync('taskset', ['--cpu-list', '--pid', String(process.pid)], { encoding: 'utf8' });
    return text.slice(text.lastIndexOf(':') + 1).trim();
  } catch {
    return undefined;
  }
}
