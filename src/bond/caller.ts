import { Opaque } from '../common/inspect.js';
import { queryDriver } from '../drivers/driver.js';
import type { AnyFunction, UnknownFunction } from '../references/callback.js';
import type {
  ArgumentsOf,
  Functions,
  IfSaid,
  IfUntyped,
  NamedArgumentsOf,
  NameOf,
  RemoteFunction,
  ResultOf,
  SignatureOf,
  Unsaid,
} from '../references/remote-types.js';
import { functionsOf } from './function-proxy.js';

/**
 * Who calls functions of another language. `F` is an interface of the functions there, which gives names and types. It says
 * what the user wrote, not what arrives: the other side can send anything.
 */
export abstract class Caller<F extends object> extends Opaque {
  #functions: Functions<F> | undefined;

  abstract readonly lang: string;

  /** @internal */
  protected abstract callWith(name: string, args: readonly unknown[]): Promise<unknown>;

  /**
   * Calls a function, or any callable expression, with arguments; resolves to what it returns. Where an interface says what
   * there is, a name that it does not have takes a type parameter: `call<string>('uniqid')`.
   * @throws RemoteException if it throws; SerializationException if an argument or the result cannot cross
   */
  call<T = unknown>(name: IfUntyped<F, string, never>, ...args: readonly unknown[]): Promise<T>;
  call<T = Unsaid>(name: IfSaid<T>, ...args: readonly unknown[]): Promise<NoInfer<T>>;
  call<N extends NameOf<F>>(
    name: N,
    ...args: NamedArgumentsOf<SignatureOf<F, N>>
  ): Promise<ResultOf<SignatureOf<F, N>>>;
  call<N extends NameOf<F>>(name: N, ...args: ArgumentsOf<SignatureOf<F, N>>): Promise<ResultOf<SignatureOf<F, N>>>;
  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.callWith(name, args);
  }

  /**
   * The functions there: `fn.explode(' ', text)` is `call('explode', ' ', text)`. What is in a module, a package or a class
   * stands below it: `fn.os.path.join('a', 'b')` is `call('os.path.join', 'a', 'b')`, and `fn.Foo.bar()` in PHP and Perl is
   * `call('Foo::bar')`. So `fn.f.call` is a function there as well. `then` and `toJSON` are not: use `call`.
   */
  get fn(): Functions<F> {
    this.#functions ??= functionsOf<F>(queryDriver(this.lang).separator, (name, args) => this.callWith(name, args));
    return this.#functions;
  }

  /** A local function that calls `name`. A type parameter, or the interface, gives it its signature. */
  callable<G extends AnyFunction = UnknownFunction>(name: IfUntyped<F, string, never>): RemoteFunction<G>;
  callable<G extends AnyFunction = Unsaid>(name: IfSaid<G>): RemoteFunction<NoInfer<G>>;
  callable<N extends NameOf<F>>(name: N): RemoteFunction<SignatureOf<F, N>>;
  callable(name: string): unknown {
    return (...args: unknown[]) => this.callWith(name, args);
  }
}
