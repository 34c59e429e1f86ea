import { fileURLToPath } from 'node:url';
import { fill, readWords } from '../src/tools/conform/words.js';
import type { KitLanguage, SuiteLanguage } from './fixtures.js';

/** One language's words for what the suites want to say. */
export interface Words {
  /**
   * A block that defines the functions of the suites:
   * - `twice(x)`, `same(x)`, `boom(message)`, `leave()`, which exits with code 3
   * - `caught(x)`: the value of `host(x)`, or the message of the exception that it throws
   * - `down(n)`: `n`, by way of `up(n - 1)`
   * - `uncrossable()`: `{ items: [1, <what cannot cross>] }`; `pass_uncrossable()` gives that to `host`
   * - `boom_without_text()`: throws what fails when it is made a text
   */
  readonly functions: string;
  /** The remote type of what `boom` throws. */
  readonly boomType: string | undefined;
  /** A block that sets a global variable; an expression that is its value; what it is called. */
  readonly set: (value: string) => string;
  readonly get: string;
  /** The length of a string. */
  readonly lengthOf: (expression: string) => string;
  /** Begins a comment. */
  readonly comment: string;
  /** Blocks that print a text of letters, without newline. */
  readonly print: (text: string) => string;
  readonly printError: (text: string) => string;
  /** A block that prints the bytes ff fe 00. */
  readonly printBytes: string;
  /** A block that prints a million letters `x`. */
  readonly printMuch: string;
  /** A block that prints `tick` on both streams, and then waits until there is a file at the path. */
  readonly printAndWaitFor: (path: string) => string;
  /** A block that runs a shell command with the streams that it inherits. */
  readonly run: (command: string) => string;
  /** An expression: all that can be read from standard input. */
  readonly readInput: string;
  /** A block that prints `on` and never ends; one that computes, and one that sleeps. */
  readonly loop: string;
  readonly sleep: string;
  /** An expression: the id of the interpreter's process. */
  readonly pid: string;
  /** A block that makes the interpreter print `bye` when it finishes. */
  readonly exitHook: string;
  /** An expression: the names of all that is global. */
  readonly globals: string;
  /** Arguments that make the bare interpreter print those, as JSON; `%` is where the expression goes. */
  readonly printGlobals: readonly string[];
  /** What a string literal with a NUL in the code gives; some languages refuse it. */
  readonly nulInCode: 'value' | 'exception';
  /** What strings with a NUL, and integers beyond 2^53, are where a language has none. */
  readonly nulInStrings?: 'exception';
  readonly longIntegers?: 'exception';
  /** Names that a function cannot have. */
  readonly badNames: readonly string[];
}

const BAD_NAMES = ['', ' ', '1st', 'a b', 'a-b', 'a;b', 'a()', "a'", 'a\0', 'a\n', '.a', 'a.', '('];

