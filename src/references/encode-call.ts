import { isA } from '../common/thrown.js';
import { NotCarried, type Path, type Protocol } from '../values/codec.js';
import type { Code, Lender } from '../values/reference.js';
import { type Long, partsOf } from '../values/shared/chunks.js';
import { takeSnapshot } from '../values/snapshot.js';
import type { Payload } from '../wire/blocks.js';
import { isKwargs, type Kwargs } from './kwargs.js';

/** The payload of a CALL: `[name, arguments]`; behind it, references among the arguments, and arguments by name. */
export function encodeCall(protocol: Protocol, name: string, args: readonly unknown[], lender: Lender): Payload {
  const last = args.at(-1);
  if (isKwargs(last)) return encodeWithKwargs(protocol, name, args.slice(0, -1), last, lender);
  try {
    return protocol.encodePlain([name, args]) ?? encodeWithReferences(protocol, name, args, lender);
  } catch (error) {
    throw isA(error, NotCarried) ? error.within(2, 'args') : error;
  }
}

/** The same for a call whose last argument is long: its parts, and the payload without it; `undefined` if it is no plain JSON. */
export function encodeInParts(protocol: Protocol, name: string, args: readonly unknown[]): InParts | undefined {
  if (!protocol.isPlain(args)) return undefined;
  return { payload: protocol.encode([name, args.slice(0, -1)]), parts: partsOf(args.at(-1) as Long) };
}

interface InParts {
  readonly payload: Payload;
  readonly parts: Iterable<string>;
}

function encodeWithReferences(protocol: Protocol, name: string, args: readonly unknown[], lender: Lender): Payload {
  const [[, plain], references] = withoutReferences(protocol, [name, args] as const, lender);
  const paths = references.map(([[, ...path], code]) => [path, code]);
  return protocol.encode(paths.length > 0 ? [name, plain, paths] : [name, plain]);
}

function encodeWithKwargs(
  protocol: Protocol,
  name: string,
  args: readonly unknown[],
  { values }: Kwargs,
  lender: Lender,
): Payload {
  lender.need('named');
  try {
    const [[, plain, , named], references] = withoutReferences(protocol, [name, args, [], values] as const, lender);
    // The first step leads into one of the two; a path among the positional arguments goes without it.
    const paths = references.map(([[list, ...path], code]) => [list === 1 ? path : ['kwargs', ...path], code]);
    return protocol.encode([name, plain, paths, named]);
  } catch (error) {
    throw isA(error, NotCarried) ? error.within(2, error.path[1] === 1 ? 'args' : 'kwargs') : error;
  }
}

/** The answer to a call of the function `name`: its result, and references in it. */
export function encodeResult(
  protocol: Protocol,
  name: string,
  value: unknown,
  lender: Lender,
): [verb: 'RETURN' | 'RETURN_WITH', payload: Payload] {
  try {
    const quick = protocol.encodePlain(value);
    if (quick !== undefined) return ['RETURN', quick];
    const [plain, references] = withoutReferences(protocol, value, lender);
    if (references.length === 0) return ['RETURN', protocol.encode(plain)];
    // Whatever still cannot be carried sits in the list that holds the value.
    return ['RETURN_WITH', encodeBelow(protocol, [[plain], references.map(([path, code]) => [[0, ...path], code])])];
  } catch (error) {
    throw isA(error, NotCarried) ? error.within(1, name) : error;
  }
}

/** The payload of a result with references; where it cannot be carried, paths begin at the result. */
function encodeBelow(protocol: Protocol, payload: readonly unknown[]): Payload {
  try {
    return protocol.encode(payload);
  } catch (error) {
    throw isA(error, NotCarried) ? error.within(3, 'value') : error;
  }
}

/** Where a reference sits, and what stands for it. */
type CodeAt = readonly [path: Path, code: Code];

/** `value` with `null` in the place of each reference in it; and where those were. Getters in it are read once. */
function withoutReferences<T>(protocol: Protocol, value: T, lender: Lender): [plain: T, references: CodeAt[]] {
  const snapshot = takeSnapshot(value, protocol.isClone);
  if (snapshot.references.length > 0) lender.need('references');
  return [snapshot.value as T, snapshot.references.map(([path, reference]) => [path, reference.codeFor(lender)])];
}
