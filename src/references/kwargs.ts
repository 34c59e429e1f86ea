import { type InspectOptions, inspect, types } from 'node:util';
import { wrongArgument } from '../common/errors.js';
import { Opaque, showObject } from '../common/inspect.js';
import { isA } from '../common/thrown.js';

declare const BY_NAME: unique symbol;

/**
 * Any value or reference, except named arguments. `bond types` writes it for parameters in {@link ByName}, since
 * `kwargs` could otherwise be passed for a parameter of type `unknown`.
 */
export type AnyValue =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | (object & NoNames)
  | ({ readonly [key: string]: unknown } & NoNames);

interface NoNames {
  readonly [BY_NAME]?: never;
}

/**
 * The last parameter of a function in an interface: the names of its other parameters, each of which may be passed by
 * name. `Others` are further named arguments. Other names are errors.
 * @example
 * interface Textwrap {
 *   wrap(text: string, width?: number, named?: ByName<['text', 'width'], { tabsize?: number }>): string[];
 * }
 */
export interface ByName<Names extends readonly string[], Others extends object = object> {
  /** Exists only in the types. */
  readonly [BY_NAME]: readonly [Names, Others];
}

/** Named arguments. Made by {@link kwargs}. */
export class Kwargs<Values extends object = Readonly<Record<string, unknown>>, Names = keyof Values> extends Opaque {
  /** Exists only in the types: it distinguishes named arguments from other values, and from each other. */
  declare protected readonly named: Values;
  declare protected readonly names: Names;
  /** Exists only in the types: it makes these no {@link AnyValue}. */
  declare readonly [BY_NAME]: true;
  /** The arguments, by name. */
  readonly values: Values;

  /** @internal */
  constructor(values: Values) {
    super();
    this.values = values;
  }

  override toString(): string {
    return `Kwargs (${Object.keys(this.values).join(', ')})`;
  }

  /** @internal What `util.inspect` shows. */
  [inspect.custom](depth: number, options: InspectOptions): string {
    return showObject('Kwargs', this.values, depth, options);
  }

  /** @internal */
  override describe(): string {
    return 'a Kwargs that is not the last argument of a call';
  }
}

/**
 * Passes named arguments, as the last argument of a call: keyword arguments in Python, named arguments in PHP 8, a flat
 * list of keys and values in Perl, an options object in JavaScript.
 * @throws TypeError if `values` is not an object
 * @example
 * await python.call('sorted', [1, 3, 2], kwargs({ reverse: true })); // [3, 2, 1]
 */
export function kwargs<Values extends Readonly<Record<string, unknown>>>(values: Values): Kwargs<Values> {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw wrongArgument(
      `kwargs takes an object, not ${Array.isArray(values) ? 'a list' : values === null ? 'null' : typeof values}`,
    );
  }
  return new Kwargs(values);
}

/**
 * Tells whether a value is named arguments. A function of yours gets them as its last argument when Python or PHP 8
 * calls it with some. A dictionary passed by position is not a `Kwargs`.
 * @example
 * await python.export((...args: unknown[]) => {
 *   const last = args.at(-1);
 *   return isKwargs(last) ? last.values : {};
 * }, 'options');
 * await python.eval('options(1, sep="-")'); // { sep: '-' }
 */
export function isKwargs(value: unknown): value is Kwargs {
  return typeof value === 'object' && value !== null && !types.isProxy(value) && isA(value, Kwargs);
}
