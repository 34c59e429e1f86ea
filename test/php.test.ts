import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  type Bond,
  BondException,
  type BondOptions,
  callback,
  kwargs,
  RemoteException,
  SerializationException,
  TerminatedException,
  TimeoutException,
  writeTypes,
} from '../src/index.js';
import { onTestFinished } from './finish.js';
import { collect, expectAlive, lender, needsInterpreter, openBond, rejection, shareBond } from './fixtures.js';
import { testSample } from './turns.js';

needsInterpreter('PHP');

const open = (options?: BondOptions, args: string[] = []) => openBond('PHP', undefined, args, options);

test('an argument cannot have a number for a name, which PHP would take for a place', async () => {
  const php = await open();
  if (!(await php.eval<boolean>('PHP_VERSION_ID >= 80000'))) return;
  await php.evalBlock('function both($a = 1, $b = 2) { return [$a, $b]; }');
  const both = await php.import<(...args: unknown[]) => unknown>('both');
  const named = kwargs({ 0: 8 } as Record<string, number>);
  for (const call of [php.call('both', 7, named), both(7, named)]) {
    expect((await rejection(call, RemoteException)).remoteMessage).toBe("no argument can have the name '0'");
  }
  expect(await php.call('both', 7, kwargs({ b: 8 }))).toEqual([7, 8]);
});

describe('global variables', () => {
  test('persist between calls, and so does unset', async () => {
    const php = await open();
    await php.evalBlock('$a = 1; $b = [1, 2];');
    await php.evalBlock('$a++; $b[] = 3;');
    expect(await php.eval('[$a, $b]')).toEqual([2, [1, 2, 3]]);
    await php.evalBlock('unset($a, $b[0]);');
    expect(await php.eval('[isset($a), array_key_exists("a", $GLOBALS), array_values($b)]')).toEqual([
      false,
      false,
      [2, 3],
    ]);
  });

  test('are the real ones: functions find them with global and $GLOBALS', async () => {
    const php = await open();
    await php.evalBlock('function bump() { global $n; $n++; return $GLOBALS["n"]; } $n = 1;');
    expect(await php.call('bump')).toBe(2);
    expect(await php.eval('$n')).toBe(2);
  });

  test('are the same in calls within calls: set, changed, unset, bound by reference', async () => {
    const php = await open();
    await php.evalBlock('$old = 1; $gone = 1; $list = [3, 1, 2];');
    await php.export(async () => {
      await php.evalBlock(
        '$old = 2; $new = 3; unset($gone); $alias = &$old; sort($list); function made() { return "made"; }',
      );
      return php.eval('$old + $new');
    }, 'host');
    expect(await php.eval('host()')).toBe(5);
    await php.evalBlock('$alias = 9;');
    expect(await php.eval('[$old, $new, isset($gone), $list, made()]')).toEqual([9, 3, false, [1, 2, 3], 'made']);
  });
});

describe('every Throwable is caught', () => {
  const open = lender('PHP');
  test.each([
    ['a parse error', 'this is not PHP', 'ParseError'],
    ['an undefined function', 'nowhere()', 'Error'],
    ['an undefined method', '(new stdClass)->nowhere()', 'Error'],
    ['an undefined class', 'new Nowhere()', 'Error'],
    ['a type error', 'strlen([])', 'TypeError'],
    ['too few arguments', '(function ($a) {})()', 'ArgumentCountError'],
    ['a division by zero', '1 % 0', 'DivisionByZeroError'],
    ['an exception', '(function () { throw new DomainException("x"); })()', 'DomainException'],
  ])('%s', async (_what, code, type) => {
    const php = await open();
    expect((await rejection(php.eval(code), RemoteException)).type).toBe(type);
    expect((await rejection(php.evalBlock(`$x = ${code};`), RemoteException)).type).toBe(type);
    await expectAlive(php);
  });

  test('the traceback names the functions that led to it, and not the driver', async () => {
    const php = await open();
    await php.evalBlock('function outer() { inner(); } function inner() { throw new LogicException("deep"); }');
    const { traceback } = await rejection(php.call('outer'), RemoteException);
    expect(traceback).toMatch(/inner\(\)[\s\S]*outer\(\)/);
    for (const failing of [php.call('outer'), php.eval('outer()'), php.evalBlock('outer();')]) {
      expect((await rejection(failing, RemoteException)).traceback).not.toContain('Command line code');
    }
  });

  test('a message that is not UTF-8 is told as far as it can be', async () => {
    const php = await open();
    const error = await rejection(php.evalBlock(String.raw`throw new Exception("caf\xe9 closed");`), RemoteException);
    expect(error.remoteMessage).toMatch(/^caf.+ closed$/);
    await expectAlive(php);
  });
});

describe('a fatal error is a TerminatedException that says what PHP said', () => {
  const fatal = 'function strlen() {}';

  test.each([
    ['as PHP is installed', []],
    ['with display_errors on', ['-d', 'display_errors=1', '-d', 'log_errors=0']],
    ['with display_errors on stderr', ['-d', 'display_errors=stderr', '-d', 'log_errors=0']],
    ['with nothing but a log', ['-d', 'display_errors=0', '-d', 'log_errors=1']],
    ['even where PHP is told to say nothing', ['-d', 'display_errors=0', '-d', 'log_errors=0']],
  ])('%s', async (_how, args) => {
    const php = await open({}, args);
    const error = await rejection(php.evalBlock(fatal), TerminatedException);
    expect(error).toMatchObject({ exitCode: 255, message: expect.stringContaining('Cannot redeclare') });
    expect(await rejection(php.eval('1'), TerminatedException)).toMatchObject({ exitCode: 255 });
  });

  test('memory that runs out, too', async () => {
    const php = await open({}, ['-d', 'memory_limit=32M']);
    const error = await rejection(php.eval('str_repeat("x", 100000000)'), TerminatedException);
    expect(error.message).toContain('Allowed memory size');
  });
});

