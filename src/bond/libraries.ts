import { BondException, RemoteException } from '../common/errors.js';
import type { Libraries } from '../common/options.js';
import { isA } from '../common/thrown.js';
import { type Driver, howToCreate, type LibraryOption } from '../drivers/manifest.js';
import type { Requester } from './requester.js';

/** Has the interpreter find the libraries that the options name, before it runs code of the user. */
export async function findLibraries(requester: Requester, driver: Driver, given: Libraries): Promise<void> {
  for (const name of ['lib', 'autoload'] as const) {
    const option = driver.libraries?.[name];
    const value = given[name];
    if (option?.code === undefined || value === undefined) continue;
    try {
      await requester.run('EVAL_BLOCK', filled(option.code, option, value), []);
    } catch (cause) {
      if (!isA(cause, RemoteException)) throw cause;
      const { lang } = requester.connection;
      const hint = howToCreate(option);
      throw new BondException(lang, `${name}: ${cause.remoteMessage}`, { code: 'BOND_SETUP', hint, cause });
    }
  }
}

/** The expression that tells what the option would find with `true`. */
export function searchFor(option: LibraryOption): string | undefined {
  return option.find && filled(option.find, option, true);
}

function filled(code: string, option: LibraryOption, value: true | string | readonly string[]): string {
  const paths = value === true ? [''] : [value].flat();
  const texts: Readonly<Record<string, string>> = {
    '{found}': option.find ?? '',
    '{paths}': paths.map(literal).join(', '),
    '{words}': paths.map(escapedWord).join(' '),
  };
  const textOf = (name: string): string => texts[name] as string;
  return code.replace('{found}', textOf).replace(/\{(?:paths|words)\}/, textOf);
}

/** A path in double quotes, with all that could mean something in them as `\uXXXX`: for languages without single quotes. */
function escapedWord(path: string): string {
  const escaped = (letter: string): string => `\\u00${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return `"${path.replace(/[^\w./\u0080-\uffff-]/g, escaped)}"`;
}

/** A path in single quotes: where a language has these at all, a backslash stands for itself before one of the two. */
function literal(path: string): string {
  return `'${path.replace(/[\\']/g, '\\$&')}'`;
}
