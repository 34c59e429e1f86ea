import { types } from 'node:util';
import { onAbort } from '../common/abort-signal.js';
import { capturePlace, showPlace } from '../common/call-site.js';
import { IS_DEBUGGING } from '../common/debug.js';
import { BondException, quoted, SerializationException, TimeoutException } from '../common/errors.js';
import { Promise, performance, setImmediate } from '../common/globals.js';
import { SilenceWatch } from '../common/idle-timer.js';
import type { CallSettings } from '../common/options.js';
import { functionName, isA, textOf } from '../common/thrown.js';
import type { Traffic } from '../process/write-queue.js';
import { encodeResult } from '../references/encode-call.js';
import { Parts } from '../values/chunked-values.js';
import { NotCarried, type Protocol } from '../values/codec.js';
import type { Lender } from '../values/reference.js';
import type { Channel } from '../wire/channel.js';
import { type AnswerVerb, formatMessage, formatRequest, type HostAnswerVerb, type Incoming } from '../wire/messages.js';
import { UnreadAnswers } from './answer-backlog.js';
import { captureContext, currentFrame, innermostFrame, outside, runInFrame } from './async-context.js';
import { findCycle, showCycle } from './deadlock.js';
import { showActivity, showRequest } from './describe-activity.js';
import { type Description, encodeException, exceptionOf } from './exception-codec.js';
import { Frame, inWords, outermost, Request, type RequestOptions } from './frame.js';
import { Interrupts } from './interrupts.js';
import { rejection } from './rejection.js';

/** A function of the host that the other side may call. */
export type HostFunction = (...args: unknown[]) => unknown;

/** What a session needs of those who own it. */
export interface SessionOwner {
  readonly lang: string;
  readonly protocol: Protocol;
  /** Whether what is thrown crosses itself; `undefined` if nobody has said so: as is usual for the protocol. */
  readonly transExcept: boolean | undefined;
  /** Who lends what references in results stand for. */
  readonly lender: Lender;
  /** How far what is sent has come. */
  readonly traffic: Traffic;
  /** Whether anything waits for the other side: then the host's event loop has to. */
  hold(isHeld: boolean): void;
  /** The other side has broken the rules, and is to be ended. */
  violated(what: string): void;
  /** The longest message that is accepted, in bytes. */
  readonly maxMessageBytes: number;
  /** The other side sends a longer one, and is to be ended. */
  tooLong(): void;
  /** Sends a line to the other side, and has it look at it even if it is busy. */
  nudge(line: string): void;
  /** Whether the other side's output is being held up on this side, so that its silence means nothing. */
  isHeldUp(): boolean;
}

/** How many errors are kept at most, of those that functions of the host have thrown below one request. */
const MOST_THROWN = 100;
/** How many characters of answers may wait for the other side to read them while it goes on calling. */
const MOST_UNREAD = 2 ** 24;

/**
 * The conversation: requests and their answers, calls of the other side and theirs, each in its frame.
 *
 * It knows no process and no stream: it is given a way to send, and is fed what came.
 */
