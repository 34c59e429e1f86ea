import { capturePlace } from '../common/call-site.js';
import { setImmediate } from '../common/globals.js';
import { type Payload, wrapped } from '../wire/blocks.js';
import type { Channel } from '../wire/channel.js';
import { formatRequest } from '../wire/messages.js';
import { findCycle } from './deadlock.js';
import type { Frame, Request } from './frame.js';
import type { FrameStack } from './frame-stack.js';

/** What a {@link SendQueue} needs of those who own it. */
interface SendQueueOwner {
  /** Whether an interrupt stops whatever the other side carries out when it comes. */
  readonly interruptStopsAny: boolean;
  /** Whether requests run side by side there. */
  readonly isConcurrent: boolean;
  /** Is told of a request that waits for itself. */
  onDeadlock(request: Request, cycle: readonly Request[]): void;
}

/** What may leave now, and what is held back: while the other side is in an inner frame, it would only set it aside. */
export class SendQueue {
  readonly #stack: FrameStack;
  readonly #channel: Pick<Channel, 'send'>;
  readonly #owner: SendQueueOwner;
  /** A getter among what goes in parts may ask for something itself, which has to wait until they are all gone. */
  #isSendingParts = false;

  constructor(stack: FrameStack, channel: Pick<Channel, 'send'>, owner: SendQueueOwner) {
    this.#stack = stack;
    this.#channel = channel;
    this.#owner = owner;
  }

  /** Sends the line of a request as soon as it can have its turn. */
  send(request: Request, line: Payload): void {
    this.#escape(request, line);
    if (!this.#canSend(request, line)) return this.#hold(request, line);
    this.#channel.send(line, request.frame.pending.size === 1);
  }

  /**
   * Sends each part as soon as it is made: the other side begins with it meanwhile.
   * @throws whatever a getter throws that had given something before; the other side has then forgotten the parts
   */
  sendInParts(request: Request, parts: Iterable<string>, line: Payload): void {
    this.#escape(request, line);
    const canSend = this.#canSend(request, line);
    const format = (part: string): string => formatRequest('PART', request.frame.id, request.id, part);
    let held = '';
    try {
      this.#isSendingParts ||= canSend;
      for (const part of parts) {
        if (canSend) this.#channel.send(format(part));
        else held += format(part);
      }
    } catch (error) {
      if (canSend) this.#channel.send(format(''));
      throw error;
    } finally {
      if (canSend) this.#isSendingParts = false;
    }
    if (!canSend)
      return this.#hold(
        request,
        wrapped(line, (text) => held + text),
      );
    this.#channel.send(line);
    this.flush();
  }

  /** What has not been sent yet need not be sent any more. */
  withdraw(request: Request): void {
    request.heldLine = undefined;
    request.frame.held--;
  }

  /** Sends what waits for its turn, if the turn has come. */
  flush(): void {
    const { innermost, tasks } = this.#stack;
    if (innermost.held > 0) this.#flushFrame(innermost);
    for (const frame of tasks) if (frame.held > 0 && this.#stack.isActive(frame)) this.#flushFrame(frame);
  }

  /** In an inner frame, what is read may be stopped by an interrupt of what waits. */
  #escape({ frame }: Request, line: Payload): void {
    if (this.#owner.interruptStopsAny && typeof line !== 'string') line.block.isEscaped = frame !== this.#stack.root;
  }

  #flushFrame(frame: Frame): void {
    for (const request of frame.pending) {
      if (request.heldLine === undefined) continue;
      if (!this.#canFollow(request, request.heldLine)) return;
      this.#channel.send(request.heldLine);
      this.withdraw(request);
    }
  }

  #canSend(request: Request, line: Payload): boolean {
    const { frame } = request;
    return !this.#isSendingParts && this.#stack.isActive(frame) && frame.held === 0 && this.#canFollow(request, line);
  }

  /**
   * Whether a request may be under way together with those before it. What may be aborted, or is being stopped, has nothing
   * behind it where its interrupt could come a moment too late, and stop that. There, a block is read only where nothing runs, unless it is escaped.
   */
  #canFollow(request: Request, line: Payload): boolean {
    const { previous } = request;
    const isAlone =
      previous?.isToBeStopped || previous?.settings.signal || (typeof line !== 'string' && !line.block.isEscaped);
    if (this.#owner.interruptStopsAny && !this.#stack.isBesideOthers(request) && previous && isAlone) return false;
    return this.#agreesOnOutput(request);
  }

  /**
   * Standard error comes by another way than answers: whose it is can be told only if all want it in the same place. Of those
   * that run side by side, that is true of standard output as well.
   */
  #agreesOnOutput({ frame, output }: Request): boolean {
    const { output: ofFirst } = frame.first as Request;
    return ofFirst.stderr === output.stderr && (!this.#owner.isConcurrent || ofFirst.stdout === output.stdout);
  }

  /** Keeps a request here, where it can still be taken back. */
  #hold(request: Request, line: Payload): void {
    request.heldLine = line;
    request.place ??= capturePlace();
    request.frame.held++;
    if (request.madeIn) this.#watchForCycle(request);
  }

  #watchForCycle(request: Request): void {
    if (!findCycle(request)) return;
    // A function that does not await its call, after all, will have returned by then.
    setImmediate(() => {
      const cycle = request.isSettled ? undefined : findCycle(request);
      if (cycle) this.#owner.onDeadlock(request, cycle);
    });
  }
}
