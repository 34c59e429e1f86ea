import type { NDArray } from '../values/ndarray.js';
import type { AnyFunction, Callback, UnknownFunction } from './callback.js';
import type { AnyValue, ByName, Kwargs } from './kwargs.js';
import type { Ref } from './ref.js';
import type { StandsFor } from './stands-for.js';
import type { Stream } from './stream.js';

/** The interface of a bond without one: every name is allowed, and every result is `unknown`. */
// biome-ignore lint/complexity/noBannedTypes: an interface without members has an index signature in some places only
export type Untyped = {};

/** {@link A} if an interface has no members, otherwise `B`. */
export type IfUntyped<F, A, B> = [keyof F] extends [never] ? A : B;

/** The names of the functions of an interface; any name, if it has none. */
export type NameOf<F> = IfUntyped<F, string, Extract<keyof F, string>>;

/** The type of the function `N` of an interface. */
export type SignatureOf<F, N> = N extends keyof F ? Extract<F[N], AnyFunction> : UnknownFunction;

declare const STAYS: unique symbol;

/**
 * The type of a result that cannot be copied to your program, such as an object with methods. `bond types` writes it.
 * `import` leads to a handle with the methods of `T`, and `hold` to a `Held<T>`. Calling the function with `call` is a
 * {@link SerializationException}.
 * @example
 * interface Shop {
 *   basket(): Stays<Basket>;
 * }
 * interface Basket {
 *   add(item: string): number;
 * }
 */
export interface Stays<T> {
  /** Exists only in the types. */
  readonly [STAYS]: T;
}

/** The type of the result of a call. */
export type ResultOf<G extends AnyFunction> = Crossed<Awaited<ReturnType<G>>>;

type Crossed<R> = unknown extends R ? R : R extends Stays<unknown> ? never : R;

/** What is sent in place of a value. */
type Reference = Ref | Stream | StandsFor<unknown>;

/** Values without parts. */
export type Primitive = string | number | bigint | boolean | symbol | null | undefined;

/** Objects that are copied as a whole. */
export type Copied = Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBufferView | NDArray;

/** Values that are more than lists or records. */
type Whole = Copied | Kwargs;

/**
 * The type of an argument for a parameter of type `P`: a value of that type, or a reference (`Ref`, `Held`, `Remote`,
 * `stream`), also inside a list or a record. For a function, it is a {@link callback}, which may be async.
 */
export type Argument<P> = Exclude<AnyValue, undefined> extends P ? P : Reference | ArgumentByValue<P>;

type ArgumentByValue<P> = P extends AnyFunction
  ? Callback<(...args: Parameters<P>) => Lent<ReturnType<P>>>
  : P extends ByName<readonly string[], infer Others>
    ? Kwargs<Referable<Others>>
    : P extends Kwargs<infer Values>
      ? Kwargs<{ [K in keyof Values]: Argument<Values[K]> }>
      : P extends Whole | Primitive
        ? P | Callback
        : { [K in keyof P]: Argument<P[K]> } | Callback;

type Lent<R> = unknown extends R ? unknown : R | Argument<R> | PromiseLike<R | Argument<R>>;

/** The arguments of a function; each may be a reference. */
export type ArgumentsOf<G extends AnyFunction> = EachArgument<Parameters<G>>;

type EachArgument<P extends readonly unknown[]> = { [K in keyof P]: Argument<P[K]> };

/** The arguments of a function if the last ones are named. */
export type NamedArgumentsOf<G extends AnyFunction> =
  Required<Parameters<G>> extends readonly [...unknown[], ByName<infer Names, infer Others>]
    ? Named<Parameters<G>, Names, Others>
    : WithKwargs<Parameters<G>, KwargsOf<Parameters<G>>, DeclaredKwargsOf<Parameters<G>>>;

/** Any number of the first parameters, and then named arguments for the others. */
type Named<P extends readonly unknown[], Names extends readonly unknown[], Others> = P extends readonly [
  ByName<readonly string[]>?,
]
  ? [Kwargs<Referable<Others>>]
  : '0' extends keyof P
    ? P extends readonly [(infer First)?, ...infer Left]
      ? [Kwargs<Referable<NamesOf<P, Names> & Others>>] | [Argument<First>, ...Named<Left, WithoutFirst<Names>, Others>]
      : never
    : never;

