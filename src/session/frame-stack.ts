import { Frame, type Request } from './frame.js';

/** The frames that are open, each around the next, and those of tasks and threads, with the requests in them that have not been answered. */
export class FrameStack {
  /** Whether the requests of a frame run side by side, as far as they await something there. */
  readonly #isConcurrent: boolean;
  /** The outermost level of the other side. */
  readonly root = new Frame(0, undefined, '');
  /** Where the other side is. */
  innermost = this.root;
  /** The frames in which only a task or a thread waits: they are beside the others. */
  readonly tasks = new Set<Frame>();

  constructor(isConcurrent = false) {
    this.#isConcurrent = isConcurrent;
    this.root.isConcurrent = isConcurrent;
  }

  /** What the other side is carrying out; of several, the oldest. */
  get running(): Request | undefined {
    return this.innermost.running ?? this.#firstOfTasks();
  }

  /** Whether the other side takes requests of `frame` now. */
  isActive(frame: Frame): boolean {
    if (frame === this.innermost) return true;
    return frame.waiter === 'thread' || (frame.waiter === 'task' && this.innermost === this.root);
  }

  /** Whether the code of a request may stop the other side, to wait for the host. */
  canStandStill(frame: Frame): boolean {
    return frame.waiter !== 'thread' && this.isActive(frame);
  }

  /** Whether the other side carries out a request, as far as one can know. */
  runs(request: Request): boolean {
    if (request.heldLine !== undefined || !this.isActive(request.frame)) return false;
    return request === request.frame.first || (this.#isConcurrent && this.isBesideOthers(request));
  }

  /** Whether the other side may carry out a request side by side with others. */
  isBesideOthers({ frame }: Request): boolean {
    return frame.waiter !== 'interpreter' || (this.#isConcurrent && frame === this.root);
  }

  /** All that the other side is carrying out side by side; where it waits for the host, what has led there. */
  allRunning(): Request[] {
    if (this.innermost !== this.root || (this.tasks.size === 0 && !this.#isConcurrent)) {
      return this.running ? [this.running] : [];
    }
    const requests: Request[] = [];
    for (const frame of this.active())
      for (const request of frame.pending) if (this.runs(request)) requests.push(request);
    return requests;
  }

  /** The frames of which the other side takes requests now. */
  *active(): IterableIterator<Frame> {
    yield this.innermost;
    for (const frame of this.tasks) if (this.isActive(frame)) yield frame;
  }

  /** The request of that id, if it has not been answered. */
  find(id: number): Request | undefined {
    let frame: Frame | undefined = this.innermost;
    let request: Request | undefined;
    while (frame && !request) {
      request = frame.pending.get(id);
      frame = frame.below;
    }
    return request ?? this.#findInTasks(id);
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
    const frame = new Frame(id, request, name, 'interpreter', this.innermost);
    if (request) request.openFrame = frame;
    if (this.innermost === this.root) this.root.inner = frame;
    this.innermost = frame;
    return frame;
  }

  /** A task or a thread there has called the host, and waits for the answer. */
  openBeside(id: number, request: Request | undefined, name: string, waiter: 'task' | 'thread'): Frame {
    const frame = new Frame(id, request, name, waiter, waiter === 'task' ? this.root : undefined);
    this.tasks.add(frame);
    if (request) request.taskFrames = (request.taskFrames ?? new Set()).add(frame);
    return frame;
  }

  close(frame: Frame): void {
    frame.isOver = true;
    if (frame.waiter !== 'interpreter') {
      this.tasks.delete(frame);
      frame.request?.taskFrames?.delete(frame);
      return;
    }
    if (frame.request) frame.request.openFrame = undefined;
    if (frame === this.root.inner) this.root.inner = undefined;
    this.innermost = frame.below ?? this.root;
  }

  /** Nothing is waited for any more. Gives what was, oldest first. */
  clear(): Request[] {
    const requests = this.all();
    for (const frame of this.#frames()) {
      frame.isOver = frame !== this.root;
      frame.pending.clear();
    }
    this.tasks.clear();
    return requests;
  }

  #firstOfTasks(): Request | undefined {
    for (const frame of this.tasks) if (frame.first) return frame.first;
    return undefined;
  }

  #findInTasks(id: number): Request | undefined {
    for (const frame of this.tasks) {
      const request = frame.pending.get(id);
      if (request) return request;
    }
    return undefined;
  }

  *#frames(): IterableIterator<Frame> {
    for (let frame: Frame | undefined = this.innermost; frame; frame = frame.below) yield frame;
    yield* this.tasks;
  }
}
