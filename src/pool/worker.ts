import type { Bond } from '../bond/bond.js';
import { AbortController, clearTimeout, setTimeout, within } from '../common/globals.js';
import type { Command } from './pool-options.js';

/** How long after a start that failed the next one is tried, in ms: doubled each time, up to the longest. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;
/** How many starts in a row may fail before nobody waits for the next one any more. */
const PATIENCE = 3;
/** How long a worker whose call was aborted may take to come back from it, in ms. */
const RECOVERY = 2000;

/** What a worker of a pool does: `'down'` is one that could not be started, and is tried again after a while. */
export type WorkerState = 'starting' | 'idle' | 'busy' | 'down' | 'ended';

/** @internal What a worker needs of those who own it. */
export interface WorkerOwner {
  /** Starts an interpreter, and sets it up, unless `signal` is aborted. */
  open(command: Command, signal: AbortSignal): Promise<Bond>;
  /** The worker has nothing to do. */
  idle(worker: Worker): void;
  /** Its interpreter is gone. */
  lost(worker: Worker): void;
  /** The worker could not be started. */
  failed(worker: Worker, error: unknown): void;
  /** Whether calls wait for a worker: then the host's event loop has to. */
  isWanted(): boolean;
}

/** @internal A place in a pool: an interpreter, and the one after it when that is gone. */
export class Worker {
  readonly command: Command;
  /** What it could not be started for, the last time. */
  error: unknown;
  /** How many calls it has answered, all its interpreters together. */
  calls = 0;
  /** How many times it has been started. */
  starts = 0;
  readonly #owner: WorkerOwner;
  #state: WorkerState = 'starting';
  #bond: Bond | undefined;
  #starting: Promise<void> | undefined;
  /** How many starts in a row came to nothing. */
  #failures = 0;
  /** Whether the present interpreter has been given anything to do. */
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

  /** Its interpreter, once that is set up and as long as it lives. */
  get bond(): Bond | undefined {
    return this.#bond;
  }

  /** Whether nobody is to wait for it: it will not be there soon, if ever, though it may be being started once more. */
  get isHopeless(): boolean {
    return this.#bond === undefined && this.#failures >= PATIENCE;
  }

  /** Starts an interpreter. Resolves when that has been tried. */
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

  /** Gives it something to do. */
  take(): void {
    this.#state = 'busy';
    this.#isOfUse = true;
    this.#failures = 0;
  }

  /** It has done what it was given, unless it is `bond` no longer. */
  release(bond: Bond): void {
    if (bond !== this.#bond || this.#state !== 'busy') return;
    this.#state = 'idle';
    this.#owner.idle(this);
  }

  /** Sees whether it comes back from a call that was aborted, which was interrupted there; it is replaced otherwise. */
  async recover(bond: Bond): Promise<void> {
    // That it was interrupted after all is an answer as well.
    const answered = bond.eval('1').catch(() => {});
    await within(answered, RECOVERY, () => bond.kill());
  }

  /** Whether the host's event loop waits for its next start. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#timer?.ref();
    else this.#timer?.unref();
  }

  /** Ends it for good: lets it finish, or not. */
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

  /** One that has been of use is replaced at once. One that ends by itself, idle, would be started over and over. */
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
