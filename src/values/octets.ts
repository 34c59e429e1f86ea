import { wrapped } from '../wire/blocks.js';
import { NotCarried, type Path, type Protocol } from './codec.js';

/** What `JSON.stringify` writes of half of a surrogate pair; in front of what else it may stand, is looked at then. */
const HALF = '\\ud';
const LONE = /\p{Surrogate}/u;

/** The same protocol for a side where text is the octets of UTF-8, in which halves of surrogate pairs have none. */
export function withOctets(protocol: Protocol): Protocol {
  const check = (text: string): string => {
    const path = text.includes(HALF) ? pathToHalf(JSON.parse(text), ['value']) : undefined;
    if (path) throw new NotCarried(path, "half of a surrogate pair cannot be carried where text is 'bytes'");
    return text;
  };
  return {
    ...protocol,
    isPlain: (value) => protocol.isPlain(value) && pathToHalf(value, []) === undefined,
    encodePlain: (value) => mapped(protocol.encodePlain(value), check),
    encode: (value) => wrapped(protocol.encode(value), check),
  };
}

function mapped(text: string | undefined, check: (text: string) => string): string | undefined {
  return text === undefined ? undefined : check(text);
}

/** Where the first text is that is not well-formed, if there is one: in plain JSON, whose words of EJSON count as what they are. */
function pathToHalf(value: unknown, path: Path): Path | undefined {
  if (typeof value === 'string') return LONE.test(value) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const step = Array.isArray(value) ? Number(key) : key.replace(/^\$\$/, '$');
    const found = LONE.test(key) ? [...path, step] : pathToHalf(part, [...path, step]);
    if (found) return found;
  }
  return undefined;
}
