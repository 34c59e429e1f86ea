declare const SUBJECT: unique symbol;

/** What can be sent in the place of a `T`: what stays over there, or an expression that is evaluated there. */
export interface StandsFor<T> {
  /** For the types alone: nothing has it. */
  readonly [SUBJECT]: T;
}
