import { listDrivers } from '../../drivers/driver.js';
import { LEVELS } from '../conform/level.js';

/** What the command `bond` can be told to do; without one of these, it opens a session. */
export const COMMANDS = ['run', 'new', 'types', 'doctor', 'conform', 'help'] as const;
export type Command = (typeof COMMANDS)[number];

const SESSION = `Usage: bond [options] LANGUAGE [COMMAND [ARGUMENT…]]
       bond run FILE [ARGUMENT…]        runs a file
       bond new FOLDER                  makes a project to start from
       bond types LANGUAGE FILE         writes TypeScript for the functions of a file
       bond doctor [LANGUAGE…]          which interpreters there are, and what they lack
       bond conform FOLDER              tries a driver
       bond help run                    more of one of these, as bond run --help

Opens a session with ${listDrivers().join(', ')}, or runs code that options or a
pipe give. What is typed is run, and its value shown; .help lists commands, Tab
completes, Ctrl-C stops what runs, Ctrl-D leaves. Lines of a pipe are run; of one
that begins with !, the value is printed.

  bond PHP                            the PHP of this machine
  bond Python 'ssh host python3'      a Python elsewhere
  bond PHP -- -d precision=3          with arguments, and the usual command
  echo '!1 + 1' | bond Perl           prints 2

Options:
  -e, --execute CODE      run a block of code; with ! in front, print a value
  -p, --print EXPRESSION  print the value of an expression
  -r, --run FILE          run a file of this machine as a block
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

/** What `--help` prints, of a command or of sessions. */
export const HELP: Record<Command | 'session', string> = {
  session: SESSION,
  help: SESSION,
  run: `Usage: bond run [options] FILE [ARGUMENT…]

Runs a file of this machine, in the language that its name ends in. What it prints
is shown as it comes, and it may read its arguments. Exits with the file's own exit code,
or 1 if it fails.

Options:
  -l, --lang LANGUAGE     the language, where the name does not tell
  -c, --command COMMAND   the interpreter: 'ssh host python3', say. The text of the file
                          is sent there; files beside it are not
      --timeout SECONDS   the longest silence (default: no limit)
      --log FILE          write down every line of the conversation
`,
  new: `Usage: bond new [options] FOLDER

Makes a project in a new or empty folder: a file in another language, its types, a
program that calls it, and a test. Then: npm install, npm test.

Options:
  -l, --lang LANGUAGE     the other language (default: Python)
      --typescript        the program is in TypeScript (default)
      --javascript        the program is in JavaScript
`,
  types: `Usage: bond types [options] LANGUAGE FILE [COMMAND]

Writes TypeScript interfaces of a file, or of a module that import takes. It runs the
file: use files that you trust.

Options:
  -e, --execute CODE      code to run first: what loads others, say
      --name NAME         what that of the functions is called (default: Legacy)
`,
  doctor: `Usage: bond doctor [--json] [LANGUAGE…]

Tells which interpreter is used for each language, its version, and what is missing.
Exits with 1 where a language cannot be used.
`,
  conform: `Usage: bond conform [--level LEVEL] FOLDER [COMMAND]

Tries the driver in a folder, and tells what holds and what does not.
LEVEL is how far to go: ${LEVELS.join(', ')}.
`,
};
