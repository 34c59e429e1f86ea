// Many bytes, which cross beside the text that names them: in blocks.

let takesBlocks = false; // the host does
const written = new Map(); // blocks that stand beside a text which has not been sent yet, by number
let lastBlock = 0; // the number of the last one
const blocks = new Map(); // those that have been read, by number, until what names them is
let named = []; // their numbers

/** Where many bytes are put that stand beside a text. */
function newBlock() {
  return {
    number: ++lastBlock,
    size: 0,
    chunks: [],
    add(bytes) {
      const start = this.size;
      written.set(this.number, this);
      append(this.chunks, bytes);
      this.size += bytes.length;
      return start;
    },
  };
}

/** Where the bytes are that words name. Those that are a whole block are not copied. */
const arrivedBytes = {
  bytesAt(number, start, length) {
    const block = blocks.get(number);
    if (!block || !(start >= 0 && length >= 0 && start + length <= block.length)) {
      throw new Error(`block ${number} has no ${length} bytes at ${start}`);
    }
    append(named, number);
    return length === block.length ? new Uint8Array(block.buffer) : new Uint8Array(block.slice(start, start + length));
  },
};

/** What was carried out is done with. */
function forgetBlocks() {
  for (let index = 0; index < named.length; index++) blocks.delete(named[index]);
  named = [];
  written.clear();
}

/** As `feed`, where bytes are among the lines, which may look like lines. */
function feedWithBlocks(chunk) {
  let { block } = arrived;
  let text = arrived.text.slice(arrived.next);
  let bytes = arrived.tail === NO_BYTES ? chunk : concat([arrived.tail, chunk]);
  if (mayBeginHeading(text)) [bytes, text] = [concat([bufferFrom(text), bytes]), ''];
  for (;;) {
    if (block) {
      [block, bytes] = fillBlock(block, bytes);
      if (hostInput && innermost.depth === 0) block = readMore(block);
      if (block.filled < block.bytes.length) break;
      blocks.set(block.number, block.isEscaped ? unescaped(block.bytes) : block.bytes);
      block = undefined;
    }
    const start = startOfHeading(bytes, text === '' || text.endsWith('\n') ? 0 : bytes.indexOf(NEWLINE) + 1 || bytes.length);
    const end = bytes.indexOf(NEWLINE, start) + 1;
    if (start === bytes.length || end === 0) break;
    text += bytes.toString('utf8', 0, start);
    const [, , number, length, more] = bytes.toString('latin1', start, end - 1).split(' ');
    block = { number: +number, bytes: allocUnsafeSlow(+length), filled: 0, isEscaped: more === 'escaped' };
    bytes = bytes.slice(end);
  }
  const end = endOfCharacters(bytes);
  const tail = end < bytes.length ? bufferFrom(bytes.slice(end)) : NO_BYTES;
  text += bytes.toString('utf8', 0, end);
  arrived = { text, next: 0, hasLines: text.includes('\n'), tail, reads, message: arrived.message, block };
  if (arrived.hasLines) sort();
}

/** Whether what has been read ends in the beginning of a heading, or may. */
function endsInHeading() {
  return arrived.next < arrived.text.length && mayBeginHeading(arrived.text.slice(arrived.next));
}

const HEADING = 'BYTES ';

function mayBeginHeading(text) {
  return text !== '' && !text.includes('\n') && HEADING.startsWith(text.slice(0, HEADING.length));
}

/** Where a line begins that is a heading, or may become one, from the beginning of a line on; or the end. */
function startOfHeading(bytes, start) {
  let place = start;
  while (place < bytes.length && !HEADING.startsWith(bytes.toString('latin1', place, place + HEADING.length))) {
    place = bytes.indexOf(NEWLINE, place) + 1 || bytes.length;
  }
  return place;
}

/** More of a block, and what is behind it. What an interrupt has ended is done once more. */
function fillBlock({ number, bytes, filled, isEscaped }, source) {
  const count = source.copy(bytes, filled);
  return [{ number, bytes, filled: filled + count, isEscaped }, source.slice(count)];
}

const ESCAPE = 254; // begins two bytes that stand for one: the second one is what that has more than this

/** The bytes that were escaped where they were sent, so that none of them is `UNREAD`. */
function unescaped(bytes) {
  let count = 0;
  for (let place = bytes.indexOf(ESCAPE); place >= 0; place = bytes.indexOf(ESCAPE, place + 2)) count++;
  const result = allocUnsafeSlow(bytes.length - count);
  for (let end = 0, place = 0; end < result.length; end++, place++) {
    result[end] = bytes[place] === ESCAPE ? ESCAPE + bytes[++place] : bytes[place];
  }
  return result;
}

/**
 * What is there of a block, read right to where it belongs: what the event loop reads is copied once more. In an inner frame, an
 * interrupt could make it forgotten how much has been read.
 */
function readMore({ number, bytes, filled, isEscaped }) {
  let end = filled;
  try {
    for (let count = 1; count > 0 && end < bytes.length; end += count) count = readSync(0, bytes, end, bytes.length - end, null);
  } catch (error) {
    // There is no more yet. Of any other reason, and of the end of input, the event loop hears as well.
  }
  return { number, bytes, filled: end, isEscaped };
}

/** The blocks that a message names. */
function namedIn(message) {
  const found = [];
  written.forEach((block, number) => {
    const name = new RegExp(`"\\$(binary":\\{|typedArray":\\{"type":"\\w+",)"block":\\[${number},`);
    const clone = new RegExp(`^\\w+ (?:\\d+ ){1,2}@?!?\\*${number} `);
    if (name.test(message) || clone.test(message)) append(found, block);
  });
  return found;
}

function sayBlock({ number, size, chunks }) {
  const heading = `${number} ${size}\n`;
  sendPiece(outBuffer, outBuffer.write(`${bulk > 0 ? announcedBlock : blockBegin}${heading}`));
  for (const chunk of joined(chunks)) {
    if (bulk > 0) sendPiece(chunk, chunk.length, bulk);
    else sayBytes(chunk);
  }
}

function sayBytes(bytes) {
  const room = PIECE - blockPiece.length - 1 - `${PIECE}`.length;
  const start = sendPieces(`${blockPiece}${room}\n`, bytes, room, '');
  if (start === bytes.length) return;
  const length = outBuffer.write(`${blockPiece}${bytes.length - start}\n`);
  sendPiece(outBuffer, length + bytes.copy(outBuffer, length, start));
}

const SMALL = 2 ** 15;

/** The same bytes, in parts that are not short. */
function* joined(chunks) {
  let short = [];
  let size = 0;
  for (let index = 0; index < chunks.length; index++) {
    const chunk = chunks[index];
    if (chunk.length < SMALL) append(short, chunk);
    size += chunk.length < SMALL ? chunk.length : 0;
    if (size >= SMALL || (size > 0 && chunk.length >= SMALL)) {
      yield concat(short);
      [short, size] = [[], 0];
    }
    if (chunk.length >= SMALL) yield chunk;
  }
  if (size > 0) yield concat(short);
}

/** What has been written does not change any more: other code runs before it is sent. */
function copyWritten() {
  written.forEach((block) => { block.chunks = block.chunks.map((bytes) => bufferFrom(bytes)); });
}
