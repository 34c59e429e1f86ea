// Where programs/ are run: kinds of module, processes, test runners and bundlers, each with the package as it is installed.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Format } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const TSX = join(ROOT, 'node_modules/tsx/dist/loader.mjs');
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
/** By its path: without an installation of hosts/, the compiler finds no types. */
const WEBPACK = join(HERE, 'node_modules/webpack/lib/index.js');
const JEST = join(HERE, 'node_modules/jest/bin/jest.js');

export interface Place {
  readonly name: string;
  /** Runs a program of a project there; it fails if that does. */
  run(project: string): Promise<void>;
}

const run = promisify(execFile);

/** A program that says that it is done. */
function program(...args: readonly string[]): (project: string) => Promise<void> {
  return async (project) => {
    const { stdout, stderr } = await run(process.execPath, [...args], { cwd: project });
    if (stdout !== 'done\n' || stderr !== '') throw new Error(`${args.join(' ')} prints: ${stdout}${stderr}`);
  };
}

/** A command that fails if its tests do. */
function tests(...args: readonly string[]): (project: string) => Promise<void> {
  return async (project) => {
    await run(process.execPath, [...args], { cwd: project });
  };
}

async function bundleByEsbuild(project: string, format: Format, source: string): Promise<void> {
  const outfile = join(project, `esbuild-${format}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const options = { bundle: true, platform: 'node', target: 'node20', logLevel: 'silent' } as const;
  await build({ ...options, entryPoints: [join(project, source)], format, outfile });
  await program(outfile)(project);
}

/** Webpack makes a bundle of a program; what is `external` stays a package, as in Next.js' `serverExternalPackages`. */
async function bundleByWebpack(project: string, source: string, external: string[] = []): Promise<void> {
  const { default: webpack } = await import(WEBPACK);
  const path = join(project, `webpack-${source}${external}`);
  const externals = Object.fromEntries(external.map((name) => [name, `commonjs ${name}`]));
  const output = { path, filename: 'main.cjs' };
  const config = {
    mode: 'production',
    target: 'node20',
    context: project,
    entry: `./${source}`,
    output,
    externals,
  } as const;
  const problem = await new Promise<string>((resolve) => {
    webpack(config, (error: unknown, stats?: { toString(what: object): string }) =>
      resolve(error ? String(error) : (stats?.toString({ all: false, errors: true, warnings: true }) ?? '')),
    );
  });
  if (problem !== '') throw new Error(problem);
  await program(join(path, 'main.cjs'))(project);
}

export const PLACES: readonly Place[] = [
  { name: '`import`', run: program('program.mjs') },
  {
    name: '`require`, where it takes no ES modules',
    run: program('--no-experimental-require-module', 'program.cjs'),
  },
  { name: '`require` and `import` in one program: the same classes', run: program('both.cjs') },
  { name: '`node:worker_threads`', run: program('thread.cjs') },
  { name: '`node:cluster`', run: program('cluster.cjs') },
  { name: 'what Electron says of itself, simulated', run: program('electron.cjs') },
  { name: 'TypeScript in a CommonJS project, by `tsx`', run: program('--import', TSX, 'program.ts') },
  { name: 'Jest without options, with fake timers', run: tests(JEST, 'required.test.js') },
  { name: 'Vitest with fake timers', run: tests(VITEST, 'run', '--globals', 'imported.spec.mjs') },
  { name: 'esbuild, to an ES module', run: (project) => bundleByEsbuild(project, 'esm', 'bundled.mjs') },
  { name: 'esbuild, to CommonJS', run: (project) => bundleByEsbuild(project, 'cjs', 'bundled.cjs') },
  { name: 'webpack, of an ES module', run: (project) => bundleByWebpack(project, 'bundled.mjs') },
  { name: 'webpack, of CommonJS', run: (project) => bundleByWebpack(project, 'bundled.cjs') },
  {
    name: 'webpack, with bond left outside',
    run: (project) => bundleByWebpack(project, 'program.cjs', ['bond', 'bond/sync']),
  },
];
