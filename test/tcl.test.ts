// What is special to Tcl, with one start. The kit (conform.test.ts) shows what every language has.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AnyRemote,
  BondException,
  callback,
  kwargs,
  live,
  makeBond,
  RemoteException,
  SerializationException,
  stream,
} from '../src/index.js';
import { typeOf } from '../src/tools/conform/typed.js';
import { program } from './bonds.js';
import { all, expectAlive, needsInterpreter, openBond, range, rejection, shareBond } from './fixtures.js';
import { effort, rounds } from './fuzzing.js';

const FUNCTIONS = String.raw`
  proc same x {return $x}
  proc down n {if {$n == 0} {return 0}; expr {1 + [up [expr {$n - 1}]]}}
  proc half x {expr {$x / 2.0}}
  proc power n {expr {2.0 ** $n}}
  proc lone {} {return \ud800}
  namespace eval shop {}`;

/** Starts its arguments with sockets as standard streams, and passes on what comes, as ssh does. */
const RELAY = `
  const [command, ...args] = process.argv.slice(1);
  const child = require('child_process').spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  process.stdin.pipe(child.stdin);
  child.stdout.pipe(process.stdout);
  child.on('exit', (code) => (process.exitCode = code));`;

/** Texts of any characters, also such as Tcl's own quotes treat apart. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('{', '}', '\\', '"', '[', '$', ' ', '\n', ';', '#', '\0', 'é', '😀') }),
);

/** Any value that has a type in Tcl. */
const { anyValue } = fc.letrec((tie) => ({
  anyValue: fc.oneof(
    { depthSize: 'small' },
    anyText,
    fc.double(),
    fc.uint8Array(),
    fc.date({ noInvalidDate: true }),
    fc.integer(),
    fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 80n }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('anyValue')),
    fc.dictionary(anyText, tie('anyValue'), { noNullPrototype: true }),
  ),
}));

