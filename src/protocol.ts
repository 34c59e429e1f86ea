import { ejson } from './ejson.js';
import { json } from './json.js';
import { Kwargs } from './kwargs.js';
import { type Long, partsOf } from './parts.js';
import { type Lender, Reference } from './ref.js';
import { isA } from './thrown.js';
import { v8 } from './v8.js';
import { isPlainObject, NotCarried, type Path, type Protocol } from './values.js';

const PROTOCOLS: readonly Protocol[] = [ejson, json, v8];

/** The protocol of that name, if there is one. */
export function protocolNamed(name: string): Protocol | undefined {
  return PROTOCOLS.find((protocol) => protocol.name === name);
}

/** The names of all protocols, for messages. */
export function protocolNames(): string {
  return PROTOCOLS.map(({ name }) => name).join(', ');
}

/** The payload of a CALL: `[name, arguments]`; behind it, references among the arguments, and arguments by name. */
export function encodeCall(protocol: Protocol, name: string, args: readonly unknown[], lender: Lender): string {
  const last = args.at(-1);
  if (last instanceof Kwargs) return encodeWithKwargs(protocol, name, args.slice(0, -1), last, lender);
  try {
    return protocol.encode([name, args]);
  } catch (error) {
    const [plain, references] = withoutReferences(args, lender);
    if (references.length === 0) throw isA(error, NotCarried) ? error.within(2, 'args') : error;
    return encodeAs('args', 2, protocol, [name, plain, references]);
  }
}

/** The same for a call whose last argument is long: its parts, and the payload without it; `undefined` if it is no plain JSON. */
export function encodeInParts(protocol: Protocol, name: string, args: readonly unknown[]): InParts | undefined {
  if (!protocol.isPlain(args)) return undefined;
  return { payload: protocol.encode([name, args.slice(0, -1)]), parts: partsOf(args.at(-1) as Long) };
}

interface InParts {
  readonly payload: string;
  readonly parts: Iterable<string>;
}

function encodeWithKwargs(
  protocol: Protocol,
  name: string,
  args: readonly unknown[],
  { values }: Kwargs,
  lender: Lender,
): string {
  lender.need('named');
  const [[plain, named], references] = withoutReferences([args, values], lender) as [[unknown, unknown], CodeAt[]];
  // The first step leads into one of the two; a path among the positional arguments goes without it.
  const paths = references.map(([[list, ...path], code]) => [list === 0 ? path : ['kwargs', ...path], code]);
  try {
    return protocol.encode([name, plain, paths, named]);
  } catch (error) {
    throw isA(error, NotCarried) ? error.within(2, error.path[1] === 1 ? 'args' : 'kwargs') : error;
  }
}

/** The payload of a result that holds references: `[[result], references]`; `undefined` if it holds none. */
export function encodeReferences(protocol: Protocol, name: string, value: unknown, lender: Lender): string | undefined {
  const [plain, references] = withoutReferences([value], lender);
  return references.length > 0 ? encodeAs(name, 2, protocol, [plain, references]) : undefined;
}

function encodeAs(name: string, levels: number, protocol: Protocol, value: unknown): string {
  try {
    return protocol.encode(value);
  } catch (error) {
    throw isA(error, NotCarried) ? error.within(levels, name) : error;
  }
}

/** Where a reference sits, and the expression for it. */
type CodeAt = readonly [path: Path, code: string];

/** `value` with `null` in the place of each reference in it; and where those were. */
function withoutReferences(value: unknown, lender: Lender): [plain: unknown, references: CodeAt[]] {
  const found: [path: Path, reference: Reference][] = [];
  const plain = takeOut(value, [], found);
  if (found.length > 0) lender.need('references');
  return [plain, found.map(([path, reference]) => [path, reference.codeFor(lender)])];
}

function takeOut(value: unknown, path: Path, found: [path: Path, reference: Reference][]): unknown {
  if (value instanceof Reference) {
    found.push([path, value]);
    return null;
  }
  if (path.length > 100) return value;
  if (Array.isArray(value)) return value.map((item, index) => takeOut(item, [...path, index], found));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, takeOut(item, [...path, key], found)]));
}
