import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import type { Deserializer, Serializer } from 'node:v8';
import { Block, Blocked, type Payload } from '../wire/blocks.js';
import type { ReceivedBytes } from '../wire/received-bytes.js';
import { TYPED_ARRAYS, typeOfNumbers } from './shared/objects.js';
import { LONG_BYTES } from './shared/write-json.js';
import { v8Module } from './v8-module.js';

/** In bytes: shorter clones, of values without as many bytes, stand in the text. */
const LONG_CLONE = 8192;

/** Begins the text of a clone with a block: its number, and the clone in base64, or where it begins there and how long it is. */
export const IN_BLOCK = '*';

type MakeView = (bytes: Uint8Array) => ArrayBufferView;

/** How views are called in a clone, by their order here, and made of their bytes. */
const VIEWS: readonly (readonly [name: string, make: MakeView])[] = [
  ['Buffer', ({ buffer }) => Buffer.from(buffer as ArrayBuffer)],
  ['DataView', ({ buffer }) => new DataView(buffer)],
  ...Object.entries(TYPED_ARRAYS).map(([name, type]): [string, MakeView] => [
    name,
    ({ buffer }) => new type(buffer as ArrayBuffer),
  ]),
];
const NAMES: readonly (string | undefined)[] = VIEWS.map(([name]) => name);

function nameOf(view: ArrayBufferView): string | undefined {
  if (Buffer.isBuffer(view)) return 'Buffer';
  return types.isDataView(view) ? 'DataView' : typeOfNumbers(view);
}

/** What Node documents, and its types leave out: V8 asks these of the object itself. */
type Writer = Serializer & {
  _setTreatArrayBufferViewsAsHostObjects(is: boolean): void;
  _writeHostObject(view: ArrayBufferView): void;
};
type Reader = Deserializer & { _readHostObject(): ArrayBufferView };

/** Writes a clone whose views have their bytes in a block. */
function writerTo(block: Block): Writer {
  const writer = new (v8Module().Serializer)() as Writer;
  writer._setTreatArrayBufferViewsAsHostObjects(true);
  writer._writeHostObject = (view) => {
    const kind = ArrayBuffer.isView(view) ? NAMES.indexOf(nameOf(view)) : -1;
    if (kind < 0) throw new Error('is none of these views');
    writer.writeUint32(kind);
    writer.writeDouble(block.add(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)));
    writer.writeDouble(view.byteLength);
  };
  return writer;
}

/** A value as a clone: in a block if it is long, in base64 if there are no views in it, otherwise none. Getters are read once. */
export function writeToBlock(value: unknown): Payload | undefined {
  const block = new Block();
  const writer = writerTo(block);
  writer.writeHeader();
  writer.writeValue(value);
  const clone = writer.releaseBuffer();
  const sign = `${IN_BLOCK}${block.number} `;
  // A view that is alone in the block is not copied where it arrives.
  if (clone.length >= LONG_CLONE) return new Blocked(`${sign}${block.add(clone)} ${clone.length}`, block);
  if (block.length === 0) return clone.toString('base64');
  return block.length < LONG_BYTES ? undefined : new Blocked(sign + clone.toString('base64'), block);
}

/** The value of a clone in a block. */
export function readFromBlock(text: string, bytes: ReceivedBytes | undefined): unknown {
  const [, digits, at, length] = /^\*(\d+) ([\w+/=]+)(?: (\d+))?$/.exec(text) ?? [];
  if (!bytes || at === undefined) throw new Error('there is no block for it');
  const number = Number(digits);
  const clone =
    length === undefined ? Buffer.from(at, 'base64') : bytes.bytesAt(number, Number(at), Number(length)).buffer;
  const reader = new (v8Module().Deserializer)(Buffer.from(clone as ArrayBuffer)) as Reader;
  reader._readHostObject = () => {
    const view = VIEWS[reader.readUint32()];
    if (!view) throw new Error('there is no such view');
    const start = reader.readDouble();
    return view[1](bytes.bytesAt(number, start, reader.readDouble()));
  };
  reader.readHeader();
  return reader.readValue();
}
