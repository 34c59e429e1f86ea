import type * as V8 from 'node:v8';

let loaded: typeof V8 | undefined;

/** Node's module, which is loaded when it is first asked for: it takes 1 ms, and only Node and Node speak V8. */
export function v8Module(): typeof V8 {
  loaded ??= process.getBuiltinModule('node:v8');
  return loaded;
}

/** The version of V8's format that this Node writes. An older one cannot be read by a newer name, nor a newer one at all. */
export function v8Format(): number {
  return v8Module().serialize(null)[1] as number;
}
