// Real containers, which end with what runs in them: `lxc-execute`. They see the files of this machine.

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { processesWithArgument, program, until } from './bonds.js';
import { onTestFinished } from './finish.js';
import { findProgram } from './sshd.js';

/** The system's files, and no terminal. */
const CONFIGURATION = `
lxc.rootfs.path = dir:/
lxc.console.path = none
lxc.pty.max = 0
`;

/** A container that does not exist before something runs in it, and does not exist afterwards. */
export interface Container {
  readonly name: string;
  /** What runs a command in it, without that command. */
  readonly command: readonly string[];
  /** Its processes, if they have its name among their arguments, and those that watch it. */
  processes(): number[];
  /** Its control groups. */
  groups(): string[];
}

/** A container with a name of its own; what is left of it is ended when the test is over. */
export function newContainer(): Container {
  const name = `bond-${randomUUID()}`;
  const configuration = program(CONFIGURATION, 'legacy.conf');
  const container: Container = {
    name,
    command: ['lxc-execute', '-n', name, '-f', configuration, '--'],
    processes: () => processesWithArgument(name),
    groups: () => groupsOf(name),
  };
  onTestFinished(async () => {
    for (const pid of container.processes()) process.kill(pid, 'SIGKILL');
    // Where what watches the container has been killed, it cannot do this itself.
    await until(() => container.groups().every(isRemoved));
  });
  return container;
}

/** Removes a control group with those in it; tells whether that could be done: a process that is ending may be in it still. */
function isRemoved(group: string): boolean {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory()) isRemoved(join(group, entry.name));
    }
    rmdirSync(group);
    return true;
  } catch {
    return !existsSync(group);
  }
}

/** The groups of a container, in each of the hierarchies. */
function groupsOf(name: string, directory = '/sys/fs/cgroup', depth = 0): string[] {
  let entries: string[];
  try {
    entries = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return []; // it has gone meanwhile
  }
  return entries.flatMap((entry) => {
    const path = join(directory, entry);
    if (entry.includes(name)) return [path];
    return depth < 3 ? groupsOf(name, path, depth + 1) : [];
  });
}

let obstacle: string | undefined | null = null;

/** Why there can be no {@link Container} here, if there cannot. */
export function lxcObstacle(): string | undefined {
  if (obstacle === null) obstacle = findObstacle();
  return obstacle;
}

function findObstacle(): string | undefined {
  if (!findProgram('lxc-execute')) return 'no lxc-execute; apt-get install lxc';
  const [command = '', ...args] = newContainer().command;
  const { status, stderr } = spawnSync(command, [...args, '/bin/true'], { encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? undefined : `lxc-execute cannot run a container here: ${stderr.trim().split('\n').at(-1)}`;
}
