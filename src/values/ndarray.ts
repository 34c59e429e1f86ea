import { type InspectOptions, inspect, types } from 'node:util';
import { wrongArgument } from '../common/errors.js';
import { isA } from '../common/thrown.js';
import { nestedLists } from './shared/nested-lists.js';
import { typeOfNumbers } from './shared/objects.js';

/** The type of the items of an {@link NDArray}. */
export type NDArrayType =
  | 'int8'
  | 'uint8'
  | 'uint8clamped'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'bool';

/** A typed array of numbers. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Items in lists, nested once for each dimension. */
export type NestedList = number | bigint | boolean | NestedList[];

/** How many rows, and items of each, `util.inspect` shows of several dimensions. */
const SHOWN = 5;

/**
 * An array of numbers or booleans, with any number of dimensions. In Python it is a `numpy.ndarray` if numpy is loaded;
 * otherwise, and in other languages, it is nested lists. Arrays of numpy with several dimensions, or with booleans,
 * arrive as an `NDArray`.
 * @example
 * const matrix = new NDArray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * await python.evalBlock('import numpy');
 * const turned = await python.call<NDArray>('numpy.transpose', matrix);
 * turned.shape; // [3, 2]
 * turned.tolist(); // [[1, 4], [2, 5], [3, 6]]
 */
export class NDArray<Data extends NumberArray = NumberArray> {
  /** The items, row by row. Booleans are bytes: 0 and 1. */
  readonly data: Data;
  /** The length of each dimension. */
  readonly shape: readonly number[];
  /** The type of the items: `'float64'`, `'int32'`, `'bool'`, … */
  readonly type: NDArrayType;

  /**
   * @param data the items, row by row: a typed array, which is not copied, or a list of booleans
   * @param shape the length of each dimension; by default one dimension
   * @param type `'bool'` if the bytes of a `Uint8Array` are booleans
   * @throws TypeError if `data` is something else, or its length does not match the shape
   */
  constructor(data: Data | readonly boolean[], shape: readonly number[] = [data.length], type?: 'bool') {
    const isList = Array.isArray(data);
    const numbers = isList ? Uint8Array.from(data, byteOf) : data;
    this.data = numbers as Data;
    this.shape = Object.freeze(checkedShape(shape));
    this.type = isList || type !== undefined ? checkedBooleans(numbers, type) : checkedType(numbers);
    checkLength(this);
  }

  /**
   * Returns the items as nested lists, or the only item if there are no dimensions. 64-bit integers are numbers where
   * these are exact, otherwise `bigint`.
   * @example
   * new NDArray(Int8Array.of(1, 2, 3, 4), [2, 2]).tolist(); // [[1, 2], [3, 4]]
   */
  tolist<List = NestedList>(): List {
    return nestedLists(this.data, this.shape, this.type) as List;
  }

  /** The same as {@link tolist}, for JSON. */
  toJSON(): NestedList {
    return this.tolist();
  }

  /** A short description without the items. */
  toString(): string {
    return `NDArray(${this.shape.join(', ')}) ${this.type}`;
  }

  /** @internal What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    if (depth < 0) return `[${this}]`;
    const most = options.maxArrayLength ?? Number.POSITIVE_INFINITY;
    const maxArrayLength = this.shape.length > 1 ? Math.min(most, SHOWN) : most;
    const lists = beginnings(this.data, this.shape, this.type, maxArrayLength);
    return `${this} ${inspect(lists, { ...options, depth: Number.POSITIVE_INFINITY, maxArrayLength })}`;
  }
}

function byteOf(item: unknown): number {
  if (typeof item !== 'boolean') {
    throw wrongArgument(`the data of an NDArray are a typed array, or a list of booleans, not of ${typeof item}s`);
  }
  return Number(item);
}

function checkedShape(shape: readonly number[]): number[] {
  if (Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0)) return [...shape];
  throw wrongArgument(`the shape of an NDArray is a list of lengths, not ${inspect(shape, { breakLength: Infinity })}`);
}

function checkedBooleans(data: unknown, type: unknown): 'bool' {
  if (type !== undefined && type !== 'bool') {
    throw wrongArgument(`the type of an NDArray is that of its data, or 'bool', not ${inspect(type)}`);
  }
  if (!types.isUint8Array(data)) throw wrongArgument('booleans of an NDArray are a Uint8Array, or a list of booleans');
  if (data.some((byte) => byte > 1)) throw wrongArgument('booleans of an NDArray are bytes of 0 and 1');
  return 'bool';
}

function checkedType(data: unknown): NDArrayType {
  const type = ArrayBuffer.isView(data) ? typeOfNumbers(data) : undefined;
  if (type === undefined) {
    throw wrongArgument('the data of an NDArray are a typed array of numbers, or a list of booleans');
  }
  return type;
}

function checkLength({ data, shape }: NDArray): void {
  const length = shape.reduce((product, each) => product * each, 1);
  if (data.length === length) return;
  throw wrongArgument(`an NDArray of the shape ${inspect(shape)} has ${length} items, not ${data.length}`);
}

/** The first items of each dimension, in lists with the full length. */
function beginnings(data: NumberArray, shape: readonly number[], type: NDArrayType, most: number): unknown {
  const [count, ...others] = shape;
  if (count === undefined) return nestedLists(data, shape, type);
  if (others.length === 0) return longer(nestedLists(data.subarray(0, most), [Math.min(count, most)], type), count);
  const length = data.length / count;
  const rows = Array.from({ length: Math.min(count, most) }, (_, row) =>
    beginnings(data.subarray(row * length, (row + 1) * length), others, type, most),
  );
  return longer(rows, count);
}

/** A list that ends in holes, which `util.inspect` counts. */
function longer(list: unknown, length: number): unknown {
  const whole = list as unknown[];
  whole.length = length;
  return whole;
}

/** The array in an EJSON value. */
export function arrayOf(data: unknown, shape: unknown, type: unknown): NDArray {
  const array = new NDArray(data as NumberArray, shape as number[], type === 'bool' ? 'bool' : undefined);
  if (array.type !== type) throw wrongArgument(`the data of an array of ${type} are ${array.type}`);
  return array;
}

/** A value as an array, if it is one. */
export function arrayIn(value: object): NDArray | undefined {
  if (!isA(value, NDArray)) return undefined;
  checkLength(value); // its memory may have been given away
  return value;
}
