import { json } from './json.js';
import { Ref } from './ref.js';
import { v8 } from './v8.js';
import { isPlainObject, NotCarried, type Path, type Protocol } from './values.js';

const PROTOCOLS: readonly Protocol[] = [json, v8];

/** The protocol of that name, if there is one. */
export function protocolNamed(name: string): Protocol | undefined {
  return PROTOCOLS.find((protocol) => protocol.name === name);
}

/** The payload of a CALL: `[name, arguments]`, and where references stand among the arguments, if there are any. */
export function encodeCall(
  protocol: Protocol,
  name: string,
  args: readonly unknown[],
  onRef: (ref: Ref) => void,
): string {
  try {
    return protocol.encode([name, args]);
  } catch (error) {
    const references: Reference[] = [];
    const plain = args.map((arg, index) => withoutReferences(arg, [index], references));
    if (references.length === 0) throw error instanceof NotCarried ? error.within(2, 'args') : error;
    for (const [, ref] of references) onRef(ref);
    return protocol.encode([name, plain, references.map(([path, ref]) => [path, ref.code])]);
  }
}

type Reference = readonly [path: Path, ref: Ref];

/** `value` with `null` in the place of each reference in it; the references are added to `found`. */
function withoutReferences(value: unknown, path: Path, found: Reference[]): unknown {
  if (value instanceof Ref) {
    found.push([path, value]);
    return null;
  }
  if (path.length > 100) return value;
  if (Array.isArray(value)) return value.map((item, index) => withoutReferences(item, [...path, index], found));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutReferences(item, [...path, key], found)]),
  );
}
