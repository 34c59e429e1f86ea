// What is awaited there, calls side by side, functions of the host that are awaited, and threads.

import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  BondException,
  type BondOptions,
  callback,
  enter,
  live,
  RemoteException,
  TimeoutException,
} from '../src/index.js';
import { languages, needsInterpreter, openBond, rejection, shareBond } from './fixtures.js';
import { TEST_HANG } from './patience.js';

const WORDS = {
  Python: {
    functions: `
import asyncio
async def pause(ms): await asyncio.sleep(ms / 1000.0)
async def double(n):
    await pause(1)
    return n * 2
async def boom(text):
    await pause(1)
    raise ValueError(text)
async def unsendable():
    await pause(1)
    return {'items': [double]}
async def ask(n): return await host(n)
async def ask_all(n): return await asyncio.gather(*[host(i) for i in range(n)])
async def caught(n):
    try:
        await host(n)
    except Exception as error:
        return str(error)
def plain(n): return host(n)
async def below(n):
    await pause(1)
    return plain(n)
async def count(n):
    for i in range(n):
        await pause(1)
        yield i
    if n == 3: raise ValueError('three')
async def call_with(f, n): return await f(n)
async def use(o, n): return [o.size, await asyncio.gather(*[o.twice(i) for i in range(n)])]
class Base:
    async def fetch(self, n): return n
    async def both(self): return await asyncio.gather(self.fetch(1), self.fetch(2))
async def say(text):
    print(text)
    await pause(1)
    print(text)
steps = []
async def step(name):
    steps.append('begin ' + name)
    await pause(5)
    steps.append('end ' + name)
def in_thread(n):
    import threading
    results = []
    thread = threading.Thread(target=lambda: results.extend(asyncio.new_event_loop().run_until_complete(ask_all(n))))
    thread.start()
    thread.join()
    return results
async def meet(n):
    steps.append('here')
    while len(steps) < n: await pause(1)
async def forever():
    try:
        await asyncio.sleep(1000)
    finally:
        steps.append('over')
def spin():
    while True: pass
ticks = 0
async def tick():
    global ticks
    while True:
        await asyncio.sleep(0.002)
        ticks += 1
`,
    background: 'ticker = asyncio.get_event_loop().create_task(tick())',
    raised: /^ValueError: no/,
    interrupted: /KeyboardInterrupt/,
  },
  JavaScript: {
    functions: `
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function double(n) { await pause(1); return n * 2; }
async function boom(text) { await pause(1); throw new RangeError(text); }
async function unsendable() { await pause(1); return { items: [double] }; }
async function ask(n) { return host.awaited(n); }
async function ask_all(n) { return Promise.all(Array.from({ length: n }, (_, i) => host.awaited(i))); }
async function caught(n) { try { await host.awaited(n); } catch (error) { return error.message; } }
function plain(n) { return host(n); }
async function below(n) { await pause(1); return plain(n); }
async function* count(n) {
  for (let i = 0; i < n; i++) { await pause(1); yield i; }
  if (n === 3) throw new RangeError('three');
}
async function call_with(f, n) { return f.awaited(n); }
async function use(o, n) { return [o.size, await Promise.all(Array.from({ length: n }, (_, i) => o.twice.awaited(i)))]; }
class Base { async fetch(n) { return n; } async both() { return Promise.all([this.fetch(1), this.fetch(2)]); } }
async function say(text) { console.log(text); await pause(1); console.log(text); }
const steps = [];
async function step(name) { steps.push('begin ' + name); await pause(5); steps.push('end ' + name); }
async function meet(n) { steps.push('here'); while (steps.length < n) await pause(1); }
async function forever() { await pause(1000000); }
function spin() { for (;;); }
let ticks = 0;
`,
    background: 'globalThis.ticker = setInterval(() => ticks++, 2); ticker.unref()',
    raised: /^RangeError: no/,
    interrupted: /interrupted by the host/,
  },
} as const;

