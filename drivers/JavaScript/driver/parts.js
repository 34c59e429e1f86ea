// Long arguments that arrive in parts.

let takesParts = false; // the host does

/** Long arguments that have not arrived completely, by request: messages with parts. */
const partsOfRequests = new Map();

function takePart(message) {
  const { request, payload } = message;
  if (payload === '') return void partsOfRequests.delete(request);
  if (!partsOfRequests.has(request)) partsOfRequests.set(request, newQueue());
  addOnce(partsOfRequests.get(request), message);
  // In an inner frame, an interrupt may end what takes long: there, it is put off.
  if (innermost.depth > 0 || message.part) return;
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
function givenTo({ payload, parts, isStopped }) {
  if (isStopped) throw new _BOND_InterruptException('interrupted by the host');
  const given = decode(payload);
  if (!parts) return given;
  const values = [];
  for (let message = parts.first; message; message = message.next) {
    const { value, error } = message.part || decodedPart(message.payload);
    if (error) throw error;
    append(values, value);
  }
  append(given[1], typeof values[0] === 'string' ? values.join('') : [].concat(...values));
  return given;
}
