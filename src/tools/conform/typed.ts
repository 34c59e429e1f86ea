// For languages whose values are all text unless a type is asked for: how the checks ask. Elsewhere, values have their types.

import type { Bond } from '../../bond/bond.js';
import { NDArray } from '../../values/ndarray.js';
import type { Words } from './words.js';

/** Calls a function that is to return `result`, and asks for the type of that where the language has only text. */
export function callFor(words: Words, bond: Bond, result: unknown, name: string, ...args: unknown[]): Promise<unknown> {
  return words.typed === undefined ? bond.call(name, ...args) : bond.call('typed', typeOf(result), name, ...args);
}

/** The type of a value, as the function `typed` of the words takes it. */
export function typeOf(value: unknown): unknown {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return ['tuple', ...value.map(typeOf)];
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Date) return 'date';
  if (value instanceof NDArray) return typeOfItems(value.tolist());
  if (ArrayBuffer.isView(value)) return ['list', 'number']; // there are no other arrays
  if (typeof value === 'object')
    return ['record', Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typeOf(item)]))];
  if (typeof value === 'number' && !isIntegerOnTheWire(value)) return 'float';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'boolean' : 'int';
}

/** The type of nested lists of numbers or booleans. A whole number may be written with a fraction. */
function typeOfItems(value: unknown): unknown {
  if (Array.isArray(value)) return ['tuple', ...value.map(typeOfItems)];
  return typeof value === 'number' ? 'number' : 'boolean';
}

function isIntegerOnTheWire(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 53 && !Object.is(value, -0);
}
