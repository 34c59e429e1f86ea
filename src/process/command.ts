import { basename } from 'node:path';
import { parse } from 'shell-quote';
import { BondException, quoted } from '../common/errors.js';
import type { Driver } from '../drivers/driver.js';

/** A program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

/** A way to start an interpreter. */
export interface StartCommand {
  readonly line: CommandLine;
  /** What to call it in messages: what the user wrote, without the driver's own arguments. */
  readonly shown: string;
  /** Whether the user has given it, and not the driver: then it may ask for something on the terminal. */
  readonly isOfUser: boolean;
}

/** What is to be started, as the user put it. */
export interface CommandRequest {
  /** The command of the user, if there is one: as typed, or an argv array. */
  readonly cmd: string | readonly string[] | undefined;
  /** Further arguments, which arrive to the letter. */
  readonly args: readonly string[];
  /** Whether the driver's own arguments are added. */
  readonly defArgs: boolean;
}

/** The command lines that may start the interpreter, in the order in which they are to be tried. */
export function commandLines(driver: Driver, request: CommandRequest): StartCommand[] {
  const { cmd } = request;
  const bases = cmd === undefined ? driver.commands.map(candidate) : [splitCommand(driver.language, cmd)];
  return bases.map((base) => {
    const quote = remoteQuoting(base);
    const line: CommandLine = [...base, ...interpreterArguments(driver, request).map(quote)];
    return { line, shown: showCommand([...base, ...request.args]), isOfUser: cmd !== undefined };
  });
}

function candidate(command: string): CommandLine {
  return [command === 'process.execPath' ? process.execPath : command];
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

/** Splits a command line into words the way a shell does, and refuses whatever only a shell could carry out. */
export function splitCommand(lang: string, cmd: string | readonly string[]): CommandLine {
  const words = typeof cmd === 'string' ? splitWords(lang, cmd) : Array.isArray(cmd) ? (cmd as string[]) : [];
  const [program, ...args] = words;
  if (!program || !words.every((word) => typeof word === 'string' && !word.includes('\0'))) {
    throw new BondException(lang, `a command is a text or a list of strings, and not empty: ${quoted(String(cmd))}`);
  }
  return [program, ...args];
}

function splitWords(lang: string, cmd: string): string[] {
  const refuse = (what: string): never => {
    throw new BondException(
      lang,
      `the command ${quoted(cmd)} has ${what} in it, and no shell reads it; ` +
        `quote it if it is meant to the letter, or write ['sh', '-c', ${JSON.stringify(cmd)}] if a shell is what you want`,
    );
  };
  let isWordStart = true;
  const plain = cmd.replace(SEGMENT, (segment) => {
    const isFirst = isWordStart;
    isWordStart = /\s$/.test(segment);
    return plainSegment(segment, isFirst, refuse);
  });
  return parse(plain).map((word) => (typeof word === 'string' ? word : refuse('an operator')));
}

/** A quoted part, an escaped character, white space, or what lies between. */
const SEGMENT = /'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]|\s+|[^\s'"\\]+|[\s\S]/g;

/** A part of a command line with nothing in it but letters and single quotes: `shell-quote` has its own ideas of the rest. */
function plainSegment(segment: string, isWordStart: boolean, refuse: (what: string) => never): string {
  if (/^\s|^'.*'$/s.test(segment)) return segment;
  if (segment.length > 1 && segment.startsWith('"')) return literal(unquoteDouble(segment.slice(1, -1), refuse));
  if (segment.length > 1 && segment.startsWith('\\')) return segment === '\\\n' ? '' : literal(segment.slice(1));
  if (/['"\\]/.test(segment)) return refuse('an unbalanced quote');
  refuseExpansion(segment, refuse);
  const pattern = /[*?[]/.exec(segment);
  if (pattern) return refuse(`the pattern '${segment}'`);
  const operator = /[|&;<>()]+/.exec(segment);
  if (operator) return refuse(`the operator '${operator[0]}'`);
  if (isWordStart && segment.startsWith('#')) return refuse('a comment');
  return literal(segment);
}

/** What a shell makes of the inside of double quotes, where it still looks for `$` and backticks. */
function unquoteDouble(text: string, refuse: (what: string) => never): string {
  refuseExpansion(text.replace(/\\[\s\S]/g, ''), refuse);
  return text.replace(/\\([\s\S])/g, (pair, character: string) => {
    if (character === '\n') return '';
    return '$`"\\'.includes(character) ? character : pair;
  });
}

function refuseExpansion(text: string, refuse: (what: string) => never): void {
  if (text.includes('`')) refuse('a command substitution');
  // What stands for itself in one shell begins a quote in another, where a quote follows.
  const dollar = /\$(\w+|\W|$)/.exec(text);
  if (dollar && !/^[%=,.:/+]/.test(dollar[1] as string)) refuse(`the variable '${dollar[0]}'`);
}

function literal(text: string): string {
  if (text === '') return "''";
  return text.replace(/[^']+|'/g, (part) => (part === "'" ? `"'"` : `'${part}'`));
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
