// Objects of the host as objects here: what is done with one is asked of the host, which checks what may be touched.

let hasLive = false;
const liveNumbers = new WeakMap(); // what they are called on the wire
const liveObjects = new Map();     // weak references to those that are in use, where there are any, by what they are there
// Before V8 10, Node's `util.inspect` asks for this by a symbol alone.
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** An object that the host has lent by a function: the same as long as it is in use, whatever number it is lent by. */
function _BOND_live(number, flags, name, identity) {
  const ask = _BOND_callback(number, flags.includes('h')); // which is released at once if it is not needed
  const reference = liveObjects.get(identity);
  const known = reference && garbage ? reference.deref() : reference;
  if (known) {
    letGo(number);
    return known;
  }
  const live = new Proxy(targetOf(flags, name), liveHandler(ask, flags, name));
  hasLive = true;
  liveNumbers.set(live, number);
  if (garbage) keepWeakly(identity, live);
  else liveObjects.set(identity, live); // it is kept anyway: nothing tells when it is garbage
  return live;
}

function keepWeakly(identity, live) {
  if (liveObjects.size % 1000 === 999) {
    liveObjects.forEach((reference, key) => {
      if (!reference.deref()) liveObjects.delete(key);
    });
  }
  liveObjects.set(identity, new WeakRef(live));
}

/** What is bound has no prototype that a proxy would have to show. No prototype is the one of all objects: its methods are not the host's. */
function targetOf(flags, name) {
  const target = flags.includes('c') ? function () {}.bind() : {};
  if (flags.includes('c')) {
    delete target.name;
    delete target.length;
  }
  return setPrototypeOf(target, prototypeNamed(name, typeof target));
}

const livePrototypes = new Map();

function prototypeNamed(name, type) {
  const key = `${type} ${name}`;
  if (!livePrototypes.has(key)) {
    const parent = type === 'function' ? Function.prototype : Object.prototype;
    livePrototypes.set(key, define(Object.create(parent), Symbol.toStringTag, { __proto__: null, value: name }));
  }
  return livePrototypes.get(key);
}

function isLive(value) {
  return isObject(value) && liveNumbers.has(value);
}

/** Names that the host is never asked for: what is awaited, logged or sent is asked for them all the time. */
function isAsked(key) {
  return typeof key === 'string' && key[0] !== '_' && !['then', 'toJSON', 'constructor', 'prototype'].includes(key);
}

function liveHandler(ask, flags, name) {
  const own = {
    __proto__: null,
    [Symbol.toStringTag]: name,
    [Symbol.toPrimitive]: () => textOfLive(ask, name),
    [INSPECT]: () => `[${name} of the host]`,
  };
  if (flags.includes('i')) own[Symbol.iterator] = () => ask('iterate');
  if (flags.includes('c')) own.awaited = (...args) => ask.awaited('call', null, args);
  const get = (key) => (isAsked(key) && !(key in own) ? ask('get', key)[0] : own[key]);
  return {
    __proto__: null,
    get: (target, key) => (key === 'toString' ? ask('get', key)[0] || own[Symbol.toPrimitive] : get(key)),
    has: (target, key) => (isAsked(key) ? ask('has', key) : key in own),
    set(target, key, value) {
      if (!isAsked(key)) return false;
      ask('set', key, [value]);
      return true;
    },
    deleteProperty(target, key) {
      if (!isAsked(key)) return false;
      ask('delete', key);
      return true;
    },
    ownKeys: () => ask('keys'),
    getOwnPropertyDescriptor(target, key) {
      if (!isAsked(key) || !ask('has', key)) return undefined;
      return { value: get(key), configurable: true, enumerable: true, writable: true };
    },
    apply: (target, self, args) => ask('call', null, args),
    construct: (target, args) => ask('new', null, args),
    defineProperty: () => false,
    preventExtensions: () => false,
    setPrototypeOf: () => false,
  };
}

function textOfLive(ask, name) {
  const [text = `[object ${name}]`] = ask('text');
  return text;
}

/** The text of a result: with objects of the host in it, those are named behind it, and a sign stands in front. */
function encodeResult(value) {
  const text = hasLive ? encodeWithLive([value], (values) => [values], ([plain]) => encode(plain)) : undefined;
  return text === undefined ? encode(value) : `@${text}`;
}

/** The text of values, and of where in them objects of the host were; nothing if there are none. What else cannot cross is told by `check`. */
function encodeWithLive(values, wrap, check) {
  if (protocol.isPlain(values)) return undefined;
  const places = [];
  const plain = values.map((value, index) => withoutLive(value, [index], places, []));
  if (places.length === 0) return undefined;
  check(plain);
  return encode([...wrap(plain), places]);
}

/** A copy without the objects of the host. */
function withoutLive(value, path, places, parents) {
  if (isLive(value)) {
    places.push([path, -liveNumbers.get(value), 'live']);
    return null;
  }
  if (types.isProxy(value) || parents.includes(value) || path.length > DEEPEST_COPY) return value;
  const parts = partsBesideLive(value);
  if (!parts) return value;
  const copy = isArray(value) ? [] : types.isMap(value) ? new Map() : {};
  for (const [key, part] of parts) {
    const plain = withoutLive(part, [...path, isArray(value) ? Number(key) : key], places, [...parents, value]);
    if (types.isMap(value)) copy.set(key, plain);
    else define(copy, key, { __proto__: null, value: plain, configurable: true, enumerable: true, writable: true });
  }
  return copy;
}

/** Keys and values of what may have objects of the host in it; nothing if it is another thing. */
function partsBesideLive(value) {
  if (types.isMap(value)) {
    const isNamed = ([key]) => typeof key === 'string' || typeof key === 'number';
    return prototypeOf(value) === Map.prototype && entriesOf(value).every(isNamed) ? entriesOf(value) : undefined;
  }
  const says = isObject(value) && protocol !== structuredClone && typeof value.toJSON === 'function';
  const isRead = isArray(value) || (!says && isPlainObject(value));
  return isRead ? keysOf(value).map((key) => [key, value[key]]) : undefined;
}
