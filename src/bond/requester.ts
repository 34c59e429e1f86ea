import { capturePlace } from '../common/call-site.js';
import { BondException, quoted, SerializationException } from '../common/errors.js';
import { Promise } from '../common/globals.js';
import type { FunctionOptions } from '../common/objects.js';
import type { CallSettings } from '../common/options.js';
import { isA } from '../common/thrown.js';
import { callChannel } from '../common/tracing.js';
import { Chain, type Evaluator } from '../references/chain.js';
import { encodeCall, encodeInParts } from '../references/encode-call.js';
import { Entered } from '../references/enter.js';
import { baseText, extensionOf } from '../references/extend.js';
import { Held, type Holder } from '../references/handle.js';
import { iterate } from '../references/iterate.js';
import { Ref } from '../references/ref.js';
import { remoteOf } from '../references/remote.js';
import type { AnyRemote } from '../references/remote-object.js';
import type { Connection } from '../session/connection.js';
import { nameOf, type RequestOptions } from '../session/frame.js';
import type { HostFunction } from '../session/session-owner.js';
import { NotCarried } from '../values/codec.js';
import type { Lender, Reference } from '../values/reference.js';
import { isLong } from '../values/shared/chunks.js';
import { type Snapshot, takeSnapshot } from '../values/snapshot.js';
import type { Payload } from '../wire/blocks.js';
import type { PlainVerb, RequestVerb } from '../wire/messages.js';
import { checkNoArguments } from './check-no-arguments.js';
import { placeFor } from './code-places.js';
import { type LoadOptions, loadFile } from './load.js';

const calls = callChannel();

/** What is asked of the other side, as requests of the session. */
export class Requester implements Evaluator, Holder {
  readonly connection: Connection;
  readonly settings: CallSettings;
  #lender: Lender | undefined;
  #holding: Requester | undefined;

  constructor(connection: Connection, settings: CallSettings) {
    this.connection = connection;
    this.settings = settings;
  }

  get owner(): Connection {
    return this.connection;
  }

