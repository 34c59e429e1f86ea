// What does not cross by value: functions and streams that the host lends, and things that it holds here.

// Node 12 and 13 do not tell what is garbage: there, only streams that have ended are released before the bond ends.
const garbage = typeof FinalizationRegistry === 'function' ? new FinalizationRegistry(letGo) : undefined;
const lent = new Map(); // weak references to what calls functions of the host, by the number of those
let canary;             // garbage: when it is gone, so is more
let bystander;

/** A function that the host has lent, by its number; whether what cannot cross of its arguments is held. */
function _BOND_callback(number, isHolding) {
  const callback = isHolding
    ? (...args) => callHost('callback', args, number, encodeCallHolding)
    : (...args) => callHost('callback', args, number);
  withAwaited(callback, 'callback', number, isHolding ? encodeCallHolding : encodeCall);
  if (garbage) garbage.register(callback, number);
  lent.set(number, garbage && new WeakRef(callback));
  if (garbage && number % 1000 === 0) letGoOfGarbage();
  return callback;
}

/** Finalizers run only when the event loop turns, which it does not in an inner frame, nor in a loop that calls the host. */
function letGoOfGarbage() {
  if (!canary || !canary.deref()) {
    canary = new WeakRef({});
    lent.forEach((reference, number) => {
      if (!reference.deref()) letGo(number);
    });
  }
  // V8 keeps what weak references have shown until jobs are done: in a context with jobs of its own, where there are none.
  if (!bystander) bystander = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
  vm.runInContext('0', bystander);
}

function letGo(number) {
  if (lent.delete(number)) append(released, number);
}

/** Iterates over what the host hands out in batches. */
function _BOND_stream(number) {
  return itemsOf(_BOND_callback(number), number);
}

function* itemsOf(take, number) {
  try {
    let items;
    let isDone = false;
    for (let size = 1; !isDone; size = min(2 * size, 256)) {
      [items, isDone] = take(size);
      yield* items;
    }
  } finally {
    letGo(number);
  }
}

/** Puts what expressions refer to in their places; a promise for that if there are chains among them that have to be waited for. */
function putReferences(references, values, named) {
  const waiting = [];
  references.forEach(([path, code], index) => {
    const isNamed = path[0] === 'kwargs';
    let place = isNamed ? named : values;
    for (const step of path.slice(isNamed ? 1 : 0, -1)) place = place[step];
    const key = path[path.length - 1];
    if (typeof code === 'string') place[key] = refer(code);
    else {
      try {
        const promise = promiseOf((place[key] = needed().follow(code)));
        if (promise) waiting.push(promise.then((value) => { place[key] = value; }, (error) => needed().failAt(index, error)));
      } catch (error) {
        needed().failAt(index, error);
      }
    }
  });
  return waiting.length > 0 ? Promise.all(waiting) : undefined;
}

const OWN_REFERENCES = { _BOND_callback, _BOND_stream, _BOND_held };

/** The value of an expression. To compile what the host writes itself would take longer than the call. */
function refer(code) {
  const asLive = /^_BOND_live\((\d+), '(\w*)', '(\w+)', (\d+)\)$/.exec(code);
  if (asLive) return _BOND_live(Number(asLive[1]), asLive[2], asLive[3], Number(asLive[4]));
  const [, name, number, flag] = /^(_BOND_(?:callback|stream|held))\((\d+)(, 1)?\)$/.exec(code) || [];
  return name ? OWN_REFERENCES[name](Number(number), flag) : evaluate(code);
}

const held = new Map();      // what the host holds here, by number
const iterators = new Map(); // what it iterates over: see _BOND_iterate
let lastNumber = 0;

/** Keeps a value, or what a promise resolves to. */
function _BOND_hold(value) {
  const promise = promiseOf(value);
  return promise ? promise.then(_BOND_hold) : hold(value);
}

/** What a function throws, so that it can be held; `undefined` if it throws nothing. */
function _BOND_catch(func, ...args) {
  try {
    func(...args);
  } catch (error) {
    return error;
  }
}

function _BOND_held(number) {
  if (!held.has(number)) throw new ReferenceError(`nothing is held as number ${number}`);
  return held.get(number);
}

function _BOND_get(holder, name) {
  return isEntry(holder, name) ? holder.get(name) : holder[name];
}

function _BOND_set(holder, name, value) {
  if (isEntry(holder, name)) holder.set(name, value);
  else holder[name] = value;
}

function isEntry(holder, name) {
  return types.isMap(holder) && !(name in holder);
}

function _BOND_invoke(holder, name, ...args) {
  const method = holder[name];
  if (typeof method !== 'function') throw new TypeError(`${String(name)} is not a method of ${describeValue(holder)}`);
  return method.call(holder, ...args);
}

function _BOND_apply(holder, ...args) {
  return isClass(holder) ? new holder(...args) : holder(...args);
}

/** A class, of the language or the user's, or a function with methods for instances. What converts values is called. */
function isClass(value) {
  if (typeof value !== 'function' || !value.prototype || [String, Number, Boolean, BigInt, Symbol].includes(value)) return false;
  const { writable } = propertyOf(value, 'prototype') || {};
  return !writable || namesIn(value.prototype).some((name) => name !== 'constructor');
}

/** Calls one of those two, or any callable expression, and keeps what it returns. */
function _BOND_hold_result(name, ...args) {
  const own = [_BOND_apply, _BOND_invoke].find((func) => func.name === name);
  return _BOND_hold((own || callableNamed(name))(...args));
}

const FOR_HOST = [_BOND_callback, _BOND_stream, _BOND_live, _BOND_hold, _BOND_held, _BOND_get, _BOND_set, _BOND_invoke, _BOND_apply,
  _BOND_hold_result, _BOND_catch];
for (const value of FOR_HOST) define(globalThis, value.name, { __proto__: null, value });
const LAZY_FOR_HOST = ['iterate', 'next', 'leave', 'enter', 'exit', 'extend', 'super', 'raise', 'convert',
  'load', 'original', 'replaceFirst', 'replaceRest', 'replaceIn', 'replacementOf'];
for (const name of LAZY_FOR_HOST) define(globalThis, `_BOND_${name}`, { __proto__: null, value: (...args) => needed()[`_BOND_${name}`](...args) });
