/** How many places are kept before some are not. */
const MOST = 20;

/**
 * Of which calls it is kept where they were made, for messages about one that takes long. A place costs a third of what a call
 * costs: where thousands follow each other, one a millisecond keeps its own.
 */
export class PlaceAllowance {
  #left = MOST;
  #last = 0;

  /** Whether the place of a call made `since` is kept; it is if it `must`. */
  takes(since: number, must: boolean): boolean {
    this.#left = Math.min(MOST, this.#left + since - this.#last);
    this.#last = since;
    if (this.#left < 1 && !must) return false;
    this.#left--;
    return true;
  }
}
