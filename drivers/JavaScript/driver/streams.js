// Output of user code, and messages for the host, in pieces that no other process can come between.

const writeSync = fs.writeSync;
const NEWLINE = 10;
// Writes up to this size are never mixed with those of another process: PIPE_BUF, or one buffer of a socket of Linux.
const PIECE = process.platform === 'linux' && fs.fstatSync(1).isSocket() ? 32768 : 4096;
let lastPiece = '';
let morePieces = '';
let announcement = '';
let abandonment = '';
let [blockBegin, blockPiece, announcedBlock] = ['', '', ''];
let bulk = 0; // the descriptor of a second way to the host, for long messages

function setMark(mark) {
  lastPiece = `${mark} `;
  morePieces = `${mark}+`;
  announcement = `${mark}=`;
  abandonment = `${mark}!\n`;
  [blockBegin, blockPiece, announcedBlock] = [`${mark}*`, `${mark}#`, `${mark}@`];
}

/** Opens the second way, if nothing stands between. */
function openBulk([fd, inode]) {
  try {
    if (fs.fstatSync(fd).ino === inode) bulk = fd;
  } catch (error) {
    // It is not here.
  }
}

/** stdout and stderr that write at once, and wait for a slow reader. An interrupt may come anywhere: nothing is remembered. */
class LiveOutput extends Writable {
  constructor(fd) {
    super();
    this.fd = fd;
  }

  write(chunk, encoding, callback) {
    if (this.writableEnded) return super.write(chunk, encoding, callback); // which knows how to complain
    const done = typeof encoding === 'function' ? encoding : callback;
    writeAll(this.fd, typeof chunk === 'string' ? bufferFrom(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk);
    if (done) nextTick(done);
    return true;
  }

  /** Only for what `end` is given. */
  _write(chunk, _encoding, done) {
    writeAll(this.fd, chunk);
    done();
  }

  _destroy(_error, done) {
    done();
  }
}

function openOutput() {
  [['stdout', 1], ['stderr', 2]].forEach(([name, fd]) => {
    const output = new LiveOutput(fd);
    define(process, name, { __proto__: null, configurable: true, enumerable: true, get: () => output });
  });
}

function writeAll(fd, bytes, length = bytes.length) {
  let patience = SHORTEST_PAUSE;
  for (let done = 0; done < length; ) {
    try {
      done += writeSync(fd, bytes, done, length - done);
      patience = SHORTEST_PAUSE;
    } catch (error) {
      if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
      pause(patience);
      patience = min(2 * patience, 1);
    }
  }
}

const SHORTEST_PAUSE = 1 / 32; // ms: a reader that is not slow has emptied the pipe in half a ms

/** Somebody, such as Node, has put the descriptor into non-blocking mode. An interrupt ends the wait, as it would not end one for room. */
function pause(duration = 1) {
  wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, duration);
}

const released = []; // numbers of the host's functions that nothing here refers to any more

let isSaying = false; // in the middle of what takes several writes: an interrupt leaves it there

/** Sends one message to the host, which may be a long answer. What was printed before it has been written. */
function say(message) {
  if (typeof message !== 'string') return sayInParts(message);
  if (isSaying) abandonMessage();
  while (released.length > 0) sayReleased();
  const beside = written.size > 0 ? namedIn(message) : NO_BLOCKS;
  if (beside.length === 0 && isShort(message)) return sayShort(message);
  isSaying = true;
  for (let index = 0; index < beside.length; index++) sayBlock(beside[index]);
  sayLong(message);
  isSaying = false;
  for (let index = 0; index < beside.length; index++) written.delete(beside[index].number);
}

const NO_BLOCKS = [];
const MOST_RELEASED = 64; // so many make a short message

/** If an interrupt comes behind the message, it is said twice, which does no harm. */
function sayReleased() {
  const some = released.slice(0, MOST_RELEASED);
  sayShort(`RELEASE ${some.join(' ')}`);
  released.splice(0, some.length);
}

function sayShort(message) {
  sendPiece(outBuffer, outBuffer.write(`${lastPiece}${message}\n`));
}

/** How much of a message the host has got, nobody knows: so it is told to forget it. On the way for long ones, more may lie. */
function abandonMessage() {
  bulk = 0;
  sendPiece(outBuffer, outBuffer.write(abandonment));
  isSaying = false;
}

function sayLong(message) {
  const body = bufferFrom(message);
  const room = PIECE - lastPiece.length - 1;
  if (bulk > 0 && body.length > room) {
    sendPiece(outBuffer, outBuffer.write(`${announcement}${body.length}\n`));
    return sendPiece(body, body.length, bulk);
  }
  const start = sendPieces(morePieces, body, room, '\n');
  let length = outBuffer.write(lastPiece);
  length += body.copy(outBuffer, length, start);
  outBuffer[length] = NEWLINE;
  sendPiece(outBuffer, length + 1);
}

function sayInParts({ request, parts }) {
  try {
    for (const part of parts) say(`PART ${request} ${part}`);
  } catch (error) {
    // A getter that had given something before.
    say(`PART ${request} `);
    return say(report(request, error));
  }
  say(`RETURN ${request} `);
}

const outBuffer = allocUnsafeSlow(PIECE);

/** Whether a message is surely written in one go: a character has at most three bytes here. */
function isShort(message) {
  return 3 * message.length < PIECE - lastPiece.length;
}

let pieces; // a buffer for several

/**
 * Sends bytes in pieces of that size, up to what is less; returns where that begins. Linux fills a pipe page by page, and other processes come
 * between pages only: of pieces that are a page each, many can be written at once.
 */
function sendPieces(heading, body, room, ending) {
  pieces = pieces || allocUnsafeSlow(PIECE === 4096 && process.platform === 'linux' ? 16 * PIECE : PIECE);
  let start = 0;
  while (body.length - start >= room) {
    let length = 0;
    for (; length < pieces.length && body.length - start >= room; start += room) {
      length += pieces.write(heading, length);
      length += body.copy(pieces, length, start, start + room);
      length += pieces.write(ending, length);
    }
    sendPiece(pieces, length);
  }
  return start;
}

function sendPiece(bytes, length, fd = 1) {
  try {
    writeAll(fd, bytes, length);
  } catch (error) {
    exit(1); // nobody listens any more
  }
}
