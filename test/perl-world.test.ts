// What the Perl driver takes from the program that it lives in, turned the wrong way: see docs/driver-isolation.md.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  type Bond,
  type BondOptions,
  RemoteException,
  SerializationException,
  TerminatedException,
} from '../src/index.js';
import { HANG, refusal, temporaryDirectory } from './bonds.js';
import { all, collect, expectAlive, expectSame, needsInterpreter, openBond, range, rejection } from './fixtures.js';
import { testSample } from './turns.js';

needsInterpreter('Perl');

const open = (options: string[] = [], env: Record<string, string> = {}, more: BondOptions = {}): Promise<Bond> =>
  openBond('Perl', ['perl', ...options], [], { env: { ...process.env, ...env }, ...more });

const rows = range(20).map((id) => ({ id: id + 0.5, name: `é ${id}`, none: null }));

const values: unknown[] = [
  [1.5, 2.25, -0.5, 7, -0, 5e-324, 2 ** 53, 10n ** 30n, 2n ** 64n - 1n, Number.NaN],
  ['é', '😀', '"\\\n\u0000', '', '1.5', 'x'.repeat(3e5)],
  [new Uint8Array([0, 255]), true, false, null, [], {}, [[1]]],
  { $x: [1.25] },
  rows,
  range(3000).map((n) => n / 8),
];

/** What a driver does, once each: values of all kinds there and back, exceptions of all kinds, iteration, an interrupt. */
async function exercise(perl: Bond): Promise<void> {
  await perl.evalBlock('sub same { $_[0] } sub passed_on { host($_[0]) }');
  await perl.export((x: unknown) => x, 'host');
  expect(await perl.call('same', 1.5)).toBe(1.5);
  for (const value of values) {
    expectSame(await perl.call('same', value), value);
    expectSame(await perl.call('passed_on', value), value);
  }
  expect(await perl.call('same', new Date(1.1e12 + 1))).toEqual(new Date(1.1e12 + 1));
  expect(await all(perl.iterate('1 .. 10'))).toEqual(range(10).map((n) => n + 1));
  expect((await rejection(perl.evalBlock('die "oh no\\n"'), RemoteException)).remoteMessage).toBe('oh no');
  expect(await rejection(perl.evalBlock('die bless {}, "Odd"'), RemoteException)).toMatchObject({
    type: 'Odd',
    remoteMessage: expect.stringMatching(/^Odd=HASH/),
  });
  expect((await rejection(perl.eval('[7, sub {}]'), SerializationException)).message).toContain('result[1]');
  const looping = rejection(perl.evalBlock('while (1) {}'), RemoteException);
  await perl.interrupt();
  expect((await looping).type).toBe('_BOND_InterruptException');
  await expectAlive(perl);
}

describe.concurrent('options of the command line', () => {
  const test = testSample(5);
  test.each([
    ['-Minteger'],
    ['-Mbigint'],
    ['-Mbignum'],
    ['-Mutf8'],
    ['-Mbytes'],
    ['-Mlocale'],
    ['-Msort=stable'],
    ['-Mfeature=:all'],
    ['-Mopen=:std,:encoding(UTF-8)'],
    ['-Mautodie'],
    ['-Mless'],
    ['-Mre=/x'],
    ['-Mre=/xx,/a'],
    ['-Mre=eval'],
    ['-M-overloading'],
    ['-Mvars=$x'],
    ['-Mstrict'],
    ['-Mwarnings=FATAL,all'],
    ['-Mdiagnostics'],
    ['-Msigtrap'],
    ['-T'],
    ['-t'],
    ['-w'],
    ['-W'],
    ['-X'],
    ['-l'],
    ['-0777'],
    ['-00'],
    ['-s'],
    ['-CSD'],
  ])('%s', async (...options) => {
    const errors = collect();
    await exercise(await open(options, {}, { stderr: errors.stdout }));
    expect(errors.text()).toBe('');
  });

  test('pragmas are in force for code of the user', async () => {
    const perl = await open(['-Minteger', '-l']);
    expect(await perl.eval('7 / 2')).toBe(3);
    expect(await perl.eval('$\\')).toBe('\n');
  });

  test.each([
    ['-d', 'DB<1>'],
    ['-c', 'syntax OK'],
  ])('%s, which keeps code from running, is told', async (option, said) => {
    // On a busy machine, it may not have said it when the time is up.
    let message = '';
    for (let startTimeout = 1000; startTimeout < HANG && !message.includes(said); startTimeout *= 4) {
      ({ message } = await refusal(open([option], {}, { startTimeout })));
    }
    expect(message).toContain(option);
    expect(message).toContain(said);
  });
});

