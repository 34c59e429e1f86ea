import { type InspectOptions, inspect } from 'node:util';

/** What `util.inspect` shows of an object: its name, and what there is to know of it. */
export function showObject(name: string, parts: object, depth: number, options: InspectOptions): string {
  if (depth < 0) return `[${name}]`;
  return `${name} ${inspect(parts, { ...options, depth })}`;
}

/**
 * An object of this library that is more than data. As a text, and as JSON in a log, it says what it is; but no protocol carries
 * it as that text.
 */
export abstract class Opaque {
  /** A function, so that the structured clone refuses to make a mere object of it. */
  protected readonly uncloneable = nothing;

  /** What it is, in a few words. */
  abstract toString(): string;

  /** The same, for logs, where JSON would say no more than `{}`. A call refuses it, or sends what it stands for. */
  toJSON(): string {
    return this.toString();
  }

  /** @internal What to call it in a message. */
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
