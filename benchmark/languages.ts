// The languages that are measured: which interpreter, and the same functions in each one's words.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a session is opened for: not everybody can do all of it. */
export type Purpose = Program | 'records' | 'objects' | 'async';

/** What the limit has a program for: an exchange is the least that can be done with an object, or awaited. */
export type Program = 'call' | 'nested' | 'output' | 'bytes' | 'arrays' | 'ssh';

export interface Language {
  /** The name in the tables. */
  readonly name: string;
  /** The name of the driver. */
  readonly lang: 'Python' | 'PHP' | 'Perl' | 'JavaScript' | 'Ruby' | 'R' | 'Lua' | 'Tcl';
  /** The interpreter itself, by its path: `python3` may be a script that takes a while to find it. */
  readonly executable: string;
  readonly env: NodeJS.ProcessEnv;
  /** What its driver cannot do. */
  readonly lacks: readonly Purpose[];
  /** The command of a limit: which of the programs in `limits`. */
  limit(program: Program): string[];
  /**
   * Defines `add(a, b)`, `same(value)`, `take(text)`, `give(length)`, `down(n)` and `print_much(lines)`; a class `Thing` with a
   * property `size` and a method `step` that returns the thing itself; and `show()`, which calls the host's `see` with a thing.
   * Where it {@link canAwait}, an async `add_later(a, b)` as well.
   */
  readonly functions: string;
  /** The sum of 1 and 2, as a number. */
  readonly sum: string;
  /** Makes a `Thing`. */
  readonly thing: string;
  /** The deepest nesting that is tried. */
  readonly depth: number;
  /** Whether it is a Python with numpy. */
  readonly hasNumpy: boolean;
  /** The command that reaches a host where the interpreter has the same path; none if none was given. */
  readonly ssh: readonly string[];
}

/** Whether a language has async functions. */
export function canAwait({ lang }: Language): boolean {
  return lang === 'Python' || lang === 'JavaScript';
}

/** The version of an interpreter, for the notes. */
export function versionOf(language: Language): string {
  return ask(language.executable, ...WORDS[language.lang].version, language.env);
}

const PERL_MODULES = ['JSON::XS', 'Cpanel::JSON::XS'];

/** Evaluates its argument: `tclsh` has no option for that. */
const TCL_EVAL = pathOf('limits/eval.tcl');

/** What a language says, and how its interpreter is asked. */
interface Words extends Pick<Language, 'functions' | 'thing' | 'depth'>, Partial<Pick<Language, 'lacks' | 'sum'>> {
  readonly command: string;
  readonly path: readonly string[];
  readonly version: readonly string[];
  readonly suffix: string;
  /** What stands in front of the file of a limit. */
  readonly limitArguments?: readonly string[];
  /** What loads the library for JSON that the limit uses, and how to get it; without it, the language has its own. */
  readonly library?: readonly [args: readonly string[], how: string];
}

