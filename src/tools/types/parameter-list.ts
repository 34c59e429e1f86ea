// How the parameters of a function are written.

import { key, labelsFor } from './declaration-text.js';
import type { DescribedParameter } from './described.js';
import { arrayOf } from './type-expression.js';

/** A parameter whose type is known as TypeScript writes it. */
export interface TypedParameter {
  readonly name: string;
  readonly type: string;
  readonly kind: DescribedParameter['kind'];
  /** Whether it may not be given by name. */
  readonly isPositional: boolean;
}

/** A list of parameters; of those that can be given by name, where there are no others, each name is known. */
export function parameterList(parameters: readonly TypedParameter[], takesNames: boolean): string {
  const kinds = parameters.map(({ kind }) => kind);
  const labels = labelsFor([...parameters.map(({ name }) => name), 'named']);
  const names = takesNames && !kinds.includes('rest') ? namesOf(parameters) : undefined;
  const named = names === undefined ? namedOnly(parameters) : byName(names, parameters);
  // A parameter that may be left out is followed by none that may not. In front of names, any may be left out.
  const lastNeeded = named?.isNeeded ? parameters.length : kinds.lastIndexOf('plain');
  const list = parameters.flatMap(({ kind, type }, index) => {
    if (kind !== 'plain' && kind !== 'optional') return [];
    const accepted = names !== undefined && type === 'unknown' ? 'AnyValue' : type;
    return [`${labels[index]}${index > lastNeeded ? '?' : ''}: ${accepted}`];
  });
  const rest = kinds.indexOf('rest');
  if (rest >= 0) {
    const restType = arrayOf(parameters[rest]?.type ?? 'unknown');
    list.push(`...${labels[rest]}: ${named?.isNeeded ? `[...${restType}, ${named.type}]` : restType}`);
  } else if (named) list.push(`${labels.at(-1)}${named.isNeeded ? '' : '?'}: ${named.type}`);
  return list.join(', ');
}

/** The names of the parameters that can be given by position as well, if there are any. */
function namesOf(parameters: readonly TypedParameter[]): string[] | undefined {
  const names = parameters
    .filter(({ kind }) => kind === 'plain' || kind === 'optional')
    .map(({ name, isPositional }) => (isPositional ? '' : name));
  return names.some((name) => name !== '') ? names : undefined;
}

function byName(names: readonly string[], parameters: readonly TypedParameter[]) {
  const others = entriesOf(parameters);
  const list = `[${names.map((name) => `'${name}'`).join(', ')}]`;
  return { type: `ByName<${list}${others && `, ${others}`}>`, isNeeded: isNeeded(parameters) };
}

/** The arguments that can be given by name only. */
function namedOnly(parameters: readonly TypedParameter[]) {
  const entries = entriesOf(parameters);
  return entries ? { type: `Kwargs<${entries}>`, isNeeded: isNeeded(parameters) } : undefined;
}

function entriesOf(parameters: readonly TypedParameter[]): string {
  const entries = parameters.flatMap(({ name, kind, type }) => {
    if (kind === 'named') return [`${key(name)}: ${type}`];
    return kind === 'optional-named' ? [`${key(name)}?: ${type}`] : [];
  });
  return entries.length === 0 ? '' : `{ ${entries.join('; ')} }`;
}

function isNeeded(parameters: readonly TypedParameter[]): boolean {
  return parameters.some(({ kind }) => kind === 'named');
}
