import { onAbort, reasonOf } from '../common/abort-signal.js';
import { capturePlace } from '../common/call-site.js';
import { IS_DEBUGGING } from '../common/debug.js';
import { BondException, SerializationException, TimeoutException } from '../common/errors.js';
import { Promise, setImmediate } from '../common/globals.js';
import { textOf } from '../common/thrown.js';
import { Parts } from '../values/parts.js';
import type { Payload } from '../wire/blocks.js';
import { type AnswerVerb, formatPayload, isHolding, type Received } from '../wire/messages.js';
import { Answers } from './answers.js';
import { captureContext, currentFrame, innermostFrame, outside } from './async-context.js';
import { outputOf } from './captures.js';
import { showCycle } from './deadlock.js';
import { inWords, Request, type RequestOptions } from './frame.js';
import type { FrameStack } from './frame-stack.js';
import type { Interrupts } from './interrupts.js';
import type { LentFunctions } from './lent-functions.js';
import type { PendingReleases } from './pending-releases.js';
import { PlaceAllowance } from './place-allowance.js';
import { rejection } from './rejection.js';
import type { RequestTimeouts } from './request-timeouts.js';
import type { SendQueue } from './send-queue.js';
import type { SessionOwner } from './session-owner.js';
import { TooLong, Violation } from './violation.js';

/** What {@link OutgoingRequests} work with. */
interface Parties {
  readonly owner: SessionOwner;
  readonly stack: FrameStack;
  readonly lent: LentFunctions;
  readonly queue: SendQueue;
  readonly timeouts: RequestTimeouts;
  readonly interrupts: Interrupts;
  readonly releases: PendingReleases;
}

/** What the host has asked of the other side, until it is answered. */
export class OutgoingRequests {
  /** Whether the other side has been given anything that it can call: a function of the host may then run in a request. */
  canBeCalled = false;
  readonly #places = new PlaceAllowance();
  readonly #parties: Parties;
  readonly #answers: Answers;
  #lastId = 0;
  #unsettled = 0;
  /** What every request is rejected with, once nothing more will come; it is told which. */
  #endError: ((what: string) => BondException) | undefined;

  constructor(parties: Parties) {
    this.#parties = parties;
    this.#answers = new Answers(parties.owner, parties.lent, parties.releases);
  }

  /** The id of the youngest request. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Whether somebody waits for an answer. */
  get isBusy(): boolean {
    return this.#unsettled > 0;
  }

  get isOver(): boolean {
    return this.#endError !== undefined;
  }

  /** Asks the other side for something; resolves to the value that it returns. */
  request(options: RequestOptions): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.#endError) return resolve(rejection(this.#endError(inWords(options))));
      const { signal } = options.settings;
      if (signal?.aborted) return resolve(rejection(this.#abortion(inWords(options), signal)));
      // First the signal: what it throws rejects the promise, before there is a request that would never be sent.
      const stopListening = signal && onAbort(signal, () => this.#abort(request, signal));
      const request = this.#open(options, resolve);
      request.onSettled = stopListening;
      const line = formatPayload(options.verb, request.frame.id, request.id, options.payload);
      if (options.parts) this.#sendInParts(request, options.parts, line);
      else this.#parties.queue.send(request, line);
    });
  }

