import { BondException, quoted } from '../common/errors.js';
import { checkNames } from '../common/option-checks.js';
import { nearest } from '../common/similar.js';
import type { AnyFunction } from '../references/callback.js';
import { replacementsOf } from '../references/replacement.js';
import type { Connection } from '../session/connection.js';

/** Settings of {@link Bond.load}. */
export interface LoadOptions {
  /**
   * Functions of yours, by the names of the functions that they replace, written as in the language: `'Cart::total'`,
   * `'shop.Cart.total'`. They get the arguments that the original would get; a method gets the instance first, as a
   * handle.
   * @example
   * await php.load('shop.php', { replace: { discount: (price) => price * 0.9 } });
   * @default none
   */
  readonly replace?: Readonly<Record<string, AnyFunction>> | undefined;
}

/** What asks the interpreter. */
interface Loader {
  readonly connection: Pick<Connection, 'lang' | 'need'>;
  checkText(text: unknown, what: string): string;
  callDriver(what: string, name: string, own: readonly unknown[]): Promise<unknown>;
}

const LOAD_OPTIONS = ['replace'] satisfies (keyof LoadOptions)[];
/** How many names are listed where none is near. */
const MOST_LISTED = 10;

/** @internal Runs a file in the interpreter, as a program of its language. */
export async function loadFile(requester: Loader, file: unknown, options: LoadOptions): Promise<void> {
  const { connection } = requester;
  const { lang } = connection;
  connection.need('load');
  checkNames(lang, options, LOAD_OPTIONS);
  const path = requester.checkText(file, 'a file');
  if (path === '' || path.includes('\0'))
    throw new BondException(lang, `load takes the path of a file, not ${quoted(path)}`);
  const replacements = replacementsOf(lang, options.replace === undefined ? {} : options.replace);
  const what = `LOAD ${quoted(path, 40)}`;
  const [missing, known] = (await requester.callDriver(what, '_BOND_load', [path, replacements])) as [
    string[],
    string[],
  ];
  if (missing.length > 0)
    throw new BondException(lang, `${what}: ${missing.map((name) => notFound(name, known)).join('; ')}`);
}

/** The message for a name that nothing has defined. */
function notFound(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const listed = known.slice(0, MOST_LISTED).join(', ') + (known.length > MOST_LISTED ? ', …' : '');
  const instead = near === undefined ? listed && ` (it defines ${listed})` : ` (did you mean '${near}'?)`;
  return `nothing that it loaded defines '${name}'${instead}`;
}
