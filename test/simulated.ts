// Interpreters without a process, as docs/protocol.md wants them, and a scheduler that lets things happen in any order.

import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { vi } from 'vitest';
import { TerminatedException } from '../src/common/errors.js';
import { Session } from '../src/session/session.js';
import { json } from '../src/values/json.js';
import { formatMessage, parseMessage } from '../src/wire/messages.js';
import { lender, settings } from './play.js';
import type { CallDetails, Clock, Conversation, RemotePlan, RemoteStep } from './players.js';
import { randomNumbers } from './seeds.js';

/** How many turns of the event loop a library that works may take without anything to do, before it does something. */
const LONGEST_LULL = 20;

/** What the library repeats at most so often, in ms. */
const REPETITION = 100;

/** Lets what is due happen in an order that its seed decides. What the library repeats needs `vi`'s fake timers. */
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
    if (this.chance(0.05)) vi.advanceTimersByTime(REPETITION);
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
  readonly payload: string;
}

function parseLine(text: string): Line {
  const [, verb, frame, id, payload] = /^(\w+) (-|\d+) (\d+) (.*)\n$/s.exec(text) as unknown as LineParts;
  return { verb, frame, id, payload };
}

type LineParts = [line: string, verb: string, frame: string, id: string, payload: string];

/** What a function of the host has failed with, as an exception over there. */
class HostException extends Error {
  constructor(
    message: string,
    readonly call: string,
  ) {
    super(message);
  }
}

/** Leads out of user code, or of a wait for the host, and out of as many requests. */
class Interrupt extends Error {
  constructor(public levels = 1) {
    super('interrupted');
  }
}

type Steps<Result> = Generator<undefined, Result, undefined>;

/** An interpreter whose stack is one of generators. It goes on whenever the scheduler lets it. */
class SimulatedInterpreter {
  readonly #scheduler: Scheduler;
  /** Writes a message, or closes its output. */
  readonly #say: (text: string | undefined) => void;
  readonly #lines: Line[] = [];
  readonly #aside = new Map<string, Line[]>();
  readonly #timers: number[] = [];
  readonly #isHasty: boolean;
  /** Frames of calls that no request has made: nothing leads out of them. */
  readonly #ownFrames = new Set(['0']);
  /** An interrupt that is nobody's in particular. */
  #interrupt: Interrupt | undefined;
  /** Waits that end with an interrupt, as soon as the answer comes. */
  readonly #interruptedFrames = new Set<string>();
  #isNudged = false;
  #lastSerial = 0;
  readonly #process: Steps<unknown>;
  #notes: string[] = [];
  #running = '0';
  #lastCall = 0;

  /** `isHasty` ones are interrupted by others than the host as well, and do not await answers then. */
  constructor(scheduler: Scheduler, isHasty: boolean, say: (text: string | undefined) => void) {
    this.#scheduler = scheduler;
    this.#isHasty = isHasty;
    this.#say = say;
    this.#process = this.#serve('0');
    this.#goOn();
  }

  hear(text: string): void {
    const line = parseLine(text);
    this.#lines.push(line);
    // A signal that comes at the wrong moment is not noticed.
    if (line.verb === 'INTERRUPT') this.#isNudged = this.#scheduler.chance(0.8);
    this.#goOn();
  }

