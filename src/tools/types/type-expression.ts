/** What a type is called in TypeScript that another language calls `name`; nothing, if that is not known. */
export type TypeNamer = (name: string, args: readonly string[]) => string;

const TOKEN =
  /\s*(=>|\.\.\.|\.<|[A-Za-z_\\$\x80-\uffff](?:[\w\\$\x80-\uffff]|(?:[.-]|::)(?=[A-Za-z_]))*|'[^']*'|"[^"]*"|-?\d+(?:\.\d+)?|.)/suy;
const NAME = /^[A-Za-z_\\$\x80-\uffff]/;
const LITERAL = /^(?:['"]|-?\d)/;

/** A type as doc comments write it (`array<string,int>|null`, `?int`, `function(string): Foo[]`), in TypeScript; and what follows it. */
export function readType(text: string, named: TypeNamer): { readonly type: string; readonly rest: string } | undefined {
  const reader = new TypeReader(text, named);
  try {
    return { type: reader.union(), rest: reader.rest };
  } catch {
    return undefined;
  }
}

/** The types of a union, each once. */
export function unionOf(types: readonly string[]): string {
  const distinct = [...new Set(types)];
  if (distinct.includes('unknown')) return 'unknown';
  return distinct.length === 1 ? (distinct[0] as string) : distinct.map(inUnion).join(' | ');
}

function inUnion(type: string): string {
  return isArrow(type) ? `(${type})` : type;
}

/** Whether a type is a function as a whole. */
function isArrow(type: string): boolean {
  return /^\([\s\S]*\) => /.test(type);
}

export function arrayOf(type: string): string {
  return /^(?:[\w.]+|\{[^{}]*\})(?:\[\])*$/.test(type) ? `${type}[]` : `(${type})[]`;
}

/** Reads a type from left to right. What it does not understand, it throws. */
class TypeReader {
  readonly #text: string;
  readonly #named: TypeNamer;
  #place = 0;

  constructor(text: string, named: TypeNamer) {
    this.#text = text;
    this.#named = named;
  }

  get rest(): string {
    return this.#text.slice(this.#place);
  }

  union(): string {
    const types = [this.#suffixed()];
    while (this.#skip('|')) types.push(this.#suffixed());
    return unionOf(types);
  }

  #suffixed(): string {
    const isNullable = this.#skip('?');
    if (isNullable && !/^\s*[\w\\({['"]/.test(this.rest)) return 'unknown';
    this.#skip('!');
    let type = this.#single();
    while (/^\[\s*\]/.test(this.rest)) {
      this.#expect('[');
      this.#expect(']');
      type = arrayOf(type);
    }
    while (this.#skip('&')) {
      this.#single();
      type = this.#named('object', []);
    }
    return isNullable ? unionOf([type, 'null']) : type;
  }

  #single(): string {
    const token = this.#next();
    if (token === '*') return 'unknown';
    if (token === '(') return this.#attempt(() => this.#arrow()) ?? this.#parenthesized();
    if (token === '{') return this.#shape();
    if (token === '[') return `[${this.#list(']').join(', ')}]`;
    if (LITERAL.test(token)) return token;
    if (!NAME.test(token)) throw new Error(`unexpected ${token}`);
    return this.#name(token);
  }

  #name(name: string): string {
    if (/^(?:function|callable|\\?closure)$/i.test(name) && this.#skip('(')) {
      const parameters = this.#parameters();
      return `(${parameters}) => ${this.#skip(':') ? this.#suffixed() : 'unknown'}`;
    }
    if (/^(?:array|object|list)$/i.test(name) && this.#skip('{')) return this.#shape();
    return this.#named(name, this.#skip('<') || this.#skip('.<') ? this.#list('>') : []);
  }

  #parenthesized(): string {
    const type = this.union();
    this.#expect(')');
    return type; // what it is put into sets parentheses again, if need be
  }

  #arrow(): string {
    const parameters = this.#parameters();
    this.#expect('=>');
    return `(${parameters}) => ${this.union()}`;
  }

  /** Parameters, with or without names, before or behind their types. */
  #parameters(): string {
    const parameters: string[] = [];
    for (let index = 0; !this.#skip(')'); index++) {
      const isRest = this.#skip('...');
      const named = this.#attempt(() => this.#label());
      const type = this.union();
      this.#skip('=');
      this.#attempt(() => this.#variable());
      const label = named ?? { name: `arg${index}`, mark: '' };
      parameters.push(isRest ? `...${label.name}: ${arrayOf(type)}` : `${label.name}${label.mark}: ${type}`);
      if (!this.#skip(',') && this.#peek() !== ')') throw new Error('no end of parameters');
    }
    return parameters.join(', ');
  }

  #label(): { readonly name: string; readonly mark: string } {
    const name = this.#next();
    if (!/^\w+$/.test(name)) throw new Error('no name');
    const mark = this.#skip('?') ? '?' : '';
    this.#expect(':');
    return { name, mark };
  }

  #variable(): string {
    const name = this.#next();
    if (!name.startsWith('$')) throw new Error('no variable');
    return name;
  }

  /** What is between braces: keys and types, or types alone. */
  #shape(): string {
    const entries: string[] = [];
    for (let index = 0; !this.#skip('}'); index++) {
      const key = this.#attempt(() => this.#key()) ?? `${index}`;
      entries.push(`${key}: ${this.union()}`);
      if (!this.#skip(',') && !this.#skip(';') && this.#peek() !== '}') throw new Error('no end of keys');
    }
    return `{ ${entries.join('; ')} }`;
  }

  #key(): string {
    const name = this.#next();
    if (!/^[\w'"]/.test(name)) throw new Error('no key');
    const mark = this.#skip('?') ? '?' : '';
    this.#expect(':');
    return (/^[\w]+$|^['"]/.test(name) ? name : `'${name}'`) + mark;
  }

  #list(end: string): string[] {
    const types: string[] = [];
    while (!this.#skip(end)) {
      types.push(this.union());
      if (!this.#skip(',') && this.#peek() !== end) throw new Error(`no ${end}`);
    }
    return types;
  }

  #next(): string {
    TOKEN.lastIndex = this.#place;
    const token = TOKEN.exec(this.#text)?.[1];
    if (token === undefined) throw new Error('it ends too early');
    this.#place = TOKEN.lastIndex;
    return token;
  }

  #peek(): string | undefined {
    return this.#attempt(() => this.#next(), false);
  }

  #skip(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#next();
    return true;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw new Error(`no ${token}`);
  }

  /** What `read` makes of it, or nothing; then it is as though nothing had been read. */
  #attempt<T>(read: () => T, isKept = true): T | undefined {
    const place = this.#place;
    try {
      const found = read();
      if (!isKept) this.#place = place;
      return found;
    } catch {
      this.#place = place;
      return undefined;
    }
  }
}
