// JSON in Perl, which is read by a module in C where there is one: exact all the same, whichever it is, or if there is none.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Bond, type BondOptions, SerializationException } from '../src/index.js';
import { expectAlive, expectSame, missing, needsInterpreter, openBond, rejection, shareBond } from './fixtures.js';
import { effort } from './fuzzing.js';
import { kinds, returned, valueFor } from './kinds.js';

needsInterpreter('Perl');

const hiding = (what: string) => ['-I', fileURLToPath(new URL(`fixtures/${what}`, import.meta.url))];

/** Which module is used, and how others are hidden. */
const variants: [module: string, options: string[]][] = [
  ['Cpanel::JSON::XS', []],
  ['JSON::XS', hiding('without-cpanel')],
  ['no module', hiding('without-xs')],
  ['a module that rounds', hiding('rounding')],
];

describe.each(variants)('%s', (module, options) => {
  beforeEach(({ skip }) => {
    const isThere = !module.includes('::') || spawnSync('perl', [`-M${module}`, '-e', '1']).status === 0;
    if (!isThere)
      missing(`Perl: no ${module}; apt-get install lib${module.toLowerCase().replaceAll('::', '-')}-perl`, skip);
  });

  const shared = shareBond('Perl', {}, '', ['perl', ...options]);

  async function open(more?: BondOptions): Promise<Bond> {
    const perl = more ? await openBond('Perl', ['perl', ...options], [], more) : await shared();
    await perl.call('length', 'x'.repeat(100_000)); // so long a text has it look for a module
    await perl.evalBlock('sub same { $_[0] }');
    return perl;
  }

  test('is what is loaded', async () => {
    const perl = await open();
    const loaded = await perl.eval('[grep { /XS\\.pm$/ && defined $INC{$_} } keys %INC]');
    expect(loaded).toEqual(module.includes('::') ? [`${module.replaceAll('::', '/')}.pm`] : expect.any(Array));
  });

  test('values of every kind cross', async () => {
    const perl = await open();
    const back = returned.Perl;
    for (const { samples } of kinds) {
      expectSame(await perl.call('same', samples), back(samples));
      for (const value of samples) expectSame(await perl.call('same', [{ a: value }]), back([{ a: value }]));
    }
  });

  test('random values come back to the last bit', async () => {
    const perl = await open();
    await fc.assert(
      fc.asyncProperty(valueFor('Perl'), async (value) => {
        const [answer, expected] = [await perl.call('same', value), returned.Perl(value)];
        if (!isDeepStrictEqual(answer, expected)) expect(answer).toStrictEqual(expected);
      }),
      effort(1000),
    );
  });

  test('random JSON says the same to JSON::PP before and after', async () => {
    const perl = await open({ protocol: 'JSON' });
    await perl.evalBlock(`
      require JSON::PP;
      my $json = JSON::PP->new->canonical->allow_nonref->utf8;
      sub differ {
        my ($text) = @_;
        utf8::encode($text);
        my $written = __BOND_driver::encode(__BOND_driver::decode($text));
        my ($before, $after) = map { $json->encode($json->decode($_)) } $text, $written;
        return $before eq $after ? undef : [$before, $after];
      }`);
    await fc.assert(
      fc.asyncProperty(fc.json({ stringUnit: 'binary', maxDepth: 5 }), async (text) => {
        expect(await perl.call('differ', text)).toBe(null);
      }),
      effort(500),
    );
  });

  test('numbers are as long as they are, in long texts too', async () => {
    const perl = await open();
    const numbers = [
      0.1,
      0.3,
      1.59,
      1e22,
      5e-324,
      2 ** 53,
      2n ** 64n + 1n,
      -0,
      0,
      10n ** 30n,
      123456789012345,
      -1.5e-7,
    ];
    const many = Array.from({ length: 1000 }, (_, index) => index / 7);
    expect(await perl.call('same', [numbers, many, 'x'.repeat(10_000)])).toStrictEqual([
      numbers,
      many,
      'x'.repeat(10_000),
    ]);
  });

  test('numbers that are nearly decimals are not taken for them, be they alone, in a list or in a row', async () => {
    const perl = await open();
    await perl.evalBlock('sub everywhere { my $list = shift; ($list->[0], $list, [map { { it => $_ } } @$list]) }');
    const nearDecimal = fc
      .tuple(fc.maxSafeInteger(), fc.nat(16), fc.integer({ min: -4, max: 4 }))
      .map(([digits, places, steps]) => (digits / 10 ** places) * (1 + steps * Number.EPSILON));
    const whole = fc.constantFrom(
      -0,
      0,
      1e15,
      1e15 - 1,
      1e15 - 0.5,
      -1e15,
      2 ** 53,
      2 ** 63,
      2n ** 53n + 1n,
      -(2n ** 63n),
    );
    const numbers = fc.array(fc.oneof(nearDecimal, whole, fc.double({ noNaN: true })), { minLength: 9, maxLength: 99 });
    await fc.assert(
      fc.asyncProperty(numbers, async (list) => {
        const rows = list.map((it) => ({ it }));
        expect(await perl.call('everywhere', list)).toStrictEqual([list[0], list, rows]);
      }),
      effort(200),
    );
  });

  test('strings are what they were: escaped, half of a pair, beyond the BMP, used as numbers', async () => {
    const perl = await open();
    const strings = ['"\\\n\u0000\u007f/', '\ud800', '\udfff x', '😀é', '한글', '1.5', '007', '', '$x', '\u2028'];
    const long = strings.map((text) => text.repeat(3000));
    expect(await perl.call('same', [strings, long])).toStrictEqual([strings, long]);
    const object = Object.fromEntries([...strings, ...long].map((text) => [text, text]));
    expect(await perl.call('same', object)).toStrictEqual(object);
    expect(
      await perl.eval('do { my $s = "7"; my $sum = $s + 1; my $t = "é 7"; { no warnings; $sum = $t + 1 } [$s, $t] }'),
    ).toEqual(['7', 'é 7']);
  });

  test('rows of a table are written as what each of them is', async () => {
    const perl = await open();
    const odd = [...kinds.flatMap(({ samples }) => samples), '*', '$x', { $x: [1] }, [[]], '"', 1.25, -3, 'é', '1.5'];
    const row = (value: unknown, id: number) => ({ id, value, name: `name ${id}`, isOdd: id % 2 === 1 });
    const rows: unknown[] = [...Array.from({ length: 100 }, (_, id) => row(id + 0.5, id)), ...odd.map(row)];
    rows.push(
      { id: 1 },
      { id: 1, value: 1, name: 1, other: 1 },
      [],
      null,
      { ...row(1, 1), more: 1 },
      row({ a: row(2, 2) }, 3),
    );
    expect(await perl.call('same', rows)).toStrictEqual(returned.Perl(rows));
    const error = await rejection(
      perl.eval('[map { { a => 1, b => $_ } } (1) x 20, { c => [*STDOUT] }]'),
      SerializationException,
    );
    expect(error.message).toContain('result[20].b.c[0]: a glob');
  });

  test('booleans are of the same kind, and one may be changed without another', async () => {
    const perl = await open();
    const code = 'sub { my $flags = shift; $flags->[0] = 5; $_ .= "!" for @$flags[1, 2]; $flags }';
    expect(await perl.call(code, [true, true, false, true, null, false])).toEqual([
      5,
      '1!',
      expect.any(String),
      true,
      null,
      false,
    ]);
    expect(await perl.call('sub { map { ref($_) . "" } @{ $_[0] } }', [true, false])).toEqual(
      (await perl.eval<boolean>('$] >= 5.036')) ? ['', ''] : ['JSON::PP::Boolean', 'JSON::PP::Boolean'],
    );
  });

  test('deep values cross, and what is no JSON is an error', async () => {
    const perl = await open();
    let deep: unknown = [];
    for (let level = 0; level < 600; level++) deep = level % 2 ? [deep] : { a: deep };
    expect(await perl.call('same', deep)).toStrictEqual(deep);
    for (const text of [
      '[1,',
      '[1 2]',
      '{"a":1,}',
      '[tru]',
      '1.2.3',
      '{"a" 1}',
      '{1:2}',
      '"a',
      '[1]]',
      '',
      '-',
      '[,]',
    ]) {
      const caught = 'sub { eval { __BOND_driver::decode($_[0]) }; ref $@ }';
      expect([text, await perl.call(caught, text)]).toEqual([text, '_BOND_SerializationException']);
    }
    await rejection(perl.eval('[1, sub {}]'), SerializationException);
    await expectAlive(perl);
  });
});
