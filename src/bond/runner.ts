import type { Buffer } from 'node:buffer';
import { quoted } from '../common/errors.js';
import type { AnyFunction, UnknownFunction } from '../references/callback.js';
import type { IfSaid, IfUntyped, NameOf, RemoteFunction, SignatureOf, Unsaid } from '../references/remote-types.js';
import type { Capture } from '../session/captures.js';
import { type Captured, type CaptureOptions, captureOutput } from './capture.js';
import { Keeper } from './keeper.js';
import type { LoadOptions } from './load.js';
import type { Requester } from './requester.js';

/** What runs programs in an interpreter. */
export abstract class Runner<F extends object> extends Keeper<F> {
  readonly #requester: Requester;

  /** @internal */
  constructor(requester: Requester) {
    super(requester);
    this.#requester = requester;
  }

  /** @internal The same bond, with calls made by `requester`. */
  protected abstract through(requester: Requester): this;

  /**
   * Runs a file as a program of its language: at the top level, with the paths and arguments that it would have. What
   * it defines stays, so you also load a file of functions with this. With `replace`, functions of yours take the place
   * of functions that the file, or what it includes, defines. The file itself is not changed.
   * @param file the path of the file, where the interpreter runs; a relative path starts at its working directory
   * @throws RemoteException if the file cannot be read, or throws; BondException if nothing defines a name in `replace`
   * @example
   * await php.load('shop.php', {
   *   replace: { discount: (price) => price * 0.9, 'Cart::total': async (cart) => cart.sum() },
   * });
   * await php.call('checkout', 1);
   */
  load(file: string, options: LoadOptions = {}): Promise<void> {
    return this.#requester.load(file, options);
  }

  /**
   * Makes a local function that calls what {@link load} has replaced. It takes the arguments that the replacement gets:
   * for a method, the instance first. Results that cannot be copied are handles.
   * @example
   * const original = php.original<(price: number) => number>('discount');
   * await php.load('shop.php', { replace: { discount: async (price) => Math.max(await original(price), 1) } });
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
   * Collects what calls print while `run` runs. It covers the calls that `run` makes and awaits, through this bond or
   * through the one that it gets. Other calls print as usual. An inner capture keeps its output from the outer one. If
   * `run` fails, `capture` rejects with the same error, whose property `captured` has the output.
   * @returns what `run` resolves to, and what was printed to standard output and standard error
   * @throws BondException if the output is not UTF-8; use `encoding: 'buffer'` then
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
