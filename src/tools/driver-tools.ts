import { findDriverFile } from '../drivers/driver.js';

/** Something that makes a language work better. */
export interface Extra {
  /** An expression that is true if it is there. */
  readonly test: string;
  /** What is missing without it, and how to get it. */
  readonly advice: string;
}

/** What a project of `bond new` has in this language: two functions, `greet(name)` and `mean(numbers)`. */
export interface Starter {
  readonly file: string;
  /** The lines of the file. */
  readonly source: readonly string[];
  /** The block that loads it, in its folder. */
  readonly load: string;
  /** What stands in front of the names of its functions then. */
  readonly prefix: string;
}

/** What the tools know of a language: `tools.json` in the folder of its driver. What is not there is not known. */
export interface DriverTools {
  /** A block without end. */
  readonly loop?: string;
  readonly extras?: readonly Extra[];
  /** What stands in front of the text of a file, for a block to read it as the interpreter reads files. */
  readonly fileOpening?: string;
  /** How types are called in what `types.*` tells: as in PHPDoc, or as in JSDoc and TypeScript. */
  readonly typeNames?: 'phpdoc' | 'jsdoc';
  /** What cannot be said in types. */
  readonly typeNotes?: readonly string[];
  readonly starter?: Starter;
}

/** What there is to know of a language; nothing, if there is no such language. */
export async function driverTools(lang: string): Promise<DriverTools> {
  const text = await findDriverFile(lang, 'tools');
  return text === undefined ? {} : (JSON.parse(text) as DriverTools);
}
