import { types } from 'node:util';
import { BondException, SerializationException } from '../common/errors.js';
import { Promise, whenSettled } from '../common/globals.js';
import { functionName, isA, textOf } from '../common/thrown.js';
import { encodeResult } from '../references/encode-call.js';
import { kwargs } from '../references/kwargs.js';
import { NotCarried } from '../values/codec.js';
import type { Lender } from '../values/reference.js';
import type { Payload } from '../wire/blocks.js';
import type { Channel } from '../wire/channel.js';
import { type CallVerb, formatPayload, type HostAnswerVerb, type Incoming } from '../wire/messages.js';
import { AnswerBacklog } from './answer-backlog.js';
import { outside, runInFrame } from './async-context.js';
import { encodeException } from './exception-codec.js';
import { type Frame, outermost, type Request } from './frame.js';
import type { FrameStack } from './frame-stack.js';
import { type HeldParts, handleMaker, putHandles } from './held-parts.js';
import type { Interrupts } from './interrupts.js';
import type { LentFunctions } from './lent-functions.js';
import type { OutgoingRequests } from './outgoing-requests.js';
import type { PendingReleases } from './pending-releases.js';
import type { RequestTimeouts } from './request-timeouts.js';
import type { SendQueue } from './send-queue.js';
import type { Callable, SessionOwner } from './session-owner.js';
import { Violation } from './violation.js';

/** How many errors are kept at most, of those that functions of the host have thrown below one request. */
const MOST_THROWN = 100;
/** How many characters of answers may wait for the other side to read them while it goes on calling. */
const LONGEST_BACKLOG = 2 ** 24;

type Call = Extract<Incoming, { readonly verb: CallVerb }>;

/** What {@link IncomingCalls} work with. */
interface Parties {
  readonly owner: SessionOwner;
  readonly channel: Pick<Channel, 'send'>;
  readonly stack: FrameStack;
  readonly lent: LentFunctions;
  readonly requests: OutgoingRequests;
  readonly queue: SendQueue;
  readonly timeouts: RequestTimeouts;
  readonly interrupts: Interrupts;
  readonly releases: PendingReleases;
}

/** Calls of the other side: each opens a frame, in which a function of the host runs until it is answered. */
export class IncomingCalls {
  readonly #parties: Parties;
  readonly #functions = new Map<string, Callable>();
  readonly #backlog: AnswerBacklog;

  constructor(parties: Parties) {
    this.#parties = parties;
    this.#backlog = new AnswerBacklog(parties.owner.traffic);
  }

  /** Makes a function what the other side calls as `name`. */
  export(name: string, callable: Callable): void {
    this.#functions.set(name, callable);
  }

  /** Takes in a call that the other side makes in a request, or in none: in a timer, say. */
  take(message: Call): void {
    const { owner, stack } = this.#parties;
    const { id, payload, bytes } = message;
    const request = this.#callerOf(message);
    if (this.#backlog.length > LONGEST_BACKLOG) throw new Violation('it keeps calling without reading the replies');
    let decoded: unknown;
    try {
      decoded = owner.protocol.decode(payload, bytes);
    } catch (error) {
      return this.#refuse(id, error);
    }
    const [name, args, held, isNamed] = Array.isArray(decoded) ? decoded : [];
    if ((typeof name !== 'string' && typeof name !== 'number') || !Array.isArray(args)) {
      throw new Violation('it made a call without a name or without arguments');
    }
    const callable = this.#functionOf(name);
    try {
      if (held) this.#putHandles(args, held, callable);
      if (isNamed) args.push(kwargs(args.pop()));
    } catch (error) {
      return this.#refuse(id, error);
    }
    const shown = typeof name === 'number' ? functionName(callable?.call) || `callback ${name}` : name;
    const frame = openFrame(stack, message, request, shown);
    const context = request?.context ?? outside;
    context.runInAsyncScope(() => runInFrame(stack, frame, () => this.#perform(frame, callable, args)));
  }

  /** The other side has left a frame without waiting for the answer to its call. */
  abandon(frame: Frame): void {
    const { owner, stack, requests, interrupts, releases } = this.#parties;
    frame.isOver = true; // and nothing more is sent to it
    const abandoned = [...frame.pending];
    for (const request of abandoned) {
      if (request.openFrame) this.abandon(request.openFrame);
      interrupts.over(request);
      const text = `${request.what}: the other side no longer waits for '${frame.name}', in which this was called`;
      requests.reject(request, new BondException(owner.lang, text, { code: 'BOND_ABANDONED' }));
    }
    frame.pending.clear();
    stack.close(frame);
    for (const request of abandoned) releases.answered(request);
  }

  /** The request in which the other side calls; none if it does of itself, or in a thread that goes on after the answer. */
  #callerOf({ verb, request: id }: Call): Request | undefined {
    const { stack, requests } = this.#parties;
    const request = stack.find(id);
    if (verb === 'THREAD' && !request && id <= requests.lastId) return undefined;
    if (!this.#canCall(verb, id, request))
      throw new Violation(`it made a call in request ${id}, which it is not carrying out`);
    return request;
  }

  /** Whether the other side may call now, in a request, or in none. A thread calls in none or in one of its own, and only where nothing stands still do tasks run. */
  #canCall(verb: CallVerb, id: number, request: Request | undefined): boolean {
    const { stack } = this.#parties;
    if (verb === 'THREAD') return request?.frame.waiter === 'thread' && request.heldLine === undefined;
    const isOutermost = stack.innermost === stack.root;
    if (id === 0) return isOutermost;
    if (!request || request.openFrame || !stack.runs(request)) return false;
    return stack.canStandStill(request.frame) && (verb === 'CALL' || isOutermost);
  }

  /** The arguments of a call cannot be read. */
  #refuse(id: number, error: unknown): void {
    const message = `the arguments cannot be decoded: ${textOf(error)}`;
    this.#send('ERROR', id, this.#parties.owner.protocol.encode({ message }));
  }

  /** What the other side holds of the arguments is a handle here, and what the host has lent is itself; how what is done with that is asked, is said by who lent the function. */
  #putHandles(args: unknown[], held: HeldParts, callable: Callable | undefined): void {
    const { owner, lent } = this.#parties;
    if (!callable) return;
    putHandles(args, held, handleMaker(owner, lent, callable.lender.settings));
  }

