import { Questions } from './language-service.js';
import type { Partner } from './repl-target.js';
import { type Audience, Runner } from './runner.js';

/** How long the language may think about a question, in ms. */
const MOST_THOUGHT = 2000;
/** More names than this are no help. */
const MOST_NAMES = 300;

/** Names that may stand at the end of a line, and the part of them that is there. */
export type Found = [names: string[], word: string];

/** What a dialog does with its lines: as python-bond's `interact` does, runs blocks, and evaluates what begins with `!`. */
export class PlainMode {
  protected readonly runner: Runner;
  readonly #questions: Questions;

  constructor(
    bond: Partner,
    audience: Audience,
    runner = new Runner(bond, audience),
    introduce?: () => Promise<unknown>,
  ) {
    this.runner = runner;
    this.#questions = new Questions(
      bond.with({ timeout: MOST_THOUGHT, stdout: 'ignore', stderr: 'ignore' }),
      introduce,
    );
  }

  /** The last error that was shown. */
  get failure(): unknown {
    return this.runner.failure;
  }

  fail(error: unknown): void {
    this.runner.fail(error);
  }

  /** Runs what was typed, unless more lines are to come; resolves to whether they are. */
  async take(code: string): Promise<boolean> {
    if (await this.isUnfinished(code, null)) return true;
    let isOpen = false;
    await this.runner.run(code, async (failure) => {
      isOpen = await this.isUnfinished(code, failure);
      return isOpen;
    });
    return isOpen;
  }

  /** Runs what nothing follows any more. */
  run(code: string): Promise<void> {
    return this.runner.run(code);
  }

  async complete(before: string): Promise<Found> {
    const [word, names] = await this.#questions.complete(before.replace(/^!/, ''));
    return [names.length > MOST_NAMES ? [commonStart(names)] : [...names], word];
  }

  protected isUnfinished(code: string, failure: string | null, isTyped = false): Promise<boolean> {
    return this.#questions.isUnfinished(code, failure, isTyped);
  }
}

/** What all names begin with. */
function commonStart(names: readonly string[]): string {
  const first = names[0] ?? '';
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length++;
  return first.slice(0, length);
}
