import type { Writable } from 'node:stream';
import { RemoteException, TerminatedException } from '../common/errors.js';
import type { Presentation } from './format.js';
import type { Evaluator } from './repl-target.js';

/** Where values and errors go, and in which form. */
export interface Audience {
  readonly output: Writable;
  readonly errors: Writable;
  readonly presentation: Presentation;
  /** Called before something is written, behind whatever has been printed. */
  readonly begin?: (() => void) | undefined;
}

/** Runs a block; resolves to what is to be shown, if there is anything. */
type RunBlock = (code: string) => Promise<string | undefined>;

/** Runs code, and shows its result. */
export class Runner {
  /** The last error that was shown. */
  failure: unknown;
  readonly #bond: Evaluator;
  readonly #audience: Audience;
  readonly #runBlock: RunBlock;

  constructor(
    bond: Evaluator,
    audience: Audience,
    runBlock: RunBlock = async (code) => void (await bond.evalBlock(code)),
  ) {
    this.#bond = bond;
    this.#audience = audience;
    this.#runBlock = runBlock;
  }

  /** Runs a block, or evaluates what begins with `!`. An error is shown, unless `isExpected` of its message. */
  async run(code: string, isExpected: (message: string) => Promise<boolean> = async () => false): Promise<void> {
    try {
      if (code.startsWith('!')) return this.print(await this.#bond.eval(code.slice(1)));
      const shown = await this.#runBlock(code);
      if (shown !== undefined) this.#write(shown);
    } catch (error) {
      if (error instanceof RemoteException && (await isExpected(error.remoteMessage))) return;
      this.fail(error);
    }
  }

  /** Runs a block, and shows no value. */
  async runSilently(code: string): Promise<void> {
    await this.#bond.evalBlock(code).catch((error) => this.fail(error));
  }

  /** Shows a value. */
  print(value: unknown): void {
    this.#write(this.#audience.presentation.value(value));
  }

  /** Shows an error; not that the interpreter has ended itself, and is content. */
  fail(error: unknown): void {
    if (error instanceof TerminatedException && error.exitCode === 0) return;
    this.failure = error;
    this.report(error);
  }

  /** Shows an error that is none of the code's. */
  report(error: unknown): void {
    const { errors, presentation, begin } = this.#audience;
    begin?.();
    errors.write(`${presentation.error(error)}\n`);
  }

  #write(text: string): void {
    const { output, begin } = this.#audience;
    begin?.();
    output.write(`${text}\n`);
  }
}
