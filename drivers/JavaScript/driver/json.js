//: lazy
// Plain JSON, and EJSON, which has words for more: exact, or an error.

const json = {
  encode: (value, root) => write(value, root, false),
  isPlain: (value) => isSurelyExact(value, false),
  decode: readJson,
};

const ejson = {
  encode: (value, root) => write(value, root, true),
  isPlain: (value) => isSurelyExact(value, true),
  decode: (text) => readEjson(text, arrivedBytes),
};

function write(value, root, hasWords) {
  try {
    return checkLength(isSurelyExact(value, hasWords) ? stringify(value) : writeJson(value, root, hasWords, hasWords && takesBlocks ? newBlock() : undefined), root);
  } catch (error) {
    throw refusal(error, [root]);
  }
}

/** What fails here, as a cycle does and a prototype that is a proxy may, is left to writeJson, which says where it sits. */
function isSurelyExact(value, hasWords) {
  try {
    return isExact(value, hasWords);
  } catch (error) {
    return false;
  }
}
