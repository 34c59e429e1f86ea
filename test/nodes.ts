import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

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
  if (isThis) return process.execPath;
  return findFetched(version) ?? output('npx', '-y', `node@${version}`, '-p', 'process.execPath');
}

/** The program of a version that npx has fetched: to ask npx takes a second each time. */
function findFetched(version: number): string | undefined {
  const fetched = join(process.env.npm_config_cache ?? join(homedir(), '.npm'), '_npx');
  const packages = existsSync(fetched)
    ? readdirSync(fetched).map((folder) => join(fetched, folder, 'node_modules/node'))
    : [];
  const found = packages.find((path) => versionOf(path)?.startsWith(`${version}.`));
  return found && join(found, 'bin/node');
}

function versionOf(path: string): string | undefined {
  const file = join(path, 'package.json');
  if (!existsSync(file) || !existsSync(join(path, 'bin/node'))) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

/** Whether there is a registry to get another Node from. */
export function hasRegistry(): boolean {
  return output('npm', 'ping') !== undefined;
}
