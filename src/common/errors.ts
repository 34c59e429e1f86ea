/** What is known about an error beyond its text. */
interface ErrorDetails {
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The base of everything that `bond` throws: set-up that failed, or misuse. */
export class BondException extends Error {
  /** The name of the class. */
  override name = 'BondException';

  constructor(
    /** The language of the bond, as it was given to `makeBond`. */
    readonly lang: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(`[${lang}] ${message}`, 'cause' in details ? { cause: details.cause } : undefined);
  }
}

/** How an interpreter ended. */
export interface Ending {
  /** Its exit code, or `null` if a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it, or `null`. */
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to its standard error. */
  readonly stderr: string;
}

/** How an interpreter ended, in words. */
export function howEnded(ending: Ending): string {
  if (ending.signal === null && ending.exitCode === null)
    return 'may go on: it is of another user, and cannot be killed';
  return ending.signal === null ? `exited with code ${ending.exitCode}` : `was ended by ${ending.signal}`;
}

/** The interpreter is gone: it exited, it was killed, or the bond was closed. Every later call meets this error too. */
export class TerminatedException extends BondException {
  /** The name of the class. */
  override name = 'TerminatedException';
  /** The interpreter's exit code, or `null` if a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended the interpreter, or `null`. */
  readonly signal: NodeJS.Signals | null;
  /** The end of what the interpreter wrote to its standard error. */
  readonly stderr: string;

  constructor(lang: string, message: string, ending: Ending, details?: ErrorDetails) {
    super(lang, message, details);
    this.exitCode = ending.exitCode;
    this.signal = ending.signal;
    this.stderr = ending.stderr;
  }
}

/** A value cannot cross; the message says where in it the reason sits. The bond goes on. */
export class SerializationException extends BondException {
  /** The name of the class. */
  override name = 'SerializationException';

  constructor(
    lang: string,
    message: string,
    /** Where the value got stuck: on this side (`'local'`) or on the other one (`'remote'`). */
    readonly side: 'local' | 'remote',
    details?: ErrorDetails,
  ) {
    super(lang, message, details);
  }
}

/**
 * Code on the other side threw, and did not catch. The bond goes on. `cause` is the very error that a function of the host
 * threw, if that is where it comes from.
 */
export class RemoteException extends BondException {
  /** The name of the class. */
  override name = 'RemoteException';
  /** The remote message; with `transExcept`, what was thrown. */
  readonly data: unknown;
  /** The remote message, without what this library puts in front of it. */
  readonly remoteMessage: string;
  /** The type of the exception over there, such as `'ZeroDivisionError'`, where the language has one. */
  readonly type: string | undefined;
  /** The remote traceback, where the language has one. */
  readonly traceback: string | undefined;

  constructor(
    lang: string,
    /** What was being done. */
    what: string,
    remote: Pick<RemoteException, 'data' | 'remoteMessage' | 'type' | 'traceback'>,
    details?: ErrorDetails,
  ) {
    super(lang, [what, remote.type, remote.remoteMessage].filter(Boolean).join(': '), details);
    this.data = remote.data;
    this.remoteMessage = remote.remoteMessage;
    this.type = remote.type;
    this.traceback = remote.traceback;
  }
}

/**
 * The other side was silent for longer than `timeout`, or the call was aborted (then `cause` is the signal's reason). The bond
 * goes on: the late answer is dropped, and following calls get their own.
 */
export class TimeoutException extends BondException {
  /** The name of the class. */
  override name = 'TimeoutException';
}

/** Shortens a text for use in a message, and shows its control characters. */
export function quoted(text: string, length = 60): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text);
}