  /** The same, but that what cannot cross is held, if the driver can do so; it always can where a chain has led. */
  get #holder(): Requester {
    const isHolding = this.settings.objects === 'hold' || !this.connection.features.has('objects');
    this.#holding ??= isHolding ? this : this.with({ ...this.settings, objects: 'hold' });
    return this.#holding;
  }

  /** Who lends functions that are among arguments. */
  get #lends(): Lender {
    this.#lender ??= this.connection.lenderFor(this.settings);
    return this.#lender;
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
    const { protocol, takesParts } = this.connection;
    try {
      this.checkText(name, 'a name');
      const inParts = takesParts && isLong(args.at(-1)) ? encodeInParts(protocol, name, args) : undefined;
      const payload = inParts ? inParts.payload : encodeCall(protocol, name, args, this.#lends);
      return this.#request('CALL', name, payload, inParts?.parts, shown);
    } catch (error) {
      return refused(this.connection.lang, own > 0 && isA(error, NotCarried) ? error.amongArguments(own) : error);
    }
  }

  /** Calls a function of the driver's own, for what the user knows as `what`, with the user's `args` behind `own`. */
  callDriver(what: string, name: string, own: readonly unknown[], args: readonly unknown[] = []): Promise<unknown> {
    return this.call(name, [...own, ...args], what, own.length);
  }

  /** Calls what a function of the host has replaced; `shown` is that in words. */
  callOriginal(shown: string, name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#holder.callDriver(shown, '_BOND_original', [name], args);
  }

  /** Evaluates code, or runs it; `more` is what else was given, by mistake. */
  run(verb: 'EVAL' | 'EVAL_BLOCK', codeOrRef: string | Ref, more: readonly unknown[]): Promise<unknown> {
    try {
      checkNoArguments(this.connection.lang, verb === 'EVAL' ? 'eval' : 'evalBlock', more);
      const code = this.codeOf(codeOrRef);
      const { protocol, features } = this.connection;
      const place = typeof codeOrRef === 'string' && features.has('places') ? placeFor(verb, code) : undefined;
      return this.#request(verb, code, protocol.encode(place ? [code, place.file, place.line] : code));
    } catch (error) {
      return refused(this.connection.lang, error);
    }
  }

  /** Resolves to the module, package or class of that name. */
  async import(name: string): Promise<AnyRemote> {
    return this.evaluate(new Chain(['import', this.checkText(name, 'a name')], this.#holder));
  }

  /** What a chain comes to: its value if that can cross, and a handle otherwise. */
  evaluate(chain: Chain): Promise<unknown> {
    const { protocol } = this.connection;
    try {
      this.connection.need('chain');
      const payload = protocol.encode(chain.codeFor(this.#lends));
      return this.#ask({ verb: 'CHAIN', subject: chain, payload, settings: this.settings });
    } catch (error) {
      // Nothing of the user's is on the stack when a chain is awaited: an error that is made a moment later says where that is.
      return Promise.resolve().then(() =>
        refused(this.connection.lang, isA(error, NotCarried) ? chain.refusal(error) : error),
      );
    }
  }

  /** Goes through what a reference stands for, which is shown as `shown` in messages. */
  iterate(iterable: Reference, shown: string): AsyncIterableIterator<unknown> {
    this.connection.need('iterate');
    const what = `ITERATE ${quoted(shown, 40)}`;
    return iterate((name, ...args) => this.callDriver(what, name, args), iterable, capturePlace());
  }

  /** Enters what a chain comes to. */
  async enter(chain: Chain): Promise<Entered> {
    this.connection.need('enter');
    const text = chain.text();
    const what = `ENTER ${quoted(text, 40)}`;
    const manager = this.hold(await this.callDriver(what, '_BOND_hold_result', ['_BOND_enter', chain]), text);
    const id = await this.callDriver(what, '_BOND_hold_result', ['_BOND_get', manager, 'value']);
    return new Entered(id, text, this, manager);
  }

  /** Makes a class there, below `base`, whose methods are functions of the host. */
  async extend(base: unknown, methods: unknown, name: unknown): Promise<AnyRemote> {
    const { lang } = this.connection;
    this.connection.need('extend');
    const text = baseText(lang, base);
    const { key, members } = extensionOf(lang, methods);
    if (name !== undefined) this.checkText(name, 'a name');
    const own = [key, base, name ?? null];
    const id = await this.callDriver(`EXTEND ${quoted(text, 40)}`, '_BOND_extend', own, [members]);
    return this.handle(id, name === undefined ? `class below ${text}` : String(name));
  }

  /** Makes a function of the host callable there. */
  export(name: string, call: HostFunction, options: FunctionOptions): Promise<unknown> {
    const { objects = this.settings.objects } = options;
    if (objects === 'hold') this.connection.need('objects');
    return this.connection.session.export(name, { call, lender: this.#lends }, { objects });
  }

  /** What is there of a value at this moment. */
  snapshotOf(value: unknown, isClone: boolean): Snapshot {
    return takeSnapshot(value, isClone);
  }

  /** Runs a file as a program of its language. */
  load(file: unknown, options: LoadOptions): Promise<void> {
    return loadFile(this, file, options);
  }

  /** A `Held` of a value that the interpreter keeps. */
  hold(id: unknown, expression: string): Held {
    return new Held(id, expression, this);
  }

  /** The same as if it were here. */
  handle(id: unknown, expression: string): AnyRemote {
    return this.#holder.hold(id, expression).remote;
  }

  /** What is held, as if it were here. */
  remote(held: Held): AnyRemote {
    return remoteOf(new Chain(held, this.#holder));
  }

  /** The id of the youngest request. */
  get lastId(): number {
    return this.connection.session.lastId;
  }

  /** Lets go of what is held under a number, and that no request has used up to the one of the id `since`. */
  release(id: number, since: number): void {
    this.connection.session.release(id, since);
  }

  /** The code, given as a string or as a reference. */
  codeOf(code: string | Ref): string {
    return isA(code, Ref) ? code.codeFor(this.#lends) : this.checkText(code, 'code');
  }

  /** Refuses what is not a string. */
  checkText(text: unknown, what: string): string {
    if (typeof text === 'string') return text;
    throw new BondException(this.connection.lang, `${what} must be a string, not ${typeof text}`);
  }

  #request(
    plainVerb: PlainVerb,
    subject: string,
    payload: Payload,
    parts?: Iterable<string>,
    shown?: string,
  ): Promise<unknown> {
    const { connection, settings } = this;
    const isHolding = settings.objects === 'hold';
    if (isHolding) connection.need('objects');
    const verb: RequestVerb = isHolding ? `${plainVerb}_HOLD` : plainVerb;
    return this.#ask({ verb, subject, shown, payload, parts, settings });
  }

  /** Sends a request; it is traced if anyone listens. */
  #ask(request: RequestOptions): Promise<unknown> {
    const { session, lang, interpreter } = this.connection;
    if (!calls.hasSubscribers) return session.request(request);
    const { pid, command } = interpreter;
    return calls.tracePromise(() => session.request(request), { by: 'bond', lang, ...nameOf(request), pid, command });
  }
}

/** What cannot be asked at all. */
function refused(lang: string, error: unknown): Promise<never> {
  if (!isA(error, NotCarried)) return Promise.reject(error);
  const details = 'cause' in error ? { cause: error.cause } : undefined;
  return Promise.reject(new SerializationException(lang, error.message, 'local', details));
}
