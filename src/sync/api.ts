// Made from the types of 'bond' by `npm run build`: change those.

import type { CaptureOptions, Captured } from '../bond/capture.js';
import type { LoadOptions } from '../bond/load.js';
import type { Ending } from '../common/errors.js';
import type { Opaque } from '../common/inspect.js';
import type { FunctionOptions } from '../common/objects.js';
import type { BondOptions, CallOptions } from '../common/options.js';
import type { AnyFunction, UnknownFunction } from '../references/callback.js';
import type { ClassMembers, Extended, InstanceOf } from '../references/extend.js';
import type { Ref } from '../references/ref.js';
import type { AnyRemote } from '../references/remote-object.js';
import type { ArgumentsOf, Copied, IfSaid, IfUntyped, NameOf, NamedArgumentsOf, Primitive, Reserved, ResultOf, SignatureOf, Stays, Unsaid, Untyped } from '../references/remote-types.js';
import type { StandsFor } from '../references/stands-for.js';
import type { Buffer } from 'node:buffer';

/**
 * Starts an interpreter, and returns a bond with it. Only the interpreter needs to be installed.
 * @param lang the language: one of `listDrivers()`
 * @param options settings of the bond
 * @typeParam F an interface of the functions, for `fn`, `call` and `callable`; `bond types` writes one
 * @throws BondException if the interpreter cannot be started; the message lists what was tried, and what it printed
 * @example
 * const python = makeBond('Python', { cwd: 'scripts' });
 * python.eval('6 * 7'); // 42
 * python.close();
 */
export declare function makeBond<F extends object = Untyped>(lang: string, options?: BondOptions): Bond<F>;

/**
 * Starts an interpreter with a command of yours, and returns a bond with it. Only the interpreter needs to be
 * installed.
 * @param lang the language: one of `listDrivers()`
 * @param cmd a command line, which is split into words without a shell, or an array of arguments: `'ssh host php'`,
 * `['ssh', 'host', 'php']`. By default, the commands of the driver are tried in order
 * @param options settings of the bond
 * @typeParam F an interface of the functions, for `fn`, `call` and `callable`; `bond types` writes one
 * @throws BondException if the interpreter cannot be started; the message lists what was tried, and what it printed
 * @example
 * const php = makeBond('PHP', 'ssh web.example.org php', { timeout: 10_000 });
 */
export declare function makeBond<F extends object = Untyped>(lang: string, cmd: string | readonly string[] | undefined, options: BondOptions): Bond<F>;

/**
 * Starts an interpreter with a command and arguments of yours, and returns a bond with it. Only the interpreter
 * needs to be installed.
 * @param lang the language: one of `listDrivers()`
 * @param cmd a command line, which is split into words without a shell, or an array of arguments: `'ssh host php'`,
 * `['ssh', 'host', 'php']`. By default, the commands of the driver are tried in order
 * @param args further arguments for the interpreter. They arrive unchanged, also through `ssh`. None by default
 * @param options settings of the bond
 * @typeParam F an interface of the functions, for `fn`, `call` and `callable`; `bond types` writes one
 * @throws BondException if the interpreter cannot be started; the message lists what was tried, and what it printed
 * @example
 * const perl = makeBond('Perl', 'perl', ['-Ilib', '-w']);
 */
export declare function makeBond<F extends object = Untyped>(lang: string, cmd?: string | readonly string[], args?: readonly string[], options?: BondOptions): Bond<F>;

/**
 * What bonds and pools have in common: calling functions of another language. `F` is an interface of these functions.
 * It gives names and types, which are not checked at run time.
 */
