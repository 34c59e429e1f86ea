import type { Bond } from '../bond/bond.js';
import { AbortController } from '../common/globals.js';

/** An interpreter that is to take over from another one, and is started and set up while that goes on. */
export class Successor {
  /** It, when it is ready. */
  bond: Bond | undefined;
  readonly #onFailed: (error: unknown) => void;
  readonly #opening = new AbortController();
  readonly #opened: Promise<void>;
  #isDropped = false;

  /** `onFailed` is also called if it ends before it has taken over. */
  constructor(open: (signal: AbortSignal) => Promise<Bond>, onReady: () => void, onFailed: (error: unknown) => void) {
    this.#onFailed = onFailed;
    this.#opened = open(this.#opening.signal).then(
      (bond) => this.#ready(bond, onReady),
      (error: unknown) => this.#failed(error),
    );
  }

  /** It is not needed any more. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    if (this.bond) await this.bond.kill();
    else this.#opening.abort();
    await this.#opened;
  }

  /** It takes over: from now on, the worker ends it. */
  take(): Bond {
    this.#isDropped = true;
    return this.bond as Bond;
  }

  async #ready(bond: Bond, onReady: () => void): Promise<void> {
    if (this.#isDropped) return void (await bond.kill());
    this.bond = bond;
    void bond.closed.then(() => this.#failed(undefined));
    onReady();
  }

  #failed(error: unknown): void {
    if (!this.#isDropped) this.#onFailed(error);
  }
}
