// Does what the host wants done with an object, link by link, and holds what cannot cross.

let failedLink = []; // where the chain has failed that has failed last: the index of a link, and if it was an argument, where in that

function runChain([start, links]) {
  failedLink = [];
  return links.length > 0 ? follow([start, links]) : importedNow(start[1]).then((value) => new Kept(value, start[1]));
}

/** What stays here even if it could cross. */
class Kept {
  constructor(value, text) {
    this.value = value;
    this.text = text;
  }
}

/** What `import()` gives; paths are relative to the current directory. */
function importedNow(name) {
  const isPath = /^\.{0,2}\//.test(name);
  return importModule(isPath ? require('url').pathToFileURL(require('path').resolve(name)).href : name);
}

/** What a chain comes to; a promise if anything in it is one. */
function follow([start, links]) {
  return followFrom(typeof start === 'string' ? refer(start) : importedNow(start[1]), links, 0);
}

function followFrom(start, links, first) {
  let value = start;
  for (let index = first; index < links.length; index++) {
    const promise = promiseOf(value);
    if (promise) return promise.then((result) => followFrom(result, links, index), (error) => failAt(index - 1, error));
    try {
      value = linked(value, ...links[index]);
    } catch (error) {
      failAt(index, error);
    }
  }
  const last = promiseOf(value);
  return last ? last.catch((error) => failAt(links.length - 1, error)) : value;
}

function failAt(index, error) {
  failedLink.unshift(index);
  throw error;
}

function linked(value, kind, name, args = [], references = [], named) {
  if (kind === 'get') return _BOND_get(value, name);
  const waiting = putReferences(references, args, named);
  const goOn = () => linkedBy(value, kind, name, named ? [...args, named] : args);
  return waiting ? waiting.then(goOn) : goOn();
}

function linkedBy(value, kind, name, args) {
  switch (kind) {
    case 'item':
      return types.isMap(value) ? value.get(args[0]) : value[args[0]];
    case 'invoke':
      return _BOND_invoke(value, name, ...args);
    case 'new':
      return new value(...args);
    default:
      return value(...args);
  }
}

/** The text of a list with the value, and what is held in the place of what cannot cross: paths, numbers, and what that is in words. */
function encodeWithHeld(value) {
  if (protocol.isPlain(value)) return encode([[value]]);
  const places = [];
  return encode([[withoutHeld(value, [0], places)], places]);
}

function withoutHeld(value, path, places) {
  if (isArray(value) && !types.isProxy(value)) return value.map((item, index) => withoutHeld(item, [...path, index], places));
  if (isObject(value) && !types.isProxy(value) && isPlainObject(value)) {
    return fromEntries(entriesIn(value).map(([key, item]) => [key, withoutHeld(item, [...path, key], places)]));
  }
  return crosses(value) ? value : holdAt(path, value, places);
}

/** Whether what is no list and no record of others can cross as what it is. */
function crosses(value) {
  if (!isObject(value)) return typeof value !== 'symbol' && isWritten(value);
  const isOfLanguage = isView(value) || types.isDate(value) || types.isMap(value) || types.isSet(value) || types.isNativeError(value);
  return isOfLanguage && isWritten(value);
}

function isWritten(value) {
  try {
    encode(value);
    return true;
  } catch (error) {
    return false;
  }
}

function holdAt(path, value, places) {
  const isKept = value instanceof Kept;
  held.set(++lastNumber, isKept ? value.value : value);
  places.push([path, lastNumber, isKept ? value.text : nameOf(value)]);
  return null;
}

function nameOf(value) {
  if (typeof value === 'function') return `${isClass(value) ? 'class' : 'function'} ${safely(() => value.name)}`.trim();
  return isObject(value) ? safely(() => value.constructor.name) || 'object' : typeof value;
}
