import { driverFile } from '../drivers/driver.js';
import type { Answerer } from './repl-target.js';

/** The last word before the cursor, and what it may be going to be. */
export type Completion = readonly [word: string, names: readonly string[]];

/**
 * What an interactive session asks the language itself, by functions that `drivers/<language>/interactive.*` defines there.
 * A question that fails, or that the language does not know, has no answer, and nobody hears of it.
 */
export class Questions {
  readonly #bond: Answerer;
  readonly #introduce: () => Promise<unknown>;
  #introduction: Promise<unknown> | undefined;

  constructor(bond: Answerer, introduce: () => Promise<unknown> = () => introduceInteractive(bond)) {
    this.#bond = bond;
    this.#introduce = introduce;
  }

  /** What may stand at the end of this piece of a line. */
  async complete(before: string): Promise<Completion> {
    const [word, names] = (await this.#ask('_BOND_complete', before)) ?? ['', []];
    return [word, names];
  }

  /**
   * Whether a block, or an expression behind its `!`, wants more lines. Asked before it runs, and once more with the
   * message if it has failed: some languages know it beforehand, others only then. What is typed in a session of the command
   * may be a block or an expression.
   */
  async isUnfinished(code: string, failure: string | null, isTyped = false): Promise<boolean> {
    const isExpression = code.startsWith('!');
    const kind = isExpression || !isTyped ? isExpression : null;
    return Boolean(await this.#ask('_BOND_is_unfinished', isExpression ? code.slice(1) : code, kind, failure));
  }

  async #ask(name: string, ...args: readonly unknown[]): Promise<Completion | undefined> {
    try {
      this.#introduction ??= this.#introduce();
      await this.#introduction;
      return (await this.#bond.call(name, ...args)) as Completion;
    } catch {
      return undefined;
    }
  }
}

async function introduceInteractive(bond: Answerer): Promise<void> {
  await bond.evalBlock(await driverFile(bond.lang, 'interactive'));
}
