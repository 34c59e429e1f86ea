//: lazy
// Iteration by the host over what there is here, some items at a time.

const PATIENCE = 5; // ms that a batch is waited for once it has an item

/** Makes an iterator, whose methods are read once. `coming` is an item that has been asked for and is waited for; `failure` what it threw behind items. */
function _BOND_iterate(value) {
  const promise = promiseOf(value);
  if (promise) return promise.then(_BOND_iterate);
  const iterator = iteratorOf(value);
  if (!isObject(iterator)) throw new TypeError(`an iterator must be an object, not ${typeof iterator}`);
  const { next } = iterator;
  if (typeof next !== 'function') throw new TypeError(`${describeValue(iterator)} cannot be iterated over: it has no method next`);
  iterators.set(++lastNumber, { number: lastNumber, iterator, next, coming: undefined, failure: undefined });
  return lastNumber;
}

function iteratorOf(value) {
  const object = Object(value);
  const iterate = object[Symbol.asyncIterator] || object[Symbol.iterator];
  if (typeof iterate === 'function') return iterate.call(value);
  if (isObject(value)) return value;
  throw new TypeError(`${describeValue(value)} cannot be iterated over`);
}

/** Stands for an item that has not come yet. */
const NOT_YET = { done: false };

function askNext({ iterator, next }) {
  return next.call(iterator);
}

/** The next items, and whether they are the last: as many as are wanted, or as come within some milliseconds. */
function _BOND_next(number, count) {
  const source = iterators.get(number);
  if (!source) throw new ReferenceError(`nothing is iterated over as number ${number}`);
  const batch = { source, count, items: [], isDone: false, deadline: 0 };
  try {
    if (source.failure) throw source.failure.error;
    do {
      const next = source.coming || askNext(source);
      source.coming = promiseOf(next);
      if (source.coming) return nextLater(batch);
      add(batch, next);
    } while (isWanting(batch));
  } catch (error) {
    fail(batch, error);
  }
  return [batch.items, batch.isDone];
}

async function nextLater(batch) {
  const { source, items } = batch;
  try {
    do {
      if (!source.coming) source.coming = resolved(askNext(source));
      const next = await (items.length > 0 ? promiseRace([source.coming, turnOfLoop()]) : source.coming);
      if (next === NOT_YET) break;
      source.coming = undefined;
      add(batch, next);
    } while (isWanting(batch));
  } catch (error) {
    fail(batch, error);
  }
  return [items, batch.isDone];
}

/** In an inner frame, the event loop stands still: there, it is when nothing more is due. */
function turnOfLoop() {
  return new Promise((resolve) => (innermost.depth > 0 ? nextTick : setImmediate)(resolve, NOT_YET));
}

/** Adds an item; what is none is the TypeError that `for await` has. */
function add(batch, next) {
  checkIsObject(next, 'next');
  if (next.done) {
    batch.isDone = true;
    iterators.delete(batch.source.number);
  } else {
    append(batch.items, next.value);
    if (batch.items.length === 1) batch.deadline = now() + PATIENCE;
  }
}

function isWanting({ items, isDone, count, deadline }) {
  return !isDone && items.length < count && now() < deadline;
}

/** What is thrown behind items comes after them. */
function fail({ source, items }, error) {
  source.failure = { error };
  if (items.length > 0) return;
  iterators.delete(source.number);
  throw error;
}

/** Closes the iterator. One that is still busy with an item is not waited for: it may never have one. */
function _BOND_leave(number) {
  const { iterator, coming, failure } = iterators.get(number) || {};
  iterators.delete(number);
  const close = iterator && !failure ? iterator.return : undefined;
  if (close === undefined || close === null) return undefined;
  const closed = close.call(iterator);
  const promise = promiseOf(closed);
  if (!promise) return void checkIsObject(closed, 'return');
  return coming ? void promise.then(() => {}, () => {}) : promise.then((result) => void checkIsObject(result, 'return'));
}

function checkIsObject(result, method) {
  if (!isObject(result)) throw new TypeError(`an iterator's ${method}() must give an object, not ${result === null ? 'null' : typeof result}`);
}
