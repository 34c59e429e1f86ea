// Made from src/values/shared/nested-lists.ts by `npm run build`: change that.
// Numbers of several dimensions as lists in lists.

/** The numbers of an array, rows first, as lists in lists; without dimensions, the only one. Those of the type `bool` are booleans. */
function nestedLists(data, shape, type) {
  return nested(type === 'bool' ? arrayFrom(data, isTrue) : arrayFrom(data, smallest), shape);
}

function isTrue(byte) {
  return byte !== 0;
}

/** A number, where it is exact as one: 64-bit integers may not be. */
function smallest(item) {
  return item >= -MAX_SAFE_INTEGER && item <= MAX_SAFE_INTEGER ? Number(item) : item;
}

function nested(items, [count, ...others]) {
  if (count === undefined) return items[0];
  if (others.length === 0) return items;
  const lists = [];
  const length = items.length / count;
  for (let row = 0; row < count; row++) lists.push(nested(items.slice(row * length, (row + 1) * length), others));
  return lists;
}