  /** The function that is called: by its name, or by its number if it was lent. */
  #functionOf(name: string | number): Callable | undefined {
    if (typeof name === 'string') return this.#functions.get(name);
    const callable = this.#parties.lent.get(name);
    if (!callable) throw new Violation(`it called function ${name}, which it was not lent`);
    return callable;
  }

  #perform(frame: Frame, callable: Callable | undefined, args: readonly unknown[]): void {
    try {
      if (!callable) throw new BondException(this.#parties.owner.lang, `the host exports no function '${frame.name}'`);
      const { call, lender } = callable;
      const result = call(...args);
      const promise = promised(result);
      if (!promise) return this.#return(frame, result, lender);
      whenSettled(
        promise,
        (value) => this.#return(frame, value, lender),
        (error) => this.#except(frame, error),
      );
    } catch (error) {
      this.#except(frame, error);
    }
  }

  #return(frame: Frame, value: unknown, lender: Lender): void {
    const { lang, protocol } = this.#parties.owner;
    try {
      const [verb, payload] = encodeResult(protocol, `${frame.name}()`, value, lender);
      this.#answer(frame, verb, payload);
    } catch (error) {
      if (!isA(error, NotCarried)) return this.#except(frame, error);
      const { message } = error;
      this.#remember(frame, new SerializationException(lang, message, 'local', { cause: error }));
      this.#answer(frame, 'ERROR', protocol.encode({ message }));
    }
  }

  #except(frame: Frame, error: unknown): void {
    this.#remember(frame, error);
    const { verb, payload } = encodeException(error, this.#parties.owner);
    this.#answer(frame, verb, payload);
  }

  /**
   * Keeps what a function has thrown for the case that the other side does not catch it. What a thread has called may come back
   * through the code that has started it.
   */
  #remember(frame: Frame, error: unknown): void {
    const request = frame.request ?? this.#parties.stack.running;
    if (!request) return;
    const top = outermost(request);
    top.thrown ??= new Map();
    top.thrown.set(frame.id, error);
    if (top.thrown.size > MOST_THROWN) top.thrown.delete(top.thrown.keys().next().value as number);
  }

  /** Answers the call that opened `frame`, as soon as the frame is quiet. */
  #answer(frame: Frame, verb: HostAnswerVerb, payload: Payload): void {
    if (frame.isOver) return;
    if (frame.pending.size > 0) {
      frame.whenQuiet = () => this.#answer(frame, verb, payload);
      return;
    }
    const { stack, timeouts, queue, interrupts } = this.#parties;
    stack.close(frame);
    timeouts.heard();
    this.#send(verb, frame.id, payload);
    queue.flush();
    interrupts.turn();
  }

  #send(verb: HostAnswerVerb, frame: number, payload: Payload): void {
    const { channel, owner } = this.#parties;
    if (typeof payload !== 'string') payload.block.isEscaped = owner.interruptStopsAny;
    channel.send(formatPayload(verb, frame, 0, payload), true);
    this.#backlog.add(payload.length);
  }
}

function openFrame(stack: FrameStack, { verb, id }: Call, request: Request | undefined, name: string): Frame {
  if (verb === 'CALL') return stack.open(id, request, name);
  return stack.openBeside(id, request, name, verb === 'AWAIT' ? 'task' : 'thread');
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
