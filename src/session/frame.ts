import type { AsyncResource } from 'node:async_hooks';
import type { Place } from '../common/call-site.js';
import { type BondException, quoted } from '../common/errors.js';
import { performance } from '../common/globals.js';
import type { CallSettings } from '../common/options.js';
import type { Parts } from '../values/parts.js';
import type { Payload } from '../wire/blocks.js';
import type { RequestVerb } from '../wire/messages.js';
import { rejection } from './rejection.js';
import { RequestQueue } from './request-queue.js';

/** What is done link by link. Its words are made when somebody asks for them. */
interface LinkByLink {
  text(): string;
  /** What has failed, in words. */
  failureAt(path: readonly number[]): string;
}

/** What is asked of the other side. */
export interface RequestOptions {
  readonly verb: RequestVerb;
  /** What the request is about, for messages: a name, code, or what is done link by link. */
  readonly subject: string | LinkByLink;
  /** What it is in words, where verb and subject would not tell. */
  readonly shown?: string | undefined;
  readonly payload: Payload;
  /** The last argument, if it goes in parts. */
  readonly parts?: Iterable<string> | undefined;
  readonly settings: CallSettings;
  /** Runs when it has been done, before anything else that the other side says is heard. */
  readonly onReturn?: (() => void) | undefined;
}

/** What a request is, for messages: `CALL "explode"`. */
export function inWords({ verb, subject, shown }: Pick<RequestOptions, 'verb' | 'subject' | 'shown'>): string {
  if (shown !== undefined) return shown;
  const text = typeof subject === 'string' ? subject : subject.text();
  return `${verb.replace('_HOLD', '')} ${quoted(text, 40)}`;
}

/** What a request is, for programs: its verb, and the name or the code in full. */
export function nameOf({ verb, subject, shown }: RequestOptions): { readonly verb: string; readonly name: string } {
  if (shown === undefined) {
    return { verb: verb.replace('_HOLD', ''), name: typeof subject === 'string' ? subject : subject.text() };
  }
  const [, word = shown, name = ''] = /^(\w+) (.*)$/s.exec(shown) ?? [];
  return { verb: word, name };
}

/** Something that the host has asked of the other side, until the answer to it arrives. It does not keep the payload, which may be long. */
export class Request {
  readonly id: number;
  /** The language of the bond, for messages. */
  readonly lang: string;
  readonly verb: RequestVerb;
  readonly subject: string | LinkByLink;
  readonly shown: string | undefined;
  readonly settings: CallSettings;
  /** Where what it prints goes. */
  readonly output: Pick<CallSettings, 'stdout' | 'stderr'>;
  readonly onReturn: (() => void) | undefined;
  /** The frame that it runs in. */
  readonly frame: Frame;
  /** The innermost frame that it was made in, of any bond: the function that runs there waits for it. */
  readonly madeIn: Frame | undefined;
  /** When it was made, on the clock of `performance.now()`. */
  readonly since = performance.now();
  /** The caller's async context: a function of the host that this request leads to runs in it. */
  readonly context: AsyncResource;
  /** Where the caller made it, if that is known. */
  place: Place | undefined = undefined;
  /** Its line, while it is not sent because its turn has not come. */
  heldLine: Payload | undefined = undefined;
  /** Whether an interrupt has been sent for it, or is to be. */
  isToBeStopped = false;
  /** Whether its promise is settled; a late answer is then dropped. */
  isSettled = false;
  /** Runs when its promise is settled. */
  onSettled: (() => void) | undefined = undefined;
  /** The frame of the host's function that it has called, while that runs. */
  openFrame: Frame | undefined = undefined;
  /** The frames of those that it awaits: it goes on while they run. */
  taskFrames: Set<Frame> | undefined = undefined;
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
    madeIn: Frame | undefined,
    options: RequestOptions,
    output: Pick<CallSettings, 'stdout' | 'stderr'>,
    context: AsyncResource,
    resolve: (value: unknown) => void,
  ) {
    this.lang = lang;
    this.id = id;
    this.frame = frame;
    this.madeIn = madeIn;
    this.verb = options.verb;
    this.subject = options.subject;
    this.shown = options.shown;
    this.settings = options.settings;
    this.output = output;
    this.onReturn = options.onReturn;
    this.context = context;
    this.resolve = resolve;
  }

  /** What it is, for messages. */
  get what(): string {
    return inWords(this);
  }

  /** What has failed, in words, of what is done link by link. */
  failureAt(path: readonly number[]): string | undefined {
    return typeof this.subject === 'string' ? undefined : this.subject.failureAt(path);
  }

  reject(error: BondException): void {
    this.resolve(rejection(error, this.place));
  }
}

/** Who may wait for a function of the host. The interpreter then does nothing else; a task and a thread let it go on. */
export type Waiter = 'interpreter' | 'task' | 'thread';

/**
 * A place where requests run: the outermost level of the interpreter, or the wait of a call that it made to the host.
 * Requests of one frame are begun in order. In the frame of a task, the interpreter does not stand still.
 */
export class Frame {
  /** The id of the other side's call; 0 for the outermost level. */
  readonly id: number;
  /** The request that the other side was carrying out when it made the call; none if it called of itself, in a timer. */
  readonly request: Request | undefined;
  /** The name of the host's function. */
  readonly name: string;
  /** Who waits for the answer: the interpreter, a task in its event loop, or a thread. */
  readonly waiter: Waiter;
  /** The frame in which the interpreter goes on when this one is closed; of a task's, the outermost one, where the event loop is. */
  readonly below: Frame | undefined;
  /** Requests in it that have not been answered, in order. */
  readonly pending = new RequestQueue<Request>();
  /** How many of them have not been sent yet. */
  held = 0;
  /** Requests without an answer that were made in it, of any bond. */
  readonly made = new Set<Request>();
  /** Of the outermost level: the frame in which the interpreter stands still, or the outermost of those. */
  inner: Frame | undefined;
  /** Of the outermost level: whether its requests, and those of tasks, run side by side as far as they await something. */
  isConcurrent = false;
  /** Whether its call has been answered. */
  isOver = false;
  /** Answers its call, once no request of it is pending. */
  whenQuiet: (() => void) | undefined;

  constructor(id: number, request: Request | undefined, name: string, waiter: Waiter = 'interpreter', below?: Frame) {
    this.id = id;
    this.request = request;
    this.name = name;
    this.waiter = waiter;
    this.below = below;
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
