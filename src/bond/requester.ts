import { capturePlace } from '../common/call-site.js';
import { BondException, quoted, SerializationException } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import type { CallSettings } from '../common/options.js';
import { isA } from '../common/thrown.js';
import { Chain, type Evaluator, type LinkPath } from '../references/chain.js';
import { encodeCall, encodeInParts } from '../references/encode-call.js';
import { Held } from '../references/handle.js';
import { iterate } from '../references/iterate.js';
import { Ref } from '../references/ref.js';
import { remoteOf } from '../references/remote.js';
import type { AnyRemote } from '../references/remote-object.js';
import type { Connection } from '../session/connection.js';
import { NotCarried } from '../values/codec.js';
import type { Reference } from '../values/reference.js';
import { isLong } from '../values/shared/chunks.js';
import type { RequestVerb } from '../wire/messages.js';
import { checkNoArguments } from './check-no-arguments.js';

/** What is asked of the other side, as requests of the session. */
export class Requester implements Evaluator {
  readonly connection: Connection;
  readonly settings: CallSettings;

  constructor(connection: Connection, settings: CallSettings) {
    this.connection = connection;
    this.settings = settings;
  }

  get owner(): Connection {
    return this.connection;
  }

  /** The same connection, with other settings. */
  with(settings: CallSettings): Requester {
    return new Requester(this.connection, settings);
  }

  /**
   * Calls a function. It is shown as `shown` in messages, and its first `own` arguments are not the user's. No async function:
   * it would cost a call a tenth of its time.
   */
  call(name: string, args: readonly unknown[], shown?: string, own = 0): Promise<unknown> {
    const { protocol, lender, takesParts } = this.connection;
    try {
      this.checkText(name, 'a name');
      const inParts = takesParts && isLong(args.at(-1)) ? encodeInParts(protocol, name, args) : undefined;
      const payload = inParts ? inParts.payload : encodeCall(protocol, name, args, lender);
      return this.#request('CALL', name, payload, inParts?.parts, shown);
    } catch (error) {
      return this.#refuse(own > 0 && isA(error, NotCarried) ? error.amongArguments(own) : error);
    }
  }

  /** Calls a function of the driver's own, for what the user knows as `what`, with the user's `args` behind `own`. */
  callDriver(what: string, name: string, own: readonly unknown[], args: readonly unknown[] = []): Promise<unknown> {
    return this.call(name, [...own, ...args], what, own.length);
  }

  /** Evaluates code, or runs it; `more` is what else was given, by mistake. */
  run(verb: 'EVAL' | 'EVAL_BLOCK', codeOrRef: string | Ref, more: readonly unknown[]): Promise<unknown> {
    try {
      checkNoArguments(this.connection.lang, verb === 'EVAL' ? 'eval' : 'evalBlock', more);
      const code = this.codeOf(codeOrRef);
      return this.#request(verb, code, this.connection.protocol.encode(code));
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /** What has that name over there. */
  async import(name: string): Promise<AnyRemote> {
    return this.evaluate(new Chain(['import', this.checkText(name, 'a name')], [], this));
  }

  /** What a chain comes to: its value if that can cross, and a handle otherwise. */
  evaluate(chain: Chain): Promise<unknown> {
    const { session, protocol, lender } = this.connection;
    try {
      this.connection.need('chain');
      const payload = protocol.encode(chain.codeFor(lender));
      const failureAt = (path: LinkPath): string => chain.failureAt(path);
      return session.request({ verb: 'CHAIN', subject: chain.text(), payload, failureAt, settings: this.settings });
    } catch (error) {
      return this.#refuse(isA(error, NotCarried) ? chain.refusal(error) : error);
    }
  }

  /** Goes through what a reference stands for, which is shown as `shown` in messages. */
  iterate(iterable: Reference, shown: string): AsyncIterableIterator<unknown> {
    this.connection.need('iterate');
    const what = `ITERATE ${quoted(shown, 40)}`;
    return iterate((name, ...args) => this.callDriver(what, name, args), iterable, capturePlace());
  }

  /** Something that is held over there. */
  hold(id: unknown, expression: string): Held {
    return new Held(id, expression, {
      owner: this.connection,
      call: (what, name, own, args) => this.callDriver(what, name, own, args),
      eval: (ref) => this.run('EVAL', ref, []),
      remote: (held) => remoteOf(new Chain(held, [], this)),
      release: (held) => this.connection.session.release(held),
    });
  }

  /** The same as if it were here. */
  handle(id: unknown, expression: string): AnyRemote {
    return this.hold(id, expression).remote;
  }

  /** The code that is given as it is, or as a reference. */
  codeOf(code: string | Ref): string {
    return code instanceof Ref ? code.codeFor(this.connection.lender) : this.checkText(code, 'code');
  }

  /** Refuses what is not a string. */
  checkText(text: unknown, what: string): string {
    if (typeof text === 'string') return text;
    throw new BondException(this.connection.lang, `${what} must be a string, not ${typeof text}`);
  }

  #request(
    verb: RequestVerb,
    subject: string,
    payload: string,
    parts?: Iterable<string>,
    shown?: string,
  ): Promise<unknown> {
    return this.connection.session.request({ verb, subject, shown, payload, parts, settings: this.settings });
  }

  /** What cannot be asked at all. */
  #refuse(error: unknown): Promise<never> {
    if (!isA(error, NotCarried)) return Promise.reject(error);
    const details = 'cause' in error ? { cause: error.cause } : undefined;
    return Promise.reject(new SerializationException(this.connection.lang, error.message, 'local', details));
  }
}
