// Functions of the host as functions here.

let lastCall = 0;

/** Overflows the stack now, while the conversation is in step, rather than in the middle of an exchange. */
function needRoom(levels) {
  if (levels > 0) needRoom(levels - 1);
}

/** Has what an exception needs compiled while the stack has room for that. */
function rehearseFailure() {
  const isBeside = takesBlocks;
  takesBlocks = false; // this is read here
  const text = report(0, new RangeError(''));
  takesBlocks = isBeside;
  errorOfHost('EXCEPT', decode(text.slice(text.indexOf(' ', text.indexOf(' ') + 1) + 1)), 0);
}

/** The path of what cannot cross begins at the arguments, and not at the message that they are a part of. */
function encodeCall(name, number, args) {
  const live = hasLive ? encodeWithLive(args, (values) => [number, values], (plain) => encode(plain, `${name}(): args`)) : undefined;
  if (live !== undefined) return live;
  try {
    return encode([number, args]);
  } catch (error) {
    encode(args, `${name}(): args`);
    throw error;
  }
}

function callHost(name, args, number = name, encodeArguments = encodeCall) {
  if (lastCall === 0) rehearseFailure();
  needRoom(200);
  const payload = encodeArguments(name, number, args);
  const frame = String(++lastCall);
  say(`CALL ${frame} ${requestNow()} ${payload}`);
  return told(serve(frame), frame);
}

/** What the host has answered: the result of its function, or an exception. */
function told({ verb, payload }, frame) {
  const value = decode(payload);
  if (verb === 'RETURN') return value;
  if (verb === 'RETURN_WITH') {
    const [result, references] = value;
    putReferences(references, result);
    return result[0];
  }
  throw errorOfHost(verb, value, Number(frame));
}

function errorOfHost(verb, { message, type, data, stack }, call) {
  if (isTransparent && data !== undefined) {
    if (typeof data === 'object' && data !== null) callOf.set(data, call);
    if (types.isNativeError(data)) safely(() => joinStack(data, stack));
    return data;
  }
  const error = verb === 'ERROR' ? new _BOND_SerializationException(message) : new _BOND_RemoteException(message);
  if (verb !== 'ERROR') assign(error, { data: data === undefined ? message : data, type });
  callOf.set(error, call);
  safely(() => joinStack(error, stack));
  return error;
}

function runHere(code) {
  return new vm.Script(code, { __proto__: null, filename: '<bond driver>' }).runInThisContext(RUN);
}

function isUndeclared(name) {
  return !name.includes('.') && !(name in world) && runHere(`typeof ${name}`) === 'undefined';
}

/** Whether a text is a name, or several with dots between them. A literal pattern with properties of Unicode would be read at the start. */
function isName(text) {
  const name = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*';
  return new RegExp(`^${name}(\\.${name})*$`, 'u').test(text);
}

function exportName(given) {
  const [name, isHolding] = isArray(given) ? given : [given];
  if (!isName(name)) {
    throw new SyntaxError(`'${name}' is not a valid name for a function`);
  }
  const stub = isHolding ? (...args) => callHost(name, args, name, encodeCallHolding) : (...args) => callHost(name, args);
  withAwaited(stub, name, name, isHolding ? encodeCallHolding : encodeCall);
  define(stub, 'name', { __proto__: null, value: name.split('.').pop() });
  define(world, '__BOND_stub', { __proto__: null, value: stub, configurable: true });
  try {
    // As code, so that it finds a `let` or a `class` of that name as well.
    runHere(`${name} = __BOND_stub`);
  } catch (error) {
    if (!(error instanceof ReferenceError) || !isUndeclared(name)) throw error;
    world[name] = stub; // under --use_strict
  } finally {
    delete world.__BOND_stub;
  }
}
