import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import {
  type Bond,
  BondException,
  type BondOptions,
  callback,
  RemoteException,
  SerializationException,
  stream,
  TerminatedException,
} from '../src/index.js';
import { onTestFinished } from './finish.js';
import {
  all,
  collect,
  expectAlive,
  lender,
  needsInterpreter,
  openBond,
  range,
  rejection,
  shareBond,
} from './fixtures.js';
import { rounds } from './fuzzing.js';
import { testSample } from './turns.js';

needsInterpreter('JavaScript');

const openFresh = (options?: BondOptions) => openBond('JavaScript', options);
const open = lender('JavaScript');
const protocols: [protocol: 'V8' | 'JSON'][] = [['V8'], ['JSON']];

test('let, const, class, var and function at top level persist between blocks', async () => {
  const js = await open();
  await js.evalBlock('let a = 1; const b = 2; class C { d() { return 4 } } var e = 5; function f() { return a }');
  await js.evalBlock('a += 10');
  expect(await js.eval('[a, b, new C().d(), e, f()]')).toEqual([11, 2, 4, 5, 11]);
  expect((await rejection(js.evalBlock('b = 3'), RemoteException)).type).toBe('TypeError');
  expect((await rejection(js.evalBlock('let a = 2'), RemoteException)).type).toBe('SyntaxError');
});

test('an expression may be an object literal', async () => {
  const js = await open();
  expect(await js.eval('{ a: 1 }')).toEqual({ a: 1 });
});

test('code is sloppy by default, and strict where it says so', async () => {
  const js = await open();
  await js.evalBlock('undeclared = 1');
  await rejection(js.evalBlock('"use strict"; undeclaredToo = 1'), RemoteException);
  expect(await js.eval('undeclared')).toBe(1);
});

describe('modules', () => {
  test.each([
    "require('path').basename('/a/b')",
    "(await import('path')).basename('/a/b')",
    "import('path').then((p) => p.basename('/a/b'))",
  ])('%s', async (code) => {
    const js = await open();
    expect(await js.eval(code)).toBe('b');
  });
});

describe('call takes any callable expression', () => {
  const functions = `
    class Counter { constructor() { this.n = 10 } add(x) { return this.n + x } }
    const counter = new Counter(), handlers = { x: (x) => x + 1 };`;
  const shared = shareBond('JavaScript', {}, functions);

  test.each<[name: string, args: unknown[], value: unknown]>([
    ['Math.max', [1, 3, 2], 3],
    ['x => x + 1', [1], 2],
    ['(a, b) => a + b', [1, 2], 3],
    ['function (x) { return -x }', [1], -1],
    ['counter.add', [2], 12],
    ['counter["add"]', [2], 12],
    ['"text".slice', [1, 3], 'ex'],
    ['new Counter().add', [1], 11],
    ['async x => x * 2', [4], 8],
    ['handlers.x', [1], 2],
  ])('%s', async (name, args, value) => {
    const js = await shared();
    expect(await js.call(name, ...args)).toEqual(value);
  });
});

describe('promises are awaited', () => {
  test.each(protocols)('in eval, call and evalBlock, under %s', async (protocol) => {
    const js = await open({ protocol });
    await js.evalBlock(
      'let n = 0; async function fetchIt(x = 1) { await new Promise((done) => setTimeout(done, 5)); n += x; return { n } }',
    );
    expect(await js.eval('fetchIt()')).toEqual({ n: 1 });
    expect(await js.call('fetchIt', 10)).toEqual({ n: 11 });
    await js.evalBlock('await fetchIt(100)');
    await js.evalBlock('fetchIt(1000)');
    expect(await js.eval('n')).toBe(1111);
    expect(await js.eval('(await fetchIt()).n + (await fetchIt()).n')).toBe(1112 + 1113);
  });

  test('calls that are made meanwhile wait for them, in order', async () => {
    const js = await open();
    await js.evalBlock(
      'const order = []; const later = (x) => new Promise((done) => setTimeout(() => done(order.push(x)), 20 - x))',
    );
    await Promise.all([js.call('later', 1), js.call('later', 10), js.eval('order.push(11)')]);
    expect(await js.eval('order')).toEqual([1, 10, 11]);
  });

  test('thenables count, and what they reject with is a RemoteException', async () => {
    const js = await open();
    expect(await js.eval('{ then(done) { done(5) } }')).toBe(5);
    expect(await rejection(js.eval('Promise.reject(new RangeError("oh no"))'), RemoteException)).toMatchObject({
      type: 'RangeError',
      remoteMessage: 'oh no',
    });
    await rejection(js.evalBlock('await Promise.reject(new Error("oh no"))'), RemoteException);
    await rejection(js.eval('(async () => () => {})()'), SerializationException);
    await expectAlive(js);
  });
});

describe('timers', () => {
  test('run between calls', async () => {
    const output = collect();
    const js = await open({ stdout: output.stdout });
    await js.evalBlock('let n = 0; setTimeout(() => { n = 1; process.stdout.write("fired") }, 5)');
    await output.until('fired');
    expect(await js.eval('n')).toBe(1);
  });

  test('may call functions of the host, and what these call, between calls and during one', async () => {
    const js = await open();
    let fire: (value: unknown) => void = () => {};
    const fired = () =>
      new Promise((resolve) => {
        fire = resolve;
      });
    await js.export(async (x: number) => {
      const value = await js.eval<number>(`${x} + 1`);
      fire(value);
      return value;
    }, 'host');
    const between = fired();
    await js.evalBlock('setTimeout(() => host(1), 5)');
    expect(await between).toBe(2);
    expect(await js.eval('new Promise((done) => setTimeout(() => done(host(2)), 5))')).toBe(3);
    await expectAlive(js);
  });

  test('that throw end the interpreter, as they do in Node, and it says why', async () => {
    const js = await open();
    const error = await rejection(
      js.evalBlock('setTimeout(() => { throw new Error("in a timer") }, 1); await new Promise(() => {})'),
      TerminatedException,
    );
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringContaining('in a timer') });
  });

  test('do not keep the interpreter from closing', async () => {
    const js = await open();
    await js.evalBlock('setInterval(() => {}, 1000)');
    await js.close();
    expect(await js.closed).toMatchObject({ exitCode: 0 });
  });
});

