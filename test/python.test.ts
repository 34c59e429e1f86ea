import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type BondOptions,
  callback,
  RemoteException,
  SerializationException,
  TerminatedException,
} from '../src/index.js';
import { collect, expectAlive, needsInterpreter, openBond, rejection } from './fixtures.js';

needsInterpreter('Python');

const open = (options?: BondOptions, args: string[] = []) => openBond('Python', undefined, args, options);

test('definitions persist: functions, classes, imports, variables', async () => {
  const python = await open();
  await python.evalBlock('import math\nx = 1\ndef f(): return x\nclass C:\n    y = 2\n');
  await python.evalBlock('x += 1; C.y = 3');
  expect(await python.eval('[f(), C.y, math.floor(2.5)]')).toEqual([2, 3, 2]);
  await python.evalBlock('del x');
  expect((await rejection(python.eval('f()'), RemoteException)).type).toBe('NameError');
});

test('code runs in the module __main__, where pickle, inspect and the like look for it', async () => {
  const python = await open();
  await python.evalBlock('import pickle, sys\nclass C:\n    pass\ndef f(): pass');
  expect(await python.eval('[__name__, f.__module__, C.__module__, sys.modules["__main__"].C is C]')).toEqual([
    '__main__',
    '__main__',
    '__main__',
    true,
  ]);
  expect(await python.eval('type(pickle.loads(pickle.dumps(C()))) is C')).toBe(true);
});

describe('the start', () => {
  test('imports nothing that takes long, and leaves nothing behind', async () => {
    const python = await openBond('Python', 'python3 -S');
    const slow = '("collections", "enum", "json", "re", "signal")';
    expect(await python.eval(`[name for name in ${slow} if name in __import__("sys").modules]`)).toEqual([]);
    expect(await python.eval('[name for name in dir() if not name.startswith(("_BOND_", "__"))]')).toEqual([]);
    expect(await python.eval('[name for name in dir() if name.startswith("__BOND_")]')).toEqual([]);
  });

  test('a file of the user that is called like a module of the driver is not taken for it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bond-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    for (const name of ['collections', 'json', 're', 'signal']) writeFileSync(join(directory, `${name}.py`), 'x = 5');
    const python = await openBond('Python', 'python3 -S', [], { cwd: directory });
    expect(await python.call('abs', -1)).toBe(1);
    expect(await python.eval('__import__("json").x')).toBe(5);
  });

  test('what is seldom needed comes with its first use, once, whoever has kept what stood for it', async () => {
    const python = await open();
    await python.evalBlock('hold, held = _BOND_hold, _BOND_held');
    expect(await python.eval('[hold("a"), hold("b"), _BOND_hold("c"), held(2), _BOND_held(3)]')).toEqual([
      1,
      2,
      3,
      'b',
      'c',
    ]);
  });

  test.each([2, 12, 28])(
    'what is seldom needed is there as a whole or not at all, if memory ends (%i)',
    async (count) => {
      const python = await open();
      await python.evalBlock(`
import builtins
compile_it = builtins.compile
left = 0
def compile_some(*arguments):
    global left
    left -= 1
    if left == 0:
        raise MemoryError()
    return compile_it(*arguments)
builtins.compile = compile_some
def hold():
    global left
    left = ${count}
    _BOND_hold(1)`);
      expect((await rejection(python.eval('hold()'), RemoteException)).type).toBe('MemoryError');
      expect(await python.eval('[float("inf"), {1}]')).toEqual([Number.POSITIVE_INFINITY, new Set([1])]);
      expect(await python.call('(lambda value: value)', new Date(7))).toEqual(new Date(7));
      expect(await python.eval('_BOND_hold(1)')).toBe(1);
    },
  );

  test('what is seldom needed may come for the first time in the depth of a recursion', async () => {
    const python = await open();
    await python.evalBlock('def deep(n): return deep(n - 1) if n else _BOND_hold(float("nan"))');
    const { type } = await rejection(python.call('deep', 2000), RemoteException);
    expect(type).toBe('RecursionError');
    for (const depth of [985, 980, 975, 970, 900]) await python.call('deep', depth).catch(() => {});
    expect(await python.eval('_BOND_held(_BOND_hold(6))')).toBe(6);
    expect(await python.eval('float("nan")')).toBeNaN();
    await expectAlive(python);
  });
});

