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
 * What bonds and pools have in common: calling functions of another language. `F` is an interface of these functions.
 * It gives names and types, which are not checked at run time.
 */
export abstract class Caller<F extends object> extends Opaque {
  #functions: Functions<F> | undefined;

  abstract readonly lang: string;

  /** @internal */
  protected abstract callWith(name: string, args: readonly unknown[]): Promise<unknown>;

  /**
   * Calls a function, or any expression that can be called, and resolves to its result. With an interface of the
   * functions, a name that it lacks needs a type parameter: `call<string>('uniqid')`.
   * @throws RemoteException if the function throws; SerializationException if an argument or the result cannot be sent
   * @example
   * await php.call('explode', ' ', 'hello world'); // ['hello', 'world']
   * await python.call('sorted', [3, 1, 2]); // [1, 2, 3]
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
   * All functions as methods: `fn.explode(' ', text)` is `call('explode', ' ', text)`. Names in a module, package or
   * class follow a dot: `fn.os.path.join('a', 'b')` is `call('os.path.join', 'a', 'b')`, and in PHP and Perl
   * `fn.Foo.bar()` is `call('Foo::bar')`. The names `then` and `toJSON` are not available: use `call`.
   * @example
   * await php.fn.strtoupper('abc'); // 'ABC'
   */
  get fn(): Functions<F> {
    this.#functions ??= functionsOf<F>(queryDriver(this.lang).separator, (name, args) => this.callWith(name, args));
    return this.#functions;
  }

  /**
   * Makes a local function that calls `name`. A type parameter, or the interface of the bond, gives it its types.
   * @example
   * const explode = php.callable<(separator: string, text: string) => string[]>('explode');
   * await explode(' ', 'hello world'); // ['hello', 'world']
   */
  callable<G extends AnyFunction = UnknownFunction>(name: IfUntyped<F, string, never>): RemoteFunction<G>;
  callable<G extends AnyFunction = Unsaid>(name: IfSaid<G>): RemoteFunction<NoInfer<G>>;
  callable<N extends NameOf<F>>(name: N): RemoteFunction<SignatureOf<F, N>>;
  callable(name: string): unknown {
    return (...args: unknown[]) => this.callWith(name, args);
  }
}
