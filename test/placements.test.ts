// Every cell of the table in docs/remote.md, found out on the spot.

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { afterAll, beforeAll, describe, type ExpectStatic, expect, test } from 'vitest';
import { type Bond, type BondOptions, TerminatedException } from '../src/index.js';
import { signalQuietly } from '../src/process/process-tree.js';
import { AWKWARD, remoteWords } from './arguments.js';
import { expectInterruptible, processesWithArgument, program, startHost, until } from './bonds.js';
import { type ContainerPlace, type Engines, enginesObstacle, startEngines } from './container-engines.js';
import { engine } from './engine.js';
import { onTestFinished } from './finish.js';
import { collect, missing, openBond, rejection } from './fixtures.js';
import { lxcObstacle, newContainer } from './lxc.js';
import { type Column, cellOf, type Place, placements, places, table, tableInPage } from './placements.js';
import { sandboxed, sandboxes } from './sandboxes.js';
import { type Cluster, slurmObstacle, startCluster } from './slurm.js';
import { type RemoteHost, sshdObstacle, startSshd } from './sshd.js';
import { stuck, words } from './words.js';

let host: RemoteHost;
let cluster: Cluster;
let engines: Engines | undefined;

beforeAll(async () => {
  if (!sshdObstacle()) host = await startSshd();
  if (!slurmObstacle()) cluster = await startCluster();
  if (process.env.CONTAINERS && !enginesObstacle()) engines = await startEngines();
});

afterAll(async () => {
  await host?.stop();
  await cluster?.stop();
  await engines?.stop();
});

/** Those that take minutes, and a daemon: `npm run placements`. */
const CONTAINERS: readonly Place[] = places.filter((place) => /^docker|^podman|^nspawn|^lxc/.test(place));

function inContainer(place: ContainerPlace): string[] {
  return [...((engines as Engines).commands[place] as string[]), 'perl'];
}

const sudo = 'sudo -n -u nobody';

/** The commands of the table, as they can be typed here. */
const commands: Record<Place, () => string | string[]> = {
  here: () => 'perl',
  env: () => 'env LANG=C perl',
  wrapper: () => [program('#!/bin/sh\nexec perl "$@"\n')],
  starter: () => [program('#!/bin/sh\nperl "$@"\nexit $?\n')],
  shell: () => ['sh', '-c', 'exec perl "$@"', 'sh'],
  node: () => 'npx -y node@22',
  python: () => 'env PYENV_VERSION=3.13.0 python',
  ssh: () => `${host.ssh} perl`,
  sshTwice: () => `${host.ssh} ${host.ssh} perl`,
  sudo: () => `${sudo} perl`,
  sshSudo: () => `${host.ssh} ${sudo} perl`,
  sandbox: () => sandboxed('bwrap', 'Perl'),
  sandboxSudo: () => sandboxed('sudo and bwrap', 'Perl'),
  dockerExec: () => inContainer('dockerExec'),
  dockerRun: () => inContainer('dockerRun'),
  dockerBare: () => inContainer('dockerBare'),
  podmanExec: () => inContainer('podmanExec'),
  podmanRun: () => inContainer('podmanRun'),
  podmanBare: () => inContainer('podmanBare'),
  nspawn: () => inContainer('nspawn'),
  lxc: () => [...newContainer().command, 'perl'],
  kubectl: () => 'kubectl exec -i deploy/legacy -- perl',
  slurm: () => 'srun -n1 -u perl',
};

/** Words of the languages that are tried: expressions for where it is, and for a variable of its environment; a block in which it kills itself. */
const says = {
  Perl: {
    directory: 'do { require Cwd; Cwd::getcwd() }',
    variable: (name: string) => `$ENV{${name}}`,
    kill: 'kill KILL => $$; sleep 100',
  },
  Python: {
    directory: '__import__("os").getcwd()',
    variable: (name: string) => `__import__("os").environ.get("${name}")`,
    kill: 'import os, signal, time; os.kill(os.getpid(), signal.SIGKILL); time.sleep(100)',
  },
  JavaScript: {
    directory: 'process.cwd()',
    variable: (name: string) => `process.env.${name}`,
    kill: 'process.kill(process.pid, "SIGKILL"); for (;;);',
  },
};

function sayings(place: Place) {
  return says[placements[place].lang];
}

const obstacles = new Map<Place, string | undefined>();

/** Why a place cannot be tried here, if it cannot; found out once. */
function obstacleTo(place: Place): string | undefined {
  if (!obstacles.has(place)) obstacles.set(place, findObstacleTo(place));
  return obstacles.get(place);
}

