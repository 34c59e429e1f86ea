import { block, capitalized, comment, key, parameterName, quoted } from './declaration-text.js';
import type {
  DescribedClass,
  DescribedFunction,
  DescribedParameter,
  DescribedProperty,
  Description,
} from './described.js';
import type { DocTag } from './doc-comment.js';
import { parameterList, type TypedParameter } from './parameter-list.js';
import { TypeTexts } from './type-texts.js';

/** Names that mean something in what is written, or cannot be a name of the user's. */
/** Types of `bond`, each with what stands behind it where it is one. */
const OF_BOND = { AnyValue: '[,)|]', ByName: '<', Kwargs: '<', NDArray: '\\b', NumberArray: '\\b', Stays: '<' };

const TAKEN =
  /^(?:Date|Map|Set|Record|Array|Promise|Error|RegExp|\w*Array|Stays|Kwargs|ByName|AnyValue|string|number|boolean|object|unknown|any|never|undefined|null|bigint|symbol|void)$/;

/** Writes the declarations of what another language says of a file. */
export class Declarations {
  readonly #name: string;
  readonly #description: Description;
  /** What the interfaces of the classes are called. */
  readonly #interfaces = new Map<string, string>();
  readonly #moduleName: string;
  readonly #types: TypeTexts;

  constructor(typeNames: 'phpdoc' | 'jsdoc', name: string, description: Description) {
    this.#name = name;
    this.#description = description;
    const taken = new Set([name]);
    for (const { name } of description.classes) this.#interfaces.set(name, freeName(name, taken));
    this.#moduleName = `${freeName(capitalized(description.module ?? ''), taken)}Module`;
    const records = new Set(description.classes.filter(({ isRecord }) => isRecord).map(({ name }) => name));
    this.#types = new TypeTexts(typeNames, this.#interfaces, records);
  }

  /** The whole file; `head` goes before everything else. */
  text(head: string): string {
    const { functions, classes } = this.#description;
    const body = [
      `export interface ${this.#name} ${block(functions.map((described) => this.#function(described)))}`,
      ...this.#module(),
      ...classes.flatMap((described) => this.#class(described)),
    ].join('\n\n');
    const used = Object.entries(OF_BOND).flatMap(([name, behind]) =>
      new RegExp(`[ <(|]${name}${behind}`).test(body) ? [name] : [],
    );
    const imports = used.length > 0 ? `import type { ${used.join(', ')} } from 'bond';\n\n` : '';
    return `${comment(head)}${imports}${body}\n`;
  }

  /** A function by its whole name; one that the module has as well is described there. */
  #function(described: DescribedFunction): string {
    const { module, typesFrom, default: inside } = this.#description;
    const isListed = module !== undefined && typesFrom === undefined && inside !== 'alone';
    if (!isListed || !isWithin(`${module}.`, described)) {
      return this.#method(described, classOf(described.name));
    }
    const own = described.name.slice(module.length + 1);
    return `${key(described.name)}: ${this.#moduleName}['${own}'];`;
  }

