import type { BondOptions, CallOptions } from '../common/options.js';
import type { Untyped } from '../references/remote-types.js';
import type { StandsFor } from '../references/stands-for.js';
import type * as api from './api.js';
import { openBond } from './make-bond.js';
import { askAbout, longer, valueOf } from './remotes.js';

export type { Captured, CapturedOutput, CaptureOptions } from '../bond/capture.js';
export type { LoadOptions } from '../bond/load.js';
export {
  BondException,
  type Ending,
  type ErrorCode,
  RemoteException,
  SerializationException,
  TerminatedException,
  TimeoutException,
} from '../common/errors.js';
export type { FunctionOptions, Objects } from '../common/objects.js';
export type { OutputTarget, ProtocolName, TextKind } from '../common/options.js';
export type { BondEnded, BondLife, BondRecycled, BondStarted, CallTrace } from '../common/tracing.js';
export { type DriverFolder, listDrivers, queryDriver, registerDriver } from '../drivers/driver.js';
export type { Driver, Feature, LibraryOption, MissingLibrary, Preset } from '../drivers/manifest.js';
export type { Conversions, Presets } from '../drivers/preset-types.js';
export { presets } from '../drivers/presets.js';
export type { AnyFunction } from '../references/callback.js';
export { Callback, callback } from '../references/callback.js';
export type { ClassMembers, Extended, InstanceOf } from '../references/extend.js';
export { type AnyValue, type ByName, isKwargs, Kwargs, kwargs } from '../references/kwargs.js';
export { Live, live } from '../references/live.js';
export type { LiveNames } from '../references/live-names.js';
export { Ref } from '../references/ref.js';
export type { AnyRemote } from '../references/remote-object.js';
export type { Argument, Stays, Untyped } from '../references/remote-types.js';
export { Stream, stream } from '../references/stream.js';
export { NDArray, type NDArrayType, type NestedList, type NumberArray } from '../values/ndarray.js';
export type { Arriving, Bond, Expression, Functions, Held, Remote, RemoteFunction } from './api.js';
export type { BondOptions, CallOptions };

/**
 * Starts an interpreter, and returns a bond with it, whose calls return their results. The library works in a thread,
 * and your program waits for it. It takes what `makeBond` of `bond` takes, except `signal` and `concurrent`.
 * @throws BondException if the interpreter cannot be started; the message lists what was tried, and what it printed
 * @example
 * const php = makeBond('PHP');
 * php.call('strrev', 'abc'); // 'cba'
 * php.close();
 */
export const makeBond = ((lang: string, ...given: readonly unknown[]) => openBond(lang, given)) as typeof api.makeBond;

/**
 * Returns the value of an expression: of a property or an item of a handle. A call needs no `value`, it returns its
 * result.
 * @param expression what begins with a handle
 * @returns the value if it can be copied, otherwise a handle
 * @throws TypeError if it does not begin with a handle
 * @example
 * const math = python.import('math');
 * value(math.pi); // 3.141592653589793
 */
export const value = valueOf as <T>(expression: StandsFor<T>) => api.Arriving<T>;

/**
 * Reads an item, when a property could have the same name, or when the key is not a name.
 * @returns an expression: `value` has it evaluated
 * @example
 * value(item(matrix, 1, 2)); // matrix[1, 2]
 */
export function item(remote: object, ...keys: readonly [unknown, ...unknown[]]): api.Expression<unknown> {
  return longer(remote, { kind: 'item', args: keys });
}

/** Returns the `Held` of a handle, whose methods take any name. */
export function held<T extends object = Untyped>(remote: StandsFor<T>): api.Held<T> {
  return askAbout(remote, 'held') as api.Held<T>;
}

/** Releases a value in the interpreter, as `using` does. After that, every other use of the handle is a `BondException`. */
export function release(remote: object): void {
  askAbout(remote, 'release');
}

/**
 * Enters a context, as Python's `with` does. With a function, it is left when that returns; otherwise `release` or
 * `using` leaves it.
 * @example
 * enter(builtins.open('notes.txt'), (file) => file.read());
 */
export const enter = ((remote: unknown, body?: unknown) => askAbout(remote, 'enter', body)) as typeof api.enter;

/** Calls methods of the base class, in a method of a class from `extend`. */
export const superOf = ((instance: unknown) => askAbout(instance, 'superOf')) as typeof api.superOf;
