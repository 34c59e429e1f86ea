// How often something goes back and forth: counted by a relay between the host and the interpreter, on which everything takes
// 50 ms in each direction. The time itself is not looked at.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import type { AnyRemote, Bond } from '../src/index.js';
import { COMMANDS, peer, temporaryDirectory } from './bonds.js';
import { all, type Language, languages, needsInterpreter, openBond, range } from './fixtures.js';

const DELAY = '50';

/** A class Sum: `add(n)` returns the same sum, `of(others)` what they and it come to, and `x` what it comes to. */
const SUM: Record<Language, string> = {
  Python: `
class Sum(object):
    def __init__(self, x): self.x = x
    def add(self, n): self.x += n; return self
    def of(self, others): return self.x + sum(other.x for other in others)
    def __iter__(self): return iter(range(self.x))`,
  PHP: `
class Sum implements IteratorAggregate {
  public $x;
  function __construct($x) { $this->x = $x; }
  function add($n) { $this->x += $n; return $this; }
  function of($others) { return array_sum(array_column($others, 'x')) + $this->x; }
  #[\\ReturnTypeWillChange] function getIterator() { return new ArrayIterator(range(0, $this->x - 1)); }
}`,
  Perl: `
package Sum;
use overload '@{}' => sub { [0 .. $_[0]->x - 1] }, 'bool' => sub { 1 };
sub new { my $x = $_[1]; bless \\$x, $_[0] }
sub x { \${$_[0]} }
sub add { \${$_[0]} += $_[1]; $_[0] }
sub of { my ($self, $others) = @_; my $x = $self->x; $x += $_->x for @$others; $x }`,
  JavaScript: `
globalThis.Sum = class Sum {
  constructor(x) { this.x = x; }
  add(n) { this.x += n; return Promise.resolve(this); }
  of(others) { return others.reduce((sum, other) => sum + other.x, this.x); }
  *[Symbol.iterator]() { for (let n = 0; n < this.x; n++) yield n; }
};`,
};
const ONE: Record<Language, string> = {
  Python: 'Sum(1)',
  PHP: 'new Sum(1)',
  Perl: 'Sum->new(1)',
  JavaScript: 'new Sum(1)',
};

/** A bond over a slow line, a handle of a sum of 1, and what counts the round trips of something. */
async function open(lang: Language) {
  const file = join(temporaryDirectory(), 'line');
  const bond: Bond = await openBond(lang, peer('slow-line.js', file, DELAY, COMMANDS[lang]));
  await bond.evalBlock(SUM[lang]);
  const sum: AnyRemote = (await bond.hold(ONE[lang])).remote;
  const count = async <T>(act: () => PromiseLike<T>): Promise<{ result: T; trips: number }> => {
    writeFileSync(file, '');
    const result = await act();
    return { result, trips: readFileSync(file, 'latin1').match(/>+<+/g)?.length ?? 0 };
  };
  return { bond, sum, count };
}

describe.concurrent.each(languages)('over a slow line, %s', (lang) => {
  needsInterpreter(lang);

  test('ten links take what one takes', async ({ expect }) => {
    const { sum, count } = await open(lang);
    const one = await count(() => sum.x);
    expect(one).toEqual({ result: 1, trips: 1 });
    const ten = await count(() => sum.add(1).add(1).add(1).add(1).add(1).add(1).add(1).add(1).add(1).x);
    expect(ten).toEqual({ result: 10, trips: one.trips });
    // As it is where each link is awaited.
    const each = await count(async () => {
      let link = sum;
      for (let n = 0; n < 9; n++) link = await link.add(1);
      return link.x;
    });
    expect(each).toEqual({ result: 19, trips: 10 });
  });

  test('and so do arguments that are expressions, at any depth', async ({ expect }) => {
    const { sum, count } = await open(lang);
    const { result, trips } = await count(() => sum.of([sum.add(1), sum.add(2).add(3)]));
    expect(result).toBeGreaterThan(7);
    expect(trips).toBe(1);
  });

  test('calls side by side share a round trip, and items are fetched in batches', async ({ expect }) => {
    const { sum, count } = await open(lang);
    const together = await count(() => Promise.all(range(20).map(() => sum.add(1).x)));
    expect(together.result.at(-1)).toBe(21);
    expect(together.trips).toBeLessThan(5); // the first leaves alone
    const { result, trips } = await count(() => all(sum.add(79)));
    expect(result).toHaveLength(100);
    expect(trips).toBeLessThan(10);
  });
});