  #goOn(): void {
    this.#process.next();
  }

  /** User code may take its time, during which other things happen. */
  *#pause(): Steps<void> {
    let isOver = this.#scheduler.chance(0.7);
    if (isOver) return;
    this.#scheduler.add(() => {
      isOver = true;
      this.#goOn();
    });
    while (!isOver) {
      yield;
      if (this.#isNudged) this.#lookForInterrupts();
    }
  }

  #lookForInterrupts(): void {
    this.#isNudged = false;
    for (const line of this.#lines.filter(({ verb }) => verb === 'INTERRUPT')) {
      this.#lines.splice(this.#lines.indexOf(line), 1);
      if (this.#isMeant(line)) throw new Interrupt();
    }
  }

  /** Whether an interrupt is for what is being carried out, and new. */
  #isMeant({ id, payload: serial }: Line): boolean {
    if (id !== this.#running || Number(serial) <= this.#lastSerial) return false;
    this.#lastSerial = Number(serial);
    this.#say(`INTERRUPTED ${serial}`);
    return true;
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
      if (line) yield* this.#takeAside(line, frame);
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

  /** What is not for the frame in which the interpreter waits. */
  *#takeAside(line: Line, frame: string): Steps<void> {
    switch (line.verb) {
      case 'END':
        this.#say(undefined);
        for (;;) yield;
      case 'INTERRUPT':
        if (frame === '0' || !this.#isMeant(line)) return;
        if (this.#isHasty && this.#scheduler.chance(0.5)) throw new Interrupt();
        this.#interruptedFrames.add(frame);
        return;
      default:
        this.#setAside(line);
    }
  }

  #setAside(line: Line): void {
    const lines = this.#aside.get(line.frame);
    if (lines) lines.push(line);
    else this.#aside.set(line.frame, [line]);
  }

  *#answer({ verb, frame, id, payload }: Line): Steps<string> {
    try {
      const value = json.decode(payload);
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
    yield* this.#pause();
    this.#notes.push(`begin ${id}`);
    try {
      for (const host of later) this.#scheduler.add(() => this.#fire(host));
      const results: unknown[] = [id];
      for (const step of steps) {
        yield* this.#pause();
        results.push(yield* this.#tryStep(step));
      }
      yield* this.#pause();
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
    if (this.#isHasty && this.#scheduler.chance(0.05)) this.#interruptSoon();
    const { verb, payload } = yield* this.#serve(frame);
    if (this.#interruptedFrames.delete(frame)) throw new Interrupt();
    const value = json.decode(payload);
    if (verb === 'RETURN') return value;
    throw new HostException((value as { message: string }).message, frame);
  }
}

interface SentRequest {
  readonly frame: string;
  readonly isElsewhere: boolean;
  readonly signal: AbortSignal | undefined;
  /** The number of the interrupt that it has been sent. */
  serial?: string;
  /** Whether it has been stopped. */
  isStopped?: boolean;
}

interface OpenFrame {
  readonly id: string;
  readonly request: string;
}

/** Looks at all that a host says, and knows what it has heard by then: whether it may say that. */
class Referee {
  readonly #violations: string[];
  readonly #openFrames: OpenFrame[] = [{ id: '0', request: '0' }];
  readonly #signals = new Map<string, AbortSignal | undefined>();
  readonly #unanswered = new Map<string, SentRequest>();
  readonly #sent = new Set<string>();
  readonly #givenUp = new Set<string>();

  constructor(violations: string[]) {
    this.#violations = violations;
  }

  /** A call that is about to be made. */
  expect(payload: string, signal: AbortSignal | undefined): void {
    this.#signals.set(payload, signal);
  }

  /** A call is over: if it has not been sent by now, it must not be. */
  giveUp(payload: string): void {
    if (!this.#sent.has(payload)) this.#givenUp.add(payload);
  }

  /** A line of the host. */
  see(line: string): void {
    const { verb, frame, id, payload } = parseLine(line);
    if (verb === 'INTERRUPT') return this.#seeInterrupt(line, id, payload);
    if (frame !== this.#innermost.id) this.#complain(line, 'it is not for the innermost frame');
    if (/^(RETURN|EXCEPT|ERROR)$/.test(verb)) this.#seeAnswer(line);
    else {
      const isElsewhere = payload.includes('"elsewhere":true');
      this.#seeRequest(line, id, { frame, isElsewhere, signal: this.#signals.get(payload) });
    }
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
    const { id } = this.#openFrames.pop() as OpenFrame;
    if (this.#inFrame(id).length > 0) this.#complain(line, 'not everything in its frame has been answered');
  }

  #seeInterrupt(line: string, id: string, serial: string): void {
    const request = this.#unanswered.get(id);
    if (!request || id !== this.#running) return this.#complain(line, 'that is not what is carried out');
    if (!request.signal?.aborted) this.#complain(line, 'nobody has given that up');
    if (request.isStopped) this.#complain(line, 'that has been stopped already');
    request.serial = serial;
  }

  get #innermost(): OpenFrame {
    return this.#openFrames.at(-1) as OpenFrame;
  }

  /** The request that the other side carries out, as far as the host can know. */
  get #running(): string {
    const { id, request } = this.#innermost;
    const [first] = [...this.#unanswered].find(([, { frame }]) => frame === id) ?? [request];
    return first;
  }

  #inFrame(frame: string): SentRequest[] {
    return [...this.#unanswered.values()].filter((request) => request.frame === frame);
  }

  #complain(line: string, what: string): void {
    this.#violations.push(`${line.trimEnd()}: ${what}`);
  }

  /** A message of the other side. */
  hear(text: string): void {
    const [verb, id, request] = text.split(' ') as [string, string, string];
    if (verb === 'CALL') this.#openFrames.push({ id, request });
    else if (verb === 'INTERRUPTED') this.#hearOfInterrupt(id);
    else this.#hearAnswer(id);
  }

  #hearOfInterrupt(serial: string): void {
    for (const request of this.#unanswered.values()) if (request.serial === serial) request.isStopped = true;
  }

  /** Frames inside of a request that is answered have been left. */
  #hearAnswer(id: string): void {
    const request = this.#unanswered.get(id) as SentRequest;
    const place = this.#openFrames.findIndex(({ id: frame }) => frame === request.frame);
    for (const frame of this.#openFrames.splice(place + 1)) this.#leave(frame);
    this.#unanswered.delete(id);
  }

  #leave(frame: OpenFrame): void {
    for (const [id, request] of this.#unanswered) if (request.frame === frame.id) this.#unanswered.delete(id);
  }
}

/** A conversation with such an interpreter. */
export class SimulatedBond implements Conversation {
  readonly lang: string;
  readonly session: Session;
  readonly violations: string[] = [];
  readonly #referee = new Referee(this.violations);
  readonly #scheduler: Scheduler;
  readonly #send: (line: string) => void;
  #hasEnded = false;
  /** Whether the event loop is held. */
  isHeld = false;

  constructor(lang: string, scheduler: Scheduler, isHasty = false) {
    this.lang = lang;
    this.#scheduler = scheduler;
    const say = inOrder(scheduler, (text: string | undefined) => this.#hear(text));
    const interpreter = new SimulatedInterpreter(scheduler, isHasty, say);
    this.#send = inOrder(scheduler, (line: string) => interpreter.hear(line));
    this.session = new Session(this.#owner(), { send: (line) => this.#sendSeen(line as string) });
  }

  #hear(text: string | undefined): void {
    if (text === undefined) return this.#end();
    this.#referee.hear(text);
    this.session.receive(parseMessage(text), text);
  }

  #end(): void {
    this.session.end(() => new TerminatedException(this.lang, 'gone', { exitCode: 0, signal: null, stderr: '' }));
    this.#hasEnded = true;
  }

  #sendSeen(line: string): void {
    this.#referee.see(line);
    this.#send(line);
  }

  #owner(): ConstructorParameters<typeof Session>[0] {
    return {
      lang: this.lang,
      protocol: json,
      transExcept: false,
      takesStacks: false,
      isConcurrent: false,
      hold: (isHeld) => {
        if (isHeld === this.isHeld) this.violations.push(`held ${isHeld} twice`);
        this.isHeld = isHeld;
      },
      violated: (what) => this.violations.push(what),
      nudge: (line) => this.#sendSeen(line),
      traffic: { sent: 0, taken: 0 },
      makeHandle: () => undefined,
      isHeldUp: () => false,
      isInterruptible: true,
      interruptStopsAny: false,
      maxMessageBytes: 2 ** 28,
      tooLong: () => {},
    };
  }

  call(name: string, args: readonly unknown[], { elsewhere, signal }: CallDetails = {}): Promise<unknown> {
    const stderr = elsewhere ? ignore : settings.stderr;
    const payload = json.encode([name, args]);
    const shown = `CALL ${name}`;
    this.#referee.expect(payload, signal);
    const asked = this.session.request({
      verb: 'CALL',
      subject: name,
      shown,
      payload,
      settings: { ...settings, stderr, signal },
    });
    if (!this.isHeld) this.violations.push('the event loop is not held while a call is under way');
    asked.catch(() => this.#referee.giveUp(payload));
    return asked;
  }

  async export(call: (id: number) => unknown, name: string): Promise<void> {
    await this.session.export(name, { call: call as (...args: unknown[]) => unknown, lender }, settings);
  }

  async takeNotes(): Promise<string[]> {
    return (await this.call('take_notes', [])) as string[];
  }

  /** Ends the interpreter, which first carries out what it has been sent. */
  async close(): Promise<void> {
    this.#send(formatMessage({ verb: 'END' }));
    await this.#scheduler.until(() => this.#hasEnded);
  }
}

const ignore = (): void => {};

/** A wire: what goes in comes out in the same order, whenever the scheduler lets it. */
function inOrder<Item>(scheduler: Scheduler, deliver: (item: Item) => void): (item: Item) => void {
  const underWay: Item[] = [];
  return (item) => {
    underWay.push(item);
    scheduler.add(() => deliver(underWay.shift() as Item));
  };
}
