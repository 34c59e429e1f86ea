import { clearInterval, setInterval } from '../common/globals.js';
import { formatMessage } from '../wire/messages.js';
import type { Request } from './frame.js';

/** How long an interrupt that nobody has noticed waits until it is repeated, in ms. */
const PATIENCE = 100;

/** What {@link Interrupts} need of those who own them. */
export interface InterruptsOwner {
  /** Sends a line to the other side, and has it look at it even if it is busy. */
  nudge(line: string): void;
  /** What the other side is carrying out. */
  running(): Request | undefined;
  /** Whether an interrupt stops whatever the other side carries out when it comes. */
  readonly stopsAny: boolean;
}

/**
 * Interrupts that are under way. One is sent until it has been noticed, or what it is meant for is over: a signal that
 * comes right before a sleep begins, say, is noticed only after it.
 */
export class Interrupts {
  readonly #owner: InterruptsOwner;
  /** Requests that nobody waits for any more, and that are to be stopped when they have their turn. */
  readonly #unwanted = new Set<Request>();
  /** What was sent an interrupt that has not been noticed, by the interrupt's number. */
  readonly #sent = new Map<number, Request>();
  #serial = 0;
  #target: Request | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(owner: InterruptsOwner) {
    this.#owner = owner;
  }

  /**
   * Stops what the other side is carrying out. What follows it is left alone, even if it follows at once.
   * With patience, what ends within a moment is not stopped. So it is where an interrupt that comes too late would stop what has
   * been sent behind.
   */
  send(isPatient = false): void {
    const target = this.#owner.running();
    if (!target || target === this.#target) return;
    this.end();
    this.#serial++;
    this.#target = target;
    target.isToBeStopped = true;
    this.#sent.set(this.#serial, target);
    if (!isPatient && !(this.#owner.stopsAny && isFollowed(target))) this.#nudge();
    this.#timer = setInterval(() => this.#nudge(), PATIENCE);
    this.#timer.unref();
  }

  /** Stops a request as soon as it is the one that is carried out. */
  sendInTurn(request: Request): void {
    this.#unwanted.add(request);
    request.isToBeStopped = true;
    this.turn();
  }

  /** A request is over: another one has its turn. */
  over(request: Request): void {
    if (this.#sent.size > 0) this.#forget(request);
    if (this.#unwanted.size === 0) return;
    this.#unwanted.delete(request);
    this.turn();
  }

  /** Another request may have its turn: the frame around one that is over has it, too. */
  turn(): void {
    if (this.#unwanted.size === 0) return;
    const running = this.#owner.running();
    if (!running || !this.#unwanted.has(running)) return;
    // In a frame, what would be stopped by a signal that comes too late is the call around it, which may be wanted.
    this.send(this.#owner.stopsAny && running.frame.id !== 0);
  }

  /** The other side has noticed the interrupt of that number, perhaps after another request had its turn. */
  noticed(serial: number): void {
    const request = this.#sent.get(serial);
    if (!request) return;
    this.#unwanted.delete(request);
    this.#forget(request);
    if (request === this.#target) this.end();
  }

  /** Nothing is interrupted any more. */
  end(): void {
    clearInterval(this.#timer);
    this.#target = undefined;
  }

  #forget(request: Request): void {
    for (const [serial, target] of this.#sent) if (target === request) this.#sent.delete(serial);
  }

  #nudge(): void {
    const target = this.#target;
    if (target === undefined || this.#owner.running() !== target) return this.end();
    this.#owner.nudge(formatMessage({ verb: 'INTERRUPT', id: target.id, serial: this.#serial }));
  }
}

/** Whether something has been sent behind a request. */
function isFollowed({ next }: Request): boolean {
  return next !== undefined && next.heldLine === undefined;
}
