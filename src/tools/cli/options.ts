import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Libraries, PROTOCOLS, type ProtocolName, type TextKind } from '../../common/options.js';
import { nearest } from '../../common/similar.js';
import { languageOfFile, listDrivers, similarLanguage } from '../../drivers/driver.js';
import { LEVELS, type Level } from '../conform/level.js';
import { UsageError } from './exit-codes.js';
import { COMMANDS, type Command } from './help.js';
import type { Order, Step } from './orders.js';

const COMMON = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } } as const;
const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const LIBRARIES = { venv: TEXT, autoload: TEXT, lib: { type: 'string', multiple: true } } as const;
const LANG = { type: 'string', short: 'l' } as const;

/** The options of each command, and of sessions. */
const OPTIONS = {
  session: {
    ...COMMON,
    execute: { type: 'string', short: 'e', multiple: true },
    print: { type: 'string', short: 'p', multiple: true },
    run: { type: 'string', short: 'r', multiple: true },
    json: FLAG,
    protocol: TEXT,
    text: TEXT,
    timeout: TEXT,
    'start-timeout': TEXT,
    log: TEXT,
    ...LIBRARIES,
  },
  run: {
    ...COMMON,
    lang: LANG,
    command: { type: 'string', short: 'c' },
    text: TEXT,
    timeout: TEXT,
    log: TEXT,
    ...LIBRARIES,
  },
  new: { ...COMMON, lang: LANG, typescript: FLAG, javascript: FLAG },
  types: {
    ...COMMON,
    execute: { type: 'string', short: 'e', multiple: true },
    name: TEXT,
    output: { type: 'string', short: 'o' },
    ...LIBRARIES,
  },
  doctor: { ...COMMON, json: FLAG },
  conform: { ...COMMON, level: TEXT },
  help: COMMON,
} satisfies Record<Command | 'session', ParseArgsConfig['options']>;

type Kind = keyof typeof OPTIONS;
type Parsed<K extends Kind> = ReturnType<typeof parseStrictly<K>>;
type Values = Parsed<'session'>['values'] &
  Parsed<'run'>['values'] &
  Parsed<'new'>['values'] &
  Parsed<'types'>['values'] &
  Parsed<'conform'>['values'];
type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

/** What one command line gives: its options, its words, and what is for the interpreter or the program. */
interface Given {
  readonly values: Values;
  readonly words: readonly string[];
  readonly args: readonly string[];
  readonly tokens: readonly Token[];
}

/** What a command line wants. */
export function parseOrder(argv: readonly string[]): Order {
  const kind = kindOf(argv);
  const [own, { length }] = splitArguments(withEmptyValues(argv), kind);
  const args = length > 0 ? argv.slice(-length) : [];
  const { values, positionals, tokens } = parseStrictly(own, kind) as Parsed<'session'>;
  if (values.help) return { kind: 'help', about: kind };
  if (values.version) return { kind: 'version' };
  const words = kind === 'session' ? positionals : positionals.slice(1);
  return ORDERS[kind]({ values: values as Values, words, args, tokens: tokens as Token[] });
}

/** The command that a line begins with, behind options that may stand in front of it. */
export function kindOf(argv: readonly string[]): Kind {
  const all = Object.assign({}, ...Object.values(OPTIONS)) as (typeof OPTIONS)['session'];
  const { positionals } = parseArgs({ args: withEmptyValues(argv), options: all, strict: false });
  return COMMANDS.find((name) => name === positionals[0]) ?? 'session';
}

const ORDERS: Record<Kind, (given: Given) => Order> = {
  session({ values, words: [first, cmd], args, tokens }) {
    const name = first ?? args[0];
    if (name === undefined)
      throw new UsageError(
        `which language? ${listDrivers()
          .map((lang) => `bond ${lang}`)
          .join(', ')}`,
      );
    return {
      kind: 'session',
      lang: language(name, COMMANDS),
      cmd,
      args: first === undefined ? args.slice(1) : args,
      steps: tokens.flatMap(stepOf),
      isJson: !!values.json,
      protocol: values.protocol?.split(',').map(protocol),
      text: textKind(values.text),
      timeout: seconds('timeout', values.timeout),
      startTimeout: seconds('start-timeout', values['start-timeout']),
      log: values.log,
      libraries: librariesOf(values),
    };
  },
  run({ values, words: [file], args }) {
    const { lang, command: cmd, text, timeout, log } = values;
    if (file === undefined) throw new UsageError('run takes a file, and its arguments');
    const known = lang === undefined ? languageOfFile(file) : language(lang);
    if (known === undefined) throw new UsageError(`the name of ${file} tells no language: give --lang`);
    return {
      kind: 'run',
      lang: known,
      file,
      args,
      cmd,
      text: textKind(text),
      timeout: seconds('timeout', timeout),
      log,
      libraries: librariesOf(values),
    };
  },
  new({ values: { lang = 'Python', typescript, javascript }, words: [folder], args }) {
    if (folder === undefined || args.length > 0) throw new UsageError('new takes a folder');
    if (typescript && javascript) throw new UsageError('a project is in TypeScript or in JavaScript, not in both');
    return { kind: 'new', folder, lang: language(lang), isTypeScript: !javascript };
  },
  types({ values, words, args }) {
    const { name, execute, output } = values;
    const [lang, file, cmd, ...rest] = [...words, ...args];
    if (lang === undefined || file === undefined || rest.length > 0) {
      throw new UsageError('types takes a language, a file, and a command if need be');
    }
    const setup = execute?.join('\n');
    return { kind: 'types', lang: language(lang), file, cmd, name, setup, output, libraries: librariesOf(values) };
  },
  doctor: ({ values, words }) => ({
    kind: 'doctor',
    languages: words.map((word) => language(word)),
    isJson: !!values.json,
  }),
  conform({ values, words, args }) {
    const [folder, cmd, ...rest] = [...words, ...args];
    if (folder === undefined || rest.length > 0) {
      throw new UsageError('conform takes a folder, and a command if need be');
    }
    return { kind: 'conform', folder, level: level(values.level), cmd };
  },
  help({ words: [word] }) {
    const about = word === undefined ? 'session' : COMMANDS.find((name) => name === word);
    if (about === undefined) throw new UsageError(`there is no command '${word}'${hintAt(word as string, COMMANDS)}`);
    return { kind: 'help', about };
  },
};

