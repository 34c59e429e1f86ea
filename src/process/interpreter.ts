import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Ending, howEnded } from '../common/errors.js';
import { clearTimeout, Promise, performance, setTimeout, sleep, within } from '../common/globals.js';
import { Tail } from '../common/output-target.js';
import { type Exit, exitOf, isClosed } from './child-end.js';
import type { StartCommand } from './command.js';
import { handOver, type InterpreterEvents } from './interpreter-events.js';
import { LAST_OUTPUT, readWhatIsThere, release } from './last-output.js';
import { descendants, endTree, signalQuietly, stillRunning } from './process-tree.js';
import type { Bulk, Ways } from './stdio-pipes.js';
import { GRACE } from './watchdog.js';
import { type Traffic, WriteQueue } from './write-queue.js';

/** How long an interpreter may go on after it has closed its standard output, in ms. */
const WITHOUT_OUTPUT = 50;
/** How often we look whether a program that stands between has ended, in ms. */
const GLANCE = 10;
/** How long an interpreter of another user's, which cannot be killed, may go on after the end of its input, in ms. */
const WITHOUT_INPUT = 5000;

/** A process that has been started. */
export type SpawnedChild = ChildProcess & {
  readonly pid: number;
  readonly stderr: Readable;
};

/** Interpreters that run, so that a program that ends takes them with it. */
const running = new Set<Interpreter>();

process.on('exit', () => {
  for (const interpreter of running) interpreter.abandon();
});

/** A live interpreter: a process, and the streams to and from it. */
export class Interpreter {
  /** What to call its command in messages. */
  readonly command: string;
  /** Its command without further arguments. */
  readonly bareCommand: string;
  /** The local process; behind `ssh` or `sudo`, theirs. */
  readonly pid: number;
  /** Fulfils once the process is gone and what it wrote has been read. Never rejects. */
  readonly ended: Promise<Ending>;
  /** Whether the local process is the interpreter itself. This is unknown until the interpreter has sent its process id. */
  isDirect = false;
  readonly #child: SpawnedChild;
  readonly #ways: Ways;
  readonly #writeQueue: WriteQueue;
  readonly #stderrTail = new Tail();
  #isHeld = true;
  /** How many chunks of output have come. */
  #chunks = 0;
  #isBulkAwaited = false;
  #killing: Promise<void> | undefined;
  #giveUp = (): void => {};

