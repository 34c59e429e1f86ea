// Makes src/drivers/preset-types.ts from what the manifests of the drivers have as `presets`, so that editors know their names.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Preset } from '../src/drivers/manifest.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const PRESET_TYPES = 'src/drivers/preset-types.ts';

/** The text of that file. */
export function presetTypes(): string {
  const languages = readdirSync(join(ROOT, 'drivers')).sort().flatMap(languageLines);
  return [
    '// Made from the presets in drivers/*/bond.json by `npm run build`: change those.',
    '',
    '/** Code by type name, for the option `convert`. */',
    'export type Conversions = Readonly<Record<string, string>>;',
    '',
    '/** The conversions in {@link presets}. */',
    'export interface Presets {',
    ...languages,
    '}',
    '',
  ].join('\n');
}

function languageLines(lang: string): string[] {
  const { presets } = JSON.parse(readFileSync(join(ROOT, `drivers/${lang}/bond.json`), 'utf8')) as {
    readonly presets?: Readonly<Record<string, Preset>>;
  };
  if (!presets) return [];
  const lines = Object.entries(presets).flatMap(presetLines);
  return [`  /** Conversions of ${lang} values. */`, `  readonly ${lang}: {`, ...lines, '  };'];
}

/** As long as a line of the source may be. */
const WIDTH = 120;

function presetLines([name, { about, options }]: [string, Preset]): string[] {
  const comment = about ? [`    /** ${about} */`] : [];
  if (!options) return [...comment, `    readonly ${name}: () => Conversions;`];
  const fields = Object.entries(options).map(([option, values]) => {
    const type = values.map((value) => `'${value}'`).join(' | ');
    return `readonly ${option}?: ${type} | undefined`;
  });
  const line = `    readonly ${name}: (options?: { ${fields.join('; ')} }) => Conversions;`;
  if (line.length <= WIDTH) return [...comment, line];
  const long = fields.map((field) => `      ${field};`);
  return [...comment, `    readonly ${name}: (options?: {`, ...long, '    }) => Conversions;'];
}

/** Makes it. */
export function writePresetTypes(): void {
  writeFileSync(join(ROOT, PRESET_TYPES), presetTypes());
}
