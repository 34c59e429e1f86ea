// What a program may throw: at random in JavaScript, for both sides, and in each language what it has of the kind.

import fc from 'fast-check';
import type { Language } from './fixtures.js';

// ---- JavaScript

/** Expressions for what cannot be told from its look to be harmless. */
const LEAVES = [
  'undefined',
  'null',
  'true',
  'false',
  '0',
  '-0',
  'NaN',
  'Infinity',
  '1.5',
  '0n',
  '2n ** 80n',
  "''",
  "'text'",
  "'a\\0b\\n\\u2028'",
  "'\\ud800'",
  "'x'.repeat(1e5)",
  "Symbol('s')",
  'Symbol.iterator',
  '() => {}',
  'class {}',
  '[]',
  '{}',
  'Object.create(null)',
  'new Date(NaN)',
  'new Map([[{}, Symbol()]])',
  'new WeakMap()',
  'new Uint8Array(3)',
  'new Promise(() => {})',
  "new Error('plain')",
  'new Error()',
  'Object.create(Error.prototype)',
  'Error',
  '(() => { const loop = {}; loop.loop = loop; return loop })()',
  '(() => { const loop = new Error("loop"); loop.cause = loop; return loop })()',
  '(() => { const loop = new Map(); loop.set(loop, [loop]); return loop })()',
  '(() => { let deep = []; for (let i = 0; i < 50000; i++) deep = [deep]; return deep })()',
  '(() => { let deep = new Error("deep"); for (let i = 0; i < 3000; i++) deep = new Error("on", { cause: deep }); return deep })()',
  '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()',
  '(() => { const { proxy, revoke } = Proxy.revocable(() => {}, {}); revoke(); return proxy })()',
  '(() => { const { proxy, revoke } = Proxy.revocable(new Error("revoked"), {}); revoke(); return proxy })()',
  '{ then(resolve) { resolve(1) } }',
  "{ then() { throw new Error('then') } }",
  "{ toString() { throw new Error('text') } }",
  "{ toString: 1, valueOf: Symbol('v') }",
  "{ toJSON() { throw new Error('json') } }",
  '(() => { const sick = { toJSON() { return sick } }; return sick })()',
  "{ get [Symbol.toStringTag]() { throw new Error('tag') } }",
  "new (class extends Error { get message() { throw new Error('message') } })()",
  'new (class Odd extends Error { toString() { return Symbol() } })()',
  'Object.freeze(new Error("frozen"))',
  'Object.setPrototypeOf(new Error("bare"), null)',
  '(() => { const none = new Error("none"); delete none.stack; return none })()',
];

/** Expressions for what is thrown when there are parts to choose from. */
const KEYS = [
  "'message'",
  "'name'",
  "'stack'",
  "'cause'",
  "'code'",
  "'constructor'",
  "'toString'",
  "'toJSON'",
  "'then'",
  "'type'",
  "'data'",
  "'errors'",
  "'remoteMessage'",
  'Symbol.toPrimitive',
  'Symbol.toStringTag',
];

/** JavaScript expressions, each for something to throw: the same text is for the host, and for the other side. */
export const thrownInJavaScript: fc.Arbitrary<string> = fc.letrec<{ thing: string; object: string }>((tie) => ({
  thing: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: fc.constantFrom(...LEAVES).map((leaf) => `(${leaf})`) },
    { weight: 3, arbitrary: tie('object') },
  ),
  object: fc.oneof(
    fc
      .tuple(
        fc.constantFrom('new Error("a")', 'new RangeError()', 'Object.create(Error.prototype)', '{}', '[]', '() => {}'),
        fc.constantFrom(...KEYS),
        fc.constantFrom('value: ', 'get: () => ', 'get() { throw ', 'value() { return ', 'value() { throw '),
        tie('thing'),
      )
      .map(
        ([base, key, kind, part]) =>
          `Object.defineProperty(${base}, ${key}, { ${kind}${part}${kind.includes('{') ? ' }' : ''}, configurable: true })`,
      ),
    tie('thing').map((part) => `new Error('caused', { cause: ${part} })`),
    tie('thing').map((part) => `new AggregateError([${part}], 'many')`),
    tie('thing').map((part) => `({ part: ${part} })`),
    tie('thing').map((part) => `[${part}]`),
    tie('thing').map((part) => `new Proxy(Object(${part}), {})`),
    fc
      .tuple(tie('thing'), tie('thing'))
      .map(
        ([target, part]) => `new Proxy(Object(${target}), new Proxy({}, { get() { return () => { throw ${part} } } }))`,
      ),
  ),
})).thing;

