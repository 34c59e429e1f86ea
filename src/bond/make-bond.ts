import { onAbort, reasonOf } from '../common/abort-signal.js';
import { capturePlace } from '../common/call-site.js';
import { loadedLate } from '../common/descriptors.js';
import { BondException } from '../common/errors.js';
import type { BondOptions } from '../common/options.js';
import { resolveOptions } from '../common/resolve-options.js';
import { withPlace } from '../common/stacks.js';
import { driverText, queryDriver } from '../drivers/driver.js';
import type { Driver } from '../drivers/manifest.js';
import { checkTextKind } from '../drivers/text-kind.js';
import { type CommandLine, commandLines, plainCommand } from '../process/command.js';
import type { Interpreter } from '../process/interpreter.js';
import { startInterpreter } from '../process/start-interpreter.js';
import type { Untyped } from '../references/remote-types.js';
import { Bond } from './bond.js';

/**
 * Starts an interpreter, and resolves to a bond with it. Only the interpreter needs to be installed.
 * @param lang the language: one of `listDrivers()`
 * @param options settings of the bond
 * @typeParam F an interface of the functions, for `fn`, `call` and `callable`; `bond types` writes one
 * @throws BondException if the interpreter cannot be started; the message lists what was tried, and what it printed
 * @example
 * const python = await makeBond('Python', { cwd: 'scripts' });
 * await python.eval('6 * 7'); // 42
 * await python.close();
 */
export function makeBond<F extends object = Untyped>(lang: string, options?: BondOptions): Promise<Bond<F>>;
/**
 * Starts an interpreter with a command of yours, and resolves to a bond with it. Only the interpreter needs to be
 * installed.
 * @param lang the language: one of `listDrivers()`
 * @param cmd a command line, which is split into words without a shell, or an array of arguments: `'ssh host php'`,
 * `['ssh', 'host', 'php']`. By default, the commands of the driver are tried in order
 * @param options settings of the bond
 * @typeParam F an interface of the functions, for `fn`, `call` and `callable`; `bond types` writes one
 * @throws BondException if the interpreter cannot be started; the message lists what was tried, and what it printed
 * @example
 * const php = await makeBond('PHP', 'ssh web.example.org php', { timeout: 10_000 });
 */
export function makeBond<F extends object = Untyped>(
  lang: string,
  cmd: string | readonly string[] | undefined,
  options: BondOptions,
): Promise<Bond<F>>;
/**
 * Starts an interpreter with a command and arguments of yours, and resolves to a bond with it. Only the interpreter
 * needs to be installed.
 * @param lang the language: one of `listDrivers()`
 * @param cmd a command line, which is split into words without a shell, or an array of arguments: `'ssh host php'`,
 * `['ssh', 'host', 'php']`. By default, the commands of the driver are tried in order
 * @param args further arguments for the interpreter. They arrive unchanged, also through `ssh`. None by default
 * @param options settings of the bond
 * @typeParam F an interface of the functions, for `fn`, `call` and `callable`; `bond types` writes one
 * @throws BondException if the interpreter cannot be started; the message lists what was tried, and what it printed
 * @example
 * const perl = await makeBond('Perl', 'perl', ['-Ilib', '-w']);
 */
export function makeBond<F extends object = Untyped>(
  lang: string,
  cmd?: string | readonly string[],
  args?: readonly string[],
  options?: BondOptions,
): Promise<Bond<F>>;
export async function makeBond(lang: string, ...given: unknown[]): Promise<Bond> {
  const place = capturePlace();
  try {
    return await openBond(lang, given);
  } catch (error) {
    throw withPlace(error, place);
  }
}

const loadEnvironment = loadedLate(() => import('../process/environment.js'));
const loadConnect = loadedLate(() => import('./connect.js'));

async function openBond(lang: string, given: readonly unknown[]): Promise<Bond> {
  const driver = queryDriver(lang);
  const { cmd, args, options } = sorted(lang, given);
  const settings = resolveOptions(lang, options);
  checkTextKind(driver, settings.text, driver.features.includes('text'));
  checkConcurrent(driver, settings.concurrent);

  const words = await wordsOf(lang, cmd);
  const place = settings.libraries && (await loadEnvironment()).enterEnvironment(driver, settings, words !== undefined);
  const request = { words, args, defArgs: settings.defArgs };
  const commands = commandLines(place ? { ...driver, commands: place.commands } : driver, request);
  // An error is reported where the text is needed.
  driverText(lang).catch(() => {});
  const interpreter = await startInterpreter(lang, commands, place ?? settings);
  let stopListening = (): void => {};
  try {
    stopListening = endOnAbort(interpreter, settings.signal);
    // This module loads while the interpreter starts; loaded earlier, it would delay the start.
    const { connect } = await loadConnect();
    return new Bond(await connect(lang, driver, interpreter, settings));
  } catch (error) {
    await interpreter.kill();
    throw settings.signal?.aborted ? aborted(lang, settings.signal) : error;
  } finally {
    stopListening();
  }
}

function checkConcurrent({ language, features }: Driver, isWanted: boolean): void {
  if (!isWanted || features.includes('concurrent')) return;
  const text = "its driver does not have the feature 'concurrent': calls run one after the other";
  throw new BondException(language, text, { code: 'BOND_UNSUPPORTED' });
}

/** Tells command, arguments and options apart: options may take the place of anything left out. */
function sorted(lang: string, given: readonly unknown[]) {
  const found = given.findIndex((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
  const place = found < 0 ? 2 : found;
  if (given.slice(place + 1).some((item) => item !== undefined)) {
    throw new BondException(lang, 'makeBond takes a language, a command, arguments, and the options last');
  }
  const [cmd, args = []] = given.slice(0, place) as [cmd?: string | readonly string[], args?: readonly string[]];
  return { cmd, args, options: (given[place] ?? {}) as BondOptions };
}

/** The words of the user's command. The module that splits it like a shell is loaded only if the command needs it. */
async function wordsOf(lang: string, cmd: string | readonly string[] | undefined): Promise<CommandLine | undefined> {
  if (cmd === undefined) return undefined;
  const plain = plainCommand(lang, cmd);
  if (plain) return plain;
  const { splitCommand } = await import('../process/split-command.js');
  return splitCommand(lang, cmd);
}

/** Lets `signal` end the interpreter while it is being set up. */
function endOnAbort(interpreter: Interpreter, signal: AbortSignal | undefined): () => void {
  const kill = (): void => void interpreter.kill();
  if (signal?.aborted) kill();
  return signal ? onAbort(signal, kill) : () => {};
}

function aborted(lang: string, signal: AbortSignal): BondException {
  return new BondException(lang, 'set-up was aborted', { code: 'BOND_ABORTED', cause: reasonOf(signal) });
}