export const words: Record<SuiteLanguage, Words> = {
  PHP: {
    functions: `
      function twice($x) { return $x * 2; }
      function same($x) { return $x; }
      function boom($message) { throw new LogicException($message); }
      function leave() { exit(3); }
      function caught($x = null) { try { return host($x); } catch (Throwable $e) { return $e->getMessage(); } }
      function down($n) { return $n == 0 ? 0 : 1 + up($n - 1); }
      function uncrossable() { return ['items' => [1, function () {}]]; }
      function pass_uncrossable() { return host(uncrossable()); }
      class Textless extends Exception { public function __toString(): string { throw new Exception('no text'); } }
      function boom_without_text() { throw new Textless('textless'); }`,
    boomType: 'LogicException',
    set: (value) => `$x = ${value};`,
    get: '$x',
    lengthOf: (expression) => `strlen(${expression})`,
    comment: '//',
    print: (text) => `echo '${text}';`,
    printError: (text) => `fwrite(STDERR, '${text}');`,
    printBytes: String.raw`echo "\xff\xfe\x00";`,
    printMuch: "echo str_repeat('x', 1000000);",
    printAndWaitFor: (path) =>
      `echo 'tick'; fwrite(STDERR, 'tick'); while (!file_exists('${path}')) { usleep(5000); clearstatcache(); }`,
    run: (command) => `proc_close(proc_open('${command}', [], $pipes));`,
    readInput: "file_get_contents('php://stdin')",
    loop: "echo 'on'; while (true) {}",
    sleep: "echo 'on'; sleep(1000);",
    pid: 'getmypid()',
    exitHook: "register_shutdown_function(function () { echo 'bye'; });",
    globals: `array_merge(array_keys($GLOBALS), get_defined_functions()['user'],
      array_keys(get_defined_constants(true)['user'] ?? []),
      array_filter(array_merge(get_declared_classes(), get_declared_interfaces()), function ($name) {
        return (new ReflectionClass($name))->isUserDefined() && strpos($name, '@') === false;
      }))`,
    printGlobals: ['-r', 'echo json_encode(array_values(%));'],
    nulInCode: 'value',
    badNames: [...BAD_NAMES, 'a::b', 'a\\', 'strlen', 'function'],
  },
  Perl: {
    functions: `
      sub twice { $_[0] * 2 }
      sub same { $_[0] }
      sub boom { die "$_[0]\\n" }
      sub leave { exit 3 }
      sub caught { my @values = eval { host(@_) }; my $error = $@; chomp $error; return $error ne '' ? "$error" : $values[0] }
      sub down { my ($n) = @_; return $n == 0 ? 0 : 1 + up($n - 1) }
      sub uncrossable { return { items => [1, sub {}] } }
      sub pass_uncrossable { host(uncrossable()) }
      { package Textless; use overload '""' => sub { die 'no text' }, bool => sub { 1 }; }
      sub boom_without_text { die bless {}, 'Textless' }`,
    boomType: undefined,
    set: (value) => `$x = ${value};`,
    get: '$x',
    lengthOf: (expression) => `length(${expression})`,
    comment: '#',
    print: (text) => `print '${text}';`,
    printError: (text) => `print STDERR '${text}';`,
    printBytes: String.raw`print "\xff\xfe\x00";`,
    printMuch: "print 'x' x 1_000_000;",
    printAndWaitFor: (path) =>
      `print 'tick'; print STDERR 'tick'; select(undef, undef, undef, 0.005) until -e '${path}';`,
    run: (command) => `system('${command}');`,
    readInput: "join('', <STDIN>)",
    loop: "print 'on'; while (1) {}",
    sleep: "print 'on'; sleep 1000;",
    pid: '$$',
    exitHook: "END { print 'bye' }",
    globals: String.raw`[grep { $_ ne "DATA" && /^[a-z_]\w*(::)?$/i && !/^[A-Z]+::$|^[a-z].*::$/i } keys %main::]`,
    printGlobals: ['-MJSON::PP', '-e', 'print encode_json(%)'],
    nulInCode: 'value',
    badNames: [...BAD_NAMES, '💥', '::a', 'a::', 'a->b'],
  },
  Python: {
    functions: `
import os, sys, time
def twice(x): return x * 2
def same(x): return x
def boom(message): raise ValueError(message)
def leave(): sys.exit(3)
def caught(x=None):
    try:
        return host(x)
    except Exception as error:
        return str(error)
def down(n): return 0 if n == 0 else 1 + up(n - 1)
def uncrossable(): return {'items': [1, same]}
def pass_uncrossable(): return host(uncrossable())
class Textless(Exception):
    def __str__(self): raise RuntimeError('no text')
def boom_without_text(): raise Textless()
`,
    boomType: 'ValueError',
    set: (value) => `x = ${value}`,
    get: 'x',
    lengthOf: (expression) => `len(${expression})`,
    comment: '#',
    print: (text) => `import sys; sys.stdout.write('${text}')`,
    printError: (text) => `import sys; sys.stderr.write('${text}')`,
    printBytes: String.raw`import sys; getattr(sys.stdout, 'buffer', sys.stdout).write(b'\xff\xfe\x00')`,
    printMuch: "import sys; sys.stdout.write('x' * 1000000)",
    printAndWaitFor: (path) => `
import os, sys, time
sys.stdout.write('tick')
sys.stderr.write('tick')
while not os.path.exists('${path}'): time.sleep(0.005)`,
    run: (command) => `import subprocess; subprocess.call('${command}', shell=True)`,
    readInput: "__import__('sys').stdin.read()",
    loop: "import sys; sys.stdout.write('on')\nwhile True: pass",
    sleep: "import sys, time; sys.stdout.write('on'); time.sleep(1000)",
    pid: "__import__('os').getpid()",
    exitHook: "import atexit, sys; atexit.register(lambda: sys.stdout.write('bye'))",
    globals: 'list(globals())',
    printGlobals: ['-c', "print(__import__('json').dumps(%))"],
    nulInCode: 'exception',
    badNames: [...BAD_NAMES, '💥', 'a::b', 'class', 'no_such_module.f'],
  },
  JavaScript: {
    functions: `
      function twice(x) { return x * 2 }
      function same(x) { return x }
      function boom(message) { throw new RangeError(message) }
      function leave() { process.exit(3) }
      function caught(x) { try { return host(x) } catch (error) { return error.message } }
      function down(n) { return n === 0 ? 0 : 1 + up(n - 1) }
      function uncrossable() { return { items: [1, () => {}] } }
      function pass_uncrossable() { return host(uncrossable()) }
      function boom_without_text() {
        throw Object.defineProperty(new Error(), 'message', { get() { throw new Error('no text') } });
      }`,
    boomType: 'RangeError',
    set: (value) => `x = ${value}`,
    get: 'x',
    lengthOf: (expression) => `${expression}.length`,
    comment: '//',
    print: (text) => `process.stdout.write('${text}')`,
    printError: (text) => `process.stderr.write('${text}')`,
    printBytes: 'process.stdout.write(Buffer.from([255, 254, 0]))',
    printMuch: "process.stdout.write('x'.repeat(1000000))",
    printAndWaitFor: (path) =>
      `process.stdout.write('tick'); process.stderr.write('tick'); while (!require('fs').existsSync('${path}'));`,
    run: (command) => `require('child_process').execSync('${command}', { stdio: 'inherit' })`,
    readInput: "require('fs').readFileSync(0, 'utf8')",
    loop: "process.stdout.write('on'); for (;;);",
    sleep: "process.stdout.write('on'); await new Promise(() => {});",
    pid: 'process.pid',
    exitHook: "process.on('exit', () => process.stdout.write('bye'))",
    globals: 'Object.getOwnPropertyNames(globalThis)',
    printGlobals: ['-p', 'JSON.stringify(%)'],
    nulInCode: 'value',
    badNames: [...BAD_NAMES, '💥', 'a::b', 'class', 'no_such_object.f'],
  },
  Ruby: {
    functions: `
      def twice(x); x * 2; end
      def same(x); x; end
      def boom(message); raise ArgumentError, message; end
      def leave; exit(3); end
      def caught(x = nil)
        host(x)
      rescue StandardError => error
        error.message
      end
      def down(n); n == 0 ? 0 : 1 + up(n - 1); end
      def uncrossable; { 'items' => [1, Object.new] }; end
      def pass_uncrossable; host(uncrossable); end
      class Textless < StandardError; def message; raise 'no text'; end; end
      def boom_without_text; raise Textless; end`,
    boomType: 'ArgumentError',
    set: (value) => `$x = ${value}`,
    get: '$x',
    lengthOf: (expression) => `${expression}.length`,
    comment: '#',
    print: (text) => `print '${text}'`,
    printError: (text) => `$stderr.print '${text}'`,
    printBytes: String.raw`$stdout.write("\xff\xfe\x00".b)`,
    printMuch: "print 'x' * 1_000_000",
    printAndWaitFor: (path) => `print 'tick'; $stderr.print 'tick'; sleep 0.005 until File.exist?('${path}')`,
    run: (command) => `system('${command}')`,
    readInput: '$stdin.read',
    loop: "print 'on'; loop {}",
    sleep: "print 'on'; sleep",
    pid: 'Process.pid',
    exitHook: "at_exit { print 'bye' }",
    globals:
      "(global_variables + Object.constants + Object.private_instance_methods).map { |name| name.to_s.delete('$') }",
    printGlobals: ['-rjson', '-e', 'print JSON.generate(%)'],
    nulInCode: 'value',
    badNames: [...BAD_NAMES, '💥', 'a::b', 'class', 'No::Such.f'],
  },
  Lua: {
    functions: `
      function twice(x) return x * 2 end
      function same(x) return x end
      function boom(message) error(message, 0) end
      function leave() os.exit(3) end
      function caught(x)
        local is_fine, value = pcall(host, x)
        if is_fine then return value end
        return tostring(value)
      end
      function down(n) if n == 0 then return 0 end return 1 + up(n - 1) end
      function uncrossable() return { items = { 1, print } } end
      function pass_uncrossable() return host(uncrossable()) end
      function boom_without_text() error(setmetatable({}, { __tostring = function() error('no text') end })) end`,
    boomType: undefined,
    set: (value) => `x = ${value}`,
    get: 'x',
    lengthOf: (expression) => `#${expression}`,
    comment: '--',
    print: (text) => `io.write('${text}')`,
    printError: (text) => `io.stderr:write('${text}')`,
    printBytes: String.raw`io.write('\255\254\0')`,
    printMuch: "io.write(('x'):rep(1000000))",
    printAndWaitFor: (path) => `io.write('tick') io.stderr:write('tick') repeat until io.open('${path}')`,
    run: (command) => `os.execute('${command}')`,
    readInput: "io.read('*a')",
    loop: "io.write('on') while true do end",
    sleep: "io.write('on') io.open('/dev/ptmx'):read(1)", // waits for a terminal that nothing opens
    pid: "io.open('/proc/self/stat'):read('*n')",
    exitHook: "exit_hook = setmetatable({}, { __gc = function() io.write('bye') end })",
    globals: '(function() local names = {} for name in pairs(_G) do names[#names + 1] = name end return names end)()',
    printGlobals: ['-e', `io.write('["', table.concat(%, '","'), '"]')`],
    nulInCode: 'value',
    badNames: [...BAD_NAMES, '💥', 'a::b', 'end', 'no_such_table.f'],
  },
  R: {
    functions: `
      twice <- function(x) x * 2
      same <- function(x) x
      boom <- function(message) stop(simpleError(message))
      leave <- function() quit(status = 3)
      caught <- function(x = NULL) tryCatch(host(x), error = conditionMessage)
      down <- function(n) if (n == 0) 0 else 1 + up(n - 1)
      uncrossable <- function() list(items = list(1, globalenv()))
      pass_uncrossable <- function() host(uncrossable())
      conditionMessage.textless <- function(c) stop('no text')
      boom_without_text <- function() stop(structure(class = c('textless', 'error', 'condition'), list()))`,
    boomType: 'simpleError',
    set: (value) => `x <- ${value}`,
    get: 'x',
    lengthOf: (expression) => `nchar(${expression})`,
    comment: '#',
    print: (text) => `cat('${text}')`,
    printError: (text) => `cat('${text}', file = stderr())`,
    printBytes: String.raw`system("printf '\377\376\000'")`,
    printMuch: "cat(strrep('x', 1e6))",
    printAndWaitFor: (path) =>
      `cat('tick'); cat('tick', file = stderr()); while (!file.exists('${path}')) Sys.sleep(0.005)`,
    run: (command) => `system('${command}')`,
    readInput: "paste(readLines(file('stdin')), collapse = '')",
    loop: "cat('on'); repeat {}",
    sleep: "cat('on'); Sys.sleep(1e6)",
    pid: 'Sys.getpid()',
    exitHook: ".Last <- function() cat('bye')",
    globals: 'as.list(ls(globalenv(), all.names = TRUE))',
    printGlobals: ['--no-echo', '--no-save', '-e', `cat('[',paste0('"',%,'"',collapse=','),']',sep='')`],
    nulInCode: 'exception',
    nulInStrings: 'exception',
    longIntegers: 'exception',
    badNames: [...BAD_NAMES.filter((name) => !name.includes('.')), '💥', 'a::b', 'function', 'no_such$f'],
  },
};

