//: lazy
// Converts values before they cross, by their types: see docs/decisions/convert.md.

// Values of these types always cross as they are: requests of the driver's own consist of them.
const ALWAYS_PLAIN = ['String', 'Number', 'Boolean', 'BigInt', 'Array'];
const MOST_LEVELS = 1000;

const conversions = new Map(); // what the host wants to be called, by the name of a type
let conversionsOf = new WeakMap(); // the same, or `null`, by the prototype of a value; of those that have been met
let isBetween = false;

/** Has values of certain types converted: pairs of a name and code of something that can be called. */
function _BOND_convert(entries) {
  for (const [name, code] of entries) {
    if (ALWAYS_PLAIN.includes(name)) throw new TypeError(`'${name}': values of this type always cross as they are`);
    conversions.set(name, compiledConversion(name, code));
  }
  conversionsOf = new WeakMap();
  if (!isBetween) standBetween();
  isBetween = true;
}

function compiledConversion(name, code) {
  let conversion;
  try {
    conversion = evaluate(code);
  } catch (error) {
    if (isMade(error, _BOND_InterruptException)) throw error;
    throw new TypeError(`'${name}': ${describeError(error)}`);
  }
  if (typeof conversion === 'function') return conversion;
  throw new TypeError(`'${name}': its code gives ${describeValue(conversion)}, which cannot be called`);
}

function describeError(error) {
  return [safely(() => error.name), textOf(error)].filter((text) => text).join(': ');
}

/** Puts conversions between your code and what writes its values. */
function standBetween() {
  const [answerAsItIs, callAsItIs, awaitAsItIs, encodeAsItIs] = [answerWith, callHost, awaitHost, encode];
  answerWith = (value, message) => {
    const isHolding = WITH_HELD_RESULT.has(message.verb);
    const isResult = isHolding || WITH_RESULT.has(message.verb);
    return answerAsItIs(isResult ? converted(value, [isHolding ? 'value' : 'result'], isHolding) : value, message);
  };
  callHost = (name, args, number = name, encodeArguments = encodeCall) => {
    return callAsItIs(name, convertedArguments(name, args, encodeArguments), number, encodeArguments);
  };
  awaitHost = (name, args, number, encodeArguments) => {
    return awaitAsItIs(name, convertedArguments(name, args, encodeArguments), number, encodeArguments);
  };
  // Of what is encoded without having been converted, only exceptions are the user's.
  encode = (value, root) => {
    if (root !== 'exception') return encodeAsItIs(value, root);
    return encodeAsItIs({ __proto__: null, ...value, data: converted(value.data, [root], false) }, root);
  };
}

function convertedArguments(name, args, encodeArguments) {
  const isHolding = encodeArguments !== encodeCall;
  return args.map((value, index) => converted(value, [`${name}(): args`, index], isHolding));
}

/** A value with what conversions make of its parts; itself, if there are none to be applied. */
function converted(value, path, isHolding) {
  if (!hasConversions(value, isHolding)) return value;
  try {
    return convert(value, { path, isHolding, done: new Map() });
  } catch (error) {
    throw isTooDeep(error) ? refuse(path, 'is nested too deep') : error;
  }
}

/** Whether some part of a value has a conversion, or may give something that has one. It may refer to itself. */
function hasConversions(value, isHolding) {
  const waiting = [value];
  const seen = new Set();
  while (waiting.length > 0) {
    const part = waiting.pop();
    if (seen.has(part)) continue;
    if (isObject(part)) seen.add(part);
    if (conversionFor(part) || saysItself(part, isHolding)) return true;
    if (types.isMap(part)) for (const [key, item] of entriesOf(part)) waiting.push(key, item);
    else if (types.isSet(part)) waiting.push(...membersOf(part));
    else if (isRecord(part, isHolding)) {
      for (const key of keysOf(part)) {
        const property = propertyOf(part, key);
        if (!property || !('value' in property)) return true; // a getter is read once
        if (typeof property.value !== 'string' && typeof property.value !== 'number') waiting.push(property.value);
      }
    }
  }
  return false;
}