test('exit says its text, runs the exit hooks, and is a TerminatedException', async () => {
  const output = collect();
  const php = await open({ stdout: output.stdout });
  await php.evalBlock('register_shutdown_function(function () { echo "hook"; });');
  expect(await rejection(php.evalBlock('exit("text ");'), TerminatedException)).toMatchObject({ exitCode: 0 });
  expect(output.text()).toBe('text hook');
});

test('where PHP cannot be interrupted, a time-out does not advise it', async () => {
  const php = await open({}, ['-d', 'disable_functions=pcntl_signal']);
  const error = await rejection(php.with({ timeout: 100 }).evalBlock('sleep(60);'), TimeoutException);
  expect(error.message).toContain('only kill() stops it');
  await php.kill();
});

test('what an exit hook throws is told', async () => {
  const php = await open({}, ['-d', 'display_errors=0', '-d', 'log_errors=1']);
  await php.evalBlock('register_shutdown_function(function () { throw new Exception("in the hook"); });');
  const error = await rejection(php.evalBlock('exit(2);'), TerminatedException);
  expect(error.exitCode).toBe(255);
  expect(error.message).toContain('in the hook');
});

test('output buffers are flushed at the end, and hold back what is printed until then', async () => {
  const output = collect();
  const php = await open({ stdout: output.stdout });
  await php.evalBlock('ob_start(); echo "one";');
  expect(await php.eval('ob_get_contents()')).toBe('one');
  expect(output.text()).toBe('');
  await php.evalBlock('echo "two";');
  await php.close();
  expect(output.text()).toBe('onetwo');
});

describe('call takes', () => {
  const shared = shareBond(
    'PHP',
    {},
    `namespace {
      function add($a, $b) { return $a + $b; }
      class Counter {
        private $n = 10;
        public function add($x) { return $this->n += $x; }
        public static function make() { return (new Counter)->n; }
      }
      $counter = new Counter;
      $closure = function ($x) { return $x + 1; };
      $handlers = ["x" => $closure];
    }
    namespace Deep\\Space { function nine() { return 9; } }`,
  );

  test.each<[what: string, name: string, args: unknown[], result: unknown]>([
    ['functions of PHP', 'explode', [' ', 'Hello world'], ['Hello', 'world']],
    ['functions of the user', 'add', [1, 2], 3],
    ['names in any case', 'ADD', [1, 2], 3],
    ['names in a namespace', 'Deep\\Space\\nine', [], 9],
    ['names with a leading backslash', '\\Deep\\Space\\nine', [], 9],
    ['$closures', '$closure', [20], 21],
    ['closures as they are written', '(function ($x) { return -$x; })', [5], -5],
    ['$obj->method', '$counter->add', [2], 12],
    ['Class::method', 'Counter::make', [], 10],
    ['elements of arrays', '$handlers["x"]', [1], 2],
    ['functions without parameters, and with many', 'max', [1, 9, 3], 9],
    ['print, which is none', 'print', ['x'], 1],
  ])('%s', async (_what, name, args, result) => {
    expect(await (await shared()).call(name, ...args)).toEqual(result);
  });

  test('references to variables, which functions may change', async () => {
    const php = await open();
    await php.evalBlock('$list = [3, 1, 2];');
    await php.call('sort', php.ref('$list'));
    expect(await php.eval('$list')).toEqual([1, 2, 3]);
    expect(await php.call('array_push', php.ref('$list'), 4)).toBe(4);
    expect(await php.call('preg_match', '/b(.)/', 'abc', php.ref('$matches'))).toBe(1);
    expect(await php.eval('[$list, $matches]')).toEqual([
      [1, 2, 3, 4],
      ['bc', 'c'],
    ]);
  });

  test('references to what cannot cross', async () => {
    const php = await open();
    await php.evalBlock('$file = tmpfile();');
    expect(await php.call('fwrite', php.ref('$file'), 'hello')).toBe(5);
    expect(await php.call('fclose', php.ref('$file'))).toBe(true);
  });
});

describe('exported functions', () => {
  test('are real functions: PHP finds them, in any case, and takes them as callbacks', async () => {
    const php = await open();
    await php.export((x: number) => x * 2, 'host');
    expect(await php.eval('function_exists("host") && is_callable("host")')).toBe(true);
    expect(await php.eval('HOST(4)')).toBe(8);
    expect(await php.eval('array_map("host", [1, 2, 3])')).toEqual([2, 4, 6]);
  });

  const shared = shareBond('PHP', {}, 'function mine() { return "old"; }');
  test.each(['strlen', 'STRLEN', 'mine', 'eval', 'list'])(
    'do not take the place of %s: it is an exception',
    async (name) => {
      const php = await shared();
      const error = await rejection(
        php.export(() => 'new', name),
        BondException,
      );
      expect(error).not.toBeInstanceOf(TerminatedException);
      expect(await php.eval('[strlen("abc"), mine()]')).toEqual([3, 'old']);
    },
  );

  test('go into a namespace, where its code finds them', async () => {
    const php = await open();
    await php.export((x: number) => x + 1, 'Name\\Space\\f');
    await php.evalBlock('namespace Name\\Space; function run() { return f(1); }');
    expect(await php.eval('Name\\Space\\run() + \\Name\\Space\\F(2)')).toBe(5);
  });

  test('throw exceptions that are caught by their base types', async () => {
    const php = await open();
    await php.export(() => {
      throw new TypeError('from the host');
    }, 'host');
    await php.evalBlock(
      'function seen() { try { host(); } catch (RuntimeException $e) { return [$e->getMessage(), $e->data]; } }',
    );
    expect(await php.call('seen')).toEqual(['from the host', 'from the host']);
  });
});

