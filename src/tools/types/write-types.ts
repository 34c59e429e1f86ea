import { makeBond } from '../../bond/make-bond.js';
import { BondException } from '../../common/errors.js';
import type { BondOptions } from '../../common/options.js';
import { driverFile } from '../../drivers/driver.js';
import { driverTools } from '../driver-tools.js';
import { Declarations } from './declarations.js';
import type { Description } from './described.js';

/** Settings of {@link writeTypes}. What is not said here is for the bond. */
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

/**
 * Writes an interface of the functions of a file, for `makeBond<Legacy>`, and interfaces of its classes, for `hold`. The file
 * is loaded in an interpreter of its language, which runs it: give it only files that you trust, and that do no more than to
 * define things. What is not known there is `unknown`.
 * @param file a path; or, in Python, Perl and JavaScript, the name of a module
 * @returns the text of a TypeScript declaration file
 * @throws BondException if there is nothing to describe, or the name is none; RemoteException if the file cannot be loaded
 */
export async function writeTypes(lang: string, file: string, options: TypesOptions = {}): Promise<string> {
  const { name = 'Legacy', ...describing } = options;
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) throw new BondException(lang, `an interface cannot be called '${name}'`);
  const description = await describe(lang, file, describing);
  if (description.functions.length + description.classes.length === 0) {
    throw new BondException(lang, `no functions and no classes are defined in ${file}`);
  }
  const { typeNames = 'jsdoc', typeNotes = [] } = await driverTools(lang);
  return new Declarations(typeNames, name, description).text(headOf(lang, file, name, description, typeNotes));
}

async function describe(lang: string, file: string, { setup, cmd, ...options }: TypesOptions): Promise<Description> {
  const bond = await makeBond(lang, cmd, { stdout: process.stderr, stderr: process.stderr, ...options });
  try {
    if (setup !== undefined) await bond.evalBlock(setup);
    await bond.evalBlock(await driverFile(lang, 'types'));
    return await bond.call<Description>('_BOND_types', file);
  } finally {
    await bond.close();
  }
}

function headOf(lang: string, file: string, name: string, { load }: Description, notes: readonly string[]): string {
  return [
    `Written by \`bond types ${lang} ${file}\`.`,
    '',
    `    const bond = await makeBond<${name}>('${lang}');`,
    `    await bond.evalBlock(${quoted(load)});`,
    '',
    'An integer beyond 2^53 arrives as a `bigint`, though it is a `number` here.',
    ...notes,
  ].join('\n');
}

function quoted(code: string): string {
  return code.includes("'") ? JSON.stringify(code) : `'${code.replaceAll('\\', '\\\\')}'`;
}
