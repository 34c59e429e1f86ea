// Makes dist/, or the folder that is given, from src/ and drivers/: one ES module with everything in it, and the types that
// its users see.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { packedDrivers } from './packed-drivers.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = resolve(process.argv[2] ?? join(ROOT, 'dist'));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What users load: `cli` is the command, if there is one. What both need goes into shared.js, and is loaded once. */
const ENTRIES = ['index', 'cli'].map((name) => join(ROOT, `src/${name}.ts`)).filter((file) => existsSync(file));

/** Files by their paths below dist/. */
type Files = Map<string, string>;

/** The code: without comments and with short names of variables, but with all names that can be seen in a stack. */
async function buildCode(): Promise<Files> {
  const keepNames = { function: true, class: true };
  const bundle = await rolldown({
    input: ENTRIES,
    platform: 'node',
    external: /^(?!\.|\/|[A-Za-z]:[\\/])/,
    plugins: [
      {
        name: 'packed drivers',
        load: { filter: { id: /driver-files\.ts$/ }, handler: () => ({ code: packedDrivers(), moduleType: 'js' }) },
      },
    ],
  });
  const { output } = await bundle.generate({
    format: 'es',
    chunkFileNames: 'shared.js',
    minify: { mangle: { toplevel: true, keepNames }, compress: { keepNames }, codegen: { removeWhitespace: true } },
  });
  return new Map(output.flatMap((chunk) => ('code' in chunk ? [[chunk.fileName, chunk.code] as const] : [])));
}

/** The types, as the compiler writes them, of those files only that can be reached from index.d.ts. */
function buildTypes(): Files {
  const folder = mkdtempSync(join(tmpdir(), 'bond-types-'));
  try {
    execFileSync(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', folder], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    const types: Files = new Map();
    addTypes('index.d.ts', folder, types);
    return types;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function addTypes(name: string, folder: string, types: Files): void {
  if (types.has(name)) return;
  const text = readFileSync(join(folder, name), 'utf8');
  types.set(name, text);
  for (const [, next] of text.matchAll(/(?:from |import\()'\.\/(\w[\w-]*)\.js'/g))
    addTypes(`${next}.d.ts`, folder, types);
}

/** Each file takes the place of its predecessor in one go: who loads dist/ meanwhile finds the one or the other. */
function writeFiles(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) {
    const path = join(folder, name);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
  for (const name of readdirSync(folder)) {
    if (/\.(js|d\.ts)$/.test(name) && !files.has(name)) rmSync(join(folder, name));
  }
}

const [types, code] = [buildTypes(), await buildCode()];
writeFiles(DIST, code);
writeFiles(join(DIST, 'types'), types);
