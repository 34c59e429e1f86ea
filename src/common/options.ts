import type { Writable } from 'node:stream';
import { BondException } from './errors.js';
import { type Objects, wrongObjects } from './objects.js';
import { checkNames, checkTarget, checkTimeout, checkTypes } from './option-checks.js';

/** Where the other side's output goes: a stream, a function that is given each chunk, or nowhere. */
export type OutputTarget = Writable | ((chunk: Buffer) => void) | 'ignore';

/**
 * The name of a way to write values down: plain JSON, JSON with words for more, or the structured clone of V8 between Node
 * and Node.
 */
export type ProtocolName = 'JSON' | 'EJSON' | 'V8';

/** What a string is to the programs of a language: characters, or the octets of UTF-8. */
export type TextKind = 'characters' | 'bytes';

/** @internal Their names, for who is given one as a text. */
export const PROTOCOLS: readonly ProtocolName[] = ['EJSON', 'JSON', 'V8'];

/** Settings of single calls, for {@link Bond.with}. */
export interface CallOptions {
  /**
   * The longest silence of the other side in a call, in ms; `Infinity` turns it off. Time spent in your own exported
   * functions does not count for the call that led to them. Output breaks the silence.
   * @default 60_000
   */
  readonly timeout?: number | undefined;
  /**
   * Aborts the calls that are made with it: they reject with a `TimeoutException` whose `cause` is the reason, and the code
   * there is interrupted.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Where the other side's standard output goes. If a function throws, or its promise rejects, so does the call that printed,
   * and the code there is interrupted; where no call waits, the bond ends.
   * @default process.stdout
   */
  readonly stdout?: OutputTarget | undefined;
  /**
   * Where the other side's standard error goes, likewise.
   * @default process.stderr
   */
  readonly stderr?: OutputTarget | undefined;
  /**
   * What happens to what cannot cross: results, items of an iteration, and arguments of your functions. With `'hold'`, it arrives
   * as a handle, at any depth, as what `import` leads to always does; otherwise it is a `SerializationException`.
   * @example
   * const path = await python.with({ objects: 'hold' }).eval('pathlib.Path("/tmp")');
   * await path.joinpath('notes').name; // 'notes'
   * @default 'error'
   */
  readonly objects?: Objects | undefined;
}

/** Settings of a bond, for {@link makeBond}. */
export interface BondOptions extends CallOptions {
  /**
   * The interpreter's working directory. It must exist; without it, so must the current one.
   * @default process.cwd()
   */
  readonly cwd?: string | undefined;
  /**
   * The interpreter's whole environment.
   * @default process.env
   */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /**
   * The longest silence of the command while the interpreter is started and set up, in ms; `Infinity` turns it off. Output breaks
   * the silence, but set-up never takes more than five times as long. `timeout` is that of calls.
   * @default 60_000
   */
  readonly startTimeout?: number | undefined;
  /**
   * Whether the interpreter is given the driver's own arguments. Without them, the command itself must start an
   * interpreter that reads code from its standard input line by line.
   * @default true
   */
  readonly defArgs?: boolean | undefined;
  /**
   * Gets every line of the conversation, in both directions and whole: which way it went (`>` to the interpreter, `<` from
   * it), when (UTC), the language, the process, and what was said, further to the right inside of calls. A line with `#`
   * tells what has happened.
   * @default none
   */
  readonly logfile?: Writable | undefined;
  /**
   * Transparent exceptions: thrown objects themselves cross, not their text.
   * @default true between JavaScript and JavaScript under `V8`, otherwise false
   */
  readonly transExcept?: boolean | undefined;
  /**
   * A protocol's name, or several in order of preference.
   * @default `'V8'` between JavaScript and JavaScript of equal formats, else `'EJSON'`
   */
  readonly protocol?: ProtocolName | readonly ProtocolName[] | undefined;
  /**
   * Ends the bond when it is aborted, in set-up as well as later.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * The longest message that is accepted from the other side, in bytes; a longer one ends the bond.
   * @default 256 MiB
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * What happens to values of certain types there before they cross: the name of a type, with or without its module, package or
   * namespace, and code there of something that is called with the value. It is applied to results, items of an iteration,
   * and arguments of your functions, at any depth; of several classes of a value, the nearest counts.
   * @example
   * const python = await makeBond('Python', { convert: { Decimal: 'str', 'datetime.date': 'lambda day: day.isoformat()' } });
   * @default none
   */
  readonly convert?: Readonly<Record<string, string>> | undefined;
  /**
   * `'bytes'` is for programs in Perl and Python 2 that never decode their text: your strings arrive as UTF-8 octets, code is read
   * as a script without `use utf8` is, and a string there that is UTF-8 arrives as a string, any other as a `Uint8Array`.
   * @example
   * const perl = await makeBond('Perl', { text: 'bytes' });
   * await perl.evalBlock('print "Grüße\n"'); // as the same line in a file prints it
   * await perl.call('length', 'Grüße'); // 7
   * @default 'characters'
   */
  readonly text?: TextKind | undefined;
  /**
   * Whether calls that await something there run side by side (Python 3.7 or later, and JavaScript): a thousand calls of an
   * `async def` that sleeps for a second take one second. Code that does not await runs as ever, one call after the other. An abort
   * cancels the call's task.
   * @example
   * const python = await makeBond('Python', { concurrent: true });
   * const pages = await Promise.all(urls.map((url) => python.call('fetch', url)));
   * @default false
   */
  readonly concurrent?: boolean | undefined;
}

