import { clearInterval, setInterval } from '../common/globals.js';
import { formatMessage } from '../wire/messages.js';
import type { Request } from './frame.js';

/** The pause before an interrupt without effect is repeated, in ms. */
const PATIENCE = 100;
/** After how many such pauses a signal that stops any code is taken for lost. */
const LONG_PATIENCE = 50;

/** A signal that has been sent with a line. */
interface SignalOnItsWay {
  /** The number in its line. */
  readonly serial: number;
  /** What is stopped by the time the line has been read. */
  readonly targets: readonly Request[];
  /** How many pauses ago it was sent. */
  age: number;
}

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
  /** A signal that stops any code, until it has been noticed: no other is sent meanwhile, so that it is known what each stops. */
  #signal: SignalOnItsWay | undefined;
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
    const signal = this.#signal;
    const isOfSignal = signal !== undefined && serial >= signal.serial;
    const request = this.#sent.get(serial);
    const targets = isOfSignal ? signal.targets : request ? [request] : [];
    for (const target of targets) this.#remove(target);
    if (isOfSignal) this.#signal = undefined;
    if (this.#targets.size === 0) this.end();
    else if (isOfSignal) this.#repeat();
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

  /** A request has been stopped, or is about to be. */
  #remove(request: Request): void {
    this.#unwanted.delete(request);
    this.#forget(request);
    this.#targets.delete(request);
  }

  #forget(request: Request): void {
    for (const [serial, target] of this.#sent) if (target === request) this.#sent.delete(serial);
  }

  #repeat(): void {
    if (this.#signal) this.#signal.age++;
    this.#dropOld(this.#owner.running());
    if (this.#targets.size === 0) this.end();
    else this.#nudge([...this.#targets.keys()]);
  }

  #nudge(targets: readonly Request[]): void {
    if (this.#owner.stopsAny) return this.#nudgeAny(targets);
    this.#owner.nudge(targets.map((target) => this.#line('INTERRUPT', target)).join(''));
  }

  /** One line that a signal belongs to is enough: that stops what computes. Of all others, the waits are ended. */
  #nudgeAny(targets: readonly Request[]): void {
    const isFree = !this.#signal || this.#signal.age >= LONG_PATIENCE;
    const named = isFree ? targets.filter((target) => !this.#isCancelled(target)).at(-1) : undefined;
    const others = targets.filter((target) => target !== named);
    if (others.length > 0) this.#owner.send(others.map((target) => this.#line('CANCEL', target)).join(''));
    if (!named) return;
    const serial = this.#newSerial(named);
    this.#signal = { serial, targets, age: 0 };
    this.#owner.nudge(this.#line('INTERRUPT', named));
  }

  /** The number of an interrupt of a request: no two signals have the same. */
  #newSerial(target: Request): number {
    const last = this.#signal?.serial ?? 0;
    const serial = this.#targets.get(target) as number;
    if (serial > last) return serial;
    this.#targets.set(target, ++this.#serial);
    this.#sent.set(this.#serial, target);
    return this.#serial;
  }

  /** Whether only the wait of a request is ended: a signal might stop another one that is carried out beside it, and wanted. */
  #isCancelled(request: Request): boolean {
    if (!this.#unwanted.has(request) || !this.#owner.isBesideOthers(request)) return false;
    return this.#owner.running().some((other) => !other.isToBeStopped);
  }

  #line(verb: 'INTERRUPT' | 'CANCEL', target: Request): string {
    return formatMessage({ verb, id: target.id, serial: this.#targets.get(target) as number });
  }
}

/** Whether something has been sent behind a request. */
function isFollowed({ next }: Request): boolean {
  return next !== undefined && next.heldLine === undefined;
}