const WORDS: Readonly<Record<Language['lang'], Words>> = {
  Python: {
    command: 'python3',
    path: ['-c', 'import sys; print(sys.executable)'],
    version: ['-c', 'import sys; print("Python " + sys.version.split()[0])'],
    suffix: 'py',
    functions: `
import sys
sys.setrecursionlimit(200000)

def add(a, b):
    return a + b

async def add_later(a, b):
    return a + b

def same(value):
    return value

def take(text):
    return len(text)

def give(length):
    return 'x' * length

def down(n):
    return 0 if n == 0 else 1 + up(n - 1)

class Thing:
    size = 7
    def step(self): return self
def show(): return see(Thing())
def print_much(lines):
    for _ in range(lines):
        print('x' * 999)`,
    thing: 'Thing()',
    depth: 10_000,
  },
  PHP: {
    command: 'php',
    path: ['-r', 'echo PHP_BINARY;'],
    version: ['-r', 'echo "PHP ", PHP_VERSION;'],
    suffix: 'php',
    functions: `
function add($a, $b) { return $a + $b; }
function same($value) { return $value; }
function take($text) { return strlen($text); }
function give($length) { return str_repeat('x', $length); }
function down($n) { return $n === 0 ? 0 : 1 + up($n - 1); }
class Thing { public $size = 7; function step() { return $this; } }
function show() { return see(new Thing()); }
function print_much($lines) { for ($i = 0; $i < $lines; $i++) echo str_repeat('x', 999), "\\n"; }`,
    thing: 'new Thing',
    depth: 10_000,
  },
  Perl: {
    command: 'perl',
    path: ['-e', 'print $^X'],
    version: ['-e', 'printf "Perl %vd", $^V'],
    suffix: 'pl',
    functions: `
sub add { $_[0] + $_[1] }
sub same { $_[0] }
sub take { length $_[0] }
sub give { 'x' x $_[0] }
sub down { my ($n) = @_; no warnings 'recursion'; $n == 0 ? 0 : 1 + up($n - 1) }
sub Thing::new { bless { size => 7 }, shift }
sub Thing::step { $_[0] }
sub show { see(Thing->new) }
sub print_much { print 'x' x 999, "\\n" for 1 .. $_[0]; return }`,
    thing: 'Thing->new',
    depth: 10_000,
  },
  JavaScript: {
    command: process.execPath,
    path: ['-p', 'process.execPath'],
    version: ['-p', '"Node " + process.versions.node'],
    suffix: 'js',
    functions: `
function add(a, b) { return a + b }
async function add_later(a, b) { return a + b }
function same(value) { return value }
function take(text) { return text.length }
function give(length) { return 'x'.repeat(length) }
function down(n) { return n === 0 ? 0 : 1 + up(n - 1) }
class Thing { size = 7; step() { return this } }
function show() { return see(new Thing()) }
function print_much(lines) { for (let i = 0; i < lines; i++) process.stdout.write('x'.repeat(999) + '\\n') }`,
    thing: 'new Thing',
    depth: 4_000,
  },
  Ruby: {
    command: 'ruby',
    path: ['-e', 'print RbConfig.ruby'],
    version: ['-e', 'print "Ruby ", RUBY_VERSION'],
    suffix: 'rb',
    functions: `
def add(a, b) = a + b
def same(value) = value
def take(text) = text.length
def give(length) = 'x' * length
def down(n) = n == 0 ? 0 : 1 + up(n - 1)
class Thing
  def size = 7
  def step = self
end
def show = see(Thing.new)
def print_much(lines) = lines.times { puts 'x' * 999 }`,
    thing: 'Thing.new',
    depth: 1_000,
  },
  R: {
    command: 'R',
    path: ['--no-echo', '--vanilla', '-e', 'cat(file.path(R.home("bin"), "R"))'],
    version: ['--no-echo', '--vanilla', '-e', 'cat("R", as.character(getRversion()))'],
    limitArguments: ['--no-echo', '--no-restore', '--no-save', '-f'],
    library: [['--no-echo', '--vanilla', '-e', 'library(rjson)'], 'apt-get install r-cran-rjson'],
    suffix: 'R',
    functions: `
add <- function(a, b) a + b
same <- function(value) value
take <- function(text) nchar(text)
give <- function(length) strrep("x", length)
down <- function(n) if (n == 0) 0 else 1 + up(n - 1)
Thing <- function() {
  thing <- new.env()
  thing$size <- 7
  thing$step <- function() thing
  thing
}
show <- function() see(Thing())
print_much <- function(lines) for (i in seq_len(lines)) cat(paste0(strrep("x", 999), "\n"))`,
    thing: 'Thing()',
    depth: 200,
  },
  Lua: {
    command: 'lua',
    path: ['-e', 'io.write(arg[0])'],
    version: ['-e', 'io.write(_VERSION)'],
    library: [['-e', 'require "cjson"'], 'apt-get install lua-cjson'],
    suffix: 'lua',
    functions: `
function add(a, b) return a + b end
function same(value) return value end
function take(text) return #text end
function give(length) return ('x'):rep(length) end
function down(n) if n == 0 then return 0 end return 1 + up(n - 1) end
local Thing = { size = 7 }
Thing.__index = Thing
function Thing:step() return self end
function new_thing() return setmetatable({}, Thing) end
function show() return see(new_thing()) end
function print_much(lines) for _ = 1, lines do print(('x'):rep(999)) end end`,
    thing: 'new_thing()',
    depth: 10_000,
  },
  Tcl: {
    command: 'tclsh',
    path: [TCL_EVAL, 'info nameofexecutable'],
    version: [TCL_EVAL, 'format "Tcl %s" [info patchlevel]'],
    library: [[TCL_EVAL, 'package require json::write'], 'apt-get install tcllib'],
    suffix: 'tcl',
    functions: `
proc add {a b} {expr {$a + $b}}
proc same {value} {return $value}
proc take {text} {string length $text}
proc give {length} {string repeat x $length}
proc down {n} {if {$n == 0} {return 0}; expr {1 + [up [expr {$n - 1}]]}}
proc print_much {lines} {for {set i 0} {$i < $lines} {incr i} {puts [string repeat x 999]}}
foreach name {add take down} {_BOND_declare $name number}
_BOND_declare up number {number}`,
    sum: '_BOND_int [expr {1 + 2}]',
    thing: '',
    depth: 1_000,
    lacks: ['records', 'objects', 'bytes', 'ssh'], // what is not declared is text
  },
};

