// Level "speaks": evaluation, calls both ways, recursion, exceptions, exact JSON, and the end.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { BondException, RemoteException, SerializationException, TerminatedException } from '../../../common/errors.js';
import { checksOf, includes, isAlive, type Kit, rejection } from '../check.js';
import { fill } from '../words.js';

/** What no language of the usual kind can read: as an expression, and as a block or the name of a function. */
const WRONG_EXPRESSIONS = ['1 +', ')', '}', '(', "'abc", '"abc', '💥'];
const WRONG_BLOCKS = [')', '}', '(', "'abc", '"abc'];

const evaluation = checksOf('speaks', {
  'eval resolves to the value of an expression, evalBlock to undefined': async (kit) => {
    const bond = await kit.open();
    assert.equal(await bond.eval('1'), 1);
    assert.equal(await bond.eval(kit.code.call('twice', kit.code.sum('1', '2'))), 6);
    assert.equal(await bond.evalBlock('1'), undefined);
    assert.equal(await bond.evalBlock(''), undefined);
  },
  'what a block sets is there in later calls': async (kit) => {
    const bond = await kit.open();
    for (const value of [5, 6]) {
      await bond.evalBlock(kit.code.set(String(value)));
      assert.equal(await bond.eval(kit.words.get), value);
    }
  },
  'an expression may end in a comment, and begin with newlines': async (kit) => {
    const bond = await kit.open();
    assert.equal(await bond.eval(`\n\n ${kit.code.call('twice', '4')} ${kit.words.comment} eight`), 8);
  },
  'call calls a function by its name': async (kit) => {
    const bond = await kit.open();
    assert.equal(await bond.call('twice', 21), 42);
  },
  'a thousand calls at once are replied to in order': async (kit) => {
    const bond = await kit.open();
    const settled: number[] = [];
    const calls = Array.from({ length: 1000 }, async (_, index) => settled.push(await bond.call('twice', index)));
    await Promise.all(calls);
    assert.deepEqual(
      settled,
      Array.from({ length: 1000 }, (_, index) => 2 * index),
    );
  },
  'a megabyte of code is no obstacle': async (kit) => {
    const bond = await kit.open();
    const long = 'x'.repeat(1_000_000);
    assert.equal(await bond.eval(fill(kit.words.lengthOf, { VALUE: kit.code.text(long) })), long.length);
    await bond.evalBlock(`${kit.words.comment}${long}\n${kit.code.set('7')}`);
    assert.equal(await bond.eval(kit.words.get), 7);
  },
});

const wrongCode = checksOf('speaks', {
  'a syntax error in an expression is an exception, and the session replies': async ({ open, words }) => {
    const bond = await open();
    for (const code of words.wrongExpressions ?? WRONG_EXPRESSIONS) {
      await rejection(bond.eval(code), RemoteException);
      await isAlive(bond);
    }
  },
  'a syntax error in a block or in the name of a function is an exception, and the session replies': async ({
    open,
    words,
  }) => {
    const bond = await open();
    for (const code of words.wrongBlocks ?? WRONG_BLOCKS) {
      await rejection(bond.evalBlock(code), RemoteException);
      await rejection(bond.call(code, 1), RemoteException);
      await isAlive(bond);
    }
  },
  'a NUL in the code is a character like any other, or an exception': async ({ open, words, code }) => {
    const bond = await open();
    const value = bond.eval(code.text('a\0b'));
    if (words.nulInCode === 'value') assert.equal(await value, 'a\0b');
    else await rejection(value, RemoteException);
    await isAlive(bond);
  },
  'an unknown function is an exception': async ({ open, code }) => {
    const bond = await open();
    await rejection(bond.call('no_such_function', 1), RemoteException);
    await rejection(bond.eval(code.call('no_such_function')), RemoteException);
    await isAlive(bond);
  },
});

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');

