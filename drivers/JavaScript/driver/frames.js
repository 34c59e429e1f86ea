// Inner frames: what the host asks for while user code waits for it.

/** The next of a frame's messages, which the host sends while this waits. */
function takeNow(messages) {
  for (;;) {
    recover();
    const message = takeFrom(messages);
    if (message) return message;
    if (hasEnded || (isOver && !process._exiting)) exit(); // an exit hook goes on
    feed(readNow());
  }
}

/** Carries out what the host asks for in an inner frame, until it answers the call that opened the frame. */
function serve(frame) {
  const outer = running;
  const messages = newQueue();
  // In this order, and the other way round at the end: what an interrupt has ended is undone if there are frames.
  innermost = { frame, messages, outer: innermost, depth: innermost.depth + 1 };
  if (innermost.depth === 1) setBlocking(true);
  for (;;) {
    const message = takeNow(messages);
    if (!HANDLERS[message.verb]) {
      leaveFrames(innermost.depth - 1);
      running = outer;
      return message;
    }
    running = message.request;
    say(answerNow(message));
    running = outer;
  }
}

/** Forgets the innermost frames, down to as many as are given. */
function leaveFrames(count) {
  if (count === 0) {
    setBlocking(false);
    setImmediate(serveOutermost); // requests may have been read meanwhile
  }
  while (innermost.depth > count) {
    const { messages } = innermost;
    innermost = innermost.outer;
    for (let message = takeFirst(messages); message; message = takeFirst(messages)) {
      if (message.verb === 'RELEASE') releaseInTurn(message);
    }
  }
}

function answerNow(message) {
  const { verb, request } = message;
  const { depth } = innermost;
  try {
    const given = givenTo(message);
    const value = settledValue(depth > DEEPEST_RUN ? HANDLERS[verb](given) : interruptible(() => HANDLERS[verb](given)));
    return answerWith(value, message);
  } catch (error) {
    if (innermost.depth !== depth) leaveFrames(depth);
    return report(request, error, verb);
  }
}

// A run takes more of the stack than all the rest of a call. In deeper frames, an interrupt leads out to the last that has one.
const DEEPEST_RUN = 100;

/** The value of a promise that needs no more than the jobs that are due: the event loop cannot turn inside of a call. */
function settledValue(value) {
  const promise = promiseOf(value);
  if (!promise) return value;
  let outcome;
  promise.then((result) => { outcome = { result }; }, (error) => { outcome = { error }; });
  if (typeof process._tickCallback === 'function') process._tickCallback();
  if (!outcome) {
    throw new Error('a promise cannot be awaited here: this call was made while JavaScript waits for the host, and its event loop stands still');
  }
  if ('error' in outcome) throw outcome.error;
  return outcome.result;
}