export interface Caller<F extends object> extends Opaque {
    /**
     * Calls a function, or any expression that can be called, and returns its result. With an interface of the
     * functions, a name that it lacks needs a type parameter: `call<string>('uniqid')`.
     * @throws RemoteException if the function throws; SerializationException if an argument or the result cannot be sent
     * @example
     * php.call('explode', ' ', 'hello world'); // ['hello', 'world']
     * python.call('sorted', [3, 1, 2]); // [1, 2, 3]
     */
    call<T = unknown>(name: IfUntyped<F, string, never>, ...args: readonly unknown[]): T;
    call<T = Unsaid>(name: IfSaid<T>, ...args: readonly unknown[]): NoInfer<T>;
    call<N extends NameOf<F>>(name: N, ...args: NamedArgumentsOf<SignatureOf<F, N>>): ResultOf<SignatureOf<F, N>>;
    call<N extends NameOf<F>>(name: N, ...args: ArgumentsOf<SignatureOf<F, N>>): ResultOf<SignatureOf<F, N>>;
    /**
     * All functions as methods: `fn.explode(' ', text)` is `call('explode', ' ', text)`. Names in a module, package or
     * class follow a dot: `fn.os.path.join('a', 'b')` is `call('os.path.join', 'a', 'b')`, and in PHP and Perl
     * `fn.Foo.bar()` is `call('Foo::bar')`. The names `then` and `toJSON` are not available: use `call`.
     * @example
     * php.fn.strtoupper('abc'); // 'ABC'
     */
    get fn(): Functions<F>;
    /**
     * Makes a local function that calls `name`. A type parameter, or the interface of the bond, gives it its types.
     * @example
     * const explode = php.callable<(separator: string, text: string) => string[]>('explode');
     * explode(' ', 'hello world'); // ['hello', 'world']
     */
    callable<G extends AnyFunction = UnknownFunction>(name: IfUntyped<F, string, never>): RemoteFunction<G>;
    callable<G extends AnyFunction = Unsaid>(name: IfSaid<G>): RemoteFunction<NoInfer<G>>;
    callable<N extends NameOf<F>>(name: N): RemoteFunction<SignatureOf<F, N>>;
}

/** What keeps values in the interpreter, and uses them there. */
export interface Keeper<F extends object> extends Caller<F> {
    /**
     * Makes a reference to an expression that is not evaluated yet. You can pass it to `eval`, `evalBlock` and `hold`,
     * and as an argument of a call, at any depth. It belongs to this bond; with another one, it is a `BondException`.
     * @example
     * php.evalBlock('$list = [3, 1, 2];');
     * php.call('sort', php.ref('$list')); // PHP sorts its own $list
     */
    ref(code: string): Ref;
    /**
     * Keeps a value in the interpreter, such as an open file, a connection or an object, and returns a {@link Held}.
     * Code alone is evaluated. With arguments, a function is called, as `call` does.
     * @throws RemoteException if the code throws; SerializationException if an argument cannot be sent
     * @example
     * using file = python.hold('open', '/tmp/notes.txt', 'w'); // or hold("open('/tmp/notes.txt', 'w')")
     * file.call('write', 'hello'); // 5
     */
    hold<T extends object = Untyped>(code: string | Ref): Held<T>;
    hold<T extends object = Untyped>(name: IfUntyped<F, string, never>, ...args: readonly [unknown, ...unknown[]]): Held<T>;
    hold<T extends object = Unsaid>(name: IfSaid<T>, ...args: readonly [unknown, ...unknown[]]): Held<NoInfer<T>>;
    hold<N extends NameOf<F>>(name: N, ...args: NamedArgumentsOf<SignatureOf<F, N>>): HeldResult<SignatureOf<F, N>>;
    hold<N extends NameOf<F>>(name: N, ...args: ArgumentsOf<SignatureOf<F, N>>): HeldResult<SignatureOf<F, N>>;
    /**
     * Iterates over the value of an expression: a generator, a list, or anything that its language iterates over. Items
     * are fetched in batches as you need them. Breaking out of the loop closes the iterator.
     * @throws RemoteException if the value cannot be iterated over, or the iteration fails
     * @example
     * for (const line of python.iterate('open("/etc/hosts")')) console.log(line);
     */
    iterate<T = unknown>(code: string | Ref): IterableIterator<T>;
    /**
     * Returns a {@link Remote} of a module (Python), a class or interface (PHP), a package (Perl), or what `import()`
     * returns (JavaScript). You use it like a local object. A call is sent immediately, as one request with the
     * properties and items before it.
     * @example
     * const np = python.import('numpy');
     * np.arange(12).reshape(3, 4).sum(); // 66
     * @typeParam T an interface of what it has; without one, every name is allowed
     * @throws RemoteException if there is nothing of that name
     */
    import<T = AnyRemote>(name: string): Remote<T>;
    /**
     * Makes a subclass of a class in the interpreter, with functions of yours as methods. In them, `this` is a handle of
     * the instance, and {@link superOf} calls methods of the base class. The class is a real class of its language. It
     * keeps your functions as long as it exists.
     * @param base a handle of a class, or its name; also of an interface or an abstract class
     * @param methods methods by name. The constructor has the name that it has in that language:
     * `__init__`, `__construct`, `new`, `constructor`. Getters and setters become properties. Other values become values
     * of the class
     * @param name a global name for the class; by default it has none, and you use the handle
     * @returns a handle of the class
     * @throws RemoteException if there is no such class, it cannot be extended in this way, or the name is taken
     * @example
     * const json = python.import('json');
     * const Encoder = python.extend(json.JSONEncoder, { default: (value) => [...value] });
     * json.dumps(python.ref('{1, 2}'), kwargs({ cls: Encoder })); // '[1, 2]'
     */
    extend<T, M extends ClassMembers>(base: StandsFor<T>, methods: M & ThisType<Remote<InstanceOf<T>>>, name?: string): Remote<Extended<T, M>>;
    extend(base: string | Ref, methods: ClassMembers & ThisType<AnyRemote>, name?: string): AnyRemote;
}

