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
const RESERVED =
  /^(?:arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

/** Writes the declarations of what another language says of a file. */
export class Declarations {
  readonly #typeNames: 'phpdoc' | 'jsdoc';
  readonly #name: string;
  readonly #description: Description;
  /** What the interfaces of the classes are called. */
  readonly #interfaces = new Map<string, string>();
  readonly #records: ReadonlySet<string>;

  constructor(typeNames: 'phpdoc' | 'jsdoc', name: string, description: Description) {
    this.#typeNames = typeNames;
    this.#name = name;
    this.#description = description;
    this.#records = new Set(description.classes.filter(({ isRecord }) => isRecord).map(({ name }) => name));
    const taken = new Set([name]);
    for (const { name } of description.classes) this.#interfaces.set(name, this.#freeName(name, taken));
  }

  /** The whole file; `head` goes before everything else. */
  text(head: string): string {
    const { functions, classes } = this.#description;
    const body = [
      `export interface ${this.#name} ${block(functions.map((described) => this.#method(described, classOf(described.name))))}`,
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

  #class(described: DescribedClass): string[] {
    const { name, doc, constructs, methods, properties, isRecord } = described;
    const own = this.#interfaces.get(name) as string;
    const members = [
      ...properties.map((property) => this.#property(property, name)),
      ...methods.map((method) => this.#method(method, name)),
    ];
    const text = `${comment(this.#doc(doc, name).text)}export interface ${own} ${block(members)}`;
    if (!constructs || isRecord) return [text];
    const signature = this.#method({ ...constructs, name: '', returns: name, doc: constructs.doc }, name);
    const hint = `The class itself: \`hold<${own}Class>(${JSON.stringify(constructs.name)})\`, and then \`holdApply\`.`;
    return [text, `${comment(hint)}export interface ${own}Class ${block([signature])}`];
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
      return { text: doc.trim(), parameters: new Map<string, DocTag>(), returns: undefined, value: undefined };
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

function block(members: readonly string[]): string {
  if (members.length === 0) return '{}';
  return `{\n${members.map((member) => member.replace(/^(?=.)/gm, '  ')).join('\n')}\n}`;
}

/** A doc comment, with a line of its own behind it; nothing, if there is nothing to say. */
function comment(text: string): string {
  if (text === '') return '';
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `/** ${lines[0]} */\n`;
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name.replace(/['\\]/g, '\\$&')}'`;
}

/** The class that a static method belongs to, where names tell. */
function classOf(name: string): string | undefined {
  return /^(.*)(?:::|->)\w+$/.exec(name)?.[1];
}

/** Names for parameters, and for what comes behind them, that differ. */
function labelsFor(names: readonly string[]): string[] {
  const labels: string[] = [];
  for (const name of names) {
    let label = parameterName(name);
    while (labels.includes(label)) label += '_';
    labels.push(label);
  }
  return labels;
}

function parameterName(name: string): string {
  const plain = name.replace(/\W+/g, '_') || 'argument';
  return RESERVED.test(plain) || /^\d/.test(plain) ? `${plain}_` : plain;
}
