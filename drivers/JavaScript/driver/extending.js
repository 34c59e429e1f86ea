//: lazy
// Classes below one that is here, whose methods are functions of the host.

const extensions = new WeakMap(); // the host's keys for them, by their prototypes
const pending = new WeakMap();    // how what stands for instances that have not been made yet is made

/** Makes a class, and holds it. */
function _BOND_extend(key, base, name, members) {
  const Base = typeof base === 'string' ? classNamed(base) : base;
  if (!isConstructor(Base)) throw new TypeError(`${describeValue(Base)} cannot be extended: it is not a class`);
  const place = name === null ? undefined : placeOf(name);
  const constructor = members.find(([kind, member]) => member === 'constructor' && kind !== 'value');
  const Extended = constructor ? classMadeBy(Base, constructor[2]) : class extends Base {};
  define(Extended, 'name', { __proto__: null, value: place ? place.name : `Extended${Base.name}`, configurable: true });
  for (const [kind, member, value] of members) {
    if (member !== 'constructor') addMember(Extended.prototype, Base.prototype, keyOfMember(member), kind, value);
  }
  extensions.set(Extended.prototype, key);
  if (place) define(place.holder, place.name, { __proto__: null, value: Extended, configurable: true, writable: true });
  return hold(Extended);
}

/** The class of a name: a global one, or one of a module, as in `events.EventEmitter`. */
function classNamed(text) {
  try {
    return evaluate(text);
  } catch (error) {
    const [, name, path] = new RegExp('^([\\w:/]+)((?:\\.[\\p{ID_Continue}$]+)+)$', 'u').exec(text) || [];
    if (name === undefined || !require('module').builtinModules.includes(name.replace(/^node:/, ''))) throw error;
    return path.slice(1).split('.').reduce((value, step) => value[step], require(name.replace(/^node:/, '')));
  }
}

function isConstructor(value) {
  if (typeof value !== 'function') return false;
  try {
    Reflect.construct(Object, [], value); // which looks at what it is, and calls nothing
    return isObject(value.prototype);
  } catch (error) {
    return false;
  }
}

/** Where a class of that name belongs. */
function placeOf(text) {
  if (!isName(text)) {
    throw new SyntaxError(`'${text}' is not a valid name for a class`);
  }
  const steps = text.split('.');
  const name = steps.pop();
  const holder = steps.length > 0 ? evaluate(steps.join('.')) : world;
  const isTaken = name in Object(holder) || (holder === world && !isUndeclared(name));
  if (isTaken) throw new ReferenceError(`the name ${text} is taken: give the class another name`);
  return { holder, name };
}

/** A class whose constructor is a function of the host: what that has of the instance before `super()` is the place of it. */
function classMadeBy(Base, construct) {
  return class extends Base {
    constructor(...args) {
      const state = { make: (given) => { state.instance = Reflect.construct(Base, given, new.target); } };
      const place = new Proxy({}, NOTHING_YET);
      pending.set(place, state);
      construct(new Kept(place, new.target.name), ...args);
      if (!state.instance) refuseUse();
      return state.instance;
    }
  };
}

function refuseUse() {
  throw new ReferenceError('there is no instance before superOf(this).constructor(\u2026) has been called');
}

const NOTHING_YET = { __proto__: null, get: refuseUse, set: refuseUse, has: refuseUse };

function keyOfMember(member) {
  const [, name] = /^Symbol\.(\w+)$/.exec(member) || [];
  if (name === undefined) return member;
  if (typeof Symbol[name] !== 'symbol') throw new TypeError(`there is no ${member} in this version`);
  return Symbol[name];
}

function addMember(prototype, above, key, kind, value) {
  if (kind === 'value') {
    define(prototype, key, { __proto__: null, value, configurable: true, enumerable: true, writable: true });
  } else if (kind === 'get' || kind === 'set') {
    const known = propertyOf(prototype, key) || accessorsIn(above, key);
    const own = kind === 'get' ? { get() { return value(keptInstance(this)); } } : { set(given) { value(keptInstance(this), given); } };
    define(prototype, key, { __proto__: null, get: known.get, set: known.set, ...own, configurable: true });
  } else {
    define(prototype, key, { __proto__: null, value: methodOf(key, kind, value, above), configurable: true, writable: true });
  }
}

function accessorsIn(prototype, key) {
  const holder = holderOf(prototype, key);
  return (holder && propertyOf(holder, key)) || {};
}

/** The object of a chain of prototypes that has a property of its own. */
function holderOf(prototype, key) {
  for (let holder = prototype; holder; holder = prototypeOf(holder)) if (propertyOf(holder, key)) return holder;
  return undefined;
}

/**
 * A method that awaits the host, if that of the base returns a promise; if there is none, if it is async for the host, and the
 * base has others.
 */
function methodOf(key, kind, func, above) {
  const { value: declared } = accessorsIn(above, key);
  const isAwaited = declared ? types.isAsyncFunction(declared) : kind === 'async' && hasAsync(above);
  const method = isAwaited
    ? { async [key](...args) { return func.awaited(keptInstance(this), ...args); } }
    : { [key](...args) { return func(keptInstance(this), ...args); } };
  if (key !== Symbol.iterator) return method[key];
  return { [key]() { return iteratorFrom(func(keptInstance(this))); } }[key];
}

/** The iterator of what can be iterated over. */
function iteratorFrom(value) {
  return isObject(value) && typeof value.next !== 'function' ? value[Symbol.iterator]() : value;
}

function hasAsync(prototype) {
  for (let holder = prototype; holder && holder !== Object.prototype; holder = prototypeOf(holder)) {
    if (namesIn(holder).some((name) => types.isAsyncFunction(propertyOf(holder, name).value))) return true;
  }
  return false;
}

function keptInstance(instance) {
  return new Kept(instance, nameOf(instance));
}

/** What has been thrown here is thrown again, since a function of the host has not caught it. */
function _BOND_raise(error) {
  throw error;
}

/** What is above a class, for an instance of it, or for the place of one that is to be made. */
function _BOND_super(instance, key) {
  const state = pending.get(instance);
  if (state && !state.instance) return { constructor: (...args) => makeInstance(instance, state, args) };
  const real = state ? state.instance : instance;
  let own = real;
  while (own && extensions.get(own) !== key) own = prototypeOf(own);
  if (!own) throw new TypeError('it is not an instance of that class');
  const above = prototypeOf(own);
  return new Proxy({}, {
    __proto__: null,
    get(target, name) {
      const value = Reflect.get(above, name, real);
      return typeof value === 'function' ? (...args) => Reflect.apply(value, real, args) : value;
    },
  });
}

/** Makes the instance, which is from now on what the host's handles of its place stand for. */
function makeInstance(place, state, args) {
  state.make(args);
  held.forEach((value, number) => {
    if (value === place) held.set(number, state.instance);
  });
}
