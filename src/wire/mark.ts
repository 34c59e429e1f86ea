import { randomHex } from '../common/random.js';

/** Every mark begins with this byte, the ASCII record separator, which is rare in output. */
export const FIRST_BYTE = 0x1e;

/** What tells a message of the other side from its output: chosen at random for each session. */
export interface Mark {
  /** The first half of its text, and the second: STAGE1 is sent them apart, so that an echo of it is not the mark. */
  readonly head: string;
  readonly tail: string;
  /** The whole mark, as it stands on the wire. */
  readonly text: string;
}

/** An unpredictable mark. */
export function newMark(): Mark {
  const [head, tail] = [randomHex(6), randomHex(6)];
  return { head, tail, text: `${String.fromCharCode(FIRST_BYTE)}${head}${tail}` };
}
