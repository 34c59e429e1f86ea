import { BondException } from '../common/errors.js';
import { nearest } from '../common/similar.js';
import { textOf } from '../common/thrown.js';
import { queryDriver } from './driver.js';
import type { Preset } from './manifest.js';
import type { Presets } from './preset-types.js';

type Make = (options?: Readonly<Record<string, unknown>>) => Record<string, string>;

/**
 * Common conversions for the option `convert`, by language and name. Each is a function that takes options.
 * @throws BondException if there is no such preset or option
 * @example
 * const convert = { ...presets.Python.dates({ naive: 'utc', microseconds: 'truncate' }), ...presets.Python.numbers() };
 * const python = await makeBond('Python', { convert });
 */
export const presets: Presets = new Proxy({} as Presets, {
  get: (_, lang) => (typeof lang === 'string' ? presetsOf(lang) : undefined),
});

function presetsOf(lang: string): Readonly<Record<string, Make>> {
  const known: Readonly<Record<string, Preset>> = queryDriver(lang).presets ?? {};
  return new Proxy({} as Record<string, Make>, {
    get(_, name) {
      if (typeof name !== 'string') return undefined;
      const preset = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!preset) throw new BondException(lang, `there is no preset '${name}'${among(name, Object.keys(known))}`);
      return (options: Readonly<Record<string, unknown>> = {}) => conversionsOf(lang, name, preset, options);
    },
  });
}

function conversionsOf(
  lang: string,
  name: string,
  { options: known = {}, convert }: Preset,
  given: Readonly<Record<string, unknown>>,
): Record<string, string> {
  for (const [option, value] of Object.entries(given)) checkOption(lang, name, known, option, value);
  const fill = (code: string): string =>
    code.replace(/\{(\w+)\}/g, (_, option: string) => JSON.stringify(given[option] ?? ''));
  return Object.fromEntries(Object.entries(convert).map(([type, code]) => [type, fill(code)]));
}

function checkOption(
  lang: string,
  name: string,
  known: NonNullable<Preset['options']>,
  option: string,
  value: unknown,
): void {
  const values = Object.hasOwn(known, option) ? known[option] : undefined;
  if (!values) {
    const text = `the preset '${name}' has no option '${option}'${among(option, Object.keys(known))}`;
    throw new BondException(lang, text);
  }
  if (value === undefined || values.includes(value as string)) return;
  const choices = values.map((choice) => `'${choice}'`).join(' or ');
  throw new BondException(lang, `${option} of the preset '${name}' must be ${choices}, not ${textOf(value)}`);
}

/** Lists what is known, and suggests the name that is probably meant. */
function among(name: string, known: readonly string[]): string {
  const hint = nearest(name, known);
  return `${hint ? ` (did you mean '${hint}'?)` : ''}; known: ${known.join(', ') || 'none'}`;
}