/** Values that plain JSON carries. */
const VALUES: Record<string, readonly unknown[]> = {
  'null and booleans': [null, true, false, [null, true, false]],
  integers: [0, 1, -1, 255, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 53)],
  'integers of 64 bits': [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), [{ id: 2n ** 62n + 1n }]],
  floats: [0.1 + 0.2, 1.5, -1e-7, 1e21, 1e22, 123456789.12345679, 2 ** 60, 2 ** 64, -(2 ** 70), 1e300],
  'floats at the edges': [5e-324, -5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -Number.MAX_VALUE, -0, [-0]],
  strings: [
    '',
    'a',
    'é',
    '😀',
    '日本語',
    `quotes ' " \` \\`,
    'a\0b',
    CONTROLS,
    '\x7f\x80\x9f',
    '\u2028\u2029',
    '\ufeff',
  ],
  'strings that look like numbers': ['0', '-1', '007', '1.50', '1e3', '0x10', 'NaN', 'null', '12345678901234567890'],
  lists: [[], [[]], [[], [[]]], [1, 'a', null, [2.5, [true]]], Array.from({ length: 1000 }, (_, index) => index)],
  maps: [{ a: 1 }, { a: { b: { c: [] } } }, { '': 1, ' ': 2, $key: 3, '"': 4, 'é😀': 5, 'a\0b': 6, 'a.b': 7 }],
};

/** Asserts that a value arrives unchanged as an argument, a result, an argument of the host's function, and its result. */
async function arrives(kit: Kit, values: readonly unknown[]): Promise<void> {
  const bond = await kit.open({ protocol: 'JSON' });
  const arrived: unknown[] = [];
  await bond.export((value: unknown) => {
    arrived.push(value);
    return value;
  }, 'host');
  for (const value of values) {
    assert.deepEqual(await bond.call('caught', value), value);
    assert.deepEqual(arrived.pop(), value);
  }
}

const values = [
  ...Object.entries(VALUES).flatMap(([kind, list]) =>
    checksOf('speaks', { [`${kind} arrive unchanged, in every direction`]: (kit) => arrives(kit, list) }),
  ),
  ...checksOf('speaks', {
    'an empty map comes back as one, unless the language has one type for both': async (kit) => {
      const bond = await kit.open();
      const empty = kit.words.emptyMapIsList ? [] : {};
      assert.deepEqual(await bond.call('same', [{ a: {} }]), [{ a: empty }]);
    },
    'a string of a megabyte arrives unchanged': (kit) => arrives(kit, ['aé😀\n"\\'.repeat(100_000)]),
    'a structure of 400 levels arrives unchanged': (kit) => {
      let value: unknown = 'core';
      for (let level = 0; level < 200; level++) value = [{ value }];
      return arrives(kit, [value]);
    },
    'a lone surrogate arrives unchanged, or is a SerializationException': async ({ open }) => {
      const bond = await open();
      for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
        const outcome = await bond.call('same', text).catch((error: unknown) => error);
        assert.ok(outcome === text || outcome instanceof SerializationException);
      }
      await isAlive(bond);
    },
    'a result that cannot be carried is a SerializationException that says where it is': async ({ open, code }) => {
      const bond = await open();
      for (const attempt of [() => bond.eval(code.call('uncrossable')), () => bond.call('uncrossable')]) {
        const error = await rejection(attempt(), SerializationException);
        assert.equal(error.side, 'remote');
        includes(error.message, 'items[1]');
      }
      await isAlive(bond);
    },
    'an argument of a host function that cannot be carried is one, too, and the function is not called': async ({
      open,
    }) => {
      const bond = await open();
      let isCalled = false;
      await bond.export(() => {
        isCalled = true;
      }, 'host');
      const error = await rejection(bond.call('pass_uncrossable'), SerializationException);
      includes(error.message, 'items[1]');
      assert.equal(isCalled, false);
      await isAlive(bond);
    },
    'a result of a host function that cannot be carried is an exception there, which can be caught': async ({
      open,
      code,
    }) => {
      const bond = await open();
      await bond.export(() => ({ items: [1, () => {}] }), 'host');
      includes(await bond.call('caught'), 'items[1]');
      const error = await rejection(bond.eval(code.call('host')), SerializationException);
      assert.ok(error.cause instanceof SerializationException, 'the error here is the cause');
      await isAlive(bond);
    },
  }),
];

