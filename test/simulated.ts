// Interpreters without a process, as docs/protocol.md wants them.

import { TerminatedException } from '../src/common/errors.js';
import { Session } from '../src/session/session.js';
import { json } from '../src/values/json.js';
import { formatMessage, parseMessage } from '../src/wire/messages.js';
import type { Nesting } from './oracle.js';
import type { TaskTraits } from './plans.js';
import { lender, settings } from './play.js';
import type { CallDetails, Conversation, RemotePlan, RemoteStep } from './players.js';
import { type Line, parseLine, Referee } from './referee.js';
import type { Scheduler } from './scheduler.js';
import { TaskInterpreter } from './simulated-tasks.js';

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

/** A conversation with such an interpreter. */
export class SimulatedBond implements Conversation {
  readonly lang: string;
  readonly session: Session;
  readonly violations: string[] = [];
  readonly #referee: Referee;
  readonly #tasks: TaskTraits | undefined;
  readonly #scheduler: Scheduler;
  readonly #send: (line: string) => void;
  readonly #printedHere: string[] = [];
  readonly #printedElsewhere: string[] = [];
  readonly #here = { stdout: collector(this.#printedHere) };
  readonly #elsewhere = { stdout: collector(this.#printedElsewhere), stderr: ignore };
  #hasEnded = false;
  /** Whether the event loop is held. */
  isHeld = false;

  /** `isHasty` ones are interrupted by others than the host as well; those with `tasks` await. */
  constructor(lang: string, scheduler: Scheduler, isHasty = false, tasks?: TaskTraits) {
    this.lang = lang;
    this.#scheduler = scheduler;
    this.#tasks = tasks;
    this.#referee = new Referee(this.violations, tasks?.isConcurrent ?? false);
    const say = inOrder(scheduler, (text: string | undefined) => this.#hear(text));
    const interpreter = tasks
      ? new TaskInterpreter(scheduler, tasks, say)
      : new SimulatedInterpreter(scheduler, isHasty, say);
    this.#send = inOrder(scheduler, (line: string) => interpreter.hear(line));
    this.session = new Session(this.#owner(), { send: (line) => this.#sendSeen(line as string) });
  }

  #hear(text: string | undefined): void {
    if (text === undefined) return this.#end();
    if (this.#hasEnded) return;
    if (text.startsWith('OUTPUT ')) return this.#hearOutput(text.slice('OUTPUT '.length));
    this.session.heard();
    this.#referee.hear(text);
    this.session.receive(parseMessage(text), text);
  }

  #hearOutput(text: string): void {
    const { stdout } = this.session.running?.output ?? settings;
    if (typeof stdout === 'function') stdout(Buffer.from(text));
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.session.end(() => new TerminatedException(this.lang, 'gone', { exitCode: 0, signal: null, stderr: '' }));
    this.#hasEnded = true;
  }

  #sendSeen(lines: string): void {
    if (this.#hasEnded) return;
    for (const line of lines.match(/.*\n/g) ?? []) {
      this.#referee.see(line);
      this.#send(line);
    }
  }

  #owner(): ConstructorParameters<typeof Session>[0] {
    return {
      lang: this.lang,
      protocol: json,
      transExcept: false,
      takesStacks: false,
      isConcurrent: this.#tasks?.isConcurrent ?? false,
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
      interruptStopsAny: this.#tasks?.cancels ?? false,
      maxMessageBytes: 2 ** 28,
      tooLong: () => {},
    };
  }

  call(name: string, args: readonly unknown[], { elsewhere, signal }: CallDetails = {}): Promise<unknown> {
    const output = elsewhere ? this.#elsewhere : this.#here;
    const payload = json.encode([name, args]);
    const shown = `CALL ${name}`;
    this.#referee.expect(payload, signal);
    const asked = this.session.request({
      verb: 'CALL',
      subject: name,
      shown,
      payload,
      // Notes are asked for by the test, which waits for calls that run into their time-outs.
      settings: {
        ...settings,
        ...output,
        signal,
        ...(name === 'take_notes' ? { timeout: Number.POSITIVE_INFINITY } : {}),
      },
    });
    if (!this.isHeld && !this.#hasEnded) this.violations.push('the event loop is not held while a call is under way');
    asked.catch(() => this.#referee.giveUp(payload));
    return asked;
  }

  /** Whether a plan that has ended has said so before, in one place or the other. */
  hasHeard(plan: number, isElsewhere?: boolean): boolean {
    if (!this.#tasks) return true;
    const places =
      isElsewhere === undefined
        ? [this.#printedHere, this.#printedElsewhere]
        : [isElsewhere ? this.#printedElsewhere : this.#printedHere];
    return places.flat().filter((text) => text === String(plan)).length === 2;
  }

  /** What tells in which frames calls belong. */
  set nesting(nesting: Nesting) {
    this.#referee.nesting = nesting;
  }

  async export(call: (id: number) => unknown, name: string): Promise<void> {
    await this.session.export(name, { call: call as (...args: unknown[]) => unknown, lender }, settings);
  }

  async takeNotes(): Promise<string[]> {
    return (await this.call('take_notes', [])) as string[];
  }

  /** Ends the interpreter in the middle of whatever it does, or when it has done what it was sent. */
  endSoon(how: 'close' | 'kill'): void {
    if (how === 'kill') this.#end();
    else this.#send(formatMessage({ verb: 'END' }));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Ends the interpreter, which first carries out what it has been sent. */
  async close(): Promise<void> {
    this.#send(formatMessage({ verb: 'END' }));
    await this.#scheduler.until(() => this.#hasEnded);
  }
}

function ignore(): void {}

function collector(texts: string[]): (chunk: Buffer) => void {
  return (chunk) => void texts.push(String(chunk));
}

/** A wire: what goes in comes out in the same order, whenever the scheduler lets it. */
function inOrder<Item>(scheduler: Scheduler, deliver: (item: Item) => void): (item: Item) => void {
  const underWay: Item[] = [];
  return (item) => {
    underWay.push(item);
    scheduler.add(() => deliver(underWay.shift() as Item));
  };
}
