import { type InspectOptions, inspect, types } from 'node:util';
import { isA } from '../common/thrown.js';
import { nestedLists } from './shared/nested-lists.js';
import { typeOfNumbers } from './shared/objects.js';

/** What the items of an {@link NDArray} are. */
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

/** Numbers of one type side by side: a typed array. */
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

/** Items in lists, one inside the other for each dimension. */
export type NestedList = number | bigint | boolean | NestedList[];

/** How many rows, and how many items of each, are shown of an array of several dimensions. */
const SHOWN = 5;

/**
 * An array of any number of dimensions: numbers, or booleans, of one type. It is a `numpy.ndarray` in Python where numpy is loaded, and lists in
 * lists elsewhere. What numpy has of several dimensions, or of booleans, arrives as one.
 *
 * @example
 * const matrix = new NDArray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
 * await python.evalBlock('import numpy');
 * const turned = await python.call<NDArray>('numpy.transpose', matrix);
 * turned.shape; // [3, 2]
 * turned.tolist(); // [[1, 4], [2, 5], [3, 6]]
 */
export class NDArray<Data extends NumberArray = NumberArray> {
  /** The items, row after row. Booleans are bytes, 0 and 1. */
  readonly data: Data;
  /** The length of each dimension. */
  readonly shape: readonly number[];
  /** The type of the items: `'float64'`, `'int32'`, `'bool'`, … */
  readonly type: NDArrayType;

  /**
   * @param data the items, row after row: a typed array, which is not copied, or a list of booleans
   * @param shape the length of each dimension
   * @param type `'bool'` has the bytes of a `Uint8Array` be booleans
   * @throws TypeError if `data` is something else, or its length is not that of the shape
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
   * The items in lists, one inside the other for each dimension; without dimensions, the only item. 64-bit integers are numbers
   * where those are exact, and `bigint` beyond.
   */
  tolist<List = NestedList>(): List {
    return nestedLists(this.data, this.shape, this.type) as List;
  }

  /** Its lists, as JSON: the same as {@link tolist}. */
  toJSON(): NestedList {
    return this.tolist();
  }

  /** What it is, without its items. */
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
    throw new TypeError(`the data of an NDArray are a typed array, or a list of booleans, not of ${typeof item}s`);
  }
  return Number(item);
}

function checkedShape(shape: readonly number[]): number[] {
  if (Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0)) return [...shape];
  throw new TypeError(`the shape of an NDArray is a list of lengths, not ${inspect(shape, { breakLength: Infinity })}`);
}

function checkedBooleans(data: unknown, type: unknown): 'bool' {
  if (type !== undefined && type !== 'bool') {
    throw new TypeError(`the type of an NDArray is that of its data, or 'bool', not ${inspect(type)}`);
  }
  if (!types.isUint8Array(data)) throw new TypeError('booleans of an NDArray are a Uint8Array, or a list of booleans');
  if (data.some((byte) => byte > 1)) throw new TypeError('booleans of an NDArray are bytes of 0 and 1');
  return 'bool';
}

function checkedType(data: unknown): NDArrayType {
  const type = ArrayBuffer.isView(data) ? typeOfNumbers(data) : undefined;
  if (type === undefined) {
    throw new TypeError('the data of an NDArray are a typed array of numbers, or a list of booleans');
  }
  return type;
}

function checkLength({ data, shape }: NDArray): void {
  const length = shape.reduce((product, each) => product * each, 1);
  if (data.length === length) return;
  throw new TypeError(`an NDArray of the shape ${inspect(shape)} has ${length} items, not ${data.length}`);
}

/** The first items of each dimension, in lists that have the length of all. */
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

/** A list that ends in holes, of which `util.inspect` says how many there are. */
function longer(list: unknown, length: number): unknown {
  const whole = list as unknown[];
  whole.length = length;
  return whole;
}

/** The array that a word of EJSON means. */
export function arrayOf(data: unknown, shape: unknown, type: unknown): NDArray {
  const array = new NDArray(data as NumberArray, shape as number[], type === 'bool' ? 'bool' : undefined);
  if (array.type !== type) throw new TypeError(`the data of an array of ${type} are ${array.type}`);
  return array;
}

/** The array that a value is. */
export function arrayIn(value: object): NDArray | undefined {
  if (!isA(value, NDArray)) return undefined;
  checkLength(value); // its memory may have been given away
  return value;
}
