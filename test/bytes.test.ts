// Bytes and numbers side by side, which cross in blocks beside the text: in every place where values go, on every road.

import { setTimeout } from 'node:timers/promises';
import { describe, test as everyTest, expect } from 'vitest';
import {
  type Bond,
  BondException,
  type BondOptions,
  callback,
  kwargs,
  live,
  queryDriver,
  stream,
} from '../src/index.js';
import { collect, expectSame, type Language, languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { expectEnded, expectInStep, openHostile } from './hostile.js';
import { peakGrowth } from './memory.js';
import { testInTurn, testSample } from './turns.js';
import { words } from './words.js';

const MB = 2 ** 20;

/** Bytes of that length with all that could be taken for something else: newlines, lines of the host, no UTF-8. */
function bytesOf(length: number): Uint8Array {
  const pattern = Buffer.concat([Buffer.from('\xff\nINTERRUPT - 1 1\nBYTES - 3 7\nEND - 0 \n', 'latin1'), ascending()]);
  return new Uint8Array(Buffer.alloc(length, pattern));
}

const ascending = (): Buffer => Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const LENGTHS = [1, 511, 512, 513, 4096, 40_000, 70_000, 3 * MB + 1];

/** Behind a shell, no signal of the host reaches the interpreter, nor does the socket for long messages. */
function behindShell(lang: Language): readonly string[] {
  const [command = ''] = queryDriver(lang).commands;
  return ['sh', '-c', '"$@"; exit $?', 'sh', command === 'process.execPath' ? process.execPath : command];
}

/** What numbers come back as. */
function numbersIn(lang: Language, numbers: Float64Array | Int16Array): unknown {
  return lang === 'PHP' || lang === 'Perl' ? [...numbers] : numbers;
}

/** As the clone keeps a Buffer, and nothing else does. */
const plain = (value: unknown): unknown => (value instanceof Uint8Array ? new Uint8Array(value) : value);

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);

  async function open(options?: BondOptions, command?: readonly string[]): Promise<Bond> {
    const bond = command ? await openBond(lang, command, [], options) : await openBond(lang, options);
    await bond.evalBlock(words[lang].functions);
    return bond;
  }

  async function expectBytesBack(bond: Bond): Promise<void> {
    await bond.export((value) => value, 'host');
    for (const length of LENGTHS) {
      const bytes = bytesOf(length);
      expectSame(plain(await bond.call('same', bytes)), bytes);
      expectSame(plain(await bond.call('caught', bytes)), bytes);
    }
    const floats = Float64Array.from({ length: 10_000 }, (_, index) => index / 7);
    const shorts = new Int16Array(bytesOf(1200).buffer);
    expectSame(await bond.call('same', floats), numbersIn(lang, floats));
    expectSame(await bond.call('caught', { deep: [shorts, shorts.slice()] }), {
      deep: [numbersIn(lang, shorts), numbersIn(lang, shorts)],
    });
  }

  everyTest('bytes of all lengths come back from calls and functions of the host', async () => {
    await expectBytesBack(await open());
  });

  test('and so they do behind a shell', async () => {
    await expectBytesBack(await open({}, behindShell(lang)));
  });

  test('long bytes stay what they are when others follow, on their way and after their arrival', async () => {
    const bond = await open();
    const values = Array.from({ length: 3 }, (_, index) => new Uint8Array(2 * MB + 1).fill(200 + index));
    const echo = (bytes: Uint8Array): Promise<Uint8Array> => bond.call('same', bytes) as Promise<Uint8Array>;
    const together = await Promise.all(values.map(echo));
    const apart = [await echo(values[2] as Uint8Array), await echo(values[0] as Uint8Array)];
    for (const [index, value] of values.entries()) expectSame(plain(together[index]), value);
    expectSame(plain(apart[0]), values[2]);
    expectSame(plain(apart[1]), values[0]);
  });

  test('many values share a block', async () => {
    const bond = await open(lang === 'JavaScript' ? { protocol: 'EJSON' } : {});
    const values = Array.from({ length: 3000 }, (_, index) => ({
      [`k${index}`]: [bytesOf((index % 1100) + 1), index],
    }));
    expectSame(await bond.call('same', { values, $binary: { block: [1, 0, 5] } }), {
      values,
      $binary: { block: [1, 0, 5] },
    });
    expectSame(await bond.call('same', values), values); // which may come in parts
  });

  everyTest('calls side by side, and nested ones, keep their bytes', async () => {
    const bond = await open();
    const all = [...LENGTHS.slice(0, -1), 400_000].map(bytesOf);
    await bond.export(async (value) => {
      const inner = await Promise.all(all.map((bytes) => bond.call('same', bytes)));
      expectSame(inner.map(plain), all);
      return value;
    }, 'host');
    const calls = [...all, ...all].flatMap((bytes) => [bond.call('same', bytes), bond.call('twice', 4)]);
    const nested = bond.call('caught', bytesOf(5000));
    expectSame(
      (await Promise.all(calls)).map(plain),
      [...all, ...all].flatMap((bytes) => [bytes, 8]),
    );
    expectSame(plain(await nested), bytesOf(5000));
  });

  everyTest('callbacks, streams, live objects and what is held have them as well', async () => {
    const bond = await open();
    const bytes = bytesOf(100_000);
    const got: unknown[] = [];
    const call = {
      PHP: '(function ($f, $x) { return $f($x); })',
      Perl: 'sub { $_[0]->($_[1]) }',
      Python: '(lambda f, x: f(x))',
      JavaScript: '((f, x) => f(x))',
    }[lang];
    const back = await bond.call(
      call,
      callback((value: unknown) => [got.push(value), value]),
      bytes,
    );
    expectSame((back as unknown[]).map(plain), [1, bytes]);
    expectSame(got.map(plain), [bytes]);
    const first = {
      PHP: '(function ($s) { foreach ($s as $x) return $x; })',
      Perl: 'sub { $_[0]->() }',
      Python: 'next',
      JavaScript: '(s => [...s][0])',
    }[lang];
    if (lang !== 'Perl') expectSame(plain(await bond.call(first, stream([bytes, bytes]))), bytes);
    const get = {
      PHP: '(function ($o) { return $o->data; })',
      Perl: 'sub { $_[0]->data }',
      Python: '(lambda o: o.data)',
      JavaScript: '(o => o.data)',
    }[lang];
    expectSame(plain(await bond.call(get, live({ data: bytes }))), bytes);
    const holding = bond.with({ objects: 'hold' });
    expectSame(plain(await holding.call('same', bytes)), bytes);
    const parts = (await holding.call('same', [bytes, { x: bytes }])) as [unknown, { x: unknown }];
    expectSame([plain(parts[0]), plain(parts[1].x)], [bytes, bytes]);
  });

  test('a buffer that changes after the call has been sent as it was', async () => {
    const bond = await open();
    const bytes = bytesOf(4 * MB);
    const calls = [bond.call('same', bytes), bond.call('same', bytes)];
    bytes.fill(0xfe);
    for (const answer of await Promise.all(calls)) expectSame(plain(answer), bytesOf(4 * MB));
  });

  test('output of other processes stays between the pieces', async () => {
    const { stdout, text, untilLonger } = collect();
    const bond = await open({ stdout }, behindShell(lang));
    await bond.evalBlock(words[lang].run('yes noise | head -c 600000 &'));
    for (let round = 0; round < 5; round++) expectSame(plain(await bond.call('same', bytesOf(MB))), bytesOf(MB));
    await untilLonger(599_999);
    expect(text() === 'noise\n'.repeat(100_000)).toBe(true);
  });

  test.each([
    ['directly', undefined],
    ['behind a shell', behindShell(lang)],
  ])('an abort while bytes are on their way stops what runs, and no more, %s', async (_, command) => {
    const bond = await open({}, command);
    const abort = new AbortController();
    const stuck = rejection(bond.with({ signal: abort.signal }).evalBlock(words[lang].loop), BondException);
    const others = [3 * MB, 600].map((length) => bond.call('same', bytesOf(length)));
    await setTimeout(20);
    abort.abort();
    expect((await stuck).message).toContain('aborted');
    expectSame((await Promise.all(others)).map(plain), [bytesOf(3 * MB), bytesOf(600)]);
    expect(await bond.call('twice', 2)).toBe(4);
  });

  everyTest('an abort while a function of the host gives bytes loses nothing', async () => {
    const bond = await open();
    const forever = {
      PHP: 'while (true) { host(0); }',
      Perl: 'host(0) while 1;',
      Python: 'while True: host(0)',
      JavaScript: 'for (;;) host(0);',
    }[lang];
    let [abort, left, length] = [new AbortController(), 0, 0];
    await bond.export(() => {
      if (--left === 0) setImmediate(() => abort.abort());
      return bytesOf(length);
    }, 'host');
    for (let round = 1; round <= 6; round++) {
      [abort, left, length] = [new AbortController(), round, 300_000 * round];
      const stopped = await rejection(bond.with({ signal: abort.signal }).evalBlock(forever), BondException);
      expect(stopped.message).toContain('aborted');
      expectSame(plain(await bond.call('same', bytesOf(4000))), bytesOf(4000));
    }
  });

  everyTest('what is thrown has them, and so have arguments by name', async () => {
    const bond = await open({ transExcept: true });
    const bytes = bytesOf(2000);
    const throwing = { PHP: undefined, Perl: 'sub { die $_[0] }', Python: undefined, JavaScript: '(x => { throw x })' }[
      lang
    ];
    if (throwing) {
      const error = await rejection(bond.call(throwing, { data: bytes }), BondException);
      expectSame(plain((error as unknown as { data: { data: unknown } }).data.data), bytes);
    }
    if (lang === 'Python') expectSame(await bond.call('same', kwargs({ x: bytes })), bytes);
  });

  test('JSON refuses them, as ever', async () => {
    const bond = await open({ protocol: 'JSON' });
    expect((await rejection(bond.call('same', bytesOf(5000)), BondException)).message).toContain(
      'cannot be carried by JSON',
    );
  });

  test('more than maxMessageBytes ends the bond', async () => {
    const bond = await open({ maxMessageBytes: MB }, undefined);
    expectSame(plain(await bond.call('same', bytesOf(MB - 1000))), bytesOf(MB - 1000));
    expect((await rejection(bond.call('same', bytesOf(2 * MB)), BondException)).message).toContain('maxMessageBytes');
  });
});