describe('call takes any callable expression', () => {
  test.each<[name: string, args: unknown[], value: unknown]>([
    ['len', ['日本'], 2],
    ['add', [1, 2], 3],
    ['lambda x: x + 1', [1], 2],
    ['(lambda *args: sum(args))', [1, 2, 3], 6],
    ['counter.add', [2], 12],
    ['Counter().add', [1], 11],
    ['str.upper', ['é'], 'É'],
    ['os.path.basename', ['/a/b'], 'b'],
    ['handlers["x"]', [1], 2],
    ['functools.partial(add, 1)', [5], 6],
    ['dict', [[['a', 1]]], { a: 1 }],
    ['add if True else None', [1, 2], 3],
    ['__import__("math").sqrt', [16], 4],
  ])('%s', async (name, args, value) => {
    const python = await open();
    await python.evalBlock(`
import functools, os
def add(a, b): return a + b
class Counter:
    n = 10
    def add(self, x): return self.n + x
counter = Counter()
handlers = {'x': lambda x: x + 1}
`);
    expect(await python.call(name, ...args)).toEqual(value);
  });

  test('references to what cannot cross', async () => {
    const python = await open();
    await python.evalBlock('import io; f = io.StringIO()');
    expect(await python.call('print', python.ref('"a", "b"'))).toBeNull();
    expect(await python.call('io.StringIO.write', python.ref('f'), 'hello')).toBe(5);
    expect(await python.eval('f.getvalue()')).toBe('hello');
  });

  test('what cannot be called is a TypeError', async () => {
    const python = await open();
    expect((await rejection(python.call('5', 1), RemoteException)).type).toBe('TypeError');
  });
});

describe('exceptions', () => {
  test('carry the traceback, which names functions and lines, and not the driver', async () => {
    const python = await open();
    await python.evalBlock('def outer():\n    inner()\n\ndef inner():\n    1 / 0\n');
    const error = await rejection(python.call('outer'), RemoteException);
    expect(error).toMatchObject({ type: 'ZeroDivisionError', remoteMessage: expect.stringContaining('division') });
    expect(error.traceback).toMatch(
      /^Traceback.*\n.*line 2, in outer\n[\s\S]*line 5, in inner\n[\s\S]*ZeroDivisionError: /,
    );
    expect(error.traceback).not.toContain('bond driver');
  });

  test('carry their causes in the traceback', async () => {
    const python = await open();
    await python.evalBlock('def f():\n    try: {}["key"]\n    except KeyError as e: raise ValueError("second") from e');
    const { traceback } = await rejection(python.call('f'), RemoteException);
    expect(traceback).toMatch(/KeyError: 'key'[\s\S]*direct cause[\s\S]*ValueError: second/);
  });

  test.each(['KeyboardInterrupt', 'GeneratorExit', 'BaseException', 'StopIteration', 'AssertionError'])(
    '%s is one like any other',
    async (type) => {
      const python = await open();
      expect((await rejection(python.evalBlock(`raise ${type}("text")`), RemoteException)).type).toBe(type);
      await expectAlive(python);
    },
  );

  test('endless recursion is a RecursionError, also when it goes through the host', async () => {
    const python = await open();
    await python.evalBlock('def f(): return f()\ndef down(n): return up(n + 1)');
    await python.export((n: number) => python.call('down', n), 'up');
    expect((await rejection(python.call('f'), RemoteException)).type).toBe('RecursionError');
    const limited = await rejection(
      python.eval('[__import__("sys").setrecursionlimit(400), down(0)]'),
      RemoteException,
    );
    expect(limited.type).toBe('RecursionError');
    await expectAlive(python);
  });

  test('of the serialization are a TypeError that is called _BOND_SerializationException', async () => {
    const python = await open();
    await python.export(() => 1, 'host');
    await python.evalBlock(
      'def f():\n    try: host(open)\n    except TypeError as e: return [type(e).__name__, isinstance(e, _BOND_SerializationException)]',
    );
    expect(await python.call('f')).toEqual(['_BOND_SerializationException', true]);
  });

  test('of the host are a RuntimeError, whose data is the message', async () => {
    const python = await open();
    await python.export(() => {
      throw new RangeError('from the host');
    }, 'host');
    await python.evalBlock('def f():\n    try: host()\n    except RuntimeError as e: return [str(e), e.data]');
    expect(await python.call('f')).toEqual(['from the host', 'from the host']);
  });

  test('cross as data with transExcept, where plain JSON can carry them', async () => {
    const python = await open({ protocol: 'JSON', transExcept: true });
    await python.export(() => {
      throw { code: 43 };
    }, 'host');
    await python.evalBlock('try: host()\nexcept RuntimeError as error: code = error.data["code"]');
    expect(await python.eval('code')).toBe(43);
    expect((await rejection(python.call('host'), RemoteException)).data).toEqual({ code: 43 });
    const error = await rejection(python.evalBlock('raise ValueError("oh no")'), SerializationException);
    expect(error).toMatchObject({ side: 'remote', message: expect.stringContaining('ValueError') });
    await expectAlive(python);
  });

  test('syntax errors say where', async () => {
    const python = await open();
    const error = await rejection(python.evalBlock('x = 1\ny = = 2'), RemoteException);
    expect(error).toMatchObject({ type: 'SyntaxError', remoteMessage: expect.stringContaining('line 2') });
  });
});

