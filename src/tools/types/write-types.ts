import { BondException } from '../../common/errors.js';
import type { TypesOptions } from './types-options.js';

/**
 * Writes TypeScript interfaces for a file: one of its functions, for `makeBond<Legacy>`, and others of its classes, for
 * `hold` and `import`. It executes the file. Use trusted files without side effects. What the language does not declare
 * is `unknown`.
 * @param file a path, or what `import` takes: the name of a module, a package or a class; in PHP also a folder or a
 * namespace
 * @returns the text of a TypeScript declaration file
 * @throws BondException if there is nothing to describe, or the name is invalid; RemoteException if the file cannot be
 * loaded
 * @example
 * await writeFile('legacy.d.ts', await writeTypes('PHP', 'legacy.php'));
 */
export async function writeTypes(lang: string, file: string, options: TypesOptions = {}): Promise<string> {
  const { name = 'Legacy', ...describing } = options;
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) throw new BondException(lang, `an interface cannot be called '${name}'`);
  // Few programs need this, so it is loaded on first use.
  const { declareFile } = await import('./declare-file.js');
  return declareFile(lang, file, name, describing);
}