  constructor({ shown, bare }: Pick<StartCommand, 'shown' | 'bare'>, child: SpawnedChild, ways: Ways) {
    this.command = shown;
    this.bareCommand = bare;
    this.pid = child.pid;
    this.#child = child;
    this.#ways = ways;
    this.#writeQueue = new WriteQueue(ways);
    running.add(this);
    // Writing to an interpreter that has just gone fails; that it has gone is noticed elsewhere.
    ways.input.on('error', () => {});
    // So does a signal to what has become another user's.
    child.on('error', () => {});
    // From now on: Node throws away what has not been read when a process exits.
    child.stderr.on('data', (chunk: Buffer) => this.#stderrTail.push(chunk));
    // The event loop waits for the process, or it does not: for its streams, it never has to.
    for (const stream of [ways.input, ways.output, ways.bulk?.stream, child.stderr]) leaveOut(stream);
    this.ended = this.#watchEnd();
  }

  /** Starts handing over what the interpreter writes. */
  listen(events: InterpreterEvents): void {
    handOver(this.#ways, this.#child.stderr, events, () => this.#chunks++);
  }

  /** Writes to the interpreter. A message that it waits for is written immediately. */
  send(text: string, isAwaited: boolean): void {
    this.#writeQueue.send(text, isAwaited);
  }

  /** Writes bytes behind what has been sent; `areSpare` lets others have their memory then. */
  sendBytes(pieces: readonly Buffer[], areSpare: boolean): void {
    this.#writeQueue.sendBytes(pieces, areSpare);
  }

  /** How far what it has been sent has come. */
  get traffic(): Traffic {
    return this.#writeQueue;
  }

  /** Makes the interpreter wait with its output, or go on: its standard output, or its standard error. */
  stream(name: 'stdout' | 'stderr'): Readable {
    return name === 'stdout' ? this.#ways.output : this.#child.stderr;
  }

  /** Its second way to write, if it has one. */
  get bulk(): Bulk | undefined {
    return this.#ways.bulk;
  }

  /** Reads a long message, or goes on with nothing but its standard output. */
  awaitBulk(isAwaited: boolean): void {
    this.#isBulkAwaited = isAwaited;
    const { output, bulk } = this.#ways;
    if (isAwaited) bulk?.stream.resume();
    else {
      bulk?.stream.pause();
      output.resume();
    }
  }

  /** Whether its output is being held up on this side, so that its silence means nothing. */
  get isHeldUp(): boolean {
    return (this.#ways.output.isPaused() && !this.#isBulkAwaited) || this.#child.stderr.isPaused();
  }

  /** The end of what it has written to its standard error so far. */
  stderrText(): string {
    return this.#stderrTail.text();
  }

  /** Whether the host's event loop waits for this interpreter. */
  hold(isHeld: boolean): void {
    // Who kills it waits for its end, also if a reply comes meanwhile, after which there would be nothing to wait for.
    if (isHeld === this.#isHeld || (!isHeld && this.#killing)) return;
    this.#isHeld = isHeld;
    this.#child[isHeld ? 'ref' : 'unref']();
  }

  /** Whether the local process can be sent signals: `sudo` may have become one of another user. */
  get isOurs(): boolean {
    try {
      return process.kill(this.pid, 0);
    } catch {
      return false;
    }
  }

  /** Sends a signal to the local process, behind what it has been sent. */
  signal(name: NodeJS.Signals): void {
    this.#writeQueue.flush();
    // Deno's `child.kill` sends one signal and no second one.
    if (running.has(this)) signalQuietly(this.pid, name);
  }

  /** How it has ended, in words. What stands between may exit with any code when what it has started is killed. */
  howEnded(ending: Ending): string {
    return howEnded(ending, this.#killing !== undefined && !this.isDirect);
  }

  /** Waits for its end for so many ms, and then ends it by force. */
  async waitForEnd(patience: number): Promise<Ending> {
    return within(this.ended, patience, () => this.kill());
  }

  /** Kills it immediately. */
  async kill(): Promise<Ending> {
    this.hold(true);
    await this.#killAll();
    return this.ended;
  }

  /** The host is about to exit: an idle interpreter sees the end of its input, a busy one would not look. */
  abandon(): void {
    if (this.#isHeld) void this.#killAll();
  }

  /** Ends the process with all that it has started: what it was to wrap would not notice that it is gone. */
  #killAll(): Promise<void> {
    if (running.has(this)) this.#killing ??= this.#endAll([this.pid, ...descendants(this.pid)]);
    return this.#killing ?? Promise.resolve();
  }

  /** What only stands between is asked first: `srun` would leave its job behind if it were ended by force. */
  async #endAll(pids: readonly number[]): Promise<void> {
    if (!this.isOurs) this.#endInput();
    if (process.platform === 'win32') endTree(this.pid);
    let left = pids;
    if (!this.isDirect) {
      for (const pid of pids) signalQuietly(pid, 'SIGTERM');
      const end = performance.now() + GRACE * 1000;
      while (left.length > 0 && performance.now() < end) {
        await sleep(GLANCE);
        left = stillRunning(left);
      }
    }
    for (const pid of left) signalQuietly(pid, 'SIGKILL');
  }

  /** It cannot be killed. The driver ends it when its input ends; otherwise it goes on alone. */
  #endInput(): void {
    this.#ways.input.destroy();
    const timer = setTimeout(() => this.#giveUp(), WITHOUT_INPUT);
    void this.ended.then(() => clearTimeout(timer));
  }

  async #watchEnd(): Promise<Ending> {
    const child = this.#child;
    const gaveUp = new Promise<Exit>((resolve) => {
      this.#giveUp = () => {
        child.unref();
        resolve({ exitCode: null, signal: null });
      };
    });
    const exited = Promise.race([exitOf(child), gaveUp]);
    const { input, output } = this.#ways;
    const closed = Promise.all([isClosed(child), isClosed(output)]);
    output.once('close', () => {
      const timer = setTimeout(() => void this.#killAll(), WITHOUT_OUTPUT);
      void exited.then(() => clearTimeout(timer));
    });
    const { exitCode, signal } = await exited;
    running.delete(this);
    await within(closed, LAST_OUTPUT, () => readWhatIsThere(() => this.#chunks));
    input.destroy();
    this.bulk?.stream.destroy();
    release(output);
    release(child.stderr);
    return { exitCode, signal, stderr: this.#stderrTail.text() };
  }
}

function leaveOut(stream: object | undefined): void {
  (stream as { unref?(): void } | undefined)?.unref?.();
}
