import { type InspectOptions, inspect } from 'node:util';

/** What `util.inspect` shows of an object: its name and its properties. */
export function showObject(name: string, parts: object, depth: number, options: InspectOptions): string {
  if (depth < 0) return `[${name}]`;
  return `${name} ${inspect(parts, { ...options, depth })}`;
}

/**
 * An object of this library that is more than data. It has a string and JSON form for logs, but no protocol sends it as
 * that string.
 */
export abstract class Opaque {
  /** A function, so that the structured clone refuses the object instead of copying its properties. */
  protected readonly uncloneable = nothing;

  /** A short description. */
  abstract toString(): string;

  /** The same description, for logs in JSON. Calls never send it. */
  toJSON(): string {
    return this.toString();
  }

  /** @internal The name of the object in a message. */
  describe(): string {
    return `a ${this.constructor.name}`;
  }
}

function nothing(): void {}

/** The beginning of some code, in one line. */
export function brief(code: string): string {
  const line = code.trim().replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