const withLoops = languages.filter((lang): lang is keyof typeof WORDS => lang in WORDS);

async function open(lang: keyof typeof WORDS, options: BondOptions = {}) {
  const bond = await openBond(lang, options);
  await bond.evalBlock(WORDS[lang].functions);
  return bond;
}

describe.each(withLoops)('%s awaits what can be awaited', (lang) => {
  needsInterpreter(lang);
  const { functions, background, raised, interrupted } = WORDS[lang];
  const share = shareBond(lang, {}, functions);

  test('results of calls, expressions, and code that awaits', async () => {
    const bond = await share();
    expect(await bond.call('double', 21)).toBe(42);
    expect(await bond.eval('double(4)')).toBe(8);
    expect(await bond.eval('await double(5)')).toBe(10);
    await bond.evalBlock('await pause(1)');
    expect(await bond.call('double', bond.ref('21'))).toBe(42);
  });

  test('exceptions and values that cannot cross are told of as ever', async () => {
    const bond = await share();
    const error = await rejection(bond.call('boom', 'no'), RemoteException);
    expect(`${error.type}: ${error.remoteMessage}`).toMatch(raised);
    expect(error.stack).toContain(`boom [${lang}]`);
    await expect(bond.call('unsendable')).rejects.toThrow(/items/);
    expect(await bond.call('double', 1)).toBe(2);
  });

  test('what cannot cross of them is held', async () => {
    const bond = await open(lang, { objects: 'hold' });
    const { items } = await bond.call<{ items: [(n: number) => Promise<number>] }>('unsendable');
    expect(await items[0](3)).toBe(6);
    const held = await bond.hold('double(6)');
    expect(await held.value()).toBe(12);
  });

  test('what runs in the background goes on while the bond is idle', async () => {
    const bond = await open(lang);
    await bond.evalBlock(background);
    await expect.poll(() => bond.eval('ticks'), { timeout: TEST_HANG, interval: 20 }).toBeGreaterThan(5);
  });

  test('items of an async generator, as they come', async () => {
    const bond = await share();
    const items: unknown[] = [];
    for await (const item of bond.iterate('count(5)')) items.push(item);
    expect(items).toEqual([0, 1, 2, 3, 4]);
    for await (const item of bond.iterate('count(1000)')) if (item === 2) break;
    const seen: unknown[] = [];
    const iterating = async (): Promise<void> => {
      for await (const item of bond.iterate('count(3)')) seen.push(item);
    };
    await rejection(iterating(), RemoteException);
    expect(seen).toEqual([0, 1, 2]);
  });

  test('calls run one after the other by default', async () => {
    const bond = await open(lang);
    await Promise.all([bond.call('step', 'a'), bond.call('step', 'b')]);
    expect(await bond.eval('steps')).toEqual(['begin a', 'end a', 'begin b', 'end b']);
  });

  test('a function of the host is awaited, and the loop goes on', async () => {
    const bond = await open(lang);
    await bond.evalBlock(background);
    let open_ = 0;
    let most = 0;
    await bond.export(async (n: number) => {
      most = Math.max(most, ++open_);
      const start = await bond.eval<number>('ticks');
      while ((await bond.eval<number>('ticks')) < start + 2) await delay(1);
      open_--;
      return n + 1;
    }, 'host');
    expect(await bond.call('ask', 1)).toBe(2);
    most = 0;
    expect(await bond.call('ask_all', 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(most).toBe(8);
  });

  test('calls nested in one that is awaited may await, and call back in turn', async () => {
    const bond = await share();
    await bond.export(
      async (n: number): Promise<unknown> => (n > 0 ? bond.call('ask', n - 1) : bond.call('double', 21)),
      'host',
    );
    expect(await bond.call('ask', 20)).toBe(42);
  });

  test('what it throws can be caught there, and comes back as it was', async () => {
    const bond = await share();
    const failure = new RangeError('no such');
    await bond.export(async () => Promise.reject(failure), 'host');
    expect(await bond.call('caught', 1)).toContain('no such');
    expect((await rejection(bond.call('ask', 1), RemoteException)).cause).toBe(failure);
  });

  test('code that does not await waits for it, also below what is async', async () => {
    const bond = await share();
    await bond.export((n: number) => n + 1, 'host');
    expect(await bond.call('plain', 1)).toBe(2);
    expect(await bond.call('below', 1)).toBe(2);
  });

  test('callbacks can be awaited, in the context of who has given them', async () => {
    const bond = await share();
    const storage = new AsyncLocalStorage<string>();
    const asked = await storage.run('mine', () =>
      bond.call(
        'call_with',
        callback(async (n: number) => [n, storage.getStore(), await bond.call('double', n)]),
        4,
      ),
    );
    expect(asked).toEqual([4, 'mine', 8]);
  });

  test('methods of an object of the host, and of a class that it extends, are awaited, and the loop goes on', async () => {
    const bond = await open(lang);
    await bond.evalBlock(background);
    let open_ = 0;
    let most = 0;
    const later = async (n: number): Promise<number> => {
      most = Math.max(most, ++open_);
      const start = await bond.eval<number>('ticks');
      while ((await bond.eval<number>('ticks')) < start + 2) await delay(1);
      open_--;
      return 2 * n;
    };
    expect(await bond.call('use', live({ size: 3, twice: later }), 4)).toEqual([3, [0, 2, 4, 6]]);
    expect(most).toBe(4);
    most = 0;
    const Mine = await bond.extend('Base', { fetch: (n: number) => later(n) });
    expect(await new Mine().both()).toEqual([2, 4]);
    expect(most).toBe(2);
  });

  test('an abort and an interrupt end a wait, and nothing else', async () => {
    const bond = await open(lang);
    const aborted = rejection(bond.with({ signal: AbortSignal.timeout(50) }).call('forever'), TimeoutException);
    await aborted;
    expect(await bond.call('double', 1)).toBe(2);
    const call = rejection(bond.call('forever'), RemoteException);
    await delay(20);
    bond.interrupt();
    expect((await call).message).toMatch(interrupted);
    expect(await bond.call('double', 2)).toBe(4);
  });

  test('close waits for what has been begun', async () => {
    const bond = await open(lang);
    const call = bond.call('step', 'a');
    await bond.close();
    await call;
  });
});

describe.each(withLoops)('%s runs calls side by side', (lang) => {
  needsInterpreter(lang);
  const { interrupted } = WORDS[lang];

  test('as far as they await something; other code runs as ever', async () => {
    const bond = await open(lang, { concurrent: true });
    const all = Array.from({ length: 300 }, (_, n) => bond.call<number>('double', n));
    expect(await bond.eval('1 + 1')).toBe(2);
    expect(await Promise.all(all)).toEqual(all.map((_, n) => 2 * n));
    await Promise.all([bond.call('meet', 3), bond.call('meet', 3), bond.call('meet', 3)]);
  });

  test('each has its own functions of the host, and calls nested in them', async () => {
    const bond = await open(lang, { concurrent: true });
    const storage = new AsyncLocalStorage<number>();
    await bond.export(async (n: number): Promise<unknown> => {
      await delay(n % 3);
      return [storage.getStore(), n > 0 ? await bond.call('ask', n - 1) : await bond.call('double', 1)];
    }, 'host');
    const calls = [0, 1, 2, 3, 4].map((n) => storage.run(n, () => bond.call('ask', n)));
    const nested = (n: number, mine: number): unknown => [mine, n > 0 ? nested(n - 1, mine) : 2];
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4].map((n) => nested(n, n)));
  });

  test('an abort cancels one, and interrupt() all', async () => {
    const bond = await open(lang, { concurrent: true });
    const others = [1, 2].map(() => rejection(bond.call('forever'), RemoteException));
    await rejection(bond.with({ signal: AbortSignal.timeout(50) }).call('forever'), TimeoutException);
    expect(await bond.call('double', 1)).toBe(2);
    bond.interrupt();
    for (const error of await Promise.all(others)) expect(error.message).toMatch(interrupted);
    const spinning = rejection(bond.call('spin'), RemoteException);
    await delay(50);
    bond.interrupt();
    expect((await spinning).message).toMatch(interrupted);
    expect(await bond.call('double', 2)).toBe(4);
  });

  test('what one prints comes before it is done, and calls with places of their own for it wait', async () => {
    const bond = await open(lang, { concurrent: true });
    const told: string[] = [];
    const sayInto = async (name: string): Promise<void> => {
      let text = '';
      await bond.with({ stdout: (chunk) => (text += chunk) }).call('say', name);
      told.push(text);
    };
    await Promise.all([sayInto('a'), sayInto('b')]);
    expect(told).toEqual(['a\na\n', 'b\nb\n']);
  });

  test('close waits for all that were made before it', async () => {
    const bond = await open(lang, { concurrent: true });
    await bond.export(async (n: number) => delay(5, n + 1), 'host');
    const calls = [bond.call('double', 1), bond.call('ask', 2), bond.call('ask_all', 2), bond.eval('3')];
    await bond.close();
    expect(await Promise.all(calls)).toEqual([2, 3, [1, 2], 3]);
  });

  test('an exit while they await has its exit code', async () => {
    const bond = await open(lang, { concurrent: true, stderr: 'ignore' });
    const calls = [1, 2].map(() => rejection(bond.call('forever'), BondException));
    const exit = lang === 'Python' ? '__import__("sys").exit(3)' : 'process.exit(3)';
    calls.push(rejection(bond.eval(exit), BondException));
    for (const error of await Promise.all(calls)) expect(error.name).toBe('TerminatedException');
    expect(await bond.closed).toMatchObject({ exitCode: 3, stderr: '' });
  });

  test('when the interpreter is gone, each is told so', async () => {
    const bond = await open(lang, { concurrent: true });
    const calls = [1, 2, 3].map(() => rejection(bond.call('forever'), BondException));
    await bond.call('double', 1);
    await bond.kill();
    for (const error of await Promise.all(calls)) expect(error.name).toBe('TerminatedException');
  });
});

