// The package as others get it: packed, installed into an empty project, and used there in every way that Node, TypeScript
// and bundlers have.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listDrivers, queryDriver } from '../src/index.js';
import { targetsOf } from './documents.js';
import { hasInterpreter, languages, missing } from './fixtures.js';
import { findNode, hasRegistry } from './nodes.js';
import { testInTurn, testSample } from './turns.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const TSX = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href;
/** The versions of Node that it is tried with: at a check, the oldest and the newest. */
const NODES = process.env.RELEASE ? [20, 22, 24, 26] : [20, 26];

/** The most bytes of the package, unpacked. Two fifths of it are the drivers, a tenth the pages. */
const MOST_BYTES = 2_550_000;
/** The pages that users need. */
const PAGES = /^docs\/(?:guide\/|languages\/|pictures\/)?[\w.-]+\.(?:md|svg)$/;
const DRIVERS = listDrivers().flatMap((lang) => [`dist/driver-${lang}.js`, `dist/driver-${lang}-more.js`]);
/** What few programs use. */
const SELDOM = [
  ...['converse', 'convert', 'declare-file', 'dialog', 'environment', 'libraries', 'scheduler', 'split-command'],
];
/** What is there for `import` and for `require`. */
const MODULES = [
  'connect', // is loaded with the first bond
  'conversation', // while that is made
  'index',
  'shared',
  'sync',
  'told-errors', // what both threads of bond/sync use
  ...SELDOM,
];
const CODE = [
  ...MODULES.flatMap((name) => [`dist/${name}.js`, `dist/${name}.cjs`]),
  ...['cli', 'conform', 'new-project'].map((name) => `dist/${name}.js`), // the command
  'dist/sync-worker.js', // the thread of bond/sync
  ...DRIVERS,
];
/** How many packages an installation may bring: bond, its two dependencies, and theirs. */
const MOST_PACKAGES = 8;
/** The longest line of code, in characters: Node shows the one where something was thrown. */
const LONGEST_LINE = 1000;

/** What the package is tried with: all languages, an exported function, an error, and what is known of the drivers. */
const PROGRAM = `
async function run() {
  const answers = {};
  for (const lang of JSON.parse(process.argv[2])) {
    const bond = await makeBond(lang);
    await bond.export((n) => n + 1, 'one_more');
    answers[lang] = await bond.eval('one_more(41)');
    await bond.close();
  }
  const error = await makeBond('Cobol').catch((reason) => reason);
  const others = await import('bond');
  console.log(JSON.stringify({
    node: process.versions.node,
    answers,
    drivers: listDrivers().map(queryDriver),
    error: [error.constructor.name, error.name, /at (async )?makeBond /.test(error.stack)],
    isSame: [error instanceof BondException, error instanceof others.BondException],
  }));
}
run();
`;
const NAMES = '{ BondException, listDrivers, makeBond, queryDriver }';
const PROGRAMS = {
  'program.mjs': `import ${NAMES} from 'bond';\n${PROGRAM}`,
  'program.cjs': `const ${NAMES} = require('bond');\n${PROGRAM}`,
};

const TYPED = `
import { type Bond, type BondOptions, type Driver, makeBond, makePool, RemoteException } from 'bond';

const options: BondOptions = { timeout: 1_000 };
export async function use(): Promise<string[]> {
  const php: Bond = await makeBond('PHP', options);
  const split = php.callable<(separator: string, text: string) => string[]>('explode');
  const pool = await makePool('Perl', { size: 2, setup: (bond) => bond.evalBlock('1') });
  await pool.close();
  return split(' ', 'a b').catch((error: unknown) => [error instanceof RemoteException ? error.remoteMessage : '']);
}
export const commands = (driver: Driver): readonly string[] => driver.commands;
// @ts-expect-error a number is no language
export const wrong = (): Promise<Bond> => makeBond(42);
`;

/** What both kinds of module of one project say to each other: types from `bond types`, bonds, arguments and errors. */
const MIXED = {
  'shop.d.ts': `
import type { Stays } from 'bond';
export interface ShopModule { basket(): Stays<Basket> }
export interface Basket { add(item: string): number }
`,
  'old.cts': `
import { Bond, callback, NDArray, RemoteException } from 'bond';
export class Unpaid extends RemoteException {}
export const twice = callback((n: number) => 2 * n);
export const row = (data: Float64Array): NDArray<Float64Array> => new NDArray(data, [1, data.length]);
export const isBond = (value: unknown): value is Bond => value instanceof Bond;
export const ask = (bond: Bond, array: NDArray): Promise<number> => bond.call<number>('f', array);
`,
  'new.mts': `
import { type Callback, makeBond, type NDArray, type RemoteException } from 'bond';
import { ask, isBond, row, twice, type Unpaid } from './old.cjs';
import type { ShopModule } from './shop.js';
const python = await makeBond('Python');
const basket = await (await python.import<ShopModule>('shop')).basket();
export const count: number = await basket.add('apple');
export const array: NDArray<Float64Array> = row(Float64Array.of(1));
export const answer: number = isBond(python) ? await ask(python, array) : 0;
export const passed: Callback<(n: number) => number> = twice;
export const base = (error: Unpaid): RemoteException => error;
// @ts-expect-error a text is no callback
export const wrong: Callback = 'twice';
`,
};

