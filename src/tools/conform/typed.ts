// For languages whose values are all text unless a type is asked for: how the checks ask. Elsewhere, values have their types.

import type { Bond } from '../../bond/bond.js';
import type { Words } from './words.js';

/** Calls a function that is to return `result`, and asks for the type of that where the language has only text. */
export function callFor(words: Words, bond: Bond, result: unknown, name: string, ...args: unknown[]): Promise<unknown> {
  return words.typed === undefined ? bond.call(name, ...args) : bond.call('typed', typeOf(result), name, ...args);
}

/** The type of a value, as the function `typed` of the words takes it. */
export function typeOf(value: unknown): unknown {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return ['tuple', ...value.map(typeOf)];
  if (typeof value === 'object')
    return ['record', Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeOf(item)]))];
  if (typeof value === 'number' && !isIntegerOnTheWire(value)) return 'float';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'boolean' : 'int';
}

function isIntegerOnTheWire(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 53 && !Object.is(value, -0);
}
