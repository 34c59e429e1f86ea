// Numbers of several dimensions as lists in lists.

import { arrayFrom, MAX_SAFE_INTEGER } from './intrinsics.js';

/** The numbers of an array, rows first, as lists in lists; without dimensions, the only one. Those of the type `bool` are booleans. */
export function nestedLists(data: ArrayLike<number | bigint>, shape: readonly number[], type: string): unknown {
  return nested(type === 'bool' ? arrayFrom(data, isTrue) : arrayFrom(data, smallest), shape);
}

function isTrue(byte: number | bigint): boolean {
  return byte !== 0;
}

/** A number, where it is exact as one: 64-bit integers may not be. */
function smallest(item: number | bigint): number | bigint {
  return item >= -MAX_SAFE_INTEGER && item <= MAX_SAFE_INTEGER ? Number(item) : item;
}

function nested(items: readonly unknown[], [count, ...others]: readonly number[]): unknown {
  if (count === undefined) return items[0];
  if (others.length === 0) return items;
  const lists: unknown[] = [];
  const length = items.length / count;
  for (let row = 0; row < count; row++) lists.push(nested(items.slice(row * length, (row + 1) * length), others));
  return lists;
}
