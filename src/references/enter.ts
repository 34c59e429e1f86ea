import { RemoteException } from '../common/errors.js';
import { isA, textOf } from '../common/thrown.js';
import type { Entry } from './chain.js';
import { Held, type Holder } from './handle.js';
import { chainOf } from './remote.js';
import type { AnyRemote, Remote } from './remote-object.js';
import type { Stays } from './remote-types.js';
import type { StandsFor } from './stands-for.js';

/** @internal A context that has been entered. Releasing it leaves it. */
export class Entered extends Held implements Entry {
  readonly #manager: Held;
  readonly #holder: Holder;
  #isLeft = false;

  constructor(id: unknown, expression: string, holder: Holder, manager: Held) {
    super(id, expression, holder);
    this.#holder = holder;
    this.#manager = manager;
  }

  async leave(...thrown: readonly unknown[]): Promise<boolean> {
    if (this.#isLeft) return false;
    this.#isLeft = true;
    const what = `LEAVE "${this.expression}"`;
    const told = thrown.map((error) => this.#told(error));
    const isDealtWith = await this.#holder.callDriver(what, '_BOND_exit', [this.#manager, ...told]);
    await this.#manager.release();
    await super.release();
    return isDealtWith === true;
  }

  override async release(): Promise<void> {
    await this.leave();
  }

  /** Passes an exception of that interpreter as itself, and any other as a string. */
  #told(error: unknown): unknown {
    const exception: unknown = isA(error, RemoteException) ? error.exception : undefined;
    const isThere = exception !== undefined && chainOf(exception).evaluator.owner === this.#holder.owner;
    return isThere ? exception : textOf(error);
  }
}

/** What has been entered: for `Stays<T>`, a handle of `T`. */
type Inside<T> = unknown extends T ? AnyRemote : T extends Stays<infer S> ? Remote<S> : Remote<T>;

/**
 * Enters a context, as Python's `with` or JavaScript's `await using` do: a file, a lock, a transaction. `await using`
 * or {@link release} leaves it.
 * @param remote a handle, or an expression that begins with one
 * @returns a handle of what `with … as` gives
 * @throws RemoteException if it cannot be entered; BondException if the language has no contexts
 * @example
 * const builtins = await python.import('builtins');
 * await using file = await enter(builtins.open('notes.txt'));
 * console.log(await file.read());
 */
export function enter<T>(remote: StandsFor<T>): Promise<Inside<T>>;
/**
 * Enters a context, calls `body`, and leaves the context. If `body` fails, the context learns of the error, as with
 * Python's `with`, so a transaction is rolled back.
 * @param remote a handle, or an expression that begins with one
 * @param body gets a handle of what `with … as` gives; may be async
 * @returns what `body` returns; `undefined` if it failed and the context suppressed the error
 * @throws RemoteException if the context cannot be entered or left; any error of `body`
 * @example
 * await enter(db, (transaction) => transaction.execute('delete from city'));
 */
export function enter<T, R>(
  remote: StandsFor<T>,
  body: (entered: Inside<T>) => R | PromiseLike<R>,
): Promise<R | undefined>;
export async function enter(remote: unknown, body?: (entered: AnyRemote) => unknown): Promise<unknown> {
  const chain = chainOf(remote);
  const entered = await chain.evaluator.enter(chain);
  if (!body) return entered.remote;
  let result: unknown;
  try {
    result = await body(entered.remote);
  } catch (error) {
    if (await entered.leave(error)) return undefined;
    throw error;
  }
  await entered.leave();
  return result;
}