function findObstacleTo(place: Place): string | undefined {
  if (place.startsWith('ssh') && sshdObstacle()) return sshdObstacle();
  if (place === 'slurm' && slurmObstacle()) return slurmObstacle();
  if (place === 'lxc') return lxcObstacle();
  if (CONTAINERS.includes(place)) return engines ? undefined : enginesObstacle();
  const command = commands[place]();
  const [program = '', ...args] = typeof command === 'string' ? command.split(' ') : command;
  const { status } = spawnSync(program, [...args, '--version'], { env: environment(), stdio: 'ignore' });
  return status === 0 ? undefined : `${placements[place].command} cannot be run here`;
}

/** With what leads `srun` to the cluster, and `docker` and the like to their stand-ins. */
const environment = (place?: Place): NodeJS.ProcessEnv =>
  engines && place !== undefined && place in engines.commands
    ? engines.env
    : { ...engine().env, SLURM_CONF: cluster?.env.SLURM_CONF };

/** A directory that nobody starts in. */
const DIRECTORY = realpathSync(tmpdir());

/** Opens what a command leads to; all that it starts has `mark` among its arguments. */
async function open(place: Place, mark: string, options: BondOptions = {}): Promise<Bond> {
  const settings = { cwd: DIRECTORY, env: { ...environment(place), BOND_TEST_KEPT: mark }, ...options };
  return openBond(placements[place].lang, commands[place](), ['--', ...AWKWARD, mark], settings);
}

/** A mark; the processes that have it are ended when the test is over. */
function marked(): { mark: string; processes: () => number[] } {
  const mark = randomUUID();
  const processes = () => processesWithArgument(mark);
  onTestFinished(() => {
    for (const pid of processes()) signalQuietly(pid, 'SIGKILL');
  });
  return { mark, processes };
}

const yesIf = (condition: boolean, otherwise = 'no'): string => (condition ? 'yes' : otherwise);

/** How it begins, and what it tells. */
async function observeAtWork(place: Place): Promise<Partial<Record<Column, string>>> {
  const { lang } = placements[place];
  const [say, sayHere] = [words[lang], sayings(place)];
  const { mark } = marked();
  const [out, err] = [collect(), collect()];
  const bond = await open(place, mark, { stdout: out.stdout, stderr: err.stdout });
  const args = await bond.eval(remoteWords[lang].scriptArguments);
  const directory = await bond.eval<string>(sayHere.directory);
  const environment = await bond.eval(sayHere.variable('BOND_TEST_KEPT'));
  await bond.evalBlock(say.functions);
  await bond.evalBlock(say.printError('alas'));
  await err.until('alas');
  await expectInterruptible(bond, out);
  const { exitCode } = await rejection(bond.call('leave'), TerminatedException);
  return {
    arguments: yesIf(JSON.stringify(args) === JSON.stringify([...AWKWARD, mark])),
    directory: yesIf(directory === DIRECTORY, directory === userInfo().homedir ? 'home' : 'its own'),
    environment: yesIf(environment === mark),
    output: yesIf(!out.text().includes('alas'), 'as one'),
    interrupt: 'yes',
    exit: yesIf(exitCode === 3, `code ${exitCode}`),
  };
}

async function observeKill(place: Place): Promise<Partial<Record<Column, string>>> {
  const { mark, processes } = marked();
  const output = collect();
  const bond = await open(place, mark, { stdout: output.stdout });
  const call = rejection(bond.evalBlock(stuck(placements[place].lang)), TerminatedException);
  await output.until('on');
  await bond.kill();
  const { message } = await call;
  if (!message.includes('may still run')) await until(() => processes().length === 0);
  return { kill: yesIf(processes().length === 0, '**no**, says so') };
}

async function observeEnd(place: Place): Promise<Partial<Record<Column, string>>> {
  const { mark, processes } = marked();
  const output = collect();
  const bond = await open(place, mark, { stdout: output.stdout });
  await bond.evalBlock(words[placements[place].lang].exitHook);
  await bond.close();
  await until(() => processes().length === 0);
  return { close: yesIf(output.text() === 'bye') };
}

