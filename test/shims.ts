import { execFileSync } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/**
 * The search path with Python's own folder in front. Where a version manager is installed, `python3` is a script of its
 * that looks for the interpreter for 0.2 s before it starts it, which thousands of starts would pay for.
 */
export function pathBeforeShims(): string {
  const path = process.env.PATH ?? '';
  try {
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
    return [dirname(python), path].join(delimiter);
  } catch {
    return path; // there is no Python: the tests say so
  }
}