/** @internal {@link CallOptions} with every default filled in. */
export interface CallSettings {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** `undefined` for this process's own, which takes Node a while to make: it is asked for when there is output. */
  readonly stdout: OutputTarget | undefined;
  readonly stderr: OutputTarget | undefined;
  readonly objects: Objects;
}

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
  /** How calls are made that were not given settings of their own. */
  readonly calls: CallSettings;
}

/** @internal What there is for single calls. */
export const CALL_OPTIONS = ['timeout', 'signal', 'stdout', 'stderr', 'objects'] satisfies (keyof CallOptions)[];

/** @internal What there is for a bond. */
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
  ...CALL_OPTIONS,
] satisfies (keyof BondOptions)[];

/** @internal Checks the options and fills in the defaults; below this, nothing is optional. */
export function resolveOptions(lang: string, options: BondOptions): Settings {
  checkNames(lang, options, BOND_OPTIONS);
  const { protocol, maxMessageBytes = 256 * 2 ** 20 } = options;
  checkTypes(lang, options);
  if (options.startTimeout !== undefined) checkTimeout(lang, 'startTimeout', options.startTimeout);
  const protocols = typeof protocol === 'string' ? [protocol] : protocol;
  checkProtocols(lang, protocols);
  return {
    cwd: options.cwd ?? currentDirectory(lang),
    env: options.env ?? process.env,
    defArgs: options.defArgs ?? true,
    startTimeout: options.startTimeout ?? 60_000,
    logfile: options.logfile,
    transExcept: options.transExcept,
    protocols,
    signal: options.signal,
    maxMessageBytes,
    convert: options.convert,
    text: options.text ?? 'characters',
    concurrent: options.concurrent ?? false,
    calls: resolveCallOptions(
      lang,
      { ...options, signal: undefined },
      { timeout: 60_000, signal: undefined, stdout: undefined, stderr: undefined, objects: 'error' },
    ),
  };
}

function currentDirectory(lang: string): string {
  try {
    return process.cwd();
  } catch (cause) {
    const text = 'the current working directory has been deleted: change to another one, or set the option cwd';
    throw new BondException(lang, text, { code: 'BOND_SETUP', cause });
  }
}

function checkProtocols(lang: string, names: readonly string[] = []): void {
  if (!Array.isArray(names)) throw new BondException(lang, `protocol must be a name, or a list of names`);
  const unknown = names.find((name) => !PROTOCOLS.includes(name as ProtocolName));
  if (unknown === undefined) return;
  throw new BondException(lang, `there is no protocol '${unknown}'; known: ${PROTOCOLS.join(', ')}`);
}

/** @internal `options` on top of `defaults`. What is `undefined` counts as not given. */
export function resolveCallOptions(lang: string, options: CallOptions, defaults: CallSettings): CallSettings {
  const { timeout = defaults.timeout, signal = defaults.signal } = options;
  const { stdout = defaults.stdout, stderr = defaults.stderr, objects = defaults.objects } = options;
  checkTimeout(lang, 'timeout', timeout);
  if (stdout !== undefined) checkTarget(lang, 'stdout', stdout);
  if (stderr !== undefined) checkTarget(lang, 'stderr', stderr);
  if (signal !== undefined) checkTypes(lang, { signal });
  const wrong = wrongObjects(objects);
  if (wrong !== undefined) throw new BondException(lang, wrong);
  return { timeout, signal, stdout, stderr, objects };
}
