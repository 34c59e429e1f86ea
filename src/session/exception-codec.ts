import { type BondException, RemoteException, SerializationException } from '../common/errors.js';
import { linesOfFrames, tellFrames, toldStack } from '../common/one-stack.js';
import { carried, classNames, describeThrown, isA, property, textOf } from '../common/thrown.js';
import { NotCarried, type Protocol } from '../values/codec.js';
import type { Payload } from '../wire/blocks.js';
import type { AnswerVerb } from '../wire/messages.js';
import { outermost, type Request } from './frame.js';
import type { MakeHandle } from './held-parts.js';
import type { SessionOwner } from './session-owner.js';

/** What an EXCEPT or ERROR tells of an exception. */
export interface Description {
  readonly type?: string;
  /** The names of its class and of those above it; none where it is an error of the host's that has come back. */
  readonly types?: readonly string[];
  readonly message?: string;
  readonly traceback?: string;
  /** Frames of the other language, innermost first: `[name, file, line, column]`, or the number of omitted ones. */
  readonly frames?: unknown;
  /** Frames here, and of whatever led to them, as the lines of a stack: for drivers that ask for it. */
  readonly stack?: string;
  readonly data?: unknown;
  /** The id of the call to the host whose failure this is, if it is one. */
  readonly call?: number | null;
  /** Which link of a chain has failed. */
  readonly link?: readonly number[];
  /** Under which number the exception itself is held there, and what it is, in words; only for requests that hold. */
  readonly exception?: readonly [number: number, text: string];
}

/** The exception for a reply. If it began as an error in a function of the host, that is its cause. */
export function exceptionOf(
  verb: AnswerVerb,
  description: Description,
  request: Request,
  makeHandle: MakeHandle,
  owner: Pick<SessionOwner, 'adviceOn'>,
): BondException {
  const { data = description.message ?? '', call } = description;
  const [type, message = '', traceback] = [description.type, description.message, description.traceback].map(asText);
  const { lang } = request;
  const what = whatFailed(description, request);
  const thrown = outermost(request).thrown;
  const details = typeof call === 'number' && thrown?.has(call) ? { cause: thrown.get(call) } : undefined;
  if (verb === 'ERROR') return new SerializationException(lang, `${what}: ${message}`, 'remote', details);
  const types = typesOf(description, type, details?.cause);
  const exception = description.exception && makeHandle(...description.exception);
  const told = { data, remoteMessage: message, type, types, traceback, exception };
  const hint = details ? undefined : owner.adviceOn?.(types, message);
  const error = new RemoteException(lang, what, told, { ...details, hint });
  tellFrames(error, linesOfFrames(description.frames, lang), details?.cause);
  return error;
}

/** The names of its classes: of an error of the host's that has come back, those that it has here. */
function typesOf({ types }: Description, type: string | undefined, cause: unknown): readonly string[] {
  if (isA(cause, RemoteException)) return cause.types;
  const names = cause === undefined && Array.isArray(types) ? types.map(String) : classNames(cause);
  return type === undefined || type === '' || names.includes(type) ? names : [type, ...names];
}

function whatFailed({ link }: Description, request: Request): string {
  const failed = link && request.failureAt(link);
  return failed === undefined ? request.what : `${request.what}: at ${failed}`;
}

/** What ought to be a text: it may go on to another interpreter, whose driver relies on that. */
function asText(part: unknown): string | undefined {
  return part === undefined || part === null ? undefined : String(part);
}

/** How a call of the other side is answered that has failed. */
export interface FailedAnswer {
  readonly verb: 'EXCEPT' | 'ERROR';
  readonly payload: Payload;
}

/** What it depends on how an exception is told. */
interface Telling {
  readonly protocol: Protocol;
  readonly transExcept: boolean | undefined;
  /** Whether the other side makes use of a stack. */
  readonly takesStacks: boolean;
}

/**
 * What is told of something that the host threw, whatever that is: this never throws. With `transExcept`, it crosses itself. If
 * the protocol has no word for it, that is an error; but where nobody asked for it to cross itself, its text is passed on.
 */
export function encodeException(thrown: unknown, { protocol, transExcept, takesStacks }: Telling): FailedAnswer {
  const stack = takesStacks ? toldStack(thrown) : '';
  const description = stack === '' ? describe(thrown) : bare({ ...describe(thrown), stack });
  const crossesItself = (transExcept ?? protocol.name === 'V8') && !isTextOnly(thrown);
  if (crossesItself) {
    try {
      const data = isA(thrown, RemoteException) ? thrown.data : thrown;
      const payload = protocol.encode(bare({ ...description, data }));
      return { verb: 'EXCEPT', payload };
    } catch (error) {
      if (transExcept)
        return { verb: 'ERROR', payload: protocol.encode(bare({ message: notItself(description, error) })) };
    }
  }
  return { verb: 'EXCEPT', payload: protocol.encode(description) };
}

/** Where the thing itself did not come through, there is nothing but its text to pass on. */
function isTextOnly(thrown: unknown): boolean {
  if (!isA(thrown, RemoteException)) return false;
  return property(thrown, 'data') === property(thrown, 'remoteMessage') && property(thrown, 'type') !== 'string';
}

function notItself({ message }: Description, error: unknown): string {
  const reason = isA(error, NotCarried) ? error.within(2, 'thrown').message : `thrown: ${textOf(error)}`;
  return `${reason}, as transExcept asks for; its text is: ${message}`;
}

/** An error that comes from an interpreter goes on as it was there: at a depth of a thousand calls, each of them would
 * otherwise put its own words around it. */
function describe(thrown: unknown): Description {
  if (!isA(thrown, RemoteException)) return bare(describeThrown(thrown));
  const { type, message } = { type: property(thrown, 'type'), message: property(thrown, 'remoteMessage') };
  const known = typeof type === 'string' && type !== '' && { type: carried(type) };
  return bare({ ...known, message: carried(textOf(message)) });
}

/** The same without a prototype: there may be a `toJSON`, from a program that gives one to all objects. */
function bare<Parts extends object>(parts: Parts): Parts {
  return Object.assign(Object.create(null), parts);
}
