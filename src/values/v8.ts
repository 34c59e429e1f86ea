import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { Opaque } from '../common/inspect.js';
import { isA, textOf } from '../common/thrown.js';
import { type Payload, wrapped } from '../wire/blocks.js';
import type { ReceivedBytes } from '../wire/received-bytes.js';
import { describeValue, HOW_FUNCTIONS_CROSS, NotCarried, type Path, type Protocol } from './codec.js';
import { writePlain } from './json.js';
import { checkLength, refusal } from './refusals.js';
import { isClonedByJson } from './shared/exact-json.js';
import { entriesOf, membersOf } from './shared/objects.js';
import { needsLinks, partsOfError, stepTo, stepToEntry, withoutParts, withParts } from './snapshot.js';
import { IN_BLOCK, readFromBlock, writeToBlock } from './v8-blocks.js';
import { v8Module } from './v8-module.js';

/** The structured clone, between Node and Node. It is for a side that one trusts: V8 does not guard against forgeries. */
export const v8: Protocol<string> = {
  name: 'V8',
  isClone: true,
  encode: (value) => writePlain(value, isPlain) ?? checkLength(writeClone(value)),
  encodePlain: (value) => writePlain(value, isPlain),
  isPlain,
  decode: readClone,
};

/** The same, with clones and what they have of bytes beside the text. */
export const v8WithBlocks: Protocol = {
  ...v8,
  encode: (value) => writePlain(value, isPlain) ?? writeCloneBeside(value) ?? checkLength(writeClone(value)),
};

/** Node's types leave out what is to be replaced, though Node documents it. */
interface ReaderOfNode {
  readHeader(): boolean;
  readValue(): unknown;
  _readHostObject(): ArrayBufferView;
}

function deserialize(bytes: Buffer): unknown {
  const reader = new (v8Module().DefaultDeserializer)(bytes) as unknown as ReaderOfNode;
  const { _readHostObject: readView } = reader;
  reader._readHostObject = () => withOwnMemory(readView.call(reader));
  reader.readHeader();
  return reader.readValue();
}

/** A view with memory of its own. Node's lie in the message, and show what else is in it. */
function withOwnMemory(view: ArrayBufferView): ArrayBufferView {
  const own = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  if (Buffer.isBuffer(view)) return Buffer.from(own as ArrayBuffer);
  return new (view.constructor as new (buffer: ArrayBufferLike) => ArrayBufferView)(own);
}

/** What V8 writes begins with a byte that begins with `/` in base64, and JSON never does. */
function readClone(text: string, bytes?: ReceivedBytes): unknown {
  if (text[0] !== LINKED) return readUnlinked(text, bytes);
  return withParts(readUnlinked(text.slice(1), bytes) as Parameters<typeof withParts>[0]);
}

function readUnlinked(text: string, bytes: ReceivedBytes | undefined): unknown {
  const value = text[0] === IN_BLOCK ? readFromBlock(text, bytes) : readText(text);
  bytes?.checkNamed();
  return value;
}

function readText(text: string): unknown {
  return text[0] === '/' ? deserialize(Buffer.from(text, 'base64')) : JSON.parse(text);
}

/** Begins a clone that has the parts of its errors beside it. */
const LINKED = '!';

function writeClone(value: unknown): string {
  try {
    return cloneOf(value);
  } catch (error) {
    throw refusalOfClone(error, value);
  }
}

function cloneOf(value: unknown): string {
  const { serialize } = v8Module();
  if (!needsLinks(value)) return serialize(value).toString('base64');
  return LINKED + serialize(withoutParts(value)).toString('base64');
}

/** A clone that is not in the text; none if it is short, or cannot be made so. */
function writeCloneBeside(value: unknown): Payload | undefined {
  try {
    const isLinked = needsLinks(value);
    const payload = writeToBlock(isLinked ? withoutParts(value) : value);
    return payload !== undefined && isLinked ? wrapped(payload, (text) => LINKED + text) : payload;
  } catch {
    return undefined;
  }
}

function refusalOfClone(error: unknown, value: unknown): NotCarried {
  const meaning = refusal(error, ['value']);
  if (meaning.cause !== error) return meaning;
  const [path, culprit] = findCulprit(value, ['value']);
  return new NotCarried(path, reasonFor(culprit, error), { cause: error });
}

function reasonFor(culprit: unknown, error: unknown): string {
  if (typeof culprit === 'function') return `a function ${HOW_FUNCTIONS_CROSS}`;
  return isA(culprit, Opaque) ? `${describeValue(culprit)} cannot be carried by V8` : reasonOf(error);
}

/** Node's text of an object of its own, such as `process.env`, has all that is in it. */
function reasonOf(error: unknown): string {
  return textOf(error).replace(/^Unserializable host object[\s\S]*$/, 'a host object could not be cloned.');
}

function isPlain(value: unknown): boolean {
  try {
    return isClonedByJson(value, new Set());
  } catch {
    return false; // it is nested too deep
  }
}

/** The innermost part of `value` that cannot be cloned, and its path. Getters are not asked again. */
function findCulprit(value: unknown, path: Path): [path: Path, culprit: unknown] {
  if (path.length > 50) return [path, value];
  for (const [step, part] of partsOf(value)) {
    if (!isCloneable(part)) return findCulprit(part, [...path, step]);
  }
  return [path, value];
}

function partsOf(value: unknown): readonly [string | number, unknown][] {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || isA(value, Opaque)) return [];
  if (types.isMap(value)) return entriesOf(value).flatMap(partsOfEntry);
  if (types.isSet(value)) return [...membersOf(value).entries()];
  if (ArrayBuffer.isView(value)) return [];
  const keys = types.isNativeError(value) ? partsOfError(value) : Object.keys(value);
  return keys.map((key) => [stepTo(value, key), Object.getOwnPropertyDescriptor(value, key)?.value]);
}

function partsOfEntry([key, part]: [unknown, unknown], index: number): [string | number, unknown][] {
  return [key, part].map((half) => [stepToEntry(key, index), half]);
}

function isCloneable(value: unknown): boolean {
  try {
    cloneOf(value);
    return true;
  } catch {
    return false;
  }
}
