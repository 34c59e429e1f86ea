import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type BondOptions,
  callback,
  isKwargs,
  type Kwargs,
  RemoteException,
  SerializationException,
  TerminatedException,
} from '../src/index.js';
import { onTestFinished } from './finish.js';
import { collect, expectAlive, lender, missing, needsInterpreter, openBond, rejection, shareBond } from './fixtures.js';
import { rounds } from './fuzzing.js';
import { generations } from './generations.js';
import { testSample } from './turns.js';

needsInterpreter('Python');

const open = lender('Python');
/** Where the program changes what others would meet. */
const openFresh = (options?: BondOptions, args: string[] = []) => openBond('Python', undefined, args, options);

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

test('an argument by name may be called self', async () => {
  const python = await open();
  const note = (...args: unknown[]): unknown => (isKwargs(args.at(-1)) ? (args.at(-1) as Kwargs).values : args);
  await python.export(note, 'noted');
  await python.evalBlock('def told(function): return function(self=1)');
  expect(await python.eval('noted(self=1)')).toEqual({ self: 1 });
  for (const func of [callback(note), callback(note, { objects: 'hold' })])
    expect(await python.call('told', func)).toEqual({ self: 1 });
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
    const python = await openFresh();
    await python.evalBlock('hold, held = _BOND_hold, _BOND_held');
    expect(await python.eval('[hold("a"), hold("b"), _BOND_hold("c"), held(2), _BOND_held(3)]')).toEqual([
      1,
      2,
      3,
      'b',
      'c',
    ]);
  });

  test.each([
    ['before', 'raise MemoryError()'],
    ['behind', "arguments = (arguments[0] + '\\nraise MemoryError()',) + arguments[1:]"],
  ])('what is seldom needed is there as a whole or not at all, if memory ends %s', async (_, end) => {
    const python = await openFresh();
    await python.evalBlock(`
compile_it = compile
def compile_some(*arguments):
    del _BOND_hold.__globals__['compile']
    ${end}
    return compile_it(*arguments)
def hold():
    _BOND_hold.__globals__['compile'] = compile_some
    _BOND_hold(1)`);
    expect((await rejection(python.eval('hold()'), RemoteException)).type).toBe('MemoryError');
    expect(await python.eval('[float("inf"), {1}]')).toEqual([Number.POSITIVE_INFINITY, new Set([1])]);
    expect(await python.call('(lambda value: value)', new Date(7))).toEqual(new Date(7));
    expect(await python.eval('_BOND_hold(1)')).toBe(1);
  });

  test('FIRST names all that files use of lazy ones and that the host calls', async () => {
    const python = await openFresh();
    await python.evalBlock(`
import ast, dis
driver = _BOND_hold.__globals__
used, defined = set(), set()
def note(code):
    used.update(step.argval for step in dis.get_instructions(code) if step.opname in ('LOAD_GLOBAL', 'LOAD_NAME'))
    for constant in code.co_consts:
        if type(constant) is type(code):
            note(constant)
for file in driver['source'].decode().split('\\n#: ')[1:]:
    heading, _, text = file.partition('\\n')
    if heading.startswith('lazy'):
        defined.update(part.name for part in ast.parse(text).body if hasattr(part, 'name'))
    else:
        note(compile(text, heading, 'exec'))`);
    const [first, wanted] = await python.eval<[string[], string[]]>(`
      [driver['FIRST'].split(), [name for name in defined if name in used or name.startswith('_BOND_')]]`);
    expect(first.sort()).toEqual(wanted.sort());
  });

  test('what is seldom needed may come for the first time in the depth of a recursion', async () => {
    const python = await openFresh();
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
  const functions = `
import functools, os
def add(a, b): return a + b
class Counter:
    n = 10
    def add(self, x): return self.n + x
counter = Counter()
handlers = {'x': lambda x: x + 1}
`;
  const shared = shareBond('Python', {}, functions);

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
    const python = await shared();
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
    await python.evalBlock(python.ref('def outer():\n    inner()\n\ndef inner():\n    1 / 0\n'));
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
  const shared = shareBond('Python');
  const imports = 'from enum import Enum\nfrom datetime import datetime\nfrom decimal import Decimal';
  const sharedByJson = shareBond('Python', { protocol: 'JSON' }, imports);

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
    const python = await shared();
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
    const python = await sharedByJson();
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

  test('a child that the handler of a signal has forked reads nothing of what the host says', async () => {
    const python = await open();
    await python.evalBlock(`
import os, signal
children = []
def fork(*_):
  children.append(os.fork())
signal.signal(signal.SIGUSR1, fork)`);
    for (let count = 0; count < 5; count++) {
      process.kill(python.pid, 'SIGUSR1'); // while it waits for the host
      for (let n = 0; n < 20; n++) expect(await python.call('int', n)).toBe(n);
    }
    expect(await python.eval('[os.waitpid(child, 0)[1] for child in children]')).not.toEqual([]);
    await expectAlive(python);
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

describe('a function that is told of every step', () => {
  const tracers = `
import sys
def raising(*args): raise ValueError('told')
def after(count):
    def tell(frame, event, arg):
        nonlocal count
        count -= 1
        if count == 0: raise ValueError('told')
        return tell
    return tell`;

  test.each(['settrace', 'setprofile'])('may raise at any of them (%s)', async (set) => {
    const python = await open();
    await python.export((n: number) => n, 'host');
    await python.evalBlock(tracers);
    const told = (error: RemoteException): void => void expect(error.remoteMessage).toBe('told');
    await python.evalBlock(`sys.${set}(raising)`).catch(told);
    for (let count = 1; count < 120; count += 1) {
      await python.evalBlock(`sys.${set}(after(${count}))`).catch(told);
      expect([1, undefined]).toContain(await python.eval('host(1)').catch(told));
      expect([1, undefined]).toContain(await python.call('host', 1).catch(told));
    }
    await python.evalBlock(`sys.${set}(None)`).catch(told);
    await expectAlive(python);
  });

  test('is told of all steps of user code, also behind a call of the host, and is what gettrace says', async () => {
    const python = await open();
    await python.export((n: number) => n, 'host');
    await python.evalBlock(`
import sys
told = []
def tell(frame, event, arg):
    if event == 'call': told.append(frame.f_code.co_name)
def mine(): return host(1) + theirs()
def theirs(): return 1
sys.settrace(tell)`);
    expect(await python.call('mine')).toBe(2);
    expect(await python.eval('sys.gettrace() is tell')).toBe(true);
    await python.evalBlock('sys.settrace(None)');
    expect(await python.eval('[name for name in told if name in ("mine", "theirs")]')).toEqual(['mine', 'theirs']);
  });
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
    const python = await openFresh();
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
    const python = await openFresh();
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

  test('signals that come faster than their handler hears from the host do not fill the stack', async () => {
    const python = await openFresh();
    await python.export((n: number) => new Promise((resolve) => setTimeout(resolve, 2, n)), 'slow');
    const many = rounds(20, 300);
    await python.evalBlock(`
import signal
def ring(*args):
    global seen
    seen += slow(1)
seen = 0
signal.signal(signal.SIGALRM, ring)
def attempt():
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    values = [slow(n) for n in range(${many})]
    signal.setitimer(signal.ITIMER_REAL, 0)
    return [values == list(range(${many})), seen > 0]`);
    expect(await python.call('attempt')).toEqual([true, true]);
    await expectAlive(python);
  });

  test('a handler is told by getsignal as it was set, and replaced as usual', async () => {
    const python = await openFresh();
    await python.evalBlock('import signal\ndef ring(*args): pass\nold = signal.signal(signal.SIGALRM, ring)');
    expect(
      await python.eval(
        '[old == signal.SIG_DFL, signal.getsignal(signal.SIGALRM) is ring, signal.signal(signal.SIGALRM, signal.SIG_IGN) is ring, signal.getsignal(signal.SIGALRM) == signal.SIG_IGN]',
      ),
    ).toEqual([true, true, true, true]);
  });

  test('a handler that exits ends the interpreter, also while it waits', async () => {
    const python = await openFresh();
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

describe('whatever is raised is told', () => {
  const classes = `
class A(Exception):
    def __getattr__(self, name): return {}[name]
class B(Exception):
    def __getattribute__(self, name): raise SystemExit(name)
class C(Exception):
    def __str__(self): raise SystemExit('str')
    __repr__ = __str__
class D(Exception):
    def __str__(self): return 5
class Text(str):
    def __len__(self): raise ValueError('len')
    def __getitem__(self, key): raise ValueError('item')
    def encode(self, *args): raise ValueError('encode')
class E(Exception):
    def __str__(self): return Text('text')
class F(Exception):
    @property
    def __class__(self): raise KeyboardInterrupt('class')
class G(Exception):
    __cause__ = property(lambda self: 1 / 0)
    __context__ = property(lambda self: 1 / 0)
    __traceback__ = property(lambda self: 1 / 0)
    args = property(lambda self: 1 / 0)
class H(BaseException): pass
class Meta(type):
    @property
    def __name__(cls): raise ValueError('name')
    @property
    def __module__(cls): raise ValueError('module')
    def __getattribute__(cls, name): raise ValueError('meta')
    def __subclasscheck__(cls, other): raise ValueError('subclass')
    def __instancecheck__(cls, other): raise ValueError('instance')
I = Meta('I', (Exception,), {})
class J(Exception):
    def __str__(self): return str(self)
class K(_BOND_RemoteException):
    def __init__(self): pass
    bond_call = property(lambda self: 1 / 0)
    data = property(lambda self: 1 / 0)
    type = property(lambda self: 1 / 0)
class L(_BOND_SerializationException):
    bond_call = 'x'
    def __str__(self): raise KeyboardInterrupt()
class M(Exception):
    def __str__(self): return 'x' * 5000000
class N(Exception):
    def __str__(self): return '\\ud83d' + chr(0) + '\\n'
def O():
    error = ValueError('loop')
    error.__cause__ = error
    return error
def P():
    error = ValueError('last')
    for n in range(20000):
        cause = error
        error = ValueError(n)
        error.__cause__ = cause
    return error
Q = MemoryError
R = RecursionError
S = StopIteration
T = GeneratorExit
def boom(make):
    raise make()
def boom_in_generator(make):
    yield 1
    raise make()
def boom_in_callback(make, f):
    f(1)
    raise make()
class Dying:
    def __del__(self): raise A('in a destructor')
class Broken(dict):
    def items(self): raise A('items')`;

  const settings = [false, true].map((transExcept) => ({
    transExcept,
    shared: shareBond('Python', { transExcept }, classes),
  }));

  test.each([...'ABCDEFGHIJKLMNOPQRST'])('class %s, in a call, a generator and behind a callback', async (name) => {
    for (const { transExcept, shared } of settings) {
      const python = await shared();
      const type: new (...args: never[]) => Error =
        (transExcept && name !== 'K') || name === 'L' ? SerializationException : RemoteException;
      await rejection(python.eval(`boom(${name})`), type);
      await rejection(
        python.call(
          'boom_in_callback',
          python.ref(name),
          callback(() => 1),
        ),
        type,
      );
      const items: unknown[] = [];
      const read = async () => {
        for await (const item of python.iterate(`boom_in_generator(${name})`)) items.push(item);
      };
      await rejection(read(), type);
      expect(items).toEqual([1]);
      await expectAlive(python);
    }
  });

  test('a group of exceptions that holds itself, and an exception in a destructor', async () => {
    const python = await open();
    await python.evalBlock(classes);
    await python.evalBlock('Dying()\ndef leave(): Dying()');
    await python.call('leave');
    await python.evalBlock(`
import sys
if sys.version_info >= (3, 11):
    class Loop(ExceptionGroup):
        exceptions = property(lambda self: [self])
else:
    class Loop(Exception):
        def __init__(self, *args): pass`);
    expect((await rejection(python.evalBlock('raise Loop("loop", [ValueError()])'), RemoteException)).type).toBe(
      'Loop',
    );
    await expectAlive(python);
  });

  test('an exception whose text never ends can be interrupted', async () => {
    const output = collect();
    const python = await open({ stdout: output.stdout });
    await python.evalBlock(
      'import sys\nclass E(Exception):\n  def __str__(self):\n    sys.stdout.write("on")\n    while True: pass',
    );
    const error = rejection(python.evalBlock('raise E()'), RemoteException);
    for (const text of ['on', 'onon']) {
      await output.until(text);
      await python.interrupt();
    }
    expect((await error).type).toBe('E');
    await expectAlive(python);
  });

  test('what is no value is refused by its type, whatever its class does', async () => {
    const python = await open();
    await python.evalBlock(`${classes}
class Five:
    def __getattr__(self, name): return 5
class Raising:
    def __getattribute__(self, name): raise KeyError('boo ' + name)
class Liar:
    __class__ = dict
    def items(self): return 5`);
    for (const name of ['Five', 'Raising', 'Liar']) {
      const { message } = await rejection(python.eval(`{'a': [${name}()]}`), SerializationException);
      expect(message).toContain(`result.a[0]: a value of type ${name} cannot be carried by EJSON`);
    }
    await rejection(python.eval('I'), SerializationException);
    await expectAlive(python);
  });
});

describe('what cannot cross, and what to do', () => {
  const setUp = `
import array, collections, dataclasses, datetime, decimal, enum, fractions, os, pathlib, re, uuid
@dataclasses.dataclass
class Point: x: int = 1
Pair = collections.namedtuple('Pair', 'a b')
class Color(enum.Enum): RED = 1
class Size(float, enum.Enum): BIG = 1.5
def module(name, **classes):
    return [type(n, bases, {'__module__': name}) for n, bases in classes.items()]
[DataFrame, Series] = module('pandas.core', DataFrame=(object,), Series=(object,))
class NaTType(datetime.datetime):
    __module__ = 'pandas._libs.tslibs.nattype'
    def utcoffset(self): raise ValueError('NaTType does not support utcoffset')
NaT = NaTType(1, 1, 1)
def generate(): yield 1
async def later(): return 1
`;
  test.each([
    ['DataFrame()', "send its .to_dict('records'), or convert all by presets.Python.pandas()"],
    ['Series()', 'send its .tolist(), or convert all by presets.Python.pandas()'],
    ['NaT', 'send None in its place, or convert all by presets.Python.pandas()'],
    ['range(5)', 'send list() of it'],
    ['collections.deque([1])', 'send list() of it'],
    ['{1: 2}.keys()', 'send list() of it'],
    ['datetime.timedelta(1)', 'send its .total_seconds()'],
    ['datetime.date(2020, 1, 1)', 'send its .isoformat()'],
    ['1j', 'send its .real and .imag'],
    ['fractions.Fraction(1, 3)', 'send str() or float() of it, or convert all by presets.Python.numbers()'],
    ['decimal.Decimal(1)', 'send str() or float() of it, or convert all by presets.Python.numbers()'],
    ['uuid.UUID(int=5)', 'send str() of it'],
    ['pathlib.Path(".")', 'send str() of it'],
    ['Color.RED', 'send its .value or .name'],
    ['Size.BIG', 'send its .value or .name'],
    ['Pair(1, 2)', 'send its ._asdict(), or list() of it'],
    ['Point()', 'send dataclasses.asdict() of it'],
    ['generate()', 'iterate() over it, or hold() it'],
    ['map(abs, [1])', 'iterate() over it, or hold() it'],
    ['os.environ', 'send dict() of it'],
    ['memoryview(array.array("i", [1, 2]))', 'send its .tolist()'],
    ['later()', 'it comes from an async def: await it there, and send the result'],
    ['object()', 'hold() it'],
  ])('%s', async (code, advice) => {
    const err = collect();
    const python = await open({ stderr: err.stdout });
    await python.evalBlock(setUp);
    const { message } = await rejection(python.eval(`{'a': [1, ${code}]}`), SerializationException);
    expect(message).toMatch(/: result\.a\[1\]: a value of type \w+ cannot be carried by EJSON: /);
    expect(message.slice(message.indexOf('EJSON: ') + 7)).toBe(advice);
    await expectAlive(python);
    await python.close();
    expect(err.text()).toBe('');
  });

  test('under plain JSON', async () => {
    const python = await open({ protocol: 'JSON' });
    expect((await rejection(python.eval('{1}'), SerializationException)).message).toMatch(/send list\(\) of it$/);
    expect((await rejection(python.eval('b"x"'), SerializationException)).message).toContain('.decode()');
  });

  test('the value of something held: get() or call() what you need', async () => {
    const python = await open();
    await using held = await python.hold('object()');
    expect((await rejection(held.value(), SerializationException)).message).toMatch(
      /get\(\) or call\(\) what you need/,
    );
  });

  test('a statement in an expression names evalBlock', async () => {
    const python = await open();
    expect((await rejection(python.eval('x = 1'), RemoteException)).remoteMessage).toContain('evalBlock');
    expect((await rejection(python.eval('1 +'), RemoteException)).remoteMessage).not.toContain('evalBlock');
  });

  const numpy = `
try: import numpy as np
except ImportError: np = None`;
  const withNumpy = shareBond('Python', {}, numpy);

  test.each([
    ['np.datetime64("2020-01-01", "ns")', 'send str() of it'],
    ['np.timedelta64(5, "ns")', "send it / numpy.timedelta64(1, 's')"],
    ['np.array(["2020-01-01"], "M8[D]")', 'send its .astype(str).tolist()'],
    ['np.array([[0.5]], "f2")', 'send its .tolist()'],
    ['np.array([[1j]])', 'send its .real and .imag'],
    ['np.array([[None]])', 'send its .tolist()'],
    ['np.array(["a"])', 'send its .tolist()'],
    ['np.complex128(1j)', 'send its .real and .imag'],
    ['np.longdouble(1)', 'send float() of it'],
    ['np.ones(2, np.longdouble)', 'send its .astype(float)'],
    ['np.array((1, 2.5), "i4, f8")', 'send its .tolist()'],
    ['np.void(b"x")', 'send its .tolist()'],
    ['np.array(5, object)', 'send its .tolist()'],
    ['np.ma.masked_array([1, 2], [0, 1])', 'send its .tolist(), or .filled()'],
  ])('of numpy: %s', async (code, advice) => {
    const python = await withNumpy();
    if (await python.eval('np is None')) return;
    const { message } = await rejection(python.eval(`{'a': [1, ${code}]}`), SerializationException);
    expect(message).toContain('result.a[1]: a value of type ');
    expect(message.endsWith(advice), message).toBe(true);
    await expectAlive(python);
  });

  test('what the advice leads to crosses', async () => {
    const python = await open();
    await python.evalBlock(`${setUp}${numpy}`);
    for (const code of [
      'list(range(2)), list({1: 2}.keys()), list(collections.deque([1]))',
      'datetime.timedelta(1).total_seconds(), datetime.date(2020, 1, 1).isoformat()',
      '1j.real, 1j.imag, str(fractions.Fraction(1, 3)), float(decimal.Decimal(1)), str(uuid.UUID(int=5)), str(pathlib.Path("."))',
      'Color.RED.value, Color.RED.name, Size.BIG.value, Pair(1, 2)._asdict(), list(Pair(1, 2)), dataclasses.asdict(Point())',
      'dict(os.environ)',
      '__import__("asyncio").run(later())',
    ])
      await python.eval(code);
    if (await python.eval('np is None')) return;
    for (const code of [
      'str(np.datetime64("2020-01-01", "ns")), np.timedelta64(5, "ns") / np.timedelta64(1, "s")',
      'np.array([5], "m8[s]") / np.timedelta64(1, "s"), np.array(["2020-01-01"], "M8[D]").astype(str).tolist()',
      'np.array([True, False]).tolist(), np.array([[1, 2]]).tolist(), np.array(["a"]).tolist(), np.array([1], "f2").tolist()',
      'np.complex128(1j).real, np.array([1j]).imag, float(np.longdouble(1)), np.ones(2, np.longdouble).astype(float)',
      'np.array((1, 2.5), "i4, f8").tolist(), np.void(b"x").tolist(), np.array(5, object).tolist()',
      'np.ma.masked_array([1, 2], [0, 1]).tolist(), np.ma.masked_array([1, 2], [0, 1]).filled()',
    ])
      await python.eval(code);
  });

  test('numbers, booleans and texts of numpy cross', async () => {
    const python = await open();
    await python.evalBlock(numpy);
    if (await python.eval('np is None')) return;
    const code =
      '[np.int64(2 ** 62 + 1), np.float32(0.5), np.float16(0.5), np.bool_(True), np.str_("é"), np.array(5), np.float64("nan")]';
    expect(await python.eval(code)).toEqual([2n ** 62n + 1n, 0.5, 0.5, true, 'é', 5, Number.NaN]);
  });
});

describe('exactly, or not at all', () => {
  const classes = `
import array, datetime, enum
class Own(dict):
    def items(self): return [('a', 'other')]
    def __iter__(self): return iter(['other'])
    def __getitem__(self, key): return 'other'
class OwnList(list):
    def __iter__(self): return iter(['other'])
class Key(str):
    def __str__(self): return 'other'
class Odd(str):
    def __eq__(self, other): return self is other
    def __hash__(self): return id(self)
class OddInt(int):
    def __eq__(self, other): return self is other
    def __hash__(self): return id(self)
    def __add__(self, other): return 7
class Lying(int):
    def __repr__(self): return '7'
    __str__ = __int__ = __index__ = __repr__
class Moment(datetime.datetime):
    def utcoffset(self): return None
    def __sub__(self, other): return datetime.timedelta(0)
class Zone(datetime.tzinfo):
    asked = 0
    def utcoffset(self, moment):
        self.asked += 1
        return datetime.timedelta(hours=self.asked)
class Numbers(array.array):
    def tobytes(self): return b'other'
class Tag(bytes, enum.Enum): A = b'a'
class Pair(tuple, enum.Enum): A = (1, 2)
import collections
nan = float('nan')`;
  const shared = shareBond('Python', {}, classes);

  test.each([
    ['{float("nan"): 1, float("nan"): 2}', 'would become one'],
    ['{float("nan"), float("nan")}', 'would become one'],
    ['{-0.0: 1}', '-0.0'],
    ['{-0.0}', '-0.0'],
    ['{Odd("a"): 1, "a": 2}', 'the same text'],
    ['{OddInt(1): 1, 1: 2}', 'would become one'],
    ['{OddInt(1), 1}', 'would become one'],
    ['"\\ud83d\\ude00"', 'two halves'],
    ['{"x": ["a\\ud83d\\ude00"]}', 'result.x[0]: two halves'],
    ['{"\\ud83d\\ude00": 1}', 'two halves'],
    ['"x" * (2**18 - 1) + "\\ud83d\\ude00" + "y" * 2**18', 'two halves'],
    ['Tag.A', 'type Tag cannot be carried by EJSON: send its .value or .name'],
    ['[1, Pair.A]', 'result[1]: a value of type Pair cannot be carried by EJSON: send its .value or .name'],
  ])('%s is an error', async (code, reason) => {
    const python = await shared();
    expect((await rejection(python.eval(code), SerializationException)).message).toContain(reason);
    await expectAlive(python);
  });

  test.each<[code: string, value: unknown]>([
    [
      '{nan: 1, 1: 2}',
      new Map([
        [Number.NaN, 1],
        [1, 2],
      ]),
    ],
    [
      '{1: 1, "1": 2}',
      new Map<unknown, number>([
        [1, 1],
        ['1', 2],
      ]),
    ],
    [
      '{True: 1, "true": 2}',
      new Map<unknown, number>([
        [true, 1],
        ['true', 2],
      ]),
    ],
    [
      '{None: 1, "null": 2}',
      new Map<unknown, number>([
        [null, 1],
        ['null', 2],
      ]),
    ],
    ['{2 ** 53 + 1, 2.0 ** 53}', new Set<unknown>([2n ** 53n + 1n, 2 ** 53])],
    ['Own(a=1)', { a: 1 }],
    ['[Own(a={1})]', [{ a: new Set([1]) }]],
    ['OwnList([1, {2}])', [1, new Set([2])]],
    ['{Key("a"): Key("b")}', { a: 'b' }],
    ['{Key("a"): {1}, "$": OddInt(3)}', { a: new Set([1]), $: 3 }],
    ['[Lying(5), {Lying(2 ** 70): Lying(1)}]', [5, new Map([[2n ** 70n, 1]])]],
    ['Moment(2020, 1, 1, tzinfo=datetime.timezone.utc)', new Date('2020-01-01T00:00:00Z')],
    ['datetime.datetime(2020, 1, 1, tzinfo=Zone())', new Date('2019-12-31T23:00:00Z')],
    ['Numbers("h", [1, -2])', new Int16Array([1, -2])],
    ['collections.OrderedDict([("b", 1), ("a", 2)])', { b: 1, a: 2 }],
    ['collections.Counter("aab")', { a: 2, b: 1 }],
    ['["😀", "\\ude00\\ud83d", "\\ud83d", "\\ude00"]', ['😀', '\ude00\ud83d', '\ud83d', '\ude00']],
    ['10 ** 5000', 10n ** 5000n],
    ['[{"a": -10 ** 5000}]', [{ a: -(10n ** 5000n) }]],
  ])('%s crosses', async (code, value) => {
    const python = await shared();
    expect(await python.eval(code)).toEqual(value);
  });

  test('also in Python 2, where bytes are text if they are UTF-8', async ({ skip }) => {
    const program = generations.find(({ title }) => title === 'Python 2.7')?.find();
    if (program === undefined) return missing('Python 2.7', skip);
    const python = await openBond('Python', [program]);
    await python.evalBlock('class Lying(long):\n    def __repr__(self): return "7"\n    __str__ = __repr__');
    expect(await python.eval('[Lying(5), {Lying(2 ** 70): "k"}]')).toEqual([5, new Map([[2n ** 70n, 'k']])]);
    const both = await rejection(python.eval('{u"\\xe9": 1, "\\xc3\\xa9": 2}'), SerializationException);
    expect(both.message).toContain('two of its keys are the same text');
    expect(await python.eval('{u"a": 1, "\\xc3\\xa9": 2}')).toEqual({ a: 1, é: 2 });
    expect(await python.eval('{"\\xff": 1}')).toEqual(new Map([[new Uint8Array([255]), 1]]));
  });

  test('and where long bytes come back in pieces, since something stands between', async ({ skip }) => {
    const program = generations.find(({ title }) => title === 'Python 2.7')?.find();
    if (program === undefined) return missing('Python 2.7', skip);
    const python = await openBond('Python', ['sh', '-c', '"$@"; exit $?', 'sh', program]);
    const bytes = new Uint8Array(300_001).fill(0xff);
    await python.export((value: unknown) => value, 'host');
    expect(await python.call('host', bytes)).toEqual(bytes);
    expect(await python.call('host', 'é'.repeat(100_000))).toBe('é'.repeat(100_000));
  });

  test('an integer of 5,000 digits goes there and back', async () => {
    const python = await open();
    await python.export((x: unknown) => x, 'host');
    expect(await python.call('host', 10n ** 5000n)).toBe(10n ** 5000n);
  });
});

describe('the program around the driver', () => {
  const test = testSample(3);
  const use = async (python: Awaited<ReturnType<typeof open>>) => {
    await python.export((x: unknown) => x, 'host');
    await python.export(() => {
      throw new RangeError('no');
    }, 'fails');
    expect(await python.call('(lambda x: x)', [1, 'é', null])).toEqual([1, 'é', null]);
    expect(await python.eval('{"d": [1.5, {1, 2}], "n": float("nan")}')).toEqual({
      d: [1.5, new Set([1, 2])],
      n: Number.NaN,
    });
    expect(await python.call('host', new Date(5), new Uint8Array([1]), new Float64Array([1.5]))).toEqual(new Date(5));
    const long = Array.from({ length: 3000 }, (_, n) => ({ n }));
    expect(await python.call('(lambda x: x)', long)).toEqual(long);
    expect((await rejection(python.eval('[][0]'), RemoteException)).traceback).toContain('IndexError');
    expect((await rejection(python.eval('fails()'), RemoteException)).remoteMessage).toBe('no');
    await rejection(python.eval('object()'), SerializationException);
    await using held = await python.hold('[1, 2]');
    expect(await held.call('index', 2)).toBe(1);
    await expectAlive(python);
  };

  test.each<[name: string, code: string]>([
    [
      'built-in functions and classes',
      `import builtins
failure = Exception('broken')
def broken(*args, **named): raise failure
for name in dir(builtins):
    if name.islower() and name[0] != '_' and name not in ('list', 'dict', 'set', 'float', 'object'): builtins.__dict__[name] = broken
for name in ('Exception', 'BaseException', 'KeyboardInterrupt', 'SystemExit', 'RuntimeError', 'ValueError'): builtins.__dict__[name] = broken`,
    ],
    [
      'functions of os, sys, select, time, json, signal and traceback',
      `import os, sys, select, time, json, signal, traceback, datetime, base64, io, re, threading
def broken(*args, **named): raise OSError('broken')
for module in (os, select, time, json, base64, signal, re):
    for name, value in list(vars(module).items()):
        if name[0] != '_' and callable(value) and not isinstance(value, type) and name not in ('fspath', 'fsencode', 'fsdecode'): setattr(module, name, broken)
for name in ('exit', 'getrecursionlimit', 'setrecursionlimit', 'getdefaultencoding'): setattr(sys, name, broken)`,
    ],
    ['sys.stdout, closed', 'import sys; sys.stdout = open("/dev/null", "w"); sys.stdout.close()'],
    [
      'sys.stdout, whose methods raise SystemExit',
      'import sys\nclass Out:\n  def __getattribute__(self, name): raise SystemExit(name)\nsys.stdout = sys.stderr = Out()',
    ],
    ['hooks that raise', 'import sys, threading\nsys.excepthook = sys.unraisablehook = threading.excepthook = None'],
    ['the import function', 'import builtins\nbuiltins.__import__ = None'],
    ['warnings that are errors', 'import warnings; warnings.simplefilter("error")'],
    [
      'traps of decimals, and no garbage collection',
      'import decimal, gc\ngc.disable()\nfor t in decimal.getcontext().traps: decimal.getcontext().traps[t] = True',
    ],
    ['the environment', 'import os; os.environ.clear()'],
    ['a directory that is gone', 'import os, tempfile; d = tempfile.mkdtemp(); os.chdir(d); os.rmdir(d)'],
    [
      'the modules',
      'import sys; sys.modules.update({n: None for n in ("json", "re", "traceback", "datetime", "array", "base64", "warnings")})',
    ],
    ['the search path', 'import sys; sys.path[:] = []'],
    [
      'a trace and a profile function',
      'import sys\ndef trace(*args): return trace\nsys.settrace(trace); sys.setprofile(trace)',
    ],
    ['a frozen clock', 'import time\nreal = time.time\ntime.time = lambda: 0\ntime.sleep = lambda n: None'],
    ['the locale', 'import locale; locale.setlocale(locale.LC_ALL, "C")'],
    ['the recursion limit', 'import sys; sys.setrecursionlimit(130)'],
    ['all global variables', 'globals().clear()'],
    ['__builtins__', 'del __builtins__'],
    ['the main module', 'import sys; del sys.modules["__main__"]'],
    ['functions of sys', 'import sys; sys.exc_info = sys.getrecursionlimit = None'],
  ])('may change %s', async (_, code) => {
    const python = await openFresh();
    await python.evalBlock(code);
    await use(python);
  });

  test.each<[name: string, env: NodeJS.ProcessEnv, args: string[]]>([
    ['encodings', { PYTHONIOENCODING: 'ascii', LC_ALL: 'C', PYTHONUTF8: '0', PYTHONCOERCECLOCALE: '0' }, []],
    ['UTF-16', { PYTHONIOENCODING: 'utf-16' }, []],
    ['PYTHONWARNINGS', { PYTHONWARNINGS: 'error' }, []],
    ['others', { PYTHONUNBUFFERED: '1', PYTHONOPTIMIZE: '2', PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' }, []],
    ['PYTHONSTARTUP', { PYTHONSTARTUP: '/dev/null', PYTHONINSPECT: '1' }, []],
    ['PYTHONDEVMODE', { PYTHONDEVMODE: '1' }, []],
    ['-E -s -B', {}, ['-E', '-s', '-B']],
    ['-I', {}, ['-I']],
    ['-S', {}, ['-S']],
    ['-OO', {}, ['-OO']],
    ['-W error -bb', {}, ['-W', 'error', '-bb']],
    ['-X dev -u', {}, ['-X', 'dev', '-u']],
    ['-i', {}, ['-i']],
  ])('may be started with %s', async (_, env, args) => {
    const err = collect();
    const python = await openFresh({ env: { ...process.env, ...env }, stderr: err.stdout }, args);
    await use(python);
    await python.close();
    expect(
      err
        .text()
        .replace(/\n?>>> /g, '')
        .trim(),
    ).toBe('');
  });

  test('may have files that are called like modules of the driver', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bond-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const names = [
      'json',
      're',
      'traceback',
      'datetime',
      'array',
      'base64',
      'binascii',
      'warnings',
      'textwrap',
      'keyword',
    ];
    for (const name of names) writeFileSync(join(directory, `${name}.py`), 'x = 5');
    writeFileSync(join(directory, 'select.py'), 'raise RuntimeError("not this one")');
    const python = await openBond('Python', 'python3 -S', [], { env: { ...process.env, PYTHONPATH: directory } });
    await use(python);
    expect(await python.eval('[__import__(n).x for n in ["json", "traceback", "datetime", "re"]]')).toEqual([
      5, 5, 5, 5,
    ]);
    await use(python);
  });
});
