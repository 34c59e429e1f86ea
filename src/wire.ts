/** What the host asks of the other side. */
export type RequestVerb = 'EVAL' | 'EVAL_BLOCK' | 'CALL' | 'EXPORT';

/** How either side answers. */
export type AnswerVerb = 'RETURN' | 'EXCEPT' | 'ERROR';

/** How the host answers: with `RETURN_WITH`, a result holds references. */
export type HostAnswerVerb = AnswerVerb | 'RETURN_WITH';

/** Everything that the host says once the driver runs: each message names the frame that it is for, if it is for one. */
export type Outgoing =
  | { readonly verb: RequestVerb; readonly frame: number; readonly id: number; readonly payload: string }
  | { readonly verb: HostAnswerVerb; readonly frame: number; readonly payload: string }
  | { readonly verb: 'RELEASE'; readonly id: number }
  | { readonly verb: 'INTERRUPT'; readonly id: number; readonly serial: number }
  | { readonly verb: 'END' };

/** Everything that the other side says. A payload is text that the session's protocol has encoded. */
export type Incoming =
  | { readonly verb: 'STAGE1' }
  | { readonly verb: 'READY'; readonly payload: string }
  | { readonly verb: 'INTERRUPTED'; readonly serial: number }
  | { readonly verb: 'RELEASE'; readonly ids: readonly number[] }
  | { readonly verb: AnswerVerb; readonly id: number; readonly payload: string }
  | { readonly verb: 'CALL'; readonly id: number; readonly request: number; readonly payload: string };

/** The line for a message of the host. */
export function formatMessage(message: Outgoing): string {
  switch (message.verb) {
    case 'INTERRUPT':
      return `INTERRUPT - ${message.id} ${message.serial}\n`;
    case 'RELEASE':
      return `RELEASE - ${message.id} \n`;
    case 'END':
      return 'END - 0 \n';
    default:
      return formatRequest(message.verb, message.frame, 'id' in message ? message.id : 0, message.payload);
  }
}

/** The line for a request, or for an answer. */
export function formatRequest(verb: RequestVerb | HostAnswerVerb, frame: number, id: number, payload: string): string {
  return `${verb} ${frame} ${id} ${payload}\n`;
}

/** What a message of the other side says, or `undefined` if it says nothing that it may. */
export function parseMessage(text: string): Incoming | undefined {
  const [verb, afterVerb] = splitWord(text, 0);
  switch (verb) {
    case 'STAGE1':
      return { verb };
    case 'INTERRUPTED': {
      const [serial] = splitWord(text, afterVerb);
      return isId(serial) ? { verb, serial: Number(serial) } : undefined;
    }
    case 'READY':
      return { verb, payload: text.slice(afterVerb) };
    case 'RELEASE': {
      const ids = text.slice(afterVerb).split(' ');
      return ids.every(isId) ? { verb, ids: ids.map(Number) } : undefined;
    }
    case 'RETURN':
    case 'EXCEPT':
    case 'ERROR': {
      const [id, rest] = splitWord(text, afterVerb);
      return isId(id) ? { verb, id: Number(id), payload: text.slice(rest) } : undefined;
    }
    case 'CALL': {
      const [id, afterId] = splitWord(text, afterVerb);
      const [request, rest] = splitWord(text, afterId);
      return isId(id) && isId(request)
        ? { verb, id: Number(id), request: Number(request), payload: text.slice(rest) }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** The word of `text` that begins at `start`, and where the next one begins. */
function splitWord(text: string, start: number): [word: string, next: number] {
  const space = text.indexOf(' ', start);
  return space < 0 ? [text.slice(start), text.length] : [text.slice(start, space), space + 1];
}

function isId(word: string): boolean {
  return /^\d{1,15}$/.test(word);
}