describe('Tcl', () => {
  needsInterpreter('Tcl');
  const open = shareBond('Tcl', {}, FUNCTIONS);

  test('values arrive as text, lists and dicts, and results are text', async () => {
    const tcl = await open();
    const value = [1, 2.5, true, false, 'a b', ['é😀', '{', '\\'], { key: [], 'two words': 'a\0b' }, 2n ** 70n];
    expect(await tcl.call('same', value)).toBe(
      '1 2.5 1 0 {a b} {é😀 \\{ \\\\} {key {} {two words} a\0b} 1180591620717411303424',
    );
    expect(await tcl.call('dict get', { a: { b: 5 } }, 'a', 'b')).toBe('5');
    expect(await tcl.call('lindex', [1, ['x', 'y']], 1, 0)).toBe('x');
    expect(await tcl.eval('list 1 two {3 4}')).toBe('1 two {3 4}');
  });

  test('an expression is a command or one word, and a number is that number', async () => {
    const tcl = await open();
    await tcl.evalBlock('set x {a b}; array set of {k v}; set name same');
    const expressions = {
      'expr {1 + 2}': '3',
      $x: 'a b',
      '${x}': 'a b',
      '$of(k)': 'v',
      '[same [same 4]] ;# four': '4',
      '{a $x}': 'a $x',
      '"a $x"': 'a a b',
      '$name 5': '5',
      '[set name] 6': '6',
      'return 7': '7',
    };
    for (const [code, result] of Object.entries(expressions))
      expect([code, await tcl.eval(code)]).toEqual([code, result]);
    expect(await Promise.all(['1', '-2.5', ' 1e3 '].map((code) => tcl.eval(code)))).toEqual([1, -2.5, 1000]);
  });

  test('what stands in front of arguments is called: words of a command, an object, a lambda', async () => {
    const tcl = await open();
    expect(await tcl.call('lsort -integer', [10, 9])).toBe('9 10');
    expect(await tcl.call('apply {{x y} {expr {$x * $y}}}', 6, 7)).toBe('42');
    await tcl.evalBlock('oo::class create Counter {variable n; constructor x {set n $x}; method add x {incr n $x}}');
    await tcl.evalBlock('set counter [Counter new 5]');
    expect(await tcl.call('$counter add', 3)).toBe('8');
    expect(await tcl.call('list', 1, kwargs({ a: 2, b: 'x y' }))).toBe('1 -a 2 -b {x y}');
    expect(await tcl.call('same', { a: [tcl.ref('$counter'), 1] })).toMatch(/^a \{::oo::Obj\d+ 1\}$/);
  });

  test('types that are asked for in Tcl', async () => {
    const tcl = await open();
    const typed = {
      '_BOND_int 0x10': 16,
      '_BOND_float 5': 5,
      '_BOND_number 2.5': 2.5,
      '_BOND_boolean yes': true,
      '_BOND_list {1 2 3} int': [1, 2, 3],
      '_BOND_list {{1 2} {}} {list int}': [[1, 2], []],
      '_BOND_dict {a 1 b 2.5} number': { a: 1, b: 2.5 },
      '_BOND_as {record {name text sizes {list int}}} {name x sizes {1 2}}': { name: 'x', sizes: [1, 2] },
      '_BOND_as {tuple int text} {1 1}': [1, '1'],
      '_BOND_list [list [_BOND_int 1] [_BOND_dict {} int] x]': [1, {}, 'x'],
      '_BOND_int 123456789012345678901234567890': 123456789012345678901234567890n,
    };
    for (const [code, value] of Object.entries(typed)) expect([code, await tcl.eval(code)]).toEqual([code, value]);
    await tcl.evalBlock(
      '_BOND_declare half float; _BOND_declare power float; _BOND_declare host {list int} {int {list text}}',
    );
    expect(await tcl.call('half', 5)).toBe(2.5);
    await tcl.export((n: number, list: string[]) => [n, list.length], 'host');
    expect(await tcl.call('host', 7, ['a', 'b'])).toEqual([7, 2]);
  });

  test('a type that does not fit is an error that says where', async () => {
    const tcl = await open();
    const wrong = {
      '_BOND_int x': 'result: "x" is not an integer',
      '_BOND_list {1 x} int': 'result[1]: "x"',
      '_BOND_dict {a {1 b}} {list int}': 'result.a[1]',
      '_BOND_float 9007199254740993': 'more than a double can hold',
      '_BOND_float 1e400': 'is not a JSON number',
      '_BOND_float nothing': 'is not a number',
      '_BOND_bytes \u0100': 'has characters beyond U+00FF',
      '_BOND_date soon': 'is not a date in milliseconds',
      '_BOND_as {array uint8} {1 256}': 'result[1]: "256" does not fit into uint8',
      '_BOND_as {array float32} {0.5 0.1}': 'result[1]: "0.1" does not fit into float32',
      '_BOND_as {map int text} {x 1}': 'result.x: "x" is not an integer',
      '_BOND_as {record {a int}} {b 1}': 'result.b: the record has no such key',
      '_BOND_as {tuple int} {1 2}': 'not a list of 1 items',
      '_BOND_list "\\{"': 'is not a list',
      'list 1 [_BOND_int 5]': 'has none',
      lone: 'half of a surrogate pair',
    };
    for (const [code, message] of Object.entries(wrong)) {
      expect((await rejection(tcl.eval(code), SerializationException)).message).toContain(message);
    }
    expect((await rejection(tcl.eval('_BOND_as strange 1'), RemoteException)).message).toContain(
      'there is no type "strange"',
    );
    await expectAlive(tcl);
  });

  test('null is an error that says where, until Tcl says what it is to be', async () => {
    const tcl = await open();
    expect((await rejection(tcl.call('same', [1, { a: null }]), SerializationException)).message).toContain(
      'args[0][1].a',
    );
    await tcl.export(() => null, 'nothing');
    expect(await tcl.eval('nothing')).toBe('');
    await tcl.evalBlock('_BOND_null_as NULL');
    expect(await tcl.call('same', [1, { a: null }])).toBe('1 {a NULL}');
    expect(await tcl.eval('_BOND_list {1 NULL} {maybe int}')).toEqual([1, null]);
  });

  test('what JSON has no word for has types too, and arrives as lists, dicts, and strings of bytes', async () => {
    const tcl = await open();
    const given = [
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      new Date(5),
      new Map([[1, 'a']]),
      new Set([1, 2]),
      Int8Array.of(-1, 2),
    ];
    expect(await tcl.call('same', given)).toBe('NaN -Inf 5 {1 a} {1 2} {-1 2}');
    expect(await tcl.call('string length', Uint8Array.of(0xe9, 0, 0xff))).toBe('3');
    const typed = {
      '_BOND_float Inf': Number.POSITIVE_INFINITY,
      '_BOND_number -inf': Number.NEGATIVE_INFINITY,
      '_BOND_float NaN': Number.NaN,
      '_BOND_bytes \\xff\\0': Uint8Array.of(255, 0),
      '_BOND_date [expr {1000 * [clock scan 1970-01-02 -gmt 1]}]': new Date(86_400_000),
      '_BOND_as {map int text} {1 a 2 b}': new Map([
        [1, 'a'],
        [2, 'b'],
      ]),
      '_BOND_as {set int} {2 1}': new Set([2, 1]),
      '_BOND_as {array float32} {0.5 -Inf NaN}': Float32Array.of(0.5, Number.NEGATIVE_INFINITY, Number.NaN),
      '_BOND_as {array int64} {-9223372036854775808}': BigInt64Array.of(-(2n ** 63n)),
      '_BOND_as {dict {list float}} [dict create $a [list [power 133]]]': { $a: [2 ** 133] },
    };
    await tcl.evalBlock('set a {$a}');
    for (const [code, value] of Object.entries(typed)) expect([code, await tcl.eval(code)]).toEqual([code, value]);
    const { message } = await rejection(
      tcl.call(
        'same',
        new Map<unknown, unknown>([
          [1, 2],
          ['1', 3],
        ]),
      ),
      SerializationException,
    );
    expect(message).toContain('keys of a Map are the same text "1" in Tcl');
    await using plain = await makeBond('Tcl', { protocol: 'JSON' });
    for (const [code, what] of [
      ['_BOND_bytes x', 'a value of type bytes'],
      ['_BOND_float NaN', '"NaN"'],
    ] as const)
      expect((await rejection(plain.eval(code), SerializationException)).message).toContain(
        `${what} cannot be carried by JSON`,
      );
    expect(await plain.eval('_BOND_dict {$a 1}')).toEqual({ $a: '1' });
  });

  test('bytes of many calls at once keep their places, also while what came before is interrupted', async () => {
    const tcl = await open();
    await tcl.evalBlock(
      'proc busy bytes {puts -nonewline on; flush stdout; while 1 {}}; _BOND_declare reversed bytes; proc reversed bytes {string reverse $bytes}',
    );
    const stopped = tcl.call('busy', new Uint8Array(5000)).catch((error: RemoteException) => error.type);
    const calls = range(20).map((index) => tcl.call('reversed', new Uint8Array(1000 * index).fill(index, 1)));
    await tcl.interrupt();
    expect(await stopped).toBe('_BOND_InterruptException');
    for (const [index, bytes] of (await Promise.all(calls)).entries())
      expect(bytes).toEqual(new Uint8Array(1000 * index).fill(index, 0, Math.max(0, 1000 * index - 1)));
  });

  test('doubles are exact, also beside powers of two, which Tcl 8.6 rounds when it writes and reads them', async () => {
    const tcl = await open();
    const numbers = [133, 64, -64].flatMap((power) => [2 ** power, 2 ** power * (1 - 2 ** -53)]);
    for (const number of numbers) expect(await tcl.call('_BOND_as', 'float', number)).toBe(number);
    for (const power of [133, 64, -64, 5]) expect(await tcl.call('power', power)).toBe(2 ** power);
    expect(await tcl.eval('_BOND_float [power 133]')).toBe(2 ** 133);
  });

  test('any value returns with its type', async () => {
    const tcl = await open();
    await fc.assert(
      fc.asyncProperty(anyValue, async (value) => {
        expect(await tcl.call('_BOND_as', typeOf(value), value)).toStrictEqual(value);
      }),
      effort(rounds(100, 1000)),
    );
  });

  test('errors have the names of their codes', async () => {
    const tcl = await open();
    const error = await rejection(tcl.eval('open /no/such/file'), RemoteException);
    expect(error).toMatchObject({ type: 'POSIX ENOENT', types: ['POSIX ENOENT', 'POSIX'] });
    await tcl.evalBlock('proc inner x {error "bad $x"}\nproc outer x {inner $x}');
    const { type, traceback } = await rejection(tcl.call('outer', 5), RemoteException);
    expect(type).toBeUndefined();
    expect(traceback).toMatch(/^bad 5\n[\s\S]*procedure "inner" line 1[\s\S]*procedure "outer" line 1/);
    expect(traceback).not.toContain('interp eval');
    await tcl.export(() => {
      throw new RangeError('no such key');
    }, 'find');
    const caught = 'try {find} trap {_BOND_RemoteException RangeError} {message} {return "caught $message"}';
    expect(await tcl.eval(caught)).toBe('caught no such key');
    for (const code of ['break', 'continue', 'return -code 7']) await rejection(tcl.eval(code), RemoteException);
    await expectAlive(tcl);
  });

  test('callbacks are commands, and streams end like a loop', async () => {
    const tcl = await open();
    const compare = callback((a: string, b: string) => Number(a) - Number(b));
    expect(await tcl.call('lsort -command', compare, [3, 1, 20])).toBe('1 3 20');
    await tcl.evalBlock('proc total next {set sum 0; while 1 {incr sum [$next]}; return $sum}');
    expect(await tcl.call('total', stream(range(1000)))).toBe('499500');
  });

  test('lists, dicts, coroutines and commands that break at their end are iterated over', async () => {
    const tcl = await open();
    await tcl.evalBlock(`
      proc upto n {yield [info coroutine]; for {set i 0} {$i < $n} {incr i} {yield $i}}
      proc next {} {if {[incr ::count] > 3} {return -code break}; return $::count}`);
    const iterated: Record<string, unknown[]> = {
      'list a {b c}': ['a', 'b c'],
      '_BOND_list {1 2} int': [1, 2],
      '_BOND_dict {a 1 b 2} int': [
        ['a', 1],
        ['b', 2],
      ],
      '_BOND_as {map int text} {1 a}': [[1, 'a']],
      '_BOND_as {tuple int text} {1 1}': [1, '1'],
      '_BOND_iterator [coroutine numbers upto 300] int': range(300),
      '_BOND_iterator next': ['1', '2', '3'],
    };
    for (const [code, items] of Object.entries(iterated)) expect(await all(tcl.iterate(code))).toEqual(items);
    for await (const item of tcl.iterate('_BOND_iterator [coroutine numbers upto 3000]')) if (item === '5') break;
    await tcl.evalBlock('set count 0');
    for await (const _ of tcl.iterate('_BOND_iterator next')) break;
    expect(await tcl.eval('list [info commands numbers] [info commands next]')).toBe('{} next');
    expect((await rejection(all(tcl.iterate('set bad "\\{"')), RemoteException)).message).toContain('is not a list');
    expect((await rejection(tcl.eval('_BOND_iterator next'), SerializationException)).message).toContain(
      'use hold or iterate',
    );
  });

  test('objects, namespaces and packages are handles, whose methods and commands are called', async () => {
    const tcl = await open();
    await tcl.evalBlock(`
      oo::class create Stack {
        variable items
        constructor args {set items $args}
        method push item {lappend items $item; return [self]}
        method size {} {llength $items}
      }
      namespace eval shop {variable open yes; proc price {name args} {return "$name $args"}; proc count {} {return 3}}
      _BOND_declare shop::count int`);
    const Stack = await tcl.import('Stack');
    const stack = await new Stack(1, 'b c');
    expect(await stack.push('d').push('e').size()).toBe('4');
    expect(await stack.items).toBe('1 {b c} d e');
    const shop = await tcl.import('shop');
    expect([await shop.price('Lamp', kwargs({ size: 2 })), await shop.count(), await shop.open]).toEqual([
      'Lamp -size 2',
      3,
      'yes',
    ]);
    const msgcat = await tcl.import('msgcat');
    expect(await msgcat.mc('Hello, %s', 'Ada')).toBe('Hello, Ada');
    expect((await rejection(tcl.import('no_such_package'), RemoteException)).message).toContain('no_such_package');
    const { message } = await rejection(stack.push('x').pop().then(), RemoteException);
    expect(message).toContain('push(…).pop(): ');
    const holding = tcl.with({ objects: 'hold' });
    const files = await holding.eval<{ deep: [unknown, string] }>(
      '_BOND_as {record {deep {tuple object text}}} {deep {stdin x}}',
    );
    expect(files.deep[1]).toBe('x');
    expect(await tcl.call('same', files.deep[0])).toBe('stdin');
    const { exception } = await rejection(holding.eval('error bad {} {SHOP CLOSED}'), RemoteException);
    expect(await (exception as AnyRemote)['-errorcode']).toBe('SHOP CLOSED');
    await stack.destroy();
    await rejection(stack.size().then(), RemoteException);
  });

  test('a live object is a command: with a method or property, and words for items', async () => {
    const tcl = await openBond('Tcl');
    const account = {
      balance: 10,
      async deposit(amount: string) {
        this.balance += Number(amount);
        return this.balance;
      },
    };
    await tcl.evalBlock(`
      proc use account {$account deposit 5; $account balance [_BOND_int [expr {[$account balance] + 1}]]; return $account}
      proc sum list {set sum 0; set next [$list -items]; while 1 {incr sum [$next]}; list $sum [$list -length] [$list -item 1]}
      proc twice f {$f [$f 1]}
      proc attempt account {catch {$account close} message; list $message [catch {$account secret}]}`);
    const names = ['balance', 'deposit', 'close'];
    expect(await tcl.call('use', live(account, names))).toBe(account);
    expect(account.balance).toBe(16);
    expect(await tcl.call('sum', live([1, 2, 3], [Symbol.iterator]))).toBe('6 3 2');
    expect(
      await tcl.call(
        'twice',
        live((x: string) => Number(x) + 1),
      ),
    ).toBe('3');
    expect(await tcl.call('attempt', live(account, names))).toMatch(/close.* 1$/);
    await tcl.export((given: unknown) => given === account, 'is_account');

    expect(await tcl.call('is_account', live(account, names))).toBe('1');
    expect(await tcl.call('lindex', ['x', live(account, names)], 0)).toBe('x');
  });

  test('files run as programs, and functions of the host take the place of their procedures', async () => {
    const tcl = await openBond('Tcl');
    const path = program(
      `_BOND_declare shop::price int {int}
      namespace eval shop {
        variable factor 2
        proc price n {variable factor; if {$n < 0} {error "no $n" {} {SHOP NEGATIVE}}; expr {$n * $factor}}
      }
      proc total {a b} {expr {[shop::price $a] + [::shop::price $b]}}
      proc try_it {} {try {shop::price -1} trap {SHOP NEGATIVE} message {return $message}}
      puts -nonewline "[total 1 2] [try_it] $argv0 [info script]"`,
      'shop.tcl',
    );
    const seen: unknown[] = [];
    const replace = {
      'shop::price': (n: number) => {
        seen.push(n);
        return n === 2 ? 100 : tcl.original('shop::price')(n);
      },
    };
    const { stdout } = await tcl.capture(() => tcl.load(path, { replace }));
    expect(stdout).toBe(`102 no -1 ${path} ${path}`);
    expect(seen).toEqual([1, 2, -1]);
    const missing = await rejection(tcl.load(path, { replace: { 'shop::cost': () => 0 } }), BondException);
    expect(missing.message).toMatch(/'shop::cost'.*shop::price/s);
  });

  test('functions are exported into namespaces, and calls nest hundreds deep, also inside of sorting', async () => {
    const tcl = await open();
    await tcl.export((x: string) => `${x}!`, 'shop::cry');
    expect(await tcl.eval('namespace eval shop {cry hey}')).toBe('hey!');
    await tcl.export((n: string) => tcl.call('down', n), 'up');
    expect(await tcl.call('down', 300)).toBe('300');
    expect((await rejection(tcl.evalBlock('proc endless {} {endless}; endless'), RemoteException)).type).toBe(
      'TCL LIMIT STACK',
    );
    await tcl.export((n: string) => tcl.call('sorted', Number(n) + 1), 'again');
    // At a release, until the stack is full.
    const most = process.env.RELEASE ? 1e6 : 100;
    await tcl.evalBlock(`
      proc sorted n {if {$n < ${most}} {lsort -command [list compare $n] {1 2}}; return $n}
      proc compare {n a b} {set ::deepest $n; again $n; return 0}`);
    const outcome = await tcl.call('sorted', 0).catch((error: Error) => error.message);
    expect(outcome).toEqual(process.env.RELEASE ? expect.stringContaining('too many nested evaluations') : '0');
    expect(Number(await tcl.eval('set deepest'))).toBeGreaterThan(98);
    await expectAlive(tcl);
  });

  test('an interrupt that comes when its call is over stops none of those behind it, and one during a host call is heard after it', async () => {
    const tcl = await open();
    for (const round of range(3)) {
      process.kill(tcl.pid, 'SIGSTOP');
      const first = tcl.call('same', round).catch((error: unknown) => error);
      await tcl.interrupt();
      const others = range(4).map((x) => tcl.call('same', x));
      process.kill(tcl.pid, 'SIGCONT');
      expect(await Promise.all(others)).toEqual(['0', '1', '2', '3']);
      expect([String(round), expect.any(RemoteException)]).toContainEqual(await first);
    }
    await tcl.export(() => tcl.interrupt(), 'slow');
    expect((await rejection(tcl.eval('slow; same on'), RemoteException)).type).toBe('_BOND_InterruptException');
    expect(await tcl.eval('catch {slow}; same on')).toBe('on');
  });

  test('what a program does to its own channels and commands does not reach the driver', async () => {
    const tcl = await open();
    await tcl.evalBlock(
      'fconfigure stdout -encoding unicode -buffering full; puts -nonewline x; rename puts ""; rename gets ""; rename encoding ""',
    );
    expect(await tcl.call('same', 'é')).toBe('é');
    await tcl.evalBlock('close stdout');
    expect(await tcl.call('same', 'é')).toBe('é');
  });

  test('where the standard streams are sockets, as behind ssh, nothing is different', async () => {
    const tcl = await openBond('Tcl', [process.execPath, '-e', RELAY, 'tclsh'], ['a', '$x y', '--']);
    expect(await tcl.eval('set argv')).toBe('a {$x y} --');
    await tcl.evalBlock('proc same x {return $x}');
    const text = 'é😀'.repeat(50_000);
    expect(await tcl.call('same', text)).toBe(text);
    expect(await tcl.eval('list [read stdin] [exec cat]')).toBe('{} {}');
    const printed = await tcl.capture(() =>
      tcl.evalBlock('puts é; fconfigure stdout -encoding ascii -buffering full; puts -nonewline é'),
    );
    expect(printed.stdout).toBe('é\n?');
    const call = tcl
      .evalBlock('puts -nonewline on; flush stdout; while 1 {}')
      .catch((error: RemoteException) => error.type);
    await tcl.interrupt();
    expect(await call).toBe('_BOND_InterruptException');
    await tcl.evalBlock('rename exit leave; proc exit args {leave 5}');
    await tcl.close();
    expect((await tcl.closed).exitCode).toBe(5);
  });
});
