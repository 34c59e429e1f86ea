import { setImmediate } from '../common/globals.js';
import { isNode } from '../common/runtime.js';
import type { Interpreter } from '../process/interpreter.js';
import type { Blocked, Payload } from './blocks.js';
import type { ConversationLog } from './conversation-log.js';
import { NEWLINE } from './kinds.js';
import { FIRST_BYTE, type Mark } from './mark.js';
import { MessageSplitter } from './message-splitter.js';
import { type Incoming, parseMessage } from './messages.js';
import type { ReceivedBytes } from './received-bytes.js';
import { SpinWait } from './spin-wait.js';

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
  readonly #log: ConversationLog | undefined;
  /** Not tried in Bun and Deno, whose event loops are others. */
  readonly #spinWait = isNode ? new SpinWait() : undefined;
  #listener: ChannelEvents | undefined;
  /** Events without a listener. */
  #unheard: ((listener: ChannelEvents) => void)[] = [];
  /** Chunks of standard output that have been read, and wait for what standard error holds of the same moment. */
  #chunks: Buffer[] = [];
  /** Those that have waited for a turn of the event loop, and need another one. */
  #olderChunks: Buffer[] = [];

  constructor(interpreter: Interpreter, mark: Mark, maxMessageBytes: number, log: ConversationLog | undefined) {
    this.#interpreter = interpreter;
    this.mark = mark;
    this.#log = log;
    const splitter = new MessageSplitter(mark.text, maxMessageBytes, {
      output: (chunk) => this.#tell((listener) => listener.stdout(chunk)),
      message: (text, bytes) => this.#hear(text, bytes),
      tooLong: () => this.#tell((listener) => listener.tooLong()),
      awaitBulk: (isAwaited) => interpreter.awaitBulk(isAwaited),
      tooMuchBehind: () => interpreter.stream('stdout').pause(),
    });
    interpreter.listen({
      stdout: (chunk) => this.#defer(chunk, splitter),
      stderr: (chunk) => this.#tell((listener) => listener.stderr(chunk)),
      bytes: (memory, end) => (splitter.isInBlock ? this.#takeBytes(memory.subarray(0, end), splitter) : 0),
      bulk: (chunk, readMore) => {
        this.#listener?.heard();
        splitter.pushBulk(chunk, readMore);
      },
    });
    void interpreter.ended.then(() => {
      this.#drain([...this.#olderChunks, ...this.#chunks], splitter);
      this.#chunks = [];
      this.#olderChunks = [];
      splitter.end();
    });
  }

  /** Passes events to `listener` from now on, starting with those that had no listener. */
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

  /** Sends one or several whole lines, for which the other side may be waiting, behind the bytes that belong to them. */
  send(lines: Payload, isAwaited = false): void {
    if (typeof lines !== 'string') return this.#sendBlocked(lines, isAwaited);
    this.#log?.sent(lines);
    this.#interpreter.send(lines, isAwaited);
    if (isAwaited) this.#spinWait?.begin();
    else this.#spinWait?.stop();
  }

  /** Sends what is whole lines only when it is joined: a driver of 100 kB need not be copied, nor encoded, for that. */
  sendPieces(pieces: readonly (string | Buffer)[]): void {
    this.#log?.sent(pieces.join(''));
    for (const piece of pieces) {
      if (typeof piece === 'string') this.#interpreter.send(piece, false);
      else this.#interpreter.sendBytes([piece], false);
    }
  }

  #sendBlocked({ text, block }: Blocked, isAwaited: boolean): void {
    this.#log?.note(`${block.length} bytes are sent as block ${block.number}`);
    const pieces = block.take();
    this.#interpreter.send(block.headingOf(pieces), false);
    this.#interpreter.sendBytes(pieces, true);
    this.send(text, isAwaited);
  }

  /** Takes what is bytes of a block, which need not wait for standard error. Returns how much that is. */
  #takeBytes(chunk: Buffer, splitter: MessageSplitter): number {
    if (this.#chunks.length + this.#olderChunks.length > 0) return 0;
    const taken = splitter.pushBytes(chunk);
    if (taken > 0) this.#listener?.heard();
    return taken;
  }

  /**
   * What was printed to standard error before an answer must arrive before it. Both streams are read in the same turn of
   * the event loop, in any order, so answers wait for its end. But the turn may have been begun by what came first in
   * a chunk, before standard error had anything to read: only the next one is sure to read that.
   */
  #defer(chunk: Buffer, splitter: MessageSplitter): void {
    this.#spinWait?.succeed();
    if (this.#chunks.length + this.#olderChunks.length === 0) setImmediate(() => this.#endTurn(splitter));
    this.#chunks.push(chunk);
  }

  #endTurn(splitter: MessageSplitter): void {
    const [chunks, older] = [this.#chunks, this.#olderChunks];
    const isSure = areSure(chunks);
    const due = !isSure ? older : older.length === 0 ? chunks : [...older, ...chunks];
    this.#olderChunks = isSure ? [] : chunks;
    this.#chunks = [];
    if (!isSure) setImmediate(() => this.#endTurn(splitter));
    this.#drain(due, splitter);
  }

  #drain(chunks: readonly Buffer[], splitter: MessageSplitter): void {
    if (chunks.length > 0) this.#listener?.heard();
    for (const chunk of chunks) splitter.push(chunk);
  }

  #hear(text: string, bytes: ReceivedBytes | undefined): void {
    if (bytes) this.#log?.note(`${bytes.size} bytes have come in blocks`);
    this.#log?.received(text);
    this.#tell((listener) => listener.message(parseMessage(text, bytes), text));
  }
}

/** Whether no message in chunks of one turn has anything in front of it: no message begins in them, or one is all there is. */
function areSure(chunks: readonly Buffer[]): boolean {
  const [first] = chunks;
  if (chunks.length === 1 && first?.[0] === FIRST_BYTE) return first.indexOf(NEWLINE) === first.length - 1;
  return chunks.every((chunk) => !chunk.includes(FIRST_BYTE));
}
