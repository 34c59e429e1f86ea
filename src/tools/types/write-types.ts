import { BondException } from '../../common/errors.js';
import type { TypesOptions } from './types-options.js';

/**
 * Writes an interface of the functions of a file, for `makeBond<Legacy>`, and interfaces of its classes, for `hold` and `import`. The file
 * is loaded in an interpreter of its language, which runs it: give it only files that you trust, and that do no more than to
 * define things. What is not known there is `unknown`.
 * @param file a path; or what `import` takes: the name of a module, a package or a class; in PHP also a folder or a namespace
 * @returns the text of a TypeScript declaration file
 * @throws BondException if there is nothing to describe, or the name is none; RemoteException if the file cannot be loaded
 */
export async function writeTypes(lang: string, file: string, options: TypesOptions = {}): Promise<string> {
  const { name = 'Legacy', ...describing } = options;
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) throw new BondException(lang, `an interface cannot be called '${name}'`);
  // What few programs ever do is loaded when one does it.
  const { declareFile } = await import('./declare-file.js');
  return declareFile(lang, file, name, describing);
}
