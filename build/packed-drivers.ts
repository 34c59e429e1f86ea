import { brotliCompressSync, constants } from 'node:zlib';
import { driverLanguages, manifestText, readDriver } from '../src/driver-files.js';

/**
 * The text of a module that stands in the place of src/driver-files.ts in the package: it has the drivers in itself, so that
 * bond can be bundled into one file. Each is packed by itself, since to unpack all of them would take three times as long.
 */
export function packedDrivers(): string {
  const drivers = driverLanguages().map((lang) => {
    const { stage1, stage2 } = readDriver(lang);
    return [lang, { manifest: manifestText(lang), stage1, packed: pack(stage2) }];
  });
  return `
    import { brotliDecompressSync } from 'node:zlib';
    const DRIVERS = new Map(${JSON.stringify(drivers)});
    export function driverLanguages() {
      return [...DRIVERS.keys()];
    }
    export function manifestText(lang) {
      return DRIVERS.get(lang).manifest;
    }
    export function readDriver(lang) {
      const { stage1, packed } = DRIVERS.get(lang);
      return { stage1, stage2: brotliDecompressSync(Buffer.from(packed, 'base64')).toString() };
    }
  `;
}

function pack(text: string): string {
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text) };
  return brotliCompressSync(text, { params }).toString('base64');
}
