/**
 * A reference to an expression that has not been evaluated, in the interpreter of the bond that made it. It can be given
 * to `eval` and `evalBlock`, and as an argument to `call`.
 */
export class Ref {
  /** The expression, in the bond's language. */
  readonly code: string;
  /** The session that made it: nobody else may use it. */
  readonly #owner: object;
  /** A function, so that the structured clone refuses to make a mere object of a reference. */
  protected readonly uncloneable = (): void => {};

  constructor(code: string, owner: object) {
    this.code = code;
    this.#owner = owner;
  }

  /** Whether `owner` made this reference. */
  belongsTo(owner: object): boolean {
    return this.#owner === owner;
  }
}
