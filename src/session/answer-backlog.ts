import type { Traffic } from '../process/write-queue.js';

/**
 * How much of the host's answers the other side cannot have read. One that waits for the answer to each of its calls has
 * read all of them; one that does not could have the host pile them up until its memory is full.
 */
export class AnswerBacklog {
  readonly #traffic: Traffic;
  #length = 0;
  /** Where the last answer ends among all that was sent, and the one before it. */
  #endOfLast = 0;
  #endBefore = 0;

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
  }

  /** An answer of so many characters has just been sent. */
  add(length: number): void {
    this.#length += length;
    this.#endBefore = this.#endOfLast;
    this.#endOfLast = this.#traffic.sent;
  }

  /** How many characters they have together; 0 if there is none but the last, which leaves in one piece with what follows it. */
  get length(): number {
    if (this.#traffic.taken >= this.#endBefore) this.#length = 0;
    return this.#length;
  }
}
