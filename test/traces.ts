// What is heard of calls and of bonds' lives by those who listen to node:diagnostics_channel.

import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import type { BondLife, CallTrace } from '../src/index.js';
import { onTestFinished } from './finish.js';

interface Listening<T> {
  readonly heard: T[];
  /** Is called when the test is over, too. */
  stop(): void;
}

/** Writes down the events of calls, with their traces. */
export function listenToCalls(): Listening<[event: string, trace: CallTrace]> {
  const calls = tracingChannel<unknown, CallTrace>('bond:call');
  const heard: [string, CallTrace][] = [];
  const hears = (event: string) => (trace: object) => void heard.push([event, trace as CallTrace]);
  const subscribers = {
    ...{ start: hears('start'), end: hears('end'), error: hears('error') },
    ...{ asyncStart: hears('asyncStart'), asyncEnd: hears('asyncEnd') },
  };
  calls.subscribe(subscribers);
  const stop = (): void => void calls.unsubscribe(subscribers);
  onTestFinished(stop);
  return { heard, stop };
}

/** Writes down what is told of bonds' lives. */
export function listenToLives(): Listening<BondLife> {
  const heard: BondLife[] = [];
  const hear = (message: unknown): void => void heard.push(message as BondLife);
  subscribe('bond:life', hear);
  const stop = (): void => void unsubscribe('bond:life', hear);
  onTestFinished(stop);
  return { heard, stop };
}
