/** A line, or how many lines are left out in its place. */
export type Item = string | number;

/** The two ends of a list of lines, however long that is, and how many are left out between them. */
export class Excerpt {
  readonly #half: number;
  readonly #first: Item[] = [];
  readonly #last: Item[] = [];
  #omitted = 0;

  constructor(most: number) {
    this.#half = Math.floor(most / 2);
  }

  add(item: Item): void {
    if (this.#first.length < this.#half) {
      this.#first.push(item);
      return;
    }
    this.#last.push(item);
    if (this.#last.length > this.#half) this.#omitted += weightOf(this.#last.shift() as Item);
  }

  addAll(items: Iterable<Item>): void {
    for (const item of items) this.add(item);
  }

  /** What is left of the list. */
  *[Symbol.iterator](): Generator<Item> {
    yield* this.#first;
    if (this.#omitted > 0) yield this.#omitted;
    yield* this.#last;
  }

  /** The same as lines of a stack. */
  get lines(): string[] {
    return [...this].map((item) => (typeof item === 'number' ? `    ... ${item} frames left out ...` : item));
  }
}

function weightOf(item: Item): number {
  return typeof item === 'number' ? item : 1;
}
