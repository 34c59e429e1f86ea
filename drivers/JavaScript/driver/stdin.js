// Keeps user code from the conversation on descriptor 0: Node cannot duplicate one, so every way to it is led elsewhere.

const DEV_NULL = process.platform === 'win32' ? '\\\\.\\NUL' : '/dev/null';
const nothing = openNothing();

/** A descriptor that has nothing to read; or none, where Node is not allowed to open one (`--permission`). */
function openNothing() {
  try {
    return fs.openSync(DEV_NULL, 'r');
  } catch (error) {
    return 2 ** 31 - 1;
  }
}

/**
 * Where a REPL has taken STAGE1 in (`node -i`), its input goes to the driver from here on, and it prints no prompts. Code of `-e`
 * may have started one, which nothing refers to; if not, to load the module would take its time.
 */
function takeOverRepl() {
  const isOfCode = process._eval !== undefined;
  if (isOfCode && !process.moduleLoadList.includes('NativeModule repl')) return undefined;
  const { repl } = require('repl');
  if (!isOfCode && !repl) return undefined;
  if (repl) repl.output = repl.outputStream = new Writable({ write(chunk, encoding, done) { done(); } });
  else hushStdout();
  const input = process.stdin;
  input.removeAllListeners();
  return input;
}

/** Until the REPL has printed the value of STAGE1, and a prompt. */
function hushStdout() {
  const { write } = process.stdout;
  process.stdout.write = () => true;
  nextTick(() => { process.stdout.write = write; });
}

/** Nor does user code close a descriptor that the conversation needs. */
function protectStdin() {
  const noInput = new Readable({ read() { this.push(null); } });
  noInput.fd = 0;
  define(process, 'stdin', { __proto__: null, configurable: true, enumerable: true, get: () => noInput });
  const { close, closeSync } = fs;
  fs.close = (fd, done) => (isStandard(fd) ? void (done && nextTick(done, null)) : close(fd, done));
  fs.closeSync = (fd) => (isStandard(fd) ? undefined : closeSync(fd));
  for (const name of ['read', 'readSync', 'readv', 'readvSync', 'readFile', 'readFileSync', 'open', 'openSync', 'createReadStream']) {
    const original = fs[name];
    if (!original) continue; // an older Node has no `readv`
    fs[name] = function (file, ...rest) {
      if (name === 'createReadStream' && rest[0] && rest[0].fd === 0) [file, rest] = ['/dev/stdin', [assign({}, rest[0], { fd: null })]];
      return original.call(this, insteadOfStdin(file), ...rest);
    };
  }
  protectFromPromises();
  protectFromChildren(noInput);
  require('module').syncBuiltinESMExports();
}

/** What opens files by promises is a module that takes a twelfth of the start to load: what it calls is led elsewhere instead. */
function protectFromPromises() {
  const files = calledForFiles();
  if (files) {
    const { openFileHandle } = files;
    files.openFileHandle = (file, ...rest) => openFileHandle(insteadOfStdin(file), ...rest);
    return;
  }
  const { open, readFile } = fs.promises;
  fs.promises.open = (file, ...rest) => open.call(fs.promises, insteadOfStdin(file), ...rest);
  fs.promises.readFile = (file, ...rest) => readFile.call(fs.promises, insteadOfStdin(file), ...rest);
}

// Up to this version, whatever opens a file by promises calls the same function: Node 26 reads a file without it.
const OPENS_ALIKE = 24;

/** The functions of Node's own that `fs` calls, if they can be replaced for it. */
function calledForFiles() {
  const files = bindingOfNode('fs', OPENS_ALIKE);
  if (!files || typeof files.openFileHandle !== 'function' || typeof files.open !== 'function') return undefined;
  const { open } = files;
  let isCalled = false;
  try {
    files.open = (...args) => { isCalled = true; return open(...args); };
    fs.closeSync(fs.openSync(DEV_NULL, 'r'));
  } catch (error) {
    // It cannot be opened, or a later Node does not let its functions be replaced.
  }
  files.open = open;
  return isCalled ? files : undefined;
}

function isStandard(fd) {
  return fd === 0 || fd === 1 || fd === 2;
}

function insteadOfStdin(file) {
  if (file === 0) return nothing;
  return /^\/(dev\/stdin|dev\/fd\/0|proc\/self\/fd\/0)$/.test(file) ? DEV_NULL : file;
}