/**
 * Cuts off what is not for `bond`: all that stands behind `--`, behind the command of a session, or behind the file or folder of `run`
 * and `new`.
 */
function splitArguments(argv: readonly string[], kind: Kind): [own: string[], args: string[]] {
  const { tokens } = parseArgs({ args: [...argv], options: OPTIONS[kind], strict: false, tokens: true });
  const last = tokens.filter((token) => token.kind === 'positional')[1];
  const terminator = tokens.find((token) => token.kind === 'option-terminator');
  if (terminator && terminator.index < (last?.index ?? argv.length)) {
    return [argv.slice(0, terminator.index), argv.slice(terminator.index + 1)];
  }
  if (!last || (kind !== 'session' && kind !== 'run')) return [[...argv], []];
  return [argv.slice(0, last.index + 1), argv.slice(last.index + 1)];
}

/** Gives options whose value may be left out an empty one, so that the next word is not taken for it. */
function withEmptyValues(argv: readonly string[]): string[] {
  return argv.map((word) => (word === '--venv' || word === '--autoload' ? `${word}=` : word));
}

/** An option without its value asks for the nearest one. */
function librariesOf({ venv, autoload, lib }: Parsed<'run'>['values']): Libraries {
  return { venv: venv === '' ? true : venv, autoload: autoload === '' ? true : autoload, lib };
}

function parseStrictly<K extends Kind>(args: string[], kind: K) {
  const options = OPTIONS[kind];
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  for (const token of tokens) if (token.kind === 'option') checkName(token.name, token.rawName, Object.keys(options));
  try {
    return parseArgs({ args, options, allowPositionals: true, tokens: true });
  } catch (error) {
    // What follows explains how one would pass an option on as a word.
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

function checkName(name: string, written: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const near = nearest(name, known) ?? known.find((other) => name.startsWith(other) || other.startsWith(name));
  throw new UsageError(`there is no option '${written}'${near ? ` (did you mean '--${near}'?)` : ''}`);
}

function stepOf(token: Token): Step[] {
  if (token.kind !== 'option' || token.value === undefined) return [];
  const { name, value } = token;
  return name === 'execute' || name === 'print' || name === 'run' ? [{ kind: name, text: value }] : [];
}

function hintAt(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near ? ` (did you mean '${near}'?)` : '';
}

/** The name of a language, however it is written; a command might have been meant. */
function language(name: string, commands: readonly string[] = []): string {
  const known = listDrivers();
  const found = known.find((lang) => lang.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const similar = similarLanguage(name);
  const hint = similar ? ` (did you mean '${similar}'?)` : hintAt(name, commands);
  throw new UsageError(`there is no language '${name}'${hint}; known: ${known.join(', ')}`);
}

function level(name: string = LEVELS.at(-1) as Level): Level {
  const found = LEVELS.find((known) => known === name || known.startsWith(`${name} `));
  if (!found) throw new UsageError(`there is no level '${name}'${hintAt(name, LEVELS)}: ${LEVELS.join(', ')}`);
  return found;
}

function protocol(name: string): ProtocolName {
  const found = PROTOCOLS.find((known) => known === name);
  if (!found)
    throw new UsageError(`there is no protocol '${name}'${hintAt(name, PROTOCOLS)}; known: ${PROTOCOLS.join(', ')}`);
  return found;
}

function textKind(name: string | undefined): TextKind | undefined {
  if (name === undefined || name === 'characters' || name === 'bytes') return name;
  throw new UsageError(`--text takes 'characters' or 'bytes', not '${name}'`);
}

function seconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0)) throw new UsageError(`--${option} takes a number of seconds, not '${text}'`);
  return value * 1000;
}
