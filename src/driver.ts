import { driverLanguages, driverManifest, driverPart } from './driver-files.js';
import { BondException } from './errors.js';
import type { ProtocolName } from './options.js';
import { textOf } from './thrown.js';

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
  /** What stands between a module, a package or a class and what is in it. */
  readonly separator: string;
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

/** The languages that `makeBond` knows, in alphabetical order. */
export function listDrivers(): string[] {
  return driverLanguages();
}

const manifests = new Map<string, Driver>();

/** The manifest of a language, checked. An unknown language is a `BondException` that names the known ones. */
export function queryDriver(lang: string): Driver {
  const known = manifests.get(lang);
  if (known) return known;
  if (!listDrivers().includes(lang)) {
    throw new BondException(String(lang), `there is no driver for this language; known: ${listDrivers().join(', ')}`);
  }
  const driver = readManifest(lang);
  manifests.set(lang, driver);
  return driver;
}

function readManifest(lang: string): Driver {
  try {
    return checkManifest(lang, JSON.parse(driverManifest(lang)));
  } catch (cause) {
    throw new BondException(lang, `its bond.json is not a valid manifest: ${textOf(cause)}`, { cause });
  }
}

function checkManifest(lang: string, manifest: Partial<Record<keyof Driver, unknown>>): Driver {
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
  return manifest as Driver;
}

const texts = new Map<string, Promise<DriverText>>();

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
  const text = await driverPart(lang, part);
  if (text === undefined) throw new BondException(lang, `its driver has no ${part}`);
  return text;
}
