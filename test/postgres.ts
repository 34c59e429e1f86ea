// A server of PostgreSQL for one test, in a folder of its own.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from './finish.js';

/** The server refuses to run as root: then it runs as the user `nobody`. */
const NOBODY = 65534;

/** Where Debian has its programs, in a folder for each version. */
const VERSIONS = '/usr/lib/postgresql';
const [newest] = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((one, other) => Number(other) - Number(one)) : [];

/** The programs of the newest version; none if there is none. */
export const postgresPrograms = newest && join(VERSIONS, newest, 'bin');

/** Starts a server. Returns the folder of its socket, by which the user `bond` is let in. */
export async function startPostgres(programs: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bond-postgres-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (user.uid) chownSync(folder, NOBODY, NOBODY);
  const [data, options] = [join(folder, 'data'), { cwd: folder, ...user }];
  const made = spawnSync(
    `${programs}/initdb`,
    ['-D', data, '-A', 'trust', '-U', 'bond', '-E', 'UTF8', '--no-locale', '--no-sync'],
    options,
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const server = spawn(`${programs}/postgres`, ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-F'], options);
  const ended = once(server, 'exit');
  onTestFinished(async () => {
    server.kill('SIGINT'); // ends it without waiting for its clients
    await ended;
  });
  let said = '';
  for await (const chunk of server.stderr) {
    said += chunk;
    if (said.includes('ready to accept connections')) return folder;
  }
  throw new Error(`postgres: ${said}`);
}
