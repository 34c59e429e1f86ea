import { Frame, type Request } from './frame.js';

/** The frames that are open, each around the next, with the requests in them that have not been answered. */
export class FrameStack {
  /** The outermost level of the other side. */
  readonly root = new Frame(0, undefined, '');
  /** Where the other side is. */
  innermost = this.root;

  /** What the other side is carrying out. */
  get running(): Request | undefined {
    return this.innermost.running;
  }

  /** The request of that id, if it has not been answered. */
  find(id: number): Request | undefined {
    let frame: Frame | undefined = this.innermost;
    let request: Request | undefined;
    while (frame && !request) {
      request = frame.pending.get(id);
      frame = this.#around(frame);
    }
    return request;
  }

  /** The requests that have not been answered, oldest first. */
  all(): Request[] {
    const requests: Request[] = [];
    for (const frame of this.#frames()) for (const request of frame.pending) requests.push(request);
    return requests.sort((one, another) => one.id - another.id);
  }

  /** The oldest request that has not been answered among those with an id above `since` and up to `until`. */
  oldestBetween(since: number, until: number): Request | undefined {
    let oldest: Request | undefined;
    for (const frame of this.#frames()) {
      for (const request of frame.pending) {
        if (request.id <= since) continue; // they are in order
        if (request.id <= until && request.id < (oldest?.id ?? Number.POSITIVE_INFINITY)) oldest = request;
        break;
      }
    }
    return oldest;
  }

  /** The other side has called the host, while it carried out a request, or none. */
  open(id: number, request: Request | undefined, name: string): Frame {
    const frame = new Frame(id, request, name);
    if (request) request.openFrame = frame;
    else this.root.called = frame;
    this.innermost = frame;
    return frame;
  }

  close(frame: Frame): void {
    frame.isOver = true;
    if (frame.request) frame.request.openFrame = undefined;
    else this.root.called = undefined;
    this.innermost = this.#around(frame) ?? this.root;
  }

  /** Nothing is waited for any more. Gives what was, oldest first. */
  clear(): Request[] {
    const requests = this.all();
    for (const frame of this.#frames()) {
      frame.isOver = frame !== this.root;
      frame.pending.clear();
    }
    return requests;
  }

  *#frames(): IterableIterator<Frame> {
    for (let frame: Frame | undefined = this.innermost; frame; frame = this.#around(frame)) yield frame;
  }

  /** The frame that another one is in; none for the outermost. */
  #around(frame: Frame): Frame | undefined {
    return frame === this.root ? undefined : (frame.request?.frame ?? this.root);
  }
}
