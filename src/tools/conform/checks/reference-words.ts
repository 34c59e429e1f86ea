// The words of a language for what does not travel by value, for the checks of the level "refers".

import type { Bond } from '../../../bond/bond.js';
import type { Kit, Output } from '../check.js';
import type { ReferenceWords } from '../words.js';

export const say = ({ words }: Kit): ReferenceWords => words.references as ReferenceWords;

/** A bond with the functions that these checks call. */
export function open(kit: Kit, output?: Output): Promise<Bond> {
  return kit.open(output && { stdout: output.take }, say(kit).functions);
}
