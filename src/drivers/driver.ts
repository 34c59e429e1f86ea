import { fileURLToPath } from 'node:url';
import { BondException } from '../common/errors.js';
import type { ProtocolName } from '../common/options.js';
import { nearest } from '../common/similar.js';
import { textOf } from '../common/thrown.js';
import { driverLanguages, driverManifest, driverPart } from './driver-files.js';
import { readDriverPart } from './driver-folder.js';

/**
 * What a driver may be able to do beside evaluation, calls and exceptions: one of the words of `features` in its `bond.json`.
 * docs/protocol.md explains each.
 */
export type Feature =
  | 'references'
  | 'hold'
  | 'iterate'
  | 'callback'
  | 'stream'
  | 'live'
  | 'named'
  | 'chain'
  | 'objects'
  | 'enter'
  | 'extend'
  | 'stacks'
  | 'places'
  | 'parts'
  | 'bytes'
  | 'ejson'
  | 'convert'
  | 'load'
  | 'text'
  | 'concurrent'
  | 'interrupt';

const FEATURES: readonly Feature[] = [
  'references',
  'hold',
  'iterate',
  'callback',
  'stream',
  'live',
  'named',
  'chain',
  'objects',
  'enter',
  'extend',
  'stacks',
  'places',
  'parts',
  'bytes',
  'ejson',
  'convert',
  'load',
  'text',
  'concurrent',
  'interrupt',
];

/** A preset, as a `bond.json` has it. */
export interface Preset {
  /** What it is for, in a sentence. */
  readonly about?: string;
  /** The values that each option may have. */
  readonly options?: Readonly<Record<string, readonly string[]>>;
  /** Code by the names of types; `{option}` in it stands for the value of an option, as a text, which is empty without one. */
  readonly convert: Readonly<Record<string, string>>;
}

/** A language's manifest: what its `bond.json` says. */
export interface Driver {
  /** The language's name, as `makeBond` takes it. */
  readonly language: string;
  /** Commands that may start its interpreter, in the order in which they are tried. */
  readonly commands: readonly string[];
  /** Arguments that make the interpreter read code from its standard input line by line. */
  readonly arguments: readonly string[];
  /** What to put between those and the arguments of a script, for the interpreter to leave them alone. */
  readonly scriptArguments: readonly string[];
  /** Protocols that the driver speaks, in order of preference. */
  readonly protocols: readonly ProtocolName[];
  /** What the driver can do; its READY may say less, where an interpreter lacks something. */
  readonly features: readonly Feature[];
  /** What stands between a module, a package or a class and what is in it. */
  readonly separator: string;
  /** What else people call the language, beside its commands, in lower case. */
  readonly aliases?: readonly string[];
  /** How names of its files end, without the dot. */
  readonly extensions?: readonly string[];
  /** What an interpreter needs to be interrupted, where not every one has it: an extension, say. */
  readonly interruptNeeds?: string;
  /** Whether an interrupt stops whatever runs when it comes, and not only the request that it names. */
  readonly interruptStopsAny?: boolean;
  /** Why the language, or an interpreter of it, has no need of the option `text`, where that is so. */
  readonly withoutText?: string;
  /** Conversions that many programs need, by name. */
  readonly presets?: Readonly<Record<string, Preset>>;
  /** The command that installs the interpreter on Debian and Ubuntu. */
  readonly install: string;
}

/** @internal The text that is sent into an interpreter. */
export interface DriverText {
  /** A line that makes the interpreter read and run `stage2`. */
  readonly stage1: string;
  /** The driver itself. */
  readonly stage2: string;
}

/** Where a driver is that is not part of this package. */
export interface DriverFolder {
  /** The folder with `bond.json`, `stage1.*` and `stage2.*`, or `driver/`: a path, or a `file:` URL. */
  readonly folder: string | URL;
}

/** The folders of drivers that are not part of this package, by language. */
const folders = new Map<string, string>();
const manifests = new Map<string, Driver>();
const texts = new Map<string, Promise<DriverText>>();

/**
 * Makes `makeBond` know a further language, whose driver is in a folder of your own; docs/adding-a-language.md says how to
 * write one. It replaces an earlier driver of that name.
 *
 * ```ts
 * const lang = registerDriver({ folder: new URL('./drivers/Lua', import.meta.url) });
 * await using lua = await makeBond(lang);
 * ```
 *
 * @returns the language's name, as its `bond.json` has it
 * @throws BondException if there is no `bond.json` in the folder, or it is not valid
 */
export function registerDriver({ folder }: DriverFolder): string {
  const path = folder instanceof URL || /^file:/.test(folder) ? fileURLToPath(folder) : folder;
  const driver = manifestIn(path);
  folders.set(driver.language, path);
  manifests.set(driver.language, driver);
  texts.delete(driver.language);
  return driver.language;
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

/** The languages that `makeBond` knows, in alphabetical order. */
export function listDrivers(): string[] {
  return [...new Set([...driverLanguages(), ...folders.keys()])].sort();
}

/** The manifest of a language, checked. An unknown language is a `BondException` that names the known ones. */
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

/** @internal The language that is probably meant by a name that is none: `python`, `node`, `js`, `Pyton`. */
export function similarLanguage(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const known = listDrivers();
  const namesOf = ({ commands, aliases }: Driver): readonly string[] => [...commands, ...(aliases ?? [])];
  return nearest(name, known) ?? known.find((lang) => namesOf(queryDriver(lang)).includes(name.toLowerCase()));
}

/** @internal The language that a file is written in, by the end of its name. */
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

function checkManifest(lang: string, manifest: Partial<Record<keyof Driver | 'files', unknown>>): Driver {
  if (manifest.language !== lang) throw new Error(`'language' is not '${lang}'`);
  for (const name of ['separator', 'install'] as const) {
    if (typeof manifest[name] !== 'string') throw new Error(`'${name}' is not a string`);
  }
  for (const name of ['commands', 'arguments', 'scriptArguments', 'protocols'] as const) {
    const list = manifest[name];
    if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
      throw new Error(`'${name}' is not a list of strings`);
    }
  }
  const { features = [], files: _files, ...others } = manifest; // into how many files it is parted, users need not know
  if (!Array.isArray(features)) throw new Error("'features' is not a list of strings");
  const unknown = features.find((feature) => !FEATURES.includes(feature as Feature));
  if (unknown !== undefined) throw new Error(`there is no feature '${unknown}'; known: ${FEATURES.join(', ')}`);
  return { ...others, features } as Driver;
}

/** @internal The driver of a language; its files are read once a process, when it is first used. */
export function driverText(lang: string): Promise<DriverText> {
  const text = texts.get(lang) ?? readText(lang);
  texts.set(lang, text);
  return text;
}

async function readText(lang: string): Promise<DriverText> {
  const stage1 = await driverFile(lang, 'stage1');
  return { stage1: stage1.trim(), stage2: await driverFile(lang, 'stage2') };
}

/** @internal A file of a driver, whatever its extension is. */
export async function driverFile(lang: string, part: string): Promise<string> {
  const text = await findDriverFile(lang, part);
  if (text === undefined) throw new BondException(lang, `its driver has no ${part}`);
  return text;
}

/** @internal The same; `undefined` if there is no such file, or no such language. */
export async function findDriverFile(lang: string, part: string): Promise<string | undefined> {
  const folder = folders.get(lang);
  if (folder !== undefined) return readDriverPart(folder, part);
  return driverLanguages().includes(lang) ? driverPart(lang, part) : undefined;
}
