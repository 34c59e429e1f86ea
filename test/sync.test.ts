// Bonds without promises: the library works in a thread, and the program waits for it.

import type { ChildProcess } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as asynchronous from '../src/index.js';
import {
  type Bond,
  BondException,
  callback,
  type Held,
  kwargs,
  live,
  makeBond,
  NDArray,
  RemoteException,
  registerDriver,
  SerializationException,
  stream,
  TerminatedException,
  TimeoutException,
  value,
} from '../src/sync/index.js';
import { isAlive, program, temporaryDirectory, until } from './bonds.js';
import { runCommand } from './built.js';
import { collect, hasInterpreter, languages, needsInterpreter } from './fixtures.js';
import { listenToCalls, listenToLives } from './traces.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

const SYNC = new URL('../dist/sync.js', import.meta.url).href;

/** What a call throws. */
function thrown<E extends BondException>(run: () => unknown, type: abstract new (...args: never[]) => E): E {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(type);
    return error as E;
  }
  throw new Error('it has thrown nothing');
}

/** Values that every language gives back as they are. */
const VALUES = [1, -1.5, 'ü😀', '', true, null, [1, [2, 'three']], { a: { b: [null] } }, 2n ** 53n + 1n];

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const { functions, boomType, print, sleep, set, get } = words[lang];
  let bond: Bond;

  beforeAll(() => {
    bond = makeBond(lang, { timeout: 30_000 });
    bond.evalBlock(functions);
  });
  afterAll(() => bond?.close());

  test('calls return their results, and values are what they were', () => {
    expect(bond.eval('1')).toBe(1);
    expect(bond.evalBlock(set('5'))).toBeUndefined();
    expect(bond.eval(get)).toBe(5);
    for (const sent of VALUES) expect(bond.call('same', sent)).toEqual(sent);
    expect(bond.fn.twice?.(4)).toBe(8);
    expect(bond.callable<(n: number) => number>('twice')(5)).toBe(10);
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index % 251) ^ 0xff);
    expect(bond.call('same', bytes.subarray(7))).toEqual(bytes.subarray(7));
  });

  test('exported functions call back, to any depth, and in the order of a stack', () => {
    bond.export((n: number) => bond.call<number>('down', n), 'up');
    expect(bond.call('down', 100)).toBe(100);
    bond.export(() => [bond.call('twice', 1), bond.call('twice', 2)], 'host');
    expect(bond.call('caught')).toEqual([2, 4]);
  });

  test('exceptions are those of the other entry, and an error of the host is itself when it comes back', () => {
    const error = thrown(() => bond.call('boom', 'oh no'), RemoteException);
    expect(error).toBeInstanceOf(asynchronous.BondException);
    expect(error).toMatchObject({ remoteMessage: 'oh no', type: boomType, code: 'BOND_REMOTE', lang });
    expect(error.stack).toContain('sync.test.ts');
    const own = new TypeError('my own');
    bond.export(() => {
      throw own;
    }, 'up');
    expect(thrown(() => bond.call('down', 1), RemoteException).cause).toBe(own);
    bond.export(() => {
      throw new TypeError('seen there');
    }, 'host');
    expect(bond.call('caught')).toContain('seen there');
    expect(bond.eval('1')).toBe(1);
  });

  test('what cannot be sent is named', () => {
    const func = thrown(() => bond.call('same', [{ f: () => 1 }]), SerializationException);
    expect(func.message).toContain('args[0][0].f');
    expect(func.message).toContain('callback');
    class Point {
      x = 1;
    }
    if (bond.eval('1') === 1 && lang !== 'JavaScript') {
      expect(thrown(() => bond.call('same', { p: new Point() }), SerializationException).message).toContain('Point');
    }
    expect(thrown(() => bond.call('same', Symbol('s')), SerializationException).side).toBe('local');
    expect(thrown(() => bond.call('uncrossable'), SerializationException).side).toBe('remote');
    expect(bond.eval('1')).toBe(1);
  });

  test('a function that returns a promise is an error that says so', () => {
    bond.export(async () => 1, 'host');
    expect(bond.call('caught')).toContain('bond/sync');
  });

  test('what is printed is there when the call returns', () => {
    const output = collect();
    bond.with({ stdout: output.stdout }).evalBlock(print('hello'));
    expect(output.text()).toBe('hello');
    const captured = bond.capture((inner) => {
      inner.evalBlock(print('one'));
      bond.evalBlock(print('two'));
      return 7;
    });
    expect(captured).toEqual({ value: 7, stdout: 'onetwo', stderr: '' });
  });

  test('an output function that throws makes its call throw, and one that calls is refused', () => {
    const failing = bond.with({
      stdout: () => {
        throw new Error('full');
      },
    });
    expect(thrown(() => failing.evalBlock(print('x')), BondException).code).toBe('BOND_OUTPUT');
    let code: string | undefined;
    const calling = bond.with({
      stdout: () => {
        code = thrown(() => bond.eval('1'), BondException).code;
      },
    });
    calling.evalBlock(print('x'));
    expect(code).toBe('BOND_DEADLOCK');
    expect(bond.eval('1')).toBe(1);
  });

  test('callbacks, streams and held values work without promises', () => {
    bond.export((f: never) => f, 'host');
    const held: Held = bond.hold('same', [3, 1, 2]);
    expect(held.value()).toEqual([3, 1, 2]);
    expect(bond.call('same', [held])).toEqual([[3, 1, 2]]);
    held.release();
    expect(thrown(() => held.value(), BondException).message).toContain('released');
    expect(String(held)).toContain(lang);
  });

  test('a time-out keeps the session', () => {
    const slow = bond.with({ timeout: 300, stdout: 'ignore' });
    expect(thrown(() => slow.evalBlock(sleep), TimeoutException).code).toBe('BOND_TIMEOUT');
    bond.interrupt();
    expect(bond.eval('1')).toBe(1);
  });

  test('an interpreter that ends is told of, also within a nested call', () => {
    const other = makeBond(lang);
    other.evalBlock(functions);
    other.export(() => other.call('leave'), 'host');
    const error = thrown(() => other.call('caught'), TerminatedException);
    expect(error.exitCode).toBe(3);
    expect(other.closed).toMatchObject({ exitCode: 3 });
    expect(thrown(() => other.eval('1'), TerminatedException).exitCode).toBe(3);
  });
});

