// Long lists and texts, which may cross in parts.

import { describe, test as everyTest, expect } from 'vitest';
import { type Bond, type BondOptions, SerializationException, TerminatedException } from '../src/index.js';
import { expectSame, languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { rounds } from './fuzzing.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

/** Texts in which parts would end in all kinds of places, and lists of items of all kinds of lengths. */
const LONG: readonly (readonly [string, unknown])[] = [
  ['plain text', 'x'.repeat(300_001)],
  ['quotes and newlines', '"\n\\'.repeat(100_000)],
  ['letters of two bytes', `a${'é'.repeat(200_000)}`],
  ['characters of two code units', '😀'.repeat(100_000)],
  ['the same, one further', `a${'😀'.repeat(100_000)}`],
  ['numbers', Array.from({ length: 20_000 }, (_, index) => (index % 3 === 0 ? index : -index / 7))],
  ['records', Array.from({ length: 5_000 }, (_, id) => ({ id, name: `item ${id}`, tags: [`${id % 3}`, null, true] }))],
  ['nothing much', Array.from({ length: 1025 }, () => [])],
  ['longer and longer texts', Array.from({ length: 1_200 }, (_, index) => 'y'.repeat(index))],
  [
    'one long text among many',
    Array.from({ length: 2_000 }, (_, index) => (index === 1_000 ? 'z'.repeat(500_000) : '')),
  ],
];

const isRelease = Boolean(process.env.RELEASE);

describe.concurrent.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);

  async function open(options: BondOptions = {}): Promise<Bond> {
    const bond = await openBond(lang, options);
    await bond.evalBlock(words[lang].functions);
    return bond;
  }

  const protocols = lang === 'JavaScript' ? (['V8', 'JSON', 'EJSON'] as const) : (['JSON', 'EJSON'] as const);
  /** Each language has one of them at a check. */
  const shown = protocols.filter((_, index) => isRelease || index === languages.indexOf(lang) % protocols.length);

  everyTest.each(shown)('what is long arrives unchanged, by %s', async (protocol) => {
    const bond = await open({ protocol });
    await bond.export((value) => value, 'host');
    for (const [, value] of LONG) {
      expectSame(await bond.call('same', value), value);
      expectSame(await bond.call('caught', value), value);
    }
  });

  test('many at once keep apart', async () => {
    const bond = await open();
    const values = (isRelease ? [...LONG, ...LONG] : LONG).map(([, value]) => value);
    const calls = values.flatMap((value, index) => [bond.call('same', value), bond.call('twice', index)]);
    expectSame(
      await Promise.all(calls),
      values.flatMap((value, index) => [value, 2 * index]),
    );
  });

  test('calls of a function that the other side waits for may have long arguments', async () => {
    const bond = await open();
    const results: unknown[] = [];
    await bond.export(async () => {
      for (const [, value] of LONG) results.push(await bond.call('same', value));
    }, 'host');
    await bond.call('caught', 1);
    expectSame(
      results,
      LONG.map(([, value]) => value),
    );
  });

  everyTest('what stands in front of a long argument stays there', async () => {
    const bond = await open();
    const [, long] = LONG[5] as [string, number[]];
    await bond.evalBlock(
      {
        PHP: 'function second($a, $b) { return [$a, count($b), end($b)]; }',
        Perl: 'sub second { my ($a, $b) = @_; [$a, scalar(@$b), $b->[-1]] }',
        Python: 'def second(a, b): return [a, len(b), b[-1]]',
        JavaScript: 'function second(a, b) { return [a, b.length, b[b.length - 1]]; }',
      }[lang],
    );
    expect(await bond.call('second', [1], long)).toEqual([[1], long.length, long.at(-1)]);
  });

  test('longer than is accepted ends the bond', async () => {
    const bond = await open({ maxMessageBytes: 400_000 });
    const error = await rejection(bond.call('same', LONG[1]?.[1]), TerminatedException);
    expect(error.message).toContain('more than 400000 bytes');
  });

  test('a list that cannot cross is an error, and the next one crosses', async () => {
    const bond = await open();
    const list: unknown[] = Array.from({ length: 3_000 }, (_, index) => index);
    const error = await rejection(bond.call('same', [...list, () => {}]), SerializationException);
    expect(error.message).toContain('args[0][3000]');
    expectSame(await bond.call('same', list), list);
  });

  everyTest(
    'a call that is aborted while it waits for the host leaves the long arguments of others as they are',
    async () => {
      const bond = await open();
      await bond.export(() => new Promise((resolve) => setTimeout(resolve, 30)), 'host');
      const list = Array.from({ length: 30_000 }, (_, index) => index);
      for (let round = 0; round < rounds(5, 10); round++) {
        const abortion = new AbortController();
        const aborted = bond.with({ signal: abortion.signal }).call('caught', 1);
        aborted.catch(() => {});
        const same = bond.call('same', list);
        await new Promise((resolve) => setTimeout(resolve, round));
        abortion.abort();
        expectSame(await same, list);
      }
    },
  );

  test('a getter among long arguments may use the bond', async () => {
    const bond = await open();
    await bond.export(() => 5, 'host');
    let asked = 0;
    const within: Promise<unknown>[] = [];
    const rows = Array.from({ length: 2_000 }, () => ({
      get it() {
        if (++asked % 1500 === 0) within.push(bond.call('caught', 1), bond.call('same', LONG[0]?.[1]));
        return asked;
      },
    }));
    const result = (await bond.call('same', rows)) as object[];
    expect(result).toHaveLength(2_000);
    expect(within.length).toBeGreaterThan(0);
    for (const value of await Promise.all(within)) expect([5, LONG[0]?.[1]]).toContain(value);
  });

  everyTest('what is aborted while it is on its way leaves the others as they are', async () => {
    const bond = await open();
    const [, records] = LONG[6] as [string, unknown];
    for (let round = 0; round < rounds(10, 30); round++) {
      const abortion = new AbortController();
      const aborted = bond.with({ signal: abortion.signal }).call('same', records);
      aborted.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, round % 10));
      abortion.abort();
      expect(await bond.call('same', LONG[0]?.[1])).toBe(LONG[0]?.[1]);
      expect(await bond.call('twice', round)).toBe(2 * round);
    }
  });
});

