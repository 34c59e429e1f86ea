// Thousands of interpreters are started by the tests, so what slows each start down is left out of their environment.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../node_modules/.cache', import.meta.url));

/** Sees to it that Node, Python and PHP start faster from now on. */
export function hastenStarts(env: NodeJS.ProcessEnv): void {
  leaveOutCertificates(env);
  leaveOutExtensions(env);
  env.PATH = [...pythonFolders(), env.PATH].join(delimiter);
}

/**
 * Node reads these certificates whenever it starts, which takes twice as long as the rest of its start. Of all that the
 * tests start, only npm needs them, and it has a setting of its own.
 */
function leaveOutCertificates(env: NodeJS.ProcessEnv): void {
  if (env.NODE_EXTRA_CA_CERTS) env.npm_config_cafile ??= env.NODE_EXTRA_CA_CERTS;
  delete env.NODE_EXTRA_CA_CERTS;
}

/**
 * The folders of a Python that comes before others: of the interpreter itself, and of a virtual environment with the same
 * packages. `python3` may be the script of a version manager, which looks for the interpreter for 0.2 s; and packages may
 * run code whenever the interpreter starts (`*.pth`), which a virtual environment does not.
 */
function pythonFolders(): string[] {
  try {
    const python = describePython();
    return python.isVirtual ? [] : [join(environmentOf(python), 'bin'), dirname(python.executable)];
  } catch {
    return []; // there is no Python: the tests say so
  }
}

interface Python {
  readonly executable: string;
  readonly version: string;
  /** Where its packages are. */
  readonly packages: readonly string[];
  readonly isVirtual: boolean;
}

function describePython(): Python {
  const code = `import json, platform, site, sys
print(json.dumps({
  "executable": sys.executable, "version": platform.python_version(),
  "packages": site.getsitepackages(), "isVirtual": sys.prefix != sys.base_prefix}))`;
  return JSON.parse(execFileSync('python3', ['-c', code], { encoding: 'utf8' }));
}

/** Makes a virtual environment. */
function environmentOf({ executable, version, packages }: Python): string {
  return cached(`python-${version}`, (made) => {
    execFileSync(executable, ['-m', 'venv', '--without-pip', made]);
    const site = `lib/python${version.split('.', 2).join('.')}/site-packages`;
    writeFileSync(join(made, site, 'packages.pth'), packages.map((path) => `${path}\n`).join(''));
  });
}

/** The extensions of PHP that tests, examples and the programs of PHP in both of them use, where PHP has them apart. */
const EXTENSIONS = [
  ...['ctype', 'ffi', 'iconv', 'mbstring', 'opcache', 'posix', 'readline', 'sockets', 'tokenizer'],
  ...['pdo', 'pdo_sqlite', 'sqlite3'],
  ...['dom', 'simplexml', 'xml', 'xmlreader', 'xmlwriter'],
];

/**
 * The PHP of Debian loads thirty extensions, which takes longer than the rest of its start. At a release, all of them are
 * there.
 */
function leaveOutExtensions(env: NodeJS.ProcessEnv): void {
  if (env.RELEASE || env.PHP_INI_SCAN_DIR !== undefined) return;
  try {
    const folder = execFileSync('php', ['-r', 'echo PHP_CONFIG_FILE_SCAN_DIR;'], { encoding: 'utf8' });
    const [, version] = /^\/etc\/php\/([\d.]+)\/cli\/conf\.d$/.exec(folder) ?? [];
    if (version) env.PHP_INI_SCAN_DIR = extensionsIn(folder, version);
  } catch {
    // there is no PHP: the tests say so
  }
}

/** Makes a folder with some of the files by which extensions are loaded, which are called as `20-mbstring.ini`. */
function extensionsIn(folder: string, version: string): string {
  const files = readdirSync(folder).filter((file) => EXTENSIONS.includes(basename(file, '.ini').replace(/^\d+-/, '')));
  return cached(`php-${version}-${files.length}`, (made) => {
    for (const file of files) symlinkSync(join(folder, file), join(made, file));
  });
}

/** A folder that is made unless it is there. It appears as a whole, for other tests may be running. */
function cached(name: string, make: (folder: string) => void): string {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  chmodSync(made, 0o755); // some tests start programs as another user
  make(made);
  try {
    renameSync(made, folder);
  } catch {
    rmSync(made, { recursive: true }); // another run has been faster
  }
  return folder;
}
