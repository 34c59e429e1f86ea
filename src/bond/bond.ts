import { type InspectOptions, inspect } from 'node:util';
import { BondException, type Ending, quoted } from '../common/errors.js';
import { showObject } from '../common/inspect.js';
import { type FunctionOptions, wrongFunctionOptions } from '../common/objects.js';
import { checkNames } from '../common/option-checks.js';
import { CALL_OPTIONS, type CallOptions, resolveCallOptions } from '../common/options.js';
import type { Feature } from '../drivers/driver.js';
import type { AnyFunction, UnknownFunction } from '../references/callback.js';
import type { Ref } from '../references/ref.js';
import type { NameOf, Untyped } from '../references/remote-types.js';
import { interact } from '../repl/interact.js';
import type { InteractOptions } from '../repl/interact-options.js';
import type { About, Connection } from '../session/connection.js';
import type { Requester } from './requester.js';
import { Runner } from './runner.js';

/**
 * A live interpreter of another language, whose functions can be called, and which can call functions of the host. Made by
 * {@link makeBond}. `F` is an interface of the functions there: `fn`, `call`, `callable` and `proxy` know their names and
 * types. It describes what the user wrote, not what arrives: the other side can send anything.
 *
 * Whatever is asked of it may also reject with a {@link TimeoutException}, if the other side is silent for longer than
 * `timeout`, and with a {@link TerminatedException}, if the interpreter ends or has ended.
 */
export class Bond<F extends object = Untyped> extends Runner<F> implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #requester: Requester;

  /** @internal Bonds are made by `makeBond`. */
  constructor(requester: Requester) {
    super(requester);
    this.#connection = requester.connection;
    this.#requester = requester;
  }

  /** The language, as it was given to `makeBond`. */
  get lang(): string {
    return this.#connection.lang;
  }

  /** The id of the local process: the interpreter's own, or that of the `ssh`, `sudo`, … in front of it. */
  get pid(): number {
    return this.#connection.interpreter.pid;
  }

  /** @internal What its driver can do. */
  get features(): ReadonlySet<Feature> {
    return this.#connection.features;
  }

  /** @internal What is known of the interpreter. */
  get about(): About {
    return this.#connection.about;
  }

  /** @internal Whether the code that asks is part of a function that the other side has called, and waits for. */
  get isCalling(): boolean {
    return this.#connection.session.isCalling;
  }

  /** @internal What the interpreter is doing, in words. */
  get activity(): string {
    return this.#connection.session.activity.state;
  }

  /** Resolves once the interpreter is gone, to how it ended. Never rejects. */
  get closed(): Promise<Ending> {
    return this.#connection.interpreter.ended;
  }

  /**
   * Evaluates one expression, and resolves to its value. Perl takes several statements as well, and gives the value of the last.
   * @throws RemoteException if it throws; SerializationException if its value cannot cross
   */
  eval<T = unknown>(code: string | Ref, ...none: readonly never[]): Promise<T> {
    return this.#requester.run('EVAL', code, none) as Promise<T>;
  }

  /**
   * Runs code at the top level of the interpreter.
   * @throws RemoteException if it throws
   */
  evalBlock(code: string | Ref, ...none: readonly never[]): Promise<void> {
    return this.#requester.run('EVAL_BLOCK', code, none) as Promise<void>;
  }

  /** @internal */
  protected callWith(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#requester.call(name, args);
  }

  /**
   * Makes a local function callable there, as if it were native. It may be async: the other side waits for it.
   * @param name what it is called there; the function's own name if not given
   * @param options with `objects: 'hold'`, arguments that cannot cross arrive as handles
   * @throws RemoteException if the name is not valid there, or taken
   */
  export(func: UnknownFunction, name?: string, options?: FunctionOptions): Promise<void>;
  export(func: AnyFunction, name?: string, options?: FunctionOptions): Promise<void>;
  async export(func: AnyFunction, name: string = func?.name, options: FunctionOptions = {}): Promise<void> {
    if (typeof func !== 'function') throw new BondException(this.lang, `export takes a function, not ${typeof func}`);
    this.#requester.checkText(name, 'a name');
    if (name === '')
      throw new BondException(
        this.lang,
        "a function without a name of its own needs one to be exported: export(func, 'name')",
      );
    const wrong = wrongFunctionOptions(options);
    if (wrong !== undefined) throw new BondException(this.lang, `export: ${wrong}`);
    await this.#requester.export(name, func as UnknownFunction, options);
  }

  /**
   * Makes this bond's `name` callable in `other`; it still runs here.
   * @param remote what it is called there; the same name if not given
   * @throws RemoteException if the name is not valid there, or taken
   */
  async proxy<G extends object>(name: NameOf<F>, other: Bond<G>, remote: string = name): Promise<void> {
    const isBond = typeof (other as Bond<G> | undefined)?.export === 'function'; // of this copy of the library, or of another
    if (!isBond)
      throw new BondException(this.lang, `proxy takes the bond that is to have it, not ${quoted(String(other))}`);
    const call = (...args: unknown[]): Promise<unknown> => this.callWith(name, args);
    await other.export(call, remote, { objects: 'error' }); // a handle of that bond would mean nothing to this one
  }

  /** The same bond, with other settings for the calls that are made through it. */
  with(options: CallOptions): Bond<F> {
    checkNames(this.lang, options, CALL_OPTIONS);
    return this.through(this.#requester.with(resolveCallOptions(this.lang, options, this.#requester.settings)));
  }

  /** @internal */
  protected through(requester: Requester): this {
    return new Bond<F>(requester) as this;
  }

  /**
   * Stops what the other side is doing now, and keeps the session: the call rejects with what the language makes of an
   * interrupt, unless code there catches that. Does nothing if it is idle. Works at a distance, too.
   * @throws BondException if the interpreter cannot be interrupted: a PHP without pcntl, say
   */
  async interrupt(): Promise<void> {
    this.#connection.interrupt();
  }

  /**
   * Ends the interpreter's input: it finishes what was called, which has its usual `timeout`, and runs its exit hooks,
   * which have ten seconds. Code that nobody waits for any more, after a time-out, has one second. What is not done by
   * then is ended by force. Resolves when the interpreter is gone. Safe to repeat.
   */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Ends the interpreter at once. Resolves when it is gone. Safe to repeat. */
  async kill(): Promise<void> {
    await this.#connection.kill();
  }

  /** Starts an interactive session; see {@link interact}. Resolves when the user leaves it, or the interpreter is gone. */
  interact(options: InteractOptions = {}): Promise<void> {
    return interact(this, options);
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  override toString(): string {
    return `Bond [${this.lang}] (pid ${this.pid})`;
  }

  /** @internal What the interpreter is doing, and what it has not answered yet, for `util.inspect` and `console.log`. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Bond', this.#connection.view, depth, options);
  }
}
