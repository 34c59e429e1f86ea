/** How many places are kept, of calls in a row, before some are not. */
const MOST = 20;
/** In ms. */
const EACH = 10;

/**
 * Of which calls it is kept where they were made, for messages about one that takes long. A place costs a third of what a call
 * costs: where thousands follow each other, one in 10 ms keeps its own.
 */
export class PlaceAllowance {
  readonly #most: number;
  readonly #each: number;
  #left: number;
  #last = 0;

  /** `most` in a row, and one in `each` ms from then on. */
  constructor(most = MOST, each = EACH) {
    this.#most = most;
    this.#each = each;
    this.#left = most;
  }

  /** Whether the place of a call made `since` is kept; it is if it `must`. */
  takes(since: number, must: boolean): boolean {
    this.#left = Math.min(this.#most, this.#left + (since - this.#last) / this.#each);
    this.#last = since;
    if (this.#left < 1 && !must) return false;
    this.#left--;
    return true;
  }
}