/** What runs programs in an interpreter. */
export interface Runner<F extends object> extends Keeper<F> {
    /**
     * Runs a file as a program of its language: at the top level, with the paths and arguments that it would have. What
     * it defines stays, so you also load a file of functions with this. With `replace`, functions of yours take the place
     * of functions that the file, or what it includes, defines. The file itself is not changed.
     * @param file the path of the file, where the interpreter runs; a relative path starts at its working directory
     * @throws RemoteException if the file cannot be read, or throws; BondException if nothing defines a name in `replace`
     * @example
     * php.load('shop.php', {
     *   replace: { discount: (price) => price * 0.9, 'Cart::total': (cart) => cart.sum() },
     * });
     * php.call('checkout', 1);
     */
    load(file: string, options?: LoadOptions): void;
    /**
     * Makes a local function that calls what {@link load} has replaced. It takes the arguments that the replacement gets:
     * for a method, the instance first. Results that cannot be copied are handles.
     * @example
     * const original = php.original<(price: number) => number>('discount');
     * php.load('shop.php', { replace: { discount: (price) => Math.max(original(price), 1) } });
     */
    original<G extends AnyFunction = UnknownFunction>(name: IfUntyped<F, string, never>): RemoteFunction<G>;
    original<G extends AnyFunction = Unsaid>(name: IfSaid<G>): RemoteFunction<NoInfer<G>>;
    original<N extends NameOf<F>>(name: N): RemoteFunction<SignatureOf<F, N>>;
    /**
     * Collects what calls print while `run` runs. It covers the calls that `run` makes, through this bond or
     * through the one that it gets. Other calls print as usual. An inner capture keeps its output from the outer one. If
     * `run` fails, `capture` throws the same error, whose property `captured` has the output.
     * @returns what `run` returns, and what was printed to standard output and standard error
     * @throws BondException if the output is not UTF-8; use `encoding: 'buffer'` then
     * @example
     * const { stdout } = php.capture(() => php.load('page.php'));
     */
    capture<T>(run: (bond: this) => T, options: CaptureOptions & {
        encoding: 'buffer';
    }): Captured<T, Buffer>;
    capture<T>(run: (bond: this) => T, options?: CaptureOptions & {
        encoding?: 'utf8';
    }): Captured<T>;
}

/**
 * An interpreter of another language. You call its functions, and it calls yours. {@link makeBond} makes one.
 *
 * Every method can also throw a {@link TimeoutException}, if there is no reply and no output for longer than
 * `timeout`, and with a {@link TerminatedException}, if the interpreter has ended.
 * @typeParam F an interface of the functions in the interpreter. It gives `fn`, `call`, `callable` and `proxy` names
 * and types, which are not checked at run time
 * @example
 * const php = makeBond('PHP');
 * php.call('strrev', 'abc'); // 'cba'
 * php.close();
 */
