/**
 * The kind of an error. These texts never change; `docs/errors.md` explains each.
 *
 * - `BOND_USAGE`: a wrong option, name, argument or use
 * - `BOND_UNSUPPORTED`: this interpreter or driver cannot do that: PHP without pcntl cannot be interrupted
 * - `BOND_SETUP`: the interpreter could not be started
 * - `BOND_REMOTE`: code in the other language threw
 * - `BOND_SERIALIZATION`: a value cannot be sent
 * - `BOND_TIMEOUT`: no reply and no output for longer than `timeout`
 * - `BOND_ABORTED`: the signal of a call, or of set-up, was aborted
 * - `BOND_TERMINATED`: the interpreter is gone
 * - `BOND_DEADLOCK`: a wait that could never end
 * - `BOND_OUTPUT`: your function or stream for `stdout` or `stderr` threw
 * - `BOND_ABANDONED`: a call made inside a function of yours that the other side no longer waits for
 */
export type ErrorCode =
  | 'BOND_USAGE'
  | 'BOND_UNSUPPORTED'
  | 'BOND_SETUP'
  | 'BOND_REMOTE'
  | 'BOND_SERIALIZATION'
  | 'BOND_TIMEOUT'
  | 'BOND_ABORTED'
  | 'BOND_TERMINATED'
  | 'BOND_DEADLOCK'
  | 'BOND_OUTPUT'
  | 'BOND_ABANDONED';

/** What is known about an error beyond its text. */
interface ErrorDetails {
  readonly code?: ErrorCode;
  /** What can be done about it: the message ends with that. */
  readonly hint?: string | undefined;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The base of everything that `bond` throws: set-up that failed, or misuse. */
export class BondException extends Error {
  /** The name of the class. */
  override name = 'BondException';
  /** The kind of the error, for programs. */
  readonly code: ErrorCode;
  /** Where this kind of error is explained: `bond/docs/errors.md#bond_setup`, a page of the package. */
  readonly help: string;
  readonly #text: string;
  readonly #hint: string | undefined;

  constructor(
    /** The language of the bond, as it was given to `makeBond`. */
    readonly lang: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    const { code = 'BOND_USAGE', hint } = details;
    const whole = hint === undefined ? message : `${message}; ${hint}`;
    super(`[${lang}] ${whole}`, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.help = `bond/docs/errors.md#${code.toLowerCase()}`;
    this.#text = message;
    this.#hint = hint;
  }

  /** @internal The message without the language and the hint, for those who set them apart. */
  get text(): string {
    return this.#text;
  }

  /** @internal */
  get hint(): string | undefined {
    return this.#hint;
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

/** How an interpreter ended, in words. `wasKilled` says that it did not exit by itself, whatever its command's exit code is. */
export function howEnded({ exitCode, signal }: Ending, wasKilled: boolean): string {
  if (signal !== null) return `was ended by ${signal}`;
  if (exitCode === null) return 'may go on: it is of another user, and cannot be killed';
  return wasKilled ? `was killed (its command exited with code ${exitCode})` : `exited with code ${exitCode}`;
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
    super(lang, message, { ...details, code: 'BOND_TERMINATED' });
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
    super(lang, message, { ...details, code: 'BOND_SERIALIZATION' });
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
  /**
   * The names of its class over there and of those that this is derived from, from its own up: `ZeroDivisionError`,
   * `ArithmeticError`, `Exception`, …; interfaces behind them.
   */
  readonly types: readonly string[];
  /** The remote traceback, where the language has one. */
  readonly traceback: string | undefined;
  readonly #exception: unknown;

  constructor(
    lang: string,
    /** What was being done. */
    what: string,
    remote: Pick<RemoteException, 'data' | 'remoteMessage' | 'type' | 'traceback'> & {
      readonly types?: readonly string[];
      readonly exception?: unknown;
    },
    details?: ErrorDetails,
  ) {
    super(lang, [what, remote.type, remote.remoteMessage].filter(Boolean).join(': '), {
      ...details,
      code: 'BOND_REMOTE',
    });
    this.data = remote.data;
    this.remoteMessage = remote.remoteMessage;
    this.type = remote.type;
    this.types = remote.types ?? (remote.type ? [remote.type] : []);
    this.traceback = remote.traceback;
    this.#exception = remote.exception;
  }

  /** A handle of what was thrown, under `objects: 'hold'` and in what `import` leads to; otherwise `undefined`. */
  // biome-ignore lint/suspicious/noExplicitAny: what it has is known over there
  get exception(): any {
    return this.#exception;
  }

  /**
   * Whether it is of a class over there, or of one that is derived from that, as `catch` and `except` there would tell.
   * @param name the name of the class, as `types` has it
   * @example
   * if (error.is('ArithmeticError')) …
   */
  is(name: string): boolean {
    return this.types.includes(name);
  }
}

/**
 * The other side was silent for longer than `timeout`; or the call was aborted: then `code` is `'BOND_ABORTED'`, `cause` is the
 * signal's reason, and the code there is interrupted. The bond goes on: the late answer is dropped, and following calls get
 * their own.
 */
export class TimeoutException extends BondException {
  /** The name of the class. */
  override name = 'TimeoutException';

  constructor(lang: string, message: string, details?: ErrorDetails) {
    super(lang, message, { code: 'BOND_TIMEOUT', ...details });
  }
}

/** Shortens a text for use in a message, and shows its control characters. */
export function quoted(text: string, length = 60): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text);
}
