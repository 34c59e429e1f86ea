// What the host can ask for: code, calls, exports; and the answers.

const callables = new Map(); // functions that call a callable expression, by its text

/** What user code is compiled with; where Node cannot lead `import()` there by itself, STAGE1 lends its own. */
function scriptOptions(filename) {
  const loader = vm.constants && vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return { __proto__: null, filename, importModuleDynamically: loader || importModule };
}

// displayErrors would put a picture of the source into the stack of every error that passes.
const RUN = { __proto__: null, displayErrors: false };

function evaluate(code) {
  return compileExpression(code).runInThisContext(RUN);
}

/** An expression; or else what `eval` takes; or an expression that awaits. */
function compileExpression(code) {
  const options = scriptOptions('<eval>');
  const attempts = [`(${code}\n)`, code, `(async () => (${code}\n))()`];
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

function evaluateBlock(code) {
  return compileBlock(code).runInThisContext(RUN);
}

/** A script; or, for the sake of `await`, the body of a function, whose variables do not outlive it. */
function compileBlock(code) {
  const options = scriptOptions('<evalBlock>');
  try {
    return new vm.Script(code, options);
  } catch (error) {
    if (!/\bawait\b/.test(code)) throw error;
    return new vm.Script(`(async () => {${code}\n})()`, options);
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
  EVAL: evaluate, EVAL_BLOCK: evaluateBlock, CALL: call, EXPORT: exportName, CHAIN: runChain,
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
