import { listDrivers } from '../../drivers/driver.js';
import { LEVELS } from '../conform/level.js';

/** What the command `bond` can be told to do; without one of these, it opens a session. */
export const COMMANDS = ['run', 'new', 'types', 'doctor', 'conform', 'help'] as const;
export type Command = (typeof COMMANDS)[number];

const SESSION = `Usage: bond [options] LANGUAGE [COMMAND [ARGUMENT…]]
       bond run FILE [ARGUMENT…]        runs a file
       bond new FOLDER                  creates a project to start from
       bond types LANGUAGE FILE         writes TypeScript for the functions of a file
       bond doctor [LANGUAGE…]          shows interpreters, and what is missing
       bond conform FOLDER              checks a driver
       bond help run                    help for one of these, like bond run --help

Opens a session, or runs code from options or a pipe. A session runs each line and
shows its value. In it, .help lists commands, Tab completes, Ctrl-C stops the running
code, and Ctrl-D leaves. A pipe prints the value only of lines that begin with !.

Languages: ${listDrivers().join(', ')}

  bond PHP                            the PHP of this machine
  bond Python 'ssh host python3'      a Python on another host
  bond PHP -- -d precision=3          the usual command, with arguments
  echo '!1 + 1' | bond Perl           prints 2

Options:
  -e, --execute CODE      run a block of code; with ! in front, print a value
  -p, --print EXPRESSION  print the value of an expression
  -r, --run FILE          run a local file as a block
      --json              print each value as a line of JSON, and errors as JSON on
                          standard error, together with the language's own output
      --protocol NAME     encoding of values: EJSON, JSON or V8; or a list: JSON,EJSON
      --text bytes        for Perl and Python 2 programs that never decode text
      --venv[=PATH]       a virtual environment of Python; without PATH, the nearest one
      --autoload[=FILE]   load Composer's classes in PHP; without FILE, the nearest ones
      --lib DIRECTORY     look for modules there first; may be repeated
      --timeout SECONDS   maximum time without a reply or output (default: no limit)
      --start-timeout SECONDS
                          the same while the interpreter starts (default: 60)
      --log FILE          write the whole conversation to a file
  -h, --help              show this text
  -v, --version           show the version of bond

-e, -p and -r may be repeated, and run in order.

Environment:
  BOND_HISTORY            the folder for lines of earlier sessions; empty for none
                          (default: bond in $XDG_STATE_HOME, or in ~/.local/state)
  NO_COLOR, FORCE_COLOR   no colours; colours also in a pipe

Exit codes:
  0  success                3  the interpreter could not be started
  1  the code failed        4  the interpreter ended by itself, with an error
  2  wrong usage            5  a time-out
  130  stopped by Ctrl-C
`;

/** What `--help` prints, of a command or of sessions. */
export const HELP: Record<Command | 'session', string> = {
  session: SESSION,
  help: SESSION,
  run: `Usage: bond run [options] FILE [ARGUMENT…]

Runs a local file, in the language of its file name extension. Output is shown as it is
printed. Exits with the file's own exit code, or with 1 if it fails.

Options:
  -l, --lang LANGUAGE     the language, if the extension does not tell
  -c, --command COMMAND   the interpreter, such as 'ssh host python3'. The text of the
                          file is sent there, but no files next to it
      --text bytes        for Perl and Python 2 programs that never decode text
      --venv[=PATH]       a virtual environment of Python; without PATH, the nearest one
      --autoload[=FILE]   load Composer's classes in PHP; without FILE, the nearest ones
      --lib DIRECTORY     look for modules there first; may be repeated
      --timeout SECONDS   maximum time without a reply or output (default: no limit)
      --log FILE          write the whole conversation to a file
`,
  new: `Usage: bond new [options] FOLDER

Creates a project in a new or empty folder: a file in another language, its types, a
program that calls it, and a test. Then run npm install and npm test.

Options:
  -l, --lang LANGUAGE     the other language (default: Python)
      --typescript        the program is in TypeScript (default)
      --javascript        the program is in JavaScript
`,
  types: `Usage: bond types [options] LANGUAGE FILE [COMMAND]

Writes TypeScript interfaces for a file, or for a module, class or package. It executes
the file: use trusted files without side effects.

Options:
  -e, --execute CODE      code to run first, such as import numpy
      --venv[=PATH]       a virtual environment of Python; without PATH, the nearest one
      --autoload[=FILE]   load Composer's classes in PHP; without FILE, the nearest ones
      --lib DIRECTORY     look for modules there first; may be repeated
      --name NAME         the name of the interface (default: Legacy)
  -o, --output FILE       the file to write; an error leaves it unchanged
                          (default: standard output)
`,
  doctor: `Usage: bond doctor [--json] [LANGUAGE…]

Shows which interpreter is used for each language, its version, and what is missing.
Exits with 1 if a language cannot be used.
`,
  conform: `Usage: bond conform [--level LEVEL] FOLDER [COMMAND]

Checks the driver in a folder, and shows which checks pass.
LEVEL is the last level to check: ${LEVELS.join(', ')}.
`,
};
