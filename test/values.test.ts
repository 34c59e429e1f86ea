// What EJSON carries, in every language, and what it refuses.

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bond, SerializationException } from '../src/index.js';
import { expectAlive, languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { kinds, returned, valueFor } from './kinds.js';
import { words } from './words.js';

const SEED = 20251122;

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const back = returned[lang];

  async function open(): Promise<Bond> {
    const bond = await openBond(lang, { protocol: 'EJSON' });
    await bond.evalBlock(words[lang].functions);
    return bond;
  }

  test.each(kinds.filter(({ name }) => !(lang === 'PHP' && name.includes('beyond'))))(
    '$name crosses, in every place',
    async ({ samples }) => {
      const bond = await open();
      const passed: unknown[] = [];
      let given: unknown;
      await bond.export((value: unknown) => {
        passed.push(value);
        return given;
      }, 'host');
      for (const value of samples) {
        given = [value];
        const [sent, inside] = [await bond.call('same', value), await bond.call('same', [{ a: value }])];
        expect([sent, inside]).toStrictEqual([back(value), back([{ a: value }])]);
        expect(await bond.call('caught', value)).toStrictEqual(back([value]));
      }
      expect(passed).toStrictEqual(samples.map(back));
    },
  );

  test('random values come back to the last bit, from there and from functions of the host', async () => {
    const bond = await open();
    let given: unknown;
    await bond.export((value: unknown) => {
      given = value;
      return value;
    }, 'host');
    await fc.assert(
      fc.asyncProperty(valueFor(lang), async (value) => {
        const expected = back(value);
        check(await bond.call('same', value), expected);
        check(await bond.call('caught', value), back(expected));
        check(given, expected);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  test('what cannot cross is refused with its path, on this side', async () => {
    const bond = await open();
    const refused: [unknown, string][] = [
      [() => 1, 'args[0].items[1]: a function has to be wrapped in callback(…) to cross'],
      [/x/, 'args[0].items[1]: a RegExp'],
      [Symbol('x'), 'args[0].items[1]: a symbol'],
      [new Date(NaN), 'args[0].items[1]: a Date'],
      [Promise.resolve(1), 'await'],
      [new (class Money {})(), 'a Money'],
    ];
    for (const [value, text] of refused) {
      const error = await rejection(bond.call('same', { items: [1, value] }), SerializationException);
      expect(error.message).toContain(text);
      expect(error.side).toBe('local');
    }
    await expectAlive(bond);
  });

  test('what cannot cross is refused with its path, on the other side', async () => {
    const bond = await open();
    const error = await rejection(bond.eval('uncrossable()'), SerializationException);
    expect(error.message).toMatch(/result(\.items|\['items'\])\[1\]: /);
    expect(error.side).toBe('remote');
    await bond.export(() => 1, 'host');
    await rejection(bond.eval('pass_uncrossable()'), SerializationException);
    await expectAlive(bond);
  });
});

function check(value: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(value, expected)) expect(value).toStrictEqual(expected);
}
