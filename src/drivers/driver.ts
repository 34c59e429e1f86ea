import { Buffer } from 'node:buffer';
import { fileURLToPath } from 'node:url';
import { BondException } from '../common/errors.js';
import { nearest } from '../common/similar.js';
import { textOf } from '../common/thrown.js';
import { driverLanguages, driverManifest, driverPart } from './driver-files.js';
import { readDriverPart } from './driver-folder.js';
import { checkManifest, type Driver } from './manifest.js';

/** @internal The code that is sent to an interpreter. */
export interface DriverText {
  /** A line that makes the interpreter read and run `stage2`. */
  readonly stage1: string;
  /** The driver itself, as it is sent. */
  readonly stage2: Buffer;
}

/** The place of a driver of your own, for {@link registerDriver}. */
export interface DriverFolder {
  /** A path or `file:` URL of the folder with `bond.json`, `stage1.*` and `stage2.*` or `driver/`. */
  readonly folder: string | URL;
}

/** Folders of registered drivers, by language. */
const folders = new Map<string, string>();
const manifests = new Map<string, Driver>();
const texts = new Map<string, Promise<DriverText>>();

/**
 * Adds a language: after this, `makeBond` can use the driver in a folder of yours. docs/adding-a-language.md explains
 * how to write one. A driver with the name of an existing one replaces it.
 * @returns the name of the language, from its `bond.json`
 * @throws BondException if the folder has no `bond.json`, or an invalid one
 * @example
 * const lang = registerDriver({ folder: new URL('./drivers/Lua', import.meta.url) });
 * await using lua = await makeBond(lang);
 */
export function registerDriver({ folder }: DriverFolder): string {
  const path = folder instanceof URL || /^file:/.test(folder) ? fileURLToPath(folder) : folder;
  const driver = manifestIn(path);
  folders.set(driver.language, path);
  manifests.set(driver.language, driver);
  texts.delete(driver.language);
  return driver.language;
}

/** @internal The folder of a driver that was registered. */
export function registeredFolder(lang: string): string | undefined {
  return folders.get(lang);
}

function manifestIn(folder: string): Driver {
  try {
    const text = readDriverPart(folder, 'bond');
    if (text === undefined) throw new Error('there is no bond.json');
    const manifest = JSON.parse(text) as Partial<Record<keyof Driver, unknown>>;
    return checkManifest(String(manifest.language), manifest);
  } catch (cause) {
    throw new BondException('bond', `the driver in ${folder} cannot be registered: ${textOf(cause)}`, { cause });
  }
}

/**
 * Returns the languages that `makeBond` knows, in alphabetical order.
 * @example
 * listDrivers(); // ['JavaScript', 'PHP', 'Perl', 'Python']
 */
export function listDrivers(): string[] {
  return [...new Set([...driverLanguages(), ...folders.keys()])].sort();
}

/**
 * Returns what is known about a language.
 * @throws BondException if the language is unknown; the message lists the known ones
 * @example
 * queryDriver('Python').commands; // ['python3', 'python', 'pypy3']
 */
export function queryDriver(lang: string): Driver {
  const known = manifests.get(lang);
  if (known) return known;
  if (!listDrivers().includes(lang)) {
    const hint = similarLanguage(lang);
    throw new BondException(
      String(lang),
      `there is no driver for this language${hint ? ` (did you mean '${hint}'?)` : ''}; known: ${listDrivers().join(', ')}`,
    );
  }
  const driver = readManifest(lang);
  manifests.set(lang, driver);
  return driver;
}

/** @internal The language that a wrong name probably means: `python`, `node`, `js`, `Pyton`. */
export function similarLanguage(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const known = listDrivers();
  const namesOf = ({ commands, aliases }: Driver): readonly string[] => [...commands, ...(aliases ?? [])];
  return nearest(name, known) ?? known.find((lang) => namesOf(queryDriver(lang)).includes(name.toLowerCase()));
}

/** @internal The language of a file, from its extension. */
export function languageOfFile(path: string): string | undefined {
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
  return listDrivers().find((lang) => extension !== undefined && queryDriver(lang).extensions?.includes(extension));
}

function readManifest(lang: string): Driver {
  try {
    return checkManifest(lang, JSON.parse(driverManifest(lang)));
  } catch (cause) {
    throw new BondException(lang, `its bond.json is not a valid manifest: ${textOf(cause)}`, { cause });
  }
}

/** @internal The driver of a language. Its files are read on first use, once per process. */
export function driverText(lang: string): Promise<DriverText> {
  const text = texts.get(lang) ?? readText(lang);
  texts.set(lang, text);
  return text;
}

async function readText(lang: string): Promise<DriverText> {
  const stage1 = await driverFile(lang, 'stage1');
  return { stage1: stage1.trim(), stage2: Buffer.from(await driverFile(lang, 'stage2')) };
}

/** @internal A file of a driver, by its name without the extension. */
export async function driverFile(lang: string, part: string): Promise<string> {
  const text = await findDriverFile(lang, part);
  if (text === undefined) throw new BondException(lang, `its driver has no ${part}`);
  return text;
}

/** @internal The same; `undefined` if there is no such file or language. */
export async function findDriverFile(lang: string, part: string): Promise<string | undefined> {
  const folder = folders.get(lang);
  if (folder !== undefined) return readDriverPart(folder, part);
  return driverLanguages().includes(lang) ? driverPart(lang, part) : undefined;
}