describe.concurrent('the environment', () => {
  const test = testSample(5);
  test.each([
    ['PERL_UNICODE', 'SD'],
    ['PERL_UNICODE', ''],
    ['PERL5OPT', '-Mbigint'],
    ['PERL5OPT', '-W'],
    ['PERL5OPT', '-CS'],
    ['PERL5DB', 'die'],
    ['PERLIO', 'crlf'],
    ['PERLIO', 'unix'],
    ['PERLIO', ':utf8'],
    ['PERL_SIGNALS', 'unsafe'],
    ['LC_ALL', 'de_DE.UTF-8'],
  ])('%s=%s', async (name, value) => {
    await exercise(await open([], { [name]: value }));
  });

  test('PERL5LIB with other modules of the same names: what needs them says so', async () => {
    const directory = temporaryDirectory();
    for (const name of ['Math/BigInt', 'Time/Piece', 'JSON/XS', 'Cpanel/JSON/XS', 'overload', 'Scalar/Util']) {
      const path = join(directory, `${name}.pm`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, 'die "not the real one"');
    }
    const perl = await open([], { PERL5LIB: directory });
    await perl.evalBlock('sub same { $_[0] }');
    for (const value of [rows, 'x'.repeat(10_000), 1.5]) expect(await perl.call('same', value)).toStrictEqual(value);
    expect((await rejection(perl.call('same', 10n ** 30n), SerializationException)).message).toContain(
      'Math/BigInt.pm cannot be loaded',
    );
    expect((await rejection(perl.call('same', new Date()), SerializationException)).message).toContain('Time/Piece.pm');
    await expectAlive(perl);
  });
});

