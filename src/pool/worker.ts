import type { Bond } from '../bond/bond.js';
import { AbortController, clearTimeout, Promise, setTimeout, within } from '../common/globals.js';
import type { Command } from './pool-options.js';
import type { Limits, RecycleReason } from './recycling.js';
import { Service } from './service.js';
import { pauseAfter, type WorkerState } from './worker-state.js';

/** After this many failed starts in a row, calls no longer wait for the worker. */
const PATIENCE = 3;
/** How long a worker may take to return from an aborted call, in ms. */
const RECOVERY = 2000;

/** @internal What a worker needs from its pool. */
export interface WorkerOwner {
  /** How long an interpreter may serve. */
  readonly limits: Limits;
  /** Starts and prepares an interpreter, unless `signal` is aborted. */
  open(command: Command, signal: AbortSignal): Promise<Bond>;
  /** How many bytes an interpreter uses. */
  measure(bond: Bond): Promise<number>;
  /** The worker is idle. */
  idle(worker: Worker): void;
  /** Its interpreter has ended. */
  lost(worker: Worker): void;
  /** The worker could not be started. */
  failed(worker: Worker, error: unknown): void;
  /** A successor has taken over from `bond`. */
  recycled(worker: Worker, bond: Bond, reason: RecycleReason): void;
  /** Whether calls wait for a worker. If so, the pause before a start keeps the event loop alive. */
  isWanted(): boolean;
}

/** @internal A place in a pool. It has an interpreter, and another one when that has ended or served long enough. */
export class Worker {
  readonly command: Command;
  /** Why its last start failed. */
  error: unknown;
  /** The number of calls answered by all its interpreters. */
  calls = 0;
  /** The number of starts. */
  starts = 0;
  readonly #owner: WorkerOwner;
  #state: WorkerState = 'off';
  /** The interpreter that it has, or had while a successor is to take its place. */
  #service: Service | undefined;
  #bond: Bond | undefined;
  /** Interpreters that end by themselves. */
  readonly #leaving = new Set<Bond>();
  #starting: Promise<void> | undefined;
  /** The number of failed starts in a row. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #ending = new AbortController();

  constructor(command: Command, owner: WorkerOwner) {
    this.command = command;
    this.#owner = owner;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Its interpreter, when it is prepared and until it ends. */
  get bond(): Bond | undefined {
    return this.#bond;
  }

  /** Whether calls should not wait for it: its starts have failed repeatedly. */
  get isHopeless(): boolean {
    return this.#bond === undefined && this.#failures >= PATIENCE;
  }

  /** Starts an interpreter. Resolves when that has succeeded or failed. */
  async start(): Promise<void> {
    if (this.#state === 'ended') return;
    this.#timer = undefined;
    this.#state = 'starting';
    this.#starting = this.#open(this.#ending.signal).then(
      (bond) => this.#opened(bond),
      (error: unknown) => this.#failed(error),
    );
    await this.#starting;
  }

  /** Marks the worker as busy. */
  take(): void {
    this.#state = 'busy';
    (this.#service as Service).isOfUse = true;
    this.#failures = 0;
  }

  /** Counts a call that `bond` has answered. */
  countCall(bond: Bond): void {
    this.calls++;
    if (bond === this.#bond) this.#service?.countCall();
  }

  /** Marks the worker as idle, if `bond` is still its interpreter. */
  release(bond: Bond): void {
    if (bond !== this.#bond || this.#state !== 'busy') return;
    const service = this.#service as Service;
    if (service.isToBeMeasured) void service.look().then(() => this.#rest(service));
    else this.#rest(service);
  }

  /**
   * Waits for the worker to return from an aborted call, whose code was interrupted. If it does not, it is replaced.
   */
  async recover(bond: Bond): Promise<void> {
    // A late interrupt makes this reject, which also shows that it has returned.
    const answered = bond.eval('1').catch(() => {});
    await within(answered, RECOVERY, () => bond.kill());
  }

  /** Lets the interpreter go, until it is started again. The worker has to be idle. */
  retire(): void {
    this.#state = 'off';
    const { bond } = this.#service as Service;
    void this.#service?.drop();
    this.#bond = undefined;
    this.#leave(bond);
  }

  /** Whether its next start keeps the event loop alive. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#timer?.ref();
    else this.#timer?.unref();
  }

  /** Ends it for good, gracefully or not. */
  async end(how: 'close' | 'kill'): Promise<void> {
    this.#state = 'ended';
    clearTimeout(this.#timer);
    if (!this.#bond) this.#ending.abort();
    const bonds = [...this.#leaving, ...(this.#bond ? [this.#bond] : [])];
    await Promise.all([this.#service?.drop(), ...bonds.map((bond) => bond[how]())]);
    await this.#starting;
  }

  #open(signal: AbortSignal): Promise<Bond> {
    this.starts++;
    return this.#owner.open(this.command, signal);
  }

  async #opened(bond: Bond): Promise<void> {
    if (this.#state === 'ended') return void (await bond.kill());
    this.#adopt(bond);
    this.#state = 'idle';
    this.#owner.idle(this);
  }

  #adopt(bond: Bond): void {
    const { limits, measure } = this.#owner;
    this.#bond = bond;
    this.error = undefined;
    this.#service = new Service(bond, {
      limits,
      measure,
      open: (signal) => this.#open(signal),
      succeeded: (service) => this.#succeeded(service),
      notSucceeded: (_, error) => this.#notSucceeded(error),
    });
    void bond.closed.then(() => this.#lost(bond));
  }

  /** A call is over: if a successor is ready, it takes over now. */
  #rest(service: Service): void {
    if (service.bond !== this.#bond || this.#state !== 'busy') return;
    this.#state = 'idle';
    if (service.isToEnd) this.#takeOver(service);
    this.#owner.idle(this);
  }

  #succeeded(service: Service): void {
    if (this.#state === 'idle') this.#takeOver(service);
    else if (this.#state === 'starting') void this.#opened(service.handOver());
  }

  #takeOver(service: Service): void {
    this.#leave(service.bond);
    this.#adopt(service.handOver());
    this.#owner.recycled(this, service.bond, service.reason as RecycleReason);
  }

  /** An interpreter that is not needed any more ends by itself. */
  #leave(bond: Bond): void {
    this.#leaving.add(bond);
    void bond.close().then(() => this.#leaving.delete(bond));
  }

  /** The interpreter goes on, if it is still there. */
  #notSucceeded(error: unknown): void {
    if (this.#bond) this.error = error;
    else this.#failed(error);
  }

  /**
   * Replaces an interpreter that has done work immediately. One that ends by itself while idle would be restarted over
   * and over, so it waits.
   */
  #lost(bond: Bond): void {
    if (bond !== this.#bond) return;
    const service = this.#service as Service;
    this.#bond = undefined;
    service.stop();
    this.#owner.lost(this);
    if (this.#state === 'ended') return;
    if (service.isToEnd) void this.#opened(service.handOver());
    else if (service.hasSuccessor) this.#state = 'starting';
    else if (service.isOfUse) void this.start();
    else this.#startLater();
  }

  #failed(error: unknown): void {
    if (this.#state === 'ended') return;
    this.error = error;
    this.#startLater();
    this.#owner.failed(this, error);
  }

  #startLater(): void {
    this.#state = 'down';
    this.#timer = setTimeout(() => void this.start(), pauseAfter(this.#failures++));
    this.hold(this.#owner.isWanted());
  }
}
