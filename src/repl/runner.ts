import type { Writable } from 'node:stream';
import { RemoteException, TerminatedException } from '../common/errors.js';
import type { Presentation } from './format.js';
import type { Evaluator } from './repl-target.js';

/** Where values and errors go, and in which form. */
export interface Audience {
  readonly output: Writable;
  readonly errors: Writable;
  readonly presentation: Presentation;
}

/** Runs code, and shows what comes of it. */
export class Runner {
  /** The last error that was shown. */
  failure: unknown;
  readonly #bond: Evaluator;
  readonly #audience: Audience;

  constructor(bond: Evaluator, audience: Audience) {
    this.#bond = bond;
    this.#audience = audience;
  }

  /** Runs a block, or evaluates what begins with `!`. An error is shown, unless `isExpected` of its message. */
  async run(code: string, isExpected: (message: string) => Promise<boolean> = async () => false): Promise<void> {
    try {
      if (!code.startsWith('!')) await this.#bond.evalBlock(code);
      else this.print(await this.#bond.eval(code.slice(1)));
    } catch (error) {
      if (error instanceof RemoteException && (await isExpected(error.remoteMessage))) return;
      this.fail(error);
    }
  }

  /** Shows a value. */
  print(value: unknown): void {
    const { output, presentation } = this.#audience;
    output.write(`${presentation.value(value)}\n`);
  }

  /** Shows an error; not that the interpreter has ended itself, and is content. */
  fail(error: unknown): void {
    if (error instanceof TerminatedException && error.exitCode === 0) return;
    this.failure = error;
    const { errors, presentation } = this.#audience;
    errors.write(`${presentation.error(error)}\n`);
  }
}
