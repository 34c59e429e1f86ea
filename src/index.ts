/// <reference types="node" preserve="true" />
/// <reference lib="esnext.disposable" preserve="true" />
export { Bond } from './bond/bond.js';
export type { Captured, CapturedOutput, CaptureOptions } from './bond/capture.js';
export type { LoadOptions } from './bond/load.js';
export { makeBond } from './bond/make-bond.js';
export {
  BondException,
  type Ending,
  type ErrorCode,
  RemoteException,
  SerializationException,
  TerminatedException,
  TimeoutException,
} from './common/errors.js';
export type { FunctionOptions, Objects } from './common/objects.js';
export type { BondOptions, CallOptions, OutputTarget, ProtocolName, TextKind } from './common/options.js';
export type { BondEnded, BondLife, BondRecycled, BondStarted, CallTrace } from './common/tracing.js';
export { type DriverFolder, listDrivers, queryDriver, registerDriver } from './drivers/driver.js';
export type { Driver, Feature, LibraryOption, MissingLibrary, Preset } from './drivers/manifest.js';
export type { Conversions, Presets } from './drivers/preset-types.js';
export { presets } from './drivers/presets.js';
export type { PoolTimes } from './pool/histogram.js';
export { makePool } from './pool/make-pool.js';
export type { MapOptions } from './pool/map-options.js';
export type { Items, Settled } from './pool/ordered-map.js';
export { Pool } from './pool/pool.js';
export { PoolBusyException } from './pool/pool-busy.js';
export type { PoolCallOptions } from './pool/pool-call-options.js';
export type { PoolOptions } from './pool/pool-options.js';
export type { PoolStats } from './pool/pool-stats.js';
export type { Progress } from './pool/progress.js';
export type { RecycleReason } from './pool/recycling.js';
export type { WorkerInfo } from './pool/worker-info.js';
export type { WorkerState } from './pool/worker-state.js';
export type { AnyFunction } from './references/callback.js';
export { Callback, callback } from './references/callback.js';
export { enter } from './references/enter.js';
export type { ClassMembers, Extended, InstanceOf } from './references/extend.js';
export { Held } from './references/handle.js';
export { type AnyValue, type ByName, isKwargs, Kwargs, kwargs } from './references/kwargs.js';
export { Live, live } from './references/live.js';
export type { LiveNames } from './references/live-names.js';
export { Ref } from './references/ref.js';
export { held, item, release } from './references/remote.js';
export type { AnyRemote, Arriving, Expression, Remote } from './references/remote-object.js';
export type { Argument, Functions, RemoteFunction, Stays, Untyped } from './references/remote-types.js';
export { Stream, stream } from './references/stream.js';
export { superOf } from './references/super-of.js';
export { interact } from './repl/interact.js';
export type { InteractOptions } from './repl/interact-options.js';
export type { TypesOptions } from './tools/types/types-options.js';
export { writeTypes } from './tools/types/write-types.js';
export { NDArray, type NDArrayType, type NestedList, type NumberArray } from './values/ndarray.js';
