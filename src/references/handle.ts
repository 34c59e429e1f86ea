import { BondException, quoted } from '../common/errors.js';
import { brief } from '../common/inspect.js';
import type { Lender } from '../values/reference.js';
import type { AnyFunction, UnknownFunction } from './callback.js';
import { type Owner, Ref } from './ref.js';
import type { AnyRemote, Remote } from './remote-object.js';
import type {
  ArgumentsOf,
  IfSaid,
  IfUntyped,
  NamedArgumentsOf,
  NameOf,
  ResultOf,
  SignatureOf,
  Stays,
  Unsaid,
  Untyped,
} from './remote-types.js';
import { weightOfHandle } from './weight.js';

/** @internal What a held value needs from its bond. */
export interface Holder {
  /** The connection. Only its bonds can use the value. */
  readonly owner: Owner;
  /**
   * Calls a function of the driver for the request that messages name `what`. The arguments of the user, `args`, follow
   * `own`.
   */
  callDriver(what: string, name: string, own: readonly unknown[], args?: readonly unknown[]): Promise<unknown>;
  run(verb: 'EVAL', code: Ref, more: readonly unknown[]): Promise<unknown>;
  /** The value as a {@link Remote}. */
  remote(held: Held): unknown;
  /** The id of the latest request. */
  readonly lastId: number;
  /** Lets go of what is held under that number, and that no request has used up to the one of the id `since`. */
  release(id: number, since: number): void;
}

/** Releases values whose `Held` has been garbage collected. */
const garbage = new FinalizationRegistry<() => void>((release) => release());

/** What `hold` resolves to: with the methods of `T` for a function that returns `Stays<T>`. */
export type HeldResult<G extends AnyFunction> = ReturnType<G> extends Stays<infer T extends object> ? Held<T> : Held;

/** The value as a function, for `apply`. */
type Itself<T> = T extends AnyFunction ? T : UnknownFunction;

/**
 * A value that stays in the interpreter, from {@link Bond.hold}. You can pass it wherever you can pass a {@link Ref}.
 * It is released by `release`, by `await using`, or when it is garbage collected in your program. `T` is an interface
 * of its members.
 * @example
 * await using list = await python.hold('[3, 1, 2]');
 * await list.call('sort');
 * await list.value(); // [1, 2, 3]
 */
export class Held<T extends object = Untyped> extends Ref implements AsyncDisposable {
  readonly #id: number;
  /** The id of the last request that cannot have used it. */
  readonly #since: number;
  readonly #holder: Holder;
  /** @internal The expression whose value it is. */
  readonly expression: string;
  #isReleased = false;
  /** @internal Makes V8 collect garbage early enough. */
  protected readonly weight = weightOfHandle();

  /** @internal */
  constructor(id: unknown, expression: string, holder: Holder) {
    if (typeof id !== 'number')
      throw new BondException(
        holder.owner.lang,
        'its driver has held something, and gave no number for it: the driver is at fault',
      );
    super(`_BOND_held(${id})`, holder.owner);
    this.#id = id;
    this.#holder = holder;
    this.expression = expression;
    const since = holder.lastId;
    this.#since = since;
    garbage.register(this, () => holder.release(id, since), this);
  }

  /**
   * Returns an attribute, a property or an item.
   * @throws RemoteException if there is none; SerializationException if its value cannot be sent
   * @example
   * await (await python.hold('[3, 1, 2]')).get(0); // 3
   */
  get<V = unknown>(name: IfUntyped<T, string | number, never>): Promise<V>;
  get<V = Unsaid>(name: IfSaid<V>): Promise<NoInfer<V>>;
  get<N extends NameOf<T>>(name: N): Promise<N extends keyof T ? T[N] : unknown>;
  async get(name: string | number): Promise<unknown> {
    return this.#call(`GET ${this.#shown(name)}`, '_BOND_get', [], name);
  }

  /**
   * Sets an attribute, a property or an item.
   * @throws RemoteException if it cannot be set; SerializationException if the value cannot be sent
   */
  async set(name: string | number, value: unknown): Promise<void> {
    await this.#call(`SET ${this.#shown(name)}`, '_BOND_set', [], name, value);
  }