describe('code that runs while a long list is written', () => {
  everyTest('may call the host, in PHP', async () => {
    const bond = await openBond('PHP');
    await bond.evalBlock(`
      class Asking implements JsonSerializable {
        #[ReturnTypeWillChange] public function jsonSerialize() { return host(); }
      }
      function asking($last) { $list = range(1, 2000); $list[0] = new Asking; $list[] = $last; return $list; }`);
    await bond.export(async () => {
      await bond.eval('1');
      return 5;
    }, 'host');
    expect(await bond.call('asking', 7)).toEqual([5, ...Array.from({ length: 1999 }, (_, index) => index + 2), 7]);
    await bond.evalBlock('function failing() { return asking(fopen("php://memory", "r")); }');
    const error = await rejection(bond.call('failing'), SerializationException);
    expect(error.message).toContain('result[2000]');
  });

  everyTest.each([
    ['Perl', 'sub Slow::TO_JSON { main::host(); 1 while 1 } sub slow { [1 .. 2000, bless {}, "Slow"] }'],
    [
      'PHP',
      'class Slow implements JsonSerializable { #[ReturnTypeWillChange] public function jsonSerialize() { host(); while (true); } }' +
        ' function slow() { $list = range(1, 2000); $list[] = new Slow; return $list; }',
    ],
  ])('can be interrupted, in %s', async (lang, code) => {
    const bond = await openBond(lang);
    await bond.evalBlock(code);
    const reached = new Promise((resolve) => void bond.export(() => resolve(1), 'host'));
    const slow = bond.call('slow');
    await reached;
    bond.interrupt();
    await expect(slow).rejects.toThrow('interrupted by the host');
    expect(await bond.eval('1 + 1')).toBe(2);
  });
});

describe('JavaScript', () => {
  everyTest('a promised list is what it was when it was promised', async () => {
    const bond = await openBond('JavaScript');
    await bond.evalBlock(`
      const shared = Array.from({ length: 50_000 }, (_, index) => index);
      const promised = async () => {
        Promise.resolve().then(() => {}).then(() => {}).then(() => { shared.fill(-1); });
        return shared;
      };`);
    const list = (await bond.call('promised')) as number[];
    expect(list.includes(-1) && list.includes(1)).toBe(false);
  });

  everyTest.each(['EJSON', 'V8'] as const)(
    'a getter that would fail the second time is asked once, on either side, by %s',
    async (protocol) => {
      const bond = await openBond('JavaScript', { protocol });
      const failing = `(() => {
      let asked = 0;
      const moody = { get it() { if (++asked > 1) throw new Error('only once'); return 1; } };
      return [...Array.from({ length: 20_000 }, (_, index) => index), moody];
    })()`;
      await bond.evalBlock('function same(x) { return x }');
      for (const list of [await bond.call('same', new Function(`return ${failing}`)()), await bond.eval(failing)]) {
        expect((list as unknown[]).at(-1)).toEqual({ it: 1 });
      }
    },
  );

  everyTest('objects that occur twice are the same over there, by V8', async () => {
    const bond = await openBond('JavaScript');
    const item = { id: 1 };
    const list = Array.from({ length: 2_000 }, () => item);
    await bond.evalBlock('function same(x) { return x }; function distinct(x) { return new Set(x).size }');
    expect(await bond.call('distinct', list)).toBe(1);
    const back = (await bond.call('same', list)) as object[];
    expect(new Set(back).size).toBe(1);
  });
});