describe.runIf(languages.includes('JavaScript'))('JavaScript', () => {
  needsInterpreter('JavaScript');

  test('several functions that are awaited at once where it stands still may all fail', async () => {
    const bond = await open('JavaScript');
    await bond.export(async (n: number) => {
      if (n < 0) return bond.call('caught_all', 3);
      await bond.call('plus', n);
      throw new RangeError(`no ${n}`);
    }, 'host');
    await bond.evalBlock(`
      const plus = async (n) => n + 1;
      const caught_all = (n) => Promise.all(Array.from({ length: n }, (_, i) => host.awaited(i))).catch((error) => error.message);
    `);
    expect(await bond.call('plain', -1)).toContain('no 0');
    expect(await bond.call('double', 1)).toBe(2);
  });
});

describe('where calls cannot run side by side', () => {
  test.each(languages.filter((lang) => !(lang in WORDS)))('%s refuses it before anything is started', async (lang) => {
    const error = await rejection(openBond(lang, { concurrent: true }), BondException);
    expect(error.message).toContain("'concurrent'");
    expect(error.code).toBe('BOND_UNSUPPORTED');
  });
});

describe.runIf(languages.includes('Python'))('Python', () => {
  needsInterpreter('Python');

  test('a loop of the program works beside that of the bond', async () => {
    const bond = await open('Python');
    await bond.export(async (n: number) => n + 1, 'host');
    expect(await bond.call('double', 1)).toBe(2);
    expect(await bond.eval('asyncio.run(double(3))')).toBe(6);
    expect(await bond.eval('asyncio.run(ask(3))')).toBe(4);
    expect(await bond.eval('asyncio.run(ask_all(20))')).toHaveLength(20);
    expect(await bond.call('in_thread', 5)).toEqual([1, 2, 3, 4, 5]);
    expect(await bond.call('double', 2)).toBe(4);
  });

  test('in a loop of the program alone, functions of the host are awaited, and links fail as elsewhere', async () => {
    const bond = await open('Python');
    await bond.export(async (n: number) => n + 1, 'host');
    expect(await bond.eval('asyncio.run(ask_all(3))')).toEqual([1, 2, 3]);
    await bond.evalBlock(
      'class Failing:\n    async def fail(self): raise KeyError("gone")\nasync def use(f): return await f(Failing())',
    );
    const fail = callback(async (object: { fail(): Promise<unknown> }) => object.fail(), { objects: 'hold' });
    await expect(bond.call('lambda f: asyncio.run(use(f))', fail)).rejects.toThrow('gone');
  });

  test('a call that is a statement by itself, in what is async, waits as ever', async () => {
    const bond = await open('Python');
    const seen: number[] = [];
    await bond.export(async (n: number) => void seen.push(n), 'host');
    await bond.evalBlock('async def tell(n):\n    await pause(1)\n    host(n)\n    host(n + 1)');
    await bond.call('tell', 1);
    expect(seen).toEqual([1, 2]);
  });

  test('a call that is nested in one that stands still awaits in a loop of its own', async () => {
    const bond = await open('Python');
    await bond.export((n: number) => bond.call('double', n), 'host');
    expect(await bond.call('plain', 4)).toBe(8);
    expect(await bond.call('below', 4)).toBe(8);
  });

  test('context managers that are async are entered, and told of errors', async () => {
    const bond = await open('Python');
    await bond.evalBlock(`
class Session:
    async def __aenter__(self):
        await pause(1)
        steps.append('in')
        return self
    async def __aexit__(self, kind, error, trace):
        await pause(1)
        steps.append(kind and kind.__name__)
    async def get(self, n):
        await pause(1)
        return Reply(n)
class Reply:
    def __init__(self, n): self.n = n
    async def json(self):
        await pause(1)
        return {'n': self.n}
    async def fail(self): raise KeyError('gone')
`);
    const main = await bond.import('__main__');
    await enter(main.Session(), async (session) => {
      expect(await session.get(4).json()).toEqual({ n: 4 });
      expect(await session.get(4).n).toBe(4);
      const error = await rejection(session.get(4).fail().x.then(), RemoteException);
      expect(error.message).toContain('.fail()');
    });
    expect(await bond.eval('steps')).toEqual(['in', null]);
  });

  test('a stream is iterated over in what is async', async () => {
    const bond = await open('Python');
    await bond.export(() => bond.eval('[1, 2]'), 'host');
    await bond.evalBlock('async def total(items):\n    await pause(1)\n    return sum(items)');
    const { stream } = await import('../src/index.js');
    expect(await bond.call('total', stream([1, 2, 3]))).toBe(6);
  });

  test('two hundred threads call at once, while the main thread computes', async () => {
    const bond = await open('Python');
    await bond.evalBlock(`
from concurrent.futures import ThreadPoolExecutor
def total(n):
    with ThreadPoolExecutor(n) as pool:
        futures = [pool.submit(host, i) for i in range(n)]
        spins = 0
        while not all(future.done() for future in futures): spins += 1
        return [sum(future.result() for future in futures), spins > 0]
def one_more(n): return n + 1
`);
    await bond.export(async (n: number) => (n % 5 === 0 ? bond.call<number>('one_more', n - 1) : n), 'host');
    expect(await bond.call('total', 200)).toEqual([19900, true]);
    expect(await bond.call('one_more', 1)).toBe(2);
    await bond.evalBlock(
      'import threading\nthread = threading.Thread(target=lambda: steps.append(host(5)))\nthread.start()',
    );
    await expect.poll(() => bond.eval('steps'), { timeout: TEST_HANG }).toEqual([5]);
  });

  test('what a thread has called is interrupted, fails and logs as elsewhere', async () => {
    const bond = await open('Python');
    const failure = new RangeError('no');
    await bond.export(() => {
      throw failure;
    }, 'host');
    await bond.evalBlock('from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)');
    const error = await rejection(bond.eval('pool.submit(host, 1).result()'), RemoteException);
    expect(error.cause).toBe(failure);
    const spinning = rejection(bond.call('spin'), RemoteException);
    await delay(50);
    bond.interrupt();
    expect((await spinning).message).toContain('KeyboardInterrupt');
    expect(await bond.call('double', 4)).toBe(8);
  });

  test('what awaits in a loop that code closes fails, and there is another loop for what follows', async () => {
    const bond = await open('Python', { concurrent: true });
    await bond.export(async (n: number) => n, 'host');
    const pending = [bond.call('forever'), bond.call('ask', 1)].map((call) => call.catch(String));
    await bond.evalBlock('asyncio.get_event_loop_policy().get_event_loop().close()');
    expect(await pending[0]).toContain('the event loop was closed');
    await pending[1];
    expect(await bond.call('double', 2)).toBe(4);
    expect(await bond.call('ask', 3)).toBe(3);
  });

  test('a long text for a thread takes about as long as one for the main thread', async () => {
    const bond = await open('Python');
    const length = 3e6;
    await bond.export(() => 'x'.repeat(length), 'host');
    await bond.evalBlock(`
import resource
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
def spent(call):
    start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert len(call()) == ${length}
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime - start`);
    await bond.eval('len(pool.submit(host).result())');
    const [alone, thread] = await bond.eval<[number, number]>(
      '[spent(host), spent(lambda: pool.submit(host).result())]',
    );
    expect(thread).toBeLessThan(10 * alone + 0.2);
  });

  test('a call that is nested in one that stands still in the loop of a thread awaits in a loop of its own', async () => {
    const bond = await open('Python');
    await bond.export((n: number) => (n > 0 ? bond.call('below', n - 1) : bond.call('double', 21)), 'host');
    await bond.evalBlock('from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)');
    expect(await bond.eval('pool.submit(host, 4).result()')).toBe(42);
  });

  test('code that replaces what the driver reads with does not reach it', async () => {
    const bond = await open('Python');
    await bond.export((n: number) => n, 'host');
    await bond.evalBlock(`
import os, select
from concurrent.futures import ThreadPoolExecutor
def refuse(*_): raise RuntimeError('replaced')
kept = os.pipe, os.set_blocking, os.read, select.select
os.pipe = os.set_blocking = os.read = select.select = refuse
def from_thread(n):
    with ThreadPoolExecutor(1) as pool: return pool.submit(host, n).result()`);
    expect(await bond.call('from_thread', 1)).toBe(1);
  });

  test('threads that call before and after the end of the bond are done, whatever it was that came first', async () => {
    const bond = await open('Python');
    const called: number[] = [];
    await bond.export((n: number) => called.push(n), 'host');
    await bond.evalBlock(`
import atexit, threading
def call_late():
    threading.main_thread().join()
    host(1)
threading.Thread(target=call_late).start()
atexit.register(lambda: host(2))`);
    await bond.close();
    expect(called).toEqual([1, 2]);
  });

  test('threads, tasks and code that stands still at the same time', async () => {
    const bond = await open('Python', { concurrent: true });
    await bond.export(async (n: number) => (n < 2 ? n : bond.call<number>('mixed', n - 1)), 'host');
    await bond.evalBlock(`
import threading
async def mixed(n):
    loop = asyncio.get_running_loop()
    first, second = await asyncio.gather(loop.run_in_executor(None, host, n - 1), host(n - 1))
    return first + second + plain(0)
`);
    const all = await Promise.all([1, 2, 3, 4].map((n) => bond.call('mixed', n)));
    expect(all).toEqual([0, 2, 0, 4]);
  });
});
