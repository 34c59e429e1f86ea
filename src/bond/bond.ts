import { type InspectOptions, inspect } from 'node:util';
import { BondException, type Ending, quoted } from '../common/errors.js';
import { showObject } from '../common/inspect.js';
import { type FunctionOptions, wrongFunctionOptions } from '../common/objects.js';
import { checkNames } from '../common/option-checks.js';
import { CALL_OPTIONS, type CallOptions, resolveCallOptions } from '../common/options.js';
import type { Feature } from '../drivers/driver.js';
import type { AnyFunction, UnknownFunction } from '../references/callback.js';
import type { ClassMembers, Extended, InstanceOf } from '../references/extend.js';
import type { Held, HeldResult } from '../references/handle.js';
import { Ref } from '../references/ref.js';
import type { AnyRemote, Remote } from '../references/remote-object.js';
import type {
  ArgumentsOf,
  IfSaid,
  IfUntyped,
  NamedArgumentsOf,
  NameOf,
  SignatureOf,
  Unsaid,
  Untyped,
} from '../references/remote-types.js';
import type { StandsFor } from '../references/stands-for.js';
import { interact } from '../repl/interact.js';
import type { InteractOptions } from '../repl/interact-options.js';
import type { About, Connection } from '../session/connection.js';
import { Caller } from './caller.js';
import type { Requester } from './requester.js';

/**
 * A live interpreter of another language, whose functions can be called, and which can call functions of the host. Made by
 * {@link makeBond}. `F` is an interface of the functions there: `fn`, `call`, `callable` and `proxy` know their names and
 * types. It describes what the user wrote, not what arrives: the other side can send anything.
 *
 * Whatever is asked of it may also reject with a {@link TimeoutException}, if the other side is silent for longer than
 * `timeout`, and with a {@link TerminatedException}, if the interpreter ends or has ended.
 */
export class Bond<F extends object = Untyped> extends Caller<F> implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #requester: Requester;

  /** @internal Bonds are made by `makeBond`. */
  constructor(requester: Requester) {
    super();
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

  /**
   * A reference to an expression that is not evaluated yet, for `eval`, `evalBlock`, or as an argument of `call`. It belongs to
   * this bond: another one throws a `BondException`.
   */
  ref(code: string): Ref {
    this.#requester.checkText(code, 'code');
    return new Ref(code, this.#connection);
  }

  /**
   * Keeps a result there: an open file, a connection, an object with methods. With code alone, that is evaluated; with arguments,
   * it is called, as `call` does: `hold('open', path)`. Without arguments, a call is code: `hold('make()')`.
   * @throws RemoteException if it throws; SerializationException if an argument cannot cross
   */
  hold<T extends object = Untyped>(code: string | Ref): Promise<Held<T>>;
  hold<T extends object = Untyped>(
    name: IfUntyped<F, string, never>,
    ...args: readonly [unknown, ...unknown[]]
  ): Promise<Held<T>>;
  hold<T extends object = Unsaid>(
    name: IfSaid<T>,
    ...args: readonly [unknown, ...unknown[]]
  ): Promise<Held<NoInfer<T>>>;
  hold<N extends NameOf<F>>(
    name: N,
    ...args: NamedArgumentsOf<SignatureOf<F, N>>
  ): Promise<HeldResult<SignatureOf<F, N>>>;
  hold<N extends NameOf<F>>(name: N, ...args: ArgumentsOf<SignatureOf<F, N>>): Promise<HeldResult<SignatureOf<F, N>>>;
  async hold(code: string | Ref, ...args: readonly unknown[]): Promise<never> {
    this.#connection.need('hold');
    const expression = this.#requester.codeOf(code);
    const isCall = args.length > 0;
    const shown = isCall ? `${expression}(…)` : expression;
    const what = `HOLD ${quoted(shown, 40)}`;
    const id = isCall
      ? await this.#requester.callDriver(what, '_BOND_hold_result', [expression], args)
      : await this.#requester.callDriver(what, '_BOND_hold', [this.ref(expression)]);
    return this.#requester.hold(id, shown) as never;
  }

  /**
   * Iterates over what an expression evaluates to: a generator, a list, whatever can be iterated over there. Items are
   * fetched as they are needed, some at a time; to leave the loop early closes the iterator there.
   * @throws RemoteException if it cannot be iterated over, or fails on the way
   */
  iterate<T = unknown>(code: string | Ref): AsyncIterableIterator<T> {
    const expression = this.#requester.codeOf(code);
    return this.#requester.iterate(this.ref(expression), expression) as AsyncIterableIterator<T>;
  }

  /**
   * What has that name over there, as if it were here: a module (Python), a class or an interface (PHP), a package (Perl), or
   * what `import()` gives (JavaScript). What is done with it is a chain, which is sent when it is awaited, all at once.
   * @example
   * const np = await python.import('numpy');
   * await np.arange(12).reshape(3, 4).sum(); // 66
   * @typeParam T an interface that says what it has; without one, it may have anything
   * @throws RemoteException if there is nothing of that name
   */
  import<T = AnyRemote>(name: string): Promise<Remote<T>> {
    return this.#requester.import(name) as Promise<Remote<T>>;
  }

  /**
   * Makes a class there, below `base`, whose methods are functions of the host: `this` is a handle of the instance, and
   * {@link superOf} leads to what the base has. The class is a real one of its language, and keeps the functions for as long as it is there.
   * @param base a handle of a class, or its name; an interface or an abstract class, too
   * @param methods methods by their names, sync or async. The constructor has the name that it has in the language. Getters and
   * setters are properties there; what is no function is a value of the class
   * @param name what it is called there, globally; if it is not given, it has a name that only its instances show
   * @returns a handle of the class
   * @throws RemoteException if there is no such class, or it cannot be extended so; if the name is taken
   * @example
   * const json = await python.import('json');
   * const Encoder = await python.extend(json.JSONEncoder, { default: (value) => String(value) });
   * await json.dumps(python.ref('{1, 2}'), kwargs({ cls: Encoder }));
   */
  extend<T, M extends ClassMembers>(
    base: StandsFor<T>,
    methods: M & ThisType<Remote<InstanceOf<T>>>,
    name?: string,
  ): Promise<Remote<Extended<T, M>>>;
  extend(base: string | Ref, methods: ClassMembers & ThisType<AnyRemote>, name?: string): Promise<AnyRemote>;
  extend(base: unknown, methods: unknown, name?: unknown): Promise<AnyRemote> {
    return this.#requester.extend(base, methods, name);
  }

  /** The same bond, with other settings for the calls that are made through it. */
  with(options: CallOptions): Bond<F> {
    checkNames(this.lang, options, CALL_OPTIONS);
    return new Bond<F>(this.#requester.with(resolveCallOptions(this.lang, options, this.#requester.settings)));
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