// ---- All languages

/** One language's words. */
interface ThrownWords {
  /**
   * A block that defines, where `code` is an expression for what is thrown:
   * - `toss(code)` throws it, and `same(x)` does not
   * - `tosses(code)`, which can be iterated over: it gives 1, and then throws
   * - a class `Tosser(code)` with a method `toss()`
   * - `take(items, code)`: iterates over `items`, and throws at the first
   * - `drop(code)`: lets go of something whose destructor throws, where there are destructors
   * - `at_exit(code)`: an exit hook that throws
   * - `ask(x)`: `host(x)`; `catches(x)`: the same, but `caught` if that throws
   * - `call_it(f)`: `f()`; `total(items)` iterates over all of them
   */
  readonly functions: string;
  /** An expression: a new `Tosser`. */
  readonly tosser: (code: string) => string;
  /** An expression: what `tosses` gives. */
  readonly tosses: (code: string) => string;
  /** Expressions for what is thrown. */
  readonly things: readonly string[];
}

/** A text as a literal, in single quotes. */
function literal(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

export const thrown: Record<Language, ThrownWords> = {
  Python: {
    functions: `
import atexit
def toss(code): raise eval(code)
def same(x): return x
def tosses(code):
  yield 1
  raise eval(code)
class Tosser(object):
  def __init__(self, code): self.code = code
  def toss(self): raise eval(self.code)
class Dropped(Tosser):
  def __del__(self): raise eval(self.code)
def take(items, code):
  for item in items: raise eval(code)
def drop(code): Dropped(code)
def at_exit(code): atexit.register(toss, code)
def ask(x): return host(x)
def catches(x):
  try: return host(x)
  except Exception: return 'caught'
def call_it(f): return f()
def total(items): return len(list(items))

class Odd(Exception):
  """An exception of which an attribute is what a function gives."""
  pass
def odd(**attributes):
  return type('Odd', (Exception,), attributes)('odd')
def fails(*args, **kwargs): raise ValueError('fails')
def stops(*args, **kwargs): raise KeyboardInterrupt('stops')
def recurs(self, *args): return self.__str__()
class OddText(str):
  def __len__(self): fails()
  def __str__(self): fails()
  def encode(self, *args): fails()
  def replace(self, *args): fails()
class OddMeta(type):
  def __getattribute__(self, name): fails()
def of_odd_class():
  return OddMeta('Meta', (Exception,), {})('meta')
def with_attributes(**attributes):
  error = ValueError('attributes')
  for name in attributes: setattr(error, name, attributes[name])
  return error
def caused(depth):
  error = ValueError('first')
  for i in range(depth):
    outer = ValueError('later')
    outer.__cause__ = error
    error = outer
  return error
def looped():
  one, two = ValueError('one'), ValueError('two')
  one.__cause__, two.__cause__ = two, one
  return one
class Bare(Exception):
  def __init__(self): pass
class Unmade(Exception):
  def __init__(self): fails()
`,
    tosser: (code) => `Tosser(${literal(code)})`,
    tosses: (code) => `tosses(${literal(code)})`,
    things: [
      "ValueError('plain')",
      'ValueError',
      'Exception()',
      '5',
      'None',
      "ValueError(b'\\xff')",
      "ValueError(u'\\ud800')",
      "ValueError('a\\0b')",
      "ValueError('x' * 1000000)",
      'ValueError(1, [2, None])',
      "ValueError(float('nan'))",
      "UnicodeDecodeError('utf8', b'\\xff', 0, 1, 'reason')",
      "SyntaxError('odd', (None, 1, 2, 'x'))",
      "OSError(2, 'no')",
      'KeyError(Tosser)',
      'StopIteration(3)',
      'GeneratorExit()',
      'KeyboardInterrupt()',
      'MemoryError()',
      "BaseException('base')",
      'odd(__str__=fails)',
      'odd(__repr__=fails)',
      'odd(__str__=stops)',
      'odd(__str__=lambda self: 5)',
      'odd(__str__=lambda self: None)',
      "odd(__str__=lambda self: OddText('odd'))",
      'odd(__str__=recurs)',
      'odd(__getattr__=lambda self, name: {}[name])',
      'odd(__getattr__=lambda self, name: 5)',
      'odd(__getattribute__=fails)',
      'odd(__getattribute__=stops)',
      'odd(__class__=property(fails))',
      'odd(__class__=5)',
      'odd(__module__=5)',
      'odd(__module__=None)',
      "odd(__module__=OddText('m'))",
      'odd(__qualname__="x.y")',
      'odd(__eq__=fails, __hash__=None)',
      'odd(__bool__=fails, __nonzero__=fails, __len__=fails)',
      'odd(__reduce__=fails, __reduce_ex__=fails)',
      'odd(__traceback__=property(fails))',
      'odd(__cause__=property(fails), __context__=property(fails))',
      'odd(args=property(fails))',
      'odd(type=property(fails), data=property(fails))',
      'odd(__dict__=property(fails))',
      'odd(__del__=fails)',
      'of_odd_class()',
      'with_attributes(data=toss, type=5, code={})',
      'caused(500)',
      'caused(5000)',
      'looped()',
      'Bare()',
      'Unmade',
      '_BOND_RemoteException("own")',
      '_BOND_SerializationException("own")',
    ],
  },
  PHP: {
    functions: `
function thing($code) { return eval("return $code;"); }
function toss($code) { throw thing($code); }
function same($x) { return $x; }
function tosses($code) { yield 1; throw thing($code); }
class Tosser {
  public $code;
  function __construct($code) { $this->code = $code; }
  function toss() { throw thing($this->code); }
}
class Dropped extends Tosser { function __destruct() { throw thing($this->code); } }
function take($items, $code) { foreach ($items as $item) throw thing($code); }
function drop($code) { new Dropped($code); }
function at_exit($code) { register_shutdown_function('toss', $code); }
function ask($x) { return host($x); }
function catches($x) { try { return host($x); } catch (Exception $error) { return 'caught'; } }
function call_it($f) { return $f(); }
function total($items) { $count = 0; foreach ($items as $item) $count++; return $count; }

class Odd extends Exception {
  function __construct($parts) {
    parent::__construct('odd');
    foreach ($parts as $name => $part) $this->$name = $part;
  }
}
class Unset_ extends Exception { function __construct() { unset($this->message, $this->code, $this->file, $this->line); } }
class Referring extends Exception { function __construct() { $this->message = &$this->code; $this->code = [&$this->message]; } }
class Textless extends Exception { function __toString(): string { throw new Exception('no text'); } }
class Getting extends Exception { public function __get($name) { throw new Exception('get'); } public function __isset($name) { throw new Exception('isset'); } }
class Written extends Exception implements JsonSerializable {
  #[ReturnTypeWillChange]
  function jsonSerialize() { throw new Exception('json'); }
}
class Looping extends Exception implements JsonSerializable {
  #[ReturnTypeWillChange]
  function jsonSerialize() { return [$this]; }
}
class Leaving extends Exception { function __destruct() { throw new Exception('destructor'); } }
class Listed extends Exception implements IteratorAggregate, Countable, ArrayAccess {
  function getIterator(): Iterator { throw new Exception('iterator'); }
  function count(): int { throw new Exception('count'); }
  function offsetExists($at): bool { throw new Exception('exists'); }
  #[ReturnTypeWillChange]
  function offsetGet($at) { throw new Exception('get'); }
  function offsetSet($at, $value): void { throw new Exception('set'); }
  function offsetUnset($at): void { throw new Exception('unset'); }
}
function previous($depth) { $error = new Exception('first'); while ($depth--) $error = new Exception('later', 0, $error); return $error; }
function looped() {
  $error = new Exception('looped');
  $previous = new ReflectionProperty('Exception', 'previous');
  $previous->setAccessible(true);
  $previous->setValue($error, $error);
  return $error;
}
function traced($trace) {
  $error = new Exception('traced');
  $property = new ReflectionProperty('Exception', 'trace');
  $property->setAccessible(true);
  $property->setValue($error, $trace);
  return $error;
}
function deep($depth, $arg) { return $depth === 0 ? new Exception('deep') : deep($depth - 1, [$arg]); }
`,
    tosser: (code) => `new Tosser(${literal(code)})`,
    tosses: (code) => `tosses(${literal(code)})`,
    things: [
      "new Exception('plain')",
      'new Exception',
      "new Error('error')",
      "new ErrorException('error', 1, 2, 'file', 3)",
      '5',
      'null',
      'new stdClass',
      'new Exception("\\xff\\xfe")',
      'new Exception("a\\0b")',
      'new Exception("\\u{2028}")',
      "new Exception(str_repeat('x', 1000000))",
      'new Exception("", -1)',
      "new Odd(['message' => new stdClass])",
      "new Odd(['message' => []])",
      "new Odd(['message' => null])",
      "new Odd(['message' => 5])",
      "new Odd(['message' => NAN])",
      "new Odd(['message' => function () {}])",
      "new Odd(['message' => fopen('php://memory', 'r')])",
      "new Odd(['message' => new Textless])",
      "new Odd(['code' => 'HY000'])",
      "new Odd(['code' => new stdClass])",
      "new Odd(['file' => \"\\xff\", 'line' => PHP_INT_MAX])",
      "new Odd(['extra' => function () {}, 'data' => NAN, 'type' => []])",
      'new Unset_',
      'new Referring',
      'new Textless',
      'new Getting',
      'new Written',
      'new Looping',
      'new Leaving',
      'new Listed',
      'new class extends Exception {}',
      'previous(100)',
      'previous(20000)',
      'looped()',
      'traced([])',
      "traced([5, null, ['file' => [], 'line' => 'x', 'function' => 5, 'args' => 1]])",
      'deep(1000, 1)',
      "new _BOND_RemoteException('own')",
      "new _BOND_SerializationException('own')",
    ],
  },
  Perl: {
    functions: String.raw`
sub thing { my ($code) = @_; my $thing = eval $code; $thing }
sub toss { my ($code) = @_; my $thing = thing($code); die $thing }
sub same { $_[0] }
sub tosses { my ($code) = @_; my $i = 0; sub { return 1 if $i++ == 0; toss($code) } }
{ package Tosser; sub new { my ($class, $code) = @_; bless { code => $code }, $class } sub toss { main::toss($_[0]{code}) } }
{ package Dropped; our @ISA = 'Tosser'; sub DESTROY { main::toss($_[0]{code}) } }
sub take { my ($items, $code) = @_; while (defined $items->()) { toss($code) } }
sub drop { my ($code) = @_; { my $dropped = Dropped->new($code) } undef }
my @at_exit;
END { toss($_) for @at_exit }
sub at_exit { push @at_exit, @_; undef }
sub ask { host(@_) }
sub catches { my ($x) = @_; my $value; eval { $value = host($x); 1 } or $value = 'caught'; $value }
sub call_it { $_[0]->() }
sub total { my ($items) = @_; my $count = 0; while (defined $items->()) { $count++ } $count }

sub odd { my ($name, %methods) = @_; no strict 'refs'; no warnings; *{"${'$'}{name}::$_"} = $methods{$_} for keys %methods; bless {}, $name }
sub fails { die "fails\n" }
{ package OddText; use overload '""' => sub { die "text\n" }; }
{ package OddBool; use overload '""' => sub { 'text' }, bool => sub { die "bool\n" }; }
{ package OddAll; use overload map { my $op = $_; $op => sub { die "$op\n" } } '""', 'bool', '0+', 'eq', 'ne', '==', '!=', 'cmp', '<=>', '.', '@{}', '%{}', '&{}', 'nomethod', 'x', '=', '~~', '-X', 'qr'; }
{ package OddItself; use overload '""' => sub { $_[0] }; }
{ package OddRef; use overload '""' => sub { [] }; }
{ package OddUndef; use overload '""' => sub { undef }, fallback => 1; }
{ package OddCode; use overload '""' => 'no_such_method'; }
{ package Fetched; sub TIESCALAR { bless [] } sub FETCH { die "fetch\n" } sub TIEHASH { bless [] } sub FIRSTKEY { die "first\n" } sub TIEARRAY { bless [] } sub FETCHSIZE { die "size\n" } }
sub tied_scalar { tie my $x, 'Fetched'; \$x }
sub tied_hash { tie my %x, 'Fetched'; \%x }
sub tied_array { tie my @x, 'Fetched'; \@x }
sub looped { my $loop = {}; $loop->{loop} = $loop; $loop }
sub deep { my $deep = 1; $deep = [$deep] for 1 .. $_[0]; $deep }`,
    tosser: (code) => `Tosser->new(${literal(code)})`,
    tosses: (code) => `tosses(${literal(code)})`,
    things: [
      '"plain\\n"',
      '"without newline"',
      '""',
      'undef',
      '0',
      '"0"',
      '"\\n"',
      '1e400',
      '-sin(9**9**9)',
      '"\\xff\\xfe"',
      '"\\x{d800}"',
      '"\\x{110000}"',
      '"a\\0b"',
      '"x" x 1_000_000',
      '[1, [2]]',
      '{ code => 42, nested => [undef] }',
      '\\1',
      '\\\\"x"',
      'sub { 1 }',
      'qr/x/',
      '*STDOUT',
      '\\*STDOUT',
      '*STDOUT{IO}',
      '\\substr("abc", 1)',
      '\\v1.2.3',
      'looped()',
      'deep(50000)',
      'tied_scalar()',
      'tied_hash()',
      'tied_array()',
      'bless {}, "0"',
      'bless [], "main"',
      'bless \\my $x, "A::B"',
      'bless {}, "Weird name\\n"',
      'bless sub {}, "Code"',
      'bless qr/x/, "Pattern"',
      'bless {}, "OddText"',
      'bless {}, "OddBool"',
      'bless {}, "OddAll"',
      'bless [], "OddAll"',
      'bless {}, "OddItself"',
      'bless {}, "OddRef"',
      'bless {}, "OddUndef"',
      'bless {}, "OddCode"',
      'odd("OddIsa", isa => \\&fails)',
      'odd("OddCan", can => \\&fails)',
      'odd("OddJson", TO_JSON => \\&fails)',
      'odd("OddJsonList", TO_JSON => sub { (1, 2) })',
      'odd("OddJsonSelf", TO_JSON => sub { $_[0] })',
      'odd("OddDestroy", DESTROY => \\&fails)',
      'odd("OddClean", DESTROY => sub { eval { 1 } })',
      'odd("OddPropagate", PROPAGATE => \\&fails)',
      'odd("OddAutoload", AUTOLOAD => \\&fails)',
      'bless { message => "own" }, "_BOND_RemoteException"',
      'bless {}, "_BOND_RemoteException"',
      'bless [], "_BOND_SerializationException"',
    ],
  },
  JavaScript: {
    functions: `
function thing(code) { return (0, eval)('(' + code + ')') }
function toss(code) { throw thing(code) }
function same(x) { return x }
function* tosses(code) { yield 1; throw thing(code) }
class Tosser { constructor(code) { this.code = code } toss() { throw thing(this.code) } }
function take(items, code) { for (const item of items) throw thing(code) }
function drop(code) { return Promise.reject(thing(code)) }
function at_exit(code) { process.on('exit', () => toss(code)) }
function ask(x) { return host(x) }
function catches(x) { try { return host(x) } catch (error) { return 'caught' } }
function call_it(f) { return f() }
function total(items) { let count = 0; for (const item of items) count++; return count }`,
    tosser: (code) => `new Tosser(${literal(code)})`,
    tosses: (code) => `tosses(${literal(code)})`,
    things: LEAVES,
  },
};
