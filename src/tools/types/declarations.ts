import { beginningOf, block, capitalized, comment, key, labelsFor, parameterName } from './declaration-text.js';
import type {
  DescribedClass,
  DescribedFunction,
  DescribedParameter,
  DescribedProperty,
  Description,
} from './described.js';
import { type DocTag, readDocComment } from './doc-comment.js';
import { arrayOf, readType } from './type-expression.js';
import { jsdocType, type Position, phpdocType, type Surroundings } from './type-names.js';

/** Names that mean something in what is written, or cannot be a name of the user's. */
const TAKEN =
  /^(?:Date|Map|Set|Record|Array|Promise|Error|RegExp|\w*Array|Stays|Kwargs|string|number|boolean|object|unknown|any|never|undefined|null|bigint|symbol|void)$/;

/** Writes the declarations of what another language says of a file. */
export class Declarations {
  readonly #typeNames: 'phpdoc' | 'jsdoc';
  readonly #name: string;
  readonly #description: Description;
  /** What the interfaces of the classes are called. */
  readonly #interfaces = new Map<string, string>();
  readonly #records: ReadonlySet<string>;
  readonly #moduleName: string;

  constructor(typeNames: 'phpdoc' | 'jsdoc', name: string, description: Description) {
    this.#typeNames = typeNames;
    this.#name = name;
    this.#description = description;
    this.#records = new Set(description.classes.filter(({ isRecord }) => isRecord).map(({ name }) => name));
    const taken = new Set([name]);
    for (const { name } of description.classes) this.#interfaces.set(name, this.#freeName(name, taken));
    this.#moduleName = `${this.#freeName(capitalized(description.module ?? ''), taken)}Module`;
  }

  /** The whole file; `head` goes before everything else. */
  text(head: string): string {
    const { functions, classes } = this.#description;
    const body = [
      `export interface ${this.#name} ${block(functions.map((described) => this.#function(described)))}`,
      ...this.#module(),
      ...classes.flatMap((described) => this.#class(described)),
    ].join('\n\n');
    const used = ['Kwargs', 'Stays'].filter((name) => new RegExp(`\\b${name}<`).test(body));
    const imports = used.length > 0 ? `import type { ${used.join(', ')} } from 'bond';\n\n` : '';
    return `${comment(head)}${imports}${body}\n`;
  }

  #freeName(name: string, taken: Set<string>): string {
    const words = name.split(/\W+/).filter(Boolean);
    const wanted = words.at(-1) ?? 'Unnamed';
    let free = TAKEN.test(wanted) || /^\d/.test(wanted) ? `${wanted}_` : wanted;
    if (taken.has(free) || taken.has(`${free}Class`)) free = words.join('_');
    while (taken.has(free)) free += '_';
    taken.add(free);
    return free;
  }

