import type { MessagePort } from 'node:worker_threads';
import type { Packed } from './crossing.js';

/** What the two threads say to each other. An `inside` is the call that a request is made in; 0 is none. */
export type Message =
  | readonly [kind: 'ask', id: number, inside: number, target: number, method: string, args: Packed]
  | readonly [kind: 'call', id: number, func: number, args: Packed, isBlocking: boolean]
  | readonly [kind: 'answer' | 'fail', id: number, result: Packed]
  | readonly [kind: 'release', ids: readonly number[]];

/** What the thread is given when it starts. */
export interface ThreadData {
  readonly key: string;
  readonly port: MessagePort;
  /** Answers to calls for which the thread stands still. */
  readonly answers: MessagePort;
  readonly counts: Int32Array<SharedArrayBuffer>;
}

/** What is counted in the shared memory: messages to the program, and answers to calls for which the thread stands still. */
export const TO_PROGRAM = 0;
export const ANSWERS = 1;
/** Where the thread leaves the number that Linux has for it, and that it has ended. */
export const THREAD_ID = 2;
export const HAS_ENDED = -1;
export const COUNTS = 3;

/** The target of requests that no object is asked for. */
export const NO_TARGET = 0;
