/** What happens to values that cannot be copied: an error, or a handle of the value, which stays in the interpreter. */
export type Objects = 'error' | 'hold';

/** Settings of one function of yours, for {@link callback} and {@link Bond.export}. */
export interface FunctionOptions {
  /**
   * With `'hold'`, arguments that cannot be copied arrive as handles, at any depth, instead of causing a
   * `SerializationException` in the caller.
   * @default that of the bond or of `with`
   */
  readonly objects?: Objects | undefined;
}

/** @internal Says what is wrong with options of a function, if anything. */
export function wrongFunctionOptions(options: FunctionOptions): string | undefined {
  if (typeof options !== 'object' || options === null) return 'its options must be an object';
  const unknown = Object.keys(options).find((name) => name !== 'objects');
  if (unknown !== undefined) return `there is no option '${unknown}'; known: objects`;
  return wrongObjects(options.objects);
}

/** @internal The same for the option `objects`. */
export function wrongObjects(value: unknown): string | undefined {
  if (value === undefined || value === 'error' || value === 'hold') return undefined;
  return `objects must be 'error' or 'hold', not ${typeof value === 'string' ? `'${value}'` : typeof value}`;
}
