/** Arguments by name. Made by {@link kwargs}. */
export class Kwargs {
  /** @internal */
  readonly values: Readonly<Record<string, unknown>>;

  /** @internal */
  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }
}

/**
 * Arguments by name, as the last argument of a call: keyword arguments in Python, named arguments in PHP 8, a flat list of
 * keys and values in Perl, an object of options in JavaScript.
 */
export function kwargs(values: Readonly<Record<string, unknown>>): Kwargs {
  return new Kwargs(values);
}