describe('exported functions', () => {
  test('are synchronous there, even if they are async here', async () => {
    const js = await open();
    await js.export(async (x: number) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return x + 1;
    }, 'host');
    await js.evalBlock('const list = [3, 1, 2].map(host).sort((a, b) => host(a) - host(b))');
    expect(await js.eval('list')).toEqual([2, 3, 4]);
    expect(await js.eval('[host.name, typeof host, host(1) + 1]')).toEqual(['host', 'function', 3]);
  });

  test('go into an object where code looks for them, also one that is a const', async () => {
    const js = await open();
    await js.evalBlock(
      'const legacy = { inner: { old() { return "old" } }, run() { return this.inner.old(1) } }; let free = () => 1; class Box {}',
    );
    await js.export((x: number) => `new ${x}`, 'legacy.inner.old');
    await js.export(() => 2, 'free');
    await js.export(() => 3, 'Box.prototype.open');
    await js.export(() => 'é', 'größe');
    expect(await js.eval('[legacy.run(), free(), new Box().open(), größe()]')).toEqual(['new 1', 2, 3, 'é']);
  });

  test('cannot be called a const, and nothing comes of trying', async () => {
    const js = await open();
    await js.evalBlock('const fixed = () => 1');
    await rejection(
      js.export(() => 2, 'fixed'),
      RemoteException,
    );
    expect(await js.eval('fixed()')).toBe(1);
  });
});

describe('the native protocol carries what the structured clone does', () => {
  const shared = shareBond('JavaScript');
  const values: [kind: string, value: unknown][] = [
    [
      'Map',
      new Map<unknown, unknown>([
        [1, 'a'],
        [{ a: 1 }, new Map()],
      ]),
    ],
    ['Set', new Set([1, 'a', null])],
    ['Date', new Date(1234567890123)],
    ['BigInt', [0n, 5n, -(10n ** 50n)]],
    ['typed arrays', [new Uint8Array([0, 255]), new Float64Array([0.1, Number.NaN, -0]), new BigInt64Array([-1n])]],
    ['ArrayBuffer', new Uint8Array([1, 2]).buffer],
    ['RegExp', /a.b/giu],
    ['odd numbers', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]],
    ['undefined', [undefined, { a: undefined }, undefined]],
  ];

  test.each(values)('%s, there and back', async (_kind, value) => {
    const js = await shared();
    const arrived: unknown[] = [];
    await js.export((x: unknown) => {
      arrived.push(x);
      return x;
    }, 'host');
    expect(await js.call('x => host(x)', value)).toStrictEqual(value);
    expect(arrived).toStrictEqual([value]);
  });

  test('undefined as such', async () => {
    const js = await open();
    expect(await js.eval('undefined')).toBeUndefined();
    expect(await js.call('(...args) => args.map(String)', undefined, null)).toEqual(['undefined', 'null']);
  });

  test('Error with its type and cause', async () => {
    const js = await open();
    const error = await js.eval<Error>('new RangeError("outer", { cause: new TypeError("inner") })');
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'outer', cause: expect.objectContaining({ message: 'inner' }) });
    expect(
      await js.call('(e) => e instanceof Error && e.cause.message', new Error('a', { cause: new Error('b') })),
    ).toBe('b');
  });

  test('cycles, and one object in two places', async () => {
    const js = await open();
    const shared = { a: 1 };
    const loop: unknown[] = [shared, shared];
    loop.push(loop);
    const [first, second, self] = (await js.call('x => x', loop)) as unknown[];
    expect(second).toBe(first);
    expect((self as unknown[])[2]).toBe(self);
  });

  /** There, all are what is made here by the same code: what JSON would carry otherwise must not travel as JSON. */
  const pitfalls = [
    '[1, , 3]',
    '[, ]',
    'new Array(3)',
    'Object.assign([1, 2], { more: 3 })',
    '"2026-11-23".match(/(?<year>\\d+)-/)',
    'Object.defineProperty([1, 2], 0, { enumerable: false })',
    'Object.defineProperty({ a: 1 }, "hidden", { enumerable: false, value: 2 })',
    'Object.defineProperty({ a: 1 }, "a", { get: () => undefined })',
    '[-0, 0, 1e21, 2 ** 53 + 2, 5e-324, 12345678901234567890]',
    '{ a: [{ b: -0 }] }',
    '{ a: Infinity }',
    '["\\ud800", { "\\udc00\\u2028": "\\0\\n" }]',
    'JSON.parse(\'{"__proto__": 1, "constructor": 2, "1": 3}\')',
    'Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })',
    'new (class A { b = 1 })()',
    'new (class extends Array {})(1, 2, 3)',
    '[new Number(1), new String("a"), new Boolean(false)]',
    '{ a: { toISOString: 1 }, b: undefined, c: null }',
    '"/w8"',
    '["/", ""]',
    '"é/".repeat(20000)',
    '{ [Symbol("unseen")]: 1, a: new Date(0) }',
  ];

  test('exactly as the clone, also where JSON would do almost as well', async () => {
    const js = await open();
    await js.export((x: unknown) => x, 'host');
    for (const code of pitfalls) {
      const value: unknown = new Function(`return (${code})`)();
      const expected = structuredClone(value);
      expect(await js.eval(`(${code})`), code).toStrictEqual(expected);
      expect(await js.call('host', value), code).toStrictEqual(expected);
      expect(await js.call("x => require('util').inspect(x, { depth: 9 })", value), code).toBe(
        inspect(expected, { depth: 9 }),
      );
    }
  });

  test('and tells what is the same from what is equal', async () => {
    const js = await open();
    const shared: unknown[] = [];
    expect(await js.call('(a, b) => a === b', shared, shared)).toBe(true);
    expect(await js.call('(a, b) => a === b', shared, [])).toBe(false);
    const [a, { b }] = await js.eval<[object, { b: object }]>('(() => { const a = {}; return [a, { b: a }] })()');
    expect(a).toBe(b);
  });

  test('but no reference where no path leads, beside one where it does', async () => {
    const js = await shared();
    const ref = js.ref('1 + 1');
    const same = { ref };
    const second = js.callable<(...args: unknown[]) => unknown>('(first, second) => second');
    for (const [value, message] of [
      [new Map([['k', ref]]), 'args[1].k: a Ref'],
      [new Map([[ref, 1]]), 'args[1][0]: a Ref'],
      [new Map([['k', [callback(() => 1)]]]), 'args[1].k[0]: a Callback'],
      [new Set([{ ref }]), 'args[1][0].ref: a Ref'],
      [[new Map([['k', ref]]), new AggregateError([])], 'args[1][0].k: a Ref'],
      [[new Error('x', { cause: ref }), new AggregateError([])], 'args[1][0].cause: a Ref'],
      [
        new (class Own {
          readonly of = ref;
        })(),
        'args[1].of: a Ref',
      ],
    ] as const) {
      const error = await rejection(second(ref, value), SerializationException);
      expect(error.message).toContain(`${message} cannot be carried by V8`);
    }
    expect(await second(same, new Map([['k', same]]))).toEqual(new Map([['k', { ref: 2 }]]));
    expect(await second(ref, new Map([[Object.create(null), 1]]))).toEqual(new Map([[{}, 1]]));
  });

  test.each(['() => {}', 'Symbol("x")', 'new WeakMap()', 'Promise', 'new Proxy({}, {})', 'process.stdin'])(
    'but no %s',
    async (code) => {
      const js = await shared();
      const error = await rejection(js.eval(`{ a: [0, ${code}] }`), SerializationException);
      expect(error).toMatchObject({ side: 'remote', message: expect.stringContaining('a[1]') });
      await expectAlive(js);
    },
  );
});

