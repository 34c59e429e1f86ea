import { parseArgs } from 'node:util';
import { PROTOCOLS, type ProtocolName } from '../../common/options.js';
import { listDrivers, similarLanguage } from '../../drivers/driver.js';
import { LEVELS, type Level } from '../conform/level.js';

export const HELP = `Usage: bond [options] LANGUAGE [COMMAND [ARGUMENT…]]
       bond doctor [--json] [LANGUAGE…]
       bond types [-e CODE] [--name NAME] LANGUAGE FILE [COMMAND]
       bond conform [--level LEVEL] FOLDER [COMMAND]

Runs code in an interpreter of ${listDrivers().join(', ')}: what is given by options,
or else lines that are typed, or come from a pipe. A line is run as a block; of one
that begins with !, the value is printed. A block that is unfinished, or a \\ at its
end, goes on with the next line. Tab completes, Ctrl-C stops what runs, Ctrl-D leaves.

  bond PHP                            the PHP of this machine
  bond Python 'ssh host python3'      a Python elsewhere
  bond PHP -- -d precision=3          with arguments, and the usual command
  echo '!1 + 1' | bond Perl           prints 2

Options:
  -e, --execute CODE      run a block of code; with ! in front, print a value
  -p, --print EXPRESSION  print the value of an expression
  -r, --run FILE          run a file of this machine
      --json              print each value as a line of JSON, and errors as JSON on
                          standard error, where the language's own output goes too
      --protocol NAME     how values cross: EJSON, JSON or V8; or several: JSON,EJSON
      --timeout SECONDS   the longest silence of code that runs (default: no limit)
      --start-timeout SECONDS
                          the longest silence until the interpreter has started
                          (default: 60)
      --log FILE          write down every line of the conversation
  -h, --help              this text
  -v, --version           the version of bond

-e, -p and -r may be given several times, and are carried out in order.

doctor tells which interpreters are used here, and what is missing.
types writes TypeScript interfaces of a file, or of what import takes. That of the
functions is called Legacy or NAME.
It runs the file, and CODE before it: what loads others, say.
conform tries the driver in a folder, and tells what holds and what does not.
LEVEL is how far to go: ${LEVELS.join(', ')}.

Environment:
  BOND_HISTORY            the folder where lines are kept for the next session; none
                          if empty (default: bond in $XDG_STATE_HOME, ~/.local/state)
  NO_COLOR, FORCE_COLOR   no colours; colours, also into a pipe

Exit codes:
  0  all went well          3  the interpreter could not be started
  1  code there has failed  4  the interpreter ended by itself, with an error
  2  wrong usage            5  the interpreter was silent for too long
  130  stopped by Ctrl-C
`;

/** The command line makes no sense; the message says why. */
export class UsageError extends Error {}

/** Something to run before, or instead of, a session. */
export interface Step {
  readonly kind: 'execute' | 'print' | 'run';
  readonly text: string;
}

/** What is wanted, as the command line has it. */
export type Order =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'doctor'; readonly languages: readonly string[]; readonly isJson: boolean }
  | TypesOrder
  | ConformOrder
  | SessionOrder;

/** A driver that is to be tried. */
export interface ConformOrder {
  readonly kind: 'conform';
  readonly folder: string;
  readonly level: Level;
  readonly cmd: string | undefined;
}

/** An interface of what there is in a file. */
export interface TypesOrder {
  readonly kind: 'types';
  readonly lang: string;
  readonly file: string;
  readonly name: string | undefined;
  /** Code that is run before the file. */
  readonly setup: string | undefined;
  readonly cmd: string | undefined;
}

/** Code that is to run in an interpreter, or a session with one. */
export interface SessionOrder {
  readonly kind: 'session';
  readonly lang: string;
  readonly cmd: string | undefined;
  readonly args: readonly string[];
  readonly steps: readonly Step[];
  readonly isJson: boolean;
  readonly protocol: readonly ProtocolName[] | undefined;
  /** In milliseconds, as is the next one. */
  readonly timeout: number | undefined;
  readonly startTimeout: number | undefined;
  readonly log: string | undefined;
}

