import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { BondException } from '../common/errors.js';
import type { Libraries, Settings } from '../common/options.js';
import { type Driver, howToCreate, type LibraryOption } from '../drivers/manifest.js';
import type { Surroundings } from './spawn.js';

/** Where an interpreter is started, and by which commands. */
export interface Environment extends Surroundings {
  readonly commands: readonly string[];
}

/** Finds the interpreter of the environment that the options name, and what activating it would set. */
export function enterEnvironment(driver: Driver, settings: Settings, hasCommand: boolean): Environment {
  const { libraries = {}, cwd, env } = settings;
  checkLibraries(driver, libraries);
  const option = driver.libraries?.venv;
  if (!option || libraries.venv === undefined) return { commands: driver.commands, cwd, env };
  if (hasCommand) throw new BondException(driver.language, withCommand(option));
  const folder = folderOf(driver.language, option, libraries.venv, { cwd, env });
  return { commands: [programIn(driver.language, option, folder)], cwd, env: activated(option, folder, env) };
}

function checkLibraries({ language, libraries: known = {} }: Driver, given: Libraries): void {
  const names = Object.keys(known);
  const unknown = Object.keys(given).find(
    (name) => given[name as keyof Libraries] !== undefined && !names.includes(name),
  );
  if (unknown === undefined) return;
  const others = names.length > 0 ? `it has ${names.join(' and ')}` : 'its interpreter looks for libraries by itself';
  throw new BondException(language, `the option ${unknown} is not for it: ${others}`, { code: 'BOND_UNSUPPORTED' });
}

function withCommand({ what }: LibraryOption): string {
  return `venv and a command both choose the interpreter: give one of them. The command can name the interpreter in a ${what}, also on another host`;
}

/** The directory of the environment: the one that is given, or the nearest. */
function folderOf(lang: string, option: LibraryOption, given: string | true, surroundings: Surroundings): string {
  const { what, folders = [], variables = [] } = option;
  if (given !== true) return checkKind(lang, option, resolve(surroundings.cwd, given), 'venv');
  const nearest = nearestFolder(option, surroundings);
  if (nearest) return checkKind(lang, option, nearest.folder, nearest.source);
  const names = folders.join(' or ');
  const text = `there is no ${what}: no ${names} in ${resolve(surroundings.cwd)} or above it, and no ${variables.map((name) => `$${name}`).join(' or ')}`;
  throw new BondException(lang, text, { code: 'BOND_SETUP', hint: howToCreate(option) });
}

/** An environment that was found, and where its name comes from. */
interface Found {
  readonly folder: string;
  readonly source: string;
}

/** The environment that is nearest to a directory: in it, above it, or named by a variable. */
export function nearestFolder(option: LibraryOption, { cwd, env }: Surroundings): Found | undefined {
  for (const place of upwards(resolve(cwd))) {
    for (const name of option.folders ?? []) {
      const folder = join(place, name);
      if (kindOf(option, folder)) return { folder, source: 'venv' };
    }
  }
  const variable = option.variables?.find((name) => env[name]);
  return variable === undefined ? undefined : { folder: resolve(cwd, env[variable] as string), source: `$${variable}` };
}

function upwards(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

function kindOf({ kinds = [] }: LibraryOption, folder: string) {
  return kinds.find(({ marks }) => marks.some((mark) => existsSync(join(folder, mark))));
}

function checkKind(lang: string, option: LibraryOption, folder: string, source: string): string {
  if (kindOf(option, folder)) return folder;
  const marks = (option.kinds ?? []).flatMap((kind) => kind.marks);
  const text = `${folder} is no ${option.what} (${source}): it has none of ${marks.join(', ')}`;
  throw new BondException(lang, text, {
    code: 'BOND_SETUP',
    hint: howToCreate(option),
  });
}

function programIn(lang: string, { what, programs = [], create }: LibraryOption, folder: string): string {
  // The path is not resolved: behind the symbolic link, the interpreter would not know its environment.
  const program = programs.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (program !== undefined) return program;
  const text = `the ${what} ${folder} has no interpreter: ${programs.join(', ')} are missing, or lead nowhere`;
  throw new BondException(lang, text, {
    code: 'BOND_SETUP',
    hint: create && `to create it again, remove it, then: ${create}`,
  });
}

/** The variables as activating the environment sets them. */
function activated(option: LibraryOption, folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const result = { ...env };
  for (const [name, value] of Object.entries(kindOf(option, folder)?.env ?? {})) {
    if (value === null) delete result[name];
    else result[name] = value.replace('{path}', () => folder);
  }
  // On Windows it is called Path, and a copy of `process.env` tells these apart.
  const name = Object.keys(result).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const own = (option.path ?? []).map((part) => join(folder, part)).filter((path) => existsSync(path));
  result[name] = [...own, ...(result[name] ? [result[name]] : [])].join(delimiter);
  return result;
}
