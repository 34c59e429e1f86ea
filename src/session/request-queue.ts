/** What can be in a {@link RequestQueue}: it knows its neighbours there. */
interface Queued<T> {
  readonly id: number;
  previous: T | undefined;
  next: T | undefined;
}

/**
 * Requests in the order in which they are carried out, which is that of their ids. Each knows its neighbours: a map would
 * cost a call more than its answer does.
 */
export class RequestQueue<Request extends Queued<Request>> {
  /** The oldest. */
  first: Request | undefined = undefined;
  #last: Request | undefined = undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a request that is younger than all others. */
  add(request: Request): void {
    request.previous = this.#last;
    if (this.#last) this.#last.next = request;
    else this.first = request;
    this.#last = request;
    this.#size++;
  }

  /** The request with that id. The oldest, which is usually answered next, is found without a search. */
  get(id: number): Request | undefined {
    let request = this.first;
    while (request && request.id < id) request = request.next;
    return request?.id === id ? request : undefined;
  }

  /** Takes a request out, if it is there. */
  delete(request: Request): void {
    const { previous, next } = request;
    if (!previous && this.first !== request) return;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    // What is old keeps alive what it refers to until all garbage is collected.
    request.previous = undefined;
    request.next = undefined;
    this.#size--;
  }

  clear(): void {
    for (const request of this) this.delete(request);
  }

  /** From the oldest on. Of those that are still to come, none may be taken out meanwhile. */
  *[Symbol.iterator](): IterableIterator<Request> {
    for (let request = this.first; request; ) {
      const { next } = request;
      yield request;
      request = next;
    }
  }
}
