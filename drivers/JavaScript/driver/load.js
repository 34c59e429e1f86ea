// Takes what the driver uses, before user code replaces it or takes it away: mocks and fake timers are for that code.

'use strict';

const {
  AggregateError, Array, ArrayBuffer, Atomics, BigInt, BigInt64Array, BigUint64Array, Boolean, Buffer, DataView, Date, Error, EvalError,
  FinalizationRegistry, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Map, Number, Object, Promise, RangeError,
  ReferenceError, RegExp, Set, SharedArrayBuffer, String, SuppressedError, Symbol, SyntaxError, TypeError, URIError, Uint8Array,
  Uint8ClampedArray, Uint16Array, Uint32Array, WeakMap, WeakRef, isNaN, process, setImmediate,
} = globalThis;
const world = globalThis;
const fs = require('fs');
const { Readable, Writable } = require('stream');
const types = Object.assign({}, require('util').types);
const v8 = Object.assign({}, require('v8'));
const vm = Object.assign({}, require('vm'));
const { captureStackTrace } = Error;
const { parse, stringify } = JSON;
const {
  assign, defineProperty: define, entries: entriesIn, fromEntries, getOwnPropertyDescriptor: propertyOf, getOwnPropertyNames: namesIn,
  getPrototypeOf: prototypeOf, is: isSame, keys: keysOf, setPrototypeOf,
} = Object;
const { from: arrayFrom, isArray } = Array;
const { isFinite, isInteger, MAX_SAFE_INTEGER } = Number;
const { toString: toText } = Object.prototype;
const { abs, max, min, random, round } = Math;
const { alloc, allocUnsafeSlow, concat, from: bufferFrom, isBuffer } = Buffer;
const { isView } = ArrayBuffer;
const { load, store, wait } = Atomics;
const { now } = Date;
const exit = process.exit.bind(process);
const nextTick = process.nextTick.bind(process);
const listenerCount = process.listenerCount.bind(process);
const promiseRace = Promise.race.bind(Promise);
const resolved = Promise.resolve.bind(Promise);