export interface Bond<F extends object = Untyped> extends Runner<F>, Disposable {
    /** The language that was given to `makeBond`. */
    get lang(): string;
    /** The id of the local process: the interpreter, or the `ssh`, `sudo`, … that runs it. */
    get pid(): number;
    /**
     * How the interpreter has ended: its exit code, signal and last standard error. `undefined` while it runs.
     * @example
     * python.closed?.exitCode; // 0
     */
    get closed(): Ending | undefined;
    /**
     * Evaluates an expression, and returns its value. In Perl, `code` may be several statements; you get the value of
     * the last.
     * @throws RemoteException if the code throws; SerializationException if the value cannot be sent
     * @example
     * python.eval('sum(range(5))'); // 10
     */
    eval<T = unknown>(code: string | Ref, ...none: readonly never[]): T;
    /**
     * Runs statements at the top level of the interpreter. What they define stays.
     * @throws RemoteException if the code throws
     * @example
     * python.evalBlock('import math\nradius = 2');
     * python.eval('math.pi * radius ** 2'); // 12.566370614359172
     */
    evalBlock(code: string | Ref, ...none: readonly never[]): void;
    /**
     * Makes a function of yours callable in the interpreter, like one of its own.
     * @param name the name in the interpreter; by default the name of the function
     * @param options with `objects: 'hold'`, arguments that cannot be copied arrive as handles
     * @throws RemoteException if the name is invalid there, or if PHP already has a function of that name
     * @example
     * php.export((id) => db.findUser(id), 'find_user');
     * php.eval('find_user(7)["name"]');
     */
    export(func: UnknownFunction, name?: string, options?: FunctionOptions): void;
    export(func: AnyFunction, name?: string, options?: FunctionOptions): void;
    /**
     * Makes a function of this bond callable in another bond. It still runs in this one.
     * @param name the function in this interpreter
     * @param other the bond that gets the function
     * @param remote its name in `other`; by default the same name
     * @throws RemoteException if the name is invalid in `other`, or taken
     * @example
     * python.proxy('math.hypot', php, 'hypotenuse');
     * php.eval('hypotenuse(3, 4)'); // 5
     */
    proxy<G extends object>(name: NameOf<F>, other: Bond<G>, remote?: string): void;
    /**
     * The same bond with other settings, for the calls made through it. It shares the interpreter, so you need not close
     * it.
     * @example
     * python.with({ timeout: 1000 }).call('quick');
     */
    with(options: CallOptions): Bond<F>;
    /**
     * Stops the code that runs now, and keeps the interpreter. The call throws the exception that an interrupt is
     * in that language, such as `KeyboardInterrupt`, unless the code catches it. Does nothing if no code is running.
     * Works through `ssh` as well.
     * @throws BondException if this interpreter cannot be interrupted, for example PHP without pcntl
     */
    interrupt(): void;
    /**
     * Ends the interpreter. Running calls may finish, within their `timeout`. Then exit hooks have 10 seconds. Code that
     * timed out, so that you no longer wait for it, has 1 second. After that, the process is killed. Returns when it has
     * ended. You may call it again.
     */
    close(): void;
    /** Kills the interpreter immediately. Returns when it has ended. You may call it again. */
    kill(): void;
    /** The same as `close`, for `using`. */
    [Symbol.dispose](): void;
    toString(): string;
}

/** What `hold` returns: with the methods of `T` for a function that returns `Stays<T>`. */
export type HeldResult<G extends AnyFunction> = ReturnType<G> extends Stays<infer T extends object> ? Held<T> : Held;

/** The value as a function, for `apply`. */
type Itself<T> = T extends AnyFunction ? T : UnknownFunction;

/**
 * A value that stays in the interpreter, from {@link Bond.hold}. You can pass it wherever you can pass a {@link Ref}.
 * It is released by `release`, by `using`, or when it is garbage collected in your program. `T` is an interface
 * of its members.
 * @example
 * using list = python.hold('[3, 1, 2]');
 * list.call('sort');
 * list.value(); // [1, 2, 3]
 */
