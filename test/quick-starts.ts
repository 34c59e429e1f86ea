// Thousands of interpreters are started by the tests, so what slows each start down is left out of their environment.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../node_modules/.cache', import.meta.url));

/** Sees to it that Node and Python start faster from now on. */
export function hastenStarts(env: NodeJS.ProcessEnv): void {
  leaveOutCertificates(env);
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

/** Makes a virtual environment, unless it is there. It appears as a whole, for other tests may be running. */
function environmentOf({ executable, version, packages }: Python): string {
  const folder = join(CACHE, `python-${version}`);
  if (existsSync(join(folder, 'bin/python3'))) return folder;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  execFileSync(executable, ['-m', 'venv', '--without-pip', made]);
  const site = `lib/python${version.split('.', 2).join('.')}/site-packages`;
  writeFileSync(join(made, site, 'packages.pth'), packages.map((path) => `${path}\n`).join(''));
  try {
    renameSync(made, folder);
    return folder;
  } catch {
    rmSync(made, { recursive: true }); // another run has been faster
    return folder;
  }
}
