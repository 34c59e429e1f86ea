// The structured clone, as V8 writes it, or JSON where that says the same and sooner.

/** Begins a clone that has the parts of its errors beside it: V8 cannot read an error that is its own cause, nor write `errors`. */
const LINKED = '!';
/** Begins a clone in a block. */
const IN_BLOCK = '*';

const structuredClone = {
  encode: (value, root) => asJson(value, root) || needed().encodeClone(value, root),
  isPlain: isSurelyCloned,
  decode: (text) => (isClone(text[0]) ? needed().readClone(text) : parse(text)),
};

/** What V8 writes begins with a byte that begins with `/` in base64. No JSON begins like that. */
function isClone(sign) {
  return sign === '/' || sign === LINKED || sign === IN_BLOCK;
}

/** JSON, if that carries a value as its clone would be, and sooner. */
function asJson(value, root) {
  try {
    return isSurelyCloned(value) ? checkLength(stringify(value), root) : undefined;
  } catch (error) {
    throw refusal(error, [root]);
  }
}

function isSurelyCloned(value) {
  try {
    return isClonedByJson(value, new Set());
  } catch (error) {
    return false; // it is nested too deep
  }
}
