import { types } from 'node:util';
import { classNames, functionName, property } from '../common/thrown.js';
import { isKwargs, Kwargs } from '../references/kwargs.js';
import { arrayIn, NDArray, type NumberArray } from '../values/ndarray.js';
import type { Told } from './crossing.js';

type Part = (value: unknown) => unknown;

/** What is told of values that the structured clone would change or refuse, and that belong to no thread. */
export function tellValue(value: unknown, part: Part): Told {
  if (typeof value === 'symbol') return ['symbol', value.description];
  const object = value as object;
  if (types.isProxy(object)) return ['unreadable'];
  if (isKwargs(object)) return ['kwargs', part(object.values)];
  const array = arrayIn(object);
  if (array) return ['ndarray', part(array.data), [...array.shape], array.type];
  const { toJSON: _, ...properties } = object as { readonly toJSON?: unknown };
  return ['instance', classNames(object), part(properties), jsonOf(object, part)];
}

/** What `toJSON` gives, or throws. */
function jsonOf(object: object, part: Part): readonly ['gives' | 'throws', unknown] | undefined {
  const toJSON = property(object, 'toJSON');
  if (typeof toJSON !== 'function') return undefined;
  try {
    return ['gives', part(Reflect.apply(toJSON, object, ['']))];
  } catch (error) {
    return ['throws', part(error)];
  }
}

export function makeValue([kind, ...facts]: Told, part: Part): unknown {
  switch (kind) {
    case 'symbol':
      return Symbol(facts[0] as string | undefined);
    case 'unreadable':
      return new Proxy({}, {});
    case 'kwargs':
      return new Kwargs(part(facts[0]) as object);
    case 'ndarray':
      return new NDArray(part(facts[0]) as NumberArray, facts[1] as number[], facts[2] === 'bool' ? 'bool' : undefined);
    default:
      return makeInstance(facts as unknown as InstanceFacts, part);
  }
}

type InstanceFacts = readonly [names: readonly string[], properties: object, json: ReturnType<typeof jsonOf>];

/** An object that a codec says the same of as of the original. */
function makeInstance([names, properties, json]: InstanceFacts, part: Part): object {
  const prototype = prototypeNamed(names, Object.prototype);
  const instance = Object.assign(Object.create(json ? Object.create(prototype) : prototype), part(properties));
  if (json) {
    const [how, what] = json;
    const toJSON = (): unknown => {
      if (how === 'throws') throw part(what);
      return part(what);
    };
    Object.defineProperty(Object.getPrototypeOf(instance), 'toJSON', { value: toJSON });
  }
  return instance;
}

/** The prototype of a class that has the name of another, as have those above it. */
export function prototypeNamed(names: readonly string[], base: object): object {
  return names.reduceRight((above: object, name) => {
    const known = Object.getPrototypeOf(above) === null ? undefined : functionName(property(above, 'constructor'));
    if (known === name) return above;
    const prototype = Object.create(above);
    const constructor = Object.defineProperty(() => {}, 'name', { value: name });
    Object.defineProperty(prototype, 'constructor', { value: constructor, configurable: true, writable: true });
    return prototype;
  }, base);
}
