import { createInterface, type Interface, moveCursor } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { textOf } from '../common/thrown.js';
import { Block } from './block.js';
import { History, MOST_LINES } from './history.js';
import { Echo } from './muted-output.js';
import { type Found, PlainMode } from './plain-mode.js';
import type { Partner } from './repl-target.js';
import type { Audience } from './runner.js';
import type { SessionScreen } from './session-mode.js';
import { isTerminal, type Style, styled, widthOf } from './terminal.js';

const INDENT = '    ';

/** Settings of a dialog, with nothing left open. */
export interface DialogSettings extends Audience {
  readonly input: Readable;
  /** The file with the lines of earlier sessions. */
  readonly history: string | undefined;
  readonly hasColors: boolean;
  /** What is done with lines, where that is more than `interact` does. */
  readonly mode?: ((screen: SessionScreen) => PlainMode) | undefined;
}

/** A person, or a pipe, and a bond: lines in, values and errors out. */
export class Dialog {
  readonly #bond: Partner;
  readonly #settings: DialogSettings;
  readonly #isTerminal: boolean;
  readonly #mode: PlainMode;
  readonly #block = new Block();
  readonly #history: History;
  readonly #echo: Echo;
  readonly #lines: Interface;
  /** For each line not yet processed, whether it was typed while code ran. */
  readonly #waiting: boolean[] = [];
  /** How often Ctrl-C has been pressed for the code that runs. */
  #interrupts = 0;
  #isTaking = false;
  #isLeaving = false;
  #isClosed = false;

  constructor(bond: Partner, settings: DialogSettings) {
    const { input, output } = settings;
    this.#bond = bond;
    this.#settings = settings;
    this.#isTerminal = isTerminal(input) && isTerminal(output);
    this.#mode = settings.mode?.(this.#screen()) ?? new PlainMode(bond, settings);
    this.#history = this.#openHistory();
    this.#echo = new Echo(output, () => this.#isBusy);
    this.#lines = this.#openLines();
  }

  /** Whether code runs, or is about to. */
  get #isBusy(): boolean {
    return this.#isTaking || this.#waiting.length > 0;
  }

  /** Resolves when the user has left, or the interpreter is gone: to the last error that was shown, if there was one. */
  async run(): Promise<unknown> {
    let isGone = false;
    void this.#bond.closed.then(() => {
      isGone = true;
      this.#lines.close();
    });
    this.#prompt();
    for await (const line of this.#lines) {
      this.#isTaking = true;
      this.#interrupts = 0;
      const isTypedAhead = this.#waiting.shift() === true;
      if (this.#isTerminal) this.#note(line, isTypedAhead);
      await this.#take(line);
      this.#isTaking = false;
      if (isGone || this.#isLeaving) return this.#mode.failure;
      if (!this.#isBusy) this.#prompt();
    }
    if (this.#block.isOpen && !this.#isTerminal) await this.#mode.run(this.#block.end());
    if (this.#isTerminal && !isGone) this.#settings.output.write('\n');
    return this.#mode.failure;
  }

  /** Shows what the language prints of its own accord: above a line that is being typed. */
  show(chunk: Buffer, stream: Writable): void {
    if (!this.#isTerminal || this.#isBusy || this.#isClosed) return void stream.write(chunk);
    const { output } = this.#settings;
    moveCursor(output, 0, -this.#lines.getCursorPos().rows);
    output.write('\r\x1b[J');
    stream.write(chunk);
    this.#prompt();
  }

  #screen(): SessionScreen {
    return {
      hasColors: this.#settings.hasColors,
      beginLine: () => this.#isTerminal && this.#beginLine(),
      leave: () => {
        this.#isLeaving = true;
        this.#lines.close();
      },
    };
  }

  #openHistory(): History {
    const { history } = this.#settings;
    try {
      return new History(this.#isTerminal ? history : undefined);
    } catch (error) {
      this.#remark(`No history is kept: ${textOf(error)}`);
      return new History(undefined);
    }
  }

  #openLines(): Interface {
    const lines = createInterface({
      input: this.#settings.input,
      output: this.#echo,
      terminal: this.#isTerminal,
      history: this.#history.lines.toReversed(),
      historySize: MOST_LINES,
      completer: (before: string, done: (error: null, found: Found) => void) => {
        if (before.trim() === '') done(null, [[INDENT], '']);
        else void this.#complete(before).then((found) => done(null, found));
      },
    });
    lines.on('line', () => this.#waiting.push(this.#isBusy));
    lines.on('SIGINT', () => void this.#stop());
    lines.on('close', () => {
      this.#isClosed = true;
      this.#echo.destroy();
    });
    return lines;
  }

  /** Keeps a line, and shows it if that has not been possible so far. */
  #note(line: string, isTypedAhead: boolean): void {
    this.#history.add(line);
    if (!isTypedAhead) return;
    this.#beginLine();
    this.#settings.output.write(`${this.#promptText()}${line}\n`);
  }

  async #take(line: string): Promise<void> {
    const code = this.#block.add(line);
    if (!this.#block.isOpen && code.trim() !== '' && (await this.#mode.take(code))) this.#block.reopen();
    if (!this.#block.isOpen) this.#block.clear();
  }

  /** Ctrl-C: stops the code that runs, or else drops what has been typed. */
  async #stop(): Promise<void> {
    if (this.#isBusy) return this.#interrupt();
    this.#block.clear();
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#settings.output.write('^C\n');
    this.#lines.setPrompt(this.#promptText());
    this.#lines.write(null, { ctrl: true, name: 'u' });
    this.#lines.prompt();
  }

  async #interrupt(): Promise<void> {
    this.#interrupts++;
    if (this.#interrupts > 1) this.#remark('It does not stop. Ctrl-D, and then Ctrl-C, ends the interpreter.');
    await this.#bond.interrupt().catch((error) => this.#mode.fail(error));
  }

  #remark(text: string): void {
    this.#settings.errors.write(`${this.#styled('dim', text)}\n`);
  }

  async #complete(before: string): Promise<Found> {
    return this.#isBusy ? [[], before] : this.#mode.complete(before);
  }

  #prompt(): void {
    if (!this.#isTerminal || this.#isClosed) return;
    this.#beginLine();
    this.#lines.setPrompt(this.#promptText());
    Object.assign(this.#lines, { prevRows: 0 }); // of what was typed ahead, nothing has been shown
    this.#lines.prompt(true);
  }

  #promptText(): string {
    const { lang } = this.#bond;
    return this.#styled('bold', this.#block.isOpen ? '... '.padStart(lang.length + 2) : `${lang}> `);
  }

  /**
   * Puts the cursor at the start of a line, wherever output has left it. Where a line is unfinished, a mark and a line's
   * width of blanks run over its end; where it is not, they are written over.
   */
  #beginLine(): void {
    const { output } = this.#settings;
    output.write(`${this.#styled('dim', '⏎')}${' '.repeat(widthOf(output) - 1)}\r\x1b[J`);
  }

  #styled(style: Style, text: string): string {
    return styled(style, text, this.#settings.hasColors);
  }
}