describe('values', () => {
  const open = lender('PHP');
  test('JsonSerializable is honoured, at any depth, and for exceptions as well', async () => {
    const php = await open({ transExcept: true });
    await php.evalBlock(`
      class Money implements JsonSerializable {
        private $cents = 5;
        #[ReturnTypeWillChange]
        public function jsonSerialize() { return ["cents" => $this->cents]; }
      }
      class Oops extends Exception implements JsonSerializable {
        #[ReturnTypeWillChange]
        public function jsonSerialize() { return ["code" => 42]; }
      }`);
    expect(await php.eval('new Money')).toEqual({ cents: 5 });
    expect(await php.eval('["a" => [new Money]]')).toEqual({ a: [{ cents: 5 }] });
    expect((await rejection(php.evalBlock('throw new Oops;'), RemoteException)).data).toEqual({ code: 42 });
  });

  test('other objects, closures and files are a SerializationException; stdClass is a map', async () => {
    const php = await open();
    await php.evalBlock('class Point { public $x = 1; }');
    for (const code of ['new Point', 'function () {}', 'tmpfile()', 'new ArrayObject', 'new Exception']) {
      const error = await rejection(php.eval(`["a" => [0, ${code}]]`), SerializationException);
      expect(error.message).toContain('a[1]');
    }
    expect(await php.eval('(object) ["a" => new stdClass]')).toEqual({ a: {} });
  });

  test('an object that serializes to itself is a SerializationException', async () => {
    const php = await open();
    await php.evalBlock(`class Loop implements JsonSerializable {
      #[ReturnTypeWillChange]
      public function jsonSerialize() { return [$this]; }
    }
    $list = []; $list[0] = &$list;`);
    for (const code of ['new Loop', '$list']) await rejection(php.eval(code), SerializationException);
    await expectAlive(php);
  });

  test('lists are lists, and other arrays are maps', async () => {
    const php = await open();
    expect(await php.eval('[[], [1], [1 => "a"], ["x" => 1], [0 => "a", 1 => "b"], [1 => "b", 0 => "a"]]')).toEqual([
      [],
      [1],
      { 1: 'a' },
      { x: 1 },
      ['a', 'b'],
      { 0: 'a', 1: 'b' },
    ]);
  });

  test('integers are exact to 64 bits, and an error beyond', async () => {
    const php = await open();
    expect(await php.eval('[PHP_INT_MAX, PHP_INT_MIN]')).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
    for (const value of [2n ** 63n, -(2n ** 64n), [{ a: 10n ** 30n }]]) {
      await rejection(php.call('serialize', value), SerializationException);
    }
    expect(await php.call('gettype', 2n ** 60n)).toBe('integer');
    expect(await php.call('gettype', 2 ** 60)).toBe('double');
    expect(await php.call('gettype', -0)).toBe('double');
  });

  test('floats are exact, whatever the ini file says of precision', async () => {
    const php = await open({}, ['-d', 'precision=5', '-d', 'serialize_precision=5']);
    expect(await php.eval('[0.1 + 0.2, 1/3, -0.0, 1e300]')).toEqual([0.1 + 0.2, 1 / 3, -0, 1e300]);
  });

  test.each([
    ['NAN', '[1, NAN]', 'result[1]'],
    ['INF', '["a" => -INF]', 'result.a'],
    ['bytes that are not UTF-8', String.raw`["a" => ["\xff"]]`, 'result.a[0]'],
    ['a key that is not UTF-8', String.raw`["a" => ["\xff" => 1]]`, 'result.a'],
  ])('plain JSON carries no %s', async (_what, code, path) => {
    const php = await open({ protocol: 'JSON' });
    expect((await rejection(php.eval(code), SerializationException)).message).toContain(path);
    await expectAlive(php);
  });

  test('a _BOND_SerializationException can be caught there, and json_last_error tells more', async () => {
    const php = await open({ protocol: 'JSON' });
    await php.export(() => 1, 'host');
    await php.evalBlock(String.raw`
      function attempt($value) { try { host($value); } catch (_BOND_SerializationException $e) { return json_last_error(); } }
      function attempt_bytes() { return attempt("\xff"); }`);
    expect(await php.call('attempt_bytes')).toBe(await php.eval('JSON_ERROR_UTF8'));
  });
});

