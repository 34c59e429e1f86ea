// Makes dist/, or the folder that is given, from src/ and drivers/: an ES module with all code in it, as readable as its
// source, one for each driver, and the types that its users see.

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
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { oneCopy } from './one-copy.js';
import { driverIndex, driverModule, lineByLine, nameOfDriver } from './packed-drivers.js';
import { writePresetTypes } from './preset-types.js';
import { requireCode } from './require-code.js';
import { requireTypes } from './require-types.js';
import { shareValues } from './share-values.js';
import { writeSyncTypes } from './sync-types.js';
import { inject, takenGlobals } from './taken-globals.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = resolve(process.argv[2] ?? join(ROOT, 'dist'));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What users load: `cli` is the command, if there is one. What both need goes into shared.js, and is loaded once. */
const ENTRIES = Object.fromEntries(
  Object.entries({ index: 'index', cli: 'cli', sync: 'sync/index', 'sync-worker': 'sync/worker' })
    .map(([name, source]) => [name, join(ROOT, `src/${source}.ts`)])
    .filter(([, file]) => existsSync(file as string)),
);

/** What every program loads. */
const SHARED = 'shared.js';
/** What `bond/sync` is. It knows its handles, and its thread. */
const SYNC = 'sync.js';

/** Which modules are together in a file, where it is not left to the bundler. */
const GROUPS = [
  {
    name: 'shared',
    priority: 3,
    test: /\btaken-globals|\bsrc\/index\.|\bsrc\/tools\/(conform\/level|cli\/exit|driver-tools)|\bsrc\/common\/tracing/,
  },
  {
    name: 'connect',
    priority: 2,
    test: /\bsrc\/(session\/handshake|wire\/|bond\/connect|common\/(random|idle-timer|debug)|values\/v8-module)/,
  },
  {
    name: 'conversation',
    priority: 1,
    test: /\bsrc\/(session|values|bond\/(conversation|requester|code-places)|common\/code-place|references)\b/,
  },
];

/** Files by their paths below dist/. */
type Files = Map<string, string>;

/** The code, without comments: Node shows lines of it where a rejection is not caught, and so do debuggers. */
async function buildCode(): Promise<Files> {
  const bundle = await rolldown({
    input: ENTRIES,
    platform: 'node',
    external: /^(?!\.|\/|[A-Za-z]:[\\/]|bond-driver:|taken-globals)/,
    transform: { inject },
    plugins: [
      takenGlobals,
      {
        name: 'packed drivers',
        resolveId: (id) => (nameOfDriver(id) ? id : undefined),
        load: (id) => {
          if (/drivers\/driver-files\.ts$/.test(id)) return { code: driverIndex(), moduleType: 'js' };
          const name = nameOfDriver(id);
          return name && driverModule(name).then((code) => ({ code, moduleType: 'js' as const }));
        },
      },
    ],
  });
  const { output } = await bundle.generate({
    format: 'es',
    comments: false,
    minify: false,
    minifyInternalExports: false,
    chunkFileNames: ({ facadeModuleId, name }) => {
      const driver = facadeModuleId && nameOfDriver(facadeModuleId);
      return driver ? `driver-${driver}.js` : `${name}.js`;
    },
    // What every program loads is in one file, which takes less time than several. All else stands behind an import(): what brings a
    // driver into an interpreter, which is loaded while one starts; the conversation, which is loaded while it compiles the driver; a
    // pool's work, and what few programs use.
    codeSplitting: { groups: GROUPS },
  });
  const files: Files = new Map();
  for (const chunk of output) {
    if (!('code' in chunk)) continue;
    const isDriver = nameOfDriver(chunk.facadeModuleId ?? '') !== undefined;
    const code = isDriver ? lineByLine(chunk.code) : withoutFacades(chunk.fileName, chunk.code);
    files.set(chunk.fileName, inAscii(code));
  }
  return inLines(withoutDetours(files));
}

/** A file that only passes on what another one exports, which the bundler makes for an `import()` of a file with other exports. */
const DETOUR = /^import \{ ([\w, ]+) \} from "\.\/(\w+)\.js";\s*export \{ \1 \};\s*$/;

