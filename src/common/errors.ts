/**
 * The kind of an error. These strings never change; `docs/errors.md` explains each.
 *
 * - `BOND_USAGE`: a wrong option, name, argument or use
 * - `BOND_UNSUPPORTED`: this interpreter or driver cannot do it; for example, PHP without pcntl cannot be interrupted
 * - `BOND_SETUP`: the interpreter could not be started
 * - `BOND_REMOTE`: code in the other language threw an exception
 * - `BOND_SERIALIZATION`: a value cannot be sent
 * - `BOND_TIMEOUT`: no reply and no output for longer than `timeout`
 * - `BOND_ABORTED`: the signal of a call, or of the start, was aborted
 * - `BOND_TERMINATED`: the interpreter has ended
 * - `BOND_DEADLOCK`: a wait that could never end
 * - `BOND_OUTPUT`: your function or stream for `stdout` or `stderr` failed
 * - `BOND_BUSY`: `maxQueue` calls of a pool wait already
 * - `BOND_ABANDONED`: a call from a function of yours whose caller no longer waits for it
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
  | 'BOND_BUSY'
  | 'BOND_ABANDONED';

/** What an error has besides its text. */
interface ErrorDetails {
  readonly code?: ErrorCode;
  /** What you can do about it. The message ends with it. */
  readonly hint?: string | undefined;
  /** The error that caused this one. */
  readonly cause?: unknown;
}

/**
 * The base class of all errors of this library. An error that is only a `BondException` means that the interpreter
 * could not be started, or that the library was used wrongly.
 * @example
 * try {
 *   await makeBond('PHP', 'php-9');
 * } catch (error) {
 *   if (error instanceof BondException && error.code === 'BOND_SETUP') console.error(error.message, error.help);
 * }
 */
export class BondException extends Error {
  /** The name of the class. */
  override name = 'BondException';
  /** The kind of the error, for programs to compare. */
  readonly code: ErrorCode;
  /** The page of this package that explains the error, for example `bond/docs/errors.md#bond_setup`. */
  readonly help: string;
  /** Of {@link Pool.map}: the position of the item whose call failed, from 0. Other errors have no such property. */
  declare readonly index?: number;
  readonly #text: string;
  readonly #hint: string | undefined;

  constructor(
    /** The language that was given to `makeBond`. */
    readonly lang: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    const { code = 'BOND_USAGE', hint } = details;
    const isLong = message.includes('\n');
    const whole = hint === undefined ? message : `${message}${isLong ? '\n' : '; '}${hint}`;
    super(`[${lang}] ${whole}`, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.help = sectionOf(code);
    this.#text = message;
    this.#hint = hint;
  }

  /** @internal The message without the language and the hint. */
  get text(): string {
    return this.#text;
  }

  /** @internal What you can do about it. */
  get hint(): string | undefined {
    return this.#hint;
  }
}

function sectionOf(code: ErrorCode): string {
  return `bond/docs/errors.md#${code.toLowerCase()}`;
}

/** A wrong argument of a function that knows no language. It has a code and a page, as a {@link BondException} has. */
export function wrongArgument(message: string): TypeError {
  const code = 'BOND_USAGE';
  return Object.assign(new TypeError(message), { code, help: sectionOf(code) });
}

/** How an interpreter ended: {@link Bond.closed} resolves to it. */
export interface Ending {
  /** Its exit code, or `null` if a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it, or `null`. */
  readonly signal: NodeJS.Signals | null;
  /** The last part of its standard error. */
  readonly stderr: string;
}

/** How an interpreter ended, in words. `wasKilled` means that it did not exit by itself, whatever its exit code is. */
export function howEnded({ exitCode, signal }: Ending, wasKilled: boolean): string {
  if (signal !== null) return `was ended by ${signal}`;
  if (exitCode === null) return 'may go on: it is of another user, and cannot be killed';
  return wasKilled ? `was killed (its command exited with code ${exitCode})` : `exited with code ${exitCode}`;
}

/**
 * The interpreter has ended: it exited, crashed, was killed, or the bond was closed. All waiting and later calls reject
 * with this error.
 */
export class TerminatedException extends BondException {
  /** The name of the class. */
  override name = 'TerminatedException';
  /** The interpreter's exit code, or `null` if a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended the interpreter, or `null`. */
  readonly signal: NodeJS.Signals | null;
  /** The last part of its standard error. */
  readonly stderr: string;

  constructor(lang: string, message: string, ending: Ending, details?: ErrorDetails) {
    super(lang, message, { ...details, code: 'BOND_TERMINATED' });
    this.exitCode = ending.exitCode;
    this.signal = ending.signal;
    this.stderr = ending.stderr;
  }
}

/**
 * A value cannot be sent. The message names the field, for example `args[0].items[3]`. The bond stays usable.
 * @example
 * await python.eval('{"when": object()}'); // the message names result.when
 */
export class SerializationException extends BondException {
  /** The name of the class. */
  override name = 'SerializationException';

  constructor(
    lang: string,
    message: string,
    /** `'local'` if your program could not send the value, `'remote'` if the interpreter could not. */
    readonly side: 'local' | 'remote',
    details?: ErrorDetails,
  ) {
    super(lang, message, { ...details, code: 'BOND_SERIALIZATION' });
  }
}

/**
 * Code in the other language threw an exception and did not catch it. The bond stays usable. If the exception began as
 * an error in a function of yours, `cause` is that `Error` object.
 * @example
 * try {
 *   await python.eval('1 / 0');
 * } catch (error) {
 *   console.log(error.type, error.remoteMessage); // ZeroDivisionError division by zero
 * }
 */
export class RemoteException extends BondException {
  /** The name of the class. */
  override name = 'RemoteException';
  /** The message of the exception; with `transExcept`, the thrown value itself. */
  readonly data: unknown;
  /** The message of the exception, without the text that this library puts before it. */
  readonly remoteMessage: string;
  /**
   * The class of the exception in its language, such as `'ZeroDivisionError'`; `undefined` where the language has none.
   */
  readonly type: string | undefined;
  /**
   * The class of the exception and its base classes, the nearest first: `ZeroDivisionError`, `ArithmeticError`,
   * `Exception`, … Interfaces are last.
   */
  readonly types: readonly string[];
  /** The traceback as the other language prints it; `undefined` where the language has none. */
  readonly traceback: string | undefined;
  readonly #exception: unknown;

  constructor(
    lang: string,
    /** What the call was. */
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

  /** A handle of the exception object, with `objects: 'hold'` or below an `import`; otherwise `undefined`. */
  // biome-ignore lint/suspicious/noExplicitAny: what it has is known over there
  get exception(): any {
    return this.#exception;
  }

  /**
   * Tells whether the exception belongs to a class, or to a subclass of it, as `except` or `catch` would.
   * @param name the name of the class, as in `types`
   * @example
   * if (error.is('ArithmeticError')) …
   */
  is(name: string): boolean {
    return this.types.includes(name);
  }
}

/**
 * A call had neither a reply nor output for longer than `timeout`, or its signal was aborted. `code` tells which:
 * `'BOND_TIMEOUT'` or `'BOND_ABORTED'`. For an aborted call, `cause` is the signal's reason, and the code is
 * interrupted. The bond stays usable: a late reply is dropped.
 */
export class TimeoutException extends BondException {
  /** The name of the class. */
  override name = 'TimeoutException';

  constructor(lang: string, message: string, details?: ErrorDetails) {
    super(lang, message, { code: 'BOND_TIMEOUT', ...details });
  }
}

/** Shortens a text for a message, and escapes its control characters. */
export function quoted(text: string, length = 60): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text);
}
