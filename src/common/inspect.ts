import { type InspectOptions, inspect } from 'node:util';

/** What `util.inspect` shows of an object: its name, and what there is to know of it. */
export function showObject(name: string, parts: object, depth: number, options: InspectOptions): string {
  if (depth < 0) return `[${name}]`;
  return `${name} ${inspect(parts, { ...options, depth })}`;
}