export interface Held<T extends object = Untyped> extends Ref, Disposable {
    /**
     * Returns an attribute, a property or an item.
     * @throws RemoteException if there is none; SerializationException if its value cannot be sent
     * @example
     * (python.hold('[3, 1, 2]')).get(0); // 3
     */
    get<V = unknown>(name: IfUntyped<T, string | number, never>): V;
    get<V = Unsaid>(name: IfSaid<V>): NoInfer<V>;
    get<N extends NameOf<T>>(name: N): N extends keyof T ? T[N] : unknown;
    /**
     * Sets an attribute, a property or an item.
     * @throws RemoteException if it cannot be set; SerializationException if the value cannot be sent
     */
    set(name: string | number, value: unknown): void;
    /**
     * Calls a method, and returns its result.
     * @throws RemoteException if the method throws; SerializationException if an argument or the result cannot be sent
     */
    call<R = unknown>(method: IfUntyped<T, string, never>, ...args: readonly unknown[]): R;
    call<R = Unsaid>(method: IfSaid<R>, ...args: readonly unknown[]): NoInfer<R>;
    call<N extends NameOf<T>>(method: N, ...args: NamedArgumentsOf<SignatureOf<T, N>>): ResultOf<SignatureOf<T, N>>;
    call<N extends NameOf<T>>(method: N, ...args: ArgumentsOf<SignatureOf<T, N>>): ResultOf<SignatureOf<T, N>>;
    /**
     * Calls the value itself: a function, or a class, which makes an instance.
     * @throws RemoteException if it throws; SerializationException if an argument or the result cannot be sent
     */
    apply<R = ResultOf<Itself<T>>>(...args: NamedArgumentsOf<Itself<T>>): R;
    apply<R = ResultOf<Itself<T>>>(...args: ArgumentsOf<Itself<T>>): R;
    /**
     * Calls a method, and holds its result: the cursor of a database connection, for example.
     * @throws RemoteException if the method throws; SerializationException if an argument cannot be sent
     * @example
     * python.evalBlock('import sqlite3');
     * using db = python.hold('sqlite3.connect', ':memory:');
     * using cursor = db.hold('cursor');
     */
    hold(method: IfUntyped<T, string, never>, ...args: readonly unknown[]): Held;
    hold<N extends NameOf<T>>(method: N, ...args: NamedArgumentsOf<SignatureOf<T, N>>): HeldResult<SignatureOf<T, N>>;
    hold<N extends NameOf<T>>(method: N, ...args: ArgumentsOf<SignatureOf<T, N>>): HeldResult<SignatureOf<T, N>>;
    /**
     * Calls the value itself, and holds its result: an instance of a class, for example.
     * @throws RemoteException if it throws; SerializationException if an argument cannot be sent
     */
    holdApply(...args: NamedArgumentsOf<Itself<T>>): HeldResult<Itself<T>>;
    holdApply(...args: ArgumentsOf<Itself<T>>): HeldResult<Itself<T>>;
    /**
     * The same value as a {@link Remote}, whose members you use like those of a local object.
     * @example
     * python.evalBlock('import sqlite3');
     * const db = python.hold('sqlite3.connect', ':memory:');
     * db.remote.execute('select 1').fetchone(); // [1]
     */
    get remote(): IfUntyped<T, AnyRemote, Remote<T>>;
    /**
     * Copies the value to your program.
     * @throws SerializationException if it cannot be copied
     */
    value<V = unknown>(): V;
    /** Releases the value. After that, every other use is a `BondException`. You may call it again. */
    release(): void;
    /** The same as `release`, for `using`. */
    [Symbol.dispose](): void;
    toString(): string;
}

/** What is copied as a whole, and has methods in your program. */
type Whole = Copied | ArrayBuffer;

/** A class of JavaScript. */
type AnyClass = abstract new (...args: never[]) => unknown;

/** Whether a type says nothing about an object. */
type IsBare<T> = unknown extends T ? true : [keyof T] extends [never] ? ([object] extends [T] ? true : false) : false;

/** The names of the methods of an interface. */
type MethodName<T> = {
    [K in keyof T]-?: NonNullable<T[K]> extends AnyFunction ? K : never;
}[keyof T];

/**
 * The type of what you get when you call a function that returns a `T`: its value if that can be copied, otherwise a
 * {@link Remote}. An object with methods is a `Remote`; in a list or a record, only such parts are.
 */
export type Arriving<T> = unknown extends T ? AnyRemote : T extends Stays<infer S> ? Remote<S> : T extends Primitive | Whole ? T : T extends AnyFunction | AnyClass ? Remote<T> : T extends readonly unknown[] ? {
    [K in keyof T]: Arriving<T[K]>;
} : [MethodName<T>] extends [never] ? {
    [K in keyof T]: Arriving<T[K]>;
} : Remote<T>;

/**
 * A module, object or class in the interpreter, which you use like a local one. `T` is an interface of its members.
 * Each property and item is an {@link Expression}. A call or `new` is sent immediately. You get its value if that can be
 * copied, otherwise a `Remote`, also called a handle.
 * @example
 * interface Statistics {
 *   median(numbers: number[]): number;
 *   NormalDist(mu: number, sigma: number): Stays<{ readonly mean: number; samples(count: number): number[] }>;
 * }
 * const statistics: Remote<Statistics> = python.import<Statistics>('statistics');
 * statistics.NormalDist(3, 1).mean; // a number
 */
export type Remote<T> = IsBare<T> extends true ? AnyRemote : Members<T> & Called<T> & Handle<T>;

/**
 * A property or item of a {@link Remote}, of which nothing has been sent yet. `value` evaluates it, and so does a call
 * behind it: all of it is one request.
 */
