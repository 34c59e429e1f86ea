/** What is to be done when a signal is aborted. One listener a signal serves all, however many calls share it. */
class Abort {
  readonly acts = new Set<() => void>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this);
  }

  handleEvent(): void {
    this.end();
    for (const act of this.acts) act();
  }

  end(): void {
    this.#signal.removeEventListener('abort', this);
    aborts.delete(this.#signal);
  }
}

const aborts = new WeakMap<AbortSignal, Abort>();

/** Runs `act` when `signal` is aborted, unless the function that this returns is called before. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const abort = aborts.get(signal) ?? new Abort(signal);
  aborts.set(signal, abort);
  abort.acts.add(act);
  return () => {
    abort.acts.delete(act);
    if (abort.acts.size === 0) abort.end();
  };
}
