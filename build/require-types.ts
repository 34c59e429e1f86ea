// The types that `require('bond')` has. TypeScript wants them as those of a CommonJS module. They are the types of the ES module under
// other names, not a copy of them: a class with private members is not assignable to a copy of itself, so a program
// in which both kinds of module meet would not compile.

import { posix } from 'node:path';

const ES_MODULE = `'./index.js' with { 'resolution-mode': 'import' }`;

/** An exported name, and the file that declares it. */
interface Exported {
  readonly name: string;
  readonly isType: boolean;
  readonly from: string;
}

/** The text of `index.d.cts` of a folder, made from its `index.d.ts` and the files that it exports from. */
export function requireTypes(types: ReadonlyMap<string, string>, folder = ''): string {
  const file = `${folder}index.d.ts`;
  const index = types.get(file) as string;
  const names = [...exportsOf(index, folder), ...declaredIn(index, file)];
  const typesAlone = names.filter(({ isType }) => isType).map(({ name }) => name);
  const values = names.filter(({ isType }) => !isType);
  return [
    ...(index.match(/^\/\/\/.*$/gm) ?? []),
    `import type * as bond from ${ES_MODULE};`,
    `import type { ${typesAlone.join(', ')} } from ${ES_MODULE};`,
    `export type { ${typesAlone.join(', ')} };`,
    ...values.map(({ name, from }) => valueText(name, types.get(from) as string)),
    '',
  ].join('\n');
}

/** Values that a file declares itself. */
function declaredIn(text: string, file: string): Exported[] {
  const found = text.matchAll(/^export declare (?:function|const) (\w+)/gm);
  const names = new Set([...found].map(([, name = '']) => name));
  return [...names].map((name) => ({ name, isType: false, from: file }));
}

function exportsOf(index: string, folder: string): Exported[] {
  return [...index.matchAll(/^export (type )?\{([^}]*)\}(?: from '(.*)\.js')?;$/gm)].flatMap(
    ([, type, list = '', path = '']) =>
      list
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean)
        .map((item) => ({
          name: item.replace(/^type /, ''),
          isType: type !== undefined || item.startsWith('type '),
          from: posix.join(folder, `${path}.d.ts`),
        })),
  );
}

/** A function, a constant, or a class, which is a type as well. */
function valueText(name: string, declarations: string): string {
  const value = `export declare const ${name}: typeof bond.${name};`;
  const [, rest] = new RegExp(`^export declare class ${name}\\b(.*)`, 'm').exec(declarations) ?? [];
  if (rest === undefined) return value;
  const parameters = typeParameters(rest);
  const names = parameters.map((parameter) => /^\w+/.exec(parameter)?.[0]);
  return `${value}\nexport type ${name}${listed(parameters)} = bond.${name}${listed(names)};`;
}

function listed(items: readonly unknown[]): string {
  return items.length > 0 ? `<${items.join(', ')}>` : '';
}

/** The type parameters at the beginning of a text, each with its constraint and its default. */
function typeParameters(text: string): string[] {
  if (!text.startsWith('<')) return [];
  const parameters = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '>' && --depth === 0) break;
    if (depth === 1 && character === ',') parameters.push('');
    else if (depth > 0) parameters[parameters.length - 1] += character;
    if (character === '<') depth++;
  }
  return parameters.map((parameter) => parameter.trim());
}
