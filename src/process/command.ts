import { basename } from 'node:path';
import { BondException, quoted } from '../common/errors.js';
import { NODE } from '../common/runtime.js';
import type { Driver } from '../drivers/manifest.js';

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** A way to start an interpreter. */
export interface StartCommand {
  readonly line: CommandLine;
  /** What to call it in messages: what the user wrote, without the driver's own arguments. */
  readonly shown: string;
  /** The same without further arguments, for advice about what to run with this interpreter. */
  readonly bare: string;
  /** Whether the user has given it, and not the driver: then it may ask for something on the terminal. */
  readonly isOfUser: boolean;
}

/** What is to be started, as the user put it. */
export interface CommandRequest {
  /** The words of the user's command, if there is one. */
  readonly words: CommandLine | undefined;
  /** Further arguments, which arrive unchanged. */
  readonly args: readonly string[];
  /** Whether the driver's own arguments are added. */
  readonly defArgs: boolean;
}

/** The command lines that may start the interpreter, in the order in which they are to be tried. */
export function commandLines(driver: Driver, request: CommandRequest): StartCommand[] {
  const { words } = request;
  const bases = words === undefined ? driver.commands.map(candidate) : [words];
  return bases.map((base) => {
    const quote = remoteQuoting(base);
    const line: CommandLine = [...base, ...interpreterArguments(driver, request).map(quote)];
    const shown = showCommand([...base, ...request.args]);
    return { line, shown, bare: showCommand(base), isOfUser: words !== undefined };
  });
}

/** A text in which no character means anything to a shell but the spaces between words. */
const PLAIN = /^[\w@%+:,./-][\w@%+:,./ -]*$/;

/** The words of a command that is a list, or a plain text; `undefined` where it takes more to split it. */
export function plainCommand(lang: string, cmd: string | readonly string[]): CommandLine | undefined {
  if (typeof cmd !== 'string') return checkedCommand(lang, cmd, Array.isArray(cmd) ? cmd : []);
  return PLAIN.test(cmd) ? checkedCommand(lang, cmd, cmd.trim().split(/ +/)) : undefined;
}

/** Refuses what cannot be a command, whose words are given. */
export function checkedCommand(lang: string, cmd: string | readonly string[], words: readonly string[]): CommandLine {
  const [program, ...args] = words;
  if (!program || !words.every((word) => typeof word === 'string' && !word.includes('\0'))) {
    throw new BondException(
      lang,
      `a command is a text or a list of strings, not empty and without NUL: ${quoted(String(cmd))}`,
    );
  }
  return [program, ...args];
}

function candidate(command: string): CommandLine {
  return [command === 'process.execPath' ? NODE : command];
}

/**
 * Options go before the driver's own arguments, where the interpreter sees them. What follows `--`, or a list that does
 * not begin with an option, is for the script: it goes behind them.
 */
function interpreterArguments(driver: Driver, { args, defArgs }: CommandRequest): string[] {
  if (!Array.isArray(args)) throw new BondException(driver.language, 'the arguments must be a list of strings');
  for (const arg of args) {
    if (typeof arg !== 'string' || arg.includes('\0')) {
      throw new BondException(driver.language, `an argument must be a string without NUL: ${quoted(String(arg))}`);
    }
  }
  if (!defArgs) return [...args];
  const dashes = args.indexOf('--');
  const optionCount = args[0]?.startsWith('-') ? (dashes < 0 ? args.length : dashes) : 0;
  const options = args.slice(0, optionCount);
  const forScript = args.slice(args[optionCount] === '--' ? optionCount + 1 : optionCount);
  return [...options, ...driver.arguments, ...(forScript.length > 0 ? [...driver.scriptArguments, ...forScript] : [])];
}

/** Programs that start another one with its arguments intact; what follows them may be `ssh`. */
const TRANSPARENT = new Set([
  'sudo',
  'doas',
  'env',
  'nice',
  'ionice',
  'nohup',
  'setsid',
  'stdbuf',
  'timeout',
  'sshpass',
]);

/** The options of `ssh` that take a value of their own. */
const SSH_VALUES = 'BbcDEeFIiJLlmOopPQRSWw';

/** How a further argument has to be written behind `base`: `ssh` has it read by a shell once more, once for each `ssh`. */
function remoteQuoting(base: CommandLine): (word: string) => string {
  const levels = sshLevels(base);
  return (word) => {
    let quotedWord = word;
    for (let level = 0; level < levels; level++) quotedWord = shellQuote(quotedWord);
    return quotedWord;
  };
}

function sshLevels(words: readonly string[]): number {
  const start = words.findIndex((word) => basename(word).replace(/\.exe$/i, '') === 'ssh');
  if (start < 0 || (start > 0 && !TRANSPARENT.has(basename(words[0] as string)))) return 0;
  // The remote shell splits what it is given again, so that the next `ssh` may sit inside of a word.
  return 1 + sshLevels(afterDestination(words.slice(start + 1)).flatMap((word) => word.trim().split(/\s+/)));
}

function afterDestination(words: readonly string[]): readonly string[] {
  let index = 0;
  for (; words[index]?.startsWith('-'); index++) {
    const word = words[index] as string;
    if (word === '--') return words.slice(index + 2);
    const option = [...word].findIndex((letter, place) => place > 0 && SSH_VALUES.includes(letter));
    if (option === word.length - 1) index++;
  }
  return words.slice(index + 1);
}

/** `word` in quotes that every Bourne shell takes off again. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line as one would type it. */
function showCommand(line: readonly string[]): string {
  const text = line.map(shellQuote).join(' ');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
