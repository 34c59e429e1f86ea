// Types and comments of another language, as TypeScript writes them.

import { readDocComment } from './doc-comment.js';
import { readDocstring } from './docstring.js';
import { readType } from './type-expression.js';
import { jsdocType, type Position, phpdocType, type Surroundings } from './type-names.js';

/** Translates what is said of one description. */
export class TypeTexts {
  readonly #names: 'phpdoc' | 'jsdoc';
  /** What the interfaces of the classes are called. */
  readonly #interfaces: ReadonlyMap<string, string>;
  readonly #records: ReadonlySet<string>;

  constructor(names: 'phpdoc' | 'jsdoc', interfaces: ReadonlyMap<string, string>, records: ReadonlySet<string>) {
    this.#names = names;
    this.#interfaces = interfaces;
    this.#records = records;
  }

  /** The type that the code says, unless the comment knows more. */
  best(declared: string, said: string | undefined, position: Position, self: string | undefined): string {
    const type = this.type(declared, position, self);
    if (type === undefined) return said ?? 'unknown';
    const isVague = type === 'unknown' || /Record<string, unknown>|Stays<object>|\bunknown\[\]|=> unknown/.test(type);
    return isVague && said !== undefined && said !== 'unknown' ? said : type;
  }

  type(text: string, position: Position, self: string | undefined): string | undefined {
    if (text === '') return undefined;
    const read = this.#reader(position, self, true)(text);
    return read?.rest.trim() === '' ? read.type : 'unknown';
  }

  doc(doc: string, self?: string, position: Position = 'parameter') {
    if (!doc.startsWith('/**')) return readDocstring(doc);
    return readDocComment(doc, this.#reader(position, self, false));
  }

  #reader(position: Position, self: string | undefined, isDeclared: boolean) {
    const classNamed = (name: string): string | undefined => {
      const found = this.#interfaces.has(name)
        ? name
        : [...this.#interfaces.keys()].find((known) => known.split(/\W/).at(-1) === name.split(/\W/).at(-1));
      const own = found === undefined ? undefined : this.#interfaces.get(found);
      return own && (this.#records.has(found as string) ? own : `Stays<${own}>`);
    };
    const around: Surroundings = { position, classNamed, self, isDeclared };
    const named = this.#names === 'phpdoc' ? phpdocType : jsdocType;
    return (text: string) => readType(text, (name, args) => named(name, args, around));
  }
}
