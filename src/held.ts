import { BondException } from './errors.js';
import { type Lender, Ref } from './ref.js';

/** What something held needs of its bond. */
export interface Holder {
  /** The connection: whoever else holds it cannot use it. */
  readonly owner: object;
  readonly lang: string;
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  eval(code: Ref): Promise<unknown>;
  /** Lets go of what is held under that number. */
  release(id: number): void;
}

/** Lets go of what is garbage here. */
const garbage = new FinalizationRegistry<() => void>((release) => release());

/**
 * Something that stays on the other side, made by `bond.hold`. It can be used wherever a {@link Ref} can. It is let go of
 * by `release`, by `await using`, or when it is garbage here.
 */
export class Held extends Ref implements AsyncDisposable {
  readonly #id: number;
  readonly #holder: Holder;
  #isReleased = false;

  /** @internal */
  constructor(id: unknown, holder: Holder) {
    if (typeof id !== 'number') throw new BondException(holder.lang, 'what is held there has no number');
    super(`_BOND_held(${id})`, holder.owner);
    this.#id = id;
    this.#holder = holder;
    garbage.register(this, () => holder.release(id), this);
  }

  /** The value of an attribute, property, item or entry. */
  async get<T = unknown>(name: string | number): Promise<T> {
    return (await this.#call('_BOND_get', name)) as T;
  }

  /** Sets an attribute, property, item or entry. */
  async set(name: string | number, value: unknown): Promise<void> {
    await this.#call('_BOND_set', name, value);
  }

  /** Calls a method. */
  async call<T = unknown>(method: string, ...args: readonly unknown[]): Promise<T> {
    return (await this.#call('_BOND_invoke', method, ...args)) as T;
  }

  /** Calls what is held: a function, or a class, which makes an instance. */
  async apply<T = unknown>(...args: readonly unknown[]): Promise<T> {
    return (await this.#call('_BOND_apply', ...args)) as T;
  }

  /** Calls a method, and holds what it returns: a cursor of a database, say. */
  hold(method: string, ...args: readonly unknown[]): Promise<Held> {
    return this.#hold('_BOND_invoke', method, ...args);
  }

  /** Calls what is held, and holds what it returns: an instance of a class, say. */
  holdApply(...args: readonly unknown[]): Promise<Held> {
    return this.#hold('_BOND_apply', ...args);
  }

  /** What is held, by value after all. */
  async value<T = unknown>(): Promise<T> {
    return (await this.#holder.eval(this)) as T;
  }

  /** Lets go of it. Safe to repeat; every other use is a `BondException` from now on. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    garbage.unregister(this);
    this.#holder.release(this.#id);
  }

  /** The same as `release`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** @internal */
  override codeFor(lender: Lender): string {
    if (this.#isReleased) throw new BondException(lender.lang, 'this has been released, and is not held any more');
    return super.codeFor(lender);
  }

  async #hold(name: string, ...args: readonly unknown[]): Promise<Held> {
    return new Held(await this.#holder.call('_BOND_hold_result', name, this, ...args), this.#holder);
  }

  #call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#holder.call(name, this, ...args);
  }
}