describe('errors and warnings', () => {
  const warning = 'trigger_error("careful", E_USER_WARNING);';

  test.each([
    ['1', /careful/],
    ['stderr', /careful/],
    ['0', /^$/],
  ])('with display_errors=%s go to stderr, or nowhere, and never to stdout', async (display, expected) => {
    const [out, err] = [collect(), collect()];
    const php = await open({ stdout: out.stdout, stderr: err.stdout }, [
      '-d',
      `display_errors=${display}`,
      '-d',
      'log_errors=0',
    ]);
    await php.evalBlock(warning);
    await php.eval('$undefined_variable');
    expect([out.text(), err.text()]).toEqual(['', expect.stringMatching(expected)]);
    await expectAlive(php);
  });

  // As Debian installs PHP: nothing is displayed, and the log goes to stderr.
  const asInstalled = ['-d', 'display_errors=0', '-d', 'log_errors=1'];

  test.each([
    ['1', 1],
    ['stdout', 1],
    ['stderr', 1],
    ['On', 1],
    ['0', 0],
    ['off', 0],
  ])('after ini_set("display_errors", "%s") they are on stderr %i times', async (display, times) => {
    const [out, err] = [collect(), collect()];
    const php = await open({ stdout: out.stdout, stderr: err.stdout }, asInstalled);
    await php.evalBlock(`ini_set('display_errors', '${display}'); ${warning}`);
    expect([out.text(), err.text().split('careful').length - 1]).toEqual(['', times]);
    await php.evalBlock(warning);
    await php.call('trigger_error', 'careful', 512);
    expect([out.text(), err.text().split('careful').length - 1]).toEqual(['', 3 * times]);
    expect((await rejection(php.evalBlock('function strlen() {}'), TerminatedException)).message).toContain(
      'Cannot redeclare',
    );
    expect([out.text(), err.text().split('redeclare').length - 1]).toEqual(['', 1]);
  });

  test('a fatal error in the block that sets display_errors is on stderr, too', async () => {
    const [out, err] = [collect(), collect()];
    const php = await open({ stdout: out.stdout, stderr: err.stdout }, asInstalled);
    const code = `namespace A;\n\\ini_set('display_errors', '1'); ini_set('precision', 14); echo "ini_set('x')";\neval('namespace A; function f() {}');`;
    await php.evalBlock('namespace A; function f() {}');
    const error = await rejection(php.evalBlock(php.ref(code)), TerminatedException);
    expect(error.message).toContain('in evalBlock(3) : eval()');
    expect([out.text(), err.text().split('redeclare').length - 1]).toEqual(["ini_set('x')", 1]);
  });

  test('what a function has set is noticed at the end of the call', async () => {
    const [out, err] = [collect(), collect()];
    const php = await open({ stdout: out.stdout, stderr: err.stdout }, asInstalled);
    await php.call('ini_set', 'display_errors', '1');
    await php.call('trigger_error', 'careful');
    expect([out.text(), err.text()]).toEqual(['', expect.stringContaining('careful')]);
  });

  test('no handler of errors is there before the first one of the user', async () => {
    const php = await open();
    expect(await php.eval('set_error_handler(function () { return false; })')).toBe(null);
    await php.evalBlock('restore_error_handler();');
    expect(await php.eval('set_error_handler("strlen")')).toBe(null);
  });

  test('an error_log that the user has set is honoured, and so is error_log()', async () => {
    const err = collect();
    const php = await open({ stderr: err.stdout }, asInstalled);
    const file = await php.eval<string>('$log = tempnam(sys_get_temp_dir(), "log")');
    onTestFinished(() => rmSync(file, { force: true }));
    await php.evalBlock('error_log("said by hand");');
    await php.evalBlock(`ini_set('error_log', $log); ${warning}`);
    expect(err.text()).toBe('said by hand\n');
    await rejection(php.evalBlock('function strlen() {}'), TerminatedException);
    expect(readFileSync(file, 'utf8')).toMatch(/careful[\s\S]*Cannot redeclare/);
  });

  test('_BOND_error_reporting() tells and sets the level, like error_reporting()', async () => {
    const err = collect();
    const php = await open({ stderr: err.stdout }, ['-d', 'display_errors=1', '-d', 'log_errors=0']);
    await php.evalBlock('error_reporting(E_ALL);');
    expect(await php.eval('_BOND_error_reporting() === E_ALL')).toBe(true);
    expect(await php.eval('_BOND_error_reporting(E_ALL & ~E_USER_WARNING) === E_ALL')).toBe(true);
    await php.evalBlock(warning);
    expect(err.text()).toBe('');
    expect(await php.eval('error_reporting() === (E_ALL & ~E_USER_WARNING)')).toBe(true);
    await php.call('_BOND_error_reporting', await php.eval<number>('E_ALL'));
    await php.evalBlock(warning);
    expect(err.text()).toContain('careful');
  });

  test('handlers of the user are theirs alone: the driver triggers none', async () => {
    const php = await open();
    await php.evalBlock(
      '$seen = []; set_error_handler(function ($n, $text) { global $seen; $seen[] = $text; throw new ErrorException($text); });',
    );
    await php.export(() => {
      throw new Error('from the host');
    }, 'host');
    await rejection(php.call('host'), RemoteException);
    await rejection(php.eval('tmpfile()'), SerializationException);
    expect(await php.eval('$seen')).toEqual([]);
    expect((await rejection(php.eval('$undefined_variable'), RemoteException)).type).toBe('ErrorException');
    await expectAlive(php);
  });
});

describe('any construct of PHP is allowed in a block', () => {
  const open = lender('PHP');
  test.each([
    [
      'classes, interfaces and traits',
      'interface I {} trait T { function t() { return 1; } } class C implements I { use T; }',
      '(new C)->t()',
      1,
    ],
    [
      'a namespace and its imports',
      'namespace A\\B; use DateTime as D; function f() { return D::class; }',
      'A\\B\\f()',
      'DateTime',
    ],
    ['a namespace in braces', 'namespace A\\B { function g() { return __NAMESPACE__; } }', 'A\\B\\g()', 'A\\B'],
    ['constants', 'const ONE = 1; define("TWO", 2);', 'ONE + TWO', 3],
    ['generators', 'function g() { yield 1; yield 2; }', 'iterator_to_array(g())', [1, 2]],
    ['a last statement without semicolon', '$x = 5', '$x', 5],
    ['a comment at the end', '$x = 5; // five', '$x', 5],
    ['a heredoc at the end', '$x = <<<END\nfive\nEND;', '$x', 'five'],
    ['return', '$x = 5; return; $x = 6;', '$x', 5],
  ])('%s', async (_what, block, code, value) => {
    const php = await open();
    await php.evalBlock(block);
    expect(await php.eval(code)).toEqual(value);
  });

  test('text outside of the tags is printed', async () => {
    const output = collect();
    const php = await open({ stdout: output.stdout });
    await php.evalBlock('$x = 1; ?>one <?= $x ?> two<?php $x = 2;');
    await php.evalBlock('?>three');
    expect([output.text(), await php.eval('$x')]).toEqual(['one 1 twothree', 2]);
  });
});

test('echo works in eval and in evalBlock', async () => {
  const output = collect();
  const php = await open({ stdout: output.stdout });
  await php.eval('echo "a", "b"');
  await php.evalBlock('echo "c";');
  expect(output.text()).toBe('abc');
});

test('a forked child neither reads nor answers what the host says', async () => {
  const output = collect();
  const php = await open({ stdout: output.stdout });
  await php.evalBlock('$pid = pcntl_fork(); if ($pid === 0) { echo "child"; exit(0); } pcntl_waitpid($pid, $status);');
  expect(output.text()).toBe('child');
  await expectAlive(php);
});

