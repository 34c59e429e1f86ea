/** What happens to what cannot cross to the host: an error, or a handle of what stays there. */
export type Objects = 'error' | 'hold';

/** How one function of the host is called, for {@link callback} and {@link Bond.export}. */
export interface FunctionOptions {
  /**
   * With `'hold'`, arguments that cannot cross arrive as handles, at any depth, instead of being a `SerializationException` there.
   * @default that of the bond, or of `with`
   */
  readonly objects?: Objects | undefined;
}

/** @internal Tells what is wrong with options of a function, if something is. */
export function wrongFunctionOptions(options: FunctionOptions): string | undefined {
  if (typeof options !== 'object' || options === null) return 'its options must be an object';
  const unknown = Object.keys(options).find((name) => name !== 'objects');
  if (unknown !== undefined) return `there is no option '${unknown}'; known: objects`;
  return wrongObjects(options.objects);
}

/** @internal The same for the option `objects` alone. */
export function wrongObjects(value: unknown): string | undefined {
  if (value === undefined || value === 'error' || value === 'hold') return undefined;
  return `objects must be 'error' or 'hold', not ${typeof value === 'string' ? `'${value}'` : typeof value}`;
}