/** Both kinds of module, of both entries, in one program, where none can be loaded as the other. */
const BOTH = `
const required = [require('bond'), require('bond/sync')];
Promise.all([import('bond'), import('bond/sync')]).then((imported) => {
  const same = required.map((exported, index) => Object.keys(exported).filter((name) => exported[name] !== imported[index][name]));
  console.log(JSON.stringify([same, required[0].BondException === imported[1].BondException]));
});
`;

/** A TypeScript file of a CommonJS project. What it makes has to be known to what is loaded later. */
const LOADED = `
import { kwargs, makeBond, RemoteException } from 'bond';
async function main() {
  const javascript = await makeBond('JavaScript');
  const sorted = await javascript.call('(list, { by }) => list.sort((a, b) => by * (a - b))', [1, 3, 2], kwargs({ by: -1 }));
  const error = await javascript.eval('null.x').catch((reason) => reason);
  await javascript.close();
  console.log(JSON.stringify([sorted, error.type, error instanceof RemoteException]));
}
main();
`;

const run = promisify(execFile);

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

let folder: string;
let project: string;
let packed: Packed;
let tarball: Buffer;

/** The languages to try: those that are here, and in CI all of them. */
const present = process.env.CI ? languages : languages.filter(hasInterpreter);

async function npm(...args: string[]): Promise<string> {
  const { stdout } = await run('npm', ['--loglevel=error', ...args], {
    cwd: project,
    shell: process.platform === 'win32',
  });
  return stdout;
}

