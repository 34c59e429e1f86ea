import { readdirSync, readFileSync } from 'node:fs';

// Only where the source is: in the package, build/packed-drivers.ts stands in the place of this file.

const DRIVERS = new URL('../drivers/', import.meta.url);

/** The text that is sent into an interpreter. */
export interface DriverText {
  /** A line that makes the interpreter read and run `stage2`. */
  readonly stage1: string;
  /** The driver itself. */
  readonly stage2: string;
}

/** The languages that there are drivers for, in alphabetical order. */
export function driverLanguages(): string[] {
  return readdirSync(DRIVERS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The text of a language's `bond.json`. */
export function manifestText(lang: string): string {
  return readText(lang, 'bond.json');
}

/** The driver of a language. */
export function readDriver(lang: string): DriverText {
  const names = readdirSync(new URL(`${lang}/`, DRIVERS));
  const [stage1, stage2] = ['stage1.', 'stage2.'].map((start) => {
    const name = names.find((candidate) => candidate.startsWith(start));
    if (!name) throw new Error(`the folder ${lang} has no ${start}*`);
    return readText(lang, name);
  }) as [string, string];
  return { stage1: stage1.trim(), stage2: withoutComments(stage2) };
}

function readText(lang: string, name: string): string {
  return readFileSync(new URL(`${lang}/${name}`, DRIVERS), 'utf8');
}

/**
 * A driver without the lines that are comments and nothing else: a sixth of what would be sent. They become empty, so that
 * every line keeps its number. How its language marks a comment is told by the one that a driver begins with.
 */
export function withoutComments(driver: string): string {
  const [mark] = /^(?:\/\/|#)/m.exec(driver) ?? [];
  if (mark === undefined) return driver;
  const lines = driver.replace(new RegExp(`^[ \\t]*${mark}(?: .*)?$`, 'gm'), '');
  return mark === '#' ? lines : lines.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/$/gm, (block) => block.replace(/.+/g, ''));
}
