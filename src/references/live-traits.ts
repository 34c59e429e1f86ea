import { types } from 'node:util';
import { functionName, property } from '../common/thrown.js';
import type { Names } from './live-names.js';

/** What the other side learns about a live object when it is sent, so that it can answer without asking. */
export interface Traits {
  readonly isCallable: boolean;
  readonly isIterable: boolean;
  readonly hasLength: boolean;
  /** The name of its class, in letters that every language takes. */
  readonly className: string;
}

/** What can be told of an object. This never throws: a proxy may refuse to say anything. */
export function traitsOf(object: object, names: Names): Traits {
  const isIterable = names.allowItems && iteratorOf(object) !== undefined;
  const counted = sizeName(object);
  return {
    isCallable: typeof object === 'function',
    isIterable,
    hasLength: counted !== undefined && (isIterable || names.allows(counted)),
    className: classNameOf(object),
  };
}

/** The method that makes an iterator of an object; an async one if there is none other. Text is no list of letters. */
export function iteratorOf(object: object): (() => unknown) | undefined {
  for (const key of [Symbol.iterator, Symbol.asyncIterator]) {
    const method = property(object, key as never);
    if (typeof method === 'function') return method as () => unknown;
  }
  return undefined;
}

/** What the number of items is called. */
export function sizeName(object: object): 'length' | 'size' | undefined {
  if (typeof object === 'function') return undefined;
  if (isSequence(object)) return 'length';
  if (types.isMap(object) || types.isSet(object)) return 'size';
  return (['length', 'size'] as const).find((name) => typeof property(object, name) === 'number');
}

/** Whether its items have the numbers from 0 on. */
export function isSequence(object: object): object is { readonly length: number; [index: number]: unknown } {
  return isArray(object) || types.isTypedArray(object);
}

/** `Array.isArray` throws for a proxy that was revoked. */
function isArray(object: object): boolean {
  try {
    return Array.isArray(object);
  } catch {
    return false;
  }
}

function classNameOf(object: object): string {
  if (typeof object === 'function') return 'Function';
  const name = functionName(property(object, 'constructor'));
  return /^[A-Za-z]\w{0,99}$/.test(name) ? name : 'Object';
}

/** Numbers by object, by what it is a method of, and by what may be touched of it. */
const identities = new WeakMap<object, WeakMap<object, Map<string, number>>>();
let lastIdentity = 0;

/** A number that is the same whenever the same object is lent on the same terms: it is the same object there, too. */
export function identityOf(object: object, owner: object, terms: string): number {
  const byOwner = identities.get(object) ?? new WeakMap<object, Map<string, number>>();
  identities.set(object, byOwner);
  const byTerms = byOwner.get(owner) ?? new Map<string, number>();
  byOwner.set(owner, byTerms);
  const identity = byTerms.get(terms) ?? ++lastIdentity;
  byTerms.set(terms, identity);
  return identity;
}