  /** A function by its whole name; one that the module has as well is described there. */
  #function(described: DescribedFunction): string {
    const { module } = this.#description;
    if (module === undefined || !isWithin(`${module}.`, described)) {
      return this.#method(described, classOf(described.name));
    }
    const own = described.name.slice(module.length + 1);
    return `${key(described.name)}: ${this.#moduleName}['${own}'];`;
  }

  /** What `import` gives. */
  #module(): string[] {
    const { module, functions, classes, constants = [] } = this.#description;
    if (module === undefined) return [];
    const members = [
      ...constants.map((constant) => this.#property(constant, module)),
      ...this.#within(`${module}.`, functions),
      ...classes.flatMap(({ name, isRecord }) =>
        isRecord ? [] : [`${key(name)}: ${this.#interfaces.get(name)}Class;`],
      ),
    ];
    const hint = `The module itself: \`import<${this.#moduleName}>('${module}')\`.`;
    return [`${comment(hint)}export interface ${this.#moduleName} ${block(members)}`];
  }

  /** The functions whose names are a prefix and no more than a word, without it. */
  #within(prefix: string, functions: readonly DescribedFunction[]): string[] {
    return functions
      .filter((described) => isWithin(prefix, described))
      .map((described) => this.#method({ ...described, name: described.name.slice(prefix.length) }, classOf(prefix)));
  }

  #class(described: DescribedClass): string[] {
    const { name, doc, constructs, methods, properties, isRecord } = described;
    const own = this.#interfaces.get(name) as string;
    const members = [
      ...properties.map((property) => this.#property(property, name)),
      ...methods.map((method) => this.#method(method, name)),
    ];
    const text = `${comment(this.#doc(doc, name).text)}export interface ${own} ${block(members)}`;
    if (isRecord) return [text];
    const statics = this.#statics(described);
    if (!constructs) return [text, `${comment('The class itself.')}export interface ${own}Class ${block(statics)}`];
    const signature = this.#method({ ...constructs, name: '', returns: name, doc: constructs.doc }, name);
    const hint = `The class itself: \`hold<${own}Class>(${JSON.stringify(constructs.name)})\`, and then \`holdApply\`.`;
    return [text, `${comment(hint)}export interface ${own}Class ${block([signature, ...statics])}`];
  }

  /** What is called on a class and not on an instance. */
  #statics({ name, constructs }: DescribedClass): string[] {
    const { module, functions } = this.#description;
    const own = module === undefined ? (constructs?.name.replace(/::class$/, '') ?? name) : `${module}.${name}`;
    return ['::', '->', '.'].flatMap((separator) => this.#within(own + separator, functions));
  }

  #property({ name, type, doc, optional }: DescribedProperty, self: string): string {
    const { text, value } = this.#doc(doc, self);
    const translated = this.#type(type, 'result', self) ?? value?.type ?? 'unknown';
    return `${comment(text)}${key(name)}${optional ? '?' : ''}: ${translated};`;
  }

  /** A function as a member of an interface; without a name, it is what the interface itself is. */
  #method({ name, doc, parameters, returns }: DescribedFunction, self?: string): string {
    const said = this.#doc(doc, self, 'parameter');
    const { returns: saidResult } = this.#doc(doc, self, 'result');
    const result = this.#best(returns, saidResult?.type, 'result', self);
    const list = parameters ? this.#parameters(parameters, said.parameters, self) : '...args: unknown[]';
    const lines = [
      said.text,
      ...(parameters ?? []).flatMap(({ name, note }) => {
        const about = [said.parameters.get(name)?.text, note].filter(Boolean).join('; ');
        return about ? [`@param ${parameterName(name)} ${about}`] : [];
      }),
      saidResult?.text ? `@returns ${saidResult.text}` : '',
    ];
    return `${comment(lines.filter(Boolean).join('\n'))}${name === '' ? '' : key(name)}(${list}): ${result};`;
  }

  #parameters(
    parameters: readonly DescribedParameter[],
    tags: ReadonlyMap<string, DocTag>,
    self: string | undefined,
  ): string {
    const list: string[] = [];
    const tagged = parameters.map((parameter, index) => tagFor(parameter, index, tags));
    const types = parameters.map(({ type }, index) => this.#best(type, tagged[index]?.type, 'parameter', self));
    const kinds = parameters.map(({ kind }, index) => {
      const tag = tagged[index];
      return kind === 'plain' && tag?.isOptional ? 'optional' : kind;
    });
    const labels = labelsFor([...parameters.map(({ name }) => name), 'named']);
    const named = this.#named(parameters, types, kinds);
    // A parameter that may be left out is followed by none that may not. In front of names, any may be left out.
    const lastNeeded = named?.isNeeded ? parameters.length : kinds.lastIndexOf('plain');
    for (const [index, kind] of kinds.entries()) {
      if (kind !== 'plain' && kind !== 'optional') continue;
      list.push(`${labels[index]}${index > lastNeeded ? '?' : ''}: ${types[index]}`);
    }
    const rest = kinds.indexOf('rest');
    const restType = arrayOf(types[rest] ?? 'unknown');
    const mark = named?.isNeeded ? '' : '?';
    if (rest >= 0) list.push(`...${labels[rest]}: ${named?.isNeeded ? `[...${restType}, ${named.type}]` : restType}`);
    else if (named) list.push(`${labels.at(-1)}${mark}: ${named.type}`);
    return list.join(', ');
  }

  /** The arguments that can be given by name only. */
  #named(parameters: readonly DescribedParameter[], types: readonly string[], kinds: readonly string[]) {
    const entries = parameters.flatMap(({ name }, index) => {
      if (kinds[index] === 'named') return [`${key(name)}: ${types[index]}`];
      return kinds[index] === 'optional-named' ? [`${key(name)}?: ${types[index]}`] : [];
    });
    if (entries.length === 0) return undefined;
    return { type: `Kwargs<{ ${entries.join('; ')} }>`, isNeeded: kinds.includes('named') };
  }

  /** The type that the code says, unless the comment knows more. */
  #best(declared: string, said: string | undefined, position: Position, self: string | undefined): string {
    const type = this.#type(declared, position, self);
    if (type === undefined) return said ?? 'unknown';
    const isVague = type === 'unknown' || /Record<string, unknown>|Stays<object>|\bunknown\[\]|=> unknown/.test(type);
    return isVague && said !== undefined && said !== 'unknown' ? said : type;
  }

  #type(text: string, position: Position, self: string | undefined): string | undefined {
    if (text === '') return undefined;
    const read = this.#reader(position, self, true)(text);
    return read?.rest.trim() === '' ? read.type : 'unknown';
  }

  #doc(doc: string, self?: string, position: Position = 'parameter') {
    if (!doc.startsWith('/**'))
      return {
        text: beginningOf(doc.trim()),
        parameters: new Map<string, DocTag>(),
        returns: undefined,
        value: undefined,
      };
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
    const named = this.#typeNames === 'phpdoc' ? phpdocType : jsdocType;
    return (text: string) => readType(text, (name, args) => named(name, args, around));
  }
}

/** What a comment says of a parameter: of one without a name, by its place. */
function tagFor({ name }: DescribedParameter, index: number, tags: ReadonlyMap<string, DocTag>): DocTag | undefined {
  return tags.get(name) ?? (/^arg\d+$/.test(name) ? [...tags.values()][index] : undefined);
}

/** The class that a static method belongs to, where names tell. */
function classOf(name: string): string | undefined {
  return /^(.*)(?:::|->)\w+$/.exec(name)?.[1];
}

/** Whether the name of a function is a prefix, and no more than a word. */
function isWithin(prefix: string, { name }: DescribedFunction): boolean {
  return name.startsWith(prefix) && /^\w+$/.test(name.slice(prefix.length));
}
