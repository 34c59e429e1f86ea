// Messages that have arrived, sorted by the frame that they are for.

const lines = newQueue(); // messages that have arrived and belong to the outermost frame
let innermost = { frame: '0', messages: lines, outer: undefined, depth: 0 }; // each with the messages that have arrived for it
// What has arrived and not been sorted: text from a place on, whose last line may have no end, and bytes of a character that is
// not complete. It is changed by one assignment at a time, since an interrupt may come anywhere in an inner frame.
const NO_BYTES = alloc(0);
let arrived = { text: '', next: 0, hasLines: false, tail: NO_BYTES, reads: 0, message: undefined, block: undefined };
let reads = 0; // how often has been read into the buffer; or where in the relay's memory that has ended

/** Takes in what has been read. It is made text as it comes: that takes less memory, and less time. */
function feed(chunk) {
  if (arrived.block || endsInHeading()) return feedWithBlocks(chunk);
  const { next, message } = arrived;
  const bytes = arrived.tail === NO_BYTES ? chunk : concat([arrived.tail, chunk]);
  const end = endOfCharacters(bytes);
  const tail = end < bytes.length ? bufferFrom(bytes.slice(end)) : NO_BYTES;
  const text = bytes.toString('utf8', 0, end);
  if (text.includes(HEADING)) return feedWithBlocks(chunk); // to look for it among the bytes takes longer than all of a short line
  const before = next > 0 ? arrived.text.slice(next) : arrived.text;
  const hasLines = arrived.hasLines || text.includes('\n');
  arrived = { text: before + text, next: 0, hasLines, tail, reads, message, block: undefined };
  if (hasLines) sort();
}

/** Where the last character ends of which all bytes are there. */
function endOfCharacters(bytes) {
  for (let start = bytes.length - 1; start >= 0 && start >= bytes.length - 3; start--) {
    const byte = bytes[start];
    if (byte < 0x80) break;
    if (byte >= 0xc0) return start + (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > bytes.length ? start : bytes.length;
  }
  return bytes.length;
}

/** Sorts what has arrived into messages. */
function sort() {
  for (;;) {
    if (arrived.message) deliver(arrived.message);
    const { text, next, hasLines, tail, reads: read, block } = arrived;
    const end = text.indexOf('\n', next);
    if (end < 0) break;
    arrived = { text, next: end + 1, hasLines, tail, reads: read, message: messageBetween(text, next, end), block };
  }
  arrived.hasLines = false;
}

/** Goes on where an interrupt has ended it. */
function recover() {
  if (arrived.reads !== reads && (relay || filled > 0 || readBuffer[0] !== UNREAD)) {
    feed(lastRead());
  }
  if (arrived.hasLines) sort();
}

function messageBetween(text, start, stop) {
  const first = text.indexOf(' ', start);
  const second = text.indexOf(' ', first + 1);
  const third = text.indexOf(' ', second + 1);
  const verb = text.slice(start, first);
  const frame = text.slice(first + 1, second);
  const request = text.slice(second + 1, third);
  return { verb, frame, request, payload: text.slice(third + 1, stop), parts: undefined, part: undefined, next: undefined, isStopped: false };
}

/** Messages in a row: no array, whose methods and indices your code may have replaced on its prototype. */
function newQueue() {
  return { first: undefined, last: undefined };
}

/** Puts a message where it belongs, unless it is there. */
function deliver(message) {
  const { verb, frame, request } = message;
  if (verb === 'PART') takePart(message);
  else {
    if (partsOfRequests.size > 0 && partsOfRequests.has(request)) message.parts = partsOfRequests.get(request);
    if (frame === '0') addOnce(lines, message);
    else if (frame === '-') takeNotice(message);
    else if (awaitedFrames.has(frame)) addOnce(taskLines, message);
    else addToFrame(message);
    if (message.parts) partsOfRequests.delete(request);
  }
  arrived.message = undefined;
}

/** Gives a message to its frame; none is there if an interrupt has ended it. */
function addToFrame(message) {
  for (let frame = innermost; frame; frame = frame.outer) {
    if (frame.frame === message.frame) return addOnce(frame.messages, message);
  }
}

function addOnce(messages, message) {
  if (messages.last === message) return;
  if (messages.first) messages.last.next = message;
  else messages.first = message;
  messages.last = message;
}

function takeFirst(messages) {
  const message = messages.first;
  if (!message) return undefined;
  messages.first = message.next;
  if (!message.next) messages.last = undefined;
  message.next = undefined; // another row may get it
  return message;
}

/** Puts something at the end of a list, past what your code may have made of the indices of all lists. */
function append(list, item) {
  define(list, list.length, { __proto__: null, value: item, writable: true, enumerable: true, configurable: true });
}

/** The host closes the bond; or lets go of something; or interrupts what waits for a promise: a loop, its signal has stopped. */
function takeNotice(message) {
  const { verb } = message;
  if (verb === 'END') isOver = true;
  else if (verb === 'RELEASE') releaseInTurn(message);
  else if (verb === 'CANCEL') endWait(message.request);
  else takeInterrupt(message);
}

/** Lets go of what is held, after whatever was sent before. */
function releaseInTurn(message) {
  let busy;
  for (let frame = innermost; frame; frame = frame.outer) {
    if (frame.messages.first) busy = frame.messages;
  }
  if (busy) addOnce(busy, message);
  else held.delete(Number(message.request));
}

/** The next of some messages that is more than letting go. */
function takeFrom(messages) {
  for (;;) {
    const message = takeFirst(messages);
    if (!message || message.verb !== 'RELEASE') return message;
    held.delete(Number(message.request));
  }
}
