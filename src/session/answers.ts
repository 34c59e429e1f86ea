import { SerializationException } from '../common/errors.js';
import { textOf } from '../common/thrown.js';
import { type AnswerVerb, isHolding, type Received } from '../wire/messages.js';
import { type Description, exceptionOf } from './exception-codec.js';
import type { Request } from './frame.js';
import { handleMaker, type MakeHandle, putHandles, type ValueWithHeld } from './held-parts.js';
import type { LentFunctions } from './lent-functions.js';
import type { PendingReleases } from './pending-releases.js';
import type { SessionOwner } from './session-owner.js';

/** What a result begins with in which there are objects of the host: `@`. */
const WITH_LIVE = 64;

/** Reads what the other side has answered: values, errors, and what is held there. */
export class Answers {
  readonly #owner: SessionOwner;
  readonly #lent: LentFunctions;
  readonly #releases: PendingReleases;

  constructor(owner: SessionOwner, lent: LentFunctions, releases: PendingReleases) {
    this.#owner = owner;
    this.#lent = lent;
    this.#releases = releases;
  }

  /** Settles the promise of a request by its answer. */
  conclude(request: Request, verb: AnswerVerb, { payload, bytes }: Received): void {
    const { lang, protocol } = this.#owner;
    try {
      if (payload.charCodeAt(0) === WITH_LIVE && verb === 'RETURN')
        return request.resolve(this.#withLive(protocol.decode(payload.slice(1), bytes)));
      // What a block of code returns is nothing at all.
      const value = payload === '' ? request.parts?.whole() : protocol.decode(payload, bytes);
      if (verb !== 'RETURN')
        request.reject(exceptionOf(verb, value as Description, request, this.#handlesFor(request), this.#owner));
      else request.resolve(isHolding(request.verb) ? withHandles(value, this.#handlesFor(request)) : value);
    } catch (cause) {
      const message = `${request.what}: the answer cannot be decoded: ${textOf(cause)}`;
      request.reject(new SerializationException(lang, message, 'remote', { cause }));
    }
  }

  /** Nobody waits for an answer: what the other side holds for it is let go of. No request has used it up to the one of the id `lastId`. */
  letGo(verb: AnswerVerb, { payload, bytes }: Received, lastId: number): void {
    try {
      const answer = this.#owner.protocol.decode(payload, bytes);
      for (const number of numbersIn(verb, answer)) this.#releases.add(number, lastId, lastId);
    } catch {
      // What cannot be read holds nothing that is known here.
    }
  }

  /** Makes what stands here for what is held for a request; what the host has lent is itself. */
  #handlesFor({ settings }: Request): MakeHandle {
    return handleMaker(this.#owner, this.#lent, settings);
  }

  /** A value with objects of the host in their places. The request has not asked for anything to be held. */
  #withLive(answer: unknown): unknown {
    return withHandles(answer, (number) => this.#lent.objectOf(-number));
  }
}

/** The value of an answer, with handles of what is held. A block of code has none. */
function withHandles(answer: unknown, makeHandle: MakeHandle): unknown {
  if (answer === undefined) return undefined;
  const [holder, held = []] = answer as ValueWithHeld;
  putHandles(holder, held, makeHandle);
  return holder[0];
}

/** The numbers of what is held for an answer. */
function numbersIn(verb: AnswerVerb, answer: unknown): number[] {
  if (verb === 'RETURN')
    return ((answer as ValueWithHeld)[1] ?? []).map(([, number]) => number).filter((number) => number > 0);
  const { exception } = answer as Description;
  return exception ? [exception[0]] : [];
}
