/** How many letters a name may differ in from the one that is meant. */
const MOST_SLIPS = 2;

/** The one of some names that another one is probably meant to be: but for case, or for a slip or two; none if none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const ranked = names
    .map((candidate) => ({ candidate, slips: distance(wanted, candidate.toLowerCase()) }))
    .sort((one, other) => one.slips - other.slips);
  const [best] = ranked;
  // Of a short name, two other letters make another name.
  return best && best.slips <= Math.min(MOST_SLIPS, wanted.length / 3) ? best.candidate : undefined;
}

/** How many letters have to be put in, left out or replaced to make one word of another: the Levenshtein distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let line = 1; line <= one.length; line++) {
    const next = [line];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (row[column - 1] as number) + (one[line - 1] === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
