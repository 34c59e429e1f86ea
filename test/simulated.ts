// Interpreters without a process, as docs/protocol.md wants them, and a scheduler that lets things happen in any order.

import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { json } from '../src/json.js';
import { Session } from '../src/session.js';
import { parseMessage } from '../src/wire.js';
import { randomNumbers } from './fuzzing.js';
import { settings } from './play.js';
import type { CallDetails, Clock, Conversation, RemotePlan, RemoteStep } from './players.js';

/** How many turns of the event loop a library that works may take without anything to do, before it does something. */
const LONGEST_LULL = 20;

/** Lets what is due happen in an order that its seed decides. */
export class Scheduler implements Clock {
  readonly #random: () => number;
  readonly #due: (() => void)[] = [];

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** Something that may happen now. */
  add(task: () => void): void {
    this.#due.push(task);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  later(_delay: unknown, run: () => void): void {
    const inContext = AsyncLocalStorage.snapshot();
    this.add(() => inContext(run));
  }

  async until(isDone: () => boolean): Promise<void> {
    for (let lull = 0; !isDone(); lull++) {
      await nextTurn();
      if (this.#due.length > 0) lull = 0;
      else if (lull > LONGEST_LULL) throw new Error('nothing is due any more, and not everything has been done');
      this.#runSome();
    }
  }

  /** What comes in one chunk is heard in one turn of the event loop. */
  #runSome(): void {
    while (this.#due.length > 0) {
      const index = Math.floor(this.#random() * this.#due.length);
      const [task] = this.#due.splice(index, 1);
      task?.();
      if (this.chance(0.5)) return;
    }
  }
}

interface Line {
  readonly verb: string;
  readonly frame: string;
  readonly id: string;
  readonly value: unknown;
}

/** What a function of the host has failed with, as an exception over there. */
class HostException extends Error {
  constructor(
    message: string,
    readonly call: string,
  ) {
    super(message);
  }
}

type Steps<Result> = Generator<undefined, Result, undefined>;

/** An interpreter whose stack is one of generators. It goes on whenever the scheduler lets it. */
class SimulatedInterpreter {
  readonly #scheduler: Scheduler;
  readonly #say: (text: string) => void;
  readonly #lines: Line[] = [];
  readonly #aside = new Map<string, Line[]>();
  readonly #timers: number[] = [];
  readonly #process: Steps<unknown>;
  #notes: string[] = [];
  #running = '0';
  #lastCall = 0;

  constructor(scheduler: Scheduler, say: (text: string) => void) {
    this.#scheduler = scheduler;
    this.#say = say;
    this.#process = this.#serve('0');
    this.#goOn();
  }

  hear(text: string): void {
    const [, verb, frame, id, payload] = /^(\w+) (\d+) (\d+) (.*)\n$/s.exec(text) as unknown as string[];
    this.#lines.push({ verb, frame, id, value: payload === '' ? undefined : json.decode(payload as string) } as Line);
    this.#goOn();
  }

  #goOn(): void {
    this.#process.next();
  }

