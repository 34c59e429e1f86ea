import { readdirSync } from 'node:fs';
import { parse } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { driverLanguages, driverPart } from '../src/driver-files.js';

/** Texts that are longer are packed: a manifest is needed at once, and would not become much shorter. */
const LONGEST_PLAIN = 1000;

/**
 * The text of a module that stands in the place of src/driver-files.ts in the package: it has the drivers in itself, so that
 * bond can be bundled into one file. Each is packed by itself, since to unpack all of them would take three times as long.
 */
export function packedDrivers(): string {
  const parts = driverLanguages().flatMap((lang) => partsOf(lang));
  const isPlain = ([, text]: Part): boolean => text.length <= LONGEST_PLAIN;
  return `
    import { brotliDecompressSync } from 'node:zlib';
    const LANGUAGES = ${JSON.stringify(driverLanguages())};
    const PLAIN = new Map(${JSON.stringify(parts.filter(isPlain))});
    const PACKED = new Map(${JSON.stringify(parts.filter((part) => !isPlain(part)).map(pack))});
    export function driverLanguages() {
      return [...LANGUAGES];
    }
    export function driverPart(lang, part) {
      const name = lang + '/' + part;
      const packed = PACKED.get(name);
      return packed ? brotliDecompressSync(Buffer.from(packed, 'base64')).toString() : PLAIN.get(name);
    }
  `;
}

type Part = readonly [name: string, text: string];

function partsOf(lang: string): Part[] {
  const names = readdirSync(new URL(`../drivers/${lang}`, import.meta.url)).map((file) => parse(file).name);
  return names.map((name) => [`${lang}/${name}`, driverPart(lang, name) as string]);
}

function pack([name, text]: Part): Part {
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text) };
  return [name, brotliCompressSync(text, { params }).toString('base64')];
}
