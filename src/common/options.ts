import type { Writable } from 'node:stream';
import type { Objects } from './objects.js';

/** Where output goes: to a `Writable`, to a function that gets each chunk, or nowhere. */
export type OutputTarget = Writable | ((chunk: Buffer) => void) | 'ignore';

/**
 * How values are encoded: `JSON` is plain JSON. `EJSON` is JSON with notations for dates, bytes, `NaN`, sets, maps and
 * more. `V8` is the structured clone of Node, between Node and Node.
 */
export type ProtocolName = 'JSON' | 'EJSON' | 'V8';

/** What a string is to the programs of a language: characters, or the octets of UTF-8. */
export type TextKind = 'characters' | 'bytes';

/** @internal The names of all protocols, for checking one that is given as a string. */
export const PROTOCOLS: readonly ProtocolName[] = ['EJSON', 'JSON', 'V8'];

/**
 * Settings for calls, for {@link Bond.with}.
 * @example
 * const patient = python.with({ timeout: 300_000, stdout: 'ignore' });
 * await patient.call('train');
 */
export interface CallOptions {
  /**
   * Maximum ms without a reply or output. Output resets the timer; time in your own exported functions does not count.
   * After it,
   * the call rejects with a {@link TimeoutException}. `Infinity` turns it off.
   * @default 60_000
   */
  readonly timeout?: number | undefined;
  /**
   * Aborts the calls made with it. They reject with a {@link TimeoutException} whose `code` is `'BOND_ABORTED'` and
   * whose `cause` is the signal's reason. The running code is interrupted.
   * @example
   * await python.with({ signal: AbortSignal.timeout(5000) }).call('search');
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Where standard output of the interpreter goes. If your function throws or rejects, or your stream fails, the call
   * that printed rejects, and its code is interrupted. If no call is running, the bond ends.
   * @example
   * const html = [];
   * await php.with({ stdout: (chunk) => html.push(chunk) }).evalBlock('include "page.php";');
   * @default process.stdout
   */
  readonly stdout?: OutputTarget | undefined;
  /**
   * Where standard error of the interpreter goes, in the same way as `stdout`.
   * @default process.stderr
   */
  readonly stderr?: OutputTarget | undefined;
  /**
   * What happens to values that cannot be copied, in results, items of an iteration, and arguments of your functions.
   * With `'error'`, you get a {@link SerializationException}. With `'hold'`, each of them arrives as a handle, at any
   * depth. What `import` returns always works like `'hold'`.
   * @example
   * const path = await python.with({ objects: 'hold' }).eval('pathlib.Path("/tmp")');
   * await path.joinpath('notes').name; // 'notes'
   * @default 'error'
   */
  readonly objects?: Objects | undefined;
}

/**
 * Settings of a bond, for {@link makeBond}. Those of single calls, such as `timeout`, are the defaults of all its
 * calls.
 * @example
 * const python = await makeBond('Python', { cwd: 'scripts', timeout: 10_000, objects: 'hold' });
 */
