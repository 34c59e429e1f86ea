import { performance } from '../common/globals.js';
import { type Found, PlainMode } from './plain-mode.js';
import type { SessionPartner } from './repl-target.js';
import { type Audience, Runner } from './runner.js';
import { isCommand, SessionCommands, type SessionTools } from './session-commands.js';
import { isTerminal, styled, widthOf } from './terminal.js';
import { Typed } from './typed.js';

/** What a session does to the terminal it is at. */
export interface SessionScreen {
  readonly hasColors: boolean;
  /** Puts the cursor at the start of a line, wherever output has left it. */
  beginLine(): void;
  leave(): void;
}

/** Sessions of the command: values are shown as the language's own sessions show them, and lines with a dot are commands. */
export class SessionMode extends PlainMode {
  readonly #screen: SessionScreen;
  readonly #audience: Audience;
  readonly #commands: SessionCommands;
  #isTiming = false;
  /** Whether the next block is timed, however many lines it takes. */
  #timesNext = false;

  constructor(bond: SessionPartner, audience: Audience, screen: SessionScreen, tools: SessionTools) {
    const { output } = audience;
    const typed = new Typed(bond, {
      isColored: screen.hasColors,
      width: () => widthOf(output),
      tableWidth: () => (isTerminal(output) ? widthOf(output) : Number.POSITIVE_INFINITY),
    });
    const atStart: Audience = {
      output,
      errors: audience.errors,
      presentation: audience.presentation,
      begin: () => screen.beginLine(),
    };
    super(bond, audience, new Runner(bond, atStart, (code) => typed.run(code)), () => typed.introduce());
    this.#screen = screen;
    this.#audience = audience;
    this.#commands = new SessionCommands(tools, {
      write: (text) => void output.write(text),
      runBlock: (code) => this.#timedBlock(code),
      time: (code) => this.#time(code),
      leave: () => screen.leave(),
    });
  }

  override async take(code: string): Promise<boolean> {
    return isCommand(code) ? this.#command(code) : this.#timed(() => super.take(code));
  }

  override async complete(before: string): Promise<Found> {
    return /^\s*\./.test(before) ? this.#commands.complete(before) : super.complete(before);
  }

  protected override isUnfinished(code: string, failure: string | null): Promise<boolean> {
    return super.isUnfinished(code, failure, true);
  }

  async #command(line: string): Promise<boolean> {
    try {
      return await this.#commands.run(line);
    } catch (error) {
      this.runner.report(error);
      return false;
    }
  }

  async #time(code: string): Promise<boolean> {
    if (code !== '') {
      this.#timesNext = true;
      return this.take(code);
    }
    this.#isTiming = !this.#isTiming;
    this.#remark(this.#isTiming ? 'Each line is timed. .time ends that.' : 'Lines are no longer timed.');
    return false;
  }

  /** Tells how long something took, if that is wanted, and unless it has not been done yet. */
  async #timed(run: () => Promise<boolean>): Promise<boolean> {
    const start = performance.now();
    const isOpen = await run();
    if (isOpen) return true;
    if (this.#isTiming || this.#timesNext) {
      this.#screen.beginLine();
      this.#remark(duration(performance.now() - start));
    }
    this.#timesNext = false;
    return false;
  }

  async #timedBlock(code: string): Promise<void> {
    await this.#timed(async () => {
      await this.runner.runSilently(code);
      return false;
    });
  }

  #remark(text: string): void {
    this.#audience.output.write(`${styled('dim', text, this.#screen.hasColors)}\n`);
  }
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 2 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
