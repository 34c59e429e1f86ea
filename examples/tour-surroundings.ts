/** What some steps of the tour need around them, made from what the machine has: nothing is installed. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Surroundings } from './tour-player.js';

const run = promisify(execFile);

/** Whether a command runs, and succeeds. */
async function works(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args, { cwd: '/', timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}

/** An interpreter that an unprivileged user runs, by a `sudo` that asks for no password. */
export async function startUnprivileged(interpreter: string): Promise<Surroundings> {
  const sudo = ['-n', '-u', 'nobody', interpreter];
  const given = `sudo ${sudo.join(' ')}`;
  return (await works('sudo', ...sudo, '--version'))
    ? { given }
    : { given, missing: '`sudo` asks for a password, or is not there' };
}

/** An old Python and a new one: of the system, of pyenv, or PyPy. */
export async function findGenerations(): Promise<Surroundings> {
  const pyenv = join(homedir(), '.pyenv/versions');
  const versions = existsSync(pyenv)
    ? readdirSync(pyenv).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    : [];
  const candidates = ['python2.7', ...versions.map((version) => join(pyenv, version, 'bin/python')), 'pypy3'];
  for (const command of candidates) {
    if (await works(command, '--version')) return { given: [command, 'python3'] };
  }
  return { given: ['python2.7', 'python3'], missing: 'there is only one Python here' };
}

const SSHD = '/usr/sbin/sshd';

/** An interpreter behind an `sshd` of our own: on a free port of the loopback interface, with keys made for it. */
export async function startRemotely(interpreter: string): Promise<Surroundings> {
  const missing =
    'there is no usable ssh server (apt-get install openssh-server openssh-client); with any host that you reach, it is the same';
  if (!existsSync(SSHD) || !(await works('ssh', '-V'))) return { given: `ssh user@host ${interpreter}`, missing };
  const folder = mkdtempSync(join(tmpdir(), 'bond-tour-'));
  const server = await startServer(folder, await freePort());
  const end = async () => {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    rmSync(folder, { recursive: true });
  };
  const ssh = ['-F', join(folder, 'ssh_config'), 'loopback', interpreter];
  const given = `ssh ${ssh.join(' ')}`;
  for (let attempt = 0; attempt < 20 && server.exitCode === null; attempt++) {
    if (await works('ssh', ...ssh, '--version')) return { given, end };
    await sleep(100);
  }
  return { given, missing, end };
}

async function startServer(folder: string, port: number): Promise<ChildProcess> {
  for (const key of ['host_key', 'user_key']) {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  }
  writeFileSync(
    join(folder, 'sshd_config'),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host_key
AuthorizedKeysFile ${folder}/user_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
`,
  );
  writeFileSync(
    join(folder, 'ssh_config'),
    `Host loopback
HostName 127.0.0.1
Port ${port}
User ${userInfo().username}
IdentityFile ${folder}/user_key
IdentitiesOnly yes
BatchMode yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
`,
  );
  // Debian's sshd wants this folder when root starts it; its service makes it at boot.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  return spawn(SSHD, ['-D', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
