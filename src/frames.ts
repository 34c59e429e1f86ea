import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { type BondException, quoted } from './errors.js';
import { captureStackTrace, Promise, performance } from './globals.js';
import type { CallSettings } from './options.js';
import type { Parts } from './parts.js';
import type { Place } from './places.js';
import { RequestQueue } from './request-queue.js';
import { withPlace } from './stacks.js';
import type { RequestVerb } from './wire.js';

/** What is asked of the other side. */
export interface RequestOptions {
  readonly verb: RequestVerb;
  /** What the request is about, for messages: a name, or code. */
  readonly subject: string;
  /** What it is in words, where verb and subject would not tell. */
  readonly shown?: string | undefined;
  readonly payload: string;
  /** The last argument, if it goes in parts. */
  readonly parts?: Iterable<string> | undefined;
  readonly settings: CallSettings;
  /** Runs when it has been done, before anything else that the other side says is heard. */
  readonly onReturn?: (() => void) | undefined;
}

/** What a request is, for messages: `CALL "explode"`. */
export function inWords({ verb, subject, shown }: Pick<RequestOptions, 'verb' | 'subject' | 'shown'>): string {
  return shown ?? `${verb} ${quoted(subject, 40)}`;
}

/** Something that the host has asked of the other side, until the answer to it arrives. It does not keep the payload, which may be long. */
export class Request {
  readonly id: number;
  /** The language of the bond, for messages. */
  readonly lang: string;
  readonly verb: RequestVerb;
  readonly subject: string;
  readonly shown: string | undefined;
  readonly settings: CallSettings;
  readonly onReturn: (() => void) | undefined;
  /** The frame that it runs in. */
  readonly frame: Frame;
  /** The innermost frame that it was made in, of any bond: the function that runs there waits for it. */
  readonly madeIn = innermostFrame();
  /** When it was made, on the clock of `performance.now()`. */
  readonly since = performance.now();
  /** The caller's async context: a function of the host that this request leads to runs in it. */
  readonly context: AsyncResource;
  /** Where the caller made it, if that is known. */
  place: Place | undefined = undefined;
  /** Its line, as long as it is held back, because it cannot have its turn yet. */
  heldLine: string | undefined = undefined;
  /** Whether its promise is settled; a late answer is then dropped. */
  isSettled = false;
  /** Runs when its promise is settled. */
  onSettled: (() => void) | undefined = undefined;
  /** The frame of the host's function that it has called, while that runs. */
  openFrame: Frame | undefined = undefined;
  /** What functions of the host have thrown below an outermost request, by the id of the call: some of it comes back. */
  thrown: Map<number, unknown> | undefined = undefined;
  /** What has come of its result, if that comes in parts. */
  parts: Parts | undefined = undefined;
  /** Its neighbours among those of its frame. */
  previous: Request | undefined = undefined;
  next: Request | undefined = undefined;
  readonly resolve: (value: unknown) => void;

  /** `context` is the caller's, where a function of the host may have to run in it. */
  constructor(
    lang: string,
    id: number,
    frame: Frame,
    options: RequestOptions,
    context: AsyncResource,
    resolve: (value: unknown) => void,
  ) {
    this.lang = lang;
    this.id = id;
    this.frame = frame;
    this.verb = options.verb;
    this.subject = options.subject;
    this.shown = options.shown;
    this.settings = options.settings;
    this.onReturn = options.onReturn;
    this.context = context;
    this.resolve = resolve;
  }

  /** What it is, for messages. */
  get what(): string {
    return inWords(this);
  }

  reject(error: BondException): void {
    this.resolve(rejection(error, this.place));
  }
}

/**
 * What a promise is resolved to so that it is rejected, with a stack that shows who waits for it: the stack of where an answer
 * arrives is of no use. V8 finds those who wait from a job of the promise; to give each promise one, whether it is rejected or
 * not, would cost every call another promise. Where nobody waits, `place` shows the line, if it is known.
 */
export function rejection(error: BondException, place?: Place): PromiseLike<never> {
  const traced = (): never => {
    captureStackTrace(error, traced);
    throw place ? withPlace(error, place) : error;
  };
  return {
    // biome-ignore lint/suspicious/noThenProperty: what a promise is resolved to may have one
    then: (onFulfilled, onRejected) => Promise.resolve().then(traced).then(onFulfilled, onRejected),
  };
}

/**
 * A place where requests run: the outermost level of the interpreter, or the wait of a call that it made to the host.
 * Requests of one frame are carried out in order.
 */
export class Frame {
  /** The id of the other side's call; 0 for the outermost level. */
  readonly id: number;
  /** The request that the other side was carrying out when it made the call; none if it called of itself, in a timer. */
  readonly request: Request | undefined;
  /** The name of the host's function. */
  readonly name: string;
  /** Requests in it that have not been answered, in order. */
  readonly pending = new RequestQueue();
  /** How many of them have not been sent yet. */
  held = 0;
  /** Requests without an answer that were made in it, of any bond. */
  readonly made = new Set<Request>();
  /** The frame of a call that the other side made here of itself, in a timer, while it carried out nothing. */
  called: Frame | undefined;
  /** Whether its call has been answered. */
  isOver = false;
  /** Answers its call, once no request of it is pending. */
  whenQuiet: (() => void) | undefined;

  constructor(id: number, request: Request | undefined, name: string) {
    this.id = id;
    this.request = request;
    this.name = name;
  }

  /** The oldest request without an answer. */
  get first(): Request | undefined {
    return this.pending.first;
  }

  /** What the other side is doing here: the oldest request without an answer, or else the one that led here. */
  get running(): Request | undefined {
    return this.first ?? this.request;
  }
}

/** The outermost of the requests that led to `request`. */
export function outermost(request: Request): Request {
  let outer = request;
  while (outer.frame.request) outer = outer.frame.request;
  return outer;
}

/** Which frames the current async context is in, of all sessions, from the innermost outwards. */
interface Link {
  readonly owner: object;
  readonly frame: Frame;
  readonly outer: Link | undefined;
}

const links = new AsyncLocalStorage<Link>();

/**
 * The innermost frame of `owner` in which the current code runs. A frame that is over hands late requests to the one
 * around it: a timer that an exported function has set, say.
 */
export function currentFrame(owner: object): Frame | undefined {
  let link = links.getStore();
  while (link && (link.owner !== owner || link.frame.isOver)) link = link.outer;
  return link?.frame;
}

/** The innermost frame in which the current code runs, of any bond. */
export function innermostFrame(): Frame | undefined {
  return liveLink()?.frame;
}

function liveLink(): Link | undefined {
  let link = links.getStore();
  // What is over can be forgotten: otherwise a timer that sets a timer would make an ever longer chain.
  while (link?.frame.isOver) link = link.outer;
  return link;
}

/** Runs `run` inside of `frame`, with all that it calls and awaits. */
export function runInFrame<Result>(owner: object, frame: Frame, run: () => Result): Result {
  const outer = liveLink();
  return links.run({ owner, frame, outer }, run);
}

/** The async context of the caller. `AsyncLocalStorage.snapshot()` is the same, and takes three times as long in Node 20. */
export function captureContext(): AsyncResource {
  return new AsyncResource('bond', { requireManualDestroy: true });
}

/** No caller's context. */
export const outside: AsyncResource = captureContext();
