// Made from src/common/surrogates.ts by `npm run build`: change that.
/** Where a chunk of a text ends that begins at `start` and has `length` characters at most: not in the middle of one of two code units. */
function endOfChunk(text, start, length) {
  const end = start + length;
  if (end >= text.length) return text.length;
  const code = text.charCodeAt(end - 1);
  return code >= 0xd800 && code < 0xdc00 ? end - 1 : end;
}
