// What is special to Lua. Each interpreter shows it with one start.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AnyRemote,
  BondException,
  callback,
  enter,
  RemoteException,
  SerializationException,
} from '../src/index.js';
import { live } from '../src/references/live.js';
import { temporaryDirectory } from './bonds.js';
import { all, expectAlive, expectSame, needs, rejection, shareBond } from './fixtures.js';
import { output } from './nodes.js';

/** A check takes one interpreter with integers and one with doubles only. */
const INTERPRETERS = process.env.RELEASE ? ['lua5.4', 'lua5.3', 'luajit', 'lua5.1'] : ['lua5.4', 'luajit'];

const FUNCTIONS = `
  function same(x) return x end
  function down(n) if n == 0 then return 0 end return 1 + up(n - 1) end
  function caught(...) local _, thrown = pcall(...) return tostring(thrown) end
  Shape = {}
  Shape.__index = Shape
  function Shape.new(side) return setmetatable({ side = side }, Shape) end
  function Shape:area() return self.side ^ 2 end`;

describe.each(INTERPRETERS)('%s', (command) => {
  needs(() => (output(command, '-v') === undefined ? `${command}: apt-get install ${command}` : undefined));
  const open = shareBond('Lua', {}, FUNCTIONS, command);
  const has64Bits = /5\.[34]/.test(command);

  test('calls nest as deeply as memory allows', async () => {
    const lua = await open();
    const most = command === 'lua5.1' ? 150 : 1000;
    await lua.export((n: number) => lua.call('down', n), 'up');
    expect(await lua.call('down', most)).toBe(most);
  });

  test('the host is called in the middle of C functions and of coroutines, and a depth that does not fit is an error', async () => {
    const lua = await open();
    const sort = 'function(list, before) table.sort(list, before) return list end';
    expect(
      await lua.call(
        sort,
        [3, 1, 2],
        callback((a: number, b: number) => a < b),
      ),
    ).toEqual([1, 2, 3]);
    await lua.export((x: number) => x + 1, 'next_one');
    expect(await lua.eval('coroutine.wrap(function() coroutine.yield(next_one(1)) end)()')).toBe(2);
    await lua.evalBlock('function inside(n) return coroutine.wrap(function() return below(n) end)() end');
    await lua.export((n: number) => lua.call('inside', n + 1), 'below');
    expect((await rejection(lua.call('inside', 0), RemoteException)).message).toContain('stack overflow');
    await expectAlive(lua);
  });

  test('to yield outside of a coroutine of the program is an error', async () => {
    const lua = await open();
    expect((await rejection(lua.eval('coroutine.yield(1)'), RemoteException)).message).toContain('attempt to yield');
    await expectAlive(lua);
  });

  test('tables are lists, objects and maps, and return as they came', async () => {
    const lua = await open();
    const values = [
      [],
      {},
      [null, { a: null }],
      new Map([[1, 'a']]),
      new Map([['a', new Map()]]),
      new Set([[], 2]),
      [new Date(5)],
    ];
    for (const value of values) expectSame(await lua.call('same', value), value);
    expect(await lua.eval('{ {}, { 1 }, { a = 1 }, _BOND_object({}), _BOND_null }')).toEqual([
      [],
      [1],
      { a: 1 },
      {},
      null,
    ]);
    expect(await lua.eval('{ 1, nil, 3 }')).toEqual(
      new Map([
        [1, 1],
        [3, 3],
      ]),
    );
    expect(await lua.eval('tostring(_BOND_date(0))')).toBe('1970-01-01T00:00:00.000Z');
  });

  test('strings that are UTF-8 are text, and others are bytes', async () => {
    const lua = await open();
    const texts = String.raw`{ 'é', '\195', '\237\160\128', '\192\128', '\244\144\128\128', '\240\159\152\128' }`;
    const bytes = (...values: number[]) => Uint8Array.from(values);
    const expected = ['é', bytes(195), bytes(237, 160, 128), bytes(192, 128), bytes(244, 144, 128, 128), '😀'];
    expect(await lua.eval(texts)).toEqual(expected);
    expect(await lua.call('#', 'é').catch(() => lua.eval("#'é'"))).toBe(2);
  });

  test('integers are exact, or an error', async () => {
    const lua = await open();
    expectSame(await lua.call('same', [2 ** 53, -(2 ** 53), -0, 0.1, 1e21]), [2 ** 53, -(2 ** 53), -0, 0.1, 1e21]);
    if (has64Bits) {
      for (const value of [2n ** 63n - 1n, -(2n ** 63n)]) expect(await lua.call('same', value)).toBe(value);
      await rejection(lua.call('same', 2n ** 63n), SerializationException);
    } else {
      for (const value of [2n ** 53n + 1n, -(2n ** 53n) - 1n])
        await rejection(lua.call('same', value), SerializationException);
    }
    await expectAlive(lua);
  });

  test('what cannot cross is an error that says where it is, or a handle', async () => {
    const lua = await open();
    const refusals = {
      '{ a = { 1, print } }': 'result.a[1]',
      '{ { Shape.new(1) } }': 'result[0][0]',
      '(function() local t = {} t[1] = t return t end)()': 'refers to itself',
    };
    for (const [code, message] of Object.entries(refusals))
      expect((await rejection(lua.eval(code), SerializationException)).message).toContain(message);
    const { shape } = await lua.with({ objects: 'hold' }).eval<{ shape: AnyRemote }>('{ shape = Shape.new(3) }');
    expect(await shape.area()).toBe(9);
  });

  test('any value may be thrown', async () => {
    const lua = await open();
    const messages = {
      "error('text', 0)": 'text',
      'error(nil)': 'nil',
      'error({ code = 5 })': '(error object is a table value)',
      "error({ message = 'own' })": 'own',
    };
    for (const [code, message] of Object.entries(messages)) {
      expect((await rejection(lua.evalBlock(code), RemoteException)).remoteMessage).toBe(message);
    }
    expect((await rejection(lua.evalBlock("local x = 1\nerror('placed')"), RemoteException)).message).toContain(
      ': placed',
    );
    const endless = rejection(
      lua.eval('(function() local function f() return 1 + f() end return f() end)()'),
      RemoteException,
    );
    expect((await endless).message).toContain('stack overflow');
    await lua.export(() => {
      throw new RangeError('of the host');
    }, 'fail');
    expect(await lua.eval('caught(fail)')).toBe('of the host');
  });

  test('methods get their object, and functions of modules do not', async () => {
    const lua = await open();
    expect(await (await lua.import('string')).upper('abc')).toBe('ABC');
    const shape = await new (await lua.import('Shape'))(2);
    expect(await shape.area()).toBe(4);
    expect(await lua.call("('ab'):rep", 2)).toBe('abab');
    const Square = await lua.extend('Shape', { area: () => 100 });
    expect(await new Square(2).area()).toBe(100);
  });

  test('what `for` takes is iterated over, and closed when it is left', async () => {
    const lua = await open();
    expect(await all(lua.iterate("('a=1,b=2'):gmatch('(%w)=(%w)')"))).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(await all(lua.iterate('pairs({ x = 1 })'))).toEqual([['x', 1]]);
    expect(await all(lua.iterate('coroutine.create(function() for i = 1, 3 do coroutine.yield(i) end end)'))).toEqual([
      1, 2, 3,
    ]);
    await lua.evalBlock('closing = setmetatable({}, { __close = function() is_closed = true end })');
    for await (const item of lua.iterate<number>('function(_, i) return i + 1 end, nil, 0, closing'))
      if (item === 3) break;
    expect(await lua.eval('is_closed')).toBe(true);
  });

  test('a live object is a table', async () => {
    const lua = await open();
    const cart = {
      items: [4, 5],
      total: 0,
      add(n: number) {
        this.total += n;
        return this.total;
      },
    };
    const use =
      'function(cart) cart.total = 1 return { cart:add(2), cart.total, cart.items[1], cart.nothing == nil } end';
    expect(await lua.call(use, live(cart))).toEqual([3, 3, 4, true]);
  });

  test('a file is entered, and closed when that is left', async () => {
    const lua = await open();
    const path = join(temporaryDirectory(), 'notes.txt');
    writeFileSync(path, 'one line');
    const file = await lua.hold(`io.open('${path}')`);
    expect(await enter(file.remote, (opened) => opened.read('*a'))).toBe('one line');
    expect(await lua.call('io.type', file)).toBe('closed file');
  });

  test('what is printed into a buffer arrives before the reply', async () => {
    const lua = await open();
    await lua.evalBlock("io.stdout:setvbuf('full')");
    expect((await lua.capture(() => lua.evalBlock("print('one', 2)"))).stdout).toBe('one\t2\n');
    await lua.evalBlock("io.stdout:setvbuf('no')");
  });

  test('functions of files are replaced, in tables as well', async () => {
    const lua = await open();
    const path = join(temporaryDirectory(), 'shop.lua');
    writeFileSync(
      path,
      "#!/usr/bin/lua\nshop = {}\nfunction shop.price(x) return x end\nfunction shop:name() return 'shop' end\nprint(shop.price(2), shop:name(), arg[0] ~= nil)\n",
    );
    const replace = { 'shop.price': (x: number) => x + 40, 'shop:name': () => 'mine' };
    expect((await lua.capture(() => lua.load(path, { replace }))).stdout).toBe('42\tmine\ttrue\n');
    expect(await lua.original('shop.price')(1)).toBe(1);
  });

  test('there are no interrupts', async () => {
    const lua = await open();
    expect((await rejection(lua.interrupt(), BondException)).code).toBe('BOND_UNSUPPORTED');
  });
});
