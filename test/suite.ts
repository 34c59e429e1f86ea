// The language suite: what holds in every language, declared once for each interpreter that is to show it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, test as everyTest, expect, vi } from 'vitest';
import {
  type Bond,
  BondException,
  queryDriver,
  RemoteException,
  SerializationException,
  TerminatedException,
  TimeoutException,
} from '../src/index.js';
import { testWithin } from './extent.js';
import { onTestFinished } from './finish.js';
import {
  collect,
  everyLanguage,
  expectAlive,
  expectSame,
  type Language,
  needsInterpreter,
  openBond,
  opener,
  rejection,
  type Suite,
  type SuiteLanguage,
} from './fixtures.js';
import { rounds } from './fuzzing.js';
import { FOUND, features } from './generations.js';
import { words } from './words.js';

/** The language after this one: the partner where two are needed. */
function partnerOf(lang: SuiteLanguage): Language {
  return everyLanguage[((everyLanguage as readonly string[]).indexOf(lang) + 1) % everyLanguage.length] as Language;
}

/** The path of a file that is not there yet. */
function pathToCreate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bond-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'go');
}

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');
const MEGABYTE = 'aé😀\n"\\'.repeat(100_000);

/** Declares the tests of the suite. */
export function testLanguage(suite: Suite<SuiteLanguage>): void {
  const { lang, find, defaults = {} } = suite;
  const test = testWithin(suite.extent, suite.isInKit);
  const say = words[lang];
  const open = opener(suite, say.functions);

  describe('evaluation', () => {
    test('eval resolves to the value of an expression, evalBlock to undefined', async () => {
      const bond = await open();
      expect(await bond.eval('1')).toBe(1);
      expect(await bond.eval('twice(1 + 2)')).toBe(6);
      expect(await bond.evalBlock('1')).toBeUndefined();
      expect(await bond.evalBlock('')).toBeUndefined();
    });

    test('what a block sets is there in later calls', async () => {
      const bond = await open();
      await bond.evalBlock(say.set('5'));
      expect(await bond.eval(say.get)).toBe(5);
      await bond.evalBlock(say.set('6'));
      expect(await bond.eval(say.get)).toBe(6);
    });

    test('an expression may end in a comment, and begin with newlines', async () => {
      const bond = await open();
      expect(await bond.eval(`\n\n twice(4) ${say.comment} eight`)).toBe(8);
    });

    test('the interpreter says how many bytes of memory it uses', async () => {
      const bytes = await (await open()).measureMemory();
      expect(bytes).toBeGreaterThan(2 ** 20);
      expect(bytes).toBeLessThan(2 ** 30);
    });

    test('call and callable call a function by its name', async () => {
      const bond = await open();
      expect(await bond.call('twice', 21)).toBe(42);
      const twice = bond.callable<(x: number) => number>('twice');
      expect(await Promise.all([1, 2, 3].map((x) => twice(x)))).toEqual([2, 4, 6]);
    });

    test('a reference is evaluated where it is used: by eval, evalBlock, and in arguments', async () => {
      const bond = await open();
      const ref = bond.ref(say.get);
      await bond.evalBlock(bond.ref(say.set('21')));
      expect(await bond.eval(ref)).toBe(21);
      expect(await bond.call('twice', ref)).toBe(42);
      expect(await bond.call('same', { deep: [1, ref] })).toEqual({ deep: [1, 21] });
      await bond.evalBlock(say.set('4'));
      expect(await bond.call('twice', ref)).toBe(8);
    });

    test('a reference of another bond is a BondException', async () => {
      const [bond, other] = await Promise.all([open(), open()]);
      const stranger = other.ref(say.get);
      const attempts = [() => bond.eval(stranger), () => bond.evalBlock(stranger), () => bond.call('same', stranger)];
      for (const attempt of [...attempts, () => bond.call('same', [{ a: stranger }])]) {
        const error = await rejection(attempt(), BondException);
        expect(error).not.toBeInstanceOf(RemoteException);
        expect(error.message).toContain('another bond');
      }
      await expectAlive(bond);
    });

    test('a thousand calls at once are answered in order', async () => {
      const bond = await open();
      const settled: number[] = [];
      const calls = Array.from({ length: 1000 }, (_, index) =>
        bond.call<number>('twice', index).then((value) => settled.push(value)),
      );
      await Promise.all(calls);
      expect(settled).toEqual(Array.from({ length: 1000 }, (_, index) => 2 * index));
    });

    test('with gives the same interpreter other settings', async () => {
      const [usual, special] = [collect(), collect()];
      const bond = await open({ stdout: usual.stdout });
      const other = bond.with({ stdout: special.stdout, timeout: 20_000 });
      await other.evalBlock(`${say.set('5')}\n${say.print('special')}`);
      await bond.evalBlock(say.print('usual'));
      expect(await bond.eval(say.get)).toBe(5);
      expect([usual.text(), special.text()]).toEqual(['usual', 'special']);
      expect(other.pid).toBe(bond.pid);
    });
  });

  describe('code that is wrong', () => {
    test.each(['1 +', ')', '}', '(', "'abc", '"abc', '1 2', '💥'])(
      '%j as an expression is an exception, and the session answers',
      async (code) => {
        const bond = await open();
        await rejection(bond.eval(code), RemoteException);
        expect(await bond.call('twice', 2)).toBe(4);
      },
    );

    test.each([')', '}', '(', "'abc", '"abc', 'twice('])(
      '%j as a block, and as a function, is an exception, and the session answers',
      async (code) => {
        const bond = await open();
        await rejection(bond.evalBlock(code), RemoteException);
        await rejection(bond.call(code, 1), RemoteException);
        await expectAlive(bond);
      },
    );

    test('a NUL in the code is taken to the letter, or refused', async () => {
      const bond = await open();
      const value = bond.eval("'a\0b'");
      if (say.nulInCode === 'value') expect(await value).toBe('a\0b');
      else await rejection<Error>(value, say.nulInStrings ? SerializationException : RemoteException);
      await expectAlive(bond);
    });

    test('megabytes of code are no obstacle', async () => {
      const bond = await open();
      const long = 'x'.repeat(rounds(1_000_000, 10_000_000));
      expect(await bond.eval(say.lengthOf(`'${long}'`))).toBe(long.length);
      await bond.evalBlock(`${say.comment}${long}\n${say.set('7')}`);
      expect(await bond.eval(say.get)).toBe(7);
    });

    test('a long text is cut nowhere that shows, wherever its characters of four bytes begin', async () => {
      const bond = await open();
      for (const start of ['', 'x']) {
        const long = start + '😀'.repeat(rounds(200_000, 2_500_000));
        expect(await bond.call('same', long)).toBe(long);
      }
    });

    test('an unknown function is a RemoteException', async () => {
      const bond = await open();
      await rejection(bond.call('no_such_function', 1), RemoteException);
      await rejection(bond.eval('no_such_function()'), RemoteException);
      await expectAlive(bond);
    });
  });

  describe('values', () => {
    const canHold = (value: unknown): boolean =>
      !(say.nulInStrings && inspect(value).includes('\\x00')) && !(say.longIntegers && /\d{16}n/.test(inspect(value)));

    /** What becomes of a value that goes there as an argument, back as one, there as a result, and back as one. */
    async function thereAndBack(bond: Bond, value: unknown): Promise<unknown> {
      const arrived: unknown[] = [];
      await bond.export((x: unknown) => {
        arrived.push(x);
        return x;
      }, 'host');
      const result = await bond.call('caught', value);
      expectSame(arrived, [result]);
      return result;
    }

    test.each<[kind: string, values: unknown[]]>([
      ['null and booleans', [null, true, false, [null, true, false]]],
      ['integers', [0, 1, -1, 255, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 53)]],
      [
        'integers beyond 2^53',
        [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), [{ id: 2n ** 62n + 1n }]],
      ],
      ['floats', [0.1 + 0.2, 1.5, -1e-7, 1e21, 1e22, 123456789.12345679, 2 ** 60, 2 ** 64, -(2 ** 70), 1e300]],
      [
        'floats at the edges',
        [5e-324, -5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -Number.MAX_VALUE, -0, [-0]],
      ],
      [
        'strings',
        ['', 'a', 'é', '😀 astral', '日本語', `quotes ' " \` \\`, 'a\0b', CONTROLS, '\x7f\x80\x9f', '\u2028\u2029'],
      ],
      [
        'strings that look odd',
        ['\ufeff', '\ufffe\uffff', '\u{10ffff}', '\r\n', '$x @x %s {}', '\\u0041', '</script>'],
      ],
      [
        'strings that look like numbers',
        ['0', '1', '-1', '007', '1.50', '1e3', '0x10', 'NaN', 'null', 'true', '12345678901234567890'],
      ],
      [
        'lists',
        [[], [[]], [[], [[]]], [1, 'a', null, [2.5, [true]]], Array.from({ length: 10_000 }, (_, index) => index)],
      ],
      [
        'maps',
        [
          { a: 1 },
          { a: { b: { c: [] } } },
          { '': 1, ' ': 2, $key: 3, '"': 4, 'é😀': 5, 'a\0b': 6, 'a.b': 7 },
          [{ x: [{ y: null }] }],
        ],
      ],
    ])('%s arrive to the letter, in every direction', async (_kind, values) => {
      const bond = await open();
      for (const value of values) {
        if (canHold(value)) expectSame(await thereAndBack(bond, value), value);
        else await rejection(bond.call('caught', value), SerializationException);
      }
    });

    test(`an empty map comes back as ${lang === 'PHP' ? 'a list, as PHP has one type for both' : 'a map'}`, async () => {
      const bond = await open();
      const empty = lang === 'PHP' ? [] : {};
      expect(await thereAndBack(bond, {})).toEqual(empty);
      expect(await thereAndBack(bond, [{ a: {} }])).toEqual([{ a: empty }]);
    });

    test('strings of a megabyte arrive to the letter', async () => {
      const bond = await open();
      expect((await thereAndBack(bond, MEGABYTE)) === MEGABYTE).toBe(true);
    });

    test('a structure of 400 levels arrives to the letter', async () => {
      const bond = await open();
      let value: unknown = 'core';
      for (let level = 0; level < 200; level++) value = [{ value }];
      expectSame(await thereAndBack(bond, value), value);
    });

    test('a structure of 100 000 levels arrives, or is a SerializationException', async () => {
      const bond = await open();
      let value: unknown = 1;
      for (let level = 0; level < 100_000; level++) value = [value];
      const outcome = await bond.call('same', value).catch((error: unknown) => error);
      if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(SerializationException);
      await expectAlive(bond);
    });

    test('a lone surrogate arrives to the letter, or not at all', async () => {
      const bond = await open();
      for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
        const outcome = await bond.call('same', text).catch((error: unknown) => error);
        if (outcome !== text) expect(outcome).toBeInstanceOf(SerializationException);
      }
      await expectAlive(bond);
    });

    test('a key named __proto__ is a key like any other', async () => {
      const bond = await open();
      const value = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as object;
      const result = (await bond.call('same', value)) as object;
      expect(Object.entries(result).sort()).toEqual(Object.entries(value).sort());
    });
  });

  describe('values that cannot cross', () => {
    const odd = () => {};

    test('an argument is a local SerializationException that says where it sits', async () => {
      const bond = await open();
      const error = await rejection(bond.call('same', { items: [0, 1, 2, odd] }), SerializationException);
      expect(error).toMatchObject({ side: 'local', lang });
      expect(error.message).toContain('args[0].items[3]');
      expect((await rejection(bond.call('same', 1, Symbol('s')), SerializationException)).message).toContain('args[1]');
      await expectAlive(bond);
    });

    test('a result is a remote SerializationException that says where it sits', async () => {
      const bond = await open();
      for (const attempt of [() => bond.eval('uncrossable()'), () => bond.call('uncrossable')]) {
        const error = await rejection(attempt(), SerializationException);
        expect(error).toMatchObject({ side: 'remote', lang });
        expect(error.message).toContain('items[1]');
      }
      await expectAlive(bond);
    });

    test('an argument of an exported function is a remote one, and the function is not called', async () => {
      const bond = await open();
      const host = vi.fn();
      await bond.export(host, 'host');
      const error = await rejection(bond.call('pass_uncrossable'), SerializationException);
      expect(error.side).toBe('remote');
      expect(error.message).toContain('items[1]');
      expect(host).not.toHaveBeenCalled();
      await expectAlive(bond);
    });

    test('a result of an exported function is an exception there, and on the way home the local one is the cause', async () => {
      const bond = await open();
      for (const host of [() => ({ items: [1, odd] }), async () => ({ items: [1, odd] })]) {
        await bond.export(host, 'host');
        const error = await rejection(bond.eval('host()'), SerializationException);
        expect(error.message).toContain('items[1]');
        expect(error.cause).toBeInstanceOf(SerializationException);
        expect(error.cause).toMatchObject({ side: 'local' });
        expect(await bond.call('caught')).toContain('items[1]');
      }
      await expectAlive(bond);
    });

    test('a structure that contains itself is a SerializationException under JSON', async () => {
      const bond = await open({ protocol: 'JSON' });
      const loop: unknown[] = [1];
      loop.push({ loop });
      expect((await rejection(bond.call('same', loop), SerializationException)).side).toBe('local');
      await expectAlive(bond);
    });

    test.each<[value: unknown]>([
      [Number.NaN],
      [Number.POSITIVE_INFINITY],
      [new Map([[1, 2]])],
      [new Set([1])],
      [new Date(0)],
      [Buffer.from('a')],
      [new Uint8Array(1)],
      [/a/],
      [new Error('a')],
      [Promise.resolve(1)],
      [new (class Point {})()],
    ])('plain JSON makes nothing else of %o', async (value) => {
      const bond = await open({ protocol: 'JSON' });
      const error = await rejection(bond.call('same', [{ value }]), SerializationException);
      expect(error.message).toContain('args[0][0].value');
      await expectAlive(bond);
    });
  });

  describe('exceptions', () => {
    test('an uncaught one is a RemoteException with its message and type, and the session answers', async () => {
      const bond = await open();
      for (const attempt of [() => bond.call('boom', 'oh no é😀'), () => bond.eval("boom('oh no é😀')")]) {
        const error = await rejection(attempt(), RemoteException);
        expect(error.message).toContain('oh no é😀');
        expect(error.remoteMessage).toBe('oh no é😀');
        expect(error.type).toBe(say.boomType);
        expect(error.lang).toBe(lang);
      }
      await expect(bond.evalBlock("boom('oh no')")).rejects.toThrow('oh no');
      await expectAlive(bond);
    });

    test('a text that is very long comes without its middle: no exception is longer than a message may be', async () => {
      const bond = await open({ maxMessageBytes: 2 ** 24 });
      const error = await rejection(bond.call('boom', `<${'x'.repeat(2 ** 22)}>`), RemoteException);
      expect(error.remoteMessage).toMatch(/^<x+ \[\.\.\.\] x+>$/);
      await expectAlive(bond);
    });

    test('data is the message', async () => {
      const bond = await open({ transExcept: false });
      expect((await rejection(bond.call('boom', 'oh no'), RemoteException)).data).toBe('oh no');
    });

    test.each([
      [
        'sync',
        (error: Error) => () => {
          throw error;
        },
      ],
      [
        'async',
        (error: Error) => async () => {
          await sleep(1);
          throw error;
        },
      ],
    ])('what a %s exported function throws can be caught there', async (_kind, thrower) => {
      const bond = await open();
      await bond.export(thrower(new RangeError('from the host')), 'host');
      expect(await bond.call('caught')).toBe('from the host');
    });

    test('what an exported function throws comes back, uncaught, with the very Error as its cause', async () => {
      const bond = await open();
      const thrown = new RangeError('from the host');
      await bond.export(async () => {
        throw thrown;
      }, 'host');
      for (const attempt of [() => bond.call('host'), () => bond.eval('host()'), () => bond.evalBlock('host()')]) {
        const error = await rejection(attempt(), RemoteException);
        expect(error.cause).toBe(thrown);
        expect(error.message).toContain('from the host');
        expect(error.type).toBe('RangeError');
      }
      await expectAlive(bond);
    });

    test('an exception that was caught there is not the cause of a later one', async () => {
      const bond = await open();
      await bond.export(() => {
        throw new Error('first');
      }, 'host');
      await bond.call('caught');
      expect((await rejection(bond.call('boom', 'second'), RemoteException)).cause).toBeUndefined();
    });

    test.each([[undefined], [null], ['text'], [42], [{ toString: null }]])(
      'the host may throw even %o, and finds it again',
      async (thrown) => {
        const bond = await open();
        await bond.export(() => {
          throw thrown;
        }, 'host');
        const error = await rejection(bond.call('host'), RemoteException);
        expect([error.cause, error.data]).toContainEqual(thrown);
        await expectAlive(bond);
      },
    );

    test('one whose text cannot be had is reported all the same', async () => {
      const bond = await open();
      await rejection(bond.call('boom_without_text'), RemoteException);
      await expectAlive(bond);
    });

    test('a message of a megabyte, of NULs and newlines arrives', async () => {
      const bond = await open();
      expect((await rejection(bond.call('boom', MEGABYTE), RemoteException)).remoteMessage === MEGABYTE).toBe(true);
      const text = say.nulInStrings ? 'a\nc' : 'a\0b\nc';
      expect((await rejection(bond.call('boom', text), RemoteException)).remoteMessage).toBe(text);
    });
  });

  describe('exported functions', () => {
    test('are called as if they were native, sync or async', async () => {
      const bond = await open();
      await bond.export((x: number, y: number) => x + y, 'add');
      await bond.export(async function addLater(x: number, y: number) {
        await sleep(1);
        return x + y;
      });
      expect(await bond.eval('add(1, 2)')).toBe(3);
      expect(await bond.eval('twice(add(1, addLater(2, 3)))')).toBe(12);
      expect(await bond.call('addLater', 1, 2)).toBe(3);
    });

    test('without a result give nothing', async () => {
      const bond = await open();
      await bond.export(() => {}, 'host');
      expect((await bond.call('caught')) ?? null).toBeNull();
    });

    test('of the same name take the place of earlier ones', async () => {
      const bond = await open();
      await bond.export(() => 1, 'host');
      await bond.export(() => 2, 'host');
      expect(await bond.eval('host()')).toBe(2);
    });

    test.each(say.badNames)('cannot be called %j, and nothing comes of trying', async (name) => {
      const bond = await open();
      await rejection(
        bond.export(() => 1, name),
        BondException,
      );
      await bond.export(() => 2, 'host');
      expect(await bond.eval('host()')).toBe(2);
    });

    test('may call back, to a depth of 200', async () => {
      const bond = await open();
      await bond.export((n: number) => bond.call('down', n), 'up');
      expect(await bond.call('down', 200)).toBe(200);
      await expectAlive(bond);
    });

    test('may make many calls at once, in the middle of a call', async () => {
      const bond = await open();
      await bond.export(async (count: number) => {
        const values = await Promise.all(
          Array.from({ length: count }, (_, index) => bond.call<number>('twice', index)),
        );
        return values.reduce((sum, value) => sum + value, 0);
      }, 'host');
      expect(await bond.eval('1 + host(100)')).toBe(9901);
    });

    test('may be called in code that an exported function evaluates', async () => {
      const bond = await open();
      await bond.export((x: number) => x + 1, 'inner');
      await bond.export(async () => {
        await bond.evalBlock(say.set('inner(10)'));
        return bond.eval(say.get);
      }, 'outer');
      expect(await bond.eval('outer()')).toBe(11);
      expect(await bond.eval(say.get)).toBe(11);
    });

    test('throw what a nested call threw, and the session answers at every level', async () => {
      const bond = await open();
      await bond.export(async () => {
        await rejection(bond.call('boom', 'inner'), RemoteException);
        await expectAlive(bond);
        return bond.call('boom', 'outer');
      }, 'host');
      expect(await bond.call('caught')).toContain('outer');
      const error = await rejection(bond.eval('host()'), RemoteException);
      expect(error.cause).toBeInstanceOf(RemoteException);
      expect(error.cause).toMatchObject({ remoteMessage: 'outer', type: say.boomType });
      await expectAlive(bond);
    });
  });

  describe('two bonds', () => {
    needsInterpreter(partnerOf(lang));

    async function openPartner(): Promise<Bond> {
      const partner = await openBond(partnerOf(lang));
      await partner.evalBlock(words[partnerOf(lang)].functions);
      return partner;
    }

    test('proxy makes a function callable in the other, where it runs in the first', async () => {
      const [bond, partner] = await Promise.all([open(), openPartner()]);
      await bond.evalBlock(say.set('5'));
      await bond.proxy('same', partner, 'same_there');
      await bond.proxy('boom', partner, 'host');
      expect(await partner.eval("same_there('é')")).toBe('é');
      expect(await partner.call('caught', 'oh no')).toContain('oh no');
      const error = await rejection(partner.call('host', 'oh no'), RemoteException);
      expect(error.lang).toBe(partner.lang);
      expect(error.cause).toBeInstanceOf(RemoteException);
      expect(error.cause).toMatchObject({ lang, remoteMessage: 'oh no' });
    });

    test('recursion goes from one to the other and back, to a depth of 100', async () => {
      const [bond, partner] = await Promise.all([open(), openPartner()]);
      await bond.proxy('down', partner, 'up');
      await partner.proxy('down', bond, 'up');
      expect(await bond.call('down', 100)).toBe(100);
      expect(await partner.call('down', 101)).toBe(101);
    });
  });

  describe('the end', () => {
    test.each<[where: string, leave: (bond: Bond) => Promise<unknown>]>([
      ['at the top', (bond) => bond.evalBlock('leave()')],
      ['inside a call', (bond) => bond.call('leave')],
    ])('an exit %s rejects the call, what waits behind it, and every later one', async (_where, leave) => {
      const bond = await open();
      const attempts = [leave(bond), bond.eval('1'), bond.call('twice', 2)];
      for (const error of await Promise.all(attempts.map((attempt) => rejection(attempt, TerminatedException)))) {
        expect(error).toMatchObject({ exitCode: 3, signal: null, lang });
      }
      for (const attempt of [() => bond.eval('1'), () => bond.evalBlock('1'), () => bond.export(() => 1, 'host')]) {
        expect(await rejection(attempt(), TerminatedException)).toMatchObject({ exitCode: 3 });
      }
      expect(await bond.closed).toMatchObject({ exitCode: 3, signal: null });
    });

    test('SIGTERM ends it in the middle of a call, as it ends other programs', async () => {
      const bond = await open();
      const output = collect();
      const call = rejection(bond.with({ stdout: output.stdout }).evalBlock(say.loop), TerminatedException);
      await output.until('on');
      process.kill(bond.pid, 'SIGTERM');
      expect(await call).toMatchObject({ signal: 'SIGTERM', lang });
    });

    test('an exit inside of an exported function rejects the calls of every level', async () => {
      const bond = await open();
      const inner: unknown[] = [];
      await bond.export(async () => {
        await bond.call('leave').catch((error: unknown) => inner.push(error));
      }, 'host');
      expect(await rejection(bond.eval('host()'), TerminatedException)).toMatchObject({ exitCode: 3 });
      await vi.waitFor(() => expect(inner).toEqual([expect.any(TerminatedException)]));
      await rejection(bond.eval('1'), TerminatedException);
    });

    test('what it wrote to stderr is told', async () => {
      const bond = await open();
      const error = await rejection(bond.evalBlock(`${say.printError('lastwords')}\nleave()`), TerminatedException);
      expect(error.stderr).toContain('lastwords');
      expect(error.message).toContain('lastwords');
    });

    test('close lets exit hooks run, and what they print arrives before it resolves', async () => {
      const output = collect();
      const bond = await open({ stdout: output.stdout });
      await bond.evalBlock(say.exitHook);
      await bond.close();
      await bond.close();
      expect(output.text()).toBe('bye');
      expect(await bond.closed).toMatchObject({ exitCode: 0, signal: null });
    });

    test('close waits for the calls that were made before it', async () => {
      const bond = await open();
      const call = bond.call('twice', 4);
      await bond.close();
      expect(await call).toBe(8);
    });

    test('calls after close and after kill are TerminatedExceptions', async () => {
      const [closed, killed] = await Promise.all([open(), open()]);
      await Promise.all([closed.close(), killed.kill()]);
      for (const bond of [closed, killed]) {
        await rejection(bond.eval('1'), TerminatedException);
        await rejection(bond.call('twice', 1), TerminatedException);
        await rejection(
          bond.export(() => 1, 'host'),
          TerminatedException,
        );
        await bond.close();
      }
      expect(await killed.closed).toMatchObject({ signal: 'SIGKILL' });
    });

    test('`await using` closes the bond at the end of the block', async () => {
      const output = collect();
      {
        await using bond = await open({ stdout: output.stdout });
        await bond.evalBlock(say.exitHook);
      }
      expect(output.text()).toBe('bye');
    });
  });

  test('a signal that cannot be listened to rejects its call, and leaves nothing behind that was never sent', async () => {
    const bond = await open();
    const failure = new Error('no listeners');
    const listen = vi.fn(() => {
      throw failure;
    });
    const deaf = Object.assign(new AbortController().signal, { addEventListener: listen });
    await expect(bond.with({ signal: deaf }).eval('1')).rejects.toBe(failure);
    const stuck = Object.assign(new AbortController().signal, { removeEventListener: listen });
    expect(await bond.with({ signal: stuck }).eval('2')).toBe(2);
    await bond.export((x: number) => x + 1, 'host');
    expect(await bond.call('caught', 1)).toBe(2);
  });

  describe('transparent exceptions', () => {
    test('what is thrown there and cannot cross is an error that has its text', async () => {
      const bond = await open({ transExcept: true, protocol: 'EJSON' });
      const error = await bond.call('boom', 'oh no').catch((error: unknown) => error as BondException);
      if (error instanceof SerializationException) {
        expect(error.message).toMatch(/exception.* cannot be carried by EJSON.* \(transExcept\); it says: .*oh no/s);
      } else expect(error).toMatchObject({ data: expect.stringContaining('oh no') }); // a text, as Perl throws it
      await expectAlive(bond);
    });

    test('what the host throws and cannot cross is an exception there that says so, and the cause is the very Error', async () => {
      const bond = await open({ transExcept: true, protocol: 'EJSON' });
      const thrown = new RangeError('from the host');
      await bond.export(() => {
        throw thrown;
      }, 'host');
      expect(await bond.call('caught')).toMatch(/thrown: a RangeError cannot be carried by EJSON.* from the host$/);
      const error = await rejection(bond.call('host'), SerializationException);
      expect(error).toMatchObject({ cause: thrown, side: 'remote' });
      await expectAlive(bond);
    });

    test('what cannot cross is a SerializationException, or its text crosses; the session answers', async () => {
      const bond = await open({ transExcept: true });
      const error = await rejection(bond.call('boom', 'oh no'), BondException);
      if (error instanceof SerializationException) expect(error.side).toBe('remote');
      else expect(error).toMatchObject({ remoteMessage: 'oh no' });
      await rejection(bond.call('boom_without_text'), BondException);
      await expectAlive(bond);
    });
  });

  describe('output', () => {
    async function openCollecting() {
      const [out, err] = [collect(), collect()];
      return { out, err, bond: await open({ stdout: out.stdout, stderr: err.stdout }) };
    }

    test('arrives while the call goes on, in the middle of a line', async () => {
      const { out, err, bond } = await openCollecting();
      const path = pathToCreate();
      const isOver = vi.fn();
      const call = bond.evalBlock(say.printAndWaitFor(path)).then(isOver);
      await Promise.all([out.until('tick'), err.until('tick')]);
      expect(isOver).not.toHaveBeenCalled();
      writeFileSync(path, '');
      await call;
      expect([out.text(), err.text()]).toEqual(['tick', 'tick']);
    });

    test('arrives before the call that printed it resolves', async () => {
      const { out, err, bond } = await openCollecting();
      for (let count = 1; count <= 30; count++) {
        await bond.evalBlock(`${say.print('o')}\n${say.printError('e')}`);
        expect([out.text(), err.text()]).toEqual(['o'.repeat(count), 'e'.repeat(count)]);
      }
    });

    test('arrives before an exported function is called, and before an exception', async () => {
      const { out, bond } = await openCollecting();
      const seen: string[] = [];
      await bond.export(() => seen.push(out.text()), 'host');
      await bond.evalBlock(`${say.print('one')}\nhost()`);
      await bond.evalBlock(`${say.print('two')}\nboom('oh no')`).catch(() => seen.push(out.text()));
      expect(seen).toEqual(['one', 'onetwo']);
    });

    test('arrives byte for byte, text or not', async () => {
      const { out, bond } = await openCollecting();
      await bond.evalBlock(say.printBytes);
      expect(out.bytes()).toEqual(Buffer.from([0xff, 0xfe, 0x00]));
    });

    test('of a megabyte arrives whole', async () => {
      const { out, bond } = await openCollecting();
      await bond.evalBlock(say.printMuch);
      expect(out.bytes().equals(Buffer.alloc(1_000_000, 'x'))).toBe(true);
    });

    test('of a subprocess arrives too', async () => {
      const { out, err, bond } = await openCollecting();
      await bond.evalBlock(say.run('printf child; printf oops >&2'));
      expect([out.text(), err.text()]).toEqual(['child', 'oops']);
      await expectAlive(bond);
    });

    test('that looks like an answer is output', async () => {
      const { out, bond } = await openCollecting();
      await bond.evalBlock(say.run('printf "RETURN 2 5\\\\n\\\\036RETURN 2 5\\\\n"'));
      expect(out.text()).toContain('RETURN 2 5\n');
      await expectAlive(bond);
    });
  });

  describe('input', () => {
    test('reading standard input gives its end, and eats no protocol', async () => {
      const bond = await open();
      const [input, ...answers] = await Promise.all([
        bond.eval(say.readInput),
        bond.call('twice', 1),
        bond.call('twice', 2),
      ]);
      expect([input, answers]).toEqual(['', [2, 4]]);
    });

    test('a subprocess reads the end of it, too', async () => {
      const output = collect();
      const bond = await open({ stdout: output.stdout });
      const answers = await Promise.all([bond.evalBlock(say.run('cat; printf end')), bond.call('twice', 1)]);
      expect([output.text(), ...answers]).toEqual(['end', undefined, 2]);
    });
  });

  test('the logfile gets the lines of both directions', async () => {
    const log = collect();
    const logfile = new PassThrough().on('data', log.stdout);
    const bond = await open({ logfile });
    await bond.export((x: number) => x + 1, 'host');
    expect(await bond.eval('host(41)')).toBe(42);
    const lines = log.text().split('\n');
    for (const line of ['> EVAL', '> EXPORT', '< READY', '< CALL', '< RETURN', '> RETURN']) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${line.replace(' ', ' .* ')} `)));
    }
  });

  test('a logfile that throws gets no more lines, and a warning says so', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const write = vi.fn(() => {
      throw new Error('the disk is full');
    });
    const bond = await open({ logfile: Object.assign(new PassThrough(), { write }) });
    await expectAlive(bond);
    expect(write).toHaveBeenCalledOnce();
    expect(warn.mock.calls).toEqual([[expect.stringContaining('the disk is full'), expect.anything()]]);
  });

  describe.runIf(queryDriver(lang).features.includes('interrupt'))('interrupt', () => {
    test.each(['loop', 'sleep'] as const)('ends an endless %s, and keeps the session and what waits', async (what) => {
      const output = collect();
      const bond = await open({ stdout: output.stdout });
      await bond.evalBlock(say.set('5'));
      const call = rejection(bond.evalBlock(say[what]), RemoteException);
      const next = bond.call('twice', 4);
      await output.until('on');
      await bond.interrupt();
      await call;
      expect(await next).toBe(8);
      expect(await bond.eval(say.get)).toBe(5);
    });

    test('comes with an abort, and stops the aborted call and no other', async () => {
      const output = collect();
      const bond = await open({ stdout: output.stdout });
      const controller = new AbortController();
      const reason = new Error('enough');
      const call = rejection(bond.with({ signal: controller.signal }).evalBlock(say.loop), TimeoutException);
      const next = bond.eval('1');
      await output.until('on');
      controller.abort(reason);
      expect((await call).cause).toBe(reason);
      expect(await next).toBe(1);
    });

    test('of one call after the other leaves those between them alone', async () => {
      const output = collect();
      const bond = await open({ stdout: output.stdout });
      for (let round = 1; round <= rounds(10, 30); round++) {
        const controller = new AbortController();
        const code = round % 2 === 0 ? say.sleep : say.loop;
        const call = rejection(bond.with({ signal: controller.signal }).evalBlock(code), TimeoutException);
        await output.until('on'.repeat(round));
        controller.abort();
        await call;
        expect(await bond.eval('1')).toBe(1);
      }
    });

    // In JavaScript, an interrupt that comes when its call is just over may stop the one after it.
    const testExactness = lang === 'JavaScript' ? () => {} : test;
    testExactness('meant for a call that is over leaves the next one alone', async () => {
      const bond = await open();
      for (let round = 0; round < rounds(100, 300); round++) {
        const controller = new AbortController();
        const unwanted = bond
          .with({ signal: controller.signal })
          .call('twice', round)
          .catch(() => {});
        const wanted = Promise.all([1, 2, 3].map((n) => bond.call('twice', n)));
        for (let turn = 0; turn < round % 5; turn++) await setImmediate();
        controller.abort();
        await unwanted;
        expect(await wanted).toEqual([2, 4, 6]);
      }
    });

    // In JavaScript, it leads out of the wait at once.
    testExactness('leaves alone what the host asks for while its call waits', async () => {
      const bond = await open();
      const controller = new AbortController();
      let asked: Promise<unknown> = Promise.resolve();
      const host = async (n: number): Promise<number> => {
        if (n === 1) controller.abort();
        if (n === 1) asked = bond.call('caught', 2);
        await asked.catch(() => {});
        return n;
      };
      await bond.export((n: number) => (n === 1 ? host(n) : n), 'host');
      const outer = bond.with({ signal: controller.signal }).call('caught', 1);
      await rejection(outer, TimeoutException);
      expect(await asked).toBe(2);
      await expectAlive(bond);
    });

    test('does nothing to an idle interpreter', async () => {
      const bond = await open();
      await bond.interrupt();
      await expectAlive(bond);
      await bond.interrupt();
      await expectAlive(bond);
    });
  });

  test('names of the driver stay out of the way: all begin with _BOND_ or __BOND_', async () => {
    const bond = await openBond(lang, [find()], [], defaults);
    await bond.eval('1');
    await bond.export(() => 1, '_BOND_mine');
    const script = say.printGlobals.map((arg) => arg.replace('%', () => say.globals));
    const bare = JSON.parse(execFileSync(find(), script, { encoding: 'utf8' })) as string[];
    const names = (await bond.eval<string[] | Record<string, string>>(say.globals)) as string[];
    const added = Object.values(names).filter((name) => !bare.includes(name));
    expect(added).toContainEqual(expect.stringMatching(/^_?_BOND_/i));
    expect(added.filter((name) => !/^_?_BOND_/i.test(name))).toEqual([]);
  });
}

/** Declares the test of what the interpreter has of what others of its language may lack, which also tells what it is. */
export function testFeatures({ lang, find, lacks = [] }: Suite<SuiteLanguage>): void {
  everyTest('has what its language has, but for what the documentation says', async ({ task }) => {
    const bond = await openBond(lang, [find()]);
    task.meta.found = await bond.eval<string>(FOUND[lang]);
    for (const [what, isThere] of Object.entries(features[lang])) {
      expect(await isThere(bond), what).toBe(!lacks.includes(what));
    }
  });
}