  /** The request that the other side answers, if it is still there to be answered. */
  answered(id: number): Request | undefined {
    const request = this.#parties.stack.find(id);
    if (request?.heldLine !== undefined) throw new Violation(`it answered request ${id}, which it has not been sent`);
    const isKnown = request !== undefined || (id >= 1 && id <= this.#lastId);
    if (!isKnown) throw new Violation(`it answered request ${id}, which was never made`);
    return request;
  }

  /** Takes in a part of a result. */
  takePart(id: number, { payload, bytes }: Received): void {
    const { protocol, maxMessageBytes } = this.#parties.owner;
    const request = this.answered(id);
    if (!request) return;
    if (!this.#parties.stack.runs(request)) {
      throw new Violation(`it sent a part for request ${id}, whose turn has not come`);
    }
    if (request.isSettled) return;
    if (payload === '') {
      request.parts = undefined;
      return;
    }
    request.parts ??= new Parts(protocol);
    request.parts.add(payload, bytes);
    if (request.parts.size > maxMessageBytes) throw new TooLong();
  }

  /** Takes in an answer. */
  takeAnswer(request: Request, verb: AnswerVerb, received: Received): void {
    this.#forget(request);
    if (verb === 'RETURN') request.onReturn?.();
    if (this.#settle(request)) this.#answers.conclude(request, verb, received);
    else if (isHolding(request.verb)) this.#answers.letGo(verb, received, this.#lastId);
  }

  /** Rejects a request, unless its promise is settled already. */
  reject(request: Request, error: BondException): void {
    if (this.#settle(request)) request.reject(error);
  }

  /** Rejects a request that is carried out, and has the code there stopped. Returns whether it has not been answered yet. */
  stop(request: Request, makeError: () => BondException): boolean {
    const { stack, interrupts } = this.#parties;
    const isPending = (): boolean => stack.find(request.id) === request;
    if (!isPending()) return false;
    if (this.#settle(request)) request.reject(makeError());
    // Mostly, the answer comes right behind: what follows must not meet an interrupt that is late.
    setImmediate(() => isPending() && interrupts.sendInTurn(request));
    return true;
  }

  /** Rejects a request that waits for itself. */
  rejectDeadlock(request: Request, cycle: readonly Request[]): void {
    const text = `a wait that can never end: ${showCycle(cycle)}`;
    const isSent = request.heldLine === undefined;
    this.reject(request, new BondException(this.#parties.owner.lang, text, { code: 'BOND_DEADLOCK' }));
    if (isSent) this.#parties.interrupts.sendInTurn(request);
  }

  /** Nothing more will come: whatever waits, and every later request, is rejected with what `makeError` makes. */
  end(makeError: (what: string) => BondException): void {
    this.#endError = makeError;
    for (const request of this.#parties.stack.clear()) this.reject(request, makeError(request.what));
  }

  #open(options: RequestOptions, resolve: (value: unknown) => void): Request {
    const { owner, stack, timeouts } = this.#parties;
    const frame = currentFrame(stack) ?? stack.root;
    // Only a function of the host ever runs in it.
    const context = this.canBeCalled ? captureContext() : outside;
    const output = outputOf(stack, options.settings);
    const request = new Request(owner.lang, ++this.#lastId, frame, innermostFrame(), options, output, context, resolve);
    if (IS_DEBUGGING || (frame === stack.root && this.#places.takes(request.since, stack.innermost !== frame)))
      request.place = capturePlace();
    frame.pending.add(request);
    request.madeIn?.made.add(request);
    if (this.#unsettled++ === 0) owner.hold(true);
    timeouts.watch(request);
    return request;
  }

  #sendInParts(request: Request, parts: Iterable<string>, line: Payload): void {
    try {
      this.#parties.queue.sendInParts(request, parts, line);
    } catch (cause) {
      const isOurs = this.#settle(request);
      this.#forget(request);
      const message = `${request.what}: the arguments cannot be written: ${textOf(cause)}`;
      if (isOurs) request.reject(new SerializationException(this.#parties.owner.lang, message, 'local', { cause }));
    }
  }

  /** Whether the promise of `request` is still to be settled: it is seen to that nothing else does it. */
  #settle(request: Request): boolean {
    if (request.isSettled) return false;
    request.isSettled = true;
    request.onSettled?.();
    request.madeIn?.made.delete(request);
    if (request.heldLine !== undefined) {
      this.#parties.queue.withdraw(request);
      this.#forget(request);
    }
    if (--this.#unsettled === 0) this.#parties.owner.hold(false);
    return true;
  }

  #forget(request: Request): void {
    const { queue, interrupts, releases } = this.#parties;
    const { frame } = request;
    frame.pending.delete(request);
    if (frame.pending.size === 0 && frame.whenQuiet) setImmediate(frame.whenQuiet);
    if (frame.held > 0 && !frame.isOver) queue.flush();
    interrupts.over(request);
    releases.answered(request);
  }

  #abort(request: Request, signal: AbortSignal): void {
    const isSent = request.heldLine === undefined;
    this.reject(request, this.#abortion(request.what, signal));
    if (isSent) this.#parties.interrupts.sendInTurn(request);
  }

  #abortion(what: string, signal: AbortSignal): TimeoutException {
    return new TimeoutException(this.#parties.owner.lang, `${what}: aborted`, {
      code: 'BOND_ABORTED',
      cause: reasonOf(signal),
    });
  }
}
