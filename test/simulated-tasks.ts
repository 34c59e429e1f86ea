// An interpreter without a process that has an event loop and threads, as docs/protocol.md wants them.

import { json } from '../src/values/json.js';
import type { How, TaskTraits } from './plans.js';
import { MORE, type RemotePlan, type RemoteStep } from './players.js';
import { type Line, parseLine } from './referee.js';
import type { Scheduler } from './scheduler.js';

/** What a function of the host has failed with, as an exception over there. */
class HostException extends Error {
  constructor(
    message: string,
    readonly call: string,
  ) {
    super(message);
  }
}

class Interrupt extends Error {
  constructor() {
    super('interrupted');
  }
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Something that will have an outcome. */
class Future {
  outcome: Outcome | undefined;
  #waiters: (() => void)[] = [];

  settle(outcome: Outcome): void {
    if (this.outcome) return;
    this.outcome = outcome;
    for (const wake of this.#waiters.splice(0)) wake();
  }

  whenSettled(wake: () => void): void {
    if (this.outcome) wake();
    else this.#waiters.push(wake);
  }

  result(): unknown {
    const outcome = this.outcome as Outcome;
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
}

/** Code goes on at each step. It awaits what it yields; without anything, it computes, or stands still. */
type Steps<Result> = Generator<Future | undefined, Result, undefined>;

/** Who runs code: a task of the event loop; the loop, while it stands still; or a thread, for a request, or none. */
type Runner = 'task' | 'loop' | { readonly request: string };

interface Task {
  /** The request that it belongs to. */
  readonly request: string;
  readonly steps: Steps<void>;
  hasBegun: boolean;
  isCancelled: boolean;
  awaits: Future | undefined;
}

export class TaskInterpreter {
  readonly #scheduler: Scheduler;
  readonly #say: (text: string | undefined) => void;
  readonly #traits: TaskTraits;
  /** What has been heard and not been sorted. */
  readonly #heard: Line[] = [];
  /** Messages for frames, until they are taken. */
  readonly #messages = new Map<string, Line[]>([['0', []]]);
  readonly #threadFrames = new Set<string>();
  /** What awaits the answers of the host, by frame. */
  readonly #awaited = new Map<string, Future>();
  /** The task of each request that has not been answered. */
  readonly #unanswered = new Map<string, Task>();
  /** The request of a frame that has been begun last. */
  readonly #begun = new Map<string, string>();
  readonly #ready: Task[] = [];
  readonly #threads = new Set<Steps<void>>();
  readonly #interruptedFrames = new Set<string>();
  readonly #noticed = new Set<string>();
  readonly #main: Steps<unknown>;
  /** Answers that are not given while the loop stands still. */
  readonly #late: string[] = [];
  #notes: string[] = [];
  /** How much has been started that has not ended. */
  #underWay = 0;
  #running = '0';
  #lastFrame = 0;
  #isNudged = false;
  #isOver = false;
  #isGoingOn = false;
  #isToGoOn = false;

  constructor(scheduler: Scheduler, traits: TaskTraits, say: (text: string | undefined) => void) {
    this.#scheduler = scheduler;
    this.#traits = traits;
    this.#say = say;
    this.#main = this.#loop();
    this.#goOn();
  }

  hear(text: string): void {
    const line = parseLine(text);
    if (this.#threadFrames.has(line.frame)) this.#messages.get(line.frame)?.push(line);
    else this.#heard.push(line);
    // A signal that comes at the wrong moment is not noticed.
    if (line.verb === 'INTERRUPT') this.#isNudged = this.#scheduler.chance(0.8);
    this.#goOn();
  }

  #goOn(): void {
    this.#isToGoOn = true;
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    while (this.#isToGoOn) {
      this.#isToGoOn = false;
      this.#main.next();
      for (const thread of this.#threads) if (thread.next().done) this.#threads.delete(thread);
    }
    this.#isGoingOn = false;
  }

  // ---- The loop

  *#loop(): Steps<never> {
    for (;;) {
      this.#sort();
      for (const text of this.#late.splice(0)) this.#say(text);
      const line = this.#nextRequest();
      const task = line ? undefined : this.#ready.shift();
      if (line) yield* this.#begin(line);
      else if (task) yield* this.#advance(task);
      else {
        if (this.#isOver && this.#unanswered.size === 0) this.#say(undefined);
        yield;
      }
    }
  }

  #sort(): void {
    for (const line of this.#heard.splice(0)) {
      if (line.verb === 'END') this.#isOver = true;
      else if (line.verb === 'INTERRUPT') this.#takeInterrupt(line);
      else if (line.verb === 'CANCEL') this.#endWait(line.id);
      else this.#messagesFor(line.frame).push(line);
    }
    for (const [frame, future] of this.#awaited) {
      const [first] = this.#messagesFor(frame);
      if (!first || isRequest(first)) continue;
      this.#messages.delete(frame);
      this.#awaited.delete(frame);
      future.settle(outcomeOf(first));
    }
  }

  #messagesFor(frame: string): Line[] {
    const messages = this.#messages.get(frame) ?? [];
    this.#messages.set(frame, messages);
    return messages;
  }

  /** Where requests are not carried out side by side, each frame has one after the other. */
  #nextRequest(): Line | undefined {
    for (const frame of ['0', ...this.#awaited.keys()]) {
      const messages = this.#messagesFor(frame);
      const [first] = messages;
      const isFree = this.#traits.isConcurrent || !this.#unanswered.has(this.#begun.get(frame) ?? '');
      if (first && isRequest(first) && isFree) return messages.shift();
    }
    return undefined;
  }

  *#begin(line: Line): Steps<void> {
    this.#begun.set(line.frame, line.id);
    const plan = planOf(line);
    if (plan?.isAsync) return this.#startTask(line.id, this.#answerInTask(line, plan));
    const outer = this.#running;
    this.#running = line.id;
    this.#say(yield* this.#answer(line, 'loop'));
    this.#running = outer;
  }

  #startTask(request: string, steps: Steps<void>): void {
    const task: Task = { request, steps, hasBegun: false, isCancelled: false, awaits: undefined };
    if (request !== '0') this.#unanswered.set(request, task);
    this.#underWay++;
    this.#ready.push(task);
  }

