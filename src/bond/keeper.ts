import { quoted } from '../common/errors.js';
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
import { Caller } from './caller.js';
import type { Requester } from './requester.js';

/** Who has things stay on the other side, and uses them there. */
export abstract class Keeper<F extends object> extends Caller<F> {
  readonly #requester: Requester;

  /** @internal */
  constructor(requester: Requester) {
    super();
    this.#requester = requester;
  }

  /**
   * A reference to an expression that is not evaluated yet, for `eval`, `evalBlock`, or as an argument of `call`. It belongs to
   * this bond: another one throws a `BondException`.
   */
  ref(code: string): Ref {
    this.#requester.checkText(code, 'code');
    return new Ref(code, this.#requester.connection);
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
    this.#requester.connection.need('hold');
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
}