describe('plain JSON', () => {
  const shared = shareBond('JavaScript', { protocol: 'JSON' });

  test('is written by Node’s own functions, also when the user’s have taken their places', async () => {
    for (const protocol of ['V8', 'EJSON'] as const) {
      const js = await open({ protocol });
      await js.export((value: unknown) => `mine: ${value}`, 'JSON.stringify');
      await js.export(() => 'mine', 'JSON.parse');
      expect(await js.eval('[JSON.stringify(3), JSON.parse("4")]')).toEqual(['mine: 3', 'mine']);
    }
  });

  test('honours toJSON, at any depth', async () => {
    const js = await open({ protocol: 'JSON' });
    await js.evalBlock('class Money { toJSON() { return { cents: 5 } } }');
    expect(await js.eval('[new Money(), { a: new Money() }]')).toEqual([{ cents: 5 }, { a: { cents: 5 } }]);
    expect(await js.call('x => x', { a: { toJSON: () => 'mine' } })).toEqual({ a: 'mine' });
    await js.evalBlock('class Plain { constructor() { this.a = 1 } toJSON() { return this } }');
    expect(await js.eval('[new Plain()]')).toEqual([{ a: 1 }]);
  });

  test.each([
    'new Map()',
    'new Set()',
    'new Date()',
    'Buffer.from("a")',
    'new Uint8Array(1)',
    '/a/',
    'new Error("a")',
    'NaN',
    '-Infinity',
    'Symbol("a")',
    '() => {}',
    'new (class Point {})()',
    'Object.create({ a: 1 })',
  ])('makes nothing else of %s', async (code) => {
    const js = await shared();
    const error = await rejection(js.eval(`{ a: [0, ${code}] }`), SerializationException);
    expect(error).toMatchObject({ side: 'remote', message: expect.stringContaining('a[1]') });
  });

  test('makes null of undefined, and of what is missing in a list', async () => {
    const js = await open({ protocol: 'JSON' });
    expect(await js.eval('[undefined, , 1]')).toEqual([null, null, 1]);
    expect(await js.call('x => x', [undefined])).toEqual([null]);
  });

  test('carries integers of any size, exactly', async () => {
    const js = await open({ protocol: 'JSON' });
    expect(await js.eval('[2n ** 70n, -(2n ** 53n) - 1n, 2 ** 60]')).toEqual([2n ** 70n, -(2n ** 53n) - 1n, 2 ** 60]);
    expect(await js.call('(...args) => args.map((x) => typeof x)', 2n ** 70n, 2 ** 60)).toEqual(['bigint', 'number']);
  });

  test('refuses a structure that contains itself', async () => {
    const js = await open({ protocol: 'JSON' });
    await js.evalBlock('const loop = []; loop.push({ loop })');
    await rejection(js.eval('loop'), SerializationException);
    await expectAlive(js);
  });
});

describe('exceptions', () => {
  test.each(['JSON', 'EJSON', 'V8'] as const)(
    'keep their words by %s, whatever toJSON all objects have',
    async (protocol) => {
      const js = await openFresh({ protocol });
      await js.evalBlock("Object.prototype.toJSON = () => 'lost'; function boom() { throw new TypeError('kept') }");
      expect(await rejection(js.call('boom'), RemoteException)).toMatchObject({
        remoteMessage: 'kept',
        type: 'TypeError',
      });
    },
  );

  test('cross themselves by default between JavaScript and JavaScript, both ways', async () => {
    const js = await open();
    const error = await rejection(
      js.evalBlock('throw new RangeError("outer", { cause: new TypeError("inner") })'),
      RemoteException,
    );
    expect(error.data).toBeInstanceOf(RangeError);
    expect(error.data).toMatchObject({ message: 'outer', cause: expect.any(TypeError) });
    expect((await rejection(js.evalBlock('throw { code: 42, list: new Set([1]) }'), RemoteException)).data).toEqual({
      code: 42,
      list: new Set([1]),
    });
    await js.export(() => {
      throw new RangeError('from the host', { cause: 5 });
    }, 'host');
    await js.evalBlock('let seen; try { host() } catch (e) { seen = [e instanceof RangeError, e.message, e.cause] }');
    expect(await js.eval('seen')).toEqual([true, 'from the host', 5]);
  });

  test.each(protocols)('cross as their text with transExcept: false, under %s', async (protocol) => {
    const js = await open({ protocol, transExcept: false });
    expect((await rejection(js.evalBlock('throw new RangeError("oh no")'), RemoteException)).data).toBe('oh no');
    await js.export(() => {
      throw new RangeError('from the host');
    }, 'host');
    await js.evalBlock(
      'let seen; try { host() } catch (e) { seen = [e instanceof Error, e instanceof _BOND_RemoteException, e.message, e.data, e.type] }',
    );
    expect(await js.eval('seen')).toEqual([true, true, 'from the host', 'from the host', 'RangeError']);
  });

  test('that are data cross as such under plain JSON with transExcept', async () => {
    const js = await open({ protocol: 'JSON', transExcept: true });
    expect((await rejection(js.evalBlock('throw { code: 42 }'), RemoteException)).data).toEqual({ code: 42 });
    await js.export(() => {
      throw { code: 43 };
    }, 'host');
    await js.evalBlock('let code; try { host() } catch (e) { code = e.code }');
    expect(await js.eval('code')).toBe(43);
  });

  test('that cannot cross are a SerializationException', async () => {
    const js = await open();
    const error = await rejection(js.evalBlock('throw { f() {} }'), SerializationException);
    expect(error).toMatchObject({ side: 'remote', message: expect.stringContaining('f') });
    await expectAlive(js);
  });

  const shared = shareBond('JavaScript', { transExcept: false });

  test('may be an empty text', async () => {
    const js = await shared();
    expect((await rejection(js.evalBlock('throw ""'), RemoteException)).remoteMessage).toBe('');
  });

  test.each(['null', 'undefined', '"text"', '42', 'Symbol("x")', '() => {}', 'Object.create(null)'])(
    'may be even %s',
    async (code) => {
      const js = await shared();
      await rejection(js.evalBlock(`throw ${code}`), RemoteException);
      await expectAlive(js);
    },
  );

  test('carry their stack, which names functions and not the driver', async () => {
    const js = await open();
    await js.evalBlock(js.ref('function outer() { inner() }\nfunction inner() { throw new Error("deep") }'));
    const { traceback } = await rejection(js.call('outer'), RemoteException);
    expect(traceback).toMatch(/Error: deep\n.*inner.*:2:.*\n.*outer.*:1:/);
    expect(traceback).not.toContain('bond driver');
  });

  test('of endless recursion are a RangeError', async () => {
    const js = await open();
    await js.evalBlock('function f() { return f() }');
    expect((await rejection(js.call('f'), RemoteException)).type).toBe('RangeError');
    await expectAlive(js);
  });

  test('of the serialization are a TypeError that is called _BOND_SerializationException', async () => {
    const js = await openFresh();
    await js.export(() => 1, 'host');
    await js.evalBlock(
      'let seen; try { host(() => {}) } catch (e) { seen = [e.name, e instanceof TypeError, e instanceof _BOND_SerializationException] }',
    );
    expect(await js.eval('seen')).toEqual(['_BOND_SerializationException', true, true]);
  });
});

