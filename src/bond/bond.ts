import { type InspectOptions, inspect } from 'node:util';
import { BondException, type Ending, quoted } from '../common/errors.js';
import { showObject } from '../common/inspect.js';
import { type FunctionOptions, wrongFunctionOptions } from '../common/objects.js';
import { checkNames } from '../common/option-checks.js';
import { CALL_OPTIONS, type CallOptions } from '../common/options.js';
import { resolveCallOptions } from '../common/resolve-options.js';
import type { Feature } from '../drivers/manifest.js';
import type { AnyFunction, UnknownFunction } from '../references/callback.js';
import type { Ref } from '../references/ref.js';
import type { NameOf, Untyped } from '../references/remote-types.js';
import { interact } from '../repl/interact.js';
import type { InteractOptions } from '../repl/interact-options.js';
import type { About, Connection } from '../session/connection.js';
import type { Requester } from './requester.js';
import { Runner } from './runner.js';

/**
 * An interpreter of another language. You call its functions, and it calls yours. {@link makeBond} makes one.
 *
 * Every method can also reject with a {@link TimeoutException}, if there is no reply and no output for longer than
 * `timeout`, and with a {@link TerminatedException}, if the interpreter has ended.
 * @typeParam F an interface of the functions in the interpreter. It gives `fn`, `call`, `callable` and `proxy` names
 * and types, which are not checked at run time
 * @example
 * const php = await makeBond('PHP');
 * await php.call('strrev', 'abc'); // 'cba'
 * await php.close();
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

  /** The language that was given to `makeBond`. */
  get lang(): string {
    return this.#connection.lang;
  }

  /** The id of the local process: the interpreter, or the `ssh`, `sudo`, … that runs it. */
  get pid(): number {
    return this.#connection.interpreter.pid;
  }

  /** @internal What the driver supports. */
  get features(): ReadonlySet<Feature> {
    return this.#connection.features;
  }

  /** @internal What is known about the interpreter. */
  get about(): About {
    return this.#connection.about;
  }

  /**
   * @internal Whether the current async context is a function of the host that the interpreter called and waits for.
   */
  get isCalling(): boolean {
    return this.#connection.session.isCalling;
  }

  /** @internal What the interpreter is doing, in words. */
  get activity(): string {
    return this.#connection.session.activity.state;
  }

  /** @internal How many bytes of memory the interpreter uses. Rejects if that cannot be found out. */
  measureMemory(): Promise<number> {
    return this.#connection.measureMemory();
  }

  /**
   * Resolves when the interpreter has ended, to its exit code, signal and last standard error. Never rejects.
   * @example
   * python.closed.then(({ exitCode }) => console.log(`Python exited with ${exitCode}`));
   */
  get closed(): Promise<Ending> {
    return this.#connection.interpreter.ended;
  }

  /**
   * Evaluates an expression, and resolves to its value. In Perl, `code` may be several statements; you get the value of
   * the last.
   * @throws RemoteException if the code throws; SerializationException if the value cannot be sent
   * @example
   * await python.eval('sum(range(5))'); // 10
   */
  eval<T = unknown>(code: string | Ref, ...none: readonly never[]): Promise<T> {
    return this.#requester.run('EVAL', code, none) as Promise<T>;
  }

  /**
   * Runs statements at the top level of the interpreter. What they define stays.
   * @throws RemoteException if the code throws
   * @example
   * await python.evalBlock('import math\nradius = 2');
   * await python.eval('math.pi * radius ** 2'); // 12.566370614359172
   */
  evalBlock(code: string | Ref, ...none: readonly never[]): Promise<void> {
    return this.#requester.run('EVAL_BLOCK', code, none) as Promise<void>;
  }

  /** @internal */
  protected callWith(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.#requester.call(name, args);
  }

  /**
   * Makes a function of yours callable in the interpreter, like one of its own. It may be async: the interpreter waits
   * for it.
   * @param name the name in the interpreter; by default the name of the function
   * @param options with `objects: 'hold'`, arguments that cannot be copied arrive as handles
   * @throws RemoteException if the name is invalid there, or if PHP already has a function of that name
   * @example
   * await php.export(async (id) => db.findUser(id), 'find_user');
   * await php.eval('find_user(7)["name"]');
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
   * Makes a function of this bond callable in another bond. It still runs in this one.
   * @param name the function in this interpreter
   * @param other the bond that gets the function
   * @param remote its name in `other`; by default the same name
   * @throws RemoteException if the name is invalid in `other`, or taken
   * @example
   * await python.proxy('math.hypot', php, 'hypotenuse');
   * await php.eval('hypotenuse(3, 4)'); // 5
   */
  async proxy<G extends object>(name: NameOf<F>, other: Bond<G>, remote: string = name): Promise<void> {
    const isBond = typeof (other as Bond<G> | undefined)?.export === 'function'; // of this copy of the library, or of another
    if (!isBond)
      throw new BondException(this.lang, `proxy takes the bond that is to have it, not ${quoted(String(other))}`);
    const call = (...args: unknown[]): Promise<unknown> => this.callWith(name, args);
    await other.export(call, remote, { objects: 'error' }); // a handle of that bond would mean nothing to this one
  }

  /**
   * The same bond with other settings, for the calls made through it. It shares the interpreter, so you need not close
   * it.
   * @example
   * await python.with({ timeout: 1000 }).call('quick');
   */
  with(options: CallOptions): Bond<F> {
    checkNames(this.lang, options, CALL_OPTIONS);
    return this.through(this.#requester.with(resolveCallOptions(this.lang, options, this.#requester.settings)));
  }

  /** @internal */
  protected through(requester: Requester): this {
    return new Bond<F>(requester) as this;
  }

  /**
   * Stops the code that runs now, and keeps the interpreter. The call rejects with the exception that an interrupt is
   * in that language, such as `KeyboardInterrupt`, unless the code catches it. Does nothing if no code is running.
   * Works through `ssh` as well.
   * @throws BondException if this interpreter cannot be interrupted, for example PHP without pcntl
   * @example
   * const running = python.evalBlock('while True: pass').catch((error) => error.type);
   * await python.interrupt();
   * await running; // 'KeyboardInterrupt'
   */
  async interrupt(): Promise<void> {
    this.#connection.interrupt();
  }

  /**
   * Ends the interpreter. Running calls may finish, within their `timeout`. Then exit hooks have 10 seconds. Code that
   * timed out, so that you no longer wait for it, has 1 second. After that, the process is killed. Resolves when it has
   * ended. You may call it again.
   */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Kills the interpreter immediately. Resolves when it has ended. You may call it again. */
  async kill(): Promise<void> {
    await this.#connection.kill();
  }

  /**
   * Starts an interactive session in the terminal; see {@link interact}. Resolves when you leave it, or when the
   * interpreter has ended.
   */
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

  /** @internal What the interpreter is doing, and its open requests, for `util.inspect` and `console.log`. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Bond', this.#connection.view, depth, options);
  }
}
