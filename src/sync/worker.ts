import { AsyncResource } from 'node:async_hooks';
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Promise, whenSettled } from '../common/globals.js';
import { allowPipes } from '../process/stdio-pipes.js';
import { Crossing, type Packed } from './crossing.js';
import { Kept, Known } from './kept.js';
import { ANSWERS, HAS_ENDED, type Message, NO_TARGET, THREAD_ID, type ThreadData, TO_PROGRAM } from './messages.js';
import { requests } from './requests.js';
import { ThreadSide } from './thread-side.js';

/** A call of a function of the program that has not been answered. */
interface Waiting {
  /** Requests that the program makes meanwhile are made in it. */
  readonly context: AsyncResource;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The program, as this thread sees it: it asks for what the library does, and has functions. */
export class Program {
  readonly kept = new Kept();
  readonly known = new Known((ids) => this.#post(['release', ids]));
  readonly #port: MessagePort;
  readonly #answers: MessagePort;
  readonly #counts: Int32Array<SharedArrayBuffer>;
  readonly #crossing: Crossing;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  /** How many calls the program has made outside of functions that were called. */
  turn = 0;

  constructor({ key, port, answers, counts }: ThreadData) {
    this.#port = port;
    this.#answers = answers;
    this.#counts = counts;
    this.#crossing = new Crossing(key, new ThreadSide(this));
    port.on('message', (message: Message) => this.#take(message));
    Atomics.store(counts, THREAD_ID, ownId());
    process.on('exit', () => Atomics.store(counts, THREAD_ID, HAS_ENDED));
  }

  /** Calls a function of the program. What the program asks for meanwhile is asked in this async context. */
  call(func: number, self: unknown, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#sendCall(func, self, args, false);
      this.#waiting.set(id, { context: new AsyncResource('bond/sync'), resolve, reject });
    });
  }

  /** The same, and stands still until it has run. */
  callAndWait(func: number, args: readonly unknown[]): unknown {
    this.#sendCall(func, undefined, args, true);
    for (;;) {
      const seen = Atomics.load(this.#counts, ANSWERS);
      const received = receiveMessageOnPort(this.#answers);
      if (!received) {
        Atomics.wait(this.#counts, ANSWERS, seen);
        continue;
      }
      const [kind, , result] = received.message as readonly [string, number, Packed];
      const value = this.#crossing.unpack(result);
      if (kind === 'fail') throw value;
      return value;
    }
  }

  #sendCall(func: number, self: unknown, args: readonly unknown[], isBlocking: boolean): number {
    const id = ++this.#lastId;
    const given: ArrayBuffer[] = [];
    const packed = this.#crossing.pack([self, args], isBlocking ? [] : given);
    this.#post(['call', id, func, packed, isBlocking], given);
    return id;
  }

  #take(message: Message): void {
    switch (message[0]) {
      case 'ask':
        return this.#carryOut(message);
      case 'release':
        return this.kept.release(message[1]);
      case 'answer':
      case 'fail': {
        const [kind, id, result] = message;
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        const value = this.#crossing.unpack(result);
        if (kind === 'answer') waiting?.resolve(value);
        else waiting?.reject(value);
      }
    }
  }

  #carryOut([, id, inside, target, method, packed]: Extract<Message, readonly ['ask', ...unknown[]]>): void {
    if (inside === 0) this.turn++;
    try {
      const args = this.#crossing.unpack(packed) as unknown[];
      const context = this.#waiting.get(inside)?.context;
      const run = (): unknown => this.#perform(target, method, args);
      const result = context ? context.runInAsyncScope(run) : run();
      const isAwaited = typeof (result as Promise<unknown> | undefined)?.then === 'function';
      if (!isAwaited) return this.#answer(id, result);
      whenSettled(
        Promise.resolve(result),
        (value) => this.#answer(id, value),
        (error) => this.#fail(id, error),
      );
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #perform(target: number, method: string, args: readonly unknown[]): unknown {
    if (target === NO_TARGET)
      return (requests as object as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
    const object = this.kept.get(target) as Record<string, (...args: unknown[]) => unknown>;
    return object[method]?.(...args);
  }

  #answer(id: number, value: unknown): void {
    const given: ArrayBuffer[] = [];
    try {
      this.#post(['answer', id, this.#crossing.pack(value, given)], given);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #fail(id: number, error: unknown): void {
    this.#post(['fail', id, this.#crossing.pack(error, [])]);
  }

  #post(message: Message, given: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, given);
    Atomics.add(this.#counts, TO_PROGRAM, 1);
    Atomics.notify(this.#counts, TO_PROGRAM);
  }
}

/** The number of this thread; 0 where there is none to be had. */
function ownId(): number {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')));
  } catch {
    return 0;
  }
}

allowPipes();
new Program(workerData as ThreadData);