describe('output and input', () => {
  test('console.log, console.error and process.stdout keep their order', async () => {
    const [out, err] = [collect(), collect()];
    const js = await open({ stdout: out.stdout, stderr: err.stdout });
    await js.evalBlock(
      'console.log("é", 1); process.stdout.write("two"); require("fs").writeSync(1, "three"); console.error("err")',
    );
    expect([out.text(), err.text()]).toEqual(['é 1\ntwothree', 'err\n']);
  });

  test.each([
    [
      'process.stdin as a stream',
      'new Promise((done) => process.stdin.on("data", done).on("end", () => done("end")).resume())',
      'end',
    ],
    [
      'process.stdin with for await',
      '(async () => { for await (const chunk of process.stdin) return String(chunk); return "end" })()',
      'end',
    ],
    ['/dev/stdin', 'require("fs").readFileSync("/dev/stdin", "utf8")', ''],
    ['fs.promises', 'require("fs").promises.readFile("/dev/stdin", "utf8")', ''],
    [
      'a file that is opened by promises',
      'import("fs/promises").then(({ open }) => open("/proc/self/fd/0")).then((file) => file.readFile("utf8"))',
      '',
    ],
    [
      'a stream of fd 0',
      'new Promise((done) => require("fs").createReadStream(null, { fd: 0 }).on("data", done).on("end", () => done("end")))',
      'end',
    ],
    ['spawnSync', 'require("child_process").spawnSync("cat", { stdio: [0, "pipe", "inherit"] }).stdout.length', 0],
    [
      'spawn',
      'new Promise((done) => require("child_process").spawn("cat", { stdio: "inherit" }).on("close", done))',
      0,
    ],
  ])('%s gives the end of the input', async (_what, code, value) => {
    const js = await open();
    const [input, answer] = await Promise.all([js.eval(code), js.eval('1')]);
    expect([input, answer]).toEqual([value, 1]);
  });
});

test('an interrupt ends what is run, synchronous or not, and keeps timers and variables', async () => {
  const output = collect();
  const js = await open({ stdout: output.stdout });
  await js.evalBlock('let n = 1; setTimeout(() => process.stdout.write("timer"), 1)');
  for (const [index, code] of [
    'for (;;);',
    'await new Promise(() => {})',
    'function f() { for (;;); } f()',
  ].entries()) {
    const call = rejection(js.evalBlock(`process.stdout.write("on${index}"); ${code}`), RemoteException);
    await output.until(`on${index}`);
    await js.interrupt();
    await call;
  }
  await output.until('timer');
  expect(await js.eval('n')).toBe(1);
});

test('an interrupt while native code runs holds nothing up once that is over', async () => {
  const output = collect();
  const js = await open({ stdout: output.stdout });
  const call = rejection(
    js.evalBlock('process.stdout.write("native"); require("child_process").execSync("sleep 1")'),
    RemoteException,
  );
  await output.until('native');
  await js.interrupt();
  expect((await call).type).toBe('_BOND_InterruptException');
  expect(await js.with({ timeout: 5000 }).eval('1')).toBe(1);
});

describe.each([
  ['with a way of their own', undefined],
  ['in pieces', ['sh', '-c', 'exec 3>&-; exec node "$@"', 'sh']],
  ['behind what no signal passes', ['sh', '-c', 'node "$@"; exit 7', 'sh']],
])('an interrupt in the middle of long messages (%s)', (_, command) => {
  test('leaves the conversation whole', async () => {
    const js = await openBond('JavaScript', command);
    await js.export((text) => text, 'echoed');
    await js.evalBlock('globalThis.id = (value) => value');
    await js.evalBlock('globalThis.talk = () => { for (;;) echoed("😀".repeat(30000)) }');
    for (let count = 0; count < rounds(20, 100); count++) {
      const call = rejection(js.call('talk'), RemoteException);
      await pause(count % 12); // any moment may be the wrong one
      await js.interrupt();
      expect((await call).type).toBe('_BOND_InterruptException');
      expect(await js.call('id', count)).toBe(count);
    }
    const text = 'é'.repeat(2 ** 21);
    expect(await js.call('id', text)).toBe(text);
  });
});

describe('calls within calls', () => {
  const DOWN = 'function down(n) { return n === 0 ? 0 : 1 + up(n - 1) }';
  const DEEP = rounds(300, 1000);

  test('go as deep as the stack has room, and the session outlives what is deeper', async () => {
    // The deeper they are, the longer each takes: at a check, a few hundred fill the stack.
    const more = process.env.RELEASE ? '' : ', ...Array(1000)';
    const js = await open();
    await js.evalBlock(`const next = (n) => up(n); function down(n) { return n === 0 ? 0 : 1 + next(n - 1${more}) }`);
    let last = 0;
    await js.export((n: number) => {
      last = n;
      return js.call('down', n);
    }, 'up');
    const LEVELS = 40_000;
    expect((await rejection(js.call('down', LEVELS), RemoteException)).type).toBe('RangeError');
    expect(LEVELS - last).toBeGreaterThan(rounds(300, 4000));
    await expectAlive(js);
    const levels = rounds(300, 4000);
    expect(await js.call('down', levels)).toBe(levels);
  });

  /** What comes of a loop without end, so many levels deep, that is interrupted. */
  async function interruptAt(levels: number, code: string) {
    const output = collect();
    const js = await open({ stdout: output.stdout });
    await js.evalBlock(code);
    await js.export((n: number) => (n > 0 ? js.call('down', n) : js.evalBlock('console.log("here"); for (;;);')), 'up');
    const call = js.call('down', levels).catch((error: Error) => error.message);
    await output.until('here');
    await js.interrupt();
    const outcome = await call;
    await expectAlive(js);
    return outcome;
  }

  test.each([1, 10, 100, 101, DEEP])('can be interrupted %i levels deep', async (levels) => {
    expect(await interruptAt(levels, DOWN)).toContain('interrupted by the host');
  });

  test('that are interrupted far down go on farther out', async () => {
    const code = `function down(n) { try { return up(n - 1) } catch (e) { if (n === ${DEEP - 50}) return "caught"; throw e } }`;
    expect(await interruptAt(DEEP, code)).toBe('caught');
  });
});