/** What there is on this machine; `complain` is told of the rest. */
export function findLanguages(complain: (what: string) => void, ssh: readonly string[] = []): Language[] {
  const languages = [
    ...found('Python', complain),
    ...found('PHP', complain),
    ...found('Perl', complain).flatMap((perl) => [...withXs(perl, complain), withoutXs(perl)]),
    ...found('JavaScript', complain),
    ...found('Ruby', complain),
    ...found('R', complain),
    ...found('Lua', complain),
    ...found('Tcl', complain),
  ];
  return languages.map((language) => ({ ...language, ssh }));
}

function found(lang: Language['lang'], complain: (what: string) => void): Language[] {
  const words = WORDS[lang];
  const [loads, how] = words.library ?? [];
  try {
    const executable = ask(words.command, ...words.path, process.env);
    if (loads && !succeeds(executable, ...loads, process.env)) {
      complain(`${lang} has no library for JSON here: ${how}`);
      return [];
    }
    const { limitArguments = [], lacks = [], suffix, sum = '1 + 2' } = words;
    const limit = (program: Program): string[] => [
      executable,
      ...limitArguments,
      pathOf(`limits/${program}.${suffix}`),
    ];
    const hasNumpy = lang === 'Python' && succeeds(executable, '-c', 'import numpy', process.env);
    if (lang === 'Python' && !hasNumpy) complain('Python has no numpy here: apt-get install python3-numpy');
    return [{ ...words, name: lang, lang, executable, env: process.env, lacks, sum, limit, hasNumpy, ssh: [] }];
  } catch {
    complain(`${lang} is not here`);
    return [];
  }
}

/** Perl with a fast JSON module, where one is installed. */
function withXs(perl: Language, complain: (what: string) => void): Language[] {
  const module = PERL_MODULES.find((name) => succeeds(perl.executable, `-M${name}`, '-e', '1', perl.env));
  if (module) return [{ ...perl, limit: (program) => [...perl.limit(program), module] }];
  complain('Perl has no XS module for JSON here: apt-get install libjson-xs-perl');
  return [];
}

/** Perl as it comes, whatever is installed. */
function withoutXs(perl: Language): Language {
  const env = { ...process.env, PERL5LIB: pathOf('limits/without-xs') };
  return { ...perl, name: 'Perl (core)', env, limit: (program) => [...perl.limit(program), 'JSON::PP'] };
}

function succeeds(...command: Parameters<typeof ask>): boolean {
  try {
    ask(...command);
    return true;
  } catch {
    return false;
  }
}

function ask(command: string, ...rest: [...args: string[], env: NodeJS.ProcessEnv]): string {
  const env = rest.pop() as NodeJS.ProcessEnv;
  return execFileSync(command, rest as string[], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** A file of this folder, also when what runs is the compiled text in `dist`. */
export function pathOf(file: string): string {
  const [here, above] = [file, `../${file}`].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return existsSync(here as string) ? (here as string) : (above as string);
}
