import { type BondException, quoted } from '../common/errors.js';
import type { FunctionOptions } from '../common/objects.js';
import type { Channel } from '../wire/channel.js';
import type { AnswerVerb, Incoming, Received } from '../wire/messages.js';
import { currentFrame } from './async-context.js';
import { Capture } from './captures.js';
import { showActivity, showRequest } from './describe-activity.js';
import type { Request, RequestOptions } from './frame.js';
import { FrameStack } from './frame-stack.js';
import { IncomingCalls } from './incoming-calls.js';
import { Interrupts } from './interrupts.js';
import { LentFunctions } from './lent-functions.js';
import { OutgoingRequests } from './outgoing-requests.js';
import { PendingReleases } from './pending-releases.js';
import { RequestTimeouts } from './request-timeouts.js';
import { SendQueue } from './send-queue.js';
import type { Callable, SessionOwner } from './session-owner.js';
import { TooLong, Violation } from './violation.js';

/**
 * The conversation: requests and their answers, calls of the other side and theirs, each in its frame.
 *
 * It knows no process and no stream: it is given a way to send, and is fed what came.
 */
export class Session {
  readonly #owner: SessionOwner;
  readonly #stack: FrameStack;
  readonly #lent = new LentFunctions();
  readonly #releases: PendingReleases;
  readonly #interrupts: Interrupts;
  readonly #timeouts: RequestTimeouts;
  readonly #requests: OutgoingRequests;
  readonly #calls: IncomingCalls;
  readonly #queue: SendQueue;
  /** The other side has broken the rules: what else it says is not heard. */
  #isDeaf = false;

  constructor(owner: SessionOwner, channel: Pick<Channel, 'send'>) {
    const stack = new FrameStack(owner.isConcurrent);
    this.#stack = stack;
    const lent = this.#lent;
    const releases = new PendingReleases(stack, channel);
    const interrupts = new Interrupts({
      nudge: (line) => owner.nudge(line),
      running: () => stack.allRunning(),
      stopsAny: owner.interruptStopsAny,
      isBesideOthers: (request) => stack.isBesideOthers(request),
      send: (lines) => channel.send(lines),
    });
    const timeouts = new RequestTimeouts(owner, stack, (request, error) => requests.reject(request, error));
    const queue = new SendQueue(stack, channel, {
      interruptStopsAny: owner.interruptStopsAny,
      isConcurrent: owner.isConcurrent,
      onDeadlock: (request, cycle) => requests.rejectDeadlock(request, cycle),
    });
    const requests = new OutgoingRequests({ owner, stack, lent, queue, timeouts, interrupts, releases });
    this.#calls = new IncomingCalls({ owner, channel, stack, lent, requests, queue, timeouts, interrupts, releases });
    this.#owner = owner;
    this.#queue = queue;
    this.#releases = releases;
    this.#interrupts = interrupts;
    this.#timeouts = timeouts;
    this.#requests = requests;
  }

  /** What the other side is carrying out. */
  get running(): Request | undefined {
    return this.#stack.running;
  }

  /** Whether the code that asks is part of a function that the other side has called, and waits for. */
  get isCalling(): boolean {
    return currentFrame(this.#stack) !== undefined;
  }

  /** What the other side is doing, in words, and what has not been answered, oldest first. */
  get activity(): { readonly state: string; readonly inFlight: readonly string[] } {
    return { state: showActivity(this.#stack.innermost), inFlight: this.#stack.all().map(showRequest) };
  }

  /** Something that collects what calls print. */
  makeCapture(): Capture {
    return new Capture(this.#stack);
  }

  /** Whether somebody waits for an answer. */
  get isBusy(): boolean {
    return this.#requests.isBusy;
  }

  /** The other side has shown that it lives. */
  heard(): void {
    this.#timeouts.heard();
  }

  /** Asks the other side for something; resolves to the value that it returns. */
  request(options: RequestOptions): Promise<unknown> {
    return this.#requests.request(options);
  }

  /**
   * Makes a function one that the other side calls as `name`, as soon as it has agreed to that. With `objects: 'hold'`, what
   * cannot cross among its arguments is held there.
   */
  export(name: string, callable: Callable, { objects }: Required<FunctionOptions>): Promise<unknown> {
    this.#requests.canBeCalled = true;
    const { settings } = callable.lender;
    const payload = this.#owner.protocol.encode(objects === 'hold' ? [name, true] : name);
    const onReturn = () => this.#calls.export(name, callable);
    return this.request({ verb: 'EXPORT', subject: name, payload, settings, onReturn });
  }

  /** Lends a function to the other side, until that lets go of it; the number that it is known by there. */
  lend(callable: Callable, onRelease?: () => void, object?: object): number {
    this.#requests.canBeCalled = true;
    return this.#lent.lend(callable, onRelease, object);
  }

  /** The id of the youngest request. */
  get lastId(): number {
    return this.#requests.lastId;
  }

  /** Lets go of something that the other side holds, and that no request has used up to the one of the id `since`. */
  release(id: number, since: number): void {
    if (!this.#requests.isOver) this.#releases.add(id, since, this.#requests.lastId);
  }

  /** Stops what the other side is doing. */
  interrupt(): void {
    this.#interrupts.send();
  }

  /** Rejects a request that is carried out, and has the code there stopped. Returns whether it has not been answered yet. */
  stop(request: Request, makeError: () => BondException): boolean {
    return this.#requests.stop(request, makeError);
  }

  /** Takes in a message of the other side. */
  receive(message: Incoming | undefined, text: string): void {
    if (this.#requests.isOver || this.#isDeaf) return;
    try {
      this.#take(message, text);
    } catch (error) {
      this.#isDeaf = true;
      if (error instanceof Violation) this.#owner.violated(error.message);
      else if (error instanceof TooLong) this.#owner.tooLong();
      else throw error;
    }
  }

  /** Nothing more will come: whatever waits, and every later request, is rejected with what `makeError` makes. */
  end(makeError: (what: string) => BondException): void {
    this.#timeouts.stop();
    this.#interrupts.end();
    this.#releases.end();
    this.#requests.end(makeError);
    this.#lent.takeBackAll();
  }

  #take(message: Incoming | undefined, text: string): void {
    this.#takeWhole(message, text);
    if (this.#lent.isLeaving && message?.verb !== 'RELEASE') this.#lent.forgetLeaving();
  }

  #takeWhole(message: Incoming | undefined, text: string): void {
    switch (message?.verb) {
      case 'RETURN':
      case 'EXCEPT':
      case 'ERROR':
        return this.#takeAnswer(message.verb, message.id, message);
      case 'PART':
        return this.#requests.takePart(message.id, message);
      case 'CALL':
      case 'AWAIT':
      case 'THREAD':
        return this.#calls.take(message);
      case 'RELEASE':
        for (const id of message.ids) this.#lent.takeBack(id);
        return;
      case 'INTERRUPTED':
        return this.#interrupts.noticed(message.serial);
      default:
        throw new Violation(`it sent a message that makes no sense: ${quoted(text, 100)}`);
    }
  }

  #takeAnswer(verb: AnswerVerb, id: number, received: Received): void {
    const request = this.#requests.answered(id);
    if (!request) return;
    const { openFrame } = request;
    if (openFrame) this.#calls.abandon(openFrame);
    this.#requests.takeAnswer(request, verb, received);
    if (openFrame) this.#queue.flush(); // what has waited, in any frame, for the interpreter to go on
  }
}
