import type { Writable } from 'node:stream';
import type { Interpreter } from './interpreter.js';
import { type Mark, MessageSplitter } from './lines.js';
import { type Incoming, parseMessage } from './wire.js';

/** Who gets what comes through a {@link Channel}. */
export interface ChannelEvents {
  /** Something has come, perhaps only a part of a message: the other side is not silent. */
  heard(): void;
  /** A message, or `undefined` for one that makes no sense. */
  message(message: Incoming | undefined, text: string): void;
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** A message is longer than is accepted. */
  tooLong(): void;
}

/** The conversation with an interpreter, as messages; what is not one is output. */
export class Channel {
  readonly mark: Mark;
  readonly #interpreter: Interpreter;
  readonly #logfile: Writable | undefined;
  #listener: ChannelEvents | undefined;
  /** What has come while nobody listened. */
  #unheard: ((listener: ChannelEvents) => void)[] = [];
  /** Chunks of standard output that have been read, and wait for what standard error holds of the same moment. */
  #chunks: Buffer[] = [];

  constructor(interpreter: Interpreter, mark: Mark, maxMessageBytes: number, logfile: Writable | undefined) {
    this.#interpreter = interpreter;
    this.mark = mark;
    this.#logfile = logfile;
    const splitter = new MessageSplitter(mark.text, maxMessageBytes, {
      output: (chunk) => this.#tell((listener) => listener.stdout(chunk)),
      message: (text) => this.#hear(text),
      tooLong: () => this.#tell((listener) => listener.tooLong()),
    });
    interpreter.listen({
      stdout: (chunk) => this.#defer(chunk, splitter),
      stderr: (chunk) => this.#tell((listener) => listener.stderr(chunk)),
    });
    void interpreter.ended.then(() => {
      this.#drain(splitter);
      splitter.end();
    });
  }

  /** From now on, `listener` gets what comes, beginning with what nobody has heard yet. */
  listen(listener: ChannelEvents): void {
    this.#listener = listener;
    const unheard = this.#unheard;
    this.#unheard = [];
    for (const tell of unheard) tell(listener);
  }

  /** Keeps what comes until somebody listens again. */
  wait(): void {
    this.#listener = undefined;
  }

  #tell(event: (listener: ChannelEvents) => void): void {
    if (this.#listener) event(this.#listener);
    else this.#unheard.push(event);
  }

  /** Sends one or several whole lines. */
  send(lines: string): void {
    if (this.#logfile) this.#log('>', lines);
    this.#interpreter.send(lines);
  }

  /**
   * Both streams are read in the same turn of the event loop, in any order. What was printed to standard error before
   * an answer must arrive before it, so answers wait for the end of the turn.
   */
  #defer(chunk: Buffer, splitter: MessageSplitter): void {
    if (this.#chunks.length === 0) setImmediate(() => this.#drain(splitter));
    this.#chunks.push(chunk);
  }

  #drain(splitter: MessageSplitter): void {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#listener?.heard();
    for (const chunk of chunks) splitter.push(chunk);
  }

  #hear(text: string): void {
    if (this.#logfile) this.#log('<', `${text}\n`);
    this.#tell((listener) => listener.message(parseMessage(text), text));
  }

  #log(direction: '<' | '>', lines: string): void {
    this.#logfile?.write(lines.replace(/^(?=.)/gm, `${direction} `));
  }
}