  *#answerInTask({ id }: Line, plan: RemotePlan): Steps<void> {
    const text = yield* this.#attempt(id, () => this.#run(plan, 'task'));
    if (this.#unanswered.delete(id)) this.#say(text);
  }

  /** Lets a task run until it awaits something. */
  *#advance(task: Task): Steps<void> {
    task.awaits = undefined;
    this.#running = this.#unanswered.has(task.request) ? task.request : '0';
    let step = this.#resume(task);
    for (; !step.done && !step.value; step = task.steps.next()) yield;
    this.#running = '0';
    if (step.done) this.#underWay--;
    const awaited = step.done ? undefined : step.value;
    if (!awaited) return;
    task.awaits = awaited;
    awaited.whenSettled(() => {
      if (task.awaits !== awaited) return; // it has been cancelled
      task.awaits = undefined;
      this.#ready.push(task);
      this.#goOn();
    });
  }

  #resume(task: Task): IteratorResult<Future | undefined, void> {
    const { isCancelled, hasBegun } = task;
    task.isCancelled = false;
    task.hasBegun = true;
    if (!isCancelled) return task.steps.next();
    if (hasBegun) return task.steps.throw(new Interrupt());
    this.#cancelWait(task.request);
    return { done: true, value: undefined };
  }

  /** An interrupt, which may come while other code runs. Returns whether it is for the code that runs. */
  #takeInterrupt({ id, payload: serial }: Line): boolean {
    const isRunning = id === this.#running;
    if (this.#noticed.has(serial) || (!isRunning && !this.#unanswered.has(id))) return false;
    this.#noticed.add(serial);
    this.#say(`INTERRUPTED ${serial}`);
    if (!isRunning) this.#cancel(this.#unanswered.get(id) as Task);
    return isRunning;
  }

  #cancel(task: Task): void {
    task.isCancelled = true;
    if (!task.awaits) return;
    task.awaits = undefined;
    this.#ready.push(task);
  }

  /** If the code of a request awaits something, the request is answered, and the code goes on. */
  #endWait(id: string): void {
    if (this.#unanswered.get(id)?.awaits) this.#cancelWait(id);
  }

  #cancelWait(id: string): void {
    this.#unanswered.delete(id);
    this.#late.push(`EXCEPT ${id} ${json.encode({ message: 'interrupted', call: null })}`);
  }

  // ---- Requests

  *#answer(line: Line, runner: Runner): Steps<string> {
    if (line.verb === 'EXPORT') return `RETURN ${line.id} `;
    const plan = planOf(line);
    if (plan) return yield* this.#attempt(line.id, () => this.#run(plan, runner));
    const notes = this.#notes.splice(0);
    return `RETURN ${line.id} ${json.encode(this.#underWay > 0 ? [...notes, MORE] : notes)}`;
  }

  *#attempt(id: string, run: () => Steps<unknown>): Steps<string> {
    try {
      return `RETURN ${id} ${json.encode(yield* run())}`;
    } catch (error) {
      const call = error instanceof HostException ? Number(error.call) : null;
      return `EXCEPT ${id} ${json.encode({ message: (error as Error).message, call })}`;
    }
  }

  *#run(plan: RemotePlan, runner: Runner): Steps<unknown> {
    this.#underWay++;
    try {
      return yield* this.#runSteps(plan, runner);
    } finally {
      this.#underWay--;
    }
  }

  *#runSteps({ id, later, steps, throws }: RemotePlan, runner: Runner): Steps<unknown> {
    this.#notes.push(`begin ${id}`);
    this.#say(`OUTPUT ${id}`);
    const beside: Future[] = [];
    try {
      for (const host of later) this.#callLater(host);
      const results: unknown[] = [id];
      for (const step of steps) {
        yield* this.#pause(runner);
        results.push(yield* this.#tryStep(step, runner, beside));
      }
      yield* this.#pause(runner);
      for (const future of beside) yield* this.#settled(future, runner);
      for (const future of beside) results.push(future.result());
      if (throws) throw new Error(throws);
      return results;
    } finally {
      this.#notes.push(`end ${id}`);
      this.#say(`OUTPUT ${id}`);
    }
  }

  /** In the background, in no request. */
  #callLater(host: number): void {
    this.#underWay++;
    this.#scheduler.add(() => {
      this.#startTask('0', this.#callInBackground(host));
      this.#goOn();
    });
  }

  *#callInBackground(host: number): Steps<void> {
    const step = { host, how: this.#scheduler.chance(0.5) ? 'await' : 'call', catches: true } as const;
    yield* this.#tryStep(step, 'task', []);
    this.#underWay--;
  }

  *#tryStep(step: RemoteStep, runner: Runner, beside: Future[]): Steps<unknown> {
    try {
      return yield* this.#step(step, runner, beside);
    } catch (error) {
      if (step.catches && error instanceof HostException) return error.message;
      throw error;
    }
  }

  *#step({ host, how, catches }: RemoteStep, runner: Runner, beside: Future[]): Steps<unknown> {
    this.#notes.push(`call ${host}`);
    if (how === 'thread') return yield* this.#settledResult(this.#startThread(host), runner);
    if (how === 'call' || how === 'await') return yield* this.#call(host, how, runner);
    const future = runner === 'task' ? this.#await(host) : yield* this.#finished(this.#call(host, how, runner));
    if (how === 'beside') beside.push(catches ? caught(future) : future);
    return null;
  }

  *#call(host: number, how: How, runner: Runner): Steps<unknown> {
    if (typeof runner === 'object') return yield* this.#callFromThread(host, runner.request);
    if (runner === 'loop' || how === 'call') return yield* this.#standStill(host);
    return yield* this.#settledResult(this.#await(host), runner);
  }

  /** What code has come to that waits. */
  *#finished(steps: Steps<unknown>): Steps<Future> {
    const future = new Future();
    try {
      future.settle({ value: yield* steps });
    } catch (error) {
      if (error instanceof Interrupt) throw error;
      future.settle({ error });
    }
    return future;
  }

  // ---- Waits

  /** User code may take its time, during which other things happen. */
  *#pause(runner: Runner): Steps<void> {
    if (this.#scheduler.chance(0.7)) return;
    const pause = new Future();
    this.#scheduler.add(() => {
      pause.settle({ value: null });
      this.#goOn();
    });
    const computes = this.#scheduler.chance(0.5);
    yield* this.#settled(pause, runner === 'task' && computes ? 'loop' : runner);
  }

  *#settledResult(future: Future, runner: Runner): Steps<unknown> {
    yield* this.#settled(future, runner);
    return future.result();
  }

  /** Waits: a task lets others go on, code in the loop does not; signals come in between. */
  *#settled(future: Future, runner: Runner): Steps<void> {
    if (runner === 'task') {
      if (!future.outcome) yield future;
      return;
    }
    while (!future.outcome) {
      yield;
      if (runner === 'loop' && this.#isNudged) this.#lookForInterrupts();
    }
  }

  #lookForInterrupts(): void {
    this.#isNudged = false;
    const interrupts = this.#heard.filter(({ verb }) => verb === 'INTERRUPT');
    for (const line of interrupts) this.#heard.splice(this.#heard.indexOf(line), 1);
    if (interrupts.map((line) => this.#takeInterrupt(line)).includes(true)) throw new Interrupt();
  }

  // ---- Functions of the host

  #openFrame(verb: string, request: string, host: number): string {
    const frame = String(++this.#lastFrame);
    if (verb === 'THREAD') {
      this.#threadFrames.add(frame);
      this.#messagesFor(frame);
    }
    this.#underWay++;
    this.#say(`${verb} ${frame} ${request} ${json.encode(['step', [host]])}`);
    return frame;
  }

  #noteBack(host: number): void {
    this.#underWay--;
    this.#notes.push(`back ${host}`);
  }

  /** While the host is waited for, only what belongs to this frame is carried out. */
  *#standStill(host: number): Steps<unknown> {
    const frame = this.#openFrame('CALL', this.#running, host);
    const outer = this.#running;
    for (;;) {
      const line = yield* this.#nextMessage(frame);
      if (isRequest(line)) {
        this.#running = line.id;
        this.#say(yield* this.#answer(line, 'loop'));
        this.#running = outer;
        continue;
      }
      this.#messages.delete(frame);
      this.#noteBack(host);
      if (this.#interruptedFrames.delete(frame)) throw new Interrupt();
      return valueOf(line);
    }
  }

  *#nextMessage(frame: string): Steps<Line> {
    for (;;) {
      const own = this.#messagesFor(frame).shift();
      if (own) return own;
      const line = this.#heard.shift();
      if (!line) yield;
      else if (line.verb === 'END') this.#isOver = true;
      else if (line.verb === 'CANCEL') this.#endWait(line.id);
      else if (line.verb === 'INTERRUPT') {
        if (this.#takeInterrupt(line)) this.#interruptedFrames.add(frame);
      } else this.#messagesFor(line.frame).push(line);
    }
  }

  #await(host: number): Future {
    const future = new Future();
    const frame = this.#openFrame('AWAIT', this.#running, host);
    this.#awaited.set(frame, future);
    future.whenSettled(() => this.#noteBack(host));
    return future;
  }

  #startThread(host: number): Future {
    const end = new Future();
    this.#underWay++;
    this.#threads.add(this.#thread(host, end));
    this.#goOn();
    return end;
  }

  *#thread(host: number, end: Future): Steps<void> {
    yield* this.#pause({ request: '0' });
    try {
      end.settle({ value: yield* this.#callFromThread(host, '0') });
    } catch (error) {
      end.settle({ error });
    }
    this.#underWay--;
    this.#goOn();
  }

  *#callFromThread(host: number, request: string): Steps<unknown> {
    const frame = this.#openFrame('THREAD', request, host);
    const messages = this.#messagesFor(frame);
    for (;;) {
      const line = messages.shift();
      if (!line) yield;
      else if (isRequest(line)) this.#say(yield* this.#answer(line, { request: line.id }));
      else {
        this.#threadFrames.delete(frame);
        this.#noteBack(host);
        return valueOf(line);
      }
    }
  }
}

function isRequest({ verb }: Line): boolean {
  return /^(EVAL|EVAL_BLOCK|CALL|EXPORT)$/.test(verb);
}

/** What a request is to run, if that is what it asks for. */
function planOf({ verb, payload }: Line): RemotePlan | undefined {
  const [name, args] = verb === 'CALL' ? (json.decode(payload) as [string, [RemotePlan]]) : ['', []];
  return name === 'run' ? args[0] : undefined;
}

function valueOf({ verb, frame, payload }: Line): unknown {
  const value = json.decode(payload);
  if (verb === 'RETURN') return value;
  throw new HostException((value as { message: string }).message, frame);
}

function outcomeOf(line: Line): Outcome {
  try {
    return { value: valueOf(line) };
  } catch (error) {
    return { error };
  }
}

/** The same, where an exception of the host is caught. */
function caught(future: Future): Future {
  const other = new Future();
  future.whenSettled(() => {
    const outcome = future.outcome as Outcome;
    const isFailure = 'error' in outcome && outcome.error instanceof HostException;
    other.settle(isFailure ? { value: (outcome.error as Error).message } : outcome);
  });
  return other;
}
