import { type InspectOptions, inspect, types } from 'node:util';
import { Opaque, showObject } from '../common/inspect.js';
import { isA } from '../common/thrown.js';

declare const BY_NAME: unique symbol;

/**
 * Any value, or what stands for one, but no arguments by name. For the types of parameters that {@link ByName} names: a `kwargs` in the place of
 * one that is `unknown` would be taken for its value.
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
 * The last parameter of a function, in an interface, which says how the others are called: each may be given by name, and so may those of `Others`,
 * but nothing else.
 * @example
 * interface Textwrap {
 *   wrap(text: string, width?: number, named?: ByName<['text', 'width'], { tabsize?: number }>): string[];
 * }
 */
export interface ByName<Names extends readonly string[], Others extends object = object> {
  /** For the types alone: nothing has it. */
  readonly [BY_NAME]: readonly [Names, Others];
}

/** Arguments by name. Made by {@link kwargs}. `Names` are those of `Values`: others are a mistake where they are declared. */
export class Kwargs<Values extends object = Readonly<Record<string, unknown>>, Names = keyof Values> extends Opaque {
  /** For the types alone: what tells those of one value from those of another, and from anything else. */
  declare protected readonly named: Values;
  declare protected readonly names: Names;
  /** The same: `AnyValue` is none. */
  declare readonly [BY_NAME]: true;
  /** The arguments, by their names. */
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
 * Arguments by name, as the last argument of a call: keyword arguments in Python, named arguments in PHP 8, a flat list of
 * keys and values in Perl, an object of options in JavaScript.
 * @throws TypeError if it is given no object
 */
export function kwargs<Values extends Readonly<Record<string, unknown>>>(values: Values): Kwargs<Values> {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new TypeError(
      `kwargs takes an object, not ${Array.isArray(values) ? 'a list' : values === null ? 'null' : typeof values}`,
    );
  }
  return new Kwargs(values);
}

/**
 * Whether a value is arguments by name: what a function of the host gets as its last argument where it was called with some, from Python
 * or PHP 8. An object that was given by position is none. This runs no code of yours.
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