describe('sys.exit() terminates like an exit, not like an error', () => {
  test.each([
    ['sys.exit()', 0, ''],
    ['sys.exit(3)', 3, ''],
    ['raise SystemExit(4)', 4, ''],
    ['sys.exit("last words")', 1, 'last words'],
    ['exit(5)', 5, ''],
    ['os._exit(6)', 6, ''],
  ])('%s', async (code, exitCode, stderr) => {
    const python = await open();
    const error = await rejection(python.evalBlock(`import os, sys; ${code}`), TerminatedException);
    expect([error.exitCode, error.stderr.trim()]).toEqual([exitCode, stderr]);
  });

  test('and runs the exit hooks and the finally clauses of every level', async () => {
    const output = collect();
    const python = await open({ stdout: output.stdout });
    await python.evalBlock("import atexit, sys\natexit.register(lambda: sys.stdout.write('hook'))");
    await python.evalBlock("def f():\n    try: host()\n    finally: sys.stdout.write('finally ')");
    await python.export(() => python.evalBlock('sys.exit(3)'), 'host');
    expect(await rejection(python.call('f'), TerminatedException)).toMatchObject({ exitCode: 3 });
    expect(output.text()).toBe('finally hook');
  });
});

describe('values', () => {
  test('integers of any size, and floats, arrive to the letter', async () => {
    const python = await open();
    expect(await python.eval('[2 ** 100, -2 ** 63, 10 ** 15, True, 1.5, 0.1 + 0.2]')).toEqual([
      2n ** 100n,
      -(2n ** 63n),
      1e15,
      true,
      1.5,
      0.1 + 0.2,
    ]);
    expect(await python.call('lambda n: type(n).__name__', 2n ** 100n)).toBe('int');
    expect(
      await python.call('lambda *values: [type(x).__name__ for x in values]', 5, 2 ** 53, 2 ** 60, -0, 1.5),
    ).toEqual(['int', 'int', 'float', 'float', 'float']);
  });

  test.each([
    'len',
    'open',
    'object()',
    'lambda: 0',
    'open("/dev/null")',
    '(x for x in [])',
    'Exception("x")',
    '__import__("sys")',
    'type',
  ])('%s is a SerializationException', async (code) => {
    const python = await open();
    const error = await rejection(python.eval(`{'a': [0, ${code}]}`), SerializationException);
    expect(error).toMatchObject({ side: 'remote', message: expect.stringContaining('a[1]') });
    await expectAlive(python);
  });

  test.each([
    'b"x"',
    '{1, 2}',
    'float("nan")',
    'float("-inf")',
    '{1: 2}',
    '{None: 1}',
    '{(1, 2): 3}',
    '1j',
    'Enum("E", "A").A',
    'datetime.now()',
    'Decimal("1.5")',
  ])('plain JSON makes nothing else of %s', async (code) => {
    const python = await open({ protocol: 'JSON' });
    await python.evalBlock('from enum import Enum\nfrom datetime import datetime\nfrom decimal import Decimal');
    const error = await rejection(python.eval(`{'a': [0, ${code}]}`), SerializationException);
    expect(error.message).toContain('a[1]');
    await expectAlive(python);
  });

  test('a structure that contains itself is a SerializationException under plain JSON', async () => {
    const python = await open({ protocol: 'JSON' });
    await python.evalBlock('loop = []; loop.append(loop)');
    await rejection(python.eval('loop'), SerializationException);
    await expectAlive(python);
  });

  test('a structure that contains itself is one as well where the limit of recursion is that of the stack', async () => {
    const python = await open();
    await python.evalBlock(
      'import sys\nsys.setrecursionlimit(10 ** 6)\na = []; a.append(a)\nd = {"a": [1]}; d["b"] = {"c": d}',
    );
    for (const code of ['a', 'd', '[1, d]']) {
      const error = await rejection(python.eval(code), SerializationException);
      expect(error.message).toContain('refers to itself');
    }
    await python.export((x: unknown) => x, 'echo');
    expect(await python.eval('[echo({"a": [1, "$"]}), 1.5]')).toEqual([{ a: [1, '$'] }, 1.5]);
  });

  test('tuples arrive as lists', async () => {
    const python = await open();
    expect(await python.eval('(1, (2, []), ())')).toEqual([1, [2, []], []]);
  });
});

