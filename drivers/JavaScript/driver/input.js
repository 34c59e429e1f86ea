// Reads what the host sends: the event loop does, or a function of the host that user code has called.

const readSync = fs.readSync;
let hostInput; // fd 0: kept from user code, because what is in it is the conversation
let relay; // what stands in its place where no signal of the host reaches this process

/** All reads share one buffer, where Node can do that: to allocate one for each takes longer than to copy what was read. */
function openInput() {
  const kind = fs.fstatSync(0);
  if (!kind.isFIFO() && !kind.isSocket()) return process.stdin;
  const callback = (size, buffer) => {
    takeChunk(buffer.slice(0, size));
    return true;
  };
  return new (require('net').Socket)({ fd: 0, readable: true, writable: false, onread: { buffer: allocUnsafeSlow(65536), callback } });
}

const UNREAD = 0xff; // which is in no text
const readBuffer = alloc(65536, UNREAD); // beyond what has been read, too: so an interrupt cannot make its length forgotten

/** What has been read last. */
function lastRead() {
  if (relay) return relay.bytes(arrived.reads, reads);
  if (filled > 0) return readBuffer.slice(0, filled);
  const end = readBuffer.indexOf(UNREAD);
  return end < 0 ? readBuffer : readBuffer.slice(0, end);
}

let filled = 0; // how many bytes of it have been read into; 0 if an interrupt has come before that was noted

function clearBuffer() {
  const size = filled || readBuffer.length;
  filled = 0;
  readBuffer.fill(UNREAD, 0, size);
}

/** What comes next: it stays as it is only until more is read. */
function readNow() {
  if (relay) {
    reads = relay.waitForNext(arrived.reads);
    return lastRead();
  }
  beginRead();
  for (;;) {
    const chunk = tryToRead();
    if (chunk) return chunk;
    pause();
  }
}

/** Takes in what has come, without waiting for more. Whether there was anything. */
function feedMore() {
  if (relay) {
    reads = relay.next(arrived.reads);
    if (relay.isOver() && reads === arrived.reads) exit();
    if (reads === arrived.reads) return false;
    feed(lastRead());
    return true;
  }
  beginRead();
  const chunk = tryToRead();
  if (chunk) feed(chunk);
  return chunk !== undefined;
}

function beginRead() {
  if (filled > 0 || readBuffer[0] !== UNREAD) clearBuffer();
  reads++;
}

/** What is there to be read; nothing if that does not wait for data, and there is none. */
function tryToRead() {
  try {
    const count = readSync(0, readBuffer, 0, readBuffer.length, null);
    if (count === 0) exit(); // end of input: the host is gone
    filled = count;
    return readBuffer.slice(0, count);
  } catch (error) {
    if (error.code === 'EOF') exit();
    if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
    return undefined;
  }
}

/** Whether reading waits for data, as inner frames need it; the event loop, which reads between calls, must not wait. */
function setBlocking(isBlocking) {
  const handle = hostInput && hostInput._handle;
  if (handle && handle.setBlocking) handle.setBlocking(isBlocking);
}
