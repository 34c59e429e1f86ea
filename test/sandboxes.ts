// Ways to run an interpreter that one does not trust: as another user, in a sandbox, and both.

import { spawnSync } from 'node:child_process';
import { beforeEach } from 'vitest';
import type { BondOptions } from '../src/index.js';
import { markedEnvironment } from './bonds.js';
import { collect, type KitLanguage, missing, openBond } from './fixtures.js';

/** A file system with nothing but programs in it, no network, no other processes, and nothing of the environment. */
const BWRAP = [
  ...['bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--clearenv', '--setenv', 'PATH', '/usr/bin'],
  ...['--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin', '--symlink', 'usr/lib', '/lib'],
  ...['--symlink', 'usr/lib64', '/lib64', '--ro-bind', '/etc/alternatives', '/etc/alternatives'],
  ...['--ro-bind-try', '/etc/R', '/etc/R'],
  ...['--ro-bind-try', '/etc/php', '/etc/php'], // PHP without it lacks its extensions, and interrupts with them
  ...['--proc', '/proc', '--dev', '/dev', '--chdir', '/'],
];
const SUDO = ['sudo', '-n', '-u', 'nobody'];

/** What stands in front of the interpreter; behind it, `env` marks what runs there, so that it can be found again. */
export const sandboxes = { sudo: SUDO, bwrap: BWRAP, 'sudo and bwrap': [...SUDO, ...BWRAP] } as const;
export type Sandbox = keyof typeof sandboxes;

/** Where Debian has them: what the user's own `PATH` leads to may be out of everybody else's reach. */
const INTERPRETERS: Record<KitLanguage, string> = {
  JavaScript: '/usr/bin/node',
  PHP: '/usr/bin/php',
  Perl: '/usr/bin/perl',
  Python: '/usr/bin/python3',
  Ruby: '/usr/bin/ruby',
  Lua: '/usr/bin/lua5.4',
  R: '/usr/bin/R',
  Tcl: '/usr/bin/tclsh',
};

/** The command that starts an interpreter in a sandbox, marked as `env` is. */
export function sandboxed(sandbox: Sandbox, lang: KitLanguage, env: NodeJS.ProcessEnv = {}): string[] {
  const { BOND_TEST_MARK } = env;
  const mark = BOND_TEST_MARK ? ['env', `BOND_TEST_MARK=${BOND_TEST_MARK}`] : [];
  // R has files of its own while it runs.
  const space = lang === 'R' && sandbox !== 'sudo' ? ['--tmpfs', '/tmp'] : [];
  return [...sandboxes[sandbox], ...space, ...mark, INTERPRETERS[lang]];
}

/** Skips the tests of the current suite, aloud, where an interpreter cannot be run in a sandbox; in CI, they fail. */
export function needsSandbox(sandbox: Sandbox, lang: KitLanguage): void {
  beforeEach(({ skip }) => {
    const obstacle = obstacleTo(sandbox, lang);
    if (obstacle) missing(obstacle, skip);
  });
}

const known = new Map<string, string | undefined>();

function obstacleTo(sandbox: Sandbox, lang: KitLanguage): string | undefined {
  const [program = '', ...args] = sandboxed(sandbox, lang);
  const name = `${sandbox} ${lang}`;
  if (!known.has(name)) {
    const { status } = spawnSync(program, [...args, lang === 'Lua' ? '-v' : '--version'], {
      cwd: '/',
      stdio: 'ignore',
      input: '',
    });
    const advice = 'apt-get install sudo bubblewrap, and the interpreter in /usr/bin; no password for sudo';
    known.set(name, status === 0 ? undefined : `${sandbox} cannot run ${args.at(-1)}: ${advice}`);
  }
  return known.get(name);
}

/** A bond with an interpreter in a sandbox, what it prints, and the processes that there are of it. */
export async function openSandboxed(
  sandbox: Sandbox,
  lang: KitLanguage,
  args: string[] = [],
  options: BondOptions = {},
) {
  const { env, processes } = markedEnvironment();
  const output = collect();
  const cmd = sandboxed(sandbox, lang, env);
  const bond = await openBond(lang, cmd, args, {
    protocol: 'JSON',
    cwd: '/',
    env: { ...env, SECRET: 'of the environment' },
    stdout: output.stdout,
    ...options,
  });
  return { bond, output, processes };
}