test('an interrupt is an exception that code can catch', async () => {
  const output = collect();
  const php = await open({ stdout: output.stdout });
  const call = php.evalBlock(
    'try { echo "on"; while (true) {} } catch (_BOND_InterruptException $e) { $caught = true; }',
  );
  await output.until('on');
  await php.interrupt();
  await call;
  expect(await php.eval('$caught')).toBe(true);
});

test('answers and calls arrive whole, whichever piece their last byte falls into', async () => {
  const php = await open();
  await php.export((text: string) => text.length, 'lengthOf');
  for (let length = 32_660; length <= 32_780; length++) {
    expect(await php.eval(`str_repeat('x', ${length})`)).toHaveLength(length);
    expect(await php.eval(`lengthOf(str_repeat('x', ${length}))`)).toBe(length);
  }
});

test('lines arrive whole, whichever portion they are read in', async () => {
  const php = await open();
  await php.export((text: string) => text, 'echoed');
  await php.evalBlock('function twice($text) { return [$text, echoed($text)]; }');
  for (const size of [2_048, 16_384, 65_536, 262_144 + 2_047]) {
    for (let length = size - 45; length <= size + 5; length += 2) {
      const text = `${'x'.repeat(length - 10)}123456 "é`;
      expect(await php.call('twice', text)).toEqual([text, text]);
    }
  }
});

test('a long call that is set aside is carried out later', async () => {
  const php = await open();
  const text = 'long '.repeat(100_000);
  await php.export(async () => {
    await php.eval('1');
    return 'done';
  }, 'wait');
  const first = php.call('wait');
  const later = [php.call('strlen', text), php.call('strtoupper', text), php.evalBlock(`$kept = '${text}';`)];
  expect(await first).toBe('done');
  expect((await Promise.all(later)).slice(0, 2)).toEqual([text.length, text.toUpperCase()]);
  expect(await php.eval('strlen($kept)')).toBe(text.length);
});

test('an interrupt is found behind a line that was only begun', async () => {
  const output = collect();
  const php = await open({ stdout: output.stdout });
  const busy = php.evalBlock('echo "on"; while (true) {}');
  await output.until('on');
  const next = php.call('strlen', 'x'.repeat(3_000_000));
  await Promise.all([rejection(busy, RemoteException), php.interrupt()]);
  expect(await next).toBe(3_000_000);
});

describe('signals', () => {
  const interrupted = (pid: number) => {
    for (let times = 0; times < 3; times++) process.kill(pid, 'SIGALRM');
  };

  test.each([
    ['restarted', 'true'],
    ['not restarted', 'false'],
  ])('that come while it is idle end nothing, system calls being %s', async (_how, restarts) => {
    const php = await open();
    await php.evalBlock(`$n = 0; pcntl_signal(SIGALRM, function () { global $n; $n++; }, ${restarts});`);
    const pid = await php.eval<number>('getmypid()');
    for (let times = 0; times < 4; times++) {
      interrupted(pid);
      await sleep(20); // each must meet a read that waits
    }
    expect(await php.eval('$n')).toBeGreaterThan(0);
  });

  test('that come while a long answer is written leave it whole, though its write is not restarted', async () => {
    const php = await open();
    await php.evalBlock(`pcntl_signal(SIGALRM, function () {}, false);
      function text() { return str_repeat('x', 20000000); }`);
    const pid = await php.eval<number>('getmypid()');
    const text = php.call<string>('text');
    let isOver = false;
    void text.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      interrupted(pid);
      await sleep(0);
    }
    expect((await text).length).toBe(20_000_000);
  });

  test('the user may turn asynchronous ones off, also in the middle of a call', async () => {
    const php = await open();
    await php.export(() => php.evalBlock('pcntl_async_signals(false);'), 'turnOff');
    await php.evalBlock('$n = 0; pcntl_signal(SIGUSR1, function () { global $n; $n++; });');
    expect(await php.eval('pcntl_async_signals()')).toBe(true);
    await php.evalBlock('turnOff(); posix_kill(getmypid(), SIGUSR1); $first = $n;');
    expect(await php.eval('[pcntl_async_signals(), $first, $n]')).toEqual([false, 0, 0]);
    await php.evalBlock('pcntl_signal_dispatch();');
    expect(await php.eval('$n')).toBe(1);
  });
});

