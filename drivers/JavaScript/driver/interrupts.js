// Interrupts: the signal of the host stops user code, and nothing else.

// Only what vm.Script runs can be stopped in the middle of a loop. What watches for the signal is a thread: to start it for
// every run takes longer than a call, so it runs all the time. User code that handles the signal itself gets it.
let ownListeners = 0; // for the signal
const watchdog = openWatchdog();
const trampoline = new vm.Script('__BOND_run()', { filename: '<bond driver>' });
const INTERRUPTIBLE = { __proto__: null, displayErrors: false, breakOnSigint: true };
let task;

/** Where Node has none for us, every run starts a thread of its own, and between runs the signal is ignored. */
function openWatchdog() {
  const binding = bindingOfNode('contextify');
  if (binding && typeof binding.startSigintWatchdog === 'function') return binding;
  process.on('SIGINT', () => {});
  ownListeners = 1;
  return { startSigintWatchdog() {}, stopSigintWatchdog: () => false, patience: 100 };
}

/**
 * It is deprecated, so `--pending-deprecation` would tell the user of it; `--permission` forbids it, and a later Node may lack it. `newest` is
 * the last version of Node of which it is known what is in there.
 */
function bindingOfNode(name, newest = Infinity) {
  if (Number(process.versions.node.split('.')[0]) > newest) return undefined;
  const isQuiet = process.noDeprecation; // which cannot be changed under `--no-deprecation`
  if (!isQuiet) process.noDeprecation = true;
  try {
    return process.binding(name);
  } catch (error) {
    return undefined;
  } finally {
    if (!isQuiet) process.noDeprecation = isQuiet;
  }
}

define(globalThis, '__BOND_run', { __proto__: null, value: () => task() });

/** Runs user code so that an interrupt stops it. */
function interruptible(run) {
  if (takeSignal()) heedSignal(); // the run would forget it
  task = run;
  try {
    return trampoline.runInThisContext(listenerCount('SIGINT') > ownListeners ? RUN : INTERRUPTIBLE);
  } catch (error) {
    if (!error || error.code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    const { message } = arrived;
    if (message && message.verb === 'INTERRUPT') noteInterrupt(message); // its signal was being waited for
    else heedSignal();
    throw new _BOND_InterruptException('interrupted by the host');
  }
}

// The host sends a line and then a signal, and no others before it has read that both have come. So each line has its signal,
// however late one of them is: whichever comes first, nothing is run until the other is here.
const LATEST = 30000; // ms: until a signal comes that has been sent, on a machine that is busy
const UNSURE = 2000; // ms: the same, where it may have come
const FOREIGN = 500; // ms: without anything to read, until a signal is taken for one that the host has not sent
let hasSignal = false; // a signal has come, and its line has not
let patience = LATEST;
let lastInterrupted; // the request that the last line named

/**
 * Takes a line that interrupts, which a signal belongs to. The host repeats a line that it has not read of for long; then both
 * signals may have become one, and there is none to come.
 */
function takeInterrupt(message) {
  if (!hasSignal) absorbSignal(message.request === lastInterrupted ? UNSURE : patience);
  noteInterrupt(message);
}

/** The line and its signal are here. */
function noteInterrupt({ request, payload }) {
  hasSignal = false;
  patience = LATEST;
  lastInterrupted = request;
  arrived.message = undefined;
  endWait(request);
  say(`INTERRUPTED ${payload}`);
}

/** Ends the wait of a request, or has it end before it begins. What computes, the signal has stopped. */
function endWait(request) {
  const exception = () => new _BOND_InterruptException('interrupted by the host');
  if (isBusy && request === busyWith.request) interruptWait(exception());
  cancelTask(request, exception);
  if (current && current.request === request) current.isStopped = true;
  for (let frame = innermost; frame; frame = frame.outer) stopBefore(frame.messages, request);
  stopBefore(taskLines, request);
}

function stopBefore({ first }, request) {
  for (let message = first; message; message = message.next) {
    if (message.request === request) message.isStopped = true;
  }
}

/** Waits for the signal of a line. In an inner frame, that ends the wait, and what waits for the host there. */
function absorbSignal(longest) {
  const end = now() + (watchdog.patience || longest);
  while (!takeSignal() && now() < end && listenerCount('SIGINT') === ownListeners) pause();
}

/** Reads until the line of a signal is here, which has been sent before it. */
function heedSignal() {
  hasSignal = true;
  recover();
  setBlocking(false);
  let end = now() + FOREIGN;
  while (hasSignal && now() < end) {
    if (feedMore()) end = now() + FOREIGN;
    else pause();
  }
  if (hasSignal) patience = UNSURE;
  hasSignal = false;
  if (innermost.depth > 0) setBlocking(true);
}

/** Whether there was a signal while nothing ran that it could have stopped. Asking forgets it. */
function takeSignal() {
  watchdog.startSigintWatchdog();
  return watchdog.stopSigintWatchdog();
}
