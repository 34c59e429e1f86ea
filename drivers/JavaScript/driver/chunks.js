// Long lists and texts in parts: one side begins with them while the other makes the rest.

// Longer lists and texts, in items and in characters, cross in parts: one side begins with them while the other makes the rest.
const LONG_LIST = 1024;
const LONG_TEXT = 2 ** 18;
const PART = 2 ** 15;  // about how many characters a part has
const FIRST_PART = 128; // how many items the first one has

let takesParts = false; // the host does

function isLong(value) {
  if (typeof value === 'string') return value.length > LONG_TEXT;
  if (typeof value !== 'object' || types.isProxy(value)) return false; // what has been revoked cannot even be asked
  return isArray(value) && value.length > LONG_LIST;
}

function partsOf(value) {
  return typeof value === 'string' ? partsOfText(value) : partsOfList(value);
}

function* partsOfText(text) {
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = endOfPart(text, start);
    yield stringify(text.slice(start, end));
  }
}

/** Where a part ends that begins at `start`: not in the middle of a character of two code units. */
function endOfPart(text, start) {
  const end = start + PART;
  if (end >= text.length) return text.length;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code < 0xdc00 ? end - 1 : end;
}

function* partsOfList(list) {
  for (let next = 0, count = FIRST_PART; next < list.length; ) {
    const items = [];
    while (next < list.length && items.length < count) items.push(list[next++]);
    const text = stringify(items);
    yield text;
    count = max(1, round(items.length * PART / text.length));
  }
}

/** Long arguments that have not arrived completely, by request: messages with parts. */
const partsOfRequests = new Map();

function takePart(message) {
  const { request, payload } = message;
  if (payload === '') return void partsOfRequests.delete(request);
  if (!partsOfRequests.has(request)) partsOfRequests.set(request, []);
  addOnce(partsOfRequests.get(request), message);
  // In an inner frame, an interrupt may end what takes long: there, it is put off.
  if (liveFrames.length > 0 || message.part) return;
  message.part = decodedPart(payload);
  message.payload = undefined; // it is as long as the part
}

function decodedPart(payload) {
  try {
    return { value: decode(payload) };
  } catch (error) {
    return { error };
  }
}

/** What a request is given. */
function givenTo({ payload, parts }) {
  const given = decode(payload);
  if (!parts) return given;
  const values = parts.map((message) => {
    const { value, error } = message.part || decodedPart(message.payload);
    if (error) throw error;
    return value;
  });
  given[1].push(typeof values[0] === 'string' ? values.join('') : [].concat(...values));
  return given;
}
