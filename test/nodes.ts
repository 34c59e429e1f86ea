import { execFileSync } from 'node:child_process';

/** What a command prints; `undefined` if there is no such command, or it fails. */
export function output(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 120_000,
    }).trim();
  } catch {
    return undefined;
  }
}

/** The program of a version of Node: this one, or one that npx has or gets. */
export function findNode(version: number): string | undefined {
  const isThis = process.versions.node.startsWith(`${version}.`);
  return isThis ? process.execPath : output('npx', '-y', `node@${version}`, '-p', 'process.execPath');
}

/** Whether there is a registry to get another Node from. */
export function hasRegistry(): boolean {
  return output('npm', 'ping') !== undefined;
}
