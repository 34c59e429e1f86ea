// What calls print is collected for who makes them, whatever else the bond does.

import { describe, expect, test } from 'vitest';
import { type Bond, BondException, RemoteException } from '../src/index.js';
import { collect, expectAlive, languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { words } from './words.js';

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const { print, printError, printBytes } = words[lang];

  test('capture gives the value of a function, and what its calls print, in order', async () => {
    const [usual, usualErrors] = [collect(), collect()];
    const bond = await openBond(lang, { stdout: usual.stdout, stderr: usualErrors.stdout });
    await bond.evalBlock(print('before'));
    const captured = await bond.capture(async () => {
      await bond.evalBlock(print('one'));
      await bond.evalBlock(printError('oh'));
      await bond.evalBlock(print('two'));
      return bond.eval<number>('5');
    });
    await bond.evalBlock(print('after'));
    expect(captured).toEqual({ value: 5, stdout: 'onetwo', stderr: 'oh' });
    expect(usual.text()).toBe('beforeafter');
    expect(usualErrors.text()).toBe('');
  });

  test('two captures at once, and unrelated calls between them, keep apart what is printed', async () => {
    const usual = collect();
    const bond = await openBond(lang, { stdout: usual.stdout });
    const printAll = async (letter: string): Promise<void> => {
      await Promise.all(Array.from({ length: 10 }, () => bond.evalBlock(print(letter))));
      await bond.evalBlock(print(letter));
    };
    const [one, two] = await Promise.all([
      bond.capture(() => printAll('a')),
      bond.capture(async () => {
        await printAll('b');
        return 'two';
      }),
      printAll('c'),
    ]);
    expect(one).toEqual({ value: undefined, stdout: 'a'.repeat(11), stderr: '' });
    expect(two).toEqual({ value: 'two', stdout: 'b'.repeat(11), stderr: '' });
    expect(usual.text()).toBe('c'.repeat(11));
  });

  test('calls through the bond that it gives count wherever they are made, and so do nested ones', async () => {
    const usual = collect();
    const bond = await openBond(lang, { stdout: usual.stdout });
    let give: (bond: Bond) => void = () => {};
    const given = new Promise<Bond>((resolve) => {
      give = resolve;
    });
    const elsewhere = given.then((captured) => captured.evalBlock(print('elsewhere')));
    await bond.export(async () => {
      await bond.evalBlock(print('nested'));
      return 1;
    }, 'host');
    const { stdout } = await bond.capture(async (captured) => {
      give(captured);
      await elsewhere;
      await bond.call('host');
    });
    expect(stdout).toBe('elsewherenested');
    await bond.call('host');
    expect(usual.text()).toBe('nested');
  });

  test('a capture inside of another one keeps its output to itself', async () => {
    const bond = await openBond(lang);
    const outer = await bond.capture(async () => {
      await bond.evalBlock(print('x'));
      const inner = await bond.capture(() => bond.evalBlock(print('y')));
      await bond.evalBlock(print('z'));
      return inner.stdout;
    });
    expect(outer).toEqual({ value: 'y', stdout: 'xz', stderr: '' });
  });

  test('an error is the one of the function, with what was printed before it', async () => {
    const bond = await openBond(lang);
    const error = await rejection(
      bond.capture(async () => {
        await bond.evalBlock(print('first'));
        await bond.call('no_such_function');
      }),
      RemoteException,
    );
    expect(error).toMatchObject({ captured: { stdout: 'first', stderr: expect.any(String) } });
    const own = new TypeError('mine');
    const rejected = await rejection(
      bond.capture(() => {
        throw own;
      }),
      TypeError,
    );
    expect(rejected).toBe(own);
    await expectAlive(bond);
  });

  test('bytes that are no text are given as bytes', async () => {
    const bond = await openBond(lang);
    const bytes = Buffer.from([0xff, 0xfe, 0]);
    const { stdout } = await bond.capture(() => bond.evalBlock(printBytes), { encoding: 'buffer' });
    expect(stdout).toEqual(bytes);
    const error = await rejection(
      bond.capture(() => bond.evalBlock(printBytes)),
      BondException,
    );
    expect(error).toMatchObject({ code: 'BOND_OUTPUT', captured: { stdout: bytes } });
    expect(error.message).toContain("encoding: 'buffer'");
  });

  test('what comes when a capture is over goes where it would have gone', async () => {
    const usual = collect();
    const bond = await openBond(lang, { stdout: usual.stdout });
    let late: Promise<void> | undefined;
    let inTimer: Promise<void> | undefined;
    const { stdout } = await bond.capture(async () => {
      await bond.evalBlock(print('soon'));
      inTimer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => bond.evalBlock(print('timer')));
      late = bond.evalBlock(print('late'));
    });
    await Promise.all([late, inTimer]);
    expect(stdout).toBe('soon');
    expect(usual.text()).toBe('latetimer');
  });
});

test('what is no function, or no encoding, is refused', async () => {
  const [lang] = languages;
  const bond = await openBond(lang as string);
  const wrong = [
    () => bond.capture(5 as never),
    () => bond.capture(() => 1, { encoding: 'latin1' as never }),
    () => bond.capture(() => 1, { encodings: 'utf8' } as never),
  ];
  for (const capture of wrong) await rejection(capture(), BondException);
});
