// Tasks: requests that are answered later than others that have begun after them, and functions of the host that are awaited.

let isConcurrent = false; // whether the requests of the outermost frame run side by side, as far as they await something
const tasks = new Map(); // what ends the wait of a request that awaits something, by its id
const awaitedFrames = new Map(); // what is given the answers to calls that are awaited, by the ids of those
const taskLines = newQueue(); // messages that have arrived for their frames
const ended = newQueue(); // answers that came in an inner frame
let storage; // the request that the code belongs to which runs now

/** Whether a request is answered when it has ended, whatever has begun meanwhile. */
function isTask({ frame }) {
  return isConcurrent || frame !== '0';
}

/** Carries out a request whose continuations are to know which one they belong to. */
function runAsTask(request, run) {
  if (storage === undefined) {
    const { AsyncLocalStorage } = require('async_hooks');
    storage = AsyncLocalStorage ? new AsyncLocalStorage() : null; // Node 12.17 has it
  }
  return storage ? storage.run(request, run) : run();
}

/** Answers a request as soon as its promise is settled, or it is cancelled. */
function startTask(promise, message) {
  const { request, verb } = message;
  const cancelled = new Promise((_resolve, reject) => tasks.set(request, reject));
  promiseRace([promise, cancelled])
    .then((value) => madeNow(answerWith(value, message)))
    .catch((error) => report(request, error, verb))
    .then((text) => {
      tasks.delete(request);
      if (innermost.depth > 0) addOnce(ended, { text, next: undefined }); // only that frame is spoken of now
      else {
        say(text);
        if (isOver) serveOutermost();
      }
    });
}

function sayEnded() {
  for (let answered = takeFirst(ended); answered; answered = takeFirst(ended)) say(answered.text);
}

/** Ends the wait of a task with an exception. */
function cancelTask(request, exception) {
  const cancel = tasks.get(request);
  if (cancel) cancel(exception());
}

/** The request that the code belongs to which runs now. */
function requestNow() {
  if (running !== 0 || !storage) return running;
  const request = storage.getStore();
  return tasks.has(request) ? request : 0;
}

/** Calls a function of the host, and gives a promise: the event loop turns meanwhile. Where it stands still, this waits. */
function awaitHost(name, args, number, encodeArguments) {
  if (innermost.depth > 0) {
    const promise = new Promise((resolve) => resolve(callHost(name, args, number, encodeArguments)));
    promise.catch(() => {}); // in the next call, Node would find it unhandled before the code has come to `Promise.all`
    return promise;
  }
  return new Promise((resolve) => {
    const payload = encodeArguments(name, number, args);
    const frame = String(++lastCall);
    awaitedFrames.set(frame, (message) => resolve(new Promise((settle) => settle(told(message, frame)))));
    say(`AWAIT ${frame} ${requestNow()} ${payload}`);
  });
}

/** Gives the answer of the host to whom awaits it. */
function settleAwaited(message) {
  const settle = awaitedFrames.get(message.frame);
  awaitedFrames.delete(message.frame);
  if (settle) settle(message);
}

/** A function of the host, with a way to await it. */
function withAwaited(stub, name, number, encodeArguments) {
  return define(stub, 'awaited', { __proto__: null, value: (...args) => awaitHost(name, args, number, encodeArguments) });
}
