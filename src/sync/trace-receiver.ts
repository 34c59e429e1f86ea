import { type CallTrace, callChannel, type LifeChannel, lifeChannel } from '../common/tracing.js';
import type { CallEvent, TellEvent } from './trace-events.js';

/** Publishes in the program what the thread tells of calls and of bonds' lives. */
export class TraceReceiver {
  readonly #calls = callChannel();
  readonly #life = lifeChannel();
  /** Calls that run, by their numbers. */
  readonly #traces = new Map<number, object>();

  /** Whether anybody wants to know. */
  get isListenedTo(): boolean {
    return this.#calls.hasSubscribers || this.#life.hasSubscribers;
  }

  readonly take: TellEvent = (event: CallEvent | 'life', id: number, facts: object) => {
    if (event === 'life') return this.#life.publish(facts);
    const trace = Object.assign(this.#traces.get(id) ?? {}, facts) as CallTrace;
    const isLast = event === 'asyncEnd' || (event === 'end' && 'error' in trace);
    if (isLast) this.#traces.delete(id);
    else this.#traces.set(id, trace);
    (this.#calls as CallChannels)[event]?.publish(trace);
  };
}

type CallChannels = Partial<Record<CallEvent, LifeChannel>>;
