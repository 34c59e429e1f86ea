// What the files of this folder use, by the names that it has in load.js of the JavaScript driver, taken before a program
// replaces it.

import { Buffer } from 'node:buffer';
import * as util from 'node:util';

export { Date } from '../../common/globals.js';

export const { types } = util;
export const { parse, stringify } = JSON;
export const {
  entries: entriesIn,
  fromEntries,
  getOwnPropertyDescriptor: propertyOf,
  getPrototypeOf: prototypeOf,
  is: isSame,
  keys: keysOf,
} = Object;
export const { from: arrayFrom, isArray } = Array;
export const { isFinite, isInteger, isNaN, MAX_SAFE_INTEGER } = Number;
export const { abs, max, round } = Math;
export const { isView } = ArrayBuffer;
export const bufferFrom = Buffer.from as (source: ArrayBufferLike | string, ...more: unknown[]) => Buffer;
