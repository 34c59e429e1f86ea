// A real sshd with keys of its own, for as long as the tests of a file run.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A host that `ssh` reaches: this very machine, as the current user. */
export interface RemoteHost {
  /** What `SSH_CONNECTION` says of it there: address and port. */
  readonly address: readonly [string, string];
  /** The command line that reaches it, without what is to be run there. */
  readonly ssh: string;
  readonly sshArgv: readonly string[];
  /** The same with options of `ssh`. */
  sshWith(...options: string[]): string;
  /** The same, to a host that prints what was last given to `setBanner` before it runs a command. */
  readonly noisySsh: string;
  setBanner(text: string | Buffer): void;
  /** Ends the sshd, and removes its files. */
  stop(): Promise<void>;
}

/** Why there can be no {@link RemoteHost} here, if there cannot. */
export function sshdObstacle(): string | undefined {
  if (!sshdPath()) return 'no sshd; apt-get install openssh-server';
  if (!findProgram('ssh') || !findProgram('ssh-keygen')) return 'no ssh; apt-get install openssh-client';
  return undefined;
}

/** sshd wants to be called by its whole path, to run itself again for each connection. */
function sshdPath(): string | undefined {
  return findProgram('sshd', ['/usr/sbin', '/usr/local/sbin', '/sbin']);
}

/** The path of a program, if it is here. */
export function findProgram(name: string, more: readonly string[] = []): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...more];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where an sshd runs, and what it is told. */
export interface SshdOptions {
  /** @default '127.0.0.1' */
  readonly address?: string;
  /** What goes in front of its command. */
  readonly within?: readonly string[];
  /** Further lines of its configuration. */
  readonly config?: readonly string[];
}

/** Starts an sshd with keys of its own, on a port that is free; resolves once it listens. */
export async function startSshd(options: SshdOptions = {}): Promise<RemoteHost> {
  const { address = '127.0.0.1', within = [], config = [] } = options;
  const directory = mkdtempSync(join(tmpdir(), 'bond-sshd-'));
  try {
    for (const key of ['host-key', 'quiet-key', 'noisy-key']) makeKey(join(directory, key));
    // As root, sshd needs the directory into which it locks itself before anybody has logged in.
    if (userInfo().uid === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });
    const port = await freePort();
    writeServerFiles(directory, [`Port ${port}`, `ListenAddress ${address}`, ...config]);
    writeClientFiles(directory, address, port);
    const argv = [...within, sshdPath() as string, '-D', '-e', '-f', join(directory, 'sshd_config')];
    const server = await startServer(argv, () => isListening(address, port));
    return remoteHost(directory, [address, String(port)], server);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

function makeKey(path: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bond-test', '-f', path], { stdio: 'pipe' });
}

/** A port on loopback that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function writeServerFiles(directory: string, config: readonly string[]): void {
  const banner = join(directory, 'banner');
  writeFileSync(banner, '');
  const noisy = `command="cat ${banner}; exec $SHELL -c \\"$SSH_ORIGINAL_COMMAND\\""`;
  const [quietKey, noisyKey] = ['quiet-key', 'noisy-key'].map((key) =>
    readFileSync(join(directory, `${key}.pub`), 'utf8'),
  );
  writeFileSync(join(directory, 'authorized_keys'), `${quietKey}${noisy} ${noisyKey}`);
  const lines = [
    ...config,
    `HostKey ${join(directory, 'host-key')}`,
    'PidFile none',
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    'StrictModes no',
    'PermitRootLogin yes',
    'PubkeyAuthentication yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'MaxStartups 100',
    // The interpreters of the tests are those that are found here. At this level, bash reads no start-up file of the user's,
    // which may look for interpreters itself, for as long as everything else takes.
    `SetEnv PATH="${process.env.PATH}" SHLVL=2`,
  ];
  writeFileSync(join(directory, 'sshd_config'), `${lines.join('\n')}\n`);
}

function writeClientFiles(directory: string, address: string, port: number): void {
  const hostKey = readFileSync(join(directory, 'host-key.pub'), 'utf8');
  writeFileSync(join(directory, 'known_hosts'), `[${address}]:${port} ${hostKey}`);
  const host = (name: string): string[] => [
    `Host ${name}`,
    `HostName ${address}`,
    `Port ${port}`,
    `User ${userInfo().username}`,
    `IdentityFile ${join(directory, `${name}-key`)}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${join(directory, 'known_hosts')}`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    'BatchMode yes',
    'KexAlgorithms curve25519-sha256', // takes half the time of what ssh would choose
  ];
  writeFileSync(join(directory, 'ssh_config'), `${[...host('quiet'), ...host('noisy')].join('\n')}\n`);
}

async function startServer(argv: readonly string[], isReady: () => Promise<boolean>): Promise<ChildProcess> {
  const [program, ...args] = argv as [string, ...string[]];
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => {
    log += chunk;
  });
  while (!(await isReady())) {
    if (server.exitCode !== null || server.signalCode !== null) throw new Error(`sshd has exited: ${log}`);
    await sleep(20);
  }
  return server;
}

function isListening(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function remoteHost(directory: string, address: readonly [string, string], server: ChildProcess): RemoteHost {
  const argv = (host: string, options: readonly string[] = []): string[] => {
    return ['ssh', '-F', join(directory, 'ssh_config'), ...options, host];
  };
  return {
    address,
    ssh: argv('quiet').join(' '),
    sshArgv: argv('quiet'),
    sshWith: (...options) => argv('quiet', options).join(' '),
    noisySsh: argv('noisy').join(' '),
    setBanner: (text) => writeFileSync(join(directory, 'banner'), text),
    stop: async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.kill()) await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