/**
 * A block that says `on` and is stuck there, as in a loop, but leaves the processor to others where it can: in JavaScript,
 * only a loop keeps the interpreter from everything else.
 */
export function stuck(lang: KitLanguage): string {
  if (lang === 'Tcl') return 'puts -nonewline on; after 1000000000';
  return lang === 'JavaScript' ? words.JavaScript.loop : words[lang].sleep;
}

const tcl = readWords(fileURLToPath(new URL('../drivers/Tcl', import.meta.url)));

/** What the suites on ends and noise say, also where a call is not written `f(x)`. */
type NarrowWords = Pick<Words, 'functions' | 'printError' | 'run' | 'loop' | 'exitHook'> & {
  /** A block that calls `host`, and an expression: the integer that this returns. */
  readonly callHost: (argument: string) => string;
  readonly askHost: (argument: string) => string;
  /** A block that calls `leave`. */
  readonly leave: string;
};

export function narrowWords(lang: KitLanguage): NarrowWords {
  if (lang !== 'Tcl') {
    const call = (argument: string): string => `host(${argument})`;
    return { ...words[lang], callHost: (argument) => `${call(argument)};`, askHost: call, leave: 'leave();' };
  }
  return {
    ...tcl,
    printError: (text) => fill(tcl.printError, { TEXT: `{${text}}` }),
    run: (COMMAND) => fill(tcl.run, { COMMAND }),
    callHost: (argument) => `host ${argument}`,
    askHost: (argument) => `[_BOND_int [host ${argument}]]`,
    leave: 'leave',
  };
}
