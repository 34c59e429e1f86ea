import { type BondLife, type CallTrace, diagnostics } from '../common/tracing.js';
import { CALL_EVENTS, type CallEvent, type TellEvent } from './trace-events.js';

let stop = (): void => {};

/** From now on, tells the program of calls and of bonds' lives; of nothing any more without `tell`. */
export function traceTo(tell: TellEvent | undefined): void {
  stop();
  stop = tell ? listen(tell) : () => {};
}

function listen(tell: TellEvent): () => void {
  const { tracingChannel, subscribe, unsubscribe } = diagnostics();
  const calls = tracingChannel?.('bond:call');
  const numbers = new WeakMap<object, number>();
  let last = 0;
  const hearing = (event: CallEvent) => (trace: object) => {
    const id = numbers.get(trace) ?? ++last;
    numbers.set(trace, id);
    attempt(() => tell(event, id, { ...trace } as CallTrace));
  };
  const hears = Object.fromEntries(CALL_EVENTS.map((event) => [event, hearing(event)])) as Hears;
  const hearLife = (message: unknown): void => attempt(() => tell('life', 0, message as BondLife));
  calls?.subscribe(hears);
  subscribe?.('bond:life', hearLife);
  return () => {
    calls?.unsubscribe(hears);
    unsubscribe?.('bond:life', hearLife);
  };
}

type Hears = Record<CallEvent, (trace: object) => void>;

/** What a listener does wrong is no matter of the call. */
function attempt(tell: () => unknown): void {
  try {
    (tell() as Promise<unknown>).catch(() => {});
  } catch {
    // It has a result that cannot be copied.
  }
}
