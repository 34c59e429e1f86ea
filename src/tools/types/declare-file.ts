import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { makeBond } from '../../bond/make-bond.js';
import { BondException } from '../../common/errors.js';
import { driverFile, languageOfFile } from '../../drivers/driver.js';
import { driverTools } from '../driver-tools.js';
import { quoted } from './declaration-text.js';
import { Declarations } from './declarations.js';
import type { Description } from './described.js';
import type { TypesOptions } from './types-options.js';

/** The text of a declaration file for what there is in a file of another language; `name` is that of the interface. */
export async function declareFile(
  lang: string,
  file: string,
  name: string,
  options: Omit<TypesOptions, 'name'>,
): Promise<string> {
  const description = await describe(lang, file, options);
  if (description.functions.length + description.classes.length === 0) {
    throw new BondException(lang, `no functions and no classes are defined in ${file}`);
  }
  const loading = [options.setup, description.load].filter(Boolean).join('\n');
  const { typeNames = 'jsdoc', typeNotes = [] } = await driverTools(lang);
  return new Declarations(typeNames, name, description).text(headOf(lang, file, name, loading, typeNotes));
}

async function describe(
  lang: string,
  file: string,
  { setup, cmd, ...options }: Omit<TypesOptions, 'name'>,
): Promise<Description> {
  const bond = await makeBond(lang, cmd, { stdout: process.stderr, stderr: process.stderr, ...options });
  try {
    if (setup !== undefined) await bond.evalBlock(setup);
    await bond.evalBlock(await driverFile(lang, 'types'));
    return await bond.call<Description>('_BOND_types', file);
  } catch (error) {
    const isMissing = cmd === undefined && isFileName(lang, file) && !existsSync(resolve(options.cwd ?? '', file));
    throw isMissing ? new BondException(lang, `there is no file ${file}`, { cause: error }) : error;
  } finally {
    await bond.close();
  }
}

/** Whether a name is that of a file, rather than that of a module or a class. */
function isFileName(lang: string, name: string): boolean {
  return isAbsolute(name) || name.startsWith('.') || languageOfFile(name) === lang;
}

function headOf(lang: string, file: string, name: string, loading: string, notes: readonly string[]): string {
  return [
    `Written by \`bond types ${lang} ${file}\`.`,
    '',
    `    const bond = await makeBond<${name}>('${lang}');`,
    ...(loading ? [`    await bond.evalBlock(${quoted(loading)});`] : []),
    '',
    'An integer beyond 2^53 arrives as a `bigint`, though it is a `number` here.',
    ...notes,
  ].join('\n');
}
