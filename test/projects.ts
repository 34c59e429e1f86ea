// Which file of tests belongs to which project. vitest.config.ts makes projects of it, CONTRIBUTING.md says when each is run.

import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECTS = ['unit', 'timers', 'core', 'system', 'deep', 'versions'] as const;
export type Project = (typeof PROJECTS)[number];

/**
 * The projects of which each file has a process of its own, since its files replace modules, register drivers or use up memory.
 * Files of the others leave nothing behind: those of a project share two processes, which load everything once.
 */
export const ISOLATED: readonly Project[] = ['timers', 'deep'];

/** The files of each project, without `test/` and `.test.ts`. Any other file is `core`: one language or more, end to end. */
const files: Record<Exclude<Project, 'core'>, readonly string[]> = {
  /** No interpreter of any language is started by the library: these run on every system that Node runs on. */
  unit: [
    'channel',
    'codecs',
    'command',
    'connection',
    'conversations',
    'cycles',
    'errors-page',
    'frames',
    'generations',
    'history',
    'interrupts',
    'json',
    'links',
    'long-ways',
    'message-splitter',
    'messages',
    'missing-library',
    'one-stack',
    'payloads',
    'projects',
    'replay',
    'send-queue',
    'spin-wait',
    'sizes',
    'table',
    'workflow',
    'write-queue',
  ],
  /** The same, with timers that the test moves. */
  timers: ['handshake', 'session', 'tasks'],
  /** Other machines, users and terminals, the package, and the programs that come with it. */
  system: [
    'benchmark',
    'cluster',
    'containers',
    'decoder',
    'examples',
    'hosts',
    'libraries',
    'lxc',
    'migration',
    'new-project',
    'package',
    'php-service',
    'placements',
    'readme',
    'reference',
    'new-places',
    'remote',
    'sandbox',
    'shell-blocks',
    'site',
    'terminal',
    'tour',
    'types',
    'uncaught',
    'unprivileged',
  ],
  /** Many tries of one thing: by chance, and against an enemy. */
  deep: [
    'captured',
    'conform',
    'fuzz',
    'host-storms',
    'hostile',
    'kills',
    'model',
    'noise',
    'pool',
    'storms',
    'throwing',
  ],
  /** Every version of an interpreter. */
  versions: ['versions/*'],
};

/** Versions between the oldest and the newest, which show what both of these show: they have their turn at a release. */
const BETWEEN = [
  ...[14, 16, 18, 22, 24].map((version) => `versions/node-${version}`),
  ...[7, 8, 9, 10, 11, 12].map((minor) => `versions/python-3.${minor}`),
];

/** The files that are of one language only. */
const ofLanguage: Record<string, string> = {
  javascript: 'JavaScript',
  perl: 'Perl',
  'perl-modules': 'Perl',
  'perl-world': 'Perl',
  php: 'PHP',
  python: 'Python',
};

/** The language that a file of tests is about, if it is about one only. */
export function languageOf(path: string): string | undefined {
  return ofLanguage[basename(path, ENDING)];
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ENDING = '.test.ts';

/** Every file of tests, as it is called here. */
export function testFiles(): string[] {
  const names = readdirSync(FOLDER, { encoding: 'utf8', recursive: true });
  return names
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length).replaceAll('\\', '/'))
    .sort();
}

/** The project that a file belongs to. */
function projectOf(file: string): Project {
  for (const project of PROJECTS) {
    if (project !== 'core' && files[project].some((name) => name === file || name === `${file.split('/')[0]}/*`))
      return project;
  }
  return 'core';
}

/**
 * The paths of a project's files that are run now: not what has its turn at a release, and where languages are chosen, not
 * what is of another one.
 */
export function pathsOf(project: Project, chosen: readonly string[] = []): string[] {
  const isWanted = (file: string): boolean => {
    const language = ofLanguage[file];
    if (!process.env.RELEASE && BETWEEN.includes(file)) return false;
    return chosen.length === 0 || language === undefined || chosen.includes(language);
  };
  return testFiles()
    .filter((file) => projectOf(file) === project && isWanted(file))
    .map((file) => `test/${file}${ENDING}`);
}

/** What is listed here and is no file: a test sees to it that nothing is. */
export function listedInVain(): string[] {
  const all = testFiles();
  const isThere = (name: string): boolean =>
    name.endsWith('/*') ? all.some((file) => file.startsWith(name.slice(0, -1))) : all.includes(name);
  return [...Object.values(files).flat(), ...BETWEEN, ...Object.keys(ofLanguage)].filter((name) => !isThere(name));
}
