/// <reference types="node" preserve="true" />
/// <reference lib="esnext.disposable" preserve="true" />
export { Bond } from './bond.js';
export type { AnyFunction } from './callback.js';
export { Callback, callback } from './callback.js';
export { type Driver, type DriverFolder, type Feature, listDrivers, queryDriver, registerDriver } from './driver.js';
export {
  BondException,
  type Ending,
  RemoteException,
  SerializationException,
  TerminatedException,
  TimeoutException,
} from './errors.js';
export { Held } from './held.js';
export { type InteractOptions, interact } from './interact.js';
export { Kwargs, kwargs } from './kwargs.js';
export { makeBond } from './make-bond.js';
export type { BondOptions, CallOptions, OutputTarget, ProtocolName } from './options.js';
export { makePool, Pool, type WorkerInfo } from './pool.js';
export type { Items, MapOptions, Settled } from './pool-map.js';
export type { PoolOptions } from './pool-options.js';
export type { Progress } from './progress.js';
export { Ref } from './ref.js';
export { Stream, stream } from './stream.js';
export type { Argument, Functions, Remote, Stays, Untyped } from './typed.js';
export { type TypesOptions, writeTypes } from './types.js';
export type { WorkerState } from './worker.js';
