import { parse } from 'shell-quote';
import { BondException, quoted } from '../common/errors.js';
import { type CommandLine, checkedCommand, plainCommand } from './command.js';

/** Splits a command line into words the way a shell does, and refuses whatever only a shell could carry out. */
export function splitCommand(
  lang: string,
  cmd: string | readonly string[],
  platform: NodeJS.Platform = process.platform,
): CommandLine {
  const plain = plainCommand(lang, cmd);
  if (plain) return plain;
  const line = platform === 'win32' ? withPlainBackslashes(cmd as string) : (cmd as string);
  return checkedCommand(lang, cmd, splitWords(lang, line));
}

/** On Windows, a backslash stands between folders, and never before a character to escape it. */
function withPlainBackslashes(cmd: string): string {
  return cmd.replace(/'[^']*'|"[^"]*"|\\/g, (part) => (part.startsWith("'") ? part : part.replaceAll('\\', '\\\\')));
}

function splitWords(lang: string, cmd: string): string[] {
  const refuse = (what: string): never => {
    throw new BondException(
      lang,
      `the command ${quoted(cmd)} contains ${what}, but no shell reads it: quote it to pass it unchanged, or write ` +
        `['sh', '-c', ${JSON.stringify(`${cmd} "$@"`)}, 'sh'] for a shell, with "$@" directly after the interpreter`,
    );
  };
  const assignment = /^\s*([A-Za-z_]\w*=\S*)/.exec(cmd);
  if (assignment) return refuse(`the assignment '${assignment[1]}'`);
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
  if (isWordStart && segment.startsWith('~')) return refuse(`the home directory '${segment}'`);
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
