// `bond new`: the project that it makes passes its own tests, with the package as others get it.

import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownSource } from '../src/tools/cli/own-source.js';
import { markedEnvironment, temporaryDirectory } from './bonds.js';
import { BOND, runCommand } from './built.js';
import { ROOT } from './compiler.js';
import { type Language, languages, needsInterpreter } from './fixtures.js';
import { rounds } from './fuzzing.js';

const run = promisify(execFile);
const FILES: Record<Language, string> = {
  Python: 'python/greeting.py',
  PHP: 'php/greeting.php',
  Perl: 'perl/greeting.pl',
  JavaScript: 'javascript/greeting.cjs',
};

let unpacked: string;

/** Has npm pack the package, and unpacks it. */
async function unpack(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bond-new-'));
  const { stdout } = await run('npm', [
    'pack',
    ROOT,
    '--json',
    '--silent',
    '--ignore-scripts',
    '--pack-destination',
    folder,
  ]);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await run('tar', ['-xzf', join(folder, filename), '-C', folder]);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  unpacked = join(folder, 'package');
  chmodSync(join(unpacked, 'dist/cli.js'), 0o755); // as npm does when it installs a command
}

beforeAll(unpack);

afterAll(() => rmSync(join(unpacked, '..'), { recursive: true }));

/** Puts in place what `npm install` would get. */
function install(project: string): void {
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(unpacked, join(modules, 'bond'));
  symlinkSync(join(unpacked, 'dist/cli.js'), join(modules, '.bin/bond'));
  const { devDependencies = {} } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  for (const name of Object.keys(devDependencies)) {
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  if (devDependencies.typescript) symlinkSync(join(ROOT, 'node_modules/.bin/tsc'), join(modules, '.bin/tsc'));
}

/** Those that make a project at a check; at a release, all do. */
const shown = [...languages].sort((one) => (one === 'Python' ? -1 : 1)).slice(0, rounds(1, languages.length));

describe.each(shown)('%s', (lang) => {
  needsInterpreter(lang);

  // Compiling takes longest: the others show what is the language's own.
  const isTypeScript = lang === 'Python';

  test('a new project has all it says, runs, and passes its tests with types written anew', async () => {
    const parent = temporaryDirectory();
    const project = join(parent, 'My project');
    const options = isTypeScript ? [] : ['--javascript'];
    const deed = await runCommand([...BOND, 'new', 'My project', '--lang', lang, ...options], { cwd: parent });
    expect(deed).toMatchObject({ stderr: '', code: 0 });
    expect(deed.stdout).toContain(FILES[lang]);
    expect(existsSync(join(project, FILES[lang]))).toBe(true);
    const page = readFileSync(join(project, 'README.md'), 'utf8');
    const named = [...page.matchAll(/^\| `(.*?)`/gm)].map(([, path]) => path as string);
    expect(named).toHaveLength(5);
    for (const path of named) expect(existsSync(join(project, path)), path).toBe(true);
    const { name, dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    expect(name).toBe('my-project');
    expect(realpathSync(join(project, dependencies.bond.replace('file:', '')))).toBe(realpathSync(ROOT));
    install(project);
    const npm = async (...args: string[]): Promise<string> =>
      (await run('npm', args, { cwd: project, env: { ...markedEnvironment().env, NODE_TEST_CONTEXT: undefined } }))
        .stdout;
    expect(await npm('start', '--silent')).toBe(`Hello, world, from ${lang}\nmean: 3\n`);
    await npm('run', 'types', '--silent');
    await expect(npm('run', 'types', '--silent', '--', '-e', '!')).rejects.toThrow(); // which leaves the file
    expect(readFileSync(join(project, 'src/greeting-types.d.ts'), 'utf8')).toContain(`Written by \`bond types`);
    // What it had before has been compiled at the start; types change nothing of what the tests see.
    expect(await npm('test')).toMatch(/^\D*pass 3$/m);
  });
});

test.each([
  ['file:../bond-1.2.3.tgz', 'file:../../bond-1.2.3.tgz'],
  ['https://registry.example/bond-1.2.3.tgz', '^1.2.3'],
  [undefined, '^1.2.3'],
])('a project depends on what the package was installed from: %s', (resolved, expected) => {
  const folder = join(temporaryDirectory(), 'installed');
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  const packages = { 'node_modules/bond': { version: '1.2.3', resolved } };
  writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ packages }));
  expect(ownSource(join(modules, 'bond'), '1.2.3', join(folder, 'new'))).toBe(expected);
});

test('nothing is written where something is', async () => {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'mine'), '');
  for (const path of [folder, join(folder, 'mine')]) {
    const deed = await runCommand([...BOND, 'new', path]);
    expect(deed).toMatchObject({ stdout: '', code: 2 });
    expect(deed.stderr).toContain(`no project is made in ${path}`);
  }
  expect(readdirSync(folder)).toEqual(['mine']);
});
