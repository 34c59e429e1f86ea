import type { Buffer } from 'node:buffer';
import { quoted } from '../common/errors.js';
import type { AnyFunction, UnknownFunction } from '../references/callback.js';
import type { IfSaid, IfUntyped, NameOf, RemoteFunction, SignatureOf, Unsaid } from '../references/remote-types.js';
import type { Capture } from '../session/captures.js';
import { type Captured, type CaptureOptions, captureOutput } from './capture.js';
import { Keeper } from './keeper.js';
import { type LoadOptions, loadFile } from './load.js';
import type { Requester } from './requester.js';

/** Who runs programs on the other side. */
export abstract class Runner<F extends object> extends Keeper<F> {
  readonly #requester: Requester;

  /** @internal */
  constructor(requester: Requester) {
    super(requester);
    this.#requester = requester;
  }

  /** @internal The same bond, where each call is made by `requester`. */
  protected abstract through(requester: Requester): this;

  /**
   * Runs a file of the language as a program: at top level, with the names, paths and arguments that it would have. With `replace`,
   * functions of yours take the place of functions that the file defines, or what it includes, as soon as they are
   * defined. The file is not changed. What it defines stays, so a file of functions is loaded in the same way. It is read over there.
   * @param file its path; a relative one begins at the working directory of the interpreter
   * @throws RemoteException if the file cannot be read, or throws; BondException if nothing defines a name that is to be replaced
   * @example
   * await php.load('shop.php', {
   *   replace: { discount: (price) => price * 0.9, 'Cart::total': async (cart) => cart.sum() },
   * });
   */
  load(file: string, options: LoadOptions = {}): Promise<void> {
    return loadFile(this.#requester, file, options);
  }

  /**
   * A local function that calls what {@link load} has replaced. It takes the arguments that the replacement gets: for a method, the instance
   * first. Results that cannot cross are handles.
   * @example
   * const discount = (price: number) => original(price).then((old) => Math.max(old, 1));
   * const original = php.original<(price: number) => number>('discount');
   */
  original<G extends AnyFunction = UnknownFunction>(name: IfUntyped<F, string, never>): RemoteFunction<G>;
  original<G extends AnyFunction = Unsaid>(name: IfSaid<G>): RemoteFunction<NoInfer<G>>;
  original<N extends NameOf<F>>(name: N): RemoteFunction<SignatureOf<F, N>>;
  original(name: string): unknown {
    const requester = this.#requester;
    requester.connection.need('load');
    requester.checkText(name, 'a name');
    return (...args: unknown[]) => requester.callOriginal(`ORIGINAL ${quoted(name, 40)}`, name, args);
  }

  /**
   * Collects what is printed by the calls that `run` makes, by this bond or by the one that it is given, and awaits. Other calls of the same time
   * print where they always do. A capture inside of another one keeps its output to itself. If `run` rejects, so does this, with the
   * same error, whose property `captured` has what was printed.
   * @returns what `run` resolves to, and what was printed to both streams
   * @throws BondException if output is not UTF-8: `encoding: 'buffer'` gives bytes
   * @example
   * const { stdout } = await php.capture(() => php.load('page.php'));
   */
  capture<T>(
    run: (bond: this) => T | Promise<T>,
    options: CaptureOptions & { encoding: 'buffer' },
  ): Promise<Captured<T, Buffer>>;
  capture<T>(
    run: (bond: this) => T | Promise<T>,
    options?: CaptureOptions & { encoding?: 'utf8' },
  ): Promise<Captured<T>>;
  capture<T>(run: (bond: this) => T | Promise<T>, options: CaptureOptions = {}): Promise<Captured<T, string | Buffer>> {
    const { connection, settings } = this.#requester;
    const bondFor = (capture: Capture): this => this.through(this.#requester.with(capture.settingsFor(settings)));
    return captureOutput(connection, run, bondFor, options);
  }
}
