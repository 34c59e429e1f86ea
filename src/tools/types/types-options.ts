import type { BondOptions } from '../../common/options.js';

/** Settings of `writeTypes`. What is not said here is for the bond. */
export interface TypesOptions extends BondOptions {
  /**
   * What the interface of the functions is called.
   * @default 'Legacy'
   */
  readonly name?: string | undefined;
  /** Code that is run before the file is loaded: `require 'vendor/autoload.php';`, say. */
  readonly setup?: string | undefined;
  /** The interpreter, as `makeBond` takes it. */
  readonly cmd?: string | readonly string[] | undefined;
}
