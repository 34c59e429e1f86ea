//: lazy
// The structured clone in a block, with the bytes of views beside it.

const LONG_CLONE = 8192; // bytes; shorter clones without long views stand in the text

const VIEWS = [
  ['Buffer', ({ buffer }) => bufferFrom(buffer)],
  ['DataView', ({ buffer }) => new DataView(buffer)],
  ...keysOf(TYPED_ARRAYS).map((name) => [name, ({ buffer }) => new TYPED_ARRAYS[name](buffer)]),
];
const VIEW_NAMES = VIEWS.map(([name]) => name);

/** Writes a clone whose views have their bytes in a block. */
class BlockWriter extends v8.Serializer {
  constructor(block) {
    super();
    this.block = block;
    this._setTreatArrayBufferViewsAsHostObjects(true);
  }

  _writeHostObject(view) {
    const kind = isView(view) ? VIEW_NAMES.indexOf(nameOfView(view)) : -1;
    if (kind < 0) throw new Error('is none of these views');
    this.writeUint32(kind);
    this.writeDouble(this.block.add(bufferFrom(view.buffer, view.byteOffset, view.byteLength)));
    this.writeDouble(view.byteLength);
  }
}

function nameOfView(view) {
  if (isBuffer(view)) return 'Buffer';
  return types.isDataView(view) ? 'DataView' : typeOfNumbers(view);
}

class BlockReader extends v8.Deserializer {
  constructor(clone, bytesAt) {
    super(clone);
    this.bytesAt = bytesAt;
  }

  _readHostObject() {
    const view = VIEWS[this.readUint32()];
    if (!view) throw new Error('there is no such view');
    const start = this.readDouble();
    return view[1](this.bytesAt(start, this.readDouble()));
  }
}

/** The text for a clone, with a block if there are views in it or it is long; none if it cannot be made so. Getters are read once. */
function writeCloneBeside(value) {
  const block = newBlock();
  try {
    const isLinked = needsLinks(value, new Map());
    const writer = new BlockWriter(block);
    writer.writeHeader();
    writer.writeValue(isLinked ? withLinks(value) : value);
    const clone = writer.releaseBuffer();
    const mark = isLinked ? LINKED : '';
    const sign = `${mark}${IN_BLOCK}${block.number} `;
    // A view that is alone in the block is not copied where it arrives.
    if (clone.length >= LONG_CLONE) return `${sign}${block.add(clone)} ${clone.length}`;
    if (block.size > 0) return sign + clone.toString('base64');
    written.delete(block.number);
    return mark + clone.toString('base64');
  } catch (error) {
    // By the clone of Node's own, it is told why.
  }
  written.delete(block.number);
  return undefined;
}

/** The value of a clone in a block. */
function readFromBlock(text) {
  const [number, start, length] = text.slice(1).split(' ');
  const clone = length ? bufferFrom(arrivedBytes.bytesAt(+number, +start, +length).buffer) : bufferFrom(start, 'base64');
  const reader = new BlockReader(clone, (at, size) => arrivedBytes.bytesAt(+number, at, size));
  reader.readHeader();
  return reader.readValue();
}
