import type { BondOptions } from '../../common/options.js';

/** Settings of {@link writeTypes}. All other options are those of the bond that it uses. */
export interface TypesOptions extends BondOptions {
  /**
   * The name of the interface.
   * @default 'Legacy'
   */
  readonly name?: string | undefined;
  /**
   * Code that runs before the file is loaded, for example `require 'vendor/autoload.php';`.
   * @default none
   */
  readonly setup?: string | undefined;
  /**
   * The command of the interpreter, as for `makeBond`.
   * @default the commands of the driver
   */
  readonly cmd?: string | readonly string[] | undefined;
}