/** The conversion of the nearest class. What the language has itself, and crosses, has one only by its own name. */
function conversionFor(value) {
  if (typeof value === 'symbol') return conversions.get('Symbol');
  if (!isObject(value) || types.isProxy(value) || value instanceof Kept || isArray(value) || isPlainObject(value)) return undefined;
  const own = prototypeOf(value);
  if (own === null || types.isProxy(own)) return undefined;
  let found = conversionsOf.get(own);
  if (found === undefined) {
    const isOfLanguageItself = isOfLanguage(value) || isView(value);
    found = nearestConversion(own, isOfLanguageItself) || null;
    conversionsOf.set(own, found);
  }
  return found || undefined;
}

function nearestConversion(own, isOfLanguageItself) {
  for (let prototype = own; prototype !== null && !types.isProxy(prototype); prototype = prototypeOf(prototype)) {
    const name = safely(() => propertyOf(prototype, 'constructor').value.name);
    if (conversions.has(name)) return conversions.get(name);
    if (isOfLanguageItself) return undefined;
  }
  return undefined;
}

/** Whether an object has a `toJSON` that its protocol calls; where it is held otherwise, that is not called. */
function saysItself(value, isHolding) {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || protocol === structuredClone) return false;
  return (!isHolding || isPlainObject(value)) && toJsonOf(value) !== undefined;
}

/** What crosses as its properties: a list, a plain object; by the structured clone, an instance of a class as well. */
function isRecord(value, isHolding) {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  if (isArray(value)) return value.length <= MOST_ITEMS;
  return isPlainObject(value) || (protocol === structuredClone && !isHolding && isOrdinary(value));
}

/** `done` has what each object has become. */
function convert(value, place) {
  if (typeof value !== 'symbol' && !isObject(value)) return value;
  if (place.done.has(value)) return place.done.get(value);
  const conversion = conversionFor(value);
  if (!conversion) return convertParts(value, place);
  const made = convertParts(applyConversion(conversion, value, place.path), place);
  place.done.set(value, made);
  return made;
}

function applyConversion(conversion, value, path) {
  try {
    return conversion(value);
  } catch (error) {
    if (isMade(error, _BOND_InterruptException)) throw error;
    throw refuse(path, `the conversion of ${describeValue(value)} failed: ${describeError(error)}`);
  }
}

function convertParts(value, place) {
  if (place.done.has(value)) return place.done.get(value);
  if (place.path.length > MOST_LEVELS) throw refuse(place.path.slice(0, 20), 'is nested too deep');
  if (types.isMap(value)) return fill(value, new Map(), convertEntries, place);
  if (types.isSet(value)) return fill(value, new Set(), convertMembers, place);
  if (saysItself(value, place.isHolding)) return convertSaid(value, place);
  if (!isRecord(value, place.isHolding)) return value;
  return fill(value, isArray(value) ? [] : {}, convertProperties, place);
}

function fill(value, copy, fillWith, place) {
  place.done.set(value, copy);
  fillWith(value, copy, place);
  return copy;
}

/** A part, with where it is. */
function convertAt(step, part, place) {
  return convert(part, { ...place, path: [...place.path, step] });
}

function convertSaid(value, place) {
  try {
    const said = toJsonOf(value).call(value, keyOf(place.path));
    return said === value ? value : convert(said, place);
  } catch (error) {
    throw refusal(error, place.path);
  }
}

function convertProperties(value, copy, place) {
  if (isArray(value)) copy.length = value.length;
  for (const key of keysOf(value)) {
    const step = isArray(value) && String(Number(key)) === key ? Number(key) : key;
    const part = convertAt(step, readProperty(value, key, [...place.path, step]), place);
    define(copy, key, { __proto__: null, value: part, configurable: true, enumerable: true, writable: true });
  }
}

function readProperty(value, key, path) {
  try {
    return value[key];
  } catch (error) {
    throw refusal(error, path);
  }
}

function convertEntries(value, copy, place) {
  entriesOf(value).forEach(([key, item], index) => {
    const step = typeof key === 'string' ? key : index;
    const newKey = convertAt(step, key, place);
    if (copy.has(newKey)) throw refuse(place.path, `two of its keys become the same: ${safely(() => String(newKey))}`);
    copy.set(newKey, convertAt(step, item, place));
  });
}

function convertMembers(value, copy, place) {
  membersOf(value).forEach((item, index) => {
    const member = convertAt(index, item, place);
    if (copy.has(member)) throw refuse(place.path, `two of its items become the same: ${safely(() => String(member))}`);
    copy.add(member);
  });
}