describe.concurrent('a peer that breaks the rules of blocks', () => {
  const test = testSample(4);
  /** A bond whose peer speaks EJSON, and prints something in its first request; `@` in it is the mark, and `%` the id. */
  const openPrinting = (text: string, isEndless = false, options: BondOptions = {}) =>
    openHostile(
      async ({ next, print, say, mark }, [text, isEndless]) => {
        say(`READY {"protocol":"EJSON","version":"1.0","pid":${process.pid}}`);
        const { id } = await next();
        let number = 100;
        do
          print(
            text
              .replaceAll('@', mark)
              .replaceAll('%', id)
              .replace('&', () => String(++number)),
          );
        while (isEndless);
      },
      [text, isEndless] as const,
      { moment: 'ready', protocol: ['EJSON', 'JSON'], ...options },
    );
  const READY = 'it is asked';

  test.each([
    ['a block cut short by its message', '@*1 10\n@#4\nabcd@ RETURN % 5\n'],
    ['a message without any of its block', '@*1 10\n@ RETURN % 5\n'],
    ['a piece that is longer than its block', '@*1 4\n@#8\nabcdefgh@ RETURN % 5\n'],
    ['a piece of no block', '@#4\nabcd@ RETURN % 5\n'],
    ['a piece behind the end of its block', '@*1 4\n@#4\nabcd@#4\nabcd@ RETURN % 5\n'],
    ['a piece of nothing', '@*1 4\n@#0\n@#4\nabcd@ RETURN % 5\n'],
    ['a block of nothing', '@*1 0\n@ RETURN % 5\n'],
    ['a block without a length', '@*1\n@ RETURN % 5\n'],
    ['a block without a number', '@*x 5\n@ RETURN % 5\n'],
    ['a block in a block', '@*1 10\n@*2 10\n'],
    ['two blocks of one number', '@*1 4\n@#4\nabcd@*1 4\n@#4\nabcd@ RETURN % 5\n'],
    ['a block in the middle of a message', '@+RETURN @*1 4\n@#4\nabcd@ % 5\n'],
    ['a block in front of what has no payload', '@*1 4\n@#4\nabcd@ RELEASE 1\n'],
    ['a block for a request that was never made', '@*1 4\n@#4\nabcd@ RETURN 999 5\n'],
  ])('%s ends it', async (_, text) => {
    const peer = await openPrinting(text);
    await expectEnded(peer, peer.bond.eval(READY), /it broke the protocol/);
  });

  test.each([
    ['a length beyond the limit', '@*1 99999999999\n', false],
    ['blocks without an end', '@*& 3\n@#3\nabc', true],
  ])('%s: it is ended at the limit', async (_, text, isEndless) => {
    const peer = await openPrinting(text, isEndless, { maxMessageBytes: 2 * MB });
    await expectEnded(peer, peer.bond.eval(READY), /maxMessageBytes/);
  });

  test.each([
    ['a block that is not named', 'RETURN % 5'],
    ['a block that is named beyond its end', 'RETURN % {"$binary":{"block":[7,4,5]}}'],
    ['a place below zero', 'RETURN % {"$binary":{"block":[7,-1,8]}}'],
    ['a place that is none', 'RETURN % {"$binary":{"block":[7,"0",8]}}'],
    ['no place at all', 'RETURN % {"$binary":{"block":null}}'],
    ['another block', 'RETURN % {"$binary":{"block":[8,0,8]}}'],
    ['a block that is named twice', 'RETURN % [{"$binary":{"block":[7,0,8]}},{"$binary":{"block":[7,0,8]}}]'],
    ['halves that overlap', 'RETURN % [{"$binary":{"block":[7,0,5]}},{"$binary":{"block":[7,3,5]}}]'],
    ['a part that is not named', 'RETURN % {"$binary":{"block":[7,1,7]}}'],
    ['no whole numbers', 'RETURN % {"$typedArray":{"type":"float32","block":[7,0,7]}}'],
    ['an unknown type', 'RETURN % {"$typedArray":{"type":"float33","block":[7,0,8]}}'],
  ])('%s cannot be decoded, and nothing else happens', async (_, message) => {
    const { bond } = await openPrinting(`@*7 8\n@#3\nabc@#5\ndefgh@ ${message}\n`);
    expect((await rejection(bond.eval(READY), BondException)).message).toMatch(/cannot be decoded: /);
    await expectInStep(bond);
  });

  test('a word that names a block which never came cannot be decoded', async () => {
    const { bond } = await openPrinting('@ RETURN % {"$binary":{"block":[7,0,8]}}\n');
    expect((await rejection(bond.eval(READY), BondException)).message).toContain('there is no block 7');
    await expectInStep(bond);
  });

  test('a block that is taken back is forgotten, and output between the pieces is output', async () => {
    const { bond } = await openPrinting(
      '@*7 8\n@#3\nabc@!\n@*7 4\n@#2\n@@out@#2\n\n\nput@ RETURN % {"$binary":{"block":[7,0,4]}}\n'.replace(
        '@@',
        '\x1e\n',
      ),
    );
    expectSame(await bond.eval(READY), new Uint8Array(Buffer.from('\x1e\n\n\n')));
    await expectInStep(bond);
  });

  test('a block that never comes is a silence like any other, and takes no memory', async () => {
    const { bond } = await openPrinting('@*7 400000000\n@#3\nabc');
    const growth = await peakGrowth(async () => {
      await rejection(bond.with({ timeout: 200 }).eval(READY), BondException);
    });
    expect(growth).toBeLessThan(50 * MB);
    await bond.kill();
  });
});
