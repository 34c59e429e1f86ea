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
  const binding = bindingOfNode();
  if (binding) return binding;
  process.on('SIGINT', () => {});
  ownListeners = 1;
  return { startSigintWatchdog() {}, stopSigintWatchdog: () => false, patience: 20 };
}

/** It is deprecated, so `--pending-deprecation` would tell the user of it; `--permission` forbids it, and a later Node may lack it. */
function bindingOfNode() {
  const isQuiet = process.noDeprecation; // which cannot be changed under `--no-deprecation`
  if (!isQuiet) process.noDeprecation = true;
  try {
    const binding = process.binding('contextify');
    return typeof binding.startSigintWatchdog === 'function' ? binding : undefined;
  } catch (error) {
    return undefined;
  } finally {
    if (!isQuiet) process.noDeprecation = isQuiet;
  }
}

define(globalThis, '__BOND_run', { __proto__: null, value: () => task() });

/** Runs user code so that an interrupt stops it. */
function interruptible(run) {
  task = run;
  try {
    return trampoline.runInThisContext(listenerCount('SIGINT') > ownListeners ? RUN : INTERRUPTIBLE);
  } catch (error) {
    if (!error || error.code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    if (arrived.message && arrived.message.verb === 'INTERRUPT') arrived.message = undefined; // its signal was being waited for
    else stopped = running;
    throw new _BOND_InterruptException('interrupted by the host');
  }
}

let stopped = 0; // the id of the request that a signal has stopped last
let hasStrayed = false; // a signal came between two requests

const ALONE = 1000; // ms: a signal may be long in coming on a busy machine
const REPEATED = 50; // ms: signals that come one upon the other become one
let patience = ALONE;
let lastSerial; // that of the last line

/**
 * Takes a line that interrupts, which a signal belongs to. Lines are repeated while native code runs, say; then their signals have
 * come together. So only the last line that has arrived is one to wait for, and not for long.
 */
function takeInterrupt({ request, payload }) {
  const isRepeated = payload === lastSerial;
  lastSerial = payload;
  if (request === stopped) return void (stopped = 0); // a second line has a second signal
  if (isBusy && request === busyWith.request) interruptWait(new _BOND_InterruptException('interrupted by the host'));
  cancelTask(request);
  const isLast = !arrived.text.includes('\nINTERRUPT ', arrived.next - 1);
  if (isRepeated || !isLast) patience = REPEATED;
  if (isLast) absorbSignal();
}

/**
 * Waits for a signal that has been sent: later, it would stop what comes next. In an inner frame, it ends the wait, and what
 * waits for the host there.
 */
function absorbSignal() {
  const end = now() + (watchdog.patience || patience);
  patience = ALONE;
  while (!hasStrayed && !takeSignal() && now() < end && listenerCount('SIGINT') === ownListeners) pause();
  hasStrayed = false;
}

/** Whether there was a signal while nothing ran that it could have stopped. Asking forgets it. */
function takeSignal() {
  watchdog.startSigintWatchdog();
  return watchdog.stopSigintWatchdog();
}
