import { type Payload, wrapped } from './blocks.js';
import type { ReceivedBytes } from './received-bytes.js';

/** What the host asks of the other side. */
export type RequestVerb = PlainVerb | HoldingVerb | 'EXPORT';

/** Requests that there are in two forms. */
export type PlainVerb = 'EVAL' | 'EVAL_BLOCK' | 'CALL';

/** Requests of which what cannot cross stays there, and is named in the answer. */
export type HoldingVerb = `${PlainVerb}_HOLD` | 'CHAIN';

/** Whether what cannot cross stays there. */
export function isHolding(verb: RequestVerb): boolean {
  return verb === 'CHAIN' || verb.endsWith('_HOLD');
}

/** How what is long goes in front of the message that it belongs to, or an empty payload to forget about it. */
export type PartVerb = 'PART';

/** How either side answers. */
export type AnswerVerb = 'RETURN' | 'EXCEPT' | 'ERROR';

/** How the host answers: with `RETURN_WITH`, a result holds references. */
export type HostAnswerVerb = AnswerVerb | 'RETURN_WITH';

/** How the driver calls a function of the host. Its interpreter goes on meanwhile if a task there awaits the answer, or a thread waits for it. */
export type CallVerb = 'CALL' | 'AWAIT' | 'THREAD';

/** Everything that the host says once the driver runs: each message names the frame that it is for, if it is for one. */
export type Outgoing =
  | { readonly verb: RequestVerb | PartVerb; readonly frame: number; readonly id: number; readonly payload: string }
  | { readonly verb: HostAnswerVerb; readonly frame: number; readonly payload: string }
  | { readonly verb: 'RELEASE'; readonly id: number }
  | { readonly verb: 'INTERRUPT' | 'CANCEL'; readonly id: number; readonly serial: number }
  | { readonly verb: 'END' };

/** Everything that the other side says. A payload is text that the session's protocol has encoded. */
export type Incoming =
  | { readonly verb: 'STAGE1' }
  | { readonly verb: 'READY'; readonly payload: string }
  | { readonly verb: 'INTERRUPTED'; readonly serial: number }
  | { readonly verb: 'RELEASE'; readonly ids: readonly number[] }
  | ({ readonly verb: AnswerVerb | PartVerb; readonly id: number } & Received)
  | ({ readonly verb: CallVerb; readonly id: number; readonly request: number } & Received);

/** A value of the other side: its text, and the bytes that are named in that, if there are any. */
export interface Received {
  readonly payload: string;
  readonly bytes?: ReceivedBytes | undefined;
}

/** The line for a message of the host. */
export function formatMessage(message: Outgoing): string {
  switch (message.verb) {
    case 'INTERRUPT':
    case 'CANCEL':
      return `${message.verb} - ${message.id} ${message.serial}\n`;
    case 'RELEASE':
      return `RELEASE - ${message.id} \n`;
    case 'END':
      return 'END - 0 \n';
    default:
      return formatRequest(message.verb, message.frame, 'id' in message ? message.id : 0, message.payload);
  }
}

/** The line for a request, for a part of one, or for an answer. */
export function formatRequest(
  verb: RequestVerb | HostAnswerVerb | PartVerb,
  frame: number,
  id: number,
  payload: string,
): string {
  return `${verb} ${frame} ${id} ${payload}\n`;
}

/** The same for any payload. */
export function formatPayload(
  verb: RequestVerb | HostAnswerVerb,
  frame: number,
  id: number,
  payload: Payload,
): Payload {
  if (typeof payload === 'string') return formatRequest(verb, frame, id, payload);
  return wrapped(payload, (text) => formatRequest(verb, frame, id, text));
}

/** What a message of the other side says, or `undefined` if it says nothing that it may. Only a payload names bytes. */
export function parseMessage(text: string, bytes?: ReceivedBytes): Incoming | undefined {
  const message = parseText(text, bytes);
  return bytes && message && !('bytes' in message) ? undefined : message;
}

function parseText(text: string, bytes: ReceivedBytes | undefined): Incoming | undefined {
  const endOfVerb = endOfWord(text, 0);
  // Most are answers, and a text that is cut out takes longer to be compared.
  const verb = text.startsWith('RETURN ') ? 'RETURN' : text.slice(0, endOfVerb);
  switch (verb) {
    case 'RETURN':
    case 'PART':
    case 'EXCEPT':
    case 'ERROR': {
      const endOfId = endOfWord(text, endOfVerb + 1);
      const id = readId(text, endOfVerb + 1, endOfId);
      return id === undefined ? undefined : { verb, id, payload: text.slice(endOfId + 1), bytes };
    }
    case 'CALL':
    case 'AWAIT':
    case 'THREAD': {
      const endOfId = endOfWord(text, endOfVerb + 1);
      const endOfRequest = endOfWord(text, endOfId + 1);
      const id = readId(text, endOfVerb + 1, endOfId);
      const request = readId(text, endOfId + 1, endOfRequest);
      if (id === undefined || request === undefined) return undefined;
      return { verb, id, request, payload: text.slice(endOfRequest + 1), bytes };
    }
    case 'STAGE1':
      return { verb };
    case 'READY':
      return { verb, payload: text.slice(endOfVerb + 1) };
    case 'INTERRUPTED': {
      const serial = readId(text, endOfVerb + 1, endOfWord(text, endOfVerb + 1));
      return serial === undefined ? undefined : { verb, serial };
    }
    case 'RELEASE': {
      const words = text.slice(endOfVerb + 1).split(' ');
      const ids = words.map((word) => readId(word, 0, word.length));
      return ids.includes(undefined) ? undefined : { verb, ids: ids as number[] };
    }
    default:
      return undefined;
  }
}

/** Where the word of `text` ends that begins at `start`. */
function endOfWord(text: string, start: number): number {
  const space = text.indexOf(' ', start);
  return space < 0 ? text.length : space;
}

const [ZERO, NINE] = [48, 57];
const MOST_DIGITS = 15;

/** The number that stands between two places of `text`, if one does. */
function readId(text: string, start: number, end: number): number | undefined {
  if (start >= end || end - start > MOST_DIGITS) return undefined;
  let id = 0;
  for (let place = start; place < end; place++) {
    const code = text.charCodeAt(place);
    if (code < ZERO || code > NINE) return undefined;
    id = 10 * id + code - ZERO;
  }
  return id;
}
