//: lazy
// Enters what `await using` declares, and leaves it.

function _BOND_enter(value) {
  const dispose = isObject(value) ? disposerOf(value, Symbol.asyncDispose) || disposerOf(value, Symbol.dispose) : undefined;
  if (!dispose) throw new TypeError(`${describeValue(value)} cannot be entered: it has no Symbol.asyncDispose, and no Symbol.dispose`);
  return { value, dispose };
}

function disposerOf(value, symbol) {
  const dispose = symbol && value[symbol];
  return typeof dispose === 'function' ? dispose : undefined;
}

/** Leaves it. An error is dealt with by nothing here. */
function _BOND_exit({ value, dispose }) {
  const left = dispose.call(value);
  return promiseOf(left) ? left.then(() => false) : false;
}
