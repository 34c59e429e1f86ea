import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readDriverPart } from './driver-folder.js';

// Only where the source is: in the package, build/packed-drivers.ts writes what stands in the place of this file.

const DRIVERS = new URL('../../drivers/', import.meta.url);

/** The languages that there are drivers for, in alphabetical order. */
export function driverLanguages(): string[] {
  return readdirSync(DRIVERS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The manifest of a language, as text. */
export function driverManifest(lang: string): string {
  return readFileSync(new URL(`${lang}/bond.json`, DRIVERS), 'utf8');
}

/** What the driver of a language has under that name, whatever the file's extension is; not every driver has all. */
export async function driverPart(lang: string, part: string): Promise<string | undefined> {
  return readDriverPart(fileURLToPath(new URL(lang, DRIVERS)), part);
}
