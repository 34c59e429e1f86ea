// What the host can ask for: code, calls, exports; and the answers.

const callables = new Map(); // functions that call a callable expression, by its text

/** What user code is compiled with; where Node cannot lead `import()` there by itself, STAGE1 lends its own. */
function scriptOptions(filename) {
  const loader = vm.constants && vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return { __proto__: null, filename, importModuleDynamically: loader || importModule };
}

// displayErrors would put a picture of the source into the stack of every error that passes.
const RUN = { __proto__: null, displayErrors: false };

/** Code, or a list with that, and the file and the line where the host's program has it. */
function evaluate(given) {
  return placed(given, compileExpression, scriptOptions('<eval>')).runInThisContext(RUN);
}

/** An expression; or else what `eval` takes; or an expression that awaits. */
function compileExpression(code, options, start = '', end = '') {
  const attempts = [`${start}(${code}\n)${end}`, start + code + end, `${start}(async () => (${code}\n))()${end}`];
  let firstError;
  for (const attempt of attempts) {
    try {
      return new vm.Script(attempt, options);
    } catch (error) {
      firstError = firstError || error;
    }
  }
  throw firstError;
}

function evaluateBlock(given) {
  return placed(given, compileBlock, scriptOptions('<evalBlock>')).runInThisContext(RUN);
}

/** A script; or, for the sake of `await`, the body of a function, whose variables do not outlive it. */
function compileBlock(code, options, start = '', end = '') {
  try {
    return new vm.Script(start + code + end, options);
  } catch (error) {
    if (!/\bawait\b/.test(code)) throw error;
    return new vm.Script(`${start}(async () => {${code}\n})()${end}`, options);
  }
}

/**
 * Code that is called by its place in stacks only: what it imports is found as from anywhere else. V8 takes no notice of a
 * `lineOffset` then.
 */
function placed(given, compile, options) {
  if (!isArray(given)) return compile(given, options);
  const [code, file, line] = given;
  const url = file.replace(/[\s'"\\]/g, encodeURIComponent);
  if (/\/\/[#@]\s*sourceURL=/.test(code)) return compile(code, options); // it has a name of its own
  try {
    return compile(code, options, '\n'.repeat(line - 1), `\n//# sourceURL=${url}`);
  } catch (error) {
    // V8 has not come to the end.
    safely(() => { error.stack = error.stack.replace(options.filename, url); });
    throw error;
  }
}

function callableNamed(name) {
  let callable = callables.get(name);
  if (!callable) {
    if (callables.size > 1000) callables.clear();
    const callee = /^\s*new\b/.test(name) ? name : `(${name}\n)`;
    callable = new vm.Script(`((...args) => ${callee}(...args))`, scriptOptions('<call>')).runInThisContext(RUN);
    callables.set(name, callable);
  }
  return callable;
}

function call([name, args, references = [], named]) {
  const waiting = putReferences(references, args, named);
  const callNow = () => (named ? callableNamed(name)(...args, named) : callableNamed(name)(...args));
  return waiting ? waiting.then(callNow) : callNow();
}

const HANDLERS = {
  EVAL: evaluate, EVAL_BLOCK: evaluateBlock, CALL: call, EXPORT: exportName, CHAIN: (chain) => needed().runChain(chain),
  EVAL_HOLD: evaluate, EVAL_BLOCK_HOLD: evaluateBlock, CALL_HOLD: call,
};
const WITH_RESULT = new Set(['EVAL', 'CALL']);
const WITH_HELD_RESULT = new Set(['EVAL_HOLD', 'CALL_HOLD', 'CHAIN']);

/** Whether what a request of that kind throws is held. */
function isHolding(verb) {
  return WITH_HELD_RESULT.has(verb) || verb === 'EVAL_BLOCK_HOLD';
}

/** The answer to a request that has come to a value. If that is long, it is written while it is sent. */
function answerWith(value, { verb, request }) {
  if (!WITH_RESULT.has(verb)) return `RETURN ${request} ${WITH_HELD_RESULT.has(verb) ? encodeWithHeld(value) : ''}`;
  if (takesParts && isLong(value) && protocol.isPlain(value)) return { request, parts: partsOf(value) };
  return `RETURN ${request} ${encodeResult(value)}`;
}

/** A promise for what a value will come to, if it is a promise or the like. Its `then` is read once. */
function promiseOf(value) {
  if (!isObject(value)) return undefined;
  if (types.isPromise(value)) return value;
  let then;
  try {
    ({ then } = value);
  } catch (error) {
    return undefined; // then it cannot cross, which is told with its place
  }
  return typeof then === 'function' ? new Promise((resolve, reject) => then.call(value, resolve, reject)) : undefined;
}
