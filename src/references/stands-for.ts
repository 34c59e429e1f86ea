declare const SUBJECT: unique symbol;

/** What you can pass in place of a `T`: a handle, or an expression. */
export interface StandsFor<T> {
  /** Exists only in the types. */
  readonly [SUBJECT]: T;
}
