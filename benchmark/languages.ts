// The languages that are measured: which interpreter, and the same functions in each one's words.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a session is opened for: not everybody can do all of it. */
export type Purpose = Program | 'objects' | 'async';

/** What the limit has a program for: an exchange is the least that can be done with an object, or awaited. */
export type Program = 'call' | 'nested' | 'output' | 'bytes' | 'arrays' | 'ssh';

export interface Language {
  /** The name in the tables. */
  readonly name: string;
  /** The name of the driver. */
  readonly lang: 'Python' | 'PHP' | 'Perl' | 'JavaScript' | 'Ruby';
  /** The interpreter itself, by its path: `python3` may be a script that takes a while to find it. */
  readonly executable: string;
  readonly env: NodeJS.ProcessEnv;
  /** The command of a limit: which of the programs in `limits`. */
  limit(program: Program): string[];
  /**
   * Defines `add(a, b)`, `same(value)`, `take(text)`, `give(length)`, `down(n)` and `print_much(lines)`; a class `Thing` with a
   * property `size` and a method `step` that returns the thing itself; and `show()`, which calls the host's `see` with a thing.
   * Where it {@link canAwait}, an async `add_later(a, b)` as well.
   */
  readonly functions: string;
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

const WORDS = {
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
} as const;

/** What there is on this machine; `complain` is told of the rest. */
export function findLanguages(complain: (what: string) => void, ssh: readonly string[] = []): Language[] {
  const languages = [
    ...found('Python', complain),
    ...found('PHP', complain),
    ...found('Perl', complain).flatMap((perl) => [...withXs(perl, complain), withoutXs(perl)]),
    ...found('JavaScript', complain),
    ...found('Ruby', complain),
  ];
  return languages.map((language) => ({ ...language, ssh }));
}

function found(lang: Language['lang'], complain: (what: string) => void): Language[] {
  const words = WORDS[lang];
  try {
    const executable = ask(words.command, ...words.path, process.env);
    const limit = (program: Program): string[] => [executable, pathOf(`limits/${program}.${words.suffix}`)];
    const hasNumpy = lang === 'Python' && succeeds(executable, '-c', 'import numpy', process.env);
    if (lang === 'Python' && !hasNumpy) complain('Python has no numpy here: apt-get install python3-numpy');
    return [{ ...words, name: lang, lang, executable, env: process.env, limit, hasNumpy, ssh: [] }];
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
