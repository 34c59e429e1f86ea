import { type CodePlace, placeOfCode } from '../common/code-place.js';
import { performance } from '../common/globals.js';
import { PlaceAllowance } from '../session/place-allowance.js';

/** Of which blocks the place is taken: of so many in a row as a person may have written, and from then on of one in so many ms. */
const EACH = 10;
const blocks = new PlaceAllowance(1000, EACH);
const oneLiners = new PlaceAllowance(100, EACH);

/**
 * Where code is given, if the other side is to be told: what that defines is called by its file and line. To find the place takes
 * a third of the time of a request. So expressions of one line have none: the caller stands in each stack
 * anyway. Of thousands of blocks in a row, some have none either.
 */
export function placeFor(verb: 'EVAL' | 'EVAL_BLOCK', code: string): CodePlace | undefined {
  const isLong = code.includes('\n');
  if (!isLong && verb === 'EVAL') return undefined;
  return (isLong ? blocks : oneLiners).takes(performance.now(), false) ? placeOfCode() : undefined;
}
