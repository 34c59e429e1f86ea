//: lazy
// Runs files as the main module, and puts functions of the host in the place of those that they define, or what they load.

const rewrites = new Map(); // what is replaced in a module, by the number that stands in its text
let lastRewrite = 0;
let lastLoaded;              // the path that stands in front of the arguments

/** Runs a file; tells the names of those that nothing has defined, and of what could have been meant. */
function _BOND_load(file, replacements) {
  const path = require('path').resolve(file);
  const load = { wanted: replacements.map(([name, func]) => wantedBy(name, func)), known: new Set() };
  const unhook = load.wanted.length > 0 ? hookModules(load) : () => {};
  const result = () => [load.wanted.filter(({ isDone }) => !isDone).map(({ name }) => name), arrayFrom(load.known)];
  process.argv.splice(1, process.argv[1] === lastLoaded ? 1 : 0, path);
  lastLoaded = path;
  let promise;
  try {
    promise = runMain(path, load);
  } catch (error) {
    unhook();
    throw error;
  }
  if (promise) return promise.then(() => { unhook(); return result(); }, (error) => { unhook(); throw error; });
  unhook();
  return result();
}

/** A name, and before it the file that it is in, if that is said: `lib/prices.js:discount`. */
function wantedBy(name, func) {
  const [, file, inFile] = /^(?:(.*):)?([^:]*)$/.exec(name) || [];
  if (!isName(inFile)) {
    throw new SyntaxError(`'${name}' is not a valid name for a function`);
  }
  const steps = inFile.split('.').filter((step) => step !== 'prototype');
  return { name, func, file, steps, inFile: steps.join('.'), isDone: false };
}

/** In whichever system of modules it is written; a promise if that takes time. */
function runMain(path, load) {
  const Module = require('module');
  try {
    runAsMain(Module, Module._resolveFilename(path, null, true));
    return undefined;
  } catch (error) {
    if (!isOfModules(error)) throw error;
  }
  if (load.wanted.length > 0 && !Module.registerHooks) {
    throw new Error('functions of ES modules can be replaced where there is module.registerHooks: in Node 22.15 and later');
  }
  return importModule(`${require('url').pathToFileURL(path).href}${++lastRewrite > 1 ? `?_BOND_load=${lastRewrite}` : ''}`);
}

/** As `Module._load` does it. That does not wait for ES modules, so no one would catch their errors. */
function runAsMain(Module, filename) {
  const main = new Module(filename, null);
  main.id = '.';
  process.mainModule = main;
  Module._cache[filename] = main;
  let isLoaded = false;
  try {
    main.load(filename);
    isLoaded = true;
  } finally {
    if (!isLoaded) delete Module._cache[filename];
  }
}

/** Whether an error says that a file is no CommonJS. */
function isOfModules(error) {
  if (/^ERR_REQUIRE_(?:ESM|ASYNC_MODULE)$/.test(error && error.code)) return true;
  return error instanceof SyntaxError && /import statement|Unexpected token '?export|import\.meta|await is only valid/.test(error.message);
}

/** Has the text of each module rewritten that may define something of what is wanted. */
function hookModules(load) {
  const Module = require('module');
  const { _compile } = Module.prototype;
  Module.prototype._compile = function compile(content, filename, ...rest) {
    const rewrite = rest[0] === 'module' ? undefined : rewriteOf(load, content, filename, false);
    const result = _compile.call(this, rewrite ? rewrite.text : content, filename, ...rest);
    if (rewrite) replaceExports(rewrite, this.exports);
    return result;
  };
  const hooks = Module.registerHooks && Module.registerHooks({ load: (url, context, next) => rewriteModule(load, url, next(url, context)) });
  return () => {
    Module.prototype._compile = _compile;
    if (hooks) hooks.deregister();
  };
}

function rewriteModule(load, url, loaded) {
  if (loaded.format !== 'module' || !url.startsWith('file:') || !loaded.source) return loaded;
  const rewrite = rewriteOf(load, String(isView(loaded.source) ? bufferFrom(loaded.source) : loaded.source), require('url').fileURLToPath(url), true);
  return rewrite ? assign({}, loaded, { source: rewrite.text }) : loaded;
}

/** What is replaced in a module, and its text then; nothing if none of it can be there. */
function rewriteOf(load, text, filename, isModule) {
  const path = filename.replace(/\\/g, '/');
  const isIn = ({ file }) => (file ? `/${path}`.endsWith(`/${file.replace(/^(?:\.?\/)+/, '')}`) : !path.includes('/node_modules/'));
  const wanted = load.wanted.filter((one) => isIn(one));
  if (wanted.length === 0 || typeof text !== 'string') return undefined;
  for (const [, name] of text.matchAll(/\b(?:function\s*\*?|const|let|var)\s+([\w$]+)\s*(?:\(|=\s*(?:async|function|\())/g)) load.known.add(name);
  const id = ++lastRewrite;
  const rewrite = { load, wanted, ways: {}, text: rewritten(text, id, wanted.map(({ inFile }) => inFile), isModule) };
  rewrites.set(id, rewrite);
  return rewrite;
}
