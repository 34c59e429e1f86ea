// Files of the other language that run as programs, with functions of the host in the place of some of theirs.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Bond, BondException, RemoteException, TerminatedException } from '../src/index.js';
import { expectAlive, type Language, languages, needsInterpreter, openBond, rejection } from './fixtures.js';

/** How the functions of the program are called there. */
interface Words {
  readonly ending: string;
  readonly discount: string;
  readonly total: string;
  readonly of: string;
  readonly fact: string;
  readonly fail: string;
  /** Those of the file that it includes. */
  readonly tax: string;
  readonly get: string;
  /** A line of a traceback of broken.*: where it is called. */
  readonly brokenAt: readonly [name: string, line: number];
  /** Whether the class comes first among the arguments of a static method. */
  readonly hasClass?: boolean;
}

const WORDS: Partial<Record<Language, Words>> = {
  Python: {
    ending: 'py',
    discount: 'discount',
    total: 'Cart.total',
    of: 'Cart.of',
    fact: 'fact',
    fail: 'fail',
    tax: 'prices.tax',
    get: 'prices.Box.get',
    brokenAt: ['broken.py', 2],
  },
  Perl: {
    ending: 'pl',
    discount: 'discount',
    total: 'Cart::total',
    of: 'Cart::of',
    fact: 'fact',
    fail: 'fail',
    tax: 'Prices::tax',
    get: 'Prices::Box::get',
    brokenAt: ['broken.pl', 2],
  },
  JavaScript: {
    ending: 'cjs',
    discount: 'discount',
    total: 'Cart.total',
    of: 'Cart.of',
    fact: 'fact',
    fail: 'fail',
    tax: 'prices.cjs:tax',
    get: 'Box.get',
    brokenAt: ['broken.cjs', 2],
  },
  PHP: {
    ending: 'php',
    discount: 'discount',
    total: 'Cart::total',
    of: 'Cart::of',
    fact: 'fact',
    fail: 'fail',
    tax: 'tax',
    get: 'Box::get',
    brokenAt: ['broken.php', 6],
  },
};

const PRINTED = 'discount 9\ntotal 10\ntax 20\nbox 3\nfact 120\ncaught broken\n';
const folder = (lang: Language): string =>
  join(fileURLToPath(new URL('fixtures/load', import.meta.url)), lang.toLowerCase());

describe.each(languages.filter((lang) => WORDS[lang]))('%s', (lang) => {
  needsInterpreter(lang);
  const words = WORDS[lang] as Words;
  const file = `shop.${words.ending}`;
  const open = (): Promise<Bond> => openBond(lang, { cwd: folder(lang) });

  test('a file runs as a program, from the working directory', async () => {
    const bond = await open();
    const { stdout, stderr, value } = await bond.capture(() => bond.load(file));
    expect([stdout, stderr, value]).toEqual([PRINTED, '', undefined]);
    await expectAlive(bond);
  });

  test('what calls the originals changes nothing, in functions, methods, and what is included', async () => {
    const bond = await open();
    const calls: string[] = [];
    const names = [words.discount, words.total, words.of, words.fact, words.fail, words.tax, words.get];
    const replace = Object.fromEntries(
      names.map((name) => {
        const original = bond.original(name);
        return [
          name,
          (...args: unknown[]) => {
            calls.push(name);
            return original(...args);
          },
        ];
      }),
    );
    const { stdout, stderr } = await bond.capture(() => bond.load(file, { replace }));
    expect([stdout, stderr]).toEqual([PRINTED, '']);
    const { discount, of, total, tax, get, fact, fail } = words;
    expect(calls).toEqual([discount, of, total, discount, discount, tax, get, ...Array(5).fill(fact), fail]);
  });

  test('functions of the host take the place of those of the program', async () => {
    const bond = await open();
    const { stdout, stderr } = await bond.capture(() =>
      bond.load(file, {
        replace: {
          [words.discount]: (price: number) => price / 2,
          [words.total]: async (cart: { readonly items: Promise<number[]> }) => 100 * (await cart.items).length,
          [words.tax]: async (price: number) => price,
          [words.fact]: async (n: number): Promise<unknown> => (n > 3 ? bond.original(words.fact)(n) : 1),
        },
      }),
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('discount 5\ntotal 200\ntax 100\nbox 3\nfact 20\ncaught broken\n');
  });

  test('what nothing defines is named, with what may be meant', async () => {
    const bond = await open();
    const replace = { [`${words.discount}s`]: () => 1 };
    const error = await rejection(bond.load(file, { replace }), BondException);
    expect(error.message).toBe(
      `[${lang}] LOAD "${file}": nothing that it loaded defines '${words.discount}s' (did you mean '${words.discount}'?)`,
    );
    const unknown = await rejection(bond.original('no_such')(1), RemoteException);
    expect(unknown.message).toContain('no_such');
    await expectAlive(bond);
  });

  test('an exception of the file is one with its own lines; a file that is not there, too', async () => {
    const bond = await open();
    const error = await rejection(bond.load(`broken.${words.ending}`), RemoteException);
    const [name, line] = words.brokenAt;
    expect(error.message).toContain('a bad start');
    expect(error.stack).toMatch(new RegExp(`${name}:${line}\\b`));
    const missing = await rejection(bond.load(`missing.${words.ending}`), RemoteException);
    expect(missing.message).toContain(`missing.${words.ending}`);
    await expectAlive(bond);
  });

  test('a file that exits ends the interpreter', async () => {
    const bond = await open();
    const error = await rejection(bond.load(`leaves.${words.ending}`), TerminatedException);
    expect(error.exitCode).toBe(3);
  });

  test('what cannot be loaded is refused before anything is sent', async () => {
    const bond = await open();
    const wrong = [
      () => bond.load(''),
      () => bond.load(5 as never),
      () => bond.load(file, { replace: { f: 5 as never } }),
      () => bond.load(file, { replaces: {} } as never),
      () => bond.load(file, { replace: null as never }),
    ];
    for (const load of wrong) await rejection(load(), BondException);
  });
});
