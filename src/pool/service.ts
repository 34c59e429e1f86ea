import type { Bond } from '../bond/bond.js';
import { setTimeout } from '../common/globals.js';
import { type Limits, type RecycleReason, Tenure } from './recycling.js';
import { Successor } from './successor.js';
import { pauseAfter } from './worker-state.js';

/** What the service of an interpreter needs from its worker. */
export interface ServiceOwner {
  readonly limits: Limits;
  /** Starts and prepares a successor. */
  open(signal: AbortSignal): Promise<Bond>;
  /** How many bytes the interpreter uses. */
  measure(bond: Bond): Promise<number>;
  /** A successor is ready. */
  succeeded(service: Service): void;
  /** A successor could not be started, or has ended. Another one is started after a pause, if the service goes on. */
  notSucceeded(service: Service, error: unknown): void;
}

/** The time in which an interpreter serves. When it has reached a limit, it goes on until a successor is ready. */
export class Service {
  readonly bond: Bond;
  /** Whether it has been given work. */
  isOfUse = false;
  readonly #owner: ServiceOwner;
  readonly #tenure: Tenure;
  #successor: Successor | undefined;
  /** The number of successors in a row that could not be started. */
  #setbacks = 0;
  #isOver = false;

  constructor(bond: Bond, owner: ServiceOwner) {
    this.bond = bond;
    this.#owner = owner;
    this.#tenure = new Tenure(owner.limits, () => this.#prepare());
  }

  /** The limit that it has reached, if it has. */
  get reason(): RecycleReason | undefined {
    return this.#tenure.reason;
  }

  /** Whether a successor is being started, or is ready. */
  get hasSuccessor(): boolean {
    return this.#successor !== undefined;
  }

  /** Whether a successor could take over. */
  get isToEnd(): boolean {
    return this.#successor?.bond !== undefined;
  }

  /** Whether it is time to look at its memory. */
  get isToBeMeasured(): boolean {
    return this.#tenure.isToBeMeasured;
  }

  /** Counts a call that has been answered. */
  countCall(): void {
    this.#tenure.countCall();
  }

  /** Looks at its memory. */
  look(): Promise<void> {
    return this.#tenure.look(() => this.#owner.measure(this.bond));
  }

  /** The interpreter is gone; its successor may still be needed. */
  stop(): void {
    this.#isOver = true;
    this.#tenure.end();
  }

  /** The successor, which takes over. */
  handOver(): Bond {
    this.stop();
    return (this.#successor as Successor).take();
  }

  /** Neither it nor its successor is needed any more. */
  async drop(): Promise<void> {
    this.stop();
    await this.#successor?.drop();
  }

  #prepare(): void {
    if (this.#successor || this.#isOver) return;
    this.#successor = new Successor(
      (signal) => this.#owner.open(signal),
      () => this.#owner.succeeded(this),
      (error) => this.#failed(error),
    );
  }

  #failed(error: unknown): void {
    this.#successor = undefined;
    this.#owner.notSucceeded(this, error);
    if (!this.#isOver) setTimeout(() => this.#prepare(), pauseAfter(this.#setbacks++)).unref();
  }
}
