// Ways to place an interpreter, and what each of them keeps. `npm run placements` writes them into docs/remote.md, and
// placements.test.ts tries out every cell.

import { pathToFileURL } from 'node:url';
import type { Language } from './fixtures.js';
import { markdownTable, writtenPart } from './page.js';

/** What is looked at. */
export const columns = {
  arguments: 'arguments arrive unchanged',
  directory: '`cwd`',
  environment: '`env`',
  output: 'immediate output, two streams',
  interrupt: '`interrupt()`',
  kill: '`kill()` during a call leaves no process',
  close: '`close()` runs exit hooks',
  exit: 'reports the exit code',
  signal: 'reports a fatal signal',
  idle: 'ends with your program',
  busy: 'also during a call',
} as const;
export type Column = keyof typeof columns;
export const columnNames = Object.keys(columns) as Column[];

/** A way to an interpreter. */
export interface Placement {
  readonly name: string;
  /** As one would type it. */
  readonly command: string;
  readonly lang: Language;
  /** What the cells say that do not say yes. */
  readonly differs: Partial<Record<Column, string>>;
}

const KILLED_BELOW = 'as code 137';
const IN_CONTAINER = { directory: 'its own', environment: 'no', signal: KILLED_BELOW };
const AS_PROCESS_1 = { ...IN_CONTAINER, kill: '**no**, says so', signal: 'ignores it', busy: '**no**' };
const FAR = { directory: 'home', environment: 'no', signal: 'as code 255' };

export const placements = {
  here: { name: 'this machine', command: 'perl', lang: 'Perl', differs: {} },
  env: { name: '`env`', command: 'env LANG=C perl', lang: 'Perl', differs: {} },
  wrapper: { name: 'a script that uses `exec`', command: './run-perl', lang: 'Perl', differs: {} },
  starter: {
    name: 'a script that starts a child',
    command: './start-perl',
    lang: 'Perl',
    differs: { signal: KILLED_BELOW },
  },
  shell: { name: 'a shell', command: `['sh', '-c', 'exec perl "$@"', 'sh']`, lang: 'Perl', differs: {} },
  node: {
    name: '[another Node](#another-version)',
    command: 'npx -y node@22',
    lang: 'JavaScript',
    differs: { signal: KILLED_BELOW },
  },
  python: { name: 'another Python', command: 'env PYENV_VERSION=3.13.0 python', lang: 'Python', differs: {} },
  ssh: { name: '[`ssh`](#another-host)', command: 'ssh host perl', lang: 'Perl', differs: FAR },
  sshTwice: { name: '`ssh` through `ssh`', command: 'ssh gate ssh host perl', lang: 'Perl', differs: FAR },
  sudo: { name: 'another user', command: 'sudo -u nobody perl', lang: 'Perl', differs: { environment: 'no' } },
  sshSudo: {
    name: 'another user on another host',
    command: 'ssh host sudo -u nobody perl',
    lang: 'Perl',
    differs: FAR,
  },
  sandbox: {
    name: '[a sandbox](#code-that-you-do-not-trust)',
    command: 'bwrap … perl',
    lang: 'Perl',
    differs: { directory: 'its own', environment: 'no', signal: KILLED_BELOW },
  },
  sandboxSudo: {
    name: 'a sandbox of another user',
    command: 'sudo -u nobody bwrap … perl',
    lang: 'Perl',
    differs: { directory: 'its own', environment: 'no', signal: KILLED_BELOW },
  },
  dockerExec: {
    name: '[Docker](#containers)',
    command: 'docker exec -i legacy perl',
    lang: 'Perl',
    differs: IN_CONTAINER,
  },
  dockerRun: {
    name: 'Docker, a new container',
    command: 'docker run -i --rm --init image perl',
    lang: 'Perl',
    differs: IN_CONTAINER,
  },
  dockerBare: {
    name: 'Docker, [without `--init`](#containers)',
    command: 'docker run -i --rm image perl',
    lang: 'Perl',
    differs: AS_PROCESS_1,
  },
  podmanExec: { name: 'Podman', command: 'podman exec -i legacy perl', lang: 'Perl', differs: IN_CONTAINER },
  podmanRun: {
    name: 'Podman, a new container',
    command: 'podman run -i --rm --init image perl',
    lang: 'Perl',
    differs: IN_CONTAINER,
  },
  podmanBare: {
    name: 'Podman, without `--init`',
    command: 'podman run -i --rm image perl',
    lang: 'Perl',
    differs: AS_PROCESS_1,
  },
  nspawn: {
    name: '`systemd-nspawn`',
    command: 'systemd-nspawn -q --pipe --as-pid2 -D root perl',
    lang: 'Perl',
    differs: { ...IN_CONTAINER, signal: 'as code 255' },
  },
  lxc: {
    name: '[LXC](#containers)',
    command: 'lxc-execute -n legacy -f legacy.conf -- perl',
    lang: 'Perl',
    differs: IN_CONTAINER,
  },
  kubectl: {
    name: 'a pod *',
    command: 'kubectl exec -i deploy/legacy -- perl',
    lang: 'Perl',
    differs: IN_CONTAINER,
  },
  slurm: {
    name: '[a cluster](#a-cluster)',
    command: 'srun -n1 -u perl',
    lang: 'Perl',
    differs: { signal: KILLED_BELOW },
  },
} as const satisfies Record<string, Placement>;
export type Place = keyof typeof placements;
export const places = Object.keys(placements) as Place[];

/** What the page says of a placement in a column. */
export function cellOf(place: Place, column: Column): string {
  return (placements[place] as Placement).differs[column] ?? 'yes';
}

export const tableInPage = writtenPart('docs/remote.md', 'placements');

export function table(): string {
  return markdownTable(
    ['', 'command', ...Object.values(columns)],
    places.map((place) => {
      const { name, command } = placements[place];
      return [name, `\`${command}\``, ...columnNames.map((column) => cellOf(place, column))];
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) tableInPage.write(table());
