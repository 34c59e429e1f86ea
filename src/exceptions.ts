import { type BondException, RemoteException, SerializationException, textOf } from './errors.js';
import { outermost, type Request } from './frames.js';
import type { Protocol } from './values.js';
import type { AnswerVerb } from './wire.js';

/** What an EXCEPT or ERROR tells of an exception. */
export interface Description {
  readonly type?: string;
  readonly message?: string;
  readonly traceback?: string;
  readonly data?: unknown;
  /** The id of the call to the host whose failure this is, if it is one. */
  readonly call?: number | null;
}

/** The exception for an answer of the other side; what a function of the host threw, and nobody caught, is its cause. */
export function exceptionOf(verb: AnswerVerb, description: Description, request: Request): BondException {
  const { data = description.message ?? '', call } = description;
  const [type, message = '', traceback] = [description.type, description.message, description.traceback].map(asText);
  const { lang, what } = request;
  const thrown = outermost(request).thrown;
  const details = typeof call === 'number' && thrown?.has(call) ? { cause: thrown.get(call) } : undefined;
  if (verb === 'ERROR') return new SerializationException(lang, `${what}: ${message}`, 'remote', details);
  return new RemoteException(lang, what, { data, remoteMessage: message, type, traceback }, details);
}

/** What ought to be a text: it may go on to another interpreter, whose driver relies on that. */
function asText(part: unknown): string | undefined {
  return part === undefined || part === null ? undefined : String(part);
}

/** What is told of an error of the host. With `transExcept`, it crosses itself where the protocol can carry it. */
export function encodeException(error: unknown, protocol: Protocol, transExcept: boolean): string {
  const description = describe(error);
  // Where the thing itself did not come through, there is nothing but its text to pass on.
  const isTextOnly = error instanceof RemoteException && error.data === error.remoteMessage && error.type !== 'string';
  if (!transExcept || isTextOnly) return protocol.encode(description);
  try {
    return protocol.encode({ ...description, data: error instanceof RemoteException ? error.data : error });
  } catch {
    return protocol.encode(description);
  }
}

/** An error that comes from an interpreter goes on as it was there: at a depth of a thousand calls, each of them would
 * otherwise put its own words around it. */
function describe(error: unknown): Description {
  if (error instanceof RemoteException)
    return { ...(error.type && { type: error.type }), message: error.remoteMessage };
  return { type: error instanceof Error ? error.name : typeof error, message: textOf(error) };
}