describe.concurrent('what a program changes', () => {
  const test = testSample(5);
  test.each<[what: string, code: string]>([
    ['$"', '$" = ","'],
    ['$,', '$, = "-"'],
    ['$\\', '$\\ = "!"'],
    ['$/', '$/ = "o"'],
    ['$/, as a size', '$/ = \\2'],
    ['$;', '$; = "x"'],
    ['$|', '$| = 0'],
    ['$_', '$_ = "topic"'],
    ['$_, read-only', '*_ = \\"topic"'],
    ['$@', '$@ = bless {}, "Odd"'],
    ['$!', '$! = 4'],
    ['$?', '$? = 3'],
    ['$0', '$0 = "another"'],
    ['$&', '"abc" =~ /b/; $seen = $&'],
    ['$^W', '$^W = 1'],
    ['$^H and %^H', '$^H = 1; %^H = (integer => 1)'],
    ['$^T', '$^T = 0'],
    ['$^O', '$^O = "MSWin32"'],
    ['$$', '$$ = 1'],
    ['$a and $b', '$a = $b = 5'],
    ['@ARGV, %ENV, @INC and %INC', '@ARGV = (1); %ENV = (); @INC = (); %INC = ()'],
    ['all variables, by reset()', 'reset "_a-zA-Z"'],
    ['@INC with a hook', 'unshift @INC, sub { die "hook" }'],
    ['$SIG{__DIE__}', '$SIG{__DIE__} = sub { $heard++ if $_[0] !~ /^oh no/ && !ref $_[0]; die $_[0] }'],
    ['$SIG{__DIE__} that exits', '$SIG{__DIE__} = sub { exit 9 if "@_" =~ /nested|JSON|locate/; }'],
    ['$SIG{__WARN__}', '$SIG{__WARN__} = sub { die "warned: @_" }; $^W = 1'],
    ['$SIG{CHLD} and others', '$SIG{$_} = "IGNORE" for qw(CHLD PIPE HUP ALRM USR1)'],
    [
      'utf8::encode and others',
      'no warnings; *{"utf8::$_"} = sub { die "asked" } for qw(encode decode upgrade is_utf8)',
    ],
    ['UNIVERSAL::isa and UNIVERSAL::can', 'no warnings; *{"UNIVERSAL::$_"} = sub { die "asked" } for qw(isa can)'],
    ['UNIVERSAL::isa that says yes', 'no warnings; *{"UNIVERSAL::$_"} = sub { 1 } for qw(isa can)'],
    [
      'AUTOLOAD in UNIVERSAL',
      'sub UNIVERSAL::AUTOLOAD { die "called $UNIVERSAL::AUTOLOAD" } sub UNIVERSAL::DESTROY {}',
    ],
    ['a destructor of all objects that sets $@', 'sub UNIVERSAL::DESTROY { eval { die "lost" }; $@ = "left behind" }'],
    ['the accuracy of big numbers', 'require Math::BigInt; Math::BigInt->accuracy(3)'],
    [
      'builtins',
      `no warnings; for my $name (qw(warn exit sleep time caller ref require glob hex oct int abs keys join index split
        sysread syswrite select open close binmode fileno kill fork waitpid wantarray sprintf lc uc chr ord length local
        readline unpack pack)) { *{"CORE::GLOBAL::$name"} = sub { $overridden{$name}++; 7 } }`,
    ],
    [
      'time, as Test::MockTime does',
      '*CORE::GLOBAL::time = sub { 0 }; require Time::HiRes; *Time::HiRes::time = sub { 0 }',
    ],
    ['layers of STDIN and STDOUT', 'binmode($_, ":encoding(UTF-16)") for STDIN, STDOUT'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Perl's
    ['default layers', 'use open qw(:std :utf8); ${^OPEN} = ":utf8\\0:utf8"'],
    ['STDIN, STDOUT and STDERR, closed', 'close $_ for STDIN, STDOUT, STDERR'],
    ['STDIN, opened anew', 'close STDIN; open(STDIN, "<", "/etc/passwd")'],
    ['STDOUT, in memory', 'close STDOUT; open(STDOUT, ">", \\$memory)'],
    ['STDOUT, gone', 'undef *STDOUT; undef *STDIN'],
    ['STDOUT, another one', '*STDOUT = *STDERR; *STDIN = *STDERR'],
    [
      'STDOUT, STDERR and STDIN, tied',
      `{ package Tied; sub TIEHANDLE { bless {} } sub AUTOLOAD { die "used $AUTOLOAD" if $AUTOLOAD !~ /DESTROY/ } }
       tie *$_, 'Tied' for qw(STDOUT STDERR STDIN)`,
    ],
    ['another handle, selected', 'open(my $other, ">", "/dev/null"); select($other)'],
    ['a handle that is gone, selected', '{ open(my $other, ">", "/dev/null"); select($other) }'],
    ['locale', 'require POSIX; POSIX::setlocale(POSIX::LC_ALL(), "de_DE.UTF-8")'],
    [
      'a module for JSON',
      'for my $m (qw(Cpanel::JSON::XS JSON::XS)) { eval "require $m"; no warnings; *{$m . "::$_"} = sub { 7 } for qw(decode encode) }',
    ],
  ])('%s', async (_what, code) => {
    const perl = await open();
    await perl.evalBlock(`${code};`);
    await exercise(perl);
  });

  test.each(['%SIG', '$|'])('what the driver cannot do without ends the interpreter: %s', async (name) => {
    const perl = await open();
    const tied = `{ package Tied; *TIEHASH = *TIESCALAR = sub { bless {} }; sub AUTOLOAD { die "used" } } tie ${name}, "Tied"; die "x"`;
    const { message, stderr } = await rejection(perl.evalBlock(tied), TerminatedException);
    expect(message + stderr).toContain('cannot go on');
  });

  test('where no module can be loaded any more, exceptions have their texts, and what can do without goes on', async () => {
    const perl = await openBond('Perl', ['sh', '-c', 'ulimit -n 40; exec perl "$@"', 'perl']);
    await perl.evalBlock('1 while open($files[@files], "<", "/dev/null")');
    await perl.export(() => {
      throw new Error('of the host');
    }, 'failing');
    expect(await perl.call('sub { eval { failing() }; "$@" }')).toBe('of the host');
    expect(await all(perl.iterate('[1, 2]'))).toEqual([1, 2]);
    expect((await rejection(perl.call('ref', 10n ** 30n), SerializationException)).message).toContain('Math/BigInt.pm');
  });

  test('while it is at work: a handler of each request changes what the next one finds', async () => {
    const perl = await open();
    await exercise(perl);
    await perl.evalBlock('$" = ","; $/ = undef; $, = "-"; $\\ = "!"; $; = "x"; *CORE::GLOBAL::ref = sub { "" };');
    await exercise(perl);
    expect(await perl.eval('[map { { "a$_" => 1, b => 2 } } 1 .. 3], ')).toHaveLength(3);
  });

  test('$" and the rows of a table', async () => {
    const perl = await open();
    await perl.evalBlock('$" = ",";');
    expect(await perl.eval('[map { { a => 1, b => 2 } } 1 .. 10]')).toEqual(Array(10).fill({ a: 1, b: 2 }));
  });
});

describe('values that are computed when they are read', () => {
  test('are read once', async () => {
    const perl = await open();
    await perl.evalBlock(`
      { package Counted; sub TIESCALAR { bless [] } sub FETCH { $main::reads++ % 2 ? 'a"b' : 1 } }
      { package List; require Tie::Array; @ISA = 'Tie::StdArray'; sub FETCH { $main::reads++; $_[0][$_[1]] } }
      { package Hash; require Tie::Hash; @ISA = 'Tie::StdHash'; sub FETCH { $main::reads++; $_[0]{$_[1]} } }
      sub tied_item { tie my $item, 'Counted'; my @list; tie $list[1], 'Counted'; $reads = 0; \\@list }
      sub tied_list { tie my @list, 'List'; @list = (1, 'a"b', 1.5, [1]); $reads = 0; \\@list }
      sub tied_hash { tie my %hash, 'Hash'; %hash = (a => 1, b => 'a"b', c => { d => 1 }); $reads = 0; \\%hash }`);
    expect(await perl.eval('tied_item()')).toEqual([null, 1]);
    expect(await perl.eval('$reads')).toBe(1);
    expect(await perl.eval('{ a => tied_list() }')).toEqual({ a: [1, 'a"b', 1.5, [1]] });
    expect(await perl.eval('$reads')).toBe(4);
    expect(await perl.eval('tied_hash()')).toEqual({ a: 1, b: 'a"b', c: { d: 1 } });
    expect(await perl.eval('$reads')).toBe(3);
  });

  test('a tied hash that has a key twice is an error', async () => {
    const perl = await open();
    await perl.evalBlock(`
      { package Twice; sub TIEHASH { bless {} } sub FIRSTKEY { $_[0]{n} = 1; 'a' } sub NEXTKEY { $_[0]{n}++ < 2 ? 'a' : undef } sub FETCH { 1 } }
      sub twice { tie my %hash, 'Twice'; \\%hash }`);
    const error = await rejection(perl.eval('[1, twice()]'), SerializationException);
    expect(error.message).toContain("a tied hash has the key 'a' twice");
    await expectAlive(perl);
  });

  test('an object of any class is asked for its TO_JSON, in scalar context, once', async () => {
    const perl = await open();
    await perl.evalBlock(`
      { package Lists; sub TO_JSON { $main::asked++; my @list = (7, 8, 9); return wantarray ? @list : \\@list } }
      { package Count; sub TO_JSON { my @list = (7, 8, 9); @list } }
      { package Nothing; sub TO_JSON { return } }
      { package Lying; sub can { die } sub isa { die } sub TO_JSON { 'said' } }
      { package Auto; sub AUTOLOAD { die "called $AUTOLOAD" unless $AUTOLOAD =~ /DESTROY/ } }`);
    expect(
      await perl.eval('[bless({}, "Lists"), bless({}, "Count"), bless({}, "Nothing"), bless({}, "Lying")]'),
    ).toEqual([[7, 8, 9], 3, null, 'said']);
    expect(await perl.eval('$asked')).toBe(1);
    await rejection(perl.eval('[bless {}, "Auto"]'), SerializationException);
    await expectAlive(perl);
  });

  test('a class called 0 is a class', async () => {
    const perl = await open();
    for (const code of [
      'bless [], "0"',
      '[bless [], "0"]',
      '{ a => bless([], "0") }',
      '[map { { a => bless {}, "0" } } 1 .. 20]',
    ]) {
      expect((await rejection(perl.eval(code), SerializationException)).message).toContain('a reference to 0');
    }
    expect(await rejection(perl.evalBlock('die bless [], "0"'), RemoteException)).toMatchObject({ type: '0' });
    await perl.evalBlock('sub 0::TO_JSON { "zero" }').catch(() => {});
    await perl.evalBlock('no strict; *{"0::TO_JSON"} = sub { "zero" };');
    expect(await perl.eval('[bless([], "0")]')).toEqual(['zero']);
  });
});

/** A package with a function that leaves a loop. */
const HAS_LEAVE = 'package Odd; sub same { "Odd" } sub list { [@_] } sub leave { main::leave() } package main;';

describe('last, next and redo of your code, outside of a loop,', () => {
  const places: [where: string, code: string, run: (perl: Bond) => Promise<unknown>][] = [
    ['in a block', '', (perl) => perl.evalBlock('leave()')],
    ['in an expression', '', (perl) => perl.eval('1, leave()')],
    ['in a function', '', (perl) => perl.call('leave')],
    ['in a function that has been called before', 'sub at_last { leave() if $n++ }', (perl) => twice(perl, 'at_last')],
    ['in an argument', '', (perl) => perl.call('join', '', perl.ref('1'), [perl.ref('leave()')])],
    ['in TO_JSON', 'sub Odd::TO_JSON { leave() }', (perl) => perl.eval('[1, bless({}, "Odd"), 3]')],
    ['in TO_JSON of an argument', 'sub Odd::TO_JSON { leave() }', (perl) => perl.eval('host(1, bless({}, "Odd"), 3)')],
    ['in an iterator', '', (perl) => all(perl.iterate('sub { leave() }'))],
    ['in a link of a chain', HAS_LEAVE, async (perl) => (await perl.import('Odd')).same(1).leave()],

    [
      'in a chain that is an argument',
      HAS_LEAVE,
      async (perl) => perl.call('join', '', (await perl.import('Odd')).leave()),
    ],
    ['in a nested call', '', (perl) => perl.eval('for (1 .. 3) { host("leave") } 1')],
  ];
  const twice = async (perl: Bond, name: string): Promise<unknown> => {
    expect(await perl.call(name)).not.toBe('left');
    return perl.call(name);
  };

  test.each(['last', 'next', 'redo'])('%s is an exception', async (word) => {
    for (const [where, code, run] of places) {
      const perl = await open();
      await perl.export((name: string) => perl.call(name), 'host');
      await perl.evalBlock(`sub leave { ${word} } ${code}`);
      const error = await rejection(run(perl), RemoteException);
      expect(error.message, where).toContain('outside a loop block');
      await expectAlive(perl);
    }
  });
});

test('files of the driver that are lazy are compiled when they are first needed', async () => {
  const perl = await open();
  await perl.evalBlock('sub same { $_[0] } sub compiled { [grep { defined &{"__BOND_driver::$_"} } @_] }');
  expect(await perl.call('same', { items: [0, 'two', null] })).toEqual({ items: [0, 'two', null] });
  const subs = ['report', 'call_host', 'relay', 'write_out', 'take_aside', 'encode_text', 'read_words', 'find_module'];
  expect(await perl.call('compiled', ...subs)).toEqual([]);
  await rejection(perl.eval('die "oh no\\n"'), RemoteException);
  expect(await perl.call('compiled', ...subs)).toContain('report');
});

test('handlers of POSIX::sigaction, which run at once, wait while the driver works, and not while the program does', async () => {
  const output = collect();
  const perl = await open([], {}, { stdout: output.stdout, stderr: 'ignore' });
  const pid = await perl.eval<number>('$$');
  const strike = () => process.kill(pid, 'SIGUSR1');
  // Perl may not survive a signal in the middle of its own work, only in that of a wait.
  await perl.export(async (x: unknown) => {
    await pause(2);
    strike();
    await pause(x as number);
    return x;
  }, 'struck');
  await perl.evalBlock(`
    package Other;
    use POSIX;
    our $handler = sub { die "late\\n" };
    sub handle { my $old = POSIX::SigAction->new; sigaction(SIGUSR1, POSIX::SigAction->new($handler), $old); $old }
    handle();
    sub attempt { my $x = eval { main::struck($_[0]) }; defined $x ? $x : $@ }
    sub rest { eval { print "resting"; sleep 1000 }; $@ }`);
  for (const serial of range(30)) {
    const answer = await perl.call('Other::attempt', serial % 3).catch((error) => error.remoteMessage);
    expect([serial % 3, 'late\n', 'late']).toContain(answer);
  }
  const resting = perl.call('Other::rest');
  await output.until('resting');
  strike();
  expect(await resting).toBe('late\n');
  expect(await perl.eval('Other::handle()->{HANDLER} == $Other::handler')).toBeTruthy();
  await exercise(perl);
});

test('a module is loaded, although the handler of a signal dies in the middle, and what that throws is caught', async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'Math'));
  writeFileSync(
    join(directory, 'Math', 'BigInt.pm'),
    `BEGIN { kill ALRM => $$ unless $main::times++; 1 }
     local @INC = grep { $_ ne '${directory}' } @INC;
     delete $INC{'Math/BigInt.pm'};
     require Math::BigInt;`,
  );
  const perl = await open([`-I${directory}`]);
  await perl.export(() => 10n ** 30n, 'host');
  await perl.evalBlock('$SIG{ALRM} = sub { die "late\\n" };');
  expect(await perl.eval('eval { host() } || $@')).toContain('late\n');
  expect(await perl.eval('host()')).toBe(10n ** 30n);
});
