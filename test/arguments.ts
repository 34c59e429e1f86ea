// What arguments arrive, and where: for interpreters that something else starts.

import type { Language } from './fixtures.js';

/** Arguments that do not survive a shell which reads them as they are. */
export const AWKWARD = [
  '',
  ' ',
  'two words',
  "it's",
  "'",
  "'\\''",
  '"double"',
  '$HOME',
  '$' + '{HOME}',
  '$(id)',
  '`id`',
  '\\',
  'ends with \\',
  '\\n',
  'two\nlines',
  '\n',
  '\ttab',
  '\r',
  '\x01\x7f',
  '*',
  '?[a-z]{1,2}',
  '~',
  '#no comment',
  '!history',
  'a && b || c; d | e & f',
  '< in > out',
  '(sub)',
  '%s%%',
  '^M',
  '-x',
  '--version',
  '--',
  '-',
  'Grüße, 世界 🌍',
  'é',
];

/** One language's words for what is looked at here. */
export interface RemoteWords {
  /** An expression: the arguments of the script. */
  readonly scriptArguments: string;
  /** Options with awkward values, and an expression that is true where they have arrived. */
  readonly options: readonly string[];
  readonly optionsSeen: string;
  readonly optionsExpected: unknown;
}

const AWKWARD_VALUE = `it's "a" $HOME \\ \`id\` *; Grüße`;

export const remoteWords: Record<Language, RemoteWords> = {
  PHP: {
    scriptArguments: 'array_slice($argv, 1)',
    options: ['-d', 'user_agent="it\'s $HOME `id` *; Grüße"', '-d', 'precision=5'],
    optionsSeen: "[ini_get('user_agent'), ini_get('precision')]",
    optionsExpected: ["it's $HOME `id` *; Grüße", '5'],
  },
  Perl: {
    scriptArguments: "do { require Encode; [map { Encode::decode('UTF-8', my $bytes = $_) } @ARGV] }",
    options: [`-I${AWKWARD_VALUE}`, '-Mvars=$one,$two', '-MList::Util=first,sum'],
    optionsSeen: 'do { use strict; use utf8; $one = sum(1, 2); utf8::decode(my $dir = $INC[0]); [$dir, $one] }',
    optionsExpected: [AWKWARD_VALUE, 3],
  },
  Python: {
    scriptArguments: "__import__('sys').argv[1:]",
    options: ['-X', `title=${AWKWARD_VALUE}`, '-W', 'ignore:two words'],
    optionsSeen: "[__import__('sys')._xoptions['title'], __import__('sys').warnoptions]",
    optionsExpected: [AWKWARD_VALUE, ['ignore:two words']],
  },
  JavaScript: {
    scriptArguments: 'process.argv.slice(1)',
    options: [`--title=${AWKWARD_VALUE}`, '--no-warnings'],
    optionsSeen: 'process.execArgv.slice(0, 2)',
    optionsExpected: [`--title=${AWKWARD_VALUE}`, '--no-warnings'],
  },
};