describe('whatever is thrown is reported', () => {
  const test = testSample(2);
  test.each([
    ['whose message is an object', '$this->message = new stdClass;', /stdClass/],
    ['whose message is an array', '$this->message = [[1]];', /array/],
    ['whose message is a file', '$this->message = tmpfile();', /resource/],
    ['whose message is a number', '$this->message = 5;', /^5$/],
    ['whose message is an object with a text', '$this->message = new Text;', /^a text$/],
    ['whose message is an object that fails to give its text', '$this->message = new Fails;', /Fails/],
    ['whose code is an array', '$this->code = [1]; $this->message = "m";', /^m$/],
    ['without properties', 'unset($this->message, $this->code, $this->file, $this->line);', /^$/],
  ])('an exception %s', async (_what, code, message) => {
    const php = await open();
    await php.evalBlock(`
      class Text { function __toString() { return "a text"; } }
      class Fails { function __toString() { throw new Exception("no text"); } }
      set_error_handler(function ($number, $text) { throw new ErrorException($text); });`);
    for (const base of ['Exception', 'Error', '_BOND_RemoteException']) {
      const name = `Odd${base}`;
      await php.evalBlock(`class ${name} extends ${base} { function __construct() { ${code} } }`);
      const error = await rejection(php.evalBlock(`throw new ${name};`), RemoteException);
      expect([error.type, error.remoteMessage]).toEqual([name, expect.stringMatching(message)]);
    }
    await expectAlive(php);
  });

  test('an exception with magic methods: none is asked', async () => {
    const output = collect();
    const php = await open({ stdout: output.stdout });
    await php.evalBlock(`class Magic extends Exception {
      function __get($name) { echo $name; exit(1); }
      function __isset($name) { echo $name; exit(1); }
      function __toString(): string { echo 'string'; exit(1); }
    }`);
    const error = await rejection(php.evalBlock('throw new Magic("m", 1, new Exception("first"));'), RemoteException);
    expect(error).toMatchObject({ type: 'Magic', remoteMessage: 'm' });
    expect(error.traceback).toMatch(/^Exception: first[\s\S]+Next Magic: m/);
    expect(output.text()).toBe('');
  });

  test('a chain of exceptions that leads back to itself', async () => {
    const php = await open();
    await php.evalBlock(`$a = new Exception('a'); $b = new Exception('b', 0, $a);
      $previous = new ReflectionProperty('Exception', 'previous'); $previous->setAccessible(true); $previous->setValue($a, $b);`);
    expect((await rejection(php.evalBlock('throw $a;'), RemoteException)).traceback).toMatch(
      /^Exception: b[\s\S]+Next Exception: a/,
    );
  });

  test('an anonymous class is called without its place', async () => {
    const php = await open();
    const error = await rejection(php.evalBlock('throw new class("m") extends LogicException {};'), RemoteException);
    expect(error.type).toMatch(/^(LogicException|class)@anonymous$/);
  });

  const places: [where: string, code: string][] = [
    ['a destructor', '(function () { $x = new Thrower; unset($x); })()'],
    ['a generator', 'iterator_to_array((function () { yield 1; fail(); })())'],
    ['an iterator', 'iterator_to_array(new CallbackFilterIterator(new ArrayIterator([1]), "fail"))'],
    ['a callback of a function of PHP', 'array_map("fail", [1])'],
    ['an error handler', '(function () { set_error_handler("fail"); return $undefined_variable; })()'],
    ['an autoloader', '(function () { spl_autoload_register("fail"); return class_exists("Nowhere"); })()'],
    ['jsonSerialize', 'new Thrower'],
    ['an output callback', '(function () { ob_start("fail"); echo "x"; ob_end_flush(); })()'],
  ];
  test.each(places)('what is thrown in %s', async (_where, code) => {
    const php = await open();
    await php.evalBlock(`
      function fail() { throw new DomainException('failed'); }
      class Thrower implements JsonSerializable {
        function __destruct() { fail(); }
        #[ReturnTypeWillChange]
        function jsonSerialize() { fail(); }
      }`);
    expect((await rejection(php.eval(code), RemoteException)).remoteMessage).toBe('failed');
    await expectAlive(php);
  });

  test.each(places)('exit in %s is an exit', async (_where, code) => {
    const php = await open();
    await php.evalBlock(`
      function fail() { exit(7); }
      class Thrower implements JsonSerializable {
        function __destruct() { fail(); }
        #[ReturnTypeWillChange]
        function jsonSerialize() { fail(); }
      }`);
    expect(await rejection(php.eval(code), TerminatedException)).toMatchObject({ exitCode: 7 });
  });

  test('an Error of the host with half a surrogate in its message is that error, with U+FFFD', async () => {
    const php = await open();
    await php.export(() => {
      throw new RangeError('a\ud800b \\ud800 \u{1F600} \udc00');
    }, 'host');
    await php.evalBlock(
      'function caught() { try { host(); } catch (Exception $e) { return [$e->type, $e->getMessage()]; } }',
    );
    expect(await php.call('caught')).toEqual(['RangeError', 'a\ufffdb \\ud800 \u{1F600} \ufffd']);
  });

  test('with transparent exceptions, what cannot cross is a SerializationException, whatever the reason', async () => {
    const php = await open({ transExcept: true });
    await php.evalBlock(`class Fails extends Exception implements JsonSerializable {
      #[ReturnTypeWillChange]
      function jsonSerialize() { throw new DomainException('no form'); }
    }`);
    const plain = await rejection(php.evalBlock('throw new LogicException("plain");'), SerializationException);
    expect(plain).toMatchObject({ side: 'remote', message: expect.stringContaining('LogicException') });
    const failing = await rejection(php.evalBlock('throw new Fails;'), SerializationException);
    expect(failing.message).toContain('no form');
    await expectAlive(php);
  });
});

describe('a time limit is one of each request', () => {
  const burn =
    'function burn($seconds) { $end = microtime(true) + $seconds; while (microtime(true) < $end); return 1; }';

  testSample(2).each([
    ['set_time_limit', 'set_time_limit(1);', []],
    ['an ini setting', '', ['-d', 'max_execution_time=1']],
  ])('set by %s', async (_how, code, args) => {
    const php = await open({}, args);
    await php.evalBlock(burn + code);
    for (let times = 0; times < 3; times++) expect(await php.call('burn', 0.4)).toBe(1);
    expect((await rejection(php.call('burn', 30), TerminatedException)).message).toContain('Maximum execution time');
  });
});

describe('at the end', () => {
  test('a session with handlers of the host is saved, and so are those of other hooks', async () => {
    const php = await open();
    const saved: unknown[] = [];
    const give = (value: unknown) => callback(() => value);
    const write = callback((_id: string, data: string) => Boolean(saved.push(data)));
    await php.call('session_set_save_handler', give(true), give(true), give(''), write, give(true), give(0));
    await php.evalBlock(`session_start(); $_SESSION['a'] = 1;
      register_shutdown_function(function () { $_SESSION['b'] = 2; });`);
    await php.close();
    expect([saved, await php.closed]).toEqual([['a|i:1;b|i:2;'], { exitCode: 0, signal: null, stderr: '' }]);
  });

  test.each(['$bond->close()', 'exit(0);'])('exit hooks and destructors call the host: %s', async (how) => {
    const php = await open();
    const heard: unknown[] = [];
    await php.export((text: string) => void heard.push(text), 'host');
    await php.evalBlock(`register_shutdown_function(function () { host('hook'); });
      class Last { public $say; function __destruct() { ($this->say)('destructor'); } }
      $last = new Last;`);
    await php.evalBlock('function keep($say) { global $last; $last->say = $say; }');
    await php.call(
      'keep',
      callback((text: string) => void heard.push(text)),
    );
    if (how === 'exit(0);') await rejection(php.evalBlock(how), TerminatedException);
    await php.close();
    expect(heard).toEqual(['hook', 'destructor']);
  });
});

