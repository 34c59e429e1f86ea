// Holds what cannot cross, and says in which places of a result, or of arguments, it was. So are instances of classes, whose copies
// would have no methods.

const DEEPEST_COPY = 1000; // what is nested deeper is held
const PRIMITIVE_KEYS = ['string', 'number', 'boolean', 'bigint'];
const PROTOTYPES_OF_LANGUAGE = new Set([
  Date, Map, Set, RegExp, ArrayBuffer, SharedArrayBuffer, Boolean, Number, String, BigInt,
  Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError,
].filter((type) => type).map((type) => type.prototype));

/** What stays here even if it could cross. */
class Kept {
  constructor(value, text) {
    this.value = value;
    this.text = text;
  }
}

/** The text of a list with a result, and of what is held in places of it: paths, numbers, and what that is in words. */
function encodeWithHeld(value) {
  return encodeHolding([value], (values) => [values]);
}

/** As `encodeCall`, for a function that gets what cannot cross as handles. */
function encodeCallHolding(name, number, args) {
  return encodeHolding(args, (values) => [number, values]);
}

function encodeHolding(values, wrap) {
  if (protocol.isPlain(values)) return encode(wrap(values));
  const state = newState();
  try {
    const plain = values.map((value, index) => withoutHeld(value, [index], state));
    return encode(state.places.length > 0 ? [...wrap(plain), state.places] : wrap(plain));
  } catch (error) {
    letGoOf(state);
    throw error;
  }
}

/** `numbers` are those of what is held for one message; the structured clone keeps apart what is equal and what is the same: see `copies`. */
function newState() {
  return { places: [], numbers: new Map(), copies: new Map(), parents: new Set() };
}

function letGoOf({ numbers }) {
  numbers.forEach((number) => held.delete(number));
}

/** A value with `null` in the place of what is held. */
function withoutHeld(value, path, state) {
  if (!isObject(value)) return typeof value !== 'symbol' && isWritten(value) ? value : holdAt(path, value, state);
  if (protocol === structuredClone && state.copies.has(value)) return state.copies.get(value);
  const parts = path.length > DEEPEST_COPY || state.parents.has(value) ? undefined : partsToCopy(value);
  if (!parts) return isWhole(value) ? value : holdAt(path, value, state);
  const copy = isArray(value) ? [] : types.isMap(value) ? new Map() : {};
  state.copies.set(value, copy);
  state.parents.add(value);
  if (isArray(value)) copy.length = value.length;
  for (const [key, part] of parts) {
    const plain = withoutHeld(part, [...path, key], state);
    if (types.isMap(value)) copy.set(key, plain);
    else define(copy, key, { __proto__: null, value: plain, configurable: true, enumerable: true, writable: true });
  }
  state.parents.delete(value);
  return copy;
}

/** Keys and values of what can have something held in its places; nothing if it is another thing, or cannot be read. */
function partsToCopy(value) {
  if (types.isProxy(value)) return undefined;
  try {
    if (isArray(value)) return value.length > needed().MOST_ITEMS ? undefined : itemsIn(value);
    if (types.isMap(value)) return isOfLanguage(value) && hasPlainKeys(value) ? entriesOf(value) : undefined;
    const says = protocol !== structuredClone && typeof value.toJSON === 'function';
    return isPlainObject(value) && !says ? entriesIn(value) : undefined;
  } catch (error) {
    return undefined;
  }
}

/** The items of a list, without its holes. */
function itemsIn(list) {
  const items = [];
  for (let index = 0; index < list.length; index++) if (index in list) items.push([index, list[index]]);
  return items;
}

function hasPlainKeys(map) {
  const entries = entriesOf(map).map(([key]) => [key, null]);
  return entries.every(([key]) => PRIMITIVE_KEYS.includes(typeof key)) && isWritten(new Map(entries));
}

/** Whether something crosses as what it is, with all that is in it. */
function isWhole(value) {
  if (types.isProxy(value) || !isWritten(value)) return false;
  if (isView(value)) return true;
  if (isPlainObject(value)) return protocol !== structuredClone; // it says what it is
  return isOfLanguage(value) && membersToCheck(value).every(isWholeMember);
}

function isOfLanguage(value) {
  return PROTOTYPES_OF_LANGUAGE.has(prototypeOf(value));
}

function membersToCheck(value) {
  if (types.isSet(value)) return membersOf(value);
  return types.isMap(value) ? [].concat(...entriesOf(value)) : [];
}

function isWholeMember(member) {
  const state = newState();
  withoutHeld(member, [], state);
  letGoOf(state);
  return state.places.length === 0;
}

function isWritten(value) {
  try {
    encode(value);
    return true;
  } catch (error) {
    return false;
  }
}

/** What stands twice in a message is held once. */
function holdAt(path, value, { places, numbers }) {
  if (isLive(value)) {
    places.push([path, -liveNumbers.get(value), 'live']); // it goes back to where it is from
    return null;
  }
  const isKept = value instanceof Kept;
  if (!numbers.has(value)) numbers.set(value, hold(isKept ? value.value : value));
  places.push([path, numbers.get(value), isKept ? value.text : nameOf(value)]);
  return null;
}

function hold(value) {
  held.set(++lastNumber, value);
  return lastNumber;
}

function nameOf(value) {
  if (typeof value === 'function') return `${isClass(value) ? 'class' : 'function'} ${safely(() => value.name)}`.trim();
  return isObject(value) ? safely(() => value.constructor.name) || 'object' : typeof value;
}
