// Made from src/values/shared/chunks.ts by `npm run build`: change that.
// Long lists and texts in parts: one side begins with them while the other makes the rest.

/** Shorter lists and texts do not pay, in items and in characters. */
const LONG_LIST = 1024;
const LONG_TEXT = 2 ** 18;
/** About how long a part is, in characters: what lies in a cache is made, written, read and parsed sooner. */
const PART = 2 ** 15;
/** How many items the first part of a list has. The others have as many as fill a part, to go by the one before. */
const FIRST_PART = 128;

/** Whether a value is long enough for the other side to begin with it while the rest is made. */
function isLong(value) {
  if (typeof value === 'string') return value.length > LONG_TEXT;
  if (typeof value !== 'object' || types.isProxy(value)) return false; // what has been revoked cannot even be asked
  return isArray(value) && value.length > LONG_LIST;
}

/** The parts of a long value, as JSON. Only what JSON carries exactly may be given. */
function partsOf(value) {
  return typeof value === 'string' ? partsOfText(value) : partsOfList(value);
}

function* partsOfText(text) {
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = endOfChunk(text, start, PART);
    yield stringify(text.slice(start, end));
  }
}

function* partsOfList(list) {
  for (let next = 0, count = FIRST_PART; next < list.length; ) {
    const items = [];
    while (next < list.length && items.length < count) items.push(list[next++]);
    const text = stringify(items);
    yield text;
    count = max(1, round((items.length * PART) / text.length));
  }
}