export interface BondOptions extends CallOptions {
  /**
   * Working directory of the interpreter. It must exist.
   * @default process.cwd()
   */
  readonly cwd?: string | undefined;
  /**
   * All environment variables of the interpreter. To add one, write `{ ...process.env, NAME: 'value' }`.
   * @default process.env
   */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /**
   * Maximum ms without output while the interpreter starts. Output resets the timer, but the start never takes longer
   * than five times this value. `Infinity` turns it off. `timeout` is for calls.
   * @default 60_000
   */
  readonly startTimeout?: number | undefined;
  /**
   * Whether the driver's own arguments are added to the command. With `false`, your command must start an interpreter
   * that reads code from standard input, line by line.
   * @default true
   */
  readonly defArgs?: boolean | undefined;
  /**
   * Receives a log of the messages in both directions. Each line has the direction (`>` to the interpreter, `<` from
   * it), the time in UTC, the language, the process id and the message. Lines inside nested calls are indented. Lines
   * with `#` are events.
   * @example
   * const python = await makeBond('Python', { logfile: process.stderr });
   * @default none
   */
  readonly logfile?: Writable | undefined;
  /**
   * Transfer the thrown value itself instead of its message: `data` of a {@link RemoteException} is then that value.
   * @default true between Node and Node with the protocol `V8`, otherwise false
   */
  readonly transExcept?: boolean | undefined;
  /**
   * The protocol, or several in order of preference. The first that the interpreter supports is used.
   * @default `'V8'` between Node and Node if their formats are equal, otherwise `'EJSON'`
   */
  readonly protocol?: ProtocolName | readonly ProtocolName[] | undefined;
  /**
   * Ends the bond when it is aborted, also while the interpreter starts.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Maximum size of a message from the interpreter, in bytes. A longer one ends the bond.
   * @default 256 MiB
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * Converts values of certain types before they are sent to you. A key is the name of a type, with or without its
   * module, package or namespace. A value is code in the other language for a function that takes the value.
   * Conversions apply to results, items of an iteration, and arguments of your functions, at any depth. Subclasses are
   * included; the nearest class of a value counts. {@link presets} has common ones.
   * @example
   * const python = await makeBond('Python', { convert: { Decimal: 'str', 'datetime.date': 'lambda day: day.isoformat()' } });
   * @default none
   */
  readonly convert?: Readonly<Record<string, string>> | undefined;
  /**
   * `'bytes'` is for Perl and Python 2 programs that never decode their text. Your strings arrive as UTF-8 bytes, and
   * code is read like a script without `use utf8`. A byte string arrives as a string if it is valid UTF-8, otherwise as
   * a `Uint8Array`.
   * @example
   * const perl = await makeBond('Perl', { text: 'bytes' });
   * await perl.evalBlock('print "Grüße\n"'); // as the same line in a file prints it
   * await perl.call('length', 'Grüße'); // 7
   * @default 'characters'
   */
  readonly text?: TextKind | undefined;
  /**
   * Whether calls that await something in the interpreter run side by side (Python 3.7 or later, and JavaScript): a
   * thousand calls of an `async def` that sleeps for a second take one second. Code that does not await runs one call
   * after the other. Aborting a call cancels its task.
   * @example
   * const python = await makeBond('Python', { concurrent: true });
   * const pages = await Promise.all(urls.map((url) => python.call('fetch', url)));
   * @default false
   */
  readonly concurrent?: boolean | undefined;
  /**
   * The virtual environment that Python runs in, as if it were activated: a path, relative to `cwd`; or `true` for the
   * nearest one: `.venv` or `venv` in `cwd` or a directory above it, otherwise the one of `$VIRTUAL_ENV` or
   * `$CONDA_PREFIX`. It chooses the interpreter, so it cannot be combined with a command.
   * @example
   * const python = await makeBond('Python', { venv: true });
   * await python.eval('__import__("sys").prefix'); // '/home/me/project/.venv'
   * @default none
   */
  readonly venv?: string | true | undefined;
  /**
   * Loads the classes of Composer in PHP, before anything else runs: `true` for the nearest `vendor/autoload.php`, in
   * the interpreter's working directory or above it; or the path of a file. Behind `ssh`, it is a file of the remote
   * host.
   * @example
   * const php = await makeBond('PHP', { cwd: '/srv/shop', autoload: true });
   * const Carbon = await php.import('Carbon\\Carbon');
   * @default none
   */
  readonly autoload?: string | true | undefined;
  /**
   * Directories in which modules are looked for first, as with `use lib` in Perl. Relative paths start at the
   * interpreter's working directory. Behind `ssh`, they are directories of the remote host. Every language but
   * JavaScript has this option.
   * @example
   * const perl = await makeBond('Perl', { lib: ['lib', 'local/lib/perl5'] });
   * await perl.evalBlock('use Shop::Cart');
   * @default none
   */
  readonly lib?: readonly string[] | undefined;
}

/** @internal {@link CallOptions} with every default filled in. */
export interface CallSettings {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /**
   * `undefined` means that of this process. Node creates it on first use, which takes a while, so it is asked for when
   * there is output.
   */
  readonly stdout: OutputTarget | undefined;
  readonly stderr: OutputTarget | undefined;
  readonly objects: Objects;
}

/** @internal The options that say where libraries are found. */
export type Libraries = Pick<BondOptions, 'venv' | 'autoload' | 'lib'>;

/** @internal {@link BondOptions} with every default filled in. */
export interface Settings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly defArgs: boolean;
  readonly startTimeout: number;
  readonly logfile: Writable | undefined;
  readonly transExcept: boolean | undefined;
  readonly protocols: readonly ProtocolName[] | undefined;
  readonly signal: AbortSignal | undefined;
  readonly maxMessageBytes: number;
  readonly convert: Readonly<Record<string, string>> | undefined;
  readonly text: TextKind;
  readonly concurrent: boolean;
  /** Where libraries are found; `undefined` if none of these options is given. */
  readonly libraries: Libraries | undefined;
  /** The settings of calls that have none of their own. */
  readonly calls: CallSettings;
}

/** @internal The names of the options for calls. */
export const CALL_OPTIONS = ['timeout', 'signal', 'stdout', 'stderr', 'objects'] satisfies (keyof CallOptions)[];

/** @internal The names of the options for a bond. */
export const BOND_OPTIONS = [
  'cwd',
  'env',
  'defArgs',
  'startTimeout',
  'logfile',
  'transExcept',
  'protocol',
  'maxMessageBytes',
  'convert',
  'text',
  'concurrent',
  'venv',
  'autoload',
  'lib',
  ...CALL_OPTIONS,
] satisfies (keyof BondOptions)[];
