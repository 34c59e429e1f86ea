// That what crosses by reference, and is kept by nobody, grows neither side: counted by what is alive on both.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe } from 'vitest';
import { callback, live } from '../src/index.js';
import { type Language, languages, needsInterpreter, openBond, range } from './fixtures.js';
import { rounds } from './fuzzing.js';
import { testInTurn } from './turns.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** As many as one message brings. */
const BATCH = 100;
/** More are never alive at the same time. It is no use to ask how many those of a few thousand were. */
const MOST = 15_000;
/** After how many of them the host collects its garbage. When it does that by itself is not tested here. */
const COLLECTED = 2000;

/**
 * - a class Counted, of whose instances `alive()` tells how many there are, after a collection where one is needed, and `most()` how many
 *   there have been at most
 * - `give(f, n)` calls a function n times with a list of new ones, and returns 0
 * - `made()`: such a list
 * - `take(list)` forgets what it is given, and returns how many these were
 */
const CODE: Record<Language, string> = {
  Python: `
import gc
class Counted(object):
    now = most = 0
    def __init__(self):
        Counted.now += 1
        Counted.most = max(Counted.most, Counted.now)
    def __del__(self): Counted.now -= 1
def alive():
    gc.collect()
    return Counted.now
def most(): return Counted.most
def made(): return [Counted() for i in range(${BATCH})]
def give(f, n):
    for i in range(n): f(made())
    return 0
def take(items): return len(items)`,
  PHP: `
class Counted {
  static $now = 0; static $most = 0;
  function __construct() { self::$most = max(self::$most, ++self::$now); }
  function __destruct() { self::$now--; }
}
function alive() { gc_collect_cycles(); return Counted::$now; }
function most() { return Counted::$most; }
function made() { return array_map(function () { return new Counted; }, range(1, ${BATCH})); }
function give($f, $n) { for ($i = 0; $i < $n; $i++) $f(made()); return 0; }
function take($items) { return count($items); }`,
  Perl: `
package Counted;
our ($now, $most) = (0, 0);
sub new { $now++; $most = $now if $now > $most; bless {}, shift }
sub DESTROY { $now-- }
package main;
sub alive { $Counted::now }
sub most { $Counted::most }
sub made { [map { Counted->new } 1 .. ${BATCH}] }
sub give { my ($f, $n) = @_; $f->(made()) for 1 .. $n; 0 }
sub take { scalar @{ $_[0] } }`,
  JavaScript: `
require('v8').setFlagsFromString('--expose-gc');
const collect = require('vm').runInNewContext('gc');
const registry = new FinalizationRegistry(() => { now--; });
let now = 0;
let highest = 0;
class Counted {
  constructor() {
    registry.register(this);
    if (++now > highest && now % 1000 === 0) collect(); // what has been let go of is garbage here, too
    highest = Math.max(highest, now);
  }
}
async function alive() { collect(); await new Promise((resolve) => setTimeout(resolve, 5)); return now; }
function most() { return highest; }
function made() { return Array.from({ length: ${BATCH} }, () => new Counted()); }
async function give(f, n) {
  for (let i = 0; i < n; i++) {
    f(made());
    if (i % 10 === 0) await new Promise(setImmediate);
  }
  return 0;
}
function take(items) { return items.length; }
Object.assign(globalThis, { alive, most, made, give, take });`,
};

/** How many batches of arguments: 100,000 in one language, and in all of them at a release. */
function batches(lang: Language): number {
  return lang === languages[0] ? 100_000 / BATCH : others();
}

function others(): number {
  return rounds(6000, 100_000) / BATCH;
}

describe.concurrent.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);

  async function open() {
    const bond = await openBond(lang, { objects: 'hold' });
    await bond.evalBlock(CODE[lang]);
    /** Waits until all of them have been let go of; the last message may keep its own. */
    const expectAlive = async (most: number): Promise<void> => {
      for (let count = Infinity; count > most; ) {
        collectGarbage();
        await new Promise(setImmediate);
        count = await bond.call<number>('alive');
      }
    };
    return { bond, expectAlive };
  }

  test('arguments of functions are let go of, while they are called and afterwards', async ({ expect }) => {
    const { bond, expectAlive } = await open();
    let calls = 0;
    const drop = callback((items: readonly unknown[]) => {
      calls += items.length;
      if (calls % COLLECTED === 0) collectGarbage();
    });
    const count = batches(lang);
    expect(await bond.call('give', drop, count)).toBe(0);
    expect(calls).toBe(count * BATCH);
    if (count * BATCH > MOST) expect(await bond.call('most')).toBeLessThan(MOST);
    await expectAlive(BATCH);
  });

  test('and so are results', async ({ expect }) => {
    const { bond, expectAlive } = await open();
    for (const _ of range(others())) expect(await bond.call('made')).toHaveLength(BATCH);
    await expectAlive(BATCH);
  });

  test('what is lent to the other side is let go of here', async ({ expect }) => {
    const { bond } = await open();
    const lent: WeakRef<object>[] = [];
    const give = async (): Promise<void> => {
      const items = range(BATCH / 2).flatMap((n) => {
        const [f, object] = [() => n, { n }];
        lent.push(new WeakRef(f), new WeakRef(object));
        return [callback(f), live(object, ['n'])];
      });
      expect(await bond.call('take', items)).toBe(BATCH);
    };
    for (const _ of range(others() / 2)) await give();
    const alive = (): number => lent.filter((one) => one.deref() !== undefined).length;
    for (let count = Infinity; count > BATCH; count = alive()) {
      await bond.call('alive'); // brings what has been let go of there
      await new Promise(setImmediate);
      collectGarbage();
    }
  });
});
