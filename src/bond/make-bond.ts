import { onAbort, reasonOf } from '../common/abort-signal.js';
import { capturePlace } from '../common/call-site.js';
import { loadedLate } from '../common/descriptors.js';
import { BondException } from '../common/errors.js';
import { type BondOptions, resolveOptions } from '../common/options.js';
import { withPlace } from '../common/stacks.js';
import { type Driver, driverText, queryDriver } from '../drivers/driver.js';
import { checkTextKind } from '../drivers/text-kind.js';
import { type CommandLine, commandLines, plainCommand } from '../process/command.js';
import type { Interpreter } from '../process/interpreter.js';
import { startInterpreter } from '../process/start-interpreter.js';
import type { Untyped } from '../references/remote-types.js';
import { Bond } from './bond.js';

/**
 * Starts an interpreter of another language by the driver's own commands, which are tried in order, and brings the driver
 * into it: nothing is installed there.
 *
 * @param lang the language: one of `listDrivers()`
 * @param options settings of the bond
 * @typeParam F an interface of the functions there, for `fn`, `call` and `callable`: `bond types` writes one
 * @throws BondException if the set-up fails: it says what was tried, and what came back
 */
export function makeBond<F extends object = Untyped>(lang: string, options?: BondOptions): Promise<Bond<F>>;
/**
 * Starts an interpreter of another language by a command, and brings the driver into it: nothing is installed there.
 *
 * @param lang the language: one of `listDrivers()`
 * @param cmd a command line as one would type it, which no shell reads, or an argv array; `ssh host php`, say. By
 * default, the driver's own candidates are tried in order
 * @param options settings of the bond
 * @typeParam F an interface of the functions there, for `fn`, `call` and `callable`: `bond types` writes one
 * @throws BondException if the set-up fails: it says what was tried, and what came back
 */
export function makeBond<F extends object = Untyped>(
  lang: string,
  cmd: string | readonly string[] | undefined,
  options: BondOptions,
): Promise<Bond<F>>;
/**
 * Starts an interpreter of another language by a command, and brings the driver into it: nothing is installed there.
 *
 * @param lang the language: one of `listDrivers()`
 * @param cmd a command line as one would type it, which no shell reads, or an argv array; `ssh host php`, say. By
 * default, the driver's own candidates are tried in order
 * @param args further arguments for the interpreter, which arrive to the letter, through `ssh` as well; none by default
 * @param options settings of the bond
 * @typeParam F an interface of the functions there, for `fn`, `call` and `callable`: `bond types` writes one
 * @throws BondException if the set-up fails: it says what was tried, and what came back
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

const loadConnect = loadedLate(() => import('./connect.js'));

async function openBond(lang: string, given: readonly unknown[]): Promise<Bond> {
  const driver = queryDriver(lang);
  const { cmd, args, options } = sorted(lang, given);
  const settings = resolveOptions(lang, options);
  checkTextKind(driver, settings.text, driver.features.includes('text'));
  checkConcurrent(driver, settings.concurrent);

  const commands = commandLines(driver, { words: await wordsOf(lang, cmd), args, defArgs: settings.defArgs });
  // Whether that fails is told by who needs it.
  driverText(lang).catch(() => {});
  const interpreter = await startInterpreter(lang, commands, settings);
  let stopListening = (): void => {};
  try {
    stopListening = endOnAbort(interpreter, settings.signal);
    // An interpreter takes as long to start as that takes to load: what is loaded before, it would have to wait for.
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

/** Options may come in the place of anything that is left out. */
function sorted(lang: string, given: readonly unknown[]) {
  const found = given.findIndex((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
  const place = found < 0 ? 2 : found;
  if (given.slice(place + 1).some((item) => item !== undefined)) {
    throw new BondException(lang, 'makeBond takes a language, a command, arguments, and the options last');
  }
  const [cmd, args = []] = given.slice(0, place) as [cmd?: string | readonly string[], args?: readonly string[]];
  return { cmd, args, options: (given[place] ?? {}) as BondOptions };
}

/** The words of the user's command. What splits a text as a shell does is loaded only where there is something to it. */
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
