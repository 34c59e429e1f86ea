import { readdirSync, readFileSync } from 'node:fs';

// Only where the source is: in the package, build/packed-drivers.ts writes what stands in the place of this file.

const DRIVERS = new URL('../drivers/', import.meta.url);

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
  const folder = new URL(`${lang}/`, DRIVERS);
  const name = readdirSync(folder).find((candidate) => candidate.startsWith(`${part}.`));
  return name && withoutComments(readFileSync(new URL(name, folder), 'utf8'));
}

/**
 * A text without the lines that are comments and nothing else: a sixth of what would be sent. They become empty, so that
 * every line keeps its number. How the language marks a comment is told by the first one.
 */
function withoutComments(text: string): string {
  const [mark] = /^(?:\/\/|#)/m.exec(text) ?? [];
  if (mark === undefined) return text;
  const lines = text.replace(new RegExp(`^[ \\t]*${mark}(?: .*)?$`, 'gm'), '');
  return mark === '#' ? lines : lines.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/$/gm, (block) => block.replace(/.+/g, ''));
}
