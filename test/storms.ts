// Signals at any moment: what the tests of storms do in each language.

import type { Language } from './fixtures.js';

/** What the handler of a signal does. */
export type Weather = 'still' | 'throws' | 'calls' | 'both';

/** One language's words. */
export interface StormWords {
  /**
   * A block that defines:
   * - `weather(kind)`: has SIGALRM handled by a function that does nothing, throws `storm`, calls `tick()` of the host, or
   *   does both
   * - `ring(first, interval)`: sends itself SIGALRM after so many seconds, and then again and again; 0 sends none
   * - `same(x)`, `fails(x)`: the message of what `failing(x)` of the host throws
   * - `recipe(x, delay)`: `host(x)`, or `late` where the handler throws meanwhile
   * - `nested(n, x)`: `x` by way of `deeper(n - 1, x)`
   * - `apply_to(f, x)`, `total(items)`, `up_to(n)`, which can be iterated over, and `holder(x)`, which has an item `count`
   */
  readonly functions: string;
  /** Which handlers it can have. */
  readonly weathers: readonly Weather[];
  /** Whether it has timers that send signals. */
  readonly rings: boolean;
}

export const storms: Record<Language, StormWords> = {
  Python: {
    weathers: ['still', 'throws', 'calls', 'both'],
    rings: true,
    functions: `
import signal
class Storm(Exception): pass
def throw_storm(*args): raise Storm('storm')
def call_tick(*args): tick()
def do_both(*args):
  tick()
  raise Storm('storm')
def do_nothing(*args): pass
def weather(kind):
  signal.signal(signal.SIGALRM, {'still': do_nothing, 'throws': throw_storm, 'calls': call_tick, 'both': do_both}[kind])
def ring(first, interval):
  signal.setitimer(signal.ITIMER_REAL, first, interval)
def same(x): return x
def fails(x):
  try: failing(x)
  except _BOND_RemoteException as error: return str(error)
def recipe(x, delay):
  try:
    if delay: ring(delay, 0)
    return host(x)
  except Storm: return 'late'
def nested(n, x): return x if n == 0 else deeper(n - 1, x)
def apply_to(f, x): return f(x)
def total(items): return sum(items)
def up_to(n):
  for i in range(n): yield i
def holder(x): return {'count': x}`,
  },
  Perl: {
    weathers: ['still', 'throws', 'calls', 'both'],
    rings: true,
    functions: `
use Time::HiRes ();
my %handlers = (still => sub {}, throws => sub { die "storm\\n" }, calls => sub { tick() }, both => sub { tick(); die "storm\\n" });
sub weather { $SIG{ALRM} = $handlers{$_[0]}; undef }
sub ring { Time::HiRes::setitimer(Time::HiRes::ITIMER_REAL(), @_); undef }
sub same { $_[0] }
sub fails { my ($x) = @_; eval { failing($x) }; my $error = $@; die $error unless ref $error && $error->isa('_BOND_RemoteException'); "$error" }
sub recipe {
  my ($x, $delay) = @_;
  my $value = eval { ring($delay, 0) if $delay; host($x) };
  return $value if $@ eq '';
  die $@ if $@ ne "storm\\n";
  'late'
}
sub nested { my ($n, $x) = @_; $n == 0 ? $x : deeper($n - 1, $x) }
sub apply_to { my ($f, $x) = @_; $f->($x) }
sub total { my ($items) = @_; my $sum = 0; while (defined(my $item = $items->())) { $sum += $item } $sum }
sub up_to { my ($n) = @_; my $i = 0; sub { $i < $n ? $i++ : undef } }
sub holder { { count => $_[0] } }`,
  },
  PHP: {
    weathers: ['still', 'throws', 'calls', 'both'],
    rings: false,
    functions: `
pcntl_async_signals(true);
class Storm extends Exception {}
function weather($kind) {
  $handlers = [
    'still' => function () {},
    'throws' => function () { throw new Storm('storm'); },
    'calls' => function () { tick(); },
    'both' => function () { tick(); throw new Storm('storm'); },
  ];
  pcntl_signal(SIGALRM, $handlers[$kind]);
}
function same($x) { return $x; }
function fails($x) { try { failing($x); } catch (_BOND_RemoteException $error) { return $error->getMessage(); } }
function recipe($x, $delay) { try { return host($x); } catch (Storm $error) { return 'late'; } }
function nested($n, $x) { return $n == 0 ? $x : deeper($n - 1, $x); }
function apply_to($f, $x) { return $f($x); }
function total($items) { $sum = 0; foreach ($items as $item) $sum += $item; return $sum; }
function up_to($n) { for ($i = 0; $i < $n; $i++) yield $i; }
function holder($x) { return ['count' => $x]; }`,
  },
  JavaScript: {
    weathers: ['still', 'calls'],
    rings: false,
    functions: `
const handlers = { still() {}, calls() { tick() } };
function weather(kind) { process.removeAllListeners('SIGALRM').on('SIGALRM', handlers[kind]) }
function same(x) { return x }
function fails(x) { try { failing(x) } catch (error) { return error.message } }
function recipe(x) { return host(x) }
function nested(n, x) { return n === 0 ? x : deeper(n - 1, x) }
function apply_to(f, x) { return f(x) }
function total(items) { let sum = 0; for (const item of items) sum += item; return sum }
function* up_to(n) { for (let i = 0; i < n; i++) yield i }
function holder(x) { return { count: x } }`,
  },
};