const exceptions = checksOf('speaks', {
  'an exception arrives with its message and type, and the session replies': async ({ open, words, code }) => {
    const bond = await open();
    for (const attempt of [
      () => bond.call('boom', 'oh no é😀'),
      () => bond.eval(code.call('boom', code.text('oh no é😀'))),
    ]) {
      const error = await rejection(attempt(), RemoteException);
      assert.equal(error.remoteMessage, 'oh no é😀');
      assert.equal(error.type, words.boomType);
    }
    await rejection(bond.evalBlock(code.call('boom', code.text('oh no'))), RemoteException);
    await isAlive(bond);
  },
  'a message of a megabyte, or with NULs and newlines, arrives unchanged': async ({ open }) => {
    const bond = await open();
    for (const message of ['x'.repeat(1_000_000), 'a\0b\nc']) {
      const error = await rejection(bond.call('boom', message), RemoteException);
      assert.ok(error.remoteMessage === message, 'the message is the same');
    }
  },
  'an exception whose message cannot be read is reported all the same': async ({ open }) => {
    const bond = await open();
    await rejection(bond.call('boom_without_text'), RemoteException);
    await isAlive(bond);
  },
  'what a host function throws can be caught there, whether sync or async': async ({ open }) => {
    const bond = await open();
    const thrown = new RangeError('from the host');
    await bond.export(() => {
      throw thrown;
    }, 'host');
    assert.equal(await bond.call('caught'), 'from the host');
    await bond.export(async () => {
      await sleep(1);
      throw thrown;
    }, 'host');
    assert.equal(await bond.call('caught'), 'from the host');
  },
  'what a host function throws comes back, uncaught, with its type and the Error itself as cause': async ({
    open,
    code,
  }) => {
    const bond = await open();
    const thrown = new RangeError('from the host');
    await bond.export(async () => {
      throw thrown;
    }, 'host');
    for (const attempt of [
      () => bond.call('host'),
      () => bond.eval(code.call('host')),
      () => bond.evalBlock(code.call('host')),
    ]) {
      const error = await rejection(attempt(), RemoteException);
      assert.equal(error.cause, thrown);
      assert.equal(error.type, 'RangeError');
    }
    await isAlive(bond);
  },
  'an exception that was caught there is not the cause of a later one': async ({ open }) => {
    const bond = await open();
    await bond.export(() => {
      throw new Error('first');
    }, 'host');
    await bond.call('caught');
    assert.equal((await rejection(bond.call('boom', 'second'), RemoteException)).cause, undefined);
  },
});