test.each(protocols)('answers arrive whole, whichever piece their last byte falls into (%s)', async (protocol) => {
  const js = await open({ protocol });
  for (const [character, around] of [
    ['x', 32_720],
    ['ż', 10_890],
    ['ż', 16_350],
    ['😀', 5_450],
  ] as const) {
    for (let length = around - 50; length <= around + 50; length++) {
      expect(await js.eval(`'${character}'.repeat(${length})`)).toBe(character.repeat(length));
    }
  }
});

describe('values are read once there, whatever realm they come from', () => {
  const shared = shareBond('JavaScript', { protocol: 'EJSON' });

  test.each(['V8', 'EJSON', 'JSON'] as const)(
    'getters, by %s: in results, arguments and what is thrown',
    async (protocol) => {
      const js = await open({ protocol, transExcept: true });
      await js.export(() => 1, 'host');
      await js.evalBlock(`
      let reads = 0;
      const make = (...beside) => [{ get it() { reads++; return 1 } }, ...beside];
      const long = () => Array.from({ length: 2000 }, () => make()[0]);
      const count = (run) => { reads = 0; run(); return reads };`);
      for (const code of ['make()', 'make(-0)', 'make(5n)', 'long()']) {
        await js.evalBlock('reads = 0');
        await js.eval(code);
        expect([code, await js.eval('reads')]).toEqual([code, code === 'long()' ? 2000 : 1]);
      }
      expect(await js.eval('count(() => host(make()))')).toBe(1);
      await js.evalBlock('reads = 0; throw make()[0]').catch(() => {});
      expect(await js.eval('reads')).toBe(1);
    },
  );

  test.each([
    ['new Date(5)', new Date(5)],
    ['new Map([[1, { a: 2 }]])', new Map([[1, { a: 2 }]])],
    ['new Set([3])', new Set([3])],
    ['new Uint8Array([255, 1])', new Uint8Array([255, 1])],
    ['new Float64Array([0.5])', new Float64Array([0.5])],
    ['({ a: [null] })', { a: [null] }],
  ])('by EJSON, %s of another realm', async (code, value) => {
    const js = await shared();
    expect(await js.eval(`require('vm').runInNewContext(${JSON.stringify(code)})`)).toStrictEqual(value);
  });

  test.each(['V8', 'EJSON', 'JSON'] as const)('what cannot be read has its path, by %s', async (protocol) => {
    const js = await open({ protocol });
    await js.evalBlock(`
      const revoked = (() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })();
      const detached = new Uint8Array(4);
      new MessageChannel().port1.postMessage(null, [detached.buffer]);
      let deep = 1; for (let level = 0; level < 1e5; level++) deep = [deep];`);
    for (const [code, message] of [
      ['{ a: [revoked] }', 'result.a[0]: '],
      ['revoked', 'result: '],
      ['{ a: [detached] }', 'result.a[0]: '],
      ['deep', 'is nested too deep'],
      ['[deep, NaN]', 'is nested too deep'],
      // This takes seconds, and is the same for all of them.
      ...(protocol === 'JSON' && rounds(0, 1)
        ? ([["({ a: Array(300).fill('x'.repeat(2e6)) })", 'result: is too long: ']] as const)
        : []),
      ['{ a: { get it() { throw new Error("no luck") } } }', 'no luck'],
    ] as const) {
      const error = await rejection(js.eval(code), SerializationException);
      expect(error.message, code).toContain(message);
    }
    await expectAlive(js);
  });

  test('by V8, an error whose cause leads back to it crosses, both ways', async () => {
    const js = await open();
    const error = new RangeError('outer');
    error.cause = { list: [error] };
    expect(await js.call('(e) => e instanceof RangeError && e.cause.list[0] === e', error)).toBe(true);
    const copy = await js.call<RangeError & { cause: { list: unknown[] } }>('(e) => e', error);
    expect(copy.cause.list[0]).toBe(copy);
    const thrown = await rejection(js.evalBlock('const e = new Error("mine"); e.cause = e; throw e'), RemoteException);
    expect((thrown.data as Error).cause).toBe(thrown.data);
  });
});

describe('iterators that break the rules are a TypeError', () => {
  const GIVEN = ['undefined', 'null', '5', 'Promise.resolve()'];
  const shared = shareBond('JavaScript');

  test.each(GIVEN)('next() gives %s, there', async (given) => {
    const js = await shared();
    const error = await rejection(
      all(js.iterate(`{ [Symbol.iterator]: () => ({ next: () => ${given} }) }`)),
      RemoteException,
    );
    expect(error.type).toBe('TypeError');
    await rejection(
      all(js.iterate(`{ [Symbol.asyncIterator]: () => ({ next: async () => ${given} }) }`)),
      RemoteException,
    );
    await rejection(
      all(js.iterate(`(() => { let n = 0; return { next: () => n++ < 3 ? { value: n } : ${given} } })()`)),
      RemoteException,
    );
    await expectAlive(js);
  });

  test('no object, no method next, and a return() that gives nothing', async () => {
    const js = await open();
    for (const code of [
      '{ [Symbol.iterator]: () => 5 }',
      '{ [Symbol.iterator]: () => ({}) }',
      '{ [Symbol.iterator]: () => null }',
    ]) {
      expect((await rejection(all(js.iterate(code)), RemoteException)).type).toBe('TypeError');
    }
    const left = async () => {
      for await (const _ of js.iterate(
        '{ [Symbol.iterator]: () => ({ next: () => ({ value: 1 }), return: () => 5 }) }',
      ))
        break;
    };
    expect((await rejection(left(), RemoteException)).type).toBe('TypeError');
    await expectAlive(js);
  });
});

