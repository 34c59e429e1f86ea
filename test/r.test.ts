// What is special to R: one start shows it, and another one what conversions do.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driverFile } from '../src/drivers/driver.js';
import {
  type AnyRemote,
  BondException,
  callback,
  kwargs,
  live,
  NDArray,
  presets,
  RemoteException,
  SerializationException,
} from '../src/index.js';
import { Questions } from '../src/repl/language-service.js';
import { Typed } from '../src/repl/typed.js';
import { temporaryDirectory } from './bonds.js';
import { all, collect, expectAlive, expectSame, needsInterpreter, openBond, rejection, shareBond } from './fixtures.js';

const FUNCTIONS = `
  same <- function(x) x
  down <- function(n) if (n == 0) 0 else 1 + up(n - 1)
  caught <- function(f) tryCatch(f(), error = function(e) paste(class(e)[1], conditionMessage(e)))`;

describe('R', () => {
  needsInterpreter('R');
  const open = shareBond('R', {}, FUNCTIONS);

  test('values return as they came', async () => {
    const r = await open();
    const values = [
      [],
      {},
      [5],
      [[5], [6]],
      [1, 2.5, null],
      [null, null],
      ['a', null, 'é😀'],
      [true, false],
      [1, 'a', [true, {}]],
      { '': 1, b: [], $c: { $date: 1 } },
      [Number.NaN, 1, null, Number.POSITIVE_INFINITY],
      [new Date(5), new Date(1_700_000_000_123)],
      Uint8Array.of(0, 255, 10),
      2 ** 53,
      -(2 ** 53),
      -0,
      5e-324,
      1.7976931348623157e308,
      123456789012345680,
    ];
    for (const value of values) expectSame(await r.call('same', value), value);
    expect(await r.eval('list(1:3, 7, I(7), c(a = 1, b = 2), factor(c("x", "y")), NULL, NA, list(a = NULL))')).toEqual([
      [1, 2, 3],
      7,
      [7],
      { a: 1, b: 2 },
      ['x', 'y'],
      null,
      null,
      { a: null },
    ]);
  });

  test('a session shows values as R prints them, and knows names and unfinished lines', async () => {
    const r = await open();
    const typed = new Typed(r, { isColored: false, width: () => 40, tableWidth: () => 40 });
    expect(await typed.run('typed <- 1:20')).toBeUndefined();
    expect(await typed.run('typed')).toBe(' [1]  1  2  3  4  5  6  7  8  9 10 11 12\n[13] 13 14 15 16 17 18 19 20');
    expect(await typed.run('invisible(5); NULL')).toBeUndefined();
    expect(await typed.run('data.frame(a = 1:2, b = c("x", "y"))')).toBe('  a b\n1 1 x\n2 2 y');
    const { stdout, value } = await r.capture(() => typed.run('typed[1]; typed[2]'));
    expect([stdout, value]).toEqual(['[1] 1\n', '[1] 2']);
    const questions = new Questions(r);
    expect(await questions.complete('x <- typed')).toEqual(['typed', ['typed']]);
    expect(await questions.isUnfinished('f <- function(x) {', null, true)).toBe(true);
    expect(await questions.isUnfinished('"a', null, true)).toBe(true);
    expect(await questions.isUnfinished('f(', null, true)).toBe(true);
    expect(await questions.isUnfinished('f)', null, true)).toBe(false);
  });

  test('bond run prints what is visible, and passes arguments, as Rscript does', async () => {
    const r = await open();
    await r.evalBlock(await driverFile('R', 'run'));
    const text = 'hidden <- 2\nhidden * 2\ncommandArgs(TRUE)';
    const { stdout } = await r.capture(() => r.call('_BOND_run_file', 'a.R', text, ['one', 'two']));
    expect(stdout).toBe('[1] 4\n[1] "one" "two"\n');
    const error = await rejection(
      r.call('_BOND_run_file', 'a.R', 'f <- function() stop("no")\nf()', []),
      RemoteException,
    );
    expect(error.traceback).not.toMatch(/eval|withVisible|_BOND/);
  });

  test('a thousand numbers are read exactly', async () => {
    const r = await open();
    const numbers = Array.from({ length: 1000 }, (_, index) => {
      const bytes = new Float64Array(Uint32Array.of(index * 2_654_435_761, index * 1_540_483_477 + 12_345).buffer);
      return Number.isFinite(bytes[0]) ? (bytes[0] as number) : index / 7;
    });
    expect(await r.call('same', numbers)).toEqual(numbers);
    expect(await r.call('sum', numbers.slice(0, 2))).toBe((numbers[0] as number) + (numbers[1] as number));
  });

  test('a vector without items is an empty list, whatever its type and wherever it stands', async () => {
    const r = await open();
    for (const code of ['character(0)', 'numeric(0)', 'integer(0)', 'logical(0)', 'factor(character(0))', 'list()']) {
      expect(await r.eval(code)).toEqual([]);
      expect(await r.eval(`list(a = ${code}, b = list(${code}, ""))`)).toEqual({ a: [], b: [[], ''] });
    }
    expect(await r.eval('data.frame(name = character(0), size = numeric(0))')).toEqual({ name: [], size: [] });
    expect(await r.eval('setNames(character(0), character(0))')).toEqual({});
  });

  test('records in a list are what they are alone, whether they are alike or not', async () => {
    const r = await open();
    const alike = [
      'list(a=1, b="x")',
      'list(a=NA, `$b`=1L)',
      'list(a="\u00e9\\n", b=TRUE)',
      'list(a=-0.0, b=NaN)',
      'list(a=2^60)',
    ];
    const others = [
      'list(a=list(1))',
      'list(a=c(1, 2))',
      'list(a=NULL)',
      'list()',
      'list(1, 2)',
      'c(a=1, b=2)',
      'list(a=as.raw(1))',
    ];
    const odd = [
      'list(a=I(1))',
      'list(a=factor("u"))',
      'data.frame(a=1, b="x")',
      'list(a=c(n=1))',
      'setNames(list(1, 2), c("a", ""))',
    ];
    for (const code of [...alike, ...others, ...odd]) {
      const alone = await r.eval(code);
      const list = await r.eval(`list(${Array.from({ length: 5 }, () => code)})`);
      expectSame(list, [alone, alone, alone, alone, alone]);
    }
    expect(await r.eval('list(list(a=1), list(a="x"), list(a=TRUE), list(b=1))')).toEqual([
      { a: 1 },
      { a: 'x' },
      { a: true },
      { b: 1 },
    ]);
    const error = await rejection(r.eval('list(list(a=1), list(a=2), list(a=3), list(a=sum))'), SerializationException);
    expect(error.message).toContain('result[3].a: a value of class function');
    for (const code of ['list(a=1, a=2)', 'list(a="\\xff")']) {
      await rejection(r.eval(`list(${code}, ${code}, ${code}, ${code})`), SerializationException);
    }
  });

  test('text is Unicode in whatever encoding R has it, or refused', async () => {
    const r = await open();
    expect(await r.eval('iconv("h\u00e9", "UTF-8", "latin1")')).toBe('h\u00e9');
    expect(await r.eval('list(iconv("\u00e9", "UTF-8", "latin1"), NA_character_, "\u00e9")')).toEqual([
      '\u00e9',
      null,
      '\u00e9',
    ]);
    const invalid = [
      '"\\xff"',
      'rawToChar(as.raw(c(97, 255)))',
      '`Encoding<-`("\\xff", "UTF-8")',
      '`Encoding<-`("\\xff", "bytes")',
    ];
    for (const text of invalid) {
      const error = await rejection(r.eval(text), SerializationException);
      expect(error.message).toContain('send charToRaw() of it');
      await rejection(r.eval(`list(a = c("a", ${text}))`), SerializationException);
      await rejection(r.eval(`setNames(list(1), ${text})`), SerializationException);
      await rejection(r.eval(`setNames(data.frame(1), ${text})`), SerializationException);
    }
  });

  test('data frames are columns, matrices are arrays of two dimensions', async () => {
    const r = await open();
    expect(await r.eval('data.frame(x = 1:2, y = c("a", NA))')).toEqual({ x: [1, 2], y: ['a', null] });
    expect(await r.eval('data.frame(x = 1)')).toEqual({ x: [1] });
    const matrix = await r.eval<NDArray>('matrix(c(1, 2, 3, 4, 5, 6), 2)');
    expect([matrix.shape, matrix.tolist()]).toEqual([
      [2, 3],
      [
        [1, 3, 5],
        [2, 4, 6],
      ],
    ]);
    expect(await r.call('function(m) m[2, 1]', new NDArray(Float64Array.of(1, 2, 3, 4), [2, 2]))).toBe(3);
  });

  test('what cannot cross is an error that says where it is, and what to send', async () => {
    const r = await open();
    const refusals = {
      'list(a = list(1, sum))': 'result.a[1]: a value of class function',
      'list(list(Sys.Date()))': 'result[0][0]: a value of class Date',
      mtcars: 'result: a value of class data.frame',
      'c(a = 1, a = 2)': 'result: two of its names are the same',
      '1i': 'presets.R.numbers',
    };
    for (const [code, message] of Object.entries(refusals))
      expect((await rejection(r.eval(code), SerializationException)).message).toContain(message);
    for (const value of ['a\0', 2n ** 53n + 1n, '\ud800'])
      await rejection(r.call('same', value), SerializationException);
    await expectAlive(r);
  });

  test('formulae and models: code in arguments is code, objects are handles', async () => {
    const r = (await open()).with({ objects: 'hold' });
    const model = await r.call<AnyRemote>('lm', r.ref('mpg ~ wt'), kwargs({ data: r.ref('mtcars') }));
    const { wt } = (await model.coefficients) as unknown as Record<string, number>;
    expect(wt).toBeCloseTo(-5.344);
    const summary = await model.summary();
    expect(await (summary as AnyRemote)['r.squared']).toBeCloseTo(0.7528);
    expect(await r.eval('deparse(`_BOND_held`(1)$call)')).toBe('lm(formula = mpg ~ wt, data = mtcars)');
    expect(await r.call('nrow', await r.call('subset', r.ref('mtcars'), r.ref('cyl == 4')))).toBe(11);
    const stats = await r.import<AnyRemote>('stats');
    expect(await stats.median([3, 1, 2])).toBe(2);
  });

  test('rows of a data frame are items, and functions of the host are functions', async () => {
    const r = await open();
    expect(await all(r.iterate('data.frame(x = 1:2, y = c("a", "b"))'))).toEqual([
      { x: 1, y: 'a' },
      { x: 2, y: 'b' },
    ]);
    const square = callback((x: number) => x * x);
    expect(await r.call('vapply', [1, 2, 3], square, 1)).toEqual([1, 4, 9]);
  });

  test('conditions, warnings, tracebacks', async () => {
    const output = collect();
    const r = (await open()).with({ stderr: output.stdout });
    await r.evalBlock('f <- function(x) g(x)\ng <- function(x) stop("no ", x)');
    const error = await rejection(r.call('f', 'luck'), RemoteException);
    expect([error.remoteMessage, error.types]).toEqual(['no luck', ['simpleError', 'error']]);
    expect(error.traceback).toMatch(/g .*\n {2}f /);
    await r.evalBlock('warning("careful")\nh <- function() warning("too")\nh()');
    await output.until('too');
    expect(output.text()).toBe('Warning: careful\nWarning in h() : too\n');
    await r.evalBlock('options(warn = 2)');
    const promoted = await rejection(r.evalBlock('warning("careless")'), RemoteException);
    expect(promoted.remoteMessage).toContain('careless');
    await r.evalBlock('options(warn = 1)');
    await r.export(() => {
      throw new RangeError('of the host');
    }, 'fail');
    expect(await r.eval('caught(fail)')).toBe('_BOND_RemoteException of the host');
    await r.export(() => r.evalBlock('warning("inside")'), 'warn');
    expect(await r.eval('tryCatch({ warn(); "not caught" }, warning = function(w) "caught")')).toBe('not caught');
  });

  test('a file runs as a program, and functions of the host take the place of some of its own', async () => {
    const output = collect();
    const r = (await open()).with({ stdout: output.stdout });
    const folder = temporaryDirectory();
    writeFileSync(join(folder, 'inner.R'), 'tax <- function(net) net / 10');
    writeFileSync(
      join(folder, 'shop.R'),
      `rate <- 2\nsource('${folder}/inner.R')\nprice <- function(net) net + tax(net)\nprice(10)\nprice <- 5`,
    );
    const tax = async (net: number) => (await r.original<(net: number) => number>('tax')(net)) * 2;
    await r.load(join(folder, 'shop.R'), { replace: { tax, price: (net: number) => net } });
    expect(output.text()).toBe('[1] 10\n');
    expect(await r.eval('list(price, tax(20), rate, bindingIsActive("tax", globalenv()))')).toEqual([5, 4, 2, false]);
    const { message } = await rejection(
      r.load(join(folder, 'inner.R'), { replace: { taxes: () => 0 } }),
      BondException,
    );
    expect(message).toContain("'taxes'");
    expect(await r.eval('exists("taxes")')).toBe(false);
  });

  test('functions of packages are replaced wherever they have been imported, also of a package that the file loads', async () => {
    const output = collect();
    const r = (await openBond('R')).with({ stdout: output.stdout });
    const path = join(temporaryDirectory(), 'program.R');
    writeFileSync(
      path,
      `library(splines)
      cat(sd(c(1, 2, 3)), stats::sd(1:5), class(ns(1:5))[1], sd(4:9), "")
      cat(tryCatch(stats::median("x"), error = conditionMessage), bindingIsLocked("sd", asNamespace("stats")))`,
    );
    const replace = {
      'stats::sd': async (x: number[]) => (x.length === 6 ? 100 : r.original<(x: number[]) => number>('stats::sd')(x)),
      'splines::ns': () => 'of the host',
      'stats::median': () => {
        throw new Error('no median');
      },
    };
    await r.load(path, { replace });
    expect(output.text()).toMatch(/^1 1\.58\d+ character 100 no median TRUE/);
    expect(await r.eval('c(environmentName(environment(stats::var)), sd(1:6))')).toEqual(['stats', '100']);
    for (const [name, reason] of [
      ['stats::no_such', "'stats::no_such'"],
      ['base::sum', 'functions of the package base'],
      ['no.such::f', "'no.such::f'"],
    ] as const)
      expect((await rejection(r.load(path, { replace: { [name]: () => 0 } }), BondException)).message).toContain(
        reason,
      );
  });

  test('R compiles functions of the program, and none of the driver: each attempt would collect all garbage', async () => {
    const r = await openBond('R');
    await r.evalBlock(`
      attempts <- character()
      compiler <- asNamespace("compiler")
      compile <- compiler$tryCmpfun
      unlockBinding("tryCmpfun", compiler)
      assign("tryCmpfun", function(f) { attempts <<- c(attempts, substr(paste(deparse(f), collapse = " "), 1, 80)); compile(f) }, envir = compiler)
      twice <- function(x) { for (i in 1:2) x <- x + 1; x }`);
    await r.export((value) => value, 'same');
    for (let round = 0; round < 3; round++) {
      for (const code of ['1', '"a"', 'list(1, "b")', 'list(a = 1.5)', 'same(list(1, "a"))']) await r.eval(code);
      await r.call('paste', 'a', [1, 2]);
      await rejection(r.eval('stop("no")'), RemoteException);
      expect(await r.iterate('1:3').next()).toEqual({ value: 1, done: false });
    }
    expect(await r.eval('I(attempts)')).toEqual([]);
    for (let round = 0; round < 3; round++) expect(await r.call('twice', 1)).toBe(3);
    expect(await r.eval('I(attempts)')).toEqual([expect.stringContaining('for (i in 1:2)')]);
  });

  test('calls nest a hundred deep, and too deep is an error', async () => {
    const r = await open();
    await r.export((n: number) => r.call('down', n), 'up');
    expect(await r.call('down', 100)).toBe(100);
    expect((await rejection(r.call('down', 1000), RemoteException)).message).toContain('nested too deep');
    await expectAlive(r);
  });

  test('a live object has properties, methods and items, is compared, and comes back', async () => {
    const r = await open();
    class Cart {
      total = 1;
      add(n: number, named?: object): unknown {
        if (named) return [n, named];
        this.total += n;
        return this.total;
      }
      get broken(): never {
        throw new RangeError('no luck');
      }
    }
    const cart = new Cart();
    const items: unknown[] = [4, cart, 'x'];
    const keys = new Map<string, unknown>([['k', 'v']]);
    await r.evalBlock('keep <- function(...) list2env(setNames(list(...), c("o", "p", "q")), globalenv())');
    await r.hold('keep', live(cart), live(items), live(keys));
    await r.evalBlock('o$total <- 5; p[[1]] <- 6; q[["n"]] <- 7');
    expect([cart.total, items[0], keys.get('n')]).toEqual([5, 6, 7]);
    expect(await r.eval('list(o$add(2), o$total, o$nothing, o$add(1, b = 2))')).toEqual([7, 7, null, [1, { b: 2 }]]);
    const found = await r.eval('list(length(p), sapply(p, is.numeric), names(q), q[["k"]], q[["z"]])');
    expect(found).toEqual([3, [true, false, false], ['k', 'n'], 'v', null]);
    expect(await r.eval('c(p[[2]] == o, p[[2]] != o, o == q, o == 1)')).toEqual([true, false, false, false]);
    expect((await r.eval<unknown[]>('as.list(p)'))[1]).toBe(cart);
    expect(await r.eval('caught(function() o$broken)')).toContain('no luck');
    for (const outside of ['p[[0]]', 'p[[4]]'])
      expect(await r.eval(`caught(function() ${outside})`)).toContain('<Array of the host>: subscript out of bounds');
    const wrong = await rejection(r.eval('list(o, globalenv())'), SerializationException);
    expect(wrong.message).toContain('result[1]: a value of class environment');
    expect(
      await r.call(
        'function(f) f(1) + length(sapply(1:3, f))',
        live((x: number) => x + 1),
      ),
    ).toBe(5);
  });

  test('an endless loop is stopped', async () => {
    const output = collect();
    const r = (await open()).with({ stdout: output.stdout });
    const call = rejection(r.evalBlock('cat("on"); repeat {}'), RemoteException);
    await output.until('on');
    await r.interrupt();
    expect((await call).type).toBe('interrupt');
    await expectAlive(r);
  });

  // R crashes if another thread than its own gets the signal.
  test('a sleep is stopped by signals that find the process stopped, which has one thread', async () => {
    const output = collect();
    const r = (await open()).with({ stdout: output.stdout });
    expect(await r.eval('length(dir("/proc/self/task"))')).toBe(1);
    for (let round = 0; round < 10; round++) {
      const call = rejection(r.evalBlock(`cat("sleep${round};"); Sys.sleep(1e6)`), RemoteException);
      await output.until(`sleep${round};`);
      process.kill(r.pid, 'SIGSTOP');
      const interrupted = r.interrupt();
      process.kill(r.pid, 'SIGCONT');
      await interrupted;
      expect((await call).type).toBe('interrupt');
    }
    await expectAlive(r);
  });
});

test('R: presets convert dates, tables and names', async () => {
  const convert = {
    ...presets.R.dates({ fractions: 'truncate' }),
    ...presets.R.frames(),
    ...presets.R.matrices(),
    ...presets.R.numbers(),
  };
  const r = await shareBond('R', { convert })();
  expect(await r.eval('list(as.Date("2024-02-29"), .POSIXct(1.0019, "UTC"), 1i)')).toEqual([
    '2024-02-29',
    new Date(1001),
    '0+1i',
  ]);
  expect(await r.eval('mtcars[1:2, 1:2]')).toEqual([
    { _row: 'Mazda RX4', mpg: 21, cyl: 6 },
    { _row: 'Mazda RX4 Wag', mpg: 21, cyl: 6 },
  ]);
  expect((await r.eval<NDArray>('table(c("a", "b", "a"))')).tolist()).toEqual([2, 1]);
});