  /** Lets something else happen. */
  *#pause(): Steps<void> {
    let isOver = false;
    this.#scheduler.add(() => {
      isOver = true;
      this.#goOn();
    });
    while (!isOver) yield;
  }

  /** Carries out what the host asks for in a frame, until it answers the call that opened the frame. */
  *#serve(frame: string): Steps<Line> {
    for (;;) {
      const line = yield* this.#take(frame);
      if (!/^(EVAL|EVAL_BLOCK|CALL|EXPORT)$/.test(line.verb)) return line;
      const outer = this.#running;
      this.#running = line.id;
      this.#say(yield* this.#answer(line));
      this.#running = outer;
    }
  }

  *#take(frame: string): Steps<Line> {
    for (;;) {
      const line = this.#aside.get(frame)?.shift() ?? this.#lines.shift();
      if (line?.frame === frame) return line;
      if (line) this.#setAside(line);
      else if (frame === '0' && this.#timers.length > 0) yield* this.#step(this.#timers.shift() as number, true);
      else yield;
    }
  }

  #setAside(line: Line): void {
    const lines = this.#aside.get(line.frame);
    if (lines) lines.push(line);
    else this.#aside.set(line.frame, [line]);
  }

  *#answer({ verb, id, value }: Line): Steps<string> {
    try {
      const result = verb === 'CALL' ? yield* this.#call(value as [string, unknown[]]) : value;
      return `RETURN ${id} ${verb === 'EXPORT' ? '' : json.encode(result)}`;
    } catch (error) {
      const call = error instanceof HostException ? Number(error.call) : null;
      return `EXCEPT ${id} ${json.encode({ message: (error as Error).message, call })}`;
    }
  }

  *#call([name, args]: [string, unknown[]]): Steps<unknown> {
    if (name === 'run') return yield* this.#run(args[0] as RemotePlan);
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  *#run({ id, later, steps, throws }: RemotePlan): Steps<unknown> {
    this.#notes.push(`begin ${id}`);
    try {
      for (const host of later) this.#scheduler.add(() => this.#fire(host));
      const results: unknown[] = [id];
      for (const step of steps) results.push(yield* this.#tryStep(step));
      if (this.#scheduler.chance(0.3)) yield* this.#pause();
      if (throws) throw new Error(throws);
      return results;
    } finally {
      this.#notes.push(`end ${id}`);
    }
  }

  *#tryStep({ host, catches }: RemoteStep): Steps<unknown> {
    try {
      return yield* this.#step(host);
    } catch (error) {
      if (catches) return (error as Error).message;
      throw error;
    }
  }

  #fire(host: number): void {
    this.#timers.push(host);
    this.#goOn();
  }

  *#step(host: number, isOfTimer = false): Steps<unknown> {
    this.#notes.push(`call ${host}`);
    try {
      return yield* this.#callHost('step', host);
    } catch (error) {
      if (!isOfTimer) throw error;
      return undefined;
    } finally {
      this.#notes.push(`back ${host}`);
    }
  }

  *#callHost(name: string, ...args: unknown[]): Steps<unknown> {
    const frame = String(++this.#lastCall);
    this.#say(`CALL ${frame} ${this.#running} ${json.encode([name, args])}`);
    const { verb, value } = yield* this.#serve(frame);
    if (verb === 'RETURN') return value;
    throw new HostException((value as { message: string }).message, frame);
  }
}

/** A conversation with such an interpreter. */
export class SimulatedBond implements Conversation {
  readonly lang: string;
  readonly session: Session;
  readonly violations: string[] = [];
  /** Whether the event loop is held. */
  isHeld = false;

  constructor(lang: string, scheduler: Scheduler) {
    this.lang = lang;
    const interpreter = new SimulatedInterpreter(
      scheduler,
      inOrder(scheduler, (text) => this.session.receive(parseMessage(text), text)),
    );
    this.session = new Session(this.#owner(), { send: inOrder(scheduler, (line) => interpreter.hear(line)) });
  }

  #owner(): ConstructorParameters<typeof Session>[0] {
    return {
      lang: this.lang,
      protocol: json,
      transExcept: false,
      hold: (isHeld) => {
        if (isHeld === this.isHeld) this.violations.push(`held ${isHeld} twice`);
        this.isHeld = isHeld;
      },
      violated: (what) => this.violations.push(what),
      interrupted: () => {},
      isHeldUp: () => false,
    };
  }

  call(name: string, args: readonly unknown[], { elsewhere, signal }: CallDetails = {}): Promise<unknown> {
    const stderr = elsewhere ? ignore : settings.stderr;
    const payload = json.encode([name, args]);
    return this.session.request({
      verb: 'CALL',
      what: `CALL ${name}`,
      payload,
      settings: { ...settings, stderr, signal },
    });
  }

  async export(call: (id: number) => unknown, name: string): Promise<void> {
    await this.session.export(name, call as (...args: unknown[]) => unknown, settings);
  }
}

const ignore = (): void => {};

/** A wire: what goes in comes out in the same order, whenever the scheduler lets it. */
function inOrder(scheduler: Scheduler, deliver: (text: string) => void): (text: string) => void {
  const underWay: string[] = [];
  return (text) => {
    underWay.push(text);
    scheduler.add(() => deliver(underWay.shift() as string));
  };
}