/** Parameters by name. A parameter without a name cannot be passed by name. */
type NamesOf<P extends readonly unknown[], Names extends readonly unknown[]> = Names extends readonly [
  infer Name extends string,
  ...infer LaterNames,
]
  ? P extends readonly [infer First, ...infer Later]
    ? { [K in Exclude<Name, ''>]: First } & NamesOf<Later, LaterNames>
    : P extends readonly [(infer First)?, ...infer Later]
      ? { [K in Exclude<Name, ''>]?: First } & NamesOf<Later, LaterNames>
      : object
  : object;

type WithoutFirst<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Others] ? Others : [];

/** A parameter of type `Kwargs<…>` gives the types of named arguments. */
type KwargsOf<P extends readonly unknown[]> =
  Required<P> extends readonly [...unknown[], Kwargs<infer Values>]
    ? Kwargs<Referable<Values> & Readonly<Record<string, unknown>>>
    : Kwargs;

/** The same, for the declared names only. */
type DeclaredKwargsOf<P extends readonly unknown[]> =
  Required<P> extends readonly [...unknown[], Kwargs<infer Values>] ? Kwargs<Referable<Values>> : Kwargs;

type Referable<Values> = { [K in keyof Values]: Argument<Values[K]> };

/**
 * Any number of the first parameters, and then named arguments. The names of parameters are unknown here, so undeclared
 * names are errors only if no parameter is left.
 */
type WithKwargs<P extends readonly unknown[], Names, DeclaredNames> = P extends
  | readonly []
  | readonly [(Kwargs<object, PropertyKey> | undefined)?]
  ? [DeclaredNames]
  : '0' extends keyof P
    ? P extends readonly [(infer First)?, ...infer Others]
      ? [Names] | [Argument<First>, ...WithKwargs<Others, Names, DeclaredNames>]
      : never
    : unknown extends P[number]
      ? EachArgument<P> // accepts named arguments as well; with both, the compiler would see two equal signatures
      : [...EachArgument<P>, Names];

/**
 * A function of type `G`, as you call it: it also takes references and {@link kwargs}, and returns a promise. For an
 * overloaded function, the last overload counts.
 */
export interface RemoteFunction<G extends AnyFunction> {
  (...args: NamedArgumentsOf<G>): Promise<ResultOf<G>>;
  (...args: ArgumentsOf<G>): Promise<ResultOf<G>>; // last, because the compiler reports errors for the last overload
}

/** Names that have a meaning for every object of JavaScript, so they cannot be functions of the other language. */
export type Reserved = 'then' | 'toJSON';

/**
 * The functions of an interface, as properties of {@link Bond.fn}. Names with `.` or `::` are paths:
 * `fn['os.path.join']` is `fn.os.path.join`, and `fn['Foo::bar']` is `fn.Foo.bar`.
 */
export type Functions<F> = IfUntyped<F, UnknownFunctions, Listed<F>>;

type Listed<F> = {
  readonly [N in keyof F as N extends Reserved ? never : N]: RemoteFunction<SignatureOf<F, N>>;
} & {
  readonly [Step in FirstStep<keyof F>]: Listed<Below<F, Step>>;
};

type FirstStep<N> = N extends `${infer Step}::${string}` | `${infer Step}.${string}` ? Step : never;

/** The functions whose names begin with a step, without that step. */
type Below<F, Step extends string> = {
  [N in keyof F as N extends `${Step}::${infer Rest}` | `${Step}.${infer Rest}` ? Rest : never]: F[N];
};

/** Functions of any name, and what is below them. */
export interface UnknownFunctions {
  readonly [name: string]: UnknownRemoteFunction;
}

/** A function about which nothing is known, and what is below it. */
export interface UnknownRemoteFunction extends UnknownFunctions {
  (...args: readonly unknown[]): Promise<unknown>;
}

declare const UNSAID: unique symbol;

/** Stands for a type parameter that is not given. */
export interface Unsaid extends AnyFunction {
  readonly [UNSAID]: true;
}

/** Allows a name that the interface lacks, if a type is given: `call<string>('uniqid')`. */
export type IfSaid<T> = [T] extends [Unsaid] ? ([Unsaid] extends [T] ? never : string) : string;