  /** What `import` gives. */
  #module(): string[] {
    const { module, imports = module, typesFrom } = this.#description;
    if (module === undefined || imports === undefined) return [];
    const hint = comment(`The module itself: \`import<${this.#moduleName}>(${quoted(imports)})\`.`);
    if (typesFrom) return [`${hint}export type ${this.#moduleName} = typeof import(${quoted(typesFrom)});`];
    return [`${hint}export interface ${this.#moduleName} ${block(this.#membersWithDefault(module))}`];
  }

  #membersWithDefault(module: string): string[] {
    const members = this.#members(module);
    switch (this.#description.default) {
      case 'alone':
        return [`readonly default: ${this.#itself(module) ?? block(members)};`];
      case 'beside':
        return [...members, `readonly default: Omit<${this.#moduleName}, 'default'>;`];
      default:
        return members;
    }
  }

  /** A module of JavaScript that is a class, or a function, which may have members. */
  #itself(module: string): string | undefined {
    const { classes, functions } = this.#description;
    const own = classes.find(({ constructs }) => constructs?.name === module);
    if (own) return `${this.#interfaces.get(own.name)}Class`;
    const called = functions.find(({ name }) => name === module);
    return called && block([this.#method({ ...called, name: '' }), ...this.#members(module)]);
  }

  #members(module: string): string[] {
    const { functions, classes, constants = [] } = this.#description;
    return [
      ...constants.map((constant) => this.#property(constant, module)),
      ...this.#within(`${module}.`, functions),
      ...classes
        .filter(({ isRecord }) => !isRecord)
        .flatMap((described) => {
          const place = described.constructs?.name ?? `${module}.${described.name}`;
          if (!isWithin(`${module}.`, { name: place })) return [];
          return [`${key(place.slice(module.length + 1))}: ${this.#interfaces.get(described.name)}Class;`];
        }),
    ];
  }

  /** The functions whose names are a prefix and no more than a word, without it. */
  #within(prefix: string, functions: readonly DescribedFunction[]): string[] {
    return functions
      .filter((described) => isWithin(prefix, described))
      .map((described) =>
        this.#method({ ...described, name: described.name.slice(prefix.length) }, prefix.replace(/\W+$/, '')),
      );
  }

  #class(described: DescribedClass): string[] {
    const { name, doc, constructs, methods, properties, isRecord, isPackage } = described;
    const own = this.#interfaces.get(name) as string;
    const called = new Set(methods.map((method) => method.name));
    const members = [
      ...properties.filter((property) => !called.has(property.name)).map((property) => this.#property(property, name)),
      ...methods.map((method) => this.#method(method, name)),
    ];
    const text = `${comment(this.#types.doc(doc, name).text)}export interface ${own} ${block(members)}`;
    if (isRecord) return [text];
    const signature = constructs ? [this.#method({ ...constructs, name: '', returns: name }, name)] : [];
    const itself = `${comment(hintOf(described, own))}export interface ${own}${isPackage ? 'Package' : 'Class'} ${block(
      [...signature, ...this.#statics(described)],
    )}`;
    return isPackage && members.length === 0 && !constructs ? [itself] : [text, itself];
  }

  /** What a class has itself, not its instances. */
  #statics({ name, constructs, constants = [], isPackage }: DescribedClass): string[] {
    const { module, functions } = this.#description;
    const own = module === undefined ? (constructs?.name.replace(/::class$/, '') ?? name) : `${module}.${name}`;
    const properties = constants.map((constant) => this.#property(constant, name));
    if (!isPackage) return [...properties, ...['::', '->', '.'].flatMap((sign) => this.#within(own + sign, functions))];
    // Of a sub of which nothing is known, it is not known either which of both it is.
    const unknown = functions.filter((described) => described.parameters === null && isWithin(`${name}::`, described));
    const methods = [
      ...functions.filter((described) => isWithin(`${name}->`, described)),
      ...unknown.map((described) => ({ ...described, name: described.name.replace(/::(?=\w+$)/, '->') })),
    ];
    return [
      ...properties,
      ...this.#within(`${name}::`, functions),
      ...methods.map((described) => this.#method({ ...described, name: described.name.slice(name.length) }, name)),
    ];
  }

  #property({ name, type, doc, optional }: DescribedProperty, self: string): string {
    const { text, value } = this.#types.doc(doc, self);
    const translated = this.#types.type(type, 'result', self) ?? value?.type ?? 'unknown';
    return `${comment(text)}${key(name)}${optional ? '?' : ''}: ${translated};`;
  }

  /** A function as a member of an interface; without a name, it is what the interface itself is. */
  #method(described: DescribedFunction, self?: string): string {
    const { name, doc, parameters, returns } = described;
    const said = this.#types.doc(doc, self, 'parameter');
    const { returns: saidResult } = this.#types.doc(doc, self, 'result');
    const result = this.#types.best(returns, saidResult?.type, 'result', self);
    const list = this.#parameters(described, said.parameters, self);
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
    { parameters, takesNames = false }: DescribedFunction,
    tags: ReadonlyMap<string, DocTag>,
    self: string | undefined,
  ): string {
    if (parameters === null) return '...args: unknown[]';
    const typed = parameters.map((parameter, index): TypedParameter => {
      const tag = tagFor(parameter, index, tags);
      return {
        name: parameter.name,
        type: this.#types.best(parameter.type, tag?.type, 'parameter', self),
        kind: parameter.kind === 'plain' && tag?.isOptional ? 'optional' : parameter.kind,
        isPositional: parameter.isPositional ?? false,
      };
    });
    return parameterList(typed, takesNames);
  }
}

/** A name for an interface, which no other one has. */
function freeName(name: string, taken: Set<string>): string {
  const words = name.split(/\W+/).filter(Boolean);
  const wanted = words.at(-1) ?? 'Unnamed';
  let free = TAKEN.test(wanted) || /^\d/.test(wanted) ? `${wanted}_` : wanted;
  if (['', 'Class', 'Package'].some((suffix) => taken.has(free + suffix))) free = words.join('_');
  while (taken.has(free)) free += '_';
  taken.add(free);
  return free;
}

/** How one comes by what a class is. */
function hintOf({ constructs, imports, isPackage }: DescribedClass, own: string): string {
  const ways: string[] = [];
  if (imports !== undefined) ways.push(`\`import<${own}${isPackage ? 'Package' : 'Class'}>(${quoted(imports)})\``);
  if (constructs && !isPackage)
    ways.push(`\`hold<${own}Class>(${JSON.stringify(constructs.name)})\`, and then \`holdApply\``);
  return `The ${isPackage ? 'package' : 'class'} itself${ways.length > 0 ? `: ${ways.join('; or ')}` : ''}.`;
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
function isWithin(prefix: string, { name }: Pick<DescribedFunction, 'name'>): boolean {
  return name.startsWith(prefix) && /^\w+$/.test(name.slice(prefix.length));
}
