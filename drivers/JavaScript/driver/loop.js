// The outermost frame: requests one after the other, between turns of the event loop.

let running = 0; // the id of the request that is being carried out, in any frame
let isBusy = false; // the outermost frame waits for a promise, and begins nothing else
let busyWith; // the request that it waits for
let interruptWait; // ends that wait with an exception
let isOver = false; // the host has closed the bond; exit hooks may call it all the same
let hasEnded = false; // the host is gone

// The request of the outermost frame that is carried out, and what it has come to. One run serves many: so an interrupt may
// end it anywhere. Every step is an assignment, and one that was not reached is done again.
let current;
let answer; // what is still to be said
let promised; // what is still to be waited for

/** Carries out what waits for the outermost frame, one after the other; promises are awaited. */
function serveOutermost() {
  recover();
  if (ended.first && innermost.depth === 0) sayEnded();
  while (current || taskLines.first || (!isBusy && lines.first)) {
    try {
      interruptible(serveLines);
    } catch (error) {
      if (running !== 0 && !answer && !promised) answer = report(current.request, error, current.verb);
      // Your code has replaced what the driver needs: to go on would fail in the same way, for ever.
      else if (!isMade(error, _BOND_InterruptException)) throw error;
    }
    if (promised) waitFor(promised, current);
    else if (answer) finish(answer);
  }
  if (isOver && !isBusy && tasks.size === 0) exit();
}

/** Goes on until there is something that must not be left in the middle. */
function serveLines() {
  for (;;) {
    if (!current) current = takeFirst(taskLines) || (isBusy ? undefined : takeFirst(lines));
    if (!current) return;
    if (current.verb === 'RELEASE') held.delete(Number(current.request));
    else if (!HANDLERS[current.verb]) settleAwaited(current);
    else {
      answer = carryOut(current);
      if (promised || typeof answer !== 'string' || !isShort(answer) || released.length > 0 || innermost.depth > 0 || written.size > 0 || blocks.size > 0) return;
      sayShort(answer);
    }
    running = isBusy ? busyWith.request : 0;
    answer = current = undefined;
  }
}

/** The answer to a request of the outermost frame; none if it is `promised`. */
function carryOut(message) {
  const { verb, request } = message;
  try {
    const given = givenTo(message);
    running = request;
    const value = isTask(message) ? runAsTask(request, () => HANDLERS[verb](given)) : HANDLERS[verb](given);
    const promise = promiseOf(value);
    return promise ? void (promised = promise) : answerWith(value, message);
  } catch (error) {
    return report(request, error, verb);
  }
}

function waitFor(promise, message) {
  const { request, isStopped } = message;
  promised = current = undefined;
  if (isTask(message)) {
    startTask(promise, message);
    running = isBusy ? busyWith.request : 0;
  } else awaitAlone(promise, message);
  if (isStopped) endWait(request); // before there was a wait
}

/** Begins nothing else until a promise is settled, or its wait is interrupted. */
function awaitAlone(promise, message) {
  const { request, verb } = message;
  isBusy = true;
  busyWith = message;
  const interrupted = new Promise((_resolve, reject) => {
    interruptWait = reject;
  });
  promiseRace([promise, interrupted])
    .then((value) => madeNow(answerWith(value, message)))
    .catch((error) => report(request, error, verb))
    .then((text) => {
      isBusy = false;
      busyWith = undefined;
      finish(text);
      serveOutermost();
    });
}

/** An answer that does not change any more: other code runs before it is sent. */
function madeNow(message) {
  if (typeof message !== 'string') message.parts = arrayFrom(message.parts);
  if (written.size > 0) copyWritten();
  return message;
}

/** Says the answer to what was carried out. */
function finish(message) {
  if (innermost.depth > 0) leaveFrames(0);
  running = isBusy ? busyWith.request : 0;
  answer = promised = current = undefined;
  say(message);
  if (written.size > 0 || blocks.size > 0) forgetBlocks();
}