/** What a program says, which must have nothing to warn of. */
async function outcome(node: string, program: string, options: readonly string[] = []): Promise<unknown> {
  const args = [...options, program, JSON.stringify(present)];
  const { stdout, stderr } = await run(node, args, { cwd: join(program, '..') });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

/** What the compiler says of files that use the package. */
async function compiled(files: readonly string[], options: string): Promise<string> {
  const common =
    '--ignoreConfig --noEmit --strict --exactOptionalPropertyTypes --target es2022 --types node --typeRoots';
  const args = [TSC, ...options.split(' '), ...common.split(' '), join(ROOT, 'node_modules/@types'), ...files];
  const { stdout } = await run(process.execPath, args, { cwd: project }).catch((error) => error as { stdout: string });
  return stdout;
}

/** What every program must say under a version of Node. */
function expected(version: string): object {
  return {
    node: expect.stringMatching(new RegExp(`^${version}\\.`)),
    answers: Object.fromEntries(present.map((lang) => [lang, 42])),
    drivers: listDrivers().map(queryDriver),
    error: ['BondException', 'BondException', true],
    isSame: [true, true],
  };
}

describe('the package', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bond-package-'));
    project = join(folder, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }');
    for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(project, name), text);
    const staged = join(folder, 'staged');
    await run(process.execPath, ['--import', TSX, join(ROOT, 'build/stage.ts'), staged]);
    const options = ['--ignore-scripts', '--json', '--silent', '--pack-destination', folder];
    [packed] = JSON.parse(await npm('pack', staged, ...options)) as [Packed];
    const path = join(folder, packed.filename);
    tarball = readFileSync(path);
    const start = performance.now();
    await npm('install', path, '--prefix', project, '--prefer-offline', '--no-audit', '--no-fund');
    console.log(`unpacked ${packed.unpackedSize} bytes, installed in ${Math.round(performance.now() - start)} ms`);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('is small, and has nothing in it but what is used', () => {
    const paths = packed.files.map(({ path }) => path);
    const names = paths.filter((path) => !path.startsWith('dist/types/') && !PAGES.test(path));
    expect(names.sort()).toEqual(['LICENSE', 'NEWS.md', 'README.md', ...CODE, 'package.json'].sort());
    expect(packed.unpackedSize).toBeLessThan(MOST_BYTES);
  });

  test('has whatever its pages lead to', () => {
    const paths = new Set(packed.files.map(({ path }) => path));
    const pages = [...paths].filter((path) => path.endsWith('.md'));
    expect(pages).toContain('docs/errors.md'); // where errors lead to
    const dead = pages.flatMap((page) => {
      const targets = targetsOf(readFileSync(join(project, 'node_modules/bond', page), 'utf8'));
      const files = targets
        .map((target) => target.replace(/#.*/, ''))
        .filter(Boolean)
        .map((file) => posix.join(posix.dirname(page), file));
      return files.filter((file) => !paths.has(file)).map((file) => `${page}: ${file}`);
    });
    expect(dead).toEqual([]);
  });

  test('has readable code: no long lines but those of drivers, which are apart', () => {
    for (const name of CODE.filter((name) => !DRIVERS.includes(name))) {
      const lines = readFileSync(join(project, 'node_modules/bond', name), 'utf8').split('\n');
      const code = lines.filter((line) => !/^(?:import|export) \{/.test(line)); // where nothing is thrown
      expect(Math.max(...code.map(({ length }) => length))).toBeLessThan(LONGEST_LINE);
    }
  });

  test('brings few packages, and none that runs anything when it is installed', () => {
    const lock = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8'));
    const installed = Object.values<{ hasInstallScript?: boolean }>(lock.packages);
    expect(installed.length).toBeLessThanOrEqual(MOST_PACKAGES);
    expect(installed.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
    const { scripts } = JSON.parse(readFileSync(join(project, 'node_modules/bond/package.json'), 'utf8'));
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts).not.toHaveProperty(name);
  });

  test('brings the command', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const command = join(project, 'node_modules/.bin/bond');
    const { stdout } = await run(command, ['--version'], { shell: process.platform === 'win32' });
    expect(stdout).toBe(`${version}\n`);
  });

  describe.each(NODES)('under Node %d', (version) => {
    let node: string | undefined;

    beforeAll(() => {
      node = findNode(version);
    });

    beforeEach(({ skip }) => {
      if (!node) missing(`Node ${version}: npx -y node@${version}`, skip, Boolean(process.env.CI) && hasRegistry());
    });

    testInTurn(NODES.indexOf(version) % 2, [0, 1]).each(Object.keys(PROGRAMS))(
      '%s runs in all languages, without a warning',
      async (program) => {
        expect(await outcome(node as string, join(project, program))).toEqual(expected(String(version)));
      },
    );
  });

  test('needs no ES module for `require`, and is one with that which is imported', async () => {
    writeFileSync(join(project, 'both.cjs'), BOTH);
    const options = ['--no-experimental-require-module'];
    expect(await outcome(process.execPath, join(project, 'both.cjs'), options)).toEqual([[[], []], true]);
    const version = String(process.versions.node.split('.')[0]);
    expect(await outcome(process.execPath, join(project, 'program.cjs'), options)).toEqual(expected(version));
  });

  testSample(3).each([
    ['an ES module', 'esm', 'program.mjs'],
    ['CommonJS', 'cjs', 'program.cjs'],
    ['CommonJS, from an ES module', 'cjs', 'program.mjs'],
  ] as const)('can be bundled by esbuild as %s: one file, which runs by itself', async (_, format, program) => {
    const alone = mkdtempSync(join(folder, 'alone-'));
    const file = join(alone, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
    const { warnings } = await build({
      entryPoints: [join(project, program)],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format,
      outfile: file,
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
    expect(readdirSync(alone)).toHaveLength(1);
    expect(await outcome(process.execPath, file)).toEqual(expected(String(process.versions.node.split('.')[0])));
  });

  test('can be bundled by Rolldown, with each driver as a chunk', async () => {
    const alone = mkdtempSync(join(folder, 'alone-'));
    const bundle = await rolldown({ input: join(project, 'program.mjs'), platform: 'node', external: 'cross-spawn' });
    await bundle.write({ dir: alone, entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
    expect(readdirSync(alone).length).toBeGreaterThan(listDrivers().length);
    const version = String(process.versions.node.split('.')[0]);
    expect(await outcome(process.execPath, join(alone, 'program.mjs'))).toEqual(expected(version));
  });

  testSample(3).each([
    ['nodenext', '--module nodenext', ['mts', 'cts']],
    ['node16', '--module node16', ['mts', 'cts']],
    ['bundler', '--module esnext --moduleResolution bundler', ['ts']],
  ])('has types for %s, from an ES module and from CommonJS', async (name, options, extensions) => {
    const files = extensions.map((extension) => join(project, `${name}.${extension}`));
    for (const file of files) writeFileSync(file, TYPED);
    expect(await compiled(files, options)).toBe('');
  });

  test('has the same types for an ES module and for CommonJS, so that both meet in one project', async () => {
    const files = Object.keys(MIXED).map((name) => join(project, name));
    for (const [name, text] of Object.entries(MIXED)) writeFileSync(join(project, name), text);
    expect(await compiled(files, '--module nodenext')).toBe('');
  });

  test('is there once where a loader turns it into CommonJS, and leaves import() to Node', async () => {
    const program = join(project, 'loaded.ts');
    writeFileSync(program, LOADED);
    const { stdout } = await run(process.execPath, ['--import', TSX, program], { cwd: project });
    expect(JSON.parse(stdout)).toEqual([[3, 2, 1], 'TypeError', true]);
  });

  test('has documentation in its types, and nothing of what is inside', () => {
    const types = join(project, 'node_modules/bond/dist/types');
    expect(readFileSync(join(types, 'bond/make-bond.d.ts'), 'utf8')).toContain('@param lang the language');
    const texts = readdirSync(types, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(types, name), 'utf8'));
    expect(texts.join('\n')).not.toMatch(/@internal|\bSession\b|\bInterpreter\b/);
  });

  test('has nothing that publint finds', async () => {
    const { buffer, byteOffset, byteLength } = tarball;
    const copy = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    expect((await publint({ pack: { tarball: copy }, strict: true })).messages).toEqual([]);
  });

  test('has types that are not wrong', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    expect(analysis.types ? analysis.problems : ['no types']).toEqual([]);
  });
});
