import type { NDArray } from '../values/ndarray.js';
import type { AnyFunction, Callback, UnknownFunction } from './callback.js';
import type { AnyValue, ByName, Kwargs } from './kwargs.js';
import type { Ref } from './ref.js';
import type { StandsFor } from './stands-for.js';
import type { Stream } from './stream.js';

/** The functions of a bond of which nothing was said: all names are possible, and everything is `unknown`. */
// biome-ignore lint/complexity/noBannedTypes: an interface without members has an index signature in some places only
export type Untyped = {};

/** Whether an interface says something of functions at all: {@link A} if it does not. */
export type IfUntyped<F, A, B> = [keyof F] extends [never] ? A : B;

/** The names of the functions of an interface; any name, if nothing was said. */
export type NameOf<F> = IfUntyped<F, string, Extract<keyof F, string>>;

/** The function of an interface that has the name `N`. */
export type SignatureOf<F, N> = N extends keyof F ? Extract<F[N], AnyFunction> : UnknownFunction;

declare const STAYS: unique symbol;

/**
 * What a function returns that cannot leave the interpreter: an object with methods, say, which are those of `T`. Called, the
 * function is a `SerializationException`; to `hold` what it returns gives a `Held<T>`.
 */
export interface Stays<T> {
  /** For the types alone: nothing has it. */
  readonly [STAYS]: T;
}

/** What a call of a function resolves to. */
export type ResultOf<G extends AnyFunction> = Crossed<Awaited<ReturnType<G>>>;

type Crossed<R> = unknown extends R ? R : R extends Stays<unknown> ? never : R;

/** What is sent in the place of a value, but does not cross by value. */
type Reference = Ref | Stream | StandsFor<unknown>;

/** What has no parts. */
export type Primitive = string | number | bigint | boolean | symbol | null | undefined;

/** Objects that cross as what they are. */
export type Copied = Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBufferView | NDArray;

/** Values that are no mere lists or records of others. */
type Whole = Copied | Kwargs;

/**
 * What is accepted for a parameter of type `P`: a value of that type; or what stands for one, a `Ref`, something held, a
 * `stream`, or a `callback`, also inside of a list or a record. A function is sent as a `callback`, which may be async.
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

/** The arguments of a function: each of its parameters may be a reference. */
export type ArgumentsOf<G extends AnyFunction> = EachArgument<Parameters<G>>;

type EachArgument<P extends readonly unknown[]> = { [K in keyof P]: Argument<P[K]> };

/** The arguments of a function of which the last ones are given by name. */
export type NamedArgumentsOf<G extends AnyFunction> =
  Required<Parameters<G>> extends readonly [...unknown[], ByName<infer Names, infer Others>]
    ? Named<Parameters<G>, Names, Others>
    : WithKwargs<Parameters<G>, KwargsOf<Parameters<G>>, DeclaredKwargsOf<Parameters<G>>>;

/** The first parameters, however many, and then the names of those that are left, and of no others. */
type Named<P extends readonly unknown[], Names extends readonly unknown[], Others> = P extends readonly [
  ByName<readonly string[]>?,
]
  ? [Kwargs<Referable<Others>>]
  : '0' extends keyof P
    ? P extends readonly [(infer First)?, ...infer Left]
      ? [Kwargs<Referable<NamesOf<P, Names> & Others>>] | [Argument<First>, ...Named<Left, WithoutFirst<Names>, Others>]
      : never
    : never;

/** Parameters by their names. One that has none may not be given by name. */
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

/** A parameter that is `Kwargs<…>` says of which types some arguments are that are given by name. */
type KwargsOf<P extends readonly unknown[]> =
  Required<P> extends readonly [...unknown[], Kwargs<infer Values>]
    ? Kwargs<Referable<Values> & Readonly<Record<string, unknown>>>
    : Kwargs;

/** The same, of those names alone. */
type DeclaredKwargsOf<P extends readonly unknown[]> =
  Required<P> extends readonly [...unknown[], Kwargs<infer Values>] ? Kwargs<Referable<Values>> : Kwargs;

type Referable<Values> = { [K in keyof Values]: Argument<Values[K]> };

/**
 * The first parameters, however many, and then the names. Those that are left may be among the names, where nothing knows them:
 * only where none is left is a name that was not declared a mistake.
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
      ? EachArgument<P> // takes names as well; and the compiler would take both signatures for the same
      : [...EachArgument<P>, Names];

/**
 * A function of type `G` as it looks from the host: it takes the same, or what stands for it, and `kwargs` at the end; and
 * it resolves to what `G` returns. Of a function with overloads, the last one counts.
 */
export interface RemoteFunction<G extends AnyFunction> {
  (...args: NamedArgumentsOf<G>): Promise<ResultOf<G>>;
  (...args: ArgumentsOf<G>): Promise<ResultOf<G>>; // the last, because of it the compiler says what is wrong
}

/** Names that mean something else to every object of JavaScript, and are not functions of the other side. */
export type Reserved = 'then' | 'toJSON';

/**
 * The functions of an interface as they look from the host. A name with `.` or `::` in it can be written step by step:
 * `fn['os.path.join']` is `fn.os.path.join`, and `fn['Foo::bar']` is `fn.Foo.bar`.
 */
export type Functions<F> = IfUntyped<F, UnknownFunctions, Listed<F>>;

type Listed<F> = {
  readonly [N in keyof F as N extends Reserved ? never : N]: RemoteFunction<SignatureOf<F, N>>;
} & {
  readonly [Step in FirstStep<keyof F>]: Listed<Below<F, Step>>;
};

type FirstStep<N> = N extends `${infer Step}::${string}` | `${infer Step}.${string}` ? Step : never;

/** The functions whose names begin with a step, without it. */
type Below<F, Step extends string> = {
  [N in keyof F as N extends `${Step}::${infer Rest}` | `${Step}.${infer Rest}` ? Rest : never]: F[N];
};

/** All functions there may be, and what is in them. */
export interface UnknownFunctions {
  readonly [name: string]: UnknownRemoteFunction;
}

/** A function of which nothing is known, and what is in it. */
export interface UnknownRemoteFunction extends UnknownFunctions {
  (...args: readonly unknown[]): Promise<unknown>;
}

declare const UNSAID: unique symbol;

/** Stands for a type parameter that was not given. */
export interface Unsaid extends AnyFunction {
  readonly [UNSAID]: true;
}

/** A name that need not be listed, because the type was given: `call<string>('uniqid')`. */
export type IfSaid<T> = [T] extends [Unsaid] ? ([Unsaid] extends [T] ? never : string) : string;