export class Session {
  readonly #owner: SessionOwner;
  readonly #channel: Pick<Channel, 'send'>;
  readonly #functions = new Map<string, HostFunction>();
  /** Functions that the other side has been lent, by the number that it knows them by. */
  readonly #lent = new Map<number, { readonly call: HostFunction; readonly onRelease: (() => void) | undefined }>();
  #lastLent = 0;
  /** What is to be let go of there, once every request up to the one of that id has been answered: it may use it. */
  readonly #releases: { readonly id: number; readonly after: number }[] = [];
  readonly #root = new Frame(0, undefined, '');
  readonly #watch = new SilenceWatch(() => this.#rejectOverdue());
  readonly #interrupts = new Interrupts({
    nudge: (line) => this.#owner.nudge(line),
    running: () => this.running,
  });
  readonly #unread: UnreadAnswers;
  #innermost = this.#root;
  #lastId = 0;
  #unsettled = 0;
  #canBeCalled = false;
  /** What every request is rejected with, once nothing more will come; it is told which. */
  #endError: ((what: string) => BondException) | undefined;
  /** A getter among what goes in parts may ask for something itself, which has to wait until they are all gone. */
  #isSendingParts = false;
  /** The other side has broken the rules: what else it says is not heard. */
  #isDeaf = false;

  constructor(owner: SessionOwner, channel: Pick<Channel, 'send'>) {
    this.#owner = owner;
    this.#channel = channel;
    this.#unread = new UnreadAnswers(owner.traffic);
  }

  /** What the other side is carrying out. */
  get running(): Request | undefined {
    return this.#innermost.running;
  }

  /** The frame that another one is in; none for the outermost. */
  #around(frame: Frame): Frame | undefined {
    return frame === this.#root ? undefined : (frame.request?.frame ?? this.#root);
  }

  #requestOf(id: number): Request | undefined {
    let frame: Frame | undefined = this.#innermost;
    let request: Request | undefined;
    while (frame && !request) {
      request = frame.pending.get(id);
      frame = this.#around(frame);
    }
    return request;
  }

  /** The requests that have not been answered, oldest first. */
  #requests(): Request[] {
    const requests: Request[] = [];
    for (let frame: Frame | undefined = this.#innermost; frame; frame = this.#around(frame)) {
      for (const request of frame.pending) requests.push(request);
    }
    return requests.sort((one, another) => one.id - another.id);
  }

  /** What the other side is doing, in words, and what has not been answered, oldest first. */
  get activity(): { readonly state: string; readonly inFlight: readonly string[] } {
    return { state: showActivity(this.#innermost), inFlight: this.#requests().map(showRequest) };
  }

  /** Whether somebody waits for an answer. */
  get isBusy(): boolean {
    return this.#unsettled > 0;
  }

  /** The other side has shown that it lives. */
  heard(): void {
    this.#watch.heard();
  }

  /** Asks the other side for something; resolves to the value that it returns. */
  request(options: RequestOptions): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.#endError) return resolve(rejection(this.#endError(inWords(options))));
      const { signal } = options.settings;
      if (signal?.aborted) return resolve(rejection(this.#abortion(inWords(options), signal)));
      const request = this.#open(options, resolve);
      if (signal) this.#heed(signal, request);
      const line = formatRequest(options.verb, request.frame.id, request.id, options.payload);
      if (options.parts) this.#sendInParts(request, options.parts, line);
      else if (this.#canSend(request)) this.#channel.send(line, request.frame.pending.size === 1);
      else this.#hold(request, line);
    });
  }

  /** Sends each part as soon as it is made: the other side begins with it meanwhile. */
  #sendInParts(request: Request, parts: Iterable<string>, line: string): void {
    const canSend = this.#canSend(request);
    const format = (part: string): string => formatRequest('PART', request.frame.id, request.id, part);
    let held = '';
    try {
      this.#isSendingParts ||= canSend;
      for (const part of parts) {
        if (canSend) this.#channel.send(format(part));
        else held += format(part);
      }
    } catch (error) {
      return this.#takeBackParts(request, canSend, format(''), error);
    } finally {
      if (canSend) this.#isSendingParts = false;
    }
    if (!canSend) return this.#hold(request, held + line);
    this.#channel.send(line);
    this.#sendHeld();
  }

  /** A getter has failed that had given something before. */
  #takeBackParts(request: Request, areSent: boolean, forget: string, cause: unknown): void {
    if (areSent) this.#channel.send(forget);
    const isOurs = this.#settle(request);
    this.#forget(request);
    const message = `${request.what}: the arguments cannot be written: ${textOf(cause)}`;
    if (isOurs) request.reject(new SerializationException(this.#owner.lang, message, 'local', { cause }));
  }

  /** Lends a function to the other side, until that lets go of it; the number that it is known by there. */
  lend(call: HostFunction, onRelease?: () => void): number {
    this.#canBeCalled = true;
    this.#lent.set(++this.#lastLent, { call, onRelease });
    return this.#lastLent;
  }

  /** Lets go of something that the other side holds. */
  release(id: number): void {
    this.#releases.push({ id, after: this.#lastId });
    this.#sendReleases();
  }

  /** The id of the oldest request that has not been answered. */
  #oldest(): number {
    // What was asked inside of a request is younger; but what is called in a timer is in no request.
    const first = this.#root.called ? this.#requests()[0] : this.#root.first;
    return first?.id ?? Number.POSITIVE_INFINITY;
  }

  #sendReleases(): void {
    const oldest = this.#oldest();
    while (this.#releases[0] && this.#releases[0].after < oldest) {
      const { id } = this.#releases.shift() as { id: number };
      if (!this.#endError) this.#channel.send(formatMessage({ verb: 'RELEASE', id }));
    }
  }

  /** Makes `call` the function that the other side calls as `name`, as soon as it has agreed to that. */
  export(name: string, call: HostFunction, settings: CallSettings): Promise<unknown> {
    this.#canBeCalled = true;
    const payload = this.#owner.protocol.encode(name);
    const onReturn = () => void this.#functions.set(name, call);
    return this.request({ verb: 'EXPORT', subject: name, payload, settings, onReturn });
  }

  /** Stops what the other side is doing. */
  interrupt(): void {
    this.#interrupts.send();
  }

  /** Rejects a request that is carried out, and has the code there stopped. Returns whether it has not been answered yet. */
  stop(request: Request, makeError: () => BondException): boolean {
    const isPending = (): boolean => this.#requestOf(request.id) === request;
    if (!isPending()) return false;
    if (this.#settle(request)) request.reject(makeError());
    // Mostly, the answer comes right behind: what follows must not meet an interrupt that is late.
    setImmediate(() => isPending() && this.#interrupts.sendInTurn(request));
    return true;
  }

  /** Takes in a message of the other side. */
  receive(message: Incoming | undefined, text: string): void {
    if (this.#endError || this.#isDeaf) return;
    switch (message?.verb) {
      case 'RETURN':
      case 'EXCEPT':
      case 'ERROR':
        return this.#takeAnswer(message.verb, message.id, message.payload);
      case 'PART':
        return this.#takePart(message.id, message.payload);
      case 'CALL':
        return this.#takeCall(message.id, message.request, message.payload);
      case 'RELEASE':
        return message.ids.forEach((id) => {
          this.#takeBackLent(id);
        });
      case 'INTERRUPTED':
        return this.#interrupts.noticed(message.serial);
      default:
        return this.#violated(`it sent a message that makes no sense: ${quoted(text, 100)}`);
    }
  }

  /** Nothing more will come: whatever waits, and every later request, is rejected with what `makeError` makes. */
  end(makeError: (what: string) => BondException): void {
    this.#endError = makeError;
    this.#watch.stop();
    this.#interrupts.end();
    const requests = this.#requests();
    for (let frame: Frame | undefined = this.#innermost; frame; frame = this.#around(frame)) {
      frame.isOver = frame !== this.#root;
      frame.pending.clear();
    }
    for (const request of requests) if (this.#settle(request)) request.reject(makeError(request.what));
    for (const id of this.#lent.keys()) this.#takeBackLent(id);
  }

  #open(options: RequestOptions, resolve: (value: unknown) => void): Request {
    const frame = currentFrame(this) ?? this.#root;
    // Only a function of the host ever runs in it.
    const context = this.#canBeCalled ? captureContext() : outside;
    const request = new Request(this.#owner.lang, ++this.#lastId, frame, innermostFrame(), options, context, resolve);
    if (IS_DEBUGGING || (this.#canBeCalled && frame === this.#root)) request.place = capturePlace();
    frame.pending.add(request);
    request.madeIn?.made.add(request);
    if (this.#unsettled++ === 0) this.#owner.hold(true);
    this.#watch.expect(options.settings.timeout, request.since);
    return request;
  }

  // ---- Requests that wait for their frame

  /** Whether a request can be sent now: while the other side is in an inner frame, it would only set it aside. */
  #canSend(request: Request): boolean {
    const { frame } = request;
    return !this.#isSendingParts && frame === this.#innermost && frame.held === 0 && agreesOnStderr(request);
  }

  /** Keeps a request here, where it can still be taken back. */
  #hold(request: Request, line: string): void {
    request.heldLine = line;
    request.place ??= capturePlace();
    request.frame.held++;
    if (!request.madeIn || !findCycle(request)) return;
    // A function that does not await its call, after all, will have returned by then.
    setImmediate(() => {
      const cycle = request.isSettled || request.heldLine === undefined ? undefined : findCycle(request);
      if (cycle && this.#settle(request)) request.reject(this.#endlessWait(cycle));
    });
  }

  #endlessWait(cycle: readonly Request[]): BondException {
    return new BondException(this.#owner.lang, `a wait that can never end: ${showCycle(cycle)}`, {
      code: 'BOND_DEADLOCK',
    });
  }

  /** Sends what waits for its turn, if the turn has come. */
  #sendHeld(): void {
    const frame = this.#innermost;
    if (frame.held === 0) return;
    for (const request of frame.pending) {
      if (request.heldLine === undefined) continue;
      if (!agreesOnStderr(request)) return;
      this.#channel.send(request.heldLine);
      unhold(request);
    }
  }

  // ---- Answers of the other side

  /** The request that the other side answers, if it is still there to be answered. */
  #answered(id: number): Request | undefined {
    const request = this.#requestOf(id);
    if (request?.heldLine !== undefined) this.#violated(`it answered request ${id}, which it has not been sent`);
    else if (request) return request;
    else if (id < 1 || id > this.#lastId) this.#violated(`it answered request ${id}, which was never made`);
    return undefined;
  }

  #takePart(id: number, payload: string): void {
    const request = this.#answered(id);
    if (!request) return;
    if (request !== request.frame.first)
      return this.#violated(`it sent a part for request ${id}, whose turn has not come`);
    if (request.isSettled) return;
    if (payload === '') {
      request.parts = undefined;
      return;
    }
    request.parts ??= new Parts(this.#owner.protocol);
    request.parts.add(payload);
    if (request.parts.size <= this.#owner.maxMessageBytes) return;
    this.#isDeaf = true;
    this.#owner.tooLong();
  }

  #takeAnswer(verb: AnswerVerb, id: number, payload: string): void {
    const request = this.#answered(id);
    if (!request) return;
    if (request.openFrame) this.#abandon(request.openFrame);
    this.#forget(request);
    if (verb === 'RETURN') request.onReturn?.();
    if (this.#settle(request)) this.#conclude(request, verb, payload);
  }

  #forget(request: Request): void {
    const { frame } = request;
    frame.pending.delete(request);
    if (frame.pending.size === 0 && frame.whenQuiet) setImmediate(frame.whenQuiet);
    if (frame.held > 0 && !frame.isOver) this.#sendHeld();
    this.#interrupts.over(request);
    if (this.#releases.length > 0) this.#sendReleases();
  }

  #conclude(request: Request, verb: AnswerVerb, payload: string): void {
    try {
      // What a block of code returns is nothing at all.
      const value = payload === '' ? request.parts?.whole() : this.#owner.protocol.decode(payload);
      if (verb === 'RETURN') request.resolve(value);
      else request.reject(exceptionOf(verb, value as Description, request));
    } catch (cause) {
      const message = `${request.what}: the answer cannot be decoded: ${textOf(cause)}`;
      request.reject(new SerializationException(this.#owner.lang, message, 'remote', { cause }));
    }
  }

  /** Whether the promise of `request` is still to be settled: it is seen to that nothing else does it. */
  #settle(request: Request): boolean {
    if (request.isSettled) return false;
    request.isSettled = true;
    request.onSettled?.();
    request.madeIn?.made.delete(request);
    if (request.heldLine !== undefined) this.#takeBack(request);
    if (--this.#unsettled === 0) this.#owner.hold(false);
    return true;
  }

  /** What has not been sent yet need not be sent any more. */
  #takeBack(request: Request): void {
    unhold(request);
    this.#forget(request);
  }

  // ---- Calls of the other side

  #takeCall(id: number, requestId: number, payload: string): void {
    const request = this.#requestOf(requestId);
    if (requestId === 0 ? this.#innermost !== this.#root : !request || request !== this.#innermost.first) {
      return this.#violated(`it made a call in request ${requestId}, which it is not carrying out`);
    }
    if (this.#unread.length > MOST_UNREAD) {
      return this.#violated('it goes on calling, and does not read the answers');
    }
    let decoded: unknown;
    try {
      decoded = this.#owner.protocol.decode(payload);
    } catch (error) {
      const message = `the arguments cannot be decoded: ${textOf(error)}`;
      return this.#send('ERROR', id, this.#owner.protocol.encode({ message }));
    }
    const [name, args] = Array.isArray(decoded) ? decoded : [];
    if ((typeof name !== 'string' && typeof name !== 'number') || !Array.isArray(args)) {
      return this.#violated('it made a call without a name or without arguments');
    }
    if (typeof name === 'number' && !this.#lent.has(name)) {
      return this.#violated(`it called function ${name}, which it was not lent`);
    }
    const call = typeof name === 'number' ? this.#lent.get(name)?.call : this.#functions.get(name);
    const frame = new Frame(id, request, typeof name === 'number' ? functionName(call) || `callback ${name}` : name);
    if (request) request.openFrame = frame;
    else this.#root.called = frame;
    this.#innermost = frame;
    const context = request?.context ?? outside;
    context.runInAsyncScope(() => runInFrame(this, frame, () => this.#perform(frame, call, args)));
  }

  #takeBackLent(id: number): void {
    const lent = this.#lent.get(id);
    this.#lent.delete(id);
    lent?.onRelease?.();
  }

  #perform(frame: Frame, call: HostFunction | undefined, args: readonly unknown[]): void {
    try {
      if (!call) throw new BondException(this.#owner.lang, `the host exports no function '${frame.name}'`);
      const result = call(...args);
      const promise = promised(result);
      if (promise) void this.#returnLater(frame, promise);
      else this.#return(frame, result);
    } catch (error) {
      this.#except(frame, error);
    }
  }

  async #returnLater(frame: Frame, promise: Promise<unknown>): Promise<void> {
    let value: unknown;
    try {
      value = await promise;
    } catch (error) {
      return this.#except(frame, error);
    }
    this.#return(frame, value);
  }

  #return(frame: Frame, value: unknown): void {
    try {
      const [verb, payload] = encodeResult(this.#owner.protocol, `${frame.name}()`, value, this.#owner.lender);
      this.#answer(frame, verb, payload);
    } catch (error) {
      if (!isA(error, NotCarried)) return this.#except(frame, error);
      const { message } = error;
      const failure = new SerializationException(this.#owner.lang, message, 'local', { cause: error });
      this.#remember(frame, failure);
      this.#answer(frame, 'ERROR', this.#owner.protocol.encode({ message }));
    }
  }

  #except(frame: Frame, error: unknown): void {
    this.#remember(frame, error);
    const { protocol, transExcept } = this.#owner;
    const { verb, payload } = encodeException(error, protocol, transExcept);
    this.#answer(frame, verb, payload);
  }

  /** Keeps what a function has thrown for the case that the other side does not catch it. */
  #remember(frame: Frame, error: unknown): void {
    if (!frame.request) return;
    const top = outermost(frame.request);
    top.thrown ??= new Map();
    top.thrown.set(frame.id, error);
    if (top.thrown.size > MOST_THROWN) top.thrown.delete(top.thrown.keys().next().value as number);
  }

  /** Answers the call that opened `frame`, as soon as the frame is quiet. */
  #answer(frame: Frame, verb: HostAnswerVerb, payload: string): void {
    if (frame.isOver) return;
    if (frame.pending.size > 0) {
      frame.whenQuiet = () => this.#answer(frame, verb, payload);
      return;
    }
    this.#close(frame);
    this.#watch.heard();
    this.#send(verb, frame.id, payload);
    this.#sendHeld();
    this.#interrupts.turn();
  }

  #send(verb: HostAnswerVerb, frame: number, payload: string): void {
    this.#channel.send(formatRequest(verb, frame, 0, payload), true);
    this.#unread.add(payload.length);
  }

  #close(frame: Frame): void {
    frame.isOver = true;
    if (frame.request) frame.request.openFrame = undefined;
    else this.#root.called = undefined;
    this.#innermost = frame.request?.frame ?? this.#root;
  }

  /** The other side has left a frame without waiting for the answer to its call. */
  #abandon(frame: Frame): void {
    frame.isOver = true; // and nothing more is sent to it
    for (const request of frame.pending) {
      if (request.openFrame) this.#abandon(request.openFrame);
      this.#interrupts.over(request);
      const text = `${request.what}: the other side no longer waits for '${frame.name}', in which this was called`;
      if (this.#settle(request)) request.reject(new BondException(this.#owner.lang, text, { code: 'BOND_ABANDONED' }));
    }
    frame.pending.clear();
    this.#close(frame);
  }

  #violated(what: string): void {
    this.#isDeaf = true;
    this.#owner.violated(what);
  }

  // ---- Time

  #heed(signal: AbortSignal, request: Request): void {
    request.onSettled = onAbort(signal, () => this.#abort(request, signal));
  }

  #abort(request: Request, signal: AbortSignal): void {
    const isSent = request.heldLine === undefined;
    if (this.#settle(request)) request.reject(this.#abortion(request.what, signal));
    if (isSent) this.#interrupts.sendInTurn(request);
  }

  #abortion(what: string, signal: AbortSignal): TimeoutException {
    return new TimeoutException(this.#owner.lang, `${what}: aborted`, { code: 'BOND_ABORTED', cause: signal.reason });
  }

  /** Rejects what has met silence for too long, and tells in how many ms the next one may have. */
  #rejectOverdue(): number {
    const now = performance.now();
    if (this.#owner.isHeldUp()) this.#watch.heard();
    const excused = this.#waitingForHost();
    let next = Number.POSITIVE_INFINITY;
    for (const request of this.#requests()) {
      if (request.isSettled) continue;
      const { timeout } = request.settings;
      const silence = excused.has(request) ? 0 : now - Math.max(request.since, this.#watch.lastHeard);
      if (silence < timeout) next = Math.min(next, timeout - silence);
      else if (this.#settle(request)) request.reject(this.#overdue(request));
    }
    return next;
  }

  /** The requests in which it is the host's turn: a function of it runs, and has asked for nothing. */
  #waitingForHost(): Set<Request> {
    const waiting = new Set<Request>();
    if (this.#innermost.pending.size > 0) return waiting;
    for (let request = this.#innermost.request; request; request = request.frame.request) waiting.add(request);
    return waiting;
  }

  #overdue(request: Request): TimeoutException {
    const { running } = this;
    const behind = running && running !== request ? `; it waits behind ${running.what}${this.#hostPart(running)}` : '';
    const place = behind && showPlace(request.place);
    const text = `${request.what}${place && ` (made ${place})`}: neither an answer nor output for ${request.settings.timeout} ms${behind || this.#advice(request)}`;
    return new TimeoutException(this.#owner.lang, text);
  }

  /** What can be done about a request that the other side is silent in. */
  #advice(request: Request): string {
    return request === this.running ? '; interrupt() stops it, and a longer timeout waits for it' : '';
  }

  /** Which function of the host runs in the request that others wait behind, and where both were called. */
  #hostPart(running: Request): string {
    if (this.#innermost === this.#root) return '';
    const place = showPlace(running.place);
    return `${place && ` (made ${place})`}, which has called your function '${this.#innermost.name}'`;
  }
}

/**
 * Whether a request may be under way together with those before it. Standard error comes by another way than answers:
 * whose it is can be told only if all of them want it in the same place.
 */
function agreesOnStderr(request: Request): boolean {
  const first = request.frame.first as Request;
  return first.settings.stderr === request.settings.stderr;
}

function unhold(request: Request): void {
  request.heldLine = undefined;
  request.frame.held--;
}

/** What a function has returned, as a promise, if it is one or something like it: as `await` does, this reads its `then` once. */
function promised(value: unknown): Promise<unknown> | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  if (types.isPromise(value)) return value;
  const { then } = value as { readonly then?: unknown };
  return typeof then === 'function'
    ? new Promise((resolve, reject) => Reflect.apply(then, value, [resolve, reject]))
    : undefined;
}
