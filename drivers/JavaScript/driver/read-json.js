//: lazy
// Made from src/values/shared/read-json.ts by `npm run build`: change that.
// JSON, read without rounding its integers.

const DIGITS = 16;

/** An integer of 16 digits or more, or what looks like one inside of a string. */
const LONG_INTEGER = /(?:^|[[,:\-\s])\d{16}/;
/** What is no JSON, such as a zero in front or a number as a key, is left to `JSON.parse` to refuse. */
const LONG_INTEGERS = /(?<![\w.+-])-?[1-9]\d{15,}(?![\d.eE]|\s*:)/g;

/** Reads JSON without rounding its integers. */
function readJson(text) {
  // Stryker disable next-line LogicalOperator,ConditionalExpression: without a long integer, the other reader only takes time
  return hasManyDigits(text) && LONG_INTEGER.test(text) ? readLongIntegers(text) : parse(text);
}

/** Whether 16 digits stand together. It looks at every sixteenth character: a regular expression takes as long as `JSON.parse`. */
function hasManyDigits(text) {
  for (let last = DIGITS - 1; last < text.length; ) {
    let place = last;
    while (place > last - DIGITS && isDigit(text.charCodeAt(place))) place--;
    if (place === last - DIGITS) return true;
    last = place + DIGITS;
  }
  return false;
}

function isDigit(code) {
  return code >= 48 && code <= 57;
}

/** `JSON.parse` would round long integers: it is given strings in their place, which begin with what no other does. */
function readLongIntegers(text) {
  const sign = unlikelyText();
  let rewritten = '';
  for (let start = 0; start < text.length; ) {
    const quote = text.indexOf('"', start);
    const end = quote < 0 ? text.length : quote;
    rewritten += text.slice(start, end).replace(LONG_INTEGERS, `"${sign}$&"`);
    start = quote < 0 ? end : endOfString(text, quote);
    rewritten += text.slice(end, start);
  }
  return parse(rewritten, (_key, value) =>
    typeof value === 'string' && value.startsWith(sign) ? readInteger(value.slice(sign.length)) : value,
  );
}

/** Where the string ends that begins at `quote`. No regular expression bears a string with millions of escapes. */
function endOfString(text, quote) {
  let end = quote;
  let slashes;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    for (slashes = 0; text[end - 1 - slashes] === '\\'; ) slashes++;
  } while (slashes % 2 === 1);
  return end + 1;
}

function readInteger(digits) {
  const value = BigInt(digits);
  return value <= LARGEST_INTEGER && value >= -LARGEST_INTEGER ? Number(value) : value;
}
