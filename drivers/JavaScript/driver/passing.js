//: lazy
// Arguments and results of replaced functions: what comes back from the host as it was sent is the same object as before.

/** Arguments with the objects of a call in the place of their copies, where these have come back as they were sent. */
function restored(args, sent) {
  return args.map((arg, index) => (index < sent.length && isUnchanged(sent[index], arg) ? sent[index] : arg));
}

/** Whether something has come back as it was sent. */
function isUnchanged(sent, back) {
  try {
    return isCopyOf(sent, back);
  } catch (error) { // too deep, or an object that does not let itself be read
    return false;
  }
}

function isCopyOf(sent, back) {
  if (isSame(sent, back)) return true;
  if (sent === undefined) return back === null;
  if (!isObject(sent) || !isObject(back) || typeof sent === 'function' || typeof back === 'function') return false;
  if (isArray(sent)) return isArray(back) && sent.length === back.length && back.every((item, index) => isCopyOf(sent[index], item));
  if (types.isDate(sent)) return types.isDate(back) && isSame(sent.getTime(), back.getTime());
  if (isView(sent)) return isView(back) && toText.call(sent) === toText.call(back) && bytesOfView(sent).equals(bytesOfView(back));
  if (types.isMap(sent)) return types.isMap(back) && isCopyOf(arrayFrom(sent), arrayFrom(back));
  if (types.isSet(sent)) return types.isSet(back) && isCopyOf(arrayFrom(sent), arrayFrom(back));
  if (types.isRegExp(sent)) return types.isRegExp(back) && `${sent}` === `${back}` && sent.lastIndex === 0;
  if (types.isNativeError(sent)) return types.isNativeError(back) && sent.stack === back.stack && haveSameProperties(sent, back);
  return isPlain(sent) && isPlain(back) && haveSameProperties(sent, back);
}

function haveSameProperties(sent, back) {
  const keys = keysOf(sent);
  return keys.length === keysOf(back).length && keys.every((key) => propertyOf(back, key) !== undefined && isCopyOf(sent[key], back[key]));
}

function isPlain(value) {
  const prototype = prototypeOf(value);
  return toText.call(value) === '[object Object]' && (prototype === null || prototypeOf(prototype) === null);
}

function bytesOfView({ buffer, byteOffset, byteLength }) {
  return bufferFrom(buffer, byteOffset, byteLength);
}
