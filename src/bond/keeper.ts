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

/** What keeps values in the interpreter, and uses them there. */
export abstract class Keeper<F extends object> extends Caller<F> {
  readonly #requester: Requester;

  /** @internal */
  constructor(requester: Requester) {
    super();
    this.#requester = requester;
  }

  /**
   * Makes a reference to an expression that is not evaluated yet. You can pass it to `eval`, `evalBlock` and `hold`,
   * and as an argument of a call, at any depth. It belongs to this bond; with another one, it is a `BondException`.
   * @example
   * await php.evalBlock('$list = [3, 1, 2];');
   * await php.call('sort', php.ref('$list')); // PHP sorts its own $list
   */
  ref(code: string): Ref {
    this.#requester.checkText(code, 'code');
    return new Ref(code, this.#requester.connection);
  }

  /**
   * Keeps a value in the interpreter, such as an open file, a connection or an object, and resolves to a {@link Held}.
   * Code alone is evaluated. With arguments, a function is called, as `call` does.
   * @throws RemoteException if the code throws; SerializationException if an argument cannot be sent
   * @example
   * await using file = await python.hold('open', '/tmp/notes.txt', 'w'); // or hold("open('/tmp/notes.txt', 'w')")
   * await file.call('write', 'hello'); // 5
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
   * Iterates over the value of an expression: a generator, a list, or anything that its language iterates over. Items
   * are fetched in batches as you need them. Breaking out of the loop closes the iterator.
   * @throws RemoteException if the value cannot be iterated over, or the iteration fails
   * @example
   * for await (const line of python.iterate('open("/etc/hosts")')) console.log(line);
   */
  iterate<T = unknown>(code: string | Ref): AsyncIterableIterator<T> {
    const expression = this.#requester.codeOf(code);
    return this.#requester.iterate(this.ref(expression), expression) as AsyncIterableIterator<T>;
  }

  /**
   * Resolves to a {@link Remote} of a module (Python), a class or interface (PHP), a package (Perl), or what `import()`
   * returns (JavaScript). You use it like a local object. Properties and calls form a chain, which is sent as one
   * request when you await it.
   * @example
   * const np = await python.import('numpy');
   * await np.arange(12).reshape(3, 4).sum(); // 66
   * @typeParam T an interface of what it has; without one, every name is allowed
   * @throws RemoteException if there is nothing of that name
   */
  import<T = AnyRemote>(name: string): Promise<Remote<T>> {
    return this.#requester.import(name) as Promise<Remote<T>>;
  }

  /**
   * Makes a subclass of a class in the interpreter, with functions of yours as methods. In them, `this` is a handle of
   * the instance, and {@link superOf} calls methods of the base class. The class is a real class of its language. It
   * keeps your functions as long as it exists.
   * @param base a handle of a class, or its name; also of an interface or an abstract class
   * @param methods methods by name, sync or async. The constructor has the name that it has in that language:
   * `__init__`, `__construct`, `new`, `constructor`. Getters and setters become properties. Other values become values
   * of the class
   * @param name a global name for the class; by default it has none, and you use the handle
   * @returns a handle of the class
   * @throws RemoteException if there is no such class, it cannot be extended in this way, or the name is taken
   * @example
   * const json = await python.import('json');
   * const Encoder = await python.extend(json.JSONEncoder, { default: (value) => [...value] });
   * await json.dumps(python.ref('{1, 2}'), kwargs({ cls: Encoder })); // '[1, 2]'
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
