//: lazy
// Does what the host wants done with an object, link by link.

function runChain([start, links]) {
  failedLink = [];
  return links.length > 0 ? follow([start, links]) : importedNow(start[1]).then((value) => new Kept(value, start[1]));
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
      value = linked(value, links[index]);
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

function linked(value, [kind, name, args, references, named]) {
  if (kind === 'get') return _BOND_get(value, name);
  if (!references) return linkedBy(value, kind, name, args);
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
