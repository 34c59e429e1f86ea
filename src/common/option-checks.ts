import type { Writable } from 'node:stream';
import { isAbortSignal } from './abort-signal.js';
import { BondException, quoted } from './errors.js';
import { textOf } from './thrown.js';

// What options have to be, where TypeScript did not look.

/** Refuses what is no object with options, and an option that is not known: it would be ignored silently. */
export function checkNames(lang: string, options: unknown, known: readonly string[]): void {
  if (!isObject(options)) throw new BondException(lang, `options are an object, not ${quoted(String(options))}`);
  const unknown = Object.keys(options as object).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new BondException(lang, `there is no option '${unknown}'; known: ${known.join(', ')}`);
}

type Check = readonly [isFine: (value: unknown) => boolean, what: string];

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRecordOfTexts = (value: unknown): boolean =>
  isObject(value) && Object.values(value as object).every((item) => typeof item === 'string');
// Paths become literals of other languages, in which a line break has no place.
const isPath = (value: unknown): boolean => typeof value === 'string' && value !== '' && !/[\0\r\n]/.test(value);
const isPathOrTrue: Check = [(value) => value === true || isPath(value), 'true or a path'];
const isBoolean: Check = [(value) => typeof value === 'boolean', 'a boolean'];

const CHECKS: Readonly<Record<string, Check>> = {
  cwd: [(value) => typeof value === 'string', 'a path'],
  env: [isObject, 'an object of strings'],
  defArgs: isBoolean,
  transExcept: isBoolean,
  concurrent: isBoolean,
  logfile: [isWritable, 'a Writable'],
  signal: [isAbortSignal, 'an AbortSignal'],
  convert: [isRecordOfTexts, 'an object with code, as text, by the names of types'],
  text: [(value) => value === 'characters' || value === 'bytes', "'characters' or 'bytes'"],
  venv: isPathOrTrue,
  autoload: isPathOrTrue,
  lib: [(value) => Array.isArray(value) && value.every(isPath), 'a list of paths'],
  maxMessageBytes: [(value) => typeof value === 'number' && value > 0, 'a positive number of bytes'],
};

/** Refuses a value that an option cannot have. */
export function checkTypes(lang: string, options: object): void {
  for (const [name, [isFine, what]] of Object.entries(CHECKS)) {
    const value: unknown = (options as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined && !isFine(value)) throw new BondException(lang, `${name} must be ${what}`);
  }
}

/** Refuses what is no time limit. */
export function checkTimeout(lang: string, name: string, value: unknown): void {
  if (typeof value === 'number' && value > 0) return;
  throw new BondException(lang, `${name} must be a positive number of milliseconds, not ${textOf(value)}`);
}

/** Refuses what takes no output. */
export function checkTarget(lang: string, name: string, target: unknown): void {
  if (target === 'ignore' || typeof target === 'function') return;
  if (isWritable(target) && typeof (target as Writable).on === 'function') return;
  const hint = isWritable(target) ? `: of what only has a method write, give (chunk) => it.write(chunk)` : '';
  throw new BondException(lang, `${name} must be a Writable, a function, or 'ignore'${hint}`);
}

function isWritable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'write' in value && typeof value.write === 'function';
}
