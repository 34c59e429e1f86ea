import { RemoteException } from '../common/errors.js';
import { isA, textOf } from '../common/thrown.js';
import type { Entry } from './chain.js';
import { Held, type Holder } from './handle.js';
import { chainOf } from './remote.js';
import type { AnyRemote, Remote } from './remote-object.js';
import type { Stays } from './remote-types.js';
import type { StandsFor } from './stands-for.js';

/** @internal What has been entered: to let go of it is to leave it. */
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

  /** An exception that is held there is itself; any other is told in words. */
  #told(error: unknown): unknown {
    const exception: unknown = isA(error, RemoteException) ? error.exception : undefined;
    const isThere = exception !== undefined && chainOf(exception).evaluator.owner === this.#holder.owner;
    return isThere ? exception : textOf(error);
  }
}

/** What is entered: of what stays, itself. */
type Inside<T> = unknown extends T ? AnyRemote : T extends Stays<infer S> ? Remote<S> : Remote<T>;

/**
 * Enters what Python's `with` enters, or JavaScript's `await using`: a file, a lock, a transaction. It is left by `await using`, or by
 * {@link release}.
 * @param remote a handle, or an expression that begins with one
 * @returns a handle of what `with … as` gives
 * @throws RemoteException if it cannot be entered; BondException if the language has nothing of the kind
 * @example
 * const builtins = await python.import('builtins');
 * await using file = await enter(builtins.open('notes.txt'));
 * console.log(await file.read());
 */
export function enter<T>(remote: StandsFor<T>): Promise<Inside<T>>;
/**
 * Enters it, calls `body`, and leaves it, telling it of the error if `body` has failed, as `with` does: a transaction is rolled back, say.
 * @param remote a handle, or an expression that begins with one
 * @param body is given a handle of what has been entered; may be async
 * @returns what `body` returns; `undefined` if that has failed, and the error was dealt with
 * @throws RemoteException if it cannot be entered, or left; whatever `body` throws
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
