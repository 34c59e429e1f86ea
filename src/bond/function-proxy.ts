import type { Functions, Reserved } from '../references/remote-types.js';

/** Calls a function of the other side. */
export type Call = (name: string, args: readonly unknown[]) => Promise<unknown>;

/** What every object may be asked for: by `await`, and by `JSON.stringify`. */
const RESERVED: readonly string[] = ['then', 'toJSON'] satisfies Reserved[];

/**
 * The functions of the other side as properties, with what is in modules, packages and classes below them.
 * @param separator what stands between the steps of a name there
 */
export function functionsOf<F>(separator: string, call: Call): Functions<F> {
  return below('', separator, call, {}) as Functions<F>;
}

/** A proxy whose properties are functions, and themselves such proxies; `prefix` goes before their names. */
function below(prefix: string, separator: string, call: Call, target: object): unknown {
  const known = new Map<string, unknown>();
  return new Proxy(target, {
    get: (_, key) => {
      // Else `${fn}` would call a function that is called toString.
      if (key === Symbol.toPrimitive) return () => `[functions ${prefix}…]`;
      if (typeof key === 'symbol' || RESERVED.includes(key)) return undefined;
      if (!known.has(key)) {
        const name = prefix + key;
        const remote = (...args: unknown[]) => call(name, args);
        known.set(key, below(name + separator, separator, call, remote));
      }
      return known.get(key);
    },
    set: () => false,
  });
}
