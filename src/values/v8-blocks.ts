import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { Deserializer, Serializer } from 'node:v8';
import { Block, Blocked } from '../wire/blocks.js';
import type { ReceivedBytes } from '../wire/received-bytes.js';
import { TYPED_ARRAYS, typeOfNumbers } from './shared/objects.js';
import { LONG_BYTES } from './shared/write-json.js';

/** In bytes: shorter clones, of values without as many bytes, stand in the text. */
const LONG_CLONE = 8192;

/** Begins the text of a clone that is in a block: its number, where the clone begins, and how long that is. */
export const IN_BLOCK = '*';

type ViewMaker = (bytes: Uint8Array) => ArrayBufferView;

/** How views are called in a clone, by their order here, and made of their bytes. */
const KINDS: readonly (readonly [name: string, make: ViewMaker])[] = [
  ['Buffer', ({ buffer }) => Buffer.from(buffer as ArrayBuffer)],
  ['DataView', ({ buffer }) => new DataView(buffer)],
  ...Object.entries(TYPED_ARRAYS).map(([name, type]): [string, ViewMaker] => [
    name,
    ({ buffer }) => new type(buffer as ArrayBuffer),
  ]),
];
const NAMES = KINDS.map(([name]) => name);

/** Node's types leave out what is to be overridden, though Node documents it. */
const { Serializer: Writes, Deserializer: Reads } = { Serializer, Deserializer } as unknown as {
  Serializer: new () => Serializer & { _setTreatArrayBufferViewsAsHostObjects(is: boolean): void };
  Deserializer: new (bytes: Buffer) => Deserializer;
};

/** Writes a clone whose views have their bytes in a block. */
class Writer extends Writes {
  readonly #block: Block;

  constructor(block: Block) {
    super();
    this.#block = block;
    this._setTreatArrayBufferViewsAsHostObjects(true);
  }

  _writeHostObject(view: ArrayBufferView): void {
    const kind = ArrayBuffer.isView(view) ? NAMES.indexOf(nameOf(view)) : -1;
    if (kind < 0) throw new Error('is none of these views');
    this.writeUint32(kind);
    this.writeDouble(this.#block.add(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)));
    this.writeDouble(view.byteLength);
  }
}

function nameOf(view: ArrayBufferView): string {
  if (Buffer.isBuffer(view)) return 'Buffer';
  return types.isDataView(view) ? 'DataView' : (typeOfNumbers(view) ?? '');
}

/** Reads one. */
class Reader extends Reads {
  readonly #view: (length: number, at: number) => Uint8Array;

  constructor(clone: Buffer, view: (at: number, length: number) => Uint8Array) {
    super(clone);
    this.#view = view;
  }

  _readHostObject(): ArrayBufferView {
    const kind = KINDS[this.readUint32()];
    if (!kind) throw new Error('there is no such view');
    const at = this.readDouble();
    return kind[1](this.#view(at, this.readDouble()));
  }
}

/** A value as a clone in a block; none if it is short. Throws if that is not possible. */
export function writeToBlock(value: unknown): Blocked | undefined {
  const block = new Block();
  const writer = new Writer(block);
  writer.writeHeader();
  writer.writeValue(value);
  const clone = writer.releaseBuffer();
  if (block.length < LONG_BYTES && clone.length < LONG_CLONE) return undefined;
  const at = block.add(clone);
  return new Blocked(`${IN_BLOCK}${block.number} ${at} ${clone.length}`, block);
}

/** The value of a clone in a block. */
export function readFromBlock(text: string, bytes: ReceivedBytes | undefined): unknown {
  const [, number, at, length] = /^\*(\d+) (\d+) (\d+)$/.exec(text)?.map(Number) ?? [];
  if (!bytes || number === undefined) throw new Error('there is no block for it');
  const { buffer } = bytes.bytesAt(number, at as number, length as number);
  const reader = new Reader(Buffer.from(buffer as ArrayBuffer), (start, size) => bytes.bytesAt(number, start, size));
  reader.readHeader();
  return reader.readValue();
}