describe('whatever is thrown is an exception here, and the interpreter goes on:', () => {
  const test = testSample(3);
  const settings: BondOptions[] = [
    {},
    { transExcept: false },
    { protocol: 'JSON', transExcept: true },
    { protocol: 'EJSON' },
  ];
  const bonds = settings.map((options) => shareBond('JavaScript', options));

  test.each([
    'new Proxy({}, new Proxy({}, { get() { throw 1 } }))',
    '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()',
    '(() => { const { proxy, revoke } = Proxy.revocable(() => {}, {}); revoke(); return proxy })()',
    '{ get message() { throw 1 } }',
    '{ get message() { throw this }, toString() { throw this } }',
    'Object.defineProperty(new Error("x"), "message", { get() { throw 1 } })',
    'Object.defineProperty(new Error("x"), "stack", { get() { throw 1 } })',
    'Object.defineProperty(new Error("x"), "name", { value: Symbol("x") })',
    'Object.assign(new Error("x"), { message: new Error("y") })',
    'Object.assign(new Error("x"), { message: Symbol("y") })',
    'Object.assign(new Error("x"), { message: { toString() { throw 1 } } })',
    'Object.assign(new Error("x"), { stack: 5, name: null })',
    '(() => { const e = new Error("x"); e.cause = e; return e })()',
    'new AggregateError([new Error("a"), 5], "many")',
    '{ then(resolve) { resolve(1) } }',
    '{ get then() { throw 1 } }',
    'require("vm").runInNewContext("new RangeError(5)")',
    'Object.create(null)',
    'Object.setPrototypeOf(new Error("x"), null)',
    'new DOMException("x", "AbortError")',
    'null',
    'undefined',
    '0',
    'NaN',
    '5n',
    'Symbol("x")',
    'Symbol.iterator',
    '() => 1',
    'class { static toString() { throw 1 } }',
    'new Date(NaN)',
    '[]',
  ])('%s', async (code) => {
    for (const [index, shared] of bonds.entries()) {
      const js = await shared();
      await js.evalBlock(`make = () => (${code}\n)`);
      for (const run of [
        () => js.evalBlock('throw make()'),
        () => js.eval('Promise.reject(make())'),
        () => js.call('async () => { await 1; throw make() }'),
        () => all(js.iterate('(function* () { yield 1; throw make() })()')),
        () => all(js.iterate('(async function* () { yield 1; throw make() })()')),
      ]) {
        const error = await run().then(
          () => undefined,
          (failure: unknown) => failure,
        );
        expect(error, `${JSON.stringify(settings[index])} ${run}`).toBeInstanceOf(BondException);
        expect(error).not.toBeInstanceOf(TerminatedException);
      }
      await expectAlive(js);
    }
  });

  test.each(['return 5', 'throw 5'])('whatever has a toJSON: { %s }', async (body) => {
    for (const shared of bonds) {
      const js = await shared();
      await js.evalBlock(`Object.prototype.toJSON = function () { ${body} }`);
      const error = await rejection(js.evalBlock('throw new RangeError("far")'), BondException);
      expect(error.message).toContain('far');
      await js.evalBlock('delete Object.prototype.toJSON');
      await expectAlive(js);
    }
  });

  test('a text without a letter', async () => {
    const error = await rejection(
      (await bonds[0]?.())?.eval('Promise.reject("")') ?? Promise.resolve(),
      RemoteException,
    );
    expect(error).toMatchObject({ type: 'string', remoteMessage: '', data: '' });
  });
});

test.each(['JSON', 'EJSON'] as const)(
  'transExcept: what is thrown and cannot cross is a SerializationException, by %s',
  async (protocol) => {
    const js = await open({ protocol, transExcept: true });
    const error = await rejection(js.evalBlock('throw new RangeError("too far")'), SerializationException);
    expect(error.message).toContain('too far');
    expect(error).toMatchObject({ side: 'remote' });
    await expectAlive(js);
  },
);

describe('flags and NODE_OPTIONS do not keep the driver from its work', () => {
  const test = testSample(3);
  const noisy = join(mkdtempSync(join(tmpdir(), 'bond-')), 'noisy.cjs');
  writeFileSync(noisy, 'console.log("noise"); console.error("noise")');
  const evaluating = join(dirname(noisy), 'evaluating.cjs');
  writeFileSync(evaluating, 'const { eval: original } = globalThis; globalThis.eval = (code) => original(code)');

  async function works(js: Bond): Promise<void> {
    await js.export((n: number) => js.call('down', n), 'up');
    await js.evalBlock(
      'function down(n) { return n === 0 ? 0 : 1 + up(n - 1) } function* two() { yield 1; yield 2 } function boom() { throw new RangeError("x") }',
    );
    expect(await js.call('down', 3)).toBe(3);
    expect(await all(js.iterate('two()'))).toEqual([1, 2]);
    expect(await js.eval('require("path").basename("/a/b")')).toBe('b');
    expect((await rejection(js.call('boom'), RemoteException)).type).toBe('RangeError');
    const loop = rejection(js.evalBlock('console.log("on"); for (;;);'), RemoteException);
    await pause(50);
    await js.interrupt();
    expect((await loop).type).toBe('_BOND_InterruptException');
    await expectAlive(js);
    await js.close();
    expect((await js.closed).exitCode).toBe(0);
  }

  test.each([
    '--input-type=module',
    '--no-deprecation',
    '--throw-deprecation',
    '--pending-deprecation --throw-deprecation',
    '--frozen-intrinsics',
    '--disallow-code-generation-from-strings',
    '--experimental-permission',
    '--unhandled-rejections=strict',
    '--disable-proto=throw',
    '--stack-trace-limit=0',
    `--require ${noisy}`,
    `--require ${evaluating}`,
  ])('%s', async (flags) => {
    vi.stubEnv('NODE_OPTIONS', flags);
    onTestFinished(() => void vi.unstubAllEnvs());
    await works(await open());
    vi.unstubAllEnvs();
    if (!flags.startsWith('--input-type')) await works(await open({}, flags.split(' ')));
  });

  test('under --use_strict, a function gets a name that is not declared, and one that is', async () => {
    const js = await open({}, ['--use_strict']);
    await js.evalBlock('let mine; const settled = undefined');
    for (const name of ['undeclared', 'mine']) {
      await js.export((x: number) => x + 1, name);
      expect(await js.eval(`${name}(1)`)).toBe(2);
    }
    expect(
      (
        await rejection(
          js.export(() => 1, 'settled'),
          RemoteException,
        )
      ).type,
    ).toBe('TypeError');
    await works(js);
  });

  test('what --disallow-code-generation-from-strings forbids is forbidden to your code, and not to eval and evalBlock', async () => {
    const js = await open({}, ['--disallow-code-generation-from-strings']);
    expect((await rejection(js.eval('eval("1")'), RemoteException)).type).toBe('EvalError');
    expect(await js.eval('1 + 1')).toBe(2);
  });

  test('what --experimental-permission forbids says so', async () => {
    const js = await open({}, ['--experimental-permission']);
    const error = await rejection(js.eval('require("fs").readFileSync("/etc/passwd")'), RemoteException);
    expect(error.remoteMessage).toContain('restricted');
    await expectAlive(js);
  });
});

