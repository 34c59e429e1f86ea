import { showPlace } from '../common/call-site.js';
import { TimeoutException } from '../common/errors.js';
import { performance } from '../common/globals.js';
import { IdleTimer } from '../common/idle-timer.js';
import { findCycle, showCycle } from './deadlock.js';
import type { Request } from './frame.js';
import type { FrameStack } from './frame-stack.js';

/** What {@link RequestTimeouts} need of those who own them. */
export interface TimeoutsOwner {
  readonly lang: string;
  /** Whether the other side's output is being held up on this side, so that its silence means nothing. */
  isHeldUp(): boolean;
  /** Whether the other side can be interrupted. */
  readonly isInterruptible: boolean;
}

/** Rejects requests that have met no reply and no output for as long as their `timeout` says. */
export class RequestTimeouts {
  readonly #owner: TimeoutsOwner;
  readonly #stack: FrameStack;
  readonly #reject: (request: Request, error: TimeoutException) => void;
  readonly #watch = new IdleTimer(() => this.#rejectOverdue());

  constructor(owner: TimeoutsOwner, stack: FrameStack, reject: (request: Request, error: TimeoutException) => void) {
    this.#owner = owner;
    this.#stack = stack;
    this.#reject = reject;
  }

  /** A request has been made. */
  watch(request: Request): void {
    this.#watch.expect(request.settings.timeout, request.since);
  }

  /** The other side has shown that it lives. */
  heard(): void {
    this.#watch.heard();
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Rejects what has met silence for too long, and tells in how many ms the next one may have. */
  #rejectOverdue(): number {
    const now = performance.now();
    if (this.#owner.isHeldUp()) this.#watch.heard();
    const excused = this.#waitingForHost();
    let next = Number.POSITIVE_INFINITY;
    for (const request of this.#stack.all()) {
      if (request.isSettled) continue;
      const { timeout } = request.settings;
      const silence = excused.has(request) ? 0 : now - Math.max(request.since, this.#watch.lastHeard);
      if (silence < timeout) next = Math.min(next, timeout - silence);
      else this.#reject(request, this.#overdue(request));
    }
    return next;
  }

  /** The requests in which it is the host's turn: a function of it runs, and has asked for nothing. */
  #waitingForHost(): Set<Request> {
    const waiting = new Set<Request>();
    const { innermost, tasks } = this.#stack;
    for (const { pending, request: caller, waiter } of [innermost, ...tasks]) {
      if (pending.size > 0) continue;
      // What a thread waits for, the code that has started it may wait for, which may be any that runs.
      for (const request of waiter === 'thread' ? this.#stack.allRunning() : []) addWithCallers(waiting, request);
      addWithCallers(waiting, caller);
    }
    return waiting;
  }

  #overdue(request: Request): TimeoutException {
    const behind = this.#obstacle(request);
    const place = behind && showPlace(request.place);
    const what = `${request.what}${place && ` (made ${place})`}`;
    const text = `${what}: no reply and no output for ${request.settings.timeout} ms${behind}`;
    return new TimeoutException(this.#owner.lang, text, { hint: behind ? undefined : this.#advice(request) });
  }

  /** What a request waits behind, or for. */
  #obstacle(request: Request): string {
    const cycle = findCycle(request, true);
    if (cycle) return `; it looks like a wait that can never end: ${showCycle(cycle)}`;
    const { running } = this.#stack;
    const isBehind = running && running !== request && !this.#stack.runs(request);
    return isBehind ? `; it waits behind ${running.what}${this.#hostPart(running)}` : '';
  }

  /** What can be done about a request that the other side is silent in. */
  #advice(request: Request): string | undefined {
    if (!this.#stack.runs(request)) return undefined;
    const stops = this.#owner.isInterruptible ? 'interrupt() stops it' : 'only kill() stops it, which ends the bond';
    return `${stops}, and a longer timeout waits for it`;
  }

  /** Which function of the host runs in the request that others wait behind, and where both were called. */
  #hostPart(running: Request): string {
    const { innermost, root } = this.#stack;
    if (innermost === root) return '';
    const place = showPlace(running.place);
    return `${place && ` (made ${place})`}, which has called your function '${innermost.name}'`;
  }
}

/** Adds a request, and those that it is nested in. */
function addWithCallers(requests: Set<Request>, innermost: Request | undefined): void {
  for (let request = innermost; request; request = request.frame.request) requests.add(request);
}
