import type { BondLife, CallTrace } from '../common/tracing.js';

/** The events of a call that the program is told of. */
export const CALL_EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
export type CallEvent = (typeof CALL_EVENTS)[number];

/** Tells the program of an event: of a call, whose events have one number, or in a bond's life, whose number is 0. */
export type TellEvent = {
  (event: CallEvent, id: number, trace: CallTrace): unknown;
  (event: 'life', id: 0, message: BondLife): unknown;
};