describe('exported functions', () => {
  test('take the place of a function in a module, where its code finds them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bond-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'legacy.py'), 'def old(x): return "old"\ndef run(): return old(1)\nclass Box: pass\n');
    const python = await open({ env: { ...process.env, PYTHONPATH: folder } });
    await python.export((x: number) => `new ${x}`, 'legacy.old');
    await python.export(() => 'in a class', 'legacy.Box.open');
    await python.evalBlock('import legacy');
    expect(await python.eval('[legacy.old(0), legacy.run(), legacy.Box.open()]')).toEqual([
      'new 0',
      'new 1',
      'in a class',
    ]);
  });

  test('take the place of a method of an object that is there', async () => {
    const python = await open();
    await python.evalBlock('import types; place = types.SimpleNamespace(inner=types.SimpleNamespace())');
    await python.export(() => 5, 'place.inner.f');
    expect(await python.eval('place.inner.f()')).toBe(5);
  });

  test('have their name, and are callables like any other', async () => {
    const python = await open();
    await python.export((x: number) => x * 2, 'host');
    expect(await python.eval('[host.__name__, callable(host), list(map(host, [1, 2]))]')).toEqual([
      'host',
      true,
      [2, 4],
    ]);
  });
});

describe('input and output', () => {
  test('input() meets the end of the input', async () => {
    const python = await open();
    expect((await rejection(python.eval('input()'), RemoteException)).type).toBe('EOFError');
    await expectAlive(python);
  });

  test('print, sys.stdout.buffer, os.write and threads keep their order', async () => {
    const output = collect();
    const python = await open({ stdout: output.stdout });
    await python.evalBlock(String.raw`
import os, sys, threading
print('é😀', end='')
sys.stdout.buffer.write(b'\xff')
os.write(1, b'os')
thread = threading.Thread(target=lambda: sys.stdout.write('thread'))
thread.start(); thread.join()
print('end', flush=False)`);
    expect(output.bytes()).toEqual(
      Buffer.concat([Buffer.from('é😀'), Buffer.from([0xff]), Buffer.from('osthreadend\n')]),
    );
  });

  test('sys.stdout may be replaced, closed, and put back', async () => {
    const output = collect();
    const python = await open({ stdout: output.stdout });
    await python.evalBlock(
      'import contextlib, io, sys\nwith contextlib.redirect_stdout(io.StringIO()) as text:\n    print("kept")',
    );
    expect(await python.eval('text.getvalue()')).toBe('kept\n');
    await python.evalBlock('sys.stdout = open("/dev/null", "w"); print("lost"); sys.stdout.close()');
    await expectAlive(python);
    await python.evalBlock('sys.stdout = sys.__stdout__; sys.stdout.write("back")');
    expect(output.text()).toBe('back');
  });

  test('warnings go to stderr', async () => {
    const [out, err] = [collect(), collect()];
    const python = await open({ stdout: out.stdout, stderr: err.stdout });
    await python.evalBlock('import warnings; warnings.warn("careful")');
    expect([out.text(), err.text()]).toEqual(['', expect.stringContaining('UserWarning: careful')]);
  });
});

describe('beside the main thread', () => {
  test('a thread that calls the host gets an exception, and corrupts nothing', async () => {
    const python = await open();
    await python.export(() => 1, 'host');
    await python.evalBlock(`
import threading
seen = []
def run():
    try: seen.append(host())
    except Exception as error: seen.append(type(error).__name__)
thread = threading.Thread(target=run)
thread.start(); thread.join()`);
    expect(await python.eval('len(seen)')).toBe(1);
    expect(await python.eval('host()')).toBe(1);
  });

  test('forked workers neither read nor answer what the host says', async () => {
    const output = collect();
    const python = await open({ stdout: output.stdout });
    await python.evalBlock(`
import multiprocessing, os
def twice(x): return x * 2
pid = os.fork()
if pid == 0:
    os.write(1, b'child')
    os._exit(0)
os.waitpid(pid, 0)`);
    expect(output.text()).toBe('child');
    await python.evalBlock(
      'with multiprocessing.get_context("fork").Pool(2) as pool: values = pool.map(twice, [1, 2, 3])',
    );
    expect(await python.eval('values')).toEqual([2, 4, 6]);
  });
});