describe('what your code replaces or takes away does not reach the driver', () => {
  const test = testSample(3);
  test('calls and answers wait in no list: neither methods of lists are needed for them, nor setters of their indices met', async () => {
    const js = await openFresh();
    await js.evalBlock(`
      function same(x) { return x }
      const refuse = () => { throw 1 };
      Array.prototype.push = Array.prototype.shift = refuse;
      for (const index of [0, 1, 2]) Object.defineProperty(Array.prototype, index, { set: refuse, configurable: true });`);
    const values = [1, 'x', { a: [1, [2]] }, ['é'.repeat(400_000)], new Uint8Array(5000)];
    expect(await Promise.all(values.map((value) => js.call('same', value)))).toEqual(values);
    expect((await rejection(js.eval('null.x'), RemoteException)).type).toBe('TypeError');
    expect(await js.eval('[1, 2]')).toEqual([1, 2]);
  });

  test.each([
    'process = {}; console = {}',
    'Buffer = undefined',
    'Buffer.from = Buffer.alloc = Buffer.concat = () => { throw 1 }',
    'JSON = {}; JSON.parse = 5',
    'Promise = class {}',
    'setTimeout = setImmediate = queueMicrotask = process.nextTick = () => {}',
    'Atomics = SharedArrayBuffer = Int32Array = undefined',
    'Map = Set = WeakMap = WeakRef = FinalizationRegistry = undefined',
    'Array.from = Array.isArray = () => { throw 1 }',
    'Object.keys = Object.entries = Object.assign = Object.getPrototypeOf = Object.defineProperty = () => { throw 1 }',
    'Number = String = Object = Array = Math = Symbol = Date = Reflect = Proxy = undefined',
    'Math.abs = Math.min = Math.max = Date.now = () => { throw 1 }',
    'Error = TypeError = RangeError = undefined',
    'Object.prototype.get = 1; Object.prototype.value = 2; Object.prototype.then = 3; Object.prototype.code = "EAGAIN"',
    'Object.prototype.timeout = "x"; Object.prototype.cachedData = 5; Object.prototype.set = 1; Object.prototype.lineOffset = {}',
    'Object.defineProperty(Object.prototype, "parts", { get() { return 5 }, set() {}, configurable: true }); Array.prototype[0] = 9',
    'Error.prepareStackTrace = () => { throw 1 }; Error.stackTraceLimit = 0',
    'Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(Error)',
    'process.exit = process.kill = process.stdout.write = process.stderr.write = () => { throw 1 }',
    'const fs = require("fs"); for (const k of Object.keys(fs)) if (typeof fs[k] === "function") fs[k] = () => { throw 1 }',
    'globalThis.eval = () => { throw 1 }',
    'const vm = require("vm"); vm.Script = vm.createContext = vm.runInContext = undefined; require("util").types = {}',
    'require("v8").serialize = require("v8").deserialize = () => { throw 1 }',
    'const all = globalThis; for (const name of Object.getOwnPropertyNames(all)) if (!/BOND|Error$|^up$/.test(name)) delete all[name]',
  ])('%s', async (code) => {
    const js = await openFresh();
    await js.export((n: number) => js.call('down', n), 'up');
    await js.evalBlock(`
      function down(n) { return n === 0 ? 0 : 1 + up(n - 1) }
      function same(x) { return x }
      function boom() { throw new ReferenceError('x') }
      async function later() { await null; return 7 }
      function* two() { yield 1; yield 2 }
      function total(items) { let sum = 0; for (const item of items) sum += item; return sum }`);
    await js.evalBlock(code);
    if (code.startsWith('Object.prototype')) await js.export((n: number) => js.call('down', n), 'up');
    expect(await js.call('down', 2)).toBe(2);
    for (const value of [{ a: [1, { b: 'x' }] }, range(3000).map((i) => ({ i })), 'é'.repeat(400_000)]) {
      expect(await js.call('same', value)).toEqual(value);
    }
    expect(await js.call('same', new Map([[1, new Date(5)]]))).toEqual(new Map([[1, new Date(5)]]));
    expect(await all(js.iterate('two()'))).toEqual([1, 2]);
    expect(await js.call('total', stream([1, 2, 3]))).toBe(6);
    expect(
      await js.call(
        '(f) => f(1)',
        callback((x: number) => x + 1),
      ),
    ).toBe(2);
    expect(await js.call('later')).toBe(7);
    expect(await rejection(js.call('boom'), RemoteException)).toMatchObject({
      type: 'ReferenceError',
      remoteMessage: 'x',
    });
    await using held = await js.hold('({ a: 1 })');
    expect(await held.get('a')).toBe(1);
    await held.release();
    await js.export((n: number) => n + 1, 'more');
    expect(await js.eval('more(1)')).toBe(2);
    await js.close();
    expect((await js.closed).exitCode).toBe(0);
  });
});

test.each([
  ['directly', undefined],
  ['behind what no signal passes', ['sh', '-c', 'node "$@"; exit 7', 'sh']],
])('exit hooks may call functions of the host while the bond is closed (%s)', async (_, command) => {
  const js = await openBond('JavaScript', command);
  const seen: unknown[] = [];
  await js.export(async (x: unknown) => void seen.push(x), 'host');
  await js.evalBlock('process.on("exit", () => { host("first"); try { host(() => {}) } catch (e) { host(e.name) } })');
  await js.close();
  expect(seen).toEqual(['first', '_BOND_SerializationException']);
});

test('in Electron, the application is started as a Node', async () => {
  const { versions } = process;
  onTestFinished(() => void Object.defineProperty(process, 'versions', { value: versions }));
  Object.defineProperty(process, 'versions', { value: { ...versions, electron: '30.0.0' }, configurable: true });
  const js = await open();
  expect(await js.eval('process.env.ELECTRON_RUN_AS_NODE')).toBe('1');
  const python = await openBond('Python');
  expect(await python.eval('"ELECTRON_RUN_AS_NODE" in __import__("os").environ')).toBe(false);
});

