import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort, SHARE_ENV, Worker } from 'node:worker_threads';
import { BondException, TerminatedException } from '../common/errors.js';
import type { ProtocolName } from '../common/options.js';
import type { AnyFunction } from '../references/callback.js';
import { Crossing, type Packed, type Side } from './crossing.js';
import { Kept, Known } from './kept.js';
import {
  ANSWERS,
  COUNTS,
  HAS_ENDED,
  type Message,
  NO_TARGET,
  THREAD_ID,
  type ThreadData,
  TO_PROGRAM,
} from './messages.js';
import { TraceReceiver } from './trace-receiver.js';

/** How long the program waits before it looks whether the thread is still there, in ms. */
const PATIENCE = 500;
/** Arguments that take as much of the stack as there has to be left where a request is made: 16 kB. */
const ROOM: readonly undefined[] = Array.from({ length: 2048 });

/** The thread that the asynchronous library runs in, as the program sees it. The program waits for it, and meanwhile runs what it is asked to. */
export class Thread {
  readonly kept = new Kept();
  /** The protocol of the bond that was asked last. */
  protocol: ProtocolName = 'EJSON';
  readonly known = new Known((ids) => this.#post(['release', ids]));
  /** Errors of the thread that the program has thrown back in this call, by their numbers: they are told only once. */
  readonly thrownBack = new Map<number, object>();
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #answers: MessagePort;
  readonly #counts = new Int32Array(new SharedArrayBuffer(COUNTS * Int32Array.BYTES_PER_ELEMENT));
  readonly #crossing: Crossing;
  readonly #results = new Map<number, Message>();
  /** Calls that have failed, and of which the thread has not been told. */
  readonly #failures: [id: number, error: unknown, isBlocking: boolean][] = [];
  readonly #traces = new TraceReceiver();
  #isTracing = false;
  #lastId = 0;
  /** The call of a function that the program is in. */
  #inside = 0;
  /** Whether the thread stands still until the program answers. */
  #isBlocking = false;
  #isGone = false;

  /** @param file the code of the thread */
  constructor(file: URL, makeSide: (thread: Thread) => Side) {
    if (!existsSync(file)) throw new BondException('bond/sync', `the code of its thread is not there: ${file.href}`);
    const [conversation, answers] = [new MessageChannel(), new MessageChannel()];
    this.#port = conversation.port1;
    this.#answers = answers.port1;
    const key = `bond ${randomBytes(12).toString('hex')}`;
    this.#crossing = new Crossing(key, makeSide(this));
    const data: ThreadData = { key, port: conversation.port2, answers: answers.port2, counts: this.#counts };
    this.#worker = new Worker(file, {
      workerData: data,
      transferList: [data.port, data.answers],
      env: SHARE_ENV,
      execArgv: [],
      trackUnmanagedFds: false, // so that the thread may have pipes to interpreters
      name: 'bond/sync',
    });
    this.#worker.on('error', () => this.#end()).on('exit', () => this.#end());
    this.#worker.unref();
    // What an interpreter asks for while the program does not wait.
    this.#port.on('message', (message: Message) => this.#take(message));
    this.#port.unref();
    this.#answers.unref();
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * Asks for something, and waits for it: a method of an object, or something that needs none. Each level of a recursion has
   * this frame and `runForBond` on the stack, so these two do much themselves.
   */
  ask(lang: string, target: number, method: string, args: readonly unknown[]): unknown {
    this.#check(lang);
    if (this.#traces.isListenedTo !== this.#isTracing) this.#setTracing(lang);
    if (this.#inside === 0 && this.thrownBack.size > 0) this.thrownBack.clear();
    Reflect.apply(needRoom, undefined, ROOM);
    const id = ++this.#lastId;
    this.#send(id, target, method, args);
    let result = this.#results.get(id);
    while (!result) {
      const seen = Atomics.load(this.#counts, TO_PROGRAM);
      const message = receiveMessageOnPort(this.#port)?.message as Message | undefined;
      if (!message) this.#stand(lang, seen);
      else if (message[0] === 'call') this.runForBond(message);
      else this.#take(message);
      result = this.#results.get(id);
    }
    this.#results.delete(id);
    const value = this.#crossing.unpack(result[2] as Packed);
    if (result[0] === 'fail') throw value;
    return value;
  }

  /** The same for what needs no object. */
  askFor(lang: string, method: string, ...args: readonly unknown[]): unknown {
    return this.ask(lang, NO_TARGET, method, args);
  }

  /** The thread tells of calls only while somebody listens. */
  #setTracing(lang: string): void {
    this.#isTracing = !this.#isTracing;
    this.askFor(lang, 'traceTo', this.#isTracing ? this.#traces.take : undefined);
  }

  #check(lang: string): void {
    if (this.#isGone) throw gone(lang);
    if (!this.#isBlocking) return;
    const text =
      'a function for stdout, stderr or logfile cannot make calls in bond/sync: its output has to be taken first';
    throw new BondException(lang, text, { code: 'BOND_DEADLOCK' });
  }

  #send(id: number, target: number, method: string, args: readonly unknown[]): void {
    const given: ArrayBuffer[] = [];
    const packed = this.#crossing.packArguments(args, given);
    this.#post(['ask', id, this.#inside, target, method, packed], given);
  }

  /** Waits until there are more messages than were `seen`. */
  #stand(lang: string, seen: number): void {
    if (Atomics.wait(this.#counts, TO_PROGRAM, seen, PATIENCE) === 'timed-out' && this.#hasDied()) this.#end();
    if (this.#isGone) throw gone(lang);
  }

  #take(message: Message): void {
    switch (message[0]) {
      case 'answer':
      case 'fail':
        this.#results.set(message[1], message);
        break;
      case 'call':
        this.runForBond(message);
        break;
      case 'release':
        this.kept.release(message[1]);
    }
  }

  /** Runs a function of the program for the thread. Stacks are cut at the frame of this name: see {@link BORDER}. */
  runForBond([, id, func, packed, isBlocking]: Extract<Message, readonly ['call', ...unknown[]]>): void {
    const [outer, wasBlocking] = [this.#inside, this.#isBlocking];
    this.#inside = id;
    this.#isBlocking = wasBlocking || isBlocking;
    try {
      const [self, args] = this.#crossing.unpack(packed) as [unknown, unknown[]];
      const result: unknown = Reflect.apply(this.kept.get(func) as AnyFunction, self, args);
      this.#answer('answer', id, result, isBlocking);
    } catch (error) {
      this.#failures.push([id, error, isBlocking]);
      this.#tellFailures();
    } finally {
      this.#inside = outer;
      this.#isBlocking = wasBlocking;
    }
  }

  /** Tells of calls that have failed, the innermost first. Where the stack is full, that is done by a call further out. */
  #tellFailures(): void {
    for (let failure = this.#failures[0]; failure; failure = this.#failures[0]) {
      this.#answer('fail', ...failure);
      this.#failures.shift();
    }
  }

  #answer(kind: 'answer' | 'fail', id: number, result: unknown, isBlocking: boolean): void {
    const given: ArrayBuffer[] = [];
    const message: Message = [kind, id, this.#crossing.pack(result, given)];
    if (!isBlocking) return this.#post(message, given);
    this.#answers.postMessage(message, given);
    Atomics.add(this.#counts, ANSWERS, 1);
    Atomics.notify(this.#counts, ANSWERS);
  }

  #post(message: Message, given: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, given);
  }

  /** What Node says of a thread that has ended comes through the event loop, for which a program that waits has no time. */
  #hasDied(): boolean {
    const id = Atomics.load(this.#counts, THREAD_ID);
    return id === HAS_ENDED || (id > 0 && !existsSync(`/proc/self/task/${id}`));
  }

  #end(): void {
    this.#isGone = true;
    this.#port.close();
    this.#answers.close();
  }
}

function gone(lang: string): TerminatedException {
  const text = 'the thread of bond/sync has ended, and its interpreters with it';
  return new TerminatedException(lang, text, { exitCode: null, signal: null, stderr: '' });
}

/** Has a program that calls too deeply fail where nothing has been sent yet: its arguments would not fit on the stack. */
function needRoom(): void {}

/** The frame at which stacks are cut: what is below it waits for what is above. */
export const BORDER = 'runForBond';