/** What only the other entry has: what the page calls it, and its exports. The classes are types here. */
const LACKS = {
  makePool: [
    'Items',
    'MapOptions',
    'Pool',
    'PoolBusyException',
    'PoolCallOptions',
    'PoolOptions',
    'PoolStats',
    'PoolTimes',
    'Progress',
    'RecycleReason',
    'Settled',
    'WorkerInfo',
    'WorkerState',
    'makePool',
  ],
  interact: ['InteractOptions', 'interact'],
  writeTypes: ['TypesOptions', 'writeTypes'],
};

/** The names, types included, that a file exports. */
function exportedNames(path: string): string[] {
  const text = readFileSync(new URL(path, import.meta.url), 'utf8');
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) => list.split(','));
  const own = [...text.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name = '']) => name);
  return [...lists.map((name) => name.trim().replace(/^type /, '')), ...own].filter(Boolean);
}

/** The members of a class, as its page in the reference has them. `using` disposes of what does not wait. */
function membersInReference(type: string): (string | symbol)[] {
  const page = readFileSync(new URL(`../docs/reference/classes/${type}.md`, import.meta.url), 'utf8');
  const names = [...page.matchAll(/^### (\S+?)(?:\(\))?$/gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  return names.map((name) => (name === '\\[asyncDispose\\]' ? Symbol.dispose : name));
}

describe.skipIf(!hasInterpreter('Python'))('the host', () => {
  let python: Bond;
  beforeAll(() => {
    python = makeBond('Python');
  });
  afterAll(() => python?.close());

  test('modules are handles: a call returns, a property is an expression', () => {
    const math = python.import('math');
    expect(math.hypot(3, 4)).toBe(5);
    expect(value(math.pi)).toBe(Math.PI);
    expect(() => math.pi + 1).toThrow('math.pi, whose value is in Python: use value(…)');
    const fractions = python.import('fractions');
    const half = fractions.Fraction(1, 2);
    expect(value(half.numerator)).toBe(1);
    expect(python.call('str', half)).toBe('1/2');
    expect([...python.import('itertools').repeat('a', 2)]).toEqual(['a', 'a']);
  });

  test('a callback, a stream, and a live object, which is itself when it comes back', () => {
    expect([...python.iterate('(n * n for n in range(3))')]).toEqual([0, 1, 4]);
    const key = callback((word: string) => word.length);
    expect(python.call('sorted', ['bb', 'a'], kwargs({ key }))).toEqual(['a', 'bb']);
    expect(python.call('sum', stream([1, 2, 3]))).toBe(6);
    const account = {
      balance: 1,
      items: new Set([1, 2]),
      deposit(amount: number) {
        this.balance += amount;
      },
    };
    python.evalBlock('def audit(a):\n  a.deposit(5)\n  return [a.balance, a]');
    const [balance, same] = python.call<[number, object]>('audit', live(account));
    expect([balance, same === account]).toEqual([6, true]);
    expect(python.call('list', live([1, 2]))).toEqual([1, 2]);
  });

  test('an extended class has methods of the host', () => {
    const json = python.import('json');
    const Encoder = python.extend(json.JSONEncoder, { default: (given: Iterable<unknown>) => [...given] });
    const encoder = Encoder();
    expect(encoder.encode(python.ref('{1}'))).toBe('[1]');
  });

  test('a stack has the frames of the functions that it has gone through, once each and in order', () => {
    python.export(function inner() {
      python.eval('1 / 0');
    }, 'inner');
    python.evalBlock('def outer():\n  inner()');
    const { stack = '' } = thrown(() => python.call('outer'), RemoteException);
    const order = ['at inner (', 'at outer [Python]', 'at thrown ('].map((text) => stack.indexOf(text));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(stack.split('at inner (').length).toBe(2);
  });

  test('what an interpreter converts cross as what it is', () => {
    expect(python.eval('{1: b"x", 2: {3}}')).toEqual(
      new Map<unknown, unknown>([
        [1, Uint8Array.of(120)],
        [2, new Set([3])],
      ]),
    );
    expect(python.call('str', new NDArray(Int8Array.of(1, 2, 3, 4), [2, 2]))).toBe('[[1, 2], [3, 4]]');
    expect(python.call('str', { toJSON: () => 'json' })).toBe('json');
    const date = new Date(0);
    expect(python.call('max', [date])).toEqual(date);
  });

  test('what cannot be is refused with a code', () => {
    const refused = [
      () => makeBond('Python', { signal: AbortSignal.abort() }),
      () => makeBond('Python', { concurrent: true }),
      () => python.with({ signal: AbortSignal.abort() }),
    ];
    for (const run of refused) expect(thrown(run, BondException).code).toBe('BOND_UNSUPPORTED');
  });

  test('everything of the other entry is there, except what the page says', async () => {
    const [names, others] = ['../src/index.ts', '../src/sync/index.ts'].map(exportedNames) as [string[], string[]];
    expect(names.filter((name) => !others.includes(name)).sort()).toEqual(Object.values(LACKS).flat().sort());
    const page = readFileSync(new URL('../docs/blocking.md', import.meta.url), 'utf8');
    for (const name of Object.keys(LACKS)) expect(page).toContain(`| \`${name}\` |`);
    const held = python.hold('[1]');
    for (const [type, object] of Object.entries({ Bond: python, Held: held })) {
      expect(membersInReference(type).filter((name) => !(name in object))).toEqual([]);
    }
  });

  test('a driver that is registered is known in the thread', () => {
    const folder = temporaryDirectory();
    cpSync(new URL('../drivers/Python', import.meta.url), folder, { recursive: true });
    const manifest = join(folder, 'bond.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"Python"', '"Snake"'));
    const bond = makeBond(registerDriver({ folder }));
    expect(bond.eval('40 + 2')).toBe(42);
    bond.close();
  });

  test.skipIf(!hasInterpreter('Perl'))('bonds call each other', () => {
    const perl = makeBond('Perl');
    python.evalBlock('def half(n): return n // 2 if n < 2 else count(n // 2)');
    python.proxy('half', perl);
    perl.evalBlock('sub count { return 1 + half($_[0]) }');
    perl.proxy('count', python);
    expect(perl.call('count', 1000)).toBe(10);
    perl.close();
  });
});

describe('those who listen to node:diagnostics_channel', () => {
  needsInterpreter('JavaScript');

  test('learn of calls and of bonds while they listen, as with bond', async () => {
    const { heard: events, stop: stopCalls } = listenToCalls();
    const { heard: lives, stop: stopLives } = listenToLives();
    const bond = makeBond('JavaScript');
    const { pid } = bond;
    expect(lives).toEqual([expect.objectContaining({ event: 'started', lang: 'JavaScript', pid })]);
    expect(bond.call('Math.max', 1, 2)).toBe(2);
    expect(events.map(([event]) => event)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(new Set(events.map(([, trace]) => trace)).size).toBe(1);
    const origin = { by: 'bond', lang: 'JavaScript', pid, command: expect.stringContaining('node') };
    expect(events[0]?.[1]).toEqual({ ...origin, verb: 'CALL', name: 'Math.max', result: 2 });

    events.length = 0;
    const error = thrown(() => bond.eval('nonsense'), RemoteException);
    expect(events.map(([event]) => event)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(events[0]?.[1]).toEqual({ ...origin, verb: 'EVAL', name: 'nonsense', error });

    bond.export(() => bond.call('Math.abs', -1), 'inner');
    events.length = 0;
    bond.eval('inner()');
    expect(events.map(([event, { name }]) => `${name} ${event}`)).toEqual(
      expect.arrayContaining(['inner() start', 'Math.abs start', 'Math.abs asyncEnd', 'inner() asyncEnd']),
    );
    bond.close();
    await until(() => lives.length === 2);
    expect(lives[1]).toMatchObject({ event: 'ended', pid, exitCode: 0 });
    stopCalls();
    stopLives();

    events.length = 0;
    const silent = makeBond('JavaScript');
    silent.eval('1');
    silent.close();
    await until(() => silent.closed !== undefined);
    expect([events.length, lives.length]).toEqual([0, 2]);
  });
});

describe.skipIf(!hasInterpreter('Python')).concurrent('a program', () => {
  /** Runs a program that has `makeBond` of the package as it is built. */
  async function runProgram(code: string, act?: Parameters<typeof runCommand>[1], ...flags: readonly string[]) {
    const text = `import { makeBond } from ${JSON.stringify(SYNC)};\n${code}`;
    return runCommand([process.execPath, ...flags, program(text, 'program.mjs')], act);
  }

  test('sees output at once, calls in its exit handler, and leaves nothing behind', async () => {
    const { stdout, code } = await runProgram(`
      const python = makeBond('Python');
      process.on('exit', () => console.log('last', python.eval('40 + 2')));
      python.export(() => console.log('two'), 'host');
      python.evalBlock('print("one", flush=True)\\nhost()\\nprint("three")');
      console.log('four');`);
    expect([stdout, code]).toEqual(['one\ntwo\nthree\nfour\nlast 42\n', 0]);
  });

  test('that throws, or exits in a function that is called, ends', async () => {
    const [uncaught, exit] = await Promise.all([
      runProgram(`makeBond('Python').eval('1 / 0');`),
      runProgram(
        `const python = makeBond('Python'); python.export(() => process.exit(7), 'host'); python.eval('host()');`,
      ),
    ]);
    expect(uncaught.code).toBe(1);
    expect(uncaught.stderr).toContain('ZeroDivisionError');
    expect(exit.code).toBe(7);
  });

  test('gets Ctrl-C after the call if it handles it; otherwise it ends, and the interpreter with it', async () => {
    const code = (seconds: number) => `
      const python = makeBond('Python');
      python.eval('print("pid", __import__("os").getpid(), flush=True)');
      console.log(python.eval('__import__("time").sleep(${seconds}) or "the result"'));
      setTimeout(() => {}, 60_000);`;
    const act = (child: ChildProcess): void => void child.stdout?.once('data', () => child.kill('SIGINT'));
    const handler = `process.on('SIGINT', () => { console.log('Ctrl-C'); process.exit(3); });`;
    const [handled, unhandled] = await Promise.all([
      runProgram(handler + code(0.3), { act }),
      runProgram(code(60), { act }),
    ]);
    expect(handled).toMatchObject({ code: 3, stdout: expect.stringMatching(/^pid \d+\nthe result\nCtrl-C\n$/) });
    expect(unhandled).toMatchObject({ code: null, stdout: expect.stringMatching(/^pid \d+\n$/) });
    const pid = Number(/\d+/.exec(unhandled.stdout)?.[0]);
    await until(() => !isAlive(pid));
  });

  test('whose recursion fills the stack gets an error, and the session goes on', async () => {
    const code = `
      const bond = makeBond('JavaScript');
      bond.export((n) => bond.call('deeper', n), 'up');
      bond.evalBlock('function deeper(n) { return up(n + 1) }');
      try {
        bond.call('deeper', 0);
      } catch (error) {
        console.log(error.message.includes('Maximum call stack'), bond.eval('1'));
      }`;
    expect((await runProgram(code, {}, '--stack-size=180')).stdout).toBe('true 1\n');
  });

  test('may have it in threads of its own, and by require', async () => {
    const { stdout } = await runProgram(`
      import { createRequire } from 'node:module';
      import { isMainThread, Worker } from 'node:worker_threads';
      import { fileURLToPath } from 'node:url';
      const required = createRequire(import.meta.url)(fileURLToPath(${JSON.stringify(SYNC.replace(/js$/, 'cjs'))}));
      const python = required.makeBond('Python');
      if (isMainThread) await new Promise((resolve) => new Worker(new URL(import.meta.url)).on('exit', resolve));
      console.log(required.makeBond === makeBond, python.eval('6 * 7'));`);
    expect(stdout).toBe('true 42\ntrue 42\n');
  });

  test('is told when the thread has died, while it waits', async () => {
    // The thread has a heap of its own, which this value does not fit into.
    const { stdout } = await runProgram(
      `
      const python = makeBond('Python');
      try {
        python.eval('[[i] for i in range(8 * 10**5)]');
      } catch (error) {
        console.log(error.name, makeBond('Python').eval('1'));
      }`,
      { env: { NODE_OPTIONS: '--max-old-space-size=32' } },
    );
    expect(stdout).toBe('TerminatedException 1\n');
  });

  test.runIf(process.platform === 'linux')(
    'has pipes to its interpreters, of which a dead thread leaves nothing open',
    async () => {
      const { stdout } = await runProgram(
        `
      import { readdirSync } from 'node:fs';
      const countOpen = () => readdirSync('/proc/self/fd').length;
      function openAndDie() {
        const python = makeBond('Python');
        console.log(python.eval('__import__("stat").S_ISFIFO(__import__("os").fstat(1).st_mode)'));
        try {
          python.eval('[[i] for i in range(8 * 10**5)]');
        } catch {}
      }
      console.log('pipes:'); // which opens what Node needs to print
      const before = countOpen();
      openAndDie();
      openAndDie();
      openAndDie();
      while (countOpen() > before) await new Promise((resolve) => setTimeout(resolve, 10));`,
        { env: { NODE_OPTIONS: '--max-old-space-size=32' } },
      );
      expect(stdout).toBe('pipes:\ntrue\ntrue\ntrue\n');
    },
  );
});