describe('places are readable', () => {
  const functions = 'function one($a) {}\nfunction fail() {\n  throw new LogicException("failed"); }';

  /** A block without a place in this file, as of a session. */
  const run = (php: Bond, code: string): Promise<void> => php.evalBlock(php.ref(code));

  test('in tracebacks and messages, also of calls within calls', async () => {
    const php = await open();
    await run(php, functions);
    await php.export((code: string) => run(php, code), 'nested');
    await php.export((code: string) => php.eval(code), 'nestedly');
    const tracebackOf = async (failing: Promise<unknown>) => (await rejection(failing, RemoteException)).traceback;
    expect(await tracebackOf(run(php, '\n\nfail();'))).toBe(
      'LogicException: failed in evalBlock, line 3\nStack trace:\n#0 evalBlock, line 3: fail()\n#1 {main}',
    );
    expect(await tracebackOf(php.eval('fail()'))).toMatch(
      /in evalBlock, line 3\n.*\n#0 eval, line 1: fail\(\)\n#1 \{main\}$/,
    );
    expect(await tracebackOf(run(php, '\nthis is no PHP'))).toContain(' in evalBlock, line 2\n');
    for (const name of ['nested', 'nestedly']) {
      const traceback = await tracebackOf(run(php, `\n${name}('one();');`));
      expect(traceback).toMatch(new RegExp(`#0 evalBlock, line 2: ${name}\\(.*\\)\n#1 \\{main\\}$`));
    }
    const message = async (failing: Promise<unknown>) => (await rejection(failing, RemoteException)).remoteMessage;
    expect(await message(run(php, 'one();'))).toContain('0 passed in evalBlock on line 1');
    expect(await message(php.eval('one()'))).toContain('0 passed in eval on line 1');
    expect(await message(php.call('one'))).not.toContain("eval()'d code");
  });

  test('in warnings, and where it ends', async () => {
    const err = collect();
    const php = await open({ stderr: err.stdout }, ['-d', 'display_errors=stderr', '-d', 'log_errors=0']);
    await run(php, `${functions}\n$x = $undefined;`);
    await php.eval(php.ref('\n$none'));
    const error = await rejection(run(php, '\nfunction one() {}'), TerminatedException);
    expect(err.text()).toMatch(/\$?undefined in evalBlock on line 4\n[\s\S]*\$?none in eval on line 2/);
    expect(error.message).toContain('(previously declared in evalBlock:1) in evalBlock on line 2');
  });

  test.each([
    ['the user has unregistered what makes them so', 'stream_wrapper_unregister("bond-code");', []],
    ['it cannot be registered', '', ['-d', 'disable_functions=stream_wrapper_register,stream_get_wrappers']],
  ])('where %s, code and the driver are evaluated', async (_how, code, args) => {
    const php = await open({}, args);
    await php.export(() => {
      throw new Error('failed');
    }, 'host');
    await run(php, `function one() { host(); } ${code}`);
    expect((await rejection(run(php, '\none();'), RemoteException)).traceback).toMatch(
      /^_BOND_RemoteException: failed in eval(Block)?, line 1\nStack trace:\n#0 eval(Block)?, line 1: host\(.*\)\n#1 eval, line 2: one\(\)\n#2 \{main\}$/,
    );
    expect(await php.call('date_timestamp_get', new Date(5000))).toBe(5);
    expect(await (await php.hold('new ArrayObject([1, 2])')).call('count')).toBe(2);
    expect(await php.call('array_reverse', await php.eval('range(1, 2000)'))).toHaveLength(2000);
    expect((await rejection(php.eval('[tmpfile()]'), SerializationException)).message).toContain('result[0]');
    await expectAlive(php);
  });
});

test('bond types loads a file at the top level, where its functions find its variables', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bond-php-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'g.php');
  writeFileSync(
    file,
    `<?php
    $config = ['rate' => 0.2];
    function rate(): float { global $config; return $config['rate']; }
    if (rate() !== 0.2 || $GLOBALS['config'] !== $config) throw new Exception('not at the top level');`,
  );
  expect(await writeTypes('PHP', file)).toContain('rate(): number');
});

