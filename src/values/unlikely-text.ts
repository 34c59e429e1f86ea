import { randomHex } from '../common/random.js';

/** A text that no user writes by accident or on purpose. */
export function unlikelyText(): string {
  return randomHex(16);
}