  /**
   * Calls a method, and resolves to its result.
   * @throws RemoteException if the method throws; SerializationException if an argument or the result cannot be sent
   */
  call<R = unknown>(method: IfUntyped<T, string, never>, ...args: readonly unknown[]): Promise<R>;
  call<R = Unsaid>(method: IfSaid<R>, ...args: readonly unknown[]): Promise<NoInfer<R>>;
  call<N extends NameOf<T>>(
    method: N,
    ...args: NamedArgumentsOf<SignatureOf<T, N>>
  ): Promise<ResultOf<SignatureOf<T, N>>>;
  call<N extends NameOf<T>>(method: N, ...args: ArgumentsOf<SignatureOf<T, N>>): Promise<ResultOf<SignatureOf<T, N>>>;
  async call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#call(`CALL ${this.#shown(method)}`, '_BOND_invoke', [method], ...args);
  }

  /**
   * Calls the value itself: a function, or a class, which makes an instance.
   * @throws RemoteException if it throws; SerializationException if an argument or the result cannot be sent
   */
  apply<R = ResultOf<Itself<T>>>(...args: NamedArgumentsOf<Itself<T>>): Promise<R>;
  apply<R = ResultOf<Itself<T>>>(...args: ArgumentsOf<Itself<T>>): Promise<R>;
  async apply(...args: readonly unknown[]): Promise<unknown> {
    return this.#call('APPLY', '_BOND_apply', [], ...args);
  }

  /**
   * Calls a method, and holds its result: the cursor of a database connection, for example.
   * @throws RemoteException if the method throws; SerializationException if an argument cannot be sent
   * @example
   * await python.evalBlock('import sqlite3');
   * await using db = await python.hold('sqlite3.connect', ':memory:');
   * await using cursor = await db.hold('cursor');
   */
  hold(method: IfUntyped<T, string, never>, ...args: readonly unknown[]): Promise<Held>;
  hold<N extends NameOf<T>>(
    method: N,
    ...args: NamedArgumentsOf<SignatureOf<T, N>>
  ): Promise<HeldResult<SignatureOf<T, N>>>;
  hold<N extends NameOf<T>>(method: N, ...args: ArgumentsOf<SignatureOf<T, N>>): Promise<HeldResult<SignatureOf<T, N>>>;
  async hold(method: string, ...args: readonly unknown[]): Promise<never> {
    this.#shown(method);
    return this.#hold(`${this.expression}.${method}()`, '_BOND_invoke', [method], ...args);
  }

  /**
   * Calls the value itself, and holds its result: an instance of a class, for example.
   * @throws RemoteException if it throws; SerializationException if an argument cannot be sent
   */
  holdApply(...args: NamedArgumentsOf<Itself<T>>): Promise<HeldResult<Itself<T>>>;
  holdApply(...args: ArgumentsOf<Itself<T>>): Promise<HeldResult<Itself<T>>>;
  holdApply(...args: readonly unknown[]): Promise<never> {
    return this.#hold(`${this.expression}()`, '_BOND_apply', [], ...args);
  }

  /**
   * The same value as a {@link Remote}, whose members you use like those of a local object.
   * @example
   * await python.evalBlock('import sqlite3');
   * const db = await python.hold('sqlite3.connect', ':memory:');
   * await db.remote.execute('select 1').fetchone(); // [1]
   */
  get remote(): IfUntyped<T, AnyRemote, Remote<T>> {
    return this.#holder.remote(this as unknown as Held) as never;
  }

  /**
   * Copies the value to your program.
   * @throws SerializationException if it cannot be copied
   */
  async value<V = unknown>(): Promise<V> {
    return (await this.#holder.run('EVAL', this, [])) as V;
  }

  /** Releases the value. After that, every other use is a `BondException`. You may call it again. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    garbage.unregister(this);
    this.#holder.release(this.#id, this.#since);
  }

  /** The same as `release`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  override toString(): string {
    return `Held [${this.#holder.owner.lang}] ${brief(this.expression)}${this.#isReleased ? ' (released)' : ''}`;
  }

  /** @internal */
  protected override get view(): object {
    const state = this.#isReleased ? 'released' : 'held';
    return { lang: this.#holder.owner.lang, code: this.code, expression: this.expression, state };
  }

  /** @internal */
  override codeFor(lender: Lender): string {
    if (this.#isReleased) {
      throw new BondException(lender.lang, `${quoted(this.expression)} has been released: hold() it again`);
    }
    return super.codeFor(lender);
  }

  async #hold(expression: string, name: string, own: readonly unknown[], ...args: readonly unknown[]): Promise<never> {
    const what = `HOLD ${quoted(expression, 40)}`;
    const id = await this.#holder.callDriver(what, '_BOND_hold_result', [name, this, ...own], args);
    return new Held(id, expression, this.#holder) as never;
  }

  /** Quotes a name for a message. Refuses what is not a name: the driver would take a reference for one. */
  #shown(name: unknown): string {
    if (typeof name === 'string' || typeof name === 'number') return quoted(String(name), 40);
    throw new BondException(this.#holder.owner.lang, `a name must be a string, or a number, not ${typeof name}`);
  }

  #call(what: string, name: string, own: readonly unknown[], ...args: readonly unknown[]): Promise<unknown> {
    return this.#holder.callDriver(`${what} of ${quoted(this.expression, 40)}`, name, [this, ...own], args);
  }
}