const hostFunctions = checksOf('speaks', {
  'host functions are called as if they were native, sync or async': async ({ open, code }) => {
    const bond = await open();
    await bond.export((x: number, y: number) => x + y, 'add');
    await bond.export(async (x: number, y: number) => {
      await sleep(1);
      return x + y;
    }, 'add_later');
    assert.equal(await bond.eval(code.call('add', '1', '2')), 3);
    const inner = code.call('add', '1', code.call('add_later', '2', '3'));
    assert.equal(await bond.eval(code.call('twice', inner)), 12);
    assert.equal(await bond.call('add_later', 1, 2), 3);
  },
  'a host function without a result gives nothing': async ({ open }) => {
    const bond = await open();
    await bond.export(() => {}, 'host');
    assert.equal((await bond.call('caught')) ?? null, null);
  },
  'exporting a name again replaces the function': async ({ open, code }) => {
    const bond = await open();
    await bond.export(() => 1, 'host');
    await bond.export(() => 2, 'host');
    assert.equal(await bond.eval(code.call('host')), 2);
  },
  'a name that a function cannot have is an exception, and nothing else happens': async ({ open, words, code }) => {
    const bond = await open();
    for (const name of words.badNames) {
      await rejection(
        bond.export(() => 1, name),
        BondException,
      );
    }
    await bond.export(() => 2, 'host');
    assert.equal(await bond.eval(code.call('host')), 2);
  },
  'calls nest to a depth of 200': async ({ open }) => {
    const bond = await open();
    await bond.export((n: number) => bond.call('down', n), 'up');
    assert.equal(await bond.call('down', 200), 200);
    await isAlive(bond);
  },
  'a host function may make many calls at once, and evaluate code that calls the host': async ({
    open,
    words,
    code,
  }) => {
    const bond = await open();
    await bond.export((x: number) => x + 1, 'inner');
    await bond.export(async (count: number) => {
      await bond.evalBlock(code.set(code.call('inner', '10')));
      const calls = Array.from({ length: count }, (_, index) => bond.call<number>('twice', index));
      return (await Promise.all(calls)).reduce((sum, value) => sum + value, 0);
    }, 'host');
    assert.equal(await bond.eval(code.sum(code.call('host', '100'), code.call('host', '2'))), 9902);
    assert.equal(await bond.eval(words.get), 11);
  },
  'unrelated calls wait until the call before them is over': async ({ open, code }) => {
    const bond = await open();
    const order: string[] = [];
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await bond.export(async () => {
      await released;
      order.push(`nested ${await bond.call('twice', 2)}`);
    }, 'host');
    const outer = bond.eval(code.call('host')).then(() => order.push('outer'));
    const unrelated = bond.call('twice', 3).then((value) => order.push(`unrelated ${value}`));
    release();
    await Promise.all([outer, unrelated]);
    assert.deepEqual(order, ['nested 4', 'outer', 'unrelated 6']);
  },
  'what a nested call throws goes through every level, and the session replies at each': async ({
    open,
    words,
    code,
  }) => {
    const bond = await open();
    await bond.export(async () => {
      await rejection(bond.call('boom', 'inner'), RemoteException);
      await isAlive(bond);
      return bond.call('boom', 'outer');
    }, 'host');
    includes(await bond.call('caught'), 'outer');
    const { cause } = await rejection(bond.eval(code.call('host')), RemoteException);
    assert.ok(cause instanceof RemoteException);
    assert.equal(cause.type, words.boomType);
    await isAlive(bond);
  },
});

const theEnd = checksOf('speaks', {
  'an exit rejects the call, what waits behind it, and every later one, with the exit code': async ({ open, code }) => {
    for (const leave of ['evalBlock', 'call'] as const) {
      const bond = await open();
      const attempts = [
        bond[leave](leave === 'call' ? 'leave' : code.call('leave')),
        bond.eval('1'),
        bond.call('twice', 2),
      ];
      const errors = await Promise.all(attempts.map((attempt) => rejection(attempt, TerminatedException)));
      for (const { exitCode } of errors) assert.equal(exitCode, 3);
      await rejection(bond.eval('1'), TerminatedException);
    }
  },
  'an exit inside of a host function rejects the calls of every level': async ({ open, code }) => {
    const bond = await open();
    const inner: Promise<unknown>[] = [];
    await bond.export(async () => {
      inner.push(rejection(bond.call('leave'), TerminatedException));
      await inner[0];
    }, 'host');
    assert.equal((await rejection(bond.eval(code.call('host')), TerminatedException)).exitCode, 3);
    await inner[0];
  },
  'close waits for the calls that were made before it': async ({ open }) => {
    const bond = await open();
    const call = bond.call('twice', 4);
    await bond.close();
    assert.equal(await call, 8);
    assert.equal((await bond.closed).exitCode, 0);
  },
  'all names of the driver begin with _BOND_ or __BOND_': async ({ openBare, printedBy, words }) => {
    const bond = await openBare();
    await bond.export(() => 1, '_BOND_mine');
    const script = words.printGlobals.map((arg) => fill(arg, { GLOBALS: words.globals }));
    const bare = JSON.parse(await printedBy(script)) as string[];
    const names = Object.values(await bond.eval<string[] | Record<string, string>>(words.globals));
    const added = names.filter((name) => !bare.includes(name));
    assert.deepEqual(
      added.filter((name) => !/^\W*_?_BOND_/i.test(name)),
      [],
    );
  },
});

export const speaks = [...evaluation, ...wrongCode, ...values, ...exceptions, ...hostFunctions, ...theEnd];