const OPTIONS = {
  execute: { type: 'string', short: 'e', multiple: true },
  print: { type: 'string', short: 'p', multiple: true },
  run: { type: 'string', short: 'r', multiple: true },
  json: { type: 'boolean' },
  protocol: { type: 'string' },
  timeout: { type: 'string' },
  'start-timeout': { type: 'string' },
  log: { type: 'string' },
  name: { type: 'string' },
  level: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** What a command line wants. */
export function parseOrder(argv: readonly string[]): Order {
  const [own, args] = splitArguments(argv);
  const { values, positionals, tokens } = parseOwn(own);
  if (values.help || values.version) return { kind: values.help ? 'help' : 'version' };
  const [first, second, ...more] = [...positionals, ...args];
  if (first === undefined) throw new UsageError(`a language is missing: ${listDrivers().join(', ')}`);
  if (first === 'doctor')
    return { kind: 'doctor', languages: positionals.slice(1).map(language), isJson: !!values.json };
  if (first === 'types') {
    const [file, cmd, ...rest] = more;
    if (second === undefined || file === undefined || rest.length > 0) {
      throw new UsageError('types takes a language, a file, and a command if need be');
    }
    const { name, execute } = values;
    return { kind: 'types', lang: language(second), file, cmd, name, setup: execute?.join('\n') };
  }
  if (first === 'conform') {
    if (second === undefined || more.length > 1)
      throw new UsageError('conform takes a folder, and a command if need be');
    return { kind: 'conform', folder: second, level: level(values.level), cmd: more[0] };
  }
  return {
    kind: 'session',
    lang: language(first),
    cmd: positionals[1],
    args,
    steps: tokens.flatMap(stepOf),
    isJson: !!values.json,
    protocol: values.protocol?.split(',').map(protocol),
    timeout: seconds('timeout', values.timeout),
    startTimeout: seconds('start-timeout', values['start-timeout']),
    log: values.log,
  };
}

/** Cuts off what is for the interpreter: all that stands behind its command, or behind `--`. */
function splitArguments(argv: readonly string[]): [own: string[], args: string[]] {
  const { tokens } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true });
  const [lang, cmd] = tokens.filter((token) => token.kind === 'positional');
  const terminator = tokens.find((token) => token.kind === 'option-terminator');
  const isSession = !['doctor', 'types', 'conform'].includes(lang?.value ?? '');
  if (terminator && terminator.index < (cmd?.index ?? argv.length)) {
    return [argv.slice(0, terminator.index), argv.slice(terminator.index + 1)];
  }
  if (!isSession || !cmd) return [[...argv], []];
  return [argv.slice(0, cmd.index + 1), argv.slice(cmd.index + 1)];
}

type Parsed = ReturnType<typeof parseStrictly>;

function parseStrictly(args: string[]) {
  return parseArgs({ args, options: OPTIONS, allowPositionals: true, tokens: true });
}

function parseOwn(args: string[]): Parsed {
  try {
    return parseStrictly(args);
  } catch (error) {
    // What follows explains how one would pass an option on as a word.
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

function stepOf(token: Parsed['tokens'][number]): Step[] {
  if (token.kind !== 'option' || token.value === undefined) return [];
  const { name, value } = token;
  return name === 'execute' || name === 'print' || name === 'run' ? [{ kind: name, text: value }] : [];
}

/** The name of a language, however it is written. */
function language(name: string): string {
  const known = listDrivers();
  const found = known.find((lang) => lang.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const hint = similarLanguage(name);
  throw new UsageError(
    `there is no language '${name}'${hint ? ` (did you mean '${hint}'?)` : ''}; known: ${known.join(', ')}`,
  );
}

function level(name: string = LEVELS.at(-1) as Level): Level {
  const found = LEVELS.find((known) => known === name || known.startsWith(`${name} `));
  if (!found) throw new UsageError(`there is no level '${name}': ${LEVELS.join(', ')}`);
  return found;
}

function protocol(name: string): ProtocolName {
  const found = PROTOCOLS.find((known) => known === name);
  if (!found) throw new UsageError(`there is no protocol '${name}'; known: ${PROTOCOLS.join(', ')}`);
  return found;
}

function seconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0)) throw new UsageError(`--${option} takes a number of seconds, not '${text}'`);
  return value * 1000;
}
