import { randomHex } from '../common/random.js';

/** A text that nobody can have written on purpose. */
export function unlikelyText(): string {
  return randomHex(16);
}