test('an interrupt is a KeyboardInterrupt, which code can catch', async () => {
  const output = collect();
  const python = await open({ stdout: output.stdout });
  const loop = 'import sys\nsys.stdout.write("on")\nwhile True: pass';
  const uncaught = rejection(python.evalBlock(loop), RemoteException);
  await output.until('on');
  await python.interrupt();
  expect((await uncaught).type).toBe('KeyboardInterrupt');
  const caught = python.evalBlock(
    'try:\n    sys.stdout.write("again")\n    while True: pass\nexcept KeyboardInterrupt: x = 5',
  );
  await output.until('again');
  await python.interrupt();
  await caught;
  expect(await python.eval('x')).toBe(5);
});

describe('signals', () => {
  const recipe = `
import signal
class TimeOut(Exception): pass
def ring(*args): raise TimeOut()
signal.signal(signal.SIGALRM, ring)
def attempt(n, seconds):
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        value = host(n)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return value
    except TimeOut:
        return 'late'`;

  test('a time-out around a thousand calls of the host: each is late or on time', async () => {
    const python = await open();
    await python.export((n: number) => n, 'host');
    await python.evalBlock(recipe);
    const expected = [RemoteException, 'late'];
    for (let n = 0; n < 1000; n++) {
      const value = await python.call('attempt', n, 2e-6 * (1 + (n % 200))).catch((error: unknown) => error);
      // The time may also be up before the first line of the function, or behind its last one.
      if (value instanceof RemoteException) expect(value.type).toContain('TimeOut');
      else expect([n, ...expected]).toContain(value);
    }
    await python.evalBlock('signal.signal(signal.SIGALRM, signal.SIG_IGN)').catch(() => {});
    await expectAlive(python);
  });

  test('a handler that calls the host while another call is waited for gets its answer behind that one', async () => {
    const python = await open();
    await python.export(async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return n;
    }, 'slow');
    await python.export((n: number) => n * 2, 'twice');
    await python.evalBlock(`
import signal
seen = []
signal.signal(signal.SIGALRM, lambda *args: seen.append(twice(4)))
def attempt():
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    return [slow(1), seen]`);
    expect(await python.call('attempt')).toEqual([1, [8]]);
    await expectAlive(python);
  });

  test('a handler is told by getsignal as it was set, and replaced as usual', async () => {
    const python = await open();
    await python.evalBlock('import signal\ndef ring(*args): pass\nold = signal.signal(signal.SIGALRM, ring)');
    expect(
      await python.eval(
        '[old == signal.SIG_DFL, signal.getsignal(signal.SIGALRM) is ring, signal.signal(signal.SIGALRM, signal.SIG_IGN) is ring, signal.getsignal(signal.SIGALRM) == signal.SIG_IGN]',
      ),
    ).toEqual([true, true, true, true]);
  });

  test('a handler that exits ends the interpreter, also while it waits', async () => {
    const python = await open();
    await python.evalBlock('import os, signal, sys\nsignal.signal(signal.SIGTERM, lambda *args: sys.exit(4))');
    process.kill(await python.eval<number>('os.getpid()'), 'SIGTERM');
    expect(await python.closed).toMatchObject({ exitCode: 4 });
  });
});

describe('the end', () => {
  test.each(['close', 'exit'])('an exit hook may call the host (%s)', async (way) => {
    const output = collect();
    const python = await open({ stdout: output.stdout });
    const heard: unknown[] = [];
    await python.export((text: string) => {
      heard.push(text);
      return 'thanks';
    }, 'host');
    await python.evalBlock("import atexit, sys\natexit.register(lambda: sys.stdout.write(host('bye')))");
    if (way === 'close') await python.close();
    else await rejection(python.evalBlock('sys.exit()'), TerminatedException);
    expect([heard, output.text()]).toEqual([['bye'], 'thanks']);
  });

  test('an exit inside of a function of the host ends the interpreter, whatever catches it further out', async () => {
    const python = await open();
    await python.export(() => python.evalBlock('import sys; sys.exit(3)'), 'host');
    await python.evalBlock('def f():\n    try: host()\n    except BaseException: return 5');
    expect(await rejection(python.call('f'), TerminatedException)).toMatchObject({ exitCode: 3 });
  });
});

test('a copy of a function that the host has lent is that function', async () => {
  const python = await open();
  await python.evalBlock('import copy\ndef keep(f):\n  global kept\n  kept = copy.deepcopy([f])[0]\n  return f(1)');
  expect(
    await python.call(
      'keep',
      callback((x: number) => x + 1),
    ),
  ).toBe(2);
  expect(await python.eval('[1, kept(5)]')).toEqual([1, 6]);
});