async function observeSignal(place: Place): Promise<Partial<Record<Column, string>>> {
  const { mark } = marked();
  const bond = await open(place, mark);
  if (cellOf(place, 'signal') === 'ignores it') {
    await bond.evalBlock(sayings(place).kill.split(';')[0] as string);
    return { signal: 'ignores it' };
  }
  const error = await rejection(bond.evalBlock(sayings(place).kill), TerminatedException);
  return { signal: yesIf(error.signal === 'SIGKILL', `as code ${error.exitCode}`) };
}

/** Kills a program that has two bonds for each place, of which one is busy. */
async function observeEndOfHost(places: readonly Place[]): Promise<Map<Place, Partial<Record<Column, string>>>> {
  const bonds = places.map((place) => {
    const { lang } = placements[place];
    const one = () => ({ ...marked(), command: commands[place]() });
    return { place, lang, env: environment(place), code: stuck(lang), idle: one(), busy: one() };
  });
  const { host, output, ending } = startHost(
    'JavaScript',
    `const busy = await Promise.all(${JSON.stringify(bonds)}.map(async ({ lang, env, code, idle, busy }) => {
      const open = ({ command, mark }) => makeBond(lang, command, ['--', mark], { cwd: '/', env, stderr: 'ignore' });
      const [, bond] = await Promise.all([open(idle), open(busy)]);
      return { bond, code };
    }));
    await Promise.all(busy.map(({ bond, code }) => {
      return new Promise((stdout) => bond.with({ stdout }).evalBlock(code).catch(() => {}));
    }));
    console.log('here');
    setInterval(() => {}, 1e6);`,
  );
  await output.until('here');
  for (const { place, idle, busy } of bonds) {
    for (const { processes } of [idle, busy]) expect(processes().length, place).toBeGreaterThan(0);
  }
  host.kill('SIGKILL');
  await ending;
  const marks = bonds.flatMap(({ idle, busy }) => [idle, busy]);
  const staying = bonds.filter(({ place }) => cellOf(place, 'busy') !== 'yes').map(({ busy }) => busy);
  const isOver = () => marks.every((mark) => staying.includes(mark) || mark.processes().length === 0);
  await until(isOver).catch(() => {}); // what is left, the cells tell
  const left = ({ processes }: { processes: () => number[] }) => yesIf(processes().length === 0, '**no**');
  return new Map(bonds.map(({ place, idle, busy }) => [place, { idle: left(idle), busy: left(busy) }]));
}

/** `expect` is that of the test: the one for all knows of one test at a time, where it goes on after a failure. */
function expectCells(place: Place, seen: Partial<Record<Column, string>>, expect: ExpectStatic): void {
  for (const [column, text] of Object.entries(seen)) {
    expect.soft(text, `${place}, ${column}`).toBe(cellOf(place, column as Column));
  }
}

/** Places that differ from others in nothing that is likely to break: at a release. */
const VARIANTS: readonly Place[] = ['env', 'wrapper', 'shell', 'node', 'sshTwice', 'sandboxSudo', 'kubectl'];
const shown = places.filter((place) =>
  CONTAINERS.includes(place) ? process.env.CONTAINERS : process.env.RELEASE || !VARIANTS.includes(place),
);

describe.concurrent.each(shown.map((place) => [placements[place].name, place] as const))('%s', (_, place) => {
  test('keeps what the table says', async ({ skip, expect }) => {
    const obstacle = obstacleTo(place);
    if (obstacle) return missing(obstacle, skip);
    const seen = await Promise.all(
      [observeAtWork, observeKill, observeEnd, observeSignal].map((observe) => observe(place)),
    );
    for (const cells of seen) expectCells(place, cells, expect);
  });
});

test('your program takes along what the table says', async () => {
  const seen = await observeEndOfHost(shown.filter((place) => !obstacleTo(place)));
  for (const [place, cells] of seen) expectCells(place, cells, expect);
});

test('the table in the documentation is this one, and nothing in it is untried', () => {
  expect(tableInPage.read()).toBe(table());
});

test('the sandbox in the documentation is the one that is tried', () => {
  const page = readFileSync(new URL('../docs/remote.md', import.meta.url), 'utf8');
  const [documented = ''] = page.match(/^bwrap [^`]*?(?= \/usr\/bin\/python3)/m) ?? [];
  const more = ['alternatives', 'php', 'R'].map((name) => `--ro-bind /etc/${name} /etc/${name}`);
  for (const option of more) expect(page).toContain(`\`${option}\``);
  const words = [documented.replaceAll('\\\n', ' '), ...more].join(' ').split(/ +/);
  expect(words.sort()).toEqual(sandboxes.bwrap.map((word) => word.replace(/-try$/, '')).sort());
});
