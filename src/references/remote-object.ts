import type { AnyFunction } from './callback.js';
import type { ArgumentsOf, Copied, NamedArgumentsOf, Primitive, Stays } from './remote-types.js';
import type { StandsFor } from './stands-for.js';

/** Something of another language of which nothing is known. */
// biome-ignore lint/suspicious/noExplicitAny: what it has is known over there
export type AnyRemote = any;

/** What crosses whole, and has methods of its own here. */
type Whole = Copied | ArrayBuffer;

/** A class of JavaScript, as its own types say it. */
type AnyClass = abstract new (...args: never[]) => unknown;

/** Whether a type says of an object nothing but that it is one. */
type IsBare<T> = unknown extends T ? true : [keyof T] extends [never] ? ([object] extends [T] ? true : false) : false;

/** The names of what is called, in an interface. */
type MethodName<T> = { [K in keyof T]-?: NonNullable<T[K]> extends AnyFunction ? K : never }[keyof T];

/**
 * What something of type `T` comes to when it is awaited: its value if that crosses, and otherwise a {@link Remote}. What has a method
 * does not cross; in a list or a record, only what does not is a `Remote`.
 */
export type Arriving<T> = unknown extends T
  ? AnyRemote
  : T extends Stays<infer S>
    ? Remote<S>
    : T extends Primitive | Whole
      ? T
      : T extends AnyFunction | AnyClass
        ? Remote<T>
        : T extends readonly unknown[]
          ? { [K in keyof T]: Arriving<T[K]> }
          : [MethodName<T>] extends [never]
            ? { [K in keyof T]: Arriving<T[K]> }
            : Remote<T>;

/**
 * Something over there as if it were here, of which `T` says what it has: a module, an object, a class. Each property, call, item and `new`
 * is an {@link Expression}, which is sent when it is awaited, and comes to a value if that can cross, or to a `Remote`.
 * @example
 * interface Statistics {
 *   median(numbers: number[]): number;
 *   NormalDist(mu: number, sigma: number): Stays<{ readonly mean: number; samples(count: number): number[] }>;
 * }
 * const statistics: Remote<Statistics> = await python.import<Statistics>('statistics');
 * await statistics.NormalDist(3, 1).mean; // a number
 */
export type Remote<T> = IsBare<T> extends true ? AnyRemote : Members<T> & Called<T> & Handle<T>;

/** What is done with a {@link Remote}, link by link, until it is awaited. */
export type Expression<T> =
  IsBare<Subject<T>> extends true
    ? AnyRemote
    : Members<Subject<T>> & Called<Subject<T>> & Promise<Arriving<T>> & StandsFor<T> & AnyItems;

/** What a link is done with: of something that may be missing over there, one that is not. */
type Subject<T> = [T] extends [null | undefined] ? T : NonNullable<T extends Stays<infer S> ? S : T>;

/** What a handle has beside what is there: no `then`, so that it can be awaited and is itself. */
interface Handle<T> extends StandsFor<T>, AnyItems, AsyncDisposable {
  readonly then?: undefined;
  readonly catch?: undefined;
  readonly finally?: undefined;
}

interface AnyItems {
  [Symbol.asyncIterator](): AsyncIterableIterator<AnyRemote>;
}

/** Names that belong to the promise. */
type Taken = 'then' | 'catch' | 'finally';

/** What has no members here, a text, say, may have some over there: `item`, or `as AnyRemote`, leads to them. */
type Members<T> = T extends Primitive | Whole
  ? unknown
  : T extends readonly (infer I)[]
    ? { readonly [index: number]: Expression<I> }
    : { readonly [K in keyof T as K extends Taken ? never : K]: Expression<NonNullable<T[K]>> };

type Called<T> = T extends AnyFunction
  ? CalledAs<T>
  : T extends AnyClass
    ? MadeAs<(...args: ConstructorParameters<T>) => Stays<InstanceType<T>>>
    : unknown;

/** A function, or a class; what it returns may be a promise over there, which is awaited on the way. */
interface CalledAs<G extends AnyFunction> extends MadeAs<G> {
  (...args: NamedArgumentsOf<G>): Expression<Awaited<ReturnType<G>>>;
  (...args: ArgumentsOf<G>): Expression<Awaited<ReturnType<G>>>;
}

interface MadeAs<G extends AnyFunction> {
  new (...args: NamedArgumentsOf<G>): Expression<Awaited<ReturnType<G>>>;
  new (...args: ArgumentsOf<G>): Expression<Awaited<ReturnType<G>>>;
}