describe("the driver's world is its own", () => {
  const test = testSample(4);
  const host = (text: string) => text;
  const check = async (php: Bond): Promise<void> => {
    await php.export(host, 'check_host');
    await php.evalBlock('function check_same($x) { return check_host($x); }');
    const values = ['text é \u{1F600}', 0.1 + 0.2, [1.5, 2.25], { a: [1, null, true] }, new Date(5), Number.NaN];
    for (const value of values) expect(await php.call('check_same', value)).toEqual(value);
    const long = 'é'.repeat(300_000);
    expect((await php.call('check_same', long)) === long).toBe(true);
    await rejection(php.evalBlock('throw new Exception("thrown");'), RemoteException);
    await rejection(php.eval('tmpfile()'), SerializationException);
    await expectAlive(php);
  };

  test.each<[what: string, args: string[]]>([
    ['precision', ['precision=3', 'serialize_precision=3']],
    ['character sets', ['default_charset=ISO-8859-1', 'internal_encoding=ISO-8859-1', 'mbstring.language=Japanese']],
    ['output buffering', ['output_buffering=4096', 'implicit_flush=0']],
    ['compressed output', ['zlib.output_compression=1']],
    ['HTML in errors', ['html_errors=1', 'error_prepend_string=<b>', 'error_append_string=</b>']],
    ['no error reporting', ['error_reporting=0']],
    ['assertions', ['zend.assertions=1', 'assert.exception=1']],
    ['tags', ['short_open_tag=1']],
    ['separators', ['arg_separator.output=;', 'arg_separator.input=;']],
    ['a time zone', ['date.timezone=Pacific/Auckland']],
    ['arguments in traces', ['zend.exception_ignore_args=0']],
    ['a short patience for sockets', ['default_socket_timeout=0']],
    ['detected line ends', ['auto_detect_line_endings=1']],
    ['limits of regular expressions', ['pcre.backtrack_limit=100', 'pcre.recursion_limit=10', 'pcre.jit=0']],
    ['a cache of code', ['opcache.enable=1', 'opcache.enable_cli=1']],
    ['no functions for signals', ['disable_functions=pcntl_async_signals,pcntl_signal,pcntl_sigprocmask']],
    ['no function that sets a signal', ['disable_functions=pcntl_signal']],
    ['no function that gives signals their turn', ['disable_functions=pcntl_signal_dispatch']],
    ['no exit hooks', ['disable_functions=register_shutdown_function']],
    ['no functions for settings', ['disable_functions=ini_set,ini_get,set_time_limit']],
    ['no functions that tell of the process', ['disable_functions=getmypid,posix_getpid,fstat,stat,php_uname,getenv']],
    ['the same, without foreign functions', ['disable_functions=getmypid,fstat,stat', 'ffi.enable=0']],
    ['no foreign functions', ['ffi.enable=0']],
    ['only one directory', ['open_basedir=/usr']],
  ])('by settings: %s', async (_what, settings) => {
    await check(
      await open(
        {},
        settings.flatMap((setting) => ['-d', setting]),
      ),
    );
  });

  test.each<[what: string, code: string]>([
    ['error handlers', 'set_error_handler(function ($n, $text) { throw new ErrorException($text); });'],
    ['exception handlers', 'set_exception_handler(function () { exit(1); });'],
    ['output callbacks', 'ob_start(function ($text) { return strtoupper($text); });'],
    ['locales', 'setlocale(LC_ALL, "de_DE.UTF-8", "C.UTF-8");'],
    ['a directory that is gone', '$d = sys_get_temp_dir() . "/gone" . getmypid(); mkdir($d); chdir($d); rmdir($d);'],
    [
      'encodings',
      'mb_internal_encoding("ISO-8859-1"); mb_substitute_character(0x3f); ini_set("default_charset", "x");',
    ],
    [
      'closed streams',
      'foreach (["STDIN", "STDOUT", "STDERR"] as $s) if (is_resource(constant($s))) fclose(constant($s));',
    ],
    ['stream wrappers', 'stream_wrapper_unregister("php"); stream_wrapper_unregister("file");'],
    ['autoloaders that throw', 'spl_autoload_register(function () { throw new Exception("no class"); });'],
    ['precision', 'ini_set("serialize_precision", 3); ini_set("precision", 3);'],
    ['regular expressions', 'ini_set("pcre.backtrack_limit", 100); ini_set("pcre.jit", 0);'],
    ['umask and environment', 'umask(0777); foreach (array_keys(getenv()) as $name) putenv($name);'],
    [
      'globals',
      'foreach (array_keys($GLOBALS) as $name) if ($name !== "GLOBALS" && $name !== "name") unset($GLOBALS[$name]);',
    ],
    ['garbage collection', 'gc_disable();'],
    ['strict types', 'declare(strict_types=1); function strict() {}'],
    [
      'functions in a namespace',
      'namespace Mine; function json_encode() { return 0; } function fwrite() { return 0; }',
    ],
  ])('by code: %s', async (_what, code) => {
    const php = await open();
    await php.evalBlock(code);
    await check(php);
  });
});

const unchanged = shareBond('PHP');
test.each([
  ['fopen("php://memory", "r")', /hold\(\) it$/],
  ['function () {}', /result\[0\]: an object of class Closure cannot be carried by EJSON: hold\(\) it$/],
  ['new ArrayObject([1])', /iterate\(\) over it, or hold\(\) it$/],
  ['new DateTimeZone("UTC")', /unless it implements JsonSerializable: hold\(\) it$/],
  ['(new ReflectionClass("DateTime"))->newInstanceWithoutConstructor()', /a date that was never initialized/],
  ['new DateTime("2020-01-01 00:00:00.0005")', /->format\('Y-m-d/],
])('what cannot cross is told with what to do instead: %s', async (code, hint) => {
  const php = await unchanged();
  const error = await rejection(php.eval(`[${code}]`), SerializationException);
  expect(error.message).toMatch(hint);
});

test('a moment is what it is, whatever methods its class has', async () => {
  const php = await open();
  await php.evalBlock('class Moment extends DateTime { function getTimestamp(): int { return 1; } }');
  expect(await php.eval('new Moment("@5")')).toEqual(new Date(5000));
});

test('values and messages are whole, whatever limits regular expressions have', async () => {
  const php = await open();
  await php.evalBlock(
    'ini_set("pcre.backtrack_limit", 1); ini_set("pcre.recursion_limit", 1); ini_set("pcre.jit", 0);',
  );
  expect(await php.eval(`[NAN, "", "héllo", ['$date' => 1, 'héllo' => 2]]`)).toEqual([
    Number.NaN,
    '',
    'héllo',
    { $date: 1, héllo: 2 },
  ]);
  expect(await php.call('array_keys', { $date: 1, a: Number.NaN })).toEqual(['$date', 'a']);
  expect((await rejection(php.call('is_int', 2n ** 65n), SerializationException)).message).toContain('beyond 64 bits');
  await php.evalBlock('$list = [1, 2]');
  const nested = () => Promise.all([php.eval('$list'), php.call('count', php.ref('$list')), php.eval('echo ""')]);
  await php.export(nested, 'nested');
  expect(await php.call('nested')).toEqual([[1, 2], 2, 1]);
  expect(await php.call('fn($x) => $x', 3)).toBe(3);
  await php.evalBlock('throw new Exception("héllo");').catch((error) => expect(error.message).toContain('héllo'));
});
