import { types } from 'node:util';
import { Opaque } from '../common/inspect.js';
import type { ProtocolName } from '../common/options.js';
import { functionName, isA, property } from '../common/thrown.js';
import type { Payload } from '../wire/blocks.js';
import type { ReceivedBytes } from '../wire/received-bytes.js';
import { NDArray } from './ndarray.js';
import { timeOf } from './shared/objects.js';

/** A way to write values down in a line of text. */
export interface Protocol<Written extends Payload = Payload> {
  readonly name: ProtocolName;
  /** Whether what is the same object is the same on the other side, too, as with the structured clone. */
  readonly isClone: boolean;
  /** The text of a value, with its bytes; {@link NotCarried} if it cannot be carried exactly. Getters and proxies are read once. */
  encode(value: unknown): Written;
  /** The text of a value that is carried as plain JSON, or `undefined`. No code of the user's runs. */
  encodePlain(value: unknown): string | undefined;
  /** Whether it carries a value as plain JSON, exactly. No code of the user's runs, nor does it when such a value is read. */
  isPlain(value: unknown): boolean;
  /** The value of a text, which names all of the bytes. Throws if the text is not one of this protocol's. */
  decode(text: string, bytes?: ReceivedBytes): unknown;
}

/** Where a value sits inside of another one. */
export type Path = readonly (string | number)[];

/** A value that a protocol cannot carry exactly: where it sits, and why. */
export class NotCarried extends Error {
  readonly path: Path;
  readonly reason: string;

  constructor(path: Path, reason: string, details?: { readonly cause: unknown }) {
    super(`${showPath(path)}: ${reason}`, details);
    this.path = path;
    this.reason = reason;
  }

  /** The same, with the outermost `levels` of the path replaced by a name. */
  within(levels: number, name: string): NotCarried {
    return this.#at([name, ...this.path.slice(levels)]);
  }

  /** The same, where the first `count` arguments are not those of the user. */
  amongArguments(count: number): NotCarried {
    const [root, index, ...steps] = this.path;
    return root === 'args' && typeof index === 'number' ? this.#at([root, index - count, ...steps]) : this;
  }

  #at(path: Path): NotCarried {
    return new NotCarried(path, this.reason, 'cause' in this ? { cause: this.cause } : undefined);
  }
}

/** What is wrong with a function among values. */
export const HOW_FUNCTIONS_CROSS = 'has to be wrapped in callback(…) to cross';

function showPath(path: Path): string {
  const [root = 'value', ...steps] = path;
  return steps.reduce<string>((text, step) => {
    const isName = /^[A-Za-z_$][\w$]*$/.test(String(step));
    return isName ? `${text}.${step}` : `${text}[${JSON.stringify(step)}]`;
  }, String(root));
}

/** What to call a value in a message about it. */
export function describeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  if (types.isPromise(value)) return 'a Promise (is an `await` missing?)';
  if (types.isDate(value) && Number.isNaN(timeOf(value))) return 'a Date that is invalid';
  if (isA(value, Opaque)) return value.describe();
  if (isA(value, NDArray)) return 'an NDArray';
  const name = functionName(property(value, 'constructor'));
  return name === '' ? 'an object with a prototype of its own' : `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}
