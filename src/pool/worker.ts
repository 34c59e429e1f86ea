import type { Bond } from '../bond/bond.js';
import { AbortController, clearTimeout, setTimeout, within } from '../common/globals.js';
import type { Command } from './pool-options.js';

/** The pause after a failed start, in ms. It doubles each time, up to the longest. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;
/** After this many failed starts in a row, calls no longer wait for the worker. */
const PATIENCE = 3;
/** How long a worker may take to return from an aborted call, in ms. */
const RECOVERY = 2000;

/**
 * The state of a worker. `'down'` means that it could not be started, or ended by itself, and is started again after a
 * pause.
 */
export type WorkerState = 'starting' | 'idle' | 'busy' | 'down' | 'ended';

/** @internal What a worker needs from its pool. */
export interface WorkerOwner {
  /** Starts and prepares an interpreter, unless `signal` is aborted. */
  open(command: Command, signal: AbortSignal): Promise<Bond>;
  /** The worker is idle. */
  idle(worker: Worker): void;
  /** Its interpreter has ended. */
  lost(worker: Worker): void;
  /** The worker could not be started. */
  failed(worker: Worker, error: unknown): void;
  /** Whether calls wait for a worker. If so, the pause before a start keeps the event loop alive. */
  isWanted(): boolean;
}

/** @internal A place in a pool. It has an interpreter, and another one when that has ended. */
export class Worker {
  readonly command: Command;
  /** Why its last start failed. */
  error: unknown;
  /** The number of calls answered by all its interpreters. */
  calls = 0;
  /** The number of starts. */
  starts = 0;
  readonly #owner: WorkerOwner;
  #state: WorkerState = 'starting';
  #bond: Bond | undefined;
  #starting: Promise<void> | undefined;
  /** The number of failed starts in a row. */
  #failures = 0;
  /** Whether the current interpreter has been given work. */
  #isOfUse = false;
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
    this.#isOfUse = false;
    this.starts++;
    this.#starting = this.#owner.open(this.command, this.#ending.signal).then(
      (bond) => this.#opened(bond),
      (error: unknown) => this.#failed(error),
    );
    await this.#starting;
  }

  /** Marks the worker as busy. */
  take(): void {
    this.#state = 'busy';
    this.#isOfUse = true;
    this.#failures = 0;
  }

  /** Marks the worker as idle, if `bond` is still its interpreter. */
  release(bond: Bond): void {
    if (bond !== this.#bond || this.#state !== 'busy') return;
    this.#state = 'idle';
    this.#owner.idle(this);
  }

  /**
   * Waits for the worker to return from an aborted call, whose code was interrupted. If it does not, it is replaced.
   */
  async recover(bond: Bond): Promise<void> {
    // A late interrupt makes this reject, which also shows that it has returned.
    const answered = bond.eval('1').catch(() => {});
    await within(answered, RECOVERY, () => bond.kill());
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
    await this.#bond?.[how]();
    await this.#starting;
  }

  async #opened(bond: Bond): Promise<void> {
    if (this.#state === 'ended') return bond.kill();
    this.#bond = bond;
    this.#state = 'idle';
    this.error = undefined;
    void bond.closed.then(() => this.#lost());
    this.#owner.idle(this);
  }

  /**
   * Replaces an interpreter that has done work immediately. One that ends by itself while idle would be restarted over
   * and over, so it waits.
   */
  #lost(): void {
    this.#bond = undefined;
    this.#owner.lost(this);
    if (this.#state === 'ended') return;
    if (this.#isOfUse) void this.start();
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
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE);
    this.#timer = setTimeout(() => void this.start(), pause);
    this.hold(this.#owner.isWanted());
  }
}
