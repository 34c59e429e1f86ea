import type { AnyFunction } from './callback.js';
import type { ArgumentsOf, Copied, NamedArgumentsOf, Primitive, Stays } from './remote-types.js';
import type { StandsFor } from './stands-for.js';

/** A {@link Remote} about which nothing is known: every property, call and item is allowed. */
// biome-ignore lint/suspicious/noExplicitAny: what it has is known over there
export type AnyRemote = any;

/** What is copied as a whole, and has methods in your program. */
type Whole = Copied | ArrayBuffer;

/** A class of JavaScript. */
type AnyClass = abstract new (...args: never[]) => unknown;

/** Whether a type says nothing about an object. */
type IsBare<T> = unknown extends T ? true : [keyof T] extends [never] ? ([object] extends [T] ? true : false) : false;

/** The names of the methods of an interface. */
type MethodName<T> = { [K in keyof T]-?: NonNullable<T[K]> extends AnyFunction ? K : never }[keyof T];

/**
 * The type of what you get when you await something of type `T`: its value if that can be copied, otherwise a {@link
 * Remote}. An object with methods is a `Remote`; in a list or a record, only such parts are.
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
 * A module, object or class in the interpreter, which you use like a local one. `T` is an interface of its members.
 * Each property, call, item and `new` is an {@link Expression}, which is sent when you await it. You get its value if
 * that can be copied, otherwise a `Remote`, also called a handle.
 * @example
 * interface Statistics {
 *   median(numbers: number[]): number;
 *   NormalDist(mu: number, sigma: number): Stays<{ readonly mean: number; samples(count: number): number[] }>;
 * }
 * const statistics: Remote<Statistics> = await python.import<Statistics>('statistics');
 * await statistics.NormalDist(3, 1).mean; // a number
 */
export type Remote<T> = IsBare<T> extends true ? AnyRemote : Members<T> & Called<T> & Handle<T>;

/**
 * A property, call, item or `new` of a {@link Remote}, of which nothing has been sent yet. Await it to evaluate it, or
 * add further properties and calls: all of them are one request.
 */
export type Expression<T> =
  IsBare<Subject<T>> extends true
    ? AnyRemote
    : Members<Subject<T>> & Called<Subject<T>> & Promise<Arriving<T>> & StandsFor<T> & AnyItems;

/** The type without `null` and `undefined`, whose members can be used. */
type Subject<T> = [T] extends [null | undefined] ? T : NonNullable<T extends Stays<infer S> ? S : T>;

/** The members of each handle. It has no `then`, so awaiting it gives the handle itself. */
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

/**
 * The members. A string or another value without members here may have some in its language: use `item`, or `as
 * AnyRemote`.
 */
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

/** A function or a class. If it returns a promise in its language, that is awaited. */
interface CalledAs<G extends AnyFunction> extends MadeAs<G> {
  (...args: NamedArgumentsOf<G>): Expression<Awaited<ReturnType<G>>>;
  (...args: ArgumentsOf<G>): Expression<Awaited<ReturnType<G>>>;
}

interface MadeAs<G extends AnyFunction> {
  new (...args: NamedArgumentsOf<G>): Expression<Awaited<ReturnType<G>>>;
  new (...args: ArgumentsOf<G>): Expression<Awaited<ReturnType<G>>>;
}
