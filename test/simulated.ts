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

/** Leads out of a wait for the host, and out of as many requests around it. */
class Interrupt extends Error {
  constructor(public levels: number) {
    super('interrupted');
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
  readonly #isInterrupted: boolean;
  /** Frames of calls that no request has made: nothing leads out of them. */
  readonly #ownFrames = new Set(['0']);
  #interrupt: Interrupt | undefined;
  readonly #process: Steps<unknown>;
  #notes: string[] = [];
  #running = '0';
  #lastCall = 0;

  constructor(scheduler: Scheduler, isInterrupted: boolean, say: (text: string) => void) {
    this.#scheduler = scheduler;
    this.#isInterrupted = isInterrupted;
    this.#say = say;
    this.#process = this.#serve('0');
    this.#goOn();
  }

  hear(text: string): void {
    const [, verb, frame, id, payload] = /^(\w+) (\d+) (\d+) (.*)\n$/s.exec(text) as unknown as LineParts;
    this.#lines.push({ verb, frame, id, value: payload === '' ? undefined : json.decode(payload) });
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
      try {
        this.#say(yield* this.#answer(line));
      } finally {
        this.#running = outer;
      }
    }
  }

  *#take(frame: string): Steps<Line> {
    for (;;) {
      const line = this.#aside.get(frame)?.shift() ?? this.#lines.shift();
      if (line?.frame === frame) return line;
      if (line) this.#setAside(line);
      else if (frame === '0' && this.#timers.length > 0) yield* this.#step(this.#timers.shift() as number, true);
      else yield;
      this.#throwInterrupt(frame);
    }
  }

  #throwInterrupt(frame: string): void {
    const interrupt = this.#interrupt;
    this.#interrupt = undefined;
    if (interrupt && !this.#ownFrames.has(frame)) throw interrupt;
  }

  #interruptSoon(): void {
    const interrupt = new Interrupt(this.#scheduler.chance(0.5) ? 1 : 2);
    this.#scheduler.add(() => {
      this.#interrupt = interrupt;
      this.#goOn();
    });
  }

  #setAside(line: Line): void {
    const lines = this.#aside.get(line.frame);
    if (lines) lines.push(line);
    else this.#aside.set(line.frame, [line]);
  }

  *#answer({ verb, frame, id, value }: Line): Steps<string> {
    try {
      const result = verb === 'CALL' ? yield* this.#call(value as [string, unknown[]]) : value;
      return `RETURN ${id} ${verb === 'EXPORT' ? '' : json.encode(result)}`;
    } catch (error) {
      if (error instanceof Interrupt && --error.levels > 0 && !this.#ownFrames.has(frame)) throw error;
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
      if (catches && error instanceof HostException) return error.message;
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
    if (this.#running === '0') this.#ownFrames.add(frame);
    if (this.#isInterrupted && this.#scheduler.chance(0.05)) this.#interruptSoon();
    const { verb, value } = yield* this.#serve(frame);
    if (verb === 'RETURN') return value;
    throw new HostException((value as { message: string }).message, frame);
  }
}

interface SentRequest {
  readonly frame: string;
  readonly isElsewhere: boolean;
}

/** Looks at all that a host says, and knows what it has heard by then: whether it may say that. */
class Referee {
  readonly #violations: string[];
  readonly #openFrames = ['0'];
  readonly #unanswered = new Map<string, SentRequest>();
  readonly #sent = new Set<string>();
  readonly #givenUp = new Set<string>();

  constructor(violations: string[]) {
    this.#violations = violations;
  }

  /** A call is over: if it has not been sent by now, it must not be. */
  giveUp(payload: string): void {
    if (!this.#sent.has(payload)) this.#givenUp.add(payload);
  }

  /** A line of the host. */
  see(line: string): void {
    const [, verb, frame, id, payload] = /^(\w+) (\d+) (\d+) (.*)\n$/s.exec(line) as unknown as LineParts;
    if (frame !== this.#openFrames.at(-1)) this.#complain(line, 'it is not for the innermost frame');
    if (/^(RETURN|EXCEPT|ERROR)$/.test(verb)) this.#seeAnswer(line);
    else this.#seeRequest(line, id, { frame, isElsewhere: payload.includes('"elsewhere":true') });
    if (verb === 'CALL' && this.#givenUp.has(payload)) this.#complain(line, 'it was given up');
    this.#sent.add(payload);
  }

  #seeRequest(line: string, id: string, request: SentRequest): void {
    const others = this.#inFrame(request.frame);
    if (others.some((other) => other.isElsewhere !== request.isElsewhere)) {
      this.#complain(line, 'it wants standard error in another place than what is under way');
    }
    this.#unanswered.set(id, request);
  }

  #seeAnswer(line: string): void {
    const frame = this.#openFrames.pop() as string;
    if (this.#inFrame(frame).length > 0) this.#complain(line, 'not everything in its frame has been answered');
  }

  #inFrame(frame: string): SentRequest[] {
    return [...this.#unanswered.values()].filter((request) => request.frame === frame);
  }

  #complain(line: string, what: string): void {
    this.#violations.push(`${line.trimEnd()}: ${what}`);
  }

  /** A message of the other side. */
  hear(text: string): void {
    const [verb, id] = text.split(' ') as [string, string];
    if (verb === 'CALL') this.#openFrames.push(id);
    else this.#hearAnswer(id);
  }

  /** Frames inside of a request that is answered have been left. */
  #hearAnswer(id: string): void {
    const request = this.#unanswered.get(id) as SentRequest;
    const place = this.#openFrames.indexOf(request.frame);
    for (const frame of this.#openFrames.splice(place + 1)) this.#leave(frame);
    this.#unanswered.delete(id);
  }

  #leave(frame: string): void {
    for (const [id, request] of this.#unanswered) if (request.frame === frame) this.#unanswered.delete(id);
  }
}

type LineParts = [line: string, verb: string, frame: string, id: string, payload: string];

/** A conversation with such an interpreter. */
export class SimulatedBond implements Conversation {
  readonly lang: string;
  readonly session: Session;
  readonly violations: string[] = [];
  readonly #referee = new Referee(this.violations);
  /** Whether the event loop is held. */
  isHeld = false;

  constructor(lang: string, scheduler: Scheduler, isInterrupted = false) {
    this.lang = lang;
    const interpreter = new SimulatedInterpreter(
      scheduler,
      isInterrupted,
      inOrder(scheduler, (text) => {
        this.#referee.hear(text);
        this.session.receive(parseMessage(text), text);
      }),
    );
    const send = inOrder(scheduler, (line) => interpreter.hear(line));
    this.session = new Session(this.#owner(), {
      send: (line) => {
        this.#referee.see(line);
        send(line);
      },
    });
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
    const what = `CALL ${name}`;
    const asked = this.session.request({ verb: 'CALL', what, payload, settings: { ...settings, stderr, signal } });
    if (!this.isHeld) this.violations.push('the event loop is not held while a call is under way');
    asked.catch(() => this.#referee.giveUp(payload));
    return asked;
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
