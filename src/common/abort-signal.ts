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

  /** What a signal of the user's own making throws here must not cut short what a request still has to do. */
  end(): void {
    aborts.delete(this.#signal);
    try {
      this.#signal.removeEventListener('abort', this);
    } catch {}
  }
}

const aborts = new WeakMap<AbortSignal, Abort>();

/** Runs `act` when `signal` is aborted, unless the function that this returns is called before. Throws what a signal of the user's own making throws. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const abort = aborts.get(signal) ?? new Abort(signal);
  aborts.set(signal, abort);
  abort.acts.add(act);
  return () => {
    abort.acts.delete(act);
    if (abort.acts.size === 0) abort.end();
  };
}

/** Why a signal was aborted. One of the user's own making may fail to say. */
export function reasonOf(signal: AbortSignal): unknown {
  try {
    return signal.reason;
  } catch (error) {
    return error;
  }
}

/** @internal Whether something is an `AbortSignal`, perhaps of another realm, or one that replaces Node's. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null || !('aborted' in value)) return false;
  const { addEventListener, removeEventListener } = value as AbortSignal;
  return typeof addEventListener === 'function' && typeof removeEventListener === 'function';
}
