import { type InspectOptions, inspect } from 'node:util';
import { Opaque, showObject } from '../common/inspect.js';

/** Arguments by name. Made by {@link kwargs}. `Names` are those of `Values`: others are a mistake where they are declared. */
export class Kwargs<Values extends object = Readonly<Record<string, unknown>>, Names = keyof Values> extends Opaque {
  /** For the types alone: what tells those of one value from those of another, and from anything else. */
  declare protected readonly named: Values;
  declare protected readonly names: Names;
  /** @internal */
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
