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

/** @internal What something held needs of its bond. */
export interface Holder {
  /** The connection: whoever else holds it cannot use it. */
  readonly owner: Owner;
  /** Calls a function of the driver; the user has asked for `what`, in messages, with `args`, which stand behind `own`. */
  callDriver(what: string, name: string, own: readonly unknown[], args?: readonly unknown[]): Promise<unknown>;
  run(verb: 'EVAL', code: Ref, more: readonly unknown[]): Promise<unknown>;
  /** The same as if it were here. */
  remote(held: Held): unknown;
  /** The id of the youngest request. */
  readonly lastId: number;
  /** Lets go of what is held under that number, and that no request has used up to the one of the id `since`. */
  release(id: number, since: number): void;
}

/** Lets go of what is garbage here. */
const garbage = new FinalizationRegistry<() => void>((release) => release());

/** What is held when a result is: an object with methods that are known, if the result stays there, or just anything. */
export type HeldResult<G extends AnyFunction> = ReturnType<G> extends Stays<infer T extends object> ? Held<T> : Held;

/** What is held, as a function: itself, or the class that it is. */
type Itself<T> = T extends AnyFunction ? T : UnknownFunction;

/**
 * Something that stays on the other side, made by `bond.hold`. It can be used wherever a {@link Ref} can. It is let go of
 * by `release`, by `await using`, or when it is garbage here. `T` is an interface of the user's, of what it can do.
 */
export class Held<T extends object = Untyped> extends Ref implements AsyncDisposable {
  readonly #id: number;
  /** The id of the last request that cannot have used it. */
  readonly #since: number;
  readonly #holder: Holder;
  /** @internal What it is the value of. */
  readonly expression: string;
  #isReleased = false;
  /** @internal What makes V8 look for garbage in time. */
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

  /** The value of an attribute, property, item or entry. */
  get<V = unknown>(name: IfUntyped<T, string | number, never>): Promise<V>;
  get<V = Unsaid>(name: IfSaid<V>): Promise<NoInfer<V>>;
  get<N extends NameOf<T>>(name: N): Promise<N extends keyof T ? T[N] : unknown>;
  async get(name: string | number): Promise<unknown> {
    return this.#call(`GET ${this.#shown(name)}`, '_BOND_get', [], name);
  }

  /** Sets an attribute, property, item or entry. */
  async set(name: string | number, value: unknown): Promise<void> {
    await this.#call(`SET ${this.#shown(name)}`, '_BOND_set', [], name, value);
  }

  /** Calls a method. */
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

  /** Calls what is held: a function, or a class, which makes an instance. */
  apply<R = ResultOf<Itself<T>>>(...args: NamedArgumentsOf<Itself<T>>): Promise<R>;
  apply<R = ResultOf<Itself<T>>>(...args: ArgumentsOf<Itself<T>>): Promise<R>;
  async apply(...args: readonly unknown[]): Promise<unknown> {
    return this.#call('APPLY', '_BOND_apply', [], ...args);
  }

  /** Calls a method, and holds what it returns: a cursor of a database, say. */
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

  /** Calls what is held, and holds what it returns: an instance of a class, say. */
  holdApply(...args: NamedArgumentsOf<Itself<T>>): Promise<HeldResult<Itself<T>>>;
  holdApply(...args: ArgumentsOf<Itself<T>>): Promise<HeldResult<Itself<T>>>;
  holdApply(...args: readonly unknown[]): Promise<never> {
    return this.#hold(`${this.expression}()`, '_BOND_apply', [], ...args);
  }

  /**
   * The same as if it were here: `held.remote.name` is an expression, which is sent when it is awaited.
   * @example
   * const db = await python.hold('sqlite3.connect', ':memory:');
   * await db.remote.execute('select 1').fetchone(); // [1]
   */
  get remote(): IfUntyped<T, AnyRemote, Remote<T>> {
    return this.#holder.remote(this as unknown as Held) as never;
  }

  /** What is held, by value after all. */
  async value<V = unknown>(): Promise<V> {
    return (await this.#holder.run('EVAL', this, [])) as V;
  }

  /** Lets go of it. Safe to repeat; every other use is a `BondException` from now on. */
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

  /** A name in a message, if it is one: what stands for an object there would be taken for a name. */
  #shown(name: unknown): string {
    if (typeof name === 'string' || typeof name === 'number') return quoted(String(name), 40);
    throw new BondException(this.#holder.owner.lang, `a name must be a string, or a number, not ${typeof name}`);
  }

  #call(what: string, name: string, own: readonly unknown[], ...args: readonly unknown[]): Promise<unknown> {
    return this.#holder.callDriver(`${what} of ${quoted(this.expression, 40)}`, name, [this, ...own], args);
  }
}
