// Docker, Podman and systemd-nspawn for real, as root: of Debian's packages, which are unpacked and not installed. Their
// containers see the programs of this machine, and have no network.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIBRARIES, UNPACKED, unpack } from './unpacked.js';

const DOCKER = ['docker.io', 'containerd', 'runc', 'tini'];
const PODMAN = ['podman', 'conmon', 'golang-github-containers-common', 'libsubid4', 'libgpgme11', 'libassuan0'];
const FOLDERS = ['usr', 'etc', 'proc', 'sys', 'dev', 'tmp', 'var', 'run', 'root', 'sbin'];
const PRIVATE = ['--network=none', '-v', '/usr:/usr:ro', '-v', '/etc:/etc:ro'];

/** The engines, until they are stopped. */
export interface Engines {
  readonly env: NodeJS.ProcessEnv;
  /** What runs a command in a container, by the names of the table. */
  readonly commands: Readonly<Record<ContainerPlace, readonly string[]>>;
  stop(): Promise<void>;
}

export type ContainerPlace =
  | 'dockerExec'
  | 'dockerRun'
  | 'dockerBare'
  | 'podmanExec'
  | 'podmanRun'
  | 'podmanBare'
  | 'nspawn';

/** Why there can be none here, if so. */
export function enginesObstacle(): string | undefined {
  if (process.platform !== 'linux' || userInfo().uid !== 0) return 'containers need Linux, and root';
  try {
    unpack([...DOCKER, ...PODMAN, 'systemd-container']);
    return undefined;
  } catch (error) {
    return `Docker, Podman and systemd-nspawn cannot be fetched: ${(error as Error).message}`;
  }
}

/** Starts Docker, and a container of Docker's and Podman's in which nothing happens. */
export async function startEngines(): Promise<Engines> {
  const folder = mkdtempSync(join(tmpdir(), 'bond-engines-'));
  const env = environmentIn(folder);
  const daemon = await startDocker(folder, env);
  const image = makeImage(folder);
  const run = (tool: string, ...args: string[]): string =>
    execFileSync(join(UNPACKED, 'usr/bin', tool), args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const start = ['run', '-d', '--init', ...PRIVATE, '--name', 'legacy'];
  const archive = join(folder, 'image.tar');
  execFileSync('tar', ['-C', image, '-cf', archive, '.']);
  run('docker', 'import', archive, 'image');
  run('docker', ...start, 'image', 'sleep', '1000000');
  run('podman', ...start, '--rootfs', image, 'sleep', '1000000');
  const bare = (tool: string, ...more: string[]): string[] => [tool, 'run', '-i', '--rm', ...PRIVATE, ...more];
  return {
    env,
    commands: {
      dockerExec: ['docker', 'exec', '-i', 'legacy'],
      dockerRun: bare('docker', '--init', 'image'),
      dockerBare: bare('docker', 'image'),
      podmanExec: ['podman', 'exec', '-i', 'legacy'],
      podmanRun: bare('podman', '--init', '--rootfs', image),
      podmanBare: bare('podman', '--rootfs', image),
      nspawn: nspawn(image),
    },
    async stop() {
      for (const tool of ['docker', 'podman']) {
        const left = run(tool, 'ps', '-aq').split('\n').filter(Boolean);
        if (left.length > 0) run(tool, 'rm', '-f', ...left);
      }
      daemon.kill('SIGTERM');
      while (daemon.exitCode === null) await sleep(50);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function nspawn(image: string): string[] {
  const options = [
    '-q',
    '--register=no',
    '--keep-unit',
    '--link-journal=no',
    '--as-pid2',
    '--pipe',
    '--private-network',
  ];
  return ['systemd-nspawn', ...options, '--volatile=overlay', '-D', image, '--bind-ro=/usr', '--bind-ro=/etc', '--'];
}

/** With what finds the programs, Docker's daemon, and Podman's files. */
function environmentIn(folder: string): NodeJS.ProcessEnv {
  const containers = join(folder, 'containers.conf');
  const storage = join(folder, 'storage.conf');
  writeFileSync(
    containers,
    `[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
conmon_path = ["${UNPACKED}/usr/bin/conmon"]
[engine.runtimes]
runc = ["${UNPACKED}/usr/sbin/runc"]
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
init_path = "${UNPACKED}/usr/bin/tini-static"
seccomp_profile = "unconfined"
`,
  );
  writeFileSync(
    storage,
    `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/podman"\nrunroot = "${folder}/podman-run"\n`,
  );
  return {
    ...process.env,
    PATH: `${UNPACKED}/usr/bin:${UNPACKED}/usr/sbin:${process.env.PATH}`,
    LD_LIBRARY_PATH: LIBRARIES,
    DOCKER_HOST: `unix://${folder}/docker.sock`,
    CONTAINERS_CONF: containers,
    CONTAINERS_STORAGE_CONF: storage,
  };
}

/** A root directory of empty folders, for files of this machine. */
function makeImage(folder: string): string {
  const image = join(folder, 'image');
  for (const name of FOLDERS) mkdirSync(join(image, name), { recursive: true });
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(image, name));
  return image;
}

async function startDocker(folder: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const network = ['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--bridge=none'];
  const places = ['--data-root', join(folder, 'docker'), '--exec-root', join(folder, 'docker-run')];
  const socket = join(folder, 'docker.sock');
  const args = [...network, '-s', 'vfs', ...places, '-H', `unix://${socket}`, '--pidfile', join(folder, 'docker.pid')];
  const daemon = spawn(join(UNPACKED, 'usr/sbin/dockerd'), args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  daemon.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  while (!said.includes('API listen on')) {
    if (daemon.exitCode !== null || !existsSync(folder)) throw new Error(`dockerd: ${said}`);
    await sleep(50);
  }
  return daemon;
}
