import { clearInterval, setInterval } from '../common/globals.js';
import { formatMessage } from '../wire/messages.js';
import type { Request } from './frame.js';

/** The pause before an interrupt without effect is repeated, in ms. */
const PATIENCE = 100;

/** What {@link Interrupts} need of those who own them. */
export interface InterruptsOwner {
  /** Sends lines to the other side, and has it look at them even if it is busy. */
  nudge(lines: string): void;
  /** What the other side is carrying out: one request, or several side by side. */
  running(): readonly Request[];
  /** Whether an interrupt stops whatever the other side carries out when it comes. */
  readonly stopsAny: boolean;
  /** Whether a request may be carried out side by side with others. */
  isBesideOthers(request: Request): boolean;
  /** Sends lines that the other side may look at in its own time. */
  send(lines: string): void;
}

/**
 * Interrupts that are under way. One is sent until it has been noticed, or what it is meant for is over: a signal that
 * comes right before a sleep begins, say, is noticed only after it.
 */
export class Interrupts {
  readonly #owner: InterruptsOwner;
  /** Requests whose callers have given up. They are interrupted when their turn comes. */
  readonly #unwanted = new Set<Request>();
  /** What was sent an interrupt that has not been noticed, by the interrupt's number. */
  readonly #sent = new Map<number, Request>();
  #serial = 0;
  /** What is being stopped, and the number of its interrupt. */
  readonly #targets = new Map<Request, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(owner: InterruptsOwner) {
    this.#owner = owner;
  }

  /** Stops the running request. Later requests are not affected, even if one starts immediately after it. */
  send(): void {
    const running = this.#owner.running();
    this.#stop(running, running);
  }

  /** Stops a request when it runs. */
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
    const unwanted = running.filter((request) => this.#unwanted.has(request));
    // In a frame, what would be stopped by a signal that comes too late is the call around it, which may be wanted.
    const isInside = unwanted.some((request) => request.frame.id !== 0 && !this.#owner.isBesideOthers(request));
    this.#stop(unwanted, running, this.#owner.stopsAny && isInside);
  }

  /** The other side has noticed the interrupt of that number, perhaps after another request had its turn. */
  noticed(serial: number): void {
    const request = this.#sent.get(serial);
    if (!request) return;
    this.#unwanted.delete(request);
    this.#forget(request);
    this.#targets.delete(request);
    if (this.#targets.size === 0) this.end();
  }

  /** Nothing is interrupted any more. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#targets.clear();
  }

  /**
   * With patience, what ends within a moment is not stopped. So it is where an interrupt that comes too late would stop what has
   * been sent behind.
   */
  #stop(requests: readonly Request[], running: readonly Request[], isPatient = false): void {
    this.#dropOld(running);
    const targets = requests.filter((request) => !this.#targets.has(request));
    for (const target of targets) {
      this.#targets.set(target, ++this.#serial);
      this.#sent.set(this.#serial, target);
      target.isToBeStopped = true;
    }
    if (targets.length === 0) return;
    clearInterval(this.#timer);
    const { stopsAny } = this.#owner;
    const isInTheWay = targets.some((target) => isFollowed(target) && !this.#owner.isBesideOthers(target));
    if (!isPatient && !(stopsAny && isInTheWay)) this.#nudge(targets);
    this.#timer = setInterval(() => this.#repeat(), PATIENCE);
    this.#timer.unref();
  }

  /** What is no longer carried out need not be stopped. */
  #dropOld(running: readonly Request[]): void {
    for (const target of this.#targets.keys()) if (!running.includes(target)) this.#targets.delete(target);
  }

  #forget(request: Request): void {
    for (const [serial, target] of this.#sent) if (target === request) this.#sent.delete(serial);
  }

  #repeat(): void {
    this.#dropOld(this.#owner.running());
    if (this.#targets.size === 0) this.end();
    else this.#nudge([...this.#targets.keys()]);
  }

  #nudge(targets: readonly Request[]): void {
    const gentle = targets.filter((target) => this.#isCancelled(target));
    const others = targets.filter((target) => !gentle.includes(target));
    if (gentle.length > 0) this.#owner.send(gentle.map((target) => this.#line('CANCEL', target)).join(''));
    if (others.length > 0) this.#owner.nudge(others.map((target) => this.#line('INTERRUPT', target)).join(''));
  }

  /** Whether only the wait of a request is ended: an interrupt might stop another one that is carried out beside it. */
  #isCancelled(request: Request): boolean {
    return this.#owner.stopsAny && this.#unwanted.has(request) && this.#owner.isBesideOthers(request);
  }

  #line(verb: 'INTERRUPT' | 'CANCEL', target: Request): string {
    return formatMessage({ verb, id: target.id, serial: this.#targets.get(target) as number });
  }
}

/** Whether something has been sent behind a request. */
function isFollowed({ next }: Request): boolean {
  return next !== undefined && next.heldLine === undefined;
}