/** The same without such files: each file takes Node as long to load as 20 kB of code. */
function withoutDetours(files: Files): Files {
  const targets = new Map<string, string>();
  for (const [name, code] of files) {
    const target = DETOUR.exec(code)?.[2];
    if (target !== undefined && name === `${target}2.js`) targets.set(name, `${target}.js`);
  }
  const direct = (code: string): string =>
    code.replace(/import\("\.\/(\w+\.js)"\)/g, (all, name: string) => {
      const target = targets.get(name);
      return target === undefined ? all : `import("./${target}")`;
    });
  return new Map([...files].filter(([name]) => !targets.has(name)).map(([name, code]) => [name, direct(code)]));
}

/** Long lists of what is imported and exported, in lines that can be read. */
function inLines(files: Files): Files {
  const lines = (_list: string, start: string, names: string, end: string): string =>
    `${start}\n\t${names.replace(/(.{80,110}?,) /g, '$1\n\t')}\n${end}`;
  const wrap = (code: string): string => code.replace(/^((?:im|ex)port \{) (.{110,}) (\}.*)$/gm, lines);
  return new Map([...files].map(([name, code]) => [name, wrap(code)]));
}

/**
 * Code that asks Node for its own modules. An `import` would have Node make a module of each, and for that it loads whatever `util`,
 * `net` and `fs` only load when it is used: a third of what it takes to import this library.
 */
function withoutFacades(name: string, code: string): string {
  // Programs may have replaced `process` by the time when the other files are loaded.
  const ask =
    name === SHARED
      ? 'const { getBuiltinModule } = globalThis.process;'
      : `import { getBuiltinModule } from "./${SHARED}";`;
  let isFirst = true;
  const asking = code.replace(/^import (?:\* as )?(.*) from ("node:.*");$/gm, (_line, names: string, module) => {
    const taking = `const ${names.replaceAll(' as ', ': ')} = getBuiltinModule(${module});`;
    if (!isFirst) return taking;
    isFirst = false;
    return `${ask}\n${taking}`;
  });
  if (name === SHARED) return oneCopy(`${asking}export { getBuiltinModule };\n`);
  return name === SYNC ? oneCopy(asking) : asking;
}

/** Code with escapes for what is not ASCII: Node reads a file of 80 kB in 0.1 ms then, and in 1 ms otherwise. */
function inAscii(code: string): string {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
    addTypes('sync/index.d.ts', folder, types);
    return types;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same, with those of `bond/sync` made from the others first. */
function buildAllTypes(): Files {
  const types = buildTypes();
  return writeSyncTypes(types) ? buildTypes() : types;
}

function addTypes(name: string, folder: string, types: Files): void {
  if (types.has(name)) return;
  const text = readFileSync(join(folder, name), 'utf8');
  types.set(name, text);
  for (const [, next] of text.matchAll(/(?:from |import\()'(\.{1,2}\/[\w/.-]*)\.js'/g))
    addTypes(posix.join(posix.dirname(name), `${next}.d.ts`), folder, types);
}

/** Each file takes the place of its predecessor in one go: who loads dist/ meanwhile finds the one or the other. */
function writeFiles(folder: string, files: Files): void {
  for (const [name, text] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, text, { mode: text.startsWith('#!') ? 0o777 : 0o666 }); // npx in this folder runs the command
    renameSync(`${path}.new`, path);
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (/\.(c?js|d\.c?ts)$/.test(name) && !files.has(name.replaceAll('\\', '/'))) rmSync(join(folder, name));
  }
}

/** What `require` finds: the same code, and the same types. */
function forRequire(code: Files, types: Files): Files {
  return new Map([
    ...requireCode(code),
    ['types/index.d.cts', requireTypes(types)],
    ['types/sync/index.d.cts', requireTypes(types, 'sync/')],
  ]);
}

shareValues();
writePresetTypes();
const [types, code] = [buildAllTypes(), await buildCode()];
const placed = [...types].map(([name, text]) => [`types/${name}`, text] as const);
writeFiles(DIST, new Map([...code, ...placed, ...forRequire(code, types)]));