export type Expression<T> = IsBare<Subject<T>> extends true ? AnyRemote : Members<Subject<T>> & Called<Subject<T>> & StandsFor<T> & AnyItems;

/** The type without `null` and `undefined`, whose members can be used. */
type Subject<T> = [T] extends [null | undefined] ? T : NonNullable<T extends Stays<infer S> ? S : T>;

/** The members of each handle. */
interface Handle<T> extends StandsFor<T>, AnyItems, Disposable {
    readonly then?: undefined;
    readonly catch?: undefined;
    readonly finally?: undefined;
}

interface AnyItems {
    [Symbol.iterator](): IterableIterator<AnyRemote>;
}

/** Names that an expression has no members of. */
type Taken = 'then' | 'catch' | 'finally';

/**
 * The members. A string or another value without members here may have some in its language: use `item`, or `as
 * AnyRemote`.
 */
type Members<T> = T extends Primitive | Whole ? unknown : T extends readonly (infer I)[] ? {
    readonly [index: number]: Expression<I>;
} : {
    readonly [K in keyof T as K extends Taken ? never : K]: Expression<NonNullable<T[K]>>;
};

type Called<T> = T extends AnyFunction ? CalledAs<T> : T extends AnyClass ? MadeAs<(...args: ConstructorParameters<T>) => Stays<InstanceType<T>>> : unknown;

/** A function or a class. If it returns a promise in its language, that is awaited. */
interface CalledAs<G extends AnyFunction> extends MadeAs<G> {
    (...args: NamedArgumentsOf<G>): Arriving<Awaited<ReturnType<G>>>;
    (...args: ArgumentsOf<G>): Arriving<Awaited<ReturnType<G>>>;
}

interface MadeAs<G extends AnyFunction> {
    new (...args: NamedArgumentsOf<G>): Arriving<Awaited<ReturnType<G>>>;
    new (...args: ArgumentsOf<G>): Arriving<Awaited<ReturnType<G>>>;
}

/** What has been entered: for `Stays<T>`, a handle of `T`. */
type Inside<T> = unknown extends T ? AnyRemote : T extends Stays<infer S> ? Remote<S> : Remote<T>;

/**
 * Enters a context, as Python's `with` or JavaScript's `using` do: a file, a lock, a transaction. `using`
 * or {@link release} leaves it.
 * @param remote a handle, or an expression that begins with one
 * @returns a handle of what `with … as` gives
 * @throws RemoteException if it cannot be entered; BondException if the language has no contexts
 * @example
 * const builtins = python.import('builtins');
 * using file = enter(builtins.open('notes.txt'));
 * console.log(file.read());
 */
export declare function enter<T>(remote: StandsFor<T>): Inside<T>;

/**
 * Enters a context, calls `body`, and leaves the context. If `body` fails, the context learns of the error, as with
 * Python's `with`, so a transaction is rolled back.
 * @param remote a handle, or an expression that begins with one
 * @param body gets a handle of what `with … as` gives
 * @returns what `body` returns; `undefined` if it failed and the context suppressed the error
 * @throws RemoteException if the context cannot be entered or left; any error of `body`
 * @example
 * enter(db, (transaction) => transaction.execute('delete from city'));
 */
export declare function enter<T, R>(remote: StandsFor<T>, body: (entered: Inside<T>) => R): R | undefined;

/** The constructor, by its name in the language. */
type Constructors = {
    readonly [Name in '__init__' | '__construct' | 'constructor' | 'new']: (...args: readonly unknown[]) => AnyRemote;
};

/**
 * Calls methods of the base class, in a method of a class from {@link Bond.extend}: what Python calls `super()`, PHP
 * `parent::`, and Perl `SUPER::`.
 * @param instance `this` of the method
 * @returns an object with the methods of the base class, called on the instance
 * @throws TypeError if it is not `this` of such a method
 * @example
 * const Case = python.extend(unittest.TestCase, {
 *   setUp() { superOf(this).setUp(); },
 * });
 */
export declare function superOf<T>(instance: StandsFor<T>): unknown extends T ? AnyRemote : Remote<T> & Constructors;

/**
 * A function of type `G`, as you call it: it also takes references and {@link kwargs}. For an
 * overloaded function, the last overload counts.
 */
export interface RemoteFunction<G extends AnyFunction> {
    (...args: NamedArgumentsOf<G>): ResultOf<G>;
    (...args: ArgumentsOf<G>): ResultOf<G>;
}

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
    (...args: readonly unknown[]): unknown;
}