describe('by the structured clone', () => {
  test('a view has memory of its own, and shows nothing of the message that it came in', async () => {
    const js = await openBond('JavaScript');
    const views = await js.eval<Record<string, ArrayBufferView>>(
      '({ a: new DataView(new ArrayBuffer(2)), b: new Uint16Array(3), c: Buffer.from("abc"), d: new Float64Array(1) })',
    );
    expect(Object.values(views).map(({ buffer }) => buffer.byteLength)).toEqual([2, 6, 3, 8]);
    const lengthThere = '(view) => [view.byteLength, view.buffer.byteLength]';
    expect(await js.call(lengthThere, new Uint8Array(5))).toEqual([5, 5]);
    expect(await js.call(lengthThere, Buffer.from('abc'))).toEqual([3, 3]);
  });
});

describe('errors, by the structured clone', () => {
  const MANY = 'new AggregateError([new RangeError("a"), 5], "many", { cause: new Error("why") })';

  function expectMany(error: unknown): void {
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toMatchObject({ name: 'AggregateError', message: 'many', cause: { message: 'why' } });
    const { errors } = error as AggregateError;
    expect(errors[0]).toBeInstanceOf(RangeError);
    expect([errors[0].message, errors[1]]).toEqual(['a', 5]);
  }

  test('an AggregateError has its errors: as a value, and as what is thrown, both ways', async () => {
    const js = await open();
    expectMany(await js.eval(MANY));
    expectMany((await js.eval<{ list: unknown[] }>(`{ list: [${MANY}] }`)).list[0]);
    expectMany((await rejection(js.evalBlock(`throw ${MANY}`), RemoteException)).data);
    const many = await js.eval<AggregateError>(MANY);
    many.errors.push(many);
    const isSame = '(e) => e instanceof AggregateError && e.errors[0] instanceof RangeError && e.errors[2] === e';
    expect(await js.call(isSame, many)).toBe(true);
    await js.export(() => {
      throw many;
    }, 'fail');
    await js.evalBlock(`function caught() { try { fail() } catch (error) { return (${isSame})(error) } }`);
    expect(await js.call('caught')).toBe(true);
  });

  test('a DOMException is refused, where it arrived as an empty object; thrown, it has its name and text', async () => {
    const js = await open();
    const error = await rejection(js.eval('{ a: [new DOMException("x", "AbortError")] }'), SerializationException);
    expect(error.message).toContain('result.a[0]: a DOMException could not be cloned');
    const argument = js.call('(x) => x', { a: new DOMException('x') });
    expect((await rejection(argument, SerializationException)).message).toContain('args[0].a: a DOMException');
    const caused = js.eval('new Error("x", { cause: new DOMException("y") })');
    expect((await rejection(caused, SerializationException)).message).toContain('result.cause');
    const thrown = await rejection(js.evalBlock('throw new DOMException("x", "AbortError")'), RemoteException);
    expect([thrown.type, thrown.remoteMessage]).toEqual(['AbortError', 'x']);
    await js.export(() => {
      throw new DOMException('mine', 'AbortError');
    }, 'fail');
    await js.evalBlock('function caught() { try { fail() } catch ({ type, message }) { return [type, message] } }');
    expect(await js.call('caught')).toEqual(['AbortError', 'mine']);
    await expectAlive(js);
  });
});

test('what process.env holds stands in no message', async () => {
  const js = await open();
  const reason = /: a host object could not be cloned[^\n]*$/;
  expect((await rejection(js.eval('[process.env]'), SerializationException)).message).toMatch(reason);
  expect((await rejection(js.call('(x) => x', process.env), SerializationException)).message).toMatch(reason);
});

test('what your code closes is not what the conversation needs', async () => {
  const js = await open();
  await js.export(() => 5, 'five');
  for (const fd of [0, 1, 2]) {
    await js.evalBlock(`require('fs').closeSync(${fd})`);
    expect(await js.eval(`require('util').promisify(require('fs').close)(${fd})`)).toBeUndefined();
  }
  expect(await js.call('five')).toBe(5);
  expect(await js.eval('require("fs").readvSync(0, [Buffer.alloc(5)])')).toBe(0);
  await expectAlive(js);
});

test('the driver does not go on without the methods of built-in prototypes that it needs', async () => {
  const js = await openFresh();
  await js.evalBlock('String.prototype.indexOf = () => { throw new Error("replaced") }');
  expect((await rejection(js.eval('1'), TerminatedException)).message).toContain('replaced');
});

test('a sparse array that is longer than any text is refused, on both sides, and ends neither', async () => {
  const js = await openBond('JavaScript', { protocol: 'EJSON' });
  const sparse: unknown[] = [];
  sparse[2 ** 32 - 2] = 1;
  expect((await rejection(js.call('String', { a: sparse }), SerializationException)).message).toContain('too long');
  expect((await rejection(js.eval('new Array(2 ** 32 - 1)'), SerializationException)).message).toContain('too long');
  await expectAlive(js);
});

describe('an interrupt in the middle of a read', () => {
  // Ends the read that comes next, when it has its bytes, and before the driver has learned how many.
  const interrupting = join(mkdtempSync(join(tmpdir(), 'bond-')), 'interrupting.cjs');
  writeFileSync(
    interrupting,
    `const fs = require('fs');
    const { readSync } = fs;
    fs.readSync = (...args) => {
      const count = readSync(...args);
      if (!globalThis.isReadInterrupted) return count;
      globalThis.isReadInterrupted = false;
      process.kill(process.pid, 'SIGINT');
      for (;;);
    };`,
  );
  const list = range(100_000);

  async function openInterrupted(): Promise<Bond> {
    const js = await open({ protocol: 'JSON' }, ['--require', interrupting]);
    await js.evalBlock(
      'function same(x) { return x } function interrupted() { globalThis.isReadInterrupted = true; return host() }',
    );
    return js;
  }

  async function expectInterrupt(call: Promise<unknown>): Promise<void> {
    expect((await rejection(call, RemoteException)).type).toBe('_BOND_InterruptException');
  }

  test('takes nothing of what was read before', async () => {
    const js = await openInterrupted();
    const longer = '0 '.repeat(10_000); // the end of which could be a message
    const shorter = 'x'.repeat(1_000);
    await js.export(() => longer, 'host');
    expect(await js.call('host')).toBe(longer);
    await js.export(() => void js.call('same', shorter).catch(() => {}), 'host');
    await expectInterrupt(js.call('interrupted'));
    expect(await js.call('same', 2)).toBe(2);
    expect(await js.call('same', list)).toEqual(list);
  });

  test('loses nothing of what is read, and leaves the way in as it was', async () => {
    const js = await openInterrupted();
    await js.export(() => new Promise(() => {}), 'host');
    const interrupted = expectInterrupt(js.call('interrupted'));
    expect(await js.call('same', list)).toEqual(list);
    await interrupted;
    expect(await js.eval('new Promise((resolve) => setTimeout(resolve, 10, 5))')).toBe(5);
  });
});
