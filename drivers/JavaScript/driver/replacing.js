//: lazy
// Puts functions of the host in the place of those of a module, while it runs, and calls what was there.

const originals = new Map(); // what has been replaced, by name
const receivers = [];        // of the replacements that run: name and `this`

/** A promise that cannot be awaited in an inner frame, on its way to who has called the replacement. */
class Later {
  constructor(promise) {
    this.promise = promise;
  }
}

function attempt(read) {
  try {
    return read();
  } catch (error) {
    return undefined;
  }
}

/** Replaces what is there before the first line of a module runs, as declarations of functions are. */
function _BOND_replaceFirst(id, ways) {
  const rewrite = rewrites.get(id);
  rewrite.ways = ways;
  for (const wanted of rewrite.wanted) {
    const [get, set] = ways[wanted.steps[0]] || [];
    if (!get) continue;
    if (wanted.steps.length === 1 && !set) noteOriginal(wanted, get);
    else if (wanted.steps.length === 1) replaceBinding(wanted, get, set);
    else if (wanted.steps.length === 2) watchClass(wanted, attempt(get));
  }
}

/** Replaces the rest, when a module has run. */
function _BOND_replaceRest(id) {
  const { wanted, ways } = rewrites.get(id);
  for (const one of wanted) {
    if (one.stopWatching) one.stopWatching();
    const [get, set] = ways[one.steps[0]] || [];
    if (!get || one.isDone) continue;
    if (one.steps.length === 1) replaceBinding(one, get, set);
    else replaceBelow(one, attempt(get), one.steps.slice(1));
  }
}

function replaceExports({ wanted }, exported) {
  for (const one of wanted) if (!one.isDone && isObject(exported)) replaceBelow(one, exported, one.steps);
}

/** Replaces methods of a class whose private fields are being made. */
function _BOND_replaceIn(id, name, type) {
  const { wanted, load } = rewrites.get(id);
  for (const member of [...namesIn(type.prototype), ...namesIn(type)]) load.known.add(`${name}.${member}`);
  for (const one of wanted) if (one.steps.length === 2 && one.steps[0] === name) replaceMember(one, type);
  return undefined;
}

function replaceBinding(wanted, get, set) {
  attempt(() => {
    const original = get();
    if (typeof original === 'function') set(standInFor(wanted, original, false));
  });
}

function replaceBelow(wanted, holder, steps) {
  let place = holder;
  for (const step of steps.slice(0, -1)) {
    const value = isObject(place) ? attempt(() => place[step]) : undefined;
    if (!isObject(value)) return;
    place = value;
  }
  if (isObject(place)) replaceMember(wanted, place);
}

/** Replaces a method: that of instances, if it is a class that has one. */
function replaceMember(wanted, holder) {
  const key = wanted.steps[wanted.steps.length - 1];
  const isMethod = typeof holder === 'function' && isObject(holder.prototype) && propertyOf(holder.prototype, key) !== undefined;
  const place = isMethod ? holder.prototype : holder;
  const found = propertyOf(place, key);
  if (!found || !(found.configurable || found.writable)) return;
  if (found.get) {
    const value = isMethod ? undefined : attempt(() => place[key]);
    if (typeof value === 'function') define(place, key, { __proto__: null, value: standInFor(wanted, value, false), configurable: true, enumerable: true, writable: true });
    else define(place, key, assign({ __proto__: null }, found, { get: standInFor(wanted, found.get, isMethod) }));
  } else if (typeof found.value === 'function') {
    define(place, key, assign({ __proto__: null }, found, { value: standInFor(wanted, found.value, isMethod, place) }));
  }
}

/** Methods that are assigned to a prototype, or to a function, are replaced when that happens. */
function watchClass(wanted, type) {
  if (typeof type !== 'function') return;
  const key = wanted.steps[1];
  const places = [type.prototype, type].filter((place) => isObject(place) && !propertyOf(place, key));
  const stop = () => places.forEach((place) => {
    const { set } = propertyOf(place, key) || {};
    if (set && set.isWatching) delete place[key];
  });
  for (const place of places) {
    const set = (value) => {
      stop();
      place[key] = value;
      if (typeof value === 'function') replaceMember(wanted, type);
    };
    set.isWatching = true;
    define(place, key, { __proto__: null, get: () => undefined, set, configurable: true });
  }
  wanted.stopWatching = stop;
}

function noteOriginal(wanted, get, isMethod = false, holder = undefined) {
  wanted.isDone = true;
  originals.set(wanted.name, { get, isMethod, holder });
}

/** What a function in the place of a variable does. */
function _BOND_replacementOf(id, name, get, self, args) {
  const wanted = rewrites.get(id).wanted.find(({ inFile }) => inFile === name);
  return callReplacement(wanted, attempt(get), self, args, false);
}

/** A function that calls one of the host as another one would be called. */
function standInFor(wanted, original, isMethod, holder) {
  noteOriginal(wanted, () => original, isMethod, holder);
  const { writable: isConstructor = false } = types.isGeneratorFunction(original) ? {} : propertyOf(original, 'prototype') || {};
  const { [original.name]: standIn } = isConstructor
    ? { [original.name]: function (...args) { return callReplacement(wanted, original, this, args, isMethod); } }
    : { [original.name](...args) { return callReplacement(wanted, original, this, args, isMethod); } };
  if (isConstructor) standIn.prototype = original.prototype;
  define(standIn, 'length', { __proto__: null, value: original.length, configurable: true });
  if (keysOf(original).length > 0) setPrototypeOf(standIn, original);
  return standIn;
}

function callReplacement({ name, func }, original, self, args, isMethod) {
  const isAsync = types.isAsyncFunction(original) && !types.isGeneratorFunction(original);
  const call = { name, self, sent: isMethod ? [self, ...args] : args, results: [] };
  receivers.push(call);
  try {
    const result = isMethod ? func(keptInstance(self), ...args) : func(...args);
    const value = result instanceof Later ? result.promise : call.results.length > 0 && isUnchanged(call.results[0], result) ? call.results[0] : result;
    if (isAsync) return resolved(value);
    return types.isGeneratorFunction(original) ? resultAsIterator(value, types.isAsyncFunction(original)) : value;
  } catch (error) {
    if (isAsync) return resolved().then(() => { throw error; });
    throw error;
  } finally {
    receivers.pop();
  }
}

/** An iterator of what a replacement of a generator has returned. */
function resultAsIterator(value, isAsync) {
  if (isObject(value) && typeof value.next === 'function') return value;
  return isAsync ? (async function* items() { yield* value; })() : (function* items() { yield* value; })();
}

/** Calls what has been replaced by a name; a method on the first argument, and another function on what the replacement was called on. */
function _BOND_original(name, ...args) {
  const original = originals.get(name);
  if (!original) throw new ReferenceError(`nothing has been replaced by the name ${name}`);
  const innermostCall = receivers[receivers.length - 1];
  const call = innermostCall && innermostCall.name === name ? innermostCall : undefined;
  const passed = call ? restored(args, call.sent) : args;
  const self = original.isMethod ? passed.shift() : call ? call.self : original.holder;
  const value = Reflect.apply(original.get(), self, passed);
  if (call) call.results = [value];
  const promise = innermost.depth > 0 ? promiseOf(value) : undefined;
  return promise ? settledOrLater(promise) : value;
}

function settledOrLater(promise) {
  let isSettled = false;
  promise.then(() => { isSettled = true; }, () => { isSettled = true; });
  try {
    return settledValue(promise);
  } catch (error) {
    if (isSettled) throw error;
    return new Later(promise);
  }
}
