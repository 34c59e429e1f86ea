import { describe, expect, test } from 'vitest';
import { held, RemoteException, SerializationException, TerminatedException } from '../src/index.js';
import { collect, expectAlive, lender, needsInterpreter, openBond, rejection } from './fixtures.js';

needsInterpreter('Perl');

const open = lender('Perl');

test.each(['undef &UNIVERSAL::isa', 'undef &UNIVERSAL::can'])('%s keeps nothing from being answered', async (code) => {
  const perl = await openBond('Perl');
  await perl.evalBlock(code);
  expect((await rejection(perl.evalBlock('die "gone\n"'), RemoteException)).remoteMessage).toBe('gone');
  await rejection(perl.evalBlock('die bless {}, "Gone"'), RemoteException);
  await rejection(perl.eval('[bless {}, "Gone"]'), RemoteException);
  await expectAlive(perl);
});

test('a stack trace by Carp shows the code of the user, and not the driver that an eval has evaluated', async () => {
  const perl = await open();
  await perl.evalBlock(perl.ref('use Carp; sub inner { confess "astray" }\nsub outer { inner(@_) }'));
  await perl.export(() => perl.call('outer', 1), 'again');
  for (const calling of [perl.call('outer', 2), perl.eval('again()')]) {
    const { message } = await rejection(calling, RemoteException);
    expect(message).toMatch(/astray at .* line 1\.\n\tmain::inner\(\d\) called at .* line 2\n/);
    expect(message).not.toContain('#: eager');
  }
});

test('what prints to a handle can be called', async () => {
  const output = collect();
  const perl = await open({ stdout: output.stdout });
  await perl.call('print STDOUT', 'a', 'b');
  await perl.call('printf STDOUT', '%s', 'c');
  expect(output.text()).toBe('abc');
});

describe('list context is the default, and one value collapses to itself', () => {
  test.each<[code: string, value: unknown]>([
    ['(1, 2, 3)', [1, 2, 3]],
    ['(5)', 5],
    ['()', []],
    ['[5]', [5]],
    ['[[5]]', [[5]]],
    ['map { $_ + 1 } 1, 2', [2, 3]],
    ['split /,/, "a,b"', ['a', 'b']],
    ['scalar(split /,/, "a,b")', 2],
    ['scalar reverse "abc"', 'cba'],
    ['context()', 'list'],
    ['scalar context()', 'scalar'],
    ['@list', [1, 2]],
    ['\\@list', [1, 2]],
    ['\\%hash', { a: 1 }],
    ['%hash', ['a', 1]],
    ['undef', null],
  ])('%s', async (code, value) => {
    const perl = await open();
    await perl.evalBlock('sub context { wantarray ? "list" : "scalar" } @list = (1, 2); %hash = (a => 1);');
    expect(await perl.eval(code)).toEqual(value);
  });
});

describe('call takes anything function-like', () => {
  test.each<[name: string, args: unknown[], value: unknown]>([
    ['add', [1, 2], 3],
    ['main::add', [1, 2], 3],
    ['Other::name', [], 'Other'],
    ['join', ['-', 'a', 'b'], 'a-b'],
    ['uc', ['é'], 'É'],
    ['length', ['日本'], 2],
    ['sprintf', ['%03d|%s', 7, 'x'], '007|x'],
    ['reverse', [1, 2, 3], [3, 2, 1]],
    ['abs', [-5], 5],
    ['substr', ['abcdef', 2, 3], 'cde'],
    ['sort', ['b', 'c', 'a'], ['a', 'b', 'c']],
    ['keys', [{ a: 1 }], 'a'],
    ['split', [',', 'a,b'], ['a', 'b']],
    ['scalar split', [',', 'a,b,c'], 3],
    ['scalar reverse', ['abc'], 'cba'],
    ['map { $_ + 1 }', [1, 2, 3], [2, 3, 4]],
    ['map { $_ }', ['only'], 'only'],
    ['grep { $_ > 1 }', [1, 2, 3], [2, 3]],
    ['sort { $b <=> $a }', [9, 10, 11], [11, 10, 9]],
    ['sub { $_[0] . $_[1] }', ['a', 'b'], 'ab'],
    ['&add', [1, 2], 3],
    ['&$code', [20], 21],
    ['&{ $any->{expression} }', [20], 21],
    ['$code->', [20], 21],
    ['$object->method', [2], 12],
    ['Counter->new->method', [1], 11],
    ['$object->{code}->', [3], 4],
    ['unary', ['x'], '<x>'],
    ['apply { $_[0] * 2 }', [1, 2], [2, 4]],
    ['ref', [[1]], 'ARRAY'],
  ])('%s', async (name, args, value) => {
    const perl = await open();
    await perl.evalBlock(`
      sub add { $_[0] + $_[1] }
      sub unary($) { "<$_[0]>" }
      sub apply(&@) { my $code = shift; map { $code->($_) } @_ }
      $code = sub { $_[0] + 1 };
      $any = { expression => $code };
      { package Other; sub name { __PACKAGE__ } }
      { package Counter; sub new { bless { n => 10, code => $main::code } } sub method { $_[0]{n} + $_[1] } }
      $object = Counter->new;`);
    expect(await perl.call(name, ...args)).toEqual(value);
  });

  test('a list of arguments that is given as one list, as the documentation of python-bond does', async () => {
    const perl = await open();
    expect(await perl.call('map { $_ + 1 }', [1, 2, 3])).toEqual([2, 3, 4]);
  });

  test('references to arrays and hashes, which builtins and prototyped subs may change', async () => {
    const perl = await open();
    await perl.evalBlock('sub append(\\@@) { my ($list, @more) = @_; push @$list, @more } @list = (1);');
    await perl.call('push', perl.ref('@list'), 2, 3);
    await perl.call('append', perl.ref('@list'), 4);
    expect(await perl.eval('@list')).toEqual([1, 2, 3, 4]);
    expect(await perl.call('join', '+', perl.ref('@list'))).toBe('1+2+3+4');
  });

  test('file handles, by reference', async () => {
    const perl = await open();
    await perl.evalBlock('open($fd, "+>", undef) or die;');
    expect(await perl.call('syswrite', perl.ref('$fd'), 'Hello world!')).toBe(12);
    expect(await perl.call('sub { syswrite($fd, shift()); }', 'Again')).toBe(5);
    expect(await perl.call('close', perl.ref('$fd'))).toBe(true);
  });
});

describe('eval takes a statement, or several, and resolves to the value of the last', () => {
  test.each<[code: string, value: unknown]>([
    ['sub doubled { 2 * shift }', []],
    ['my $x = 3; $x + 1', 4],
    ['my $x = 3; my ($y, $z) = ($x, 4);', [3, 4]],
    ['use strict; my $x = 7; $x', 7],
    ['if (1) { 5 } else { 6 }', 5],
    ['5;', 5],
    ['5;;\n; ', 5],
    ['5 # five', 5],
    ['5; # five', 5],
    ['return (1, 2); 3', [1, 2]],
    ['<<E . "!"\ntext\nE', 'text\n!'],
    ['lc(<<E);\nTEXT\nE\n', 'text\n'],
    ['5\n__END__\nno code', 5],
    ['5;\n\n=pod\n\nno code\n', 5],
    ['=pod\n\nno code\n\n=cut\n\n{ a => 1 }', { a: 1 }],
    ['package Elsewhere; __PACKAGE__', 'Elsewhere'],
    ['{ a => 1 }', { a: 1 }],
    [' # a hash\n { $key => 1 };', { k: 1 }],
    ['{ %$hash, b => 2 } # a hash', { a: 1, b: 2 }],
    ['{ pair() }', { a: 1 }],
    ['{ map { $_ => 1 } "a" }', { a: 1 }],
    ['{ $key => do { use integer; 7 / 2 } }', { k: 3 }],
    ['{ a => 1 }, { b => 2 }', [{ a: 1 }, { b: 2 }]],
    ['{ a => 1 }->{a}', 1],
    ['{ a => <<E }\ntext\nE', { a: 'text\n' }],
    ['{ a => 1 }\n__END__\nno code', { a: 1 }],
    ['{}', {}],
    ['{ local $x = 5; $x + 1 }', 6],
    ['{ use strict; my $x = 7; $x }', 7],
    ['{ my $x = 1; sub other_doubled { 2 * shift } other_doubled($x) }', 2],
  ])('%j', async (code, value) => {
    const perl = await open();
    await perl.evalBlock('$key = "k"; $hash = { a => 1 }; sub pair { (a => 1) }');
    expect(await perl.eval(code)).toEqual(value);
  });

  test('what it declares stays, and nothing runs twice', async () => {
    const perl = await open();
    await perl.eval('sub twice { 2 * shift }');
    expect(await perl.call('twice', 4)).toBe(8);
    for (const code of [
      '$runs++; BEGIN { $compiled++ } 5',
      '{ $runs++; BEGIN { $compiled++ } 5 }',
      '{ $x = do { $runs++; BEGIN { $compiled++ } 5 }; $x }',
      '{ x => do { $runs++; BEGIN { $compiled++ } 5 } }',
      '{ $runs++; local $x = do { BEGIN { $compiled++ } 5 }; $x',
    ]) {
      await perl.evalBlock('$runs = $compiled = 0;');
      await perl.eval(code).catch(() => {});
      expect([code, await perl.eval('$runs <= 1 && $compiled <= 1')]).toEqual([code, true]);
    }
  });

  test('messages have the line of the code', async () => {
    const perl = await open();
    for (const [code, line] of [
      ['1 +', 1],
      ['my $x = 1;\n\ndie "here"', 3],
      ['{\n a => die("here") }', 2],
      ['# hash\n{ a => 1,\n b => 5 5 }', 3],
    ] as const) {
      const { remoteMessage } = await rejection(perl.eval(perl.ref(code)), RemoteException);
      expect(remoteMessage).toMatch(new RegExp(`line ${line}\\b`));
    }
  });

  test('what is held may end in a comment', async () => {
    const perl = await open();
    const held = await perl.hold('[1, 2] # a list');
    expect(await held.value()).toEqual([1, 2]);
  });
});

describe('import', () => {
  needsInterpreter('Perl');

  test('reads the file of a package that has only been mentioned', async () => {
    const perl = await open();
    await perl.evalBlock('my $size = sub { Text::Tabs::expand(@_) }; @Inline::list = (1);');
    const tabs = await perl.import('Text::Tabs');
    expect(await tabs.expand('a\tb')).toBe('a       b');
    const scalar = await perl.import('Scalar::Util'); // whose names the driver mentions
    expect(await scalar.looks_like_number('12e3')).toBe(true);
    await perl.import('Inline'); // a package without a file, and without functions
  });

  test('a package has its variables by their names, and a sigil chooses among those of one name', async () => {
    const perl = await open();
    await perl.evalBlock(`
      package Shop;
      our ($name, @items, %prices, @open) = ('Tea', 'cup', 'pot');
      %prices = (cup => 3, pot => 12);
      our (@both, %both) = (1, 2);
      our $both = 0;
      sub open { 'a function' }
    `);
    const shop = await perl.import('Shop');
    expect([await shop.name, await shop.items, await shop.prices]).toEqual([
      'Tea',
      ['cup', 'pot'],
      { cup: 3, pot: 12 },
    ]);
    expect([await shop.items[1], await shop.prices.pot]).toEqual(['pot', 12]);
    expect([await shop.both, await shop['@both'], await shop['%both'], await shop.$both]).toEqual([0, [1, 2], {}, 0]);
    expect([await shop.open(), await shop['@open']]).toEqual(['a function', []]);
    expect((await rejection(shop['%items'], RemoteException)).message).toContain('Shop has no variable %items');
    for (const _ of ['first', 'again']) {
      expect((await rejection(shop.nothing, RemoteException)).message).toContain('no function or variable nothing');
    }
    const error = await rejection(held(shop).set('name', 'Tee'), RemoteException);
    expect(error.message).toContain("set it by evalBlock('$Shop::name = ...')");
  });
});

describe('variables', () => {
  test('`my` does not outlive its block; `our` and unqualified names do', async () => {
    const perl = await open();
    await perl.evalBlock('my $my = 1; our $our = 2; $plain = 3; $Some::where = 4; local $local = 5;');
    expect(await perl.eval('[$my, $our, $plain, $Some::where, $local]')).toEqual([null, 2, 3, 4, null]);
  });

  test('strictness ends with its block, and is in force inside of it', async () => {
    const perl = await open();
    await perl.evalBlock('use strict; my $x = 1;');
    await perl.evalBlock('$free = 1;');
    await rejection(perl.evalBlock('use strict; $undeclared = 1;'), RemoteException);
    expect(await perl.eval('$free')).toBe(1);
  });

  test('code runs in package main, and leaves the package with its block', async () => {
    const perl = await open();
    await perl.evalBlock('package Elsewhere; sub here { __PACKAGE__ }');
    expect(await perl.eval('[__PACKAGE__, Elsewhere::here()]')).toEqual(['main', 'Elsewhere']);
  });

  test("Perl's own variables may be changed, and are not changed by the driver", async () => {
    const output = collect();
    const perl = await open({ stdout: output.stdout });
    await perl.evalBlock(
      String.raw`$, = '-'; $\ = "!"; $" = '+'; $/ = undef; $; = 'x'; $| = 0; $_ = 'topic'; $@ = 'error';`,
    );
    await perl.export((x: string) => `host ${x}`, 'host');
    expect(await perl.eval('host("a")')).toBe('host a');
    await perl.evalBlock('print 1, 2; @x = (1, 2); print "@x";');
    expect(output.text()).toBe('1-2!1+2!');
    expect(await perl.eval('[$_, $,, $/]')).toEqual(['topic', '-', null]);
  });

  test('what the driver has matched is not what the program has matched', async () => {
    for (const args of [[], ['-T']]) {
      const perl = await open({}, args);
      await perl.evalBlock(`sub digits { $_[0] =~ /([0-9]+)/; [$1, $&] }
        { package Thing; sub new { bless {} } sub matched { [$1, $2] } }`);
      expect(await perl.eval('[$1, $&]')).toEqual([null, null]);
      expect([await perl.call('digits', 'a7b'), await perl.call('digits', 'none')]).toEqual([
        ['7', '7'],
        [null, null],
      ]);
      expect(await perl.call('sort { push @matched, $1; $a <=> $b }', [2, 1])).toEqual([1, 2]);
      expect(await perl.eval('@matched')).toBeNull();
      const Thing = await perl.import<{ '->new'(): { matched(): unknown } }>('Thing');
      expect(await Thing['->new']().matched()).toEqual([null, null]);
    }
  });

  test('handlers for __DIE__ and __WARN__ belong to the user: the driver triggers none', async () => {
    const perl = await open();
    await perl.evalBlock(
      '@seen = (); $SIG{__DIE__} = sub { push @seen, "die" }; $SIG{__WARN__} = sub { push @seen, "warn" };',
    );
    await perl.export(() => 1, 'host');
    expect(await perl.eval('host("é", 1.5, [undef], {})')).toBe(1);
    await rejection(perl.eval('[1, sub {}]'), SerializationException);
    expect(await perl.eval('@seen')).toEqual([]);
    await perl.evalBlock('warn "x"; eval { die "y" };');
    expect(await perl.eval('@seen')).toEqual(['warn', 'die']);
  });
});

describe('values', () => {
  test('numbers stay numbers, and strings strings', async () => {
    const perl = await open();
    await perl.evalBlock('sub same { $_[0] } $n = 5; $s = "5"; $f = "1.50"; $sum = $s + $f;');
    expect(await perl.eval('[5, "5", 1.5, "1.50", "5" + 0, 5 . "", -0.5, "007", 1e3, 10 / 4]')).toEqual([
      5,
      '5',
      1.5,
      '1.50',
      5,
      '5',
      -0.5,
      '007',
      1000,
      2.5,
    ]);
    expect(await perl.eval('[$n, $s, $f, $sum]')).toEqual([5, '5', '1.50', 6.5]);
    for (const value of ['5', 5, '1.50', '', '0', 0, '1e3']) expect(await perl.call('same', value)).toBe(value);
  });

  test('even when they have been used as the other', async () => {
    const perl = await open();
    if (!(await perl.eval<boolean>('$] >= 5.036'))) return;
    await perl.evalBlock('$n = 5; $text = "n is $n"; $s = "5"; $sum = $s + 1;');
    expect(await perl.eval('[$n, $s]')).toEqual([5, '5']);
  });

  test('booleans of the host are true and false, and come back as booleans', async () => {
    const perl = await open();
    expect(await perl.call('sub { map { $_ ? "yes" : "no" } @_ }', true, false)).toEqual(['yes', 'no']);
    expect(await perl.call('sub { @_ }', true, false)).toEqual([true, false]);
  });

  test('integers beyond 64 bits are Math::BigInt, both ways', async () => {
    const perl = await open();
    expect(await perl.call('sub { my $n = shift; (ref $n, $n * 2) }', 10n ** 30n)).toEqual([
      'Math::BigInt',
      2n * 10n ** 30n,
    ]);
    expect(await perl.eval('[9223372036854775807, 18446744073709551615]')).toEqual([2n ** 63n - 1n, 2n ** 64n - 1n]);
  });

  test('rows that lack a key of the others keep their own, nulls among them, and nothing in them is written twice', async () => {
    const perl = await open();
    await perl.evalBlock('our $written = 0; { package Counted; sub TO_JSON { $main::written++; 7 } }');
    await perl.evalBlock(
      'sub rows { map({ { a => $_, b => undef } } 1 .. 9), { a => bless({}, "Counted"), c => undef } }',
    );
    const rows = [...Array.from({ length: 9 }, (_, index) => ({ a: index + 1, b: null })), { a: 7, c: null }];
    expect(await perl.eval('[rows()]')).toEqual(rows);
    expect(await perl.eval('$written')).toBe(1);
  });

  test('TO_JSON is honoured, at any depth', async () => {
    const perl = await open();
    await perl.evalBlock(
      '{ package Money; sub new { bless { cents => 5 } } sub TO_JSON { return { cents => $_[0]{cents} } } }',
    );
    expect(await perl.eval('Money->new')).toEqual({ cents: 5 });
    expect(await perl.eval('{ a => [Money->new] }')).toEqual({ a: [{ cents: 5 }] });
  });

  test.each([
    'sub {}',
    '\\*STDOUT',
    '*STDOUT',
    'bless({}, "Point")',
    'bless([], "Point")',
    '\\"text"',
    'qr/x/',
    '\\\\1',
    'bless([], "JSON::PP::Boolean")',
    '"\\x{d83d}\\x{de00}"',
    '{ "\\x{d83d}\\x{de00}" => 1 }',
    '"x" x (2**18 - 1) . "\\x{d83d}\\x{de00}" . "y" x 2**18',
  ])('%s is a SerializationException', async (code) => {
    const perl = await open();
    const error = await rejection(perl.eval(`{ a => [0, ${code}] }`), SerializationException);
    expect(error.message).toContain('a[1]');
    await expectAlive(perl);
  });

  test.each(['9**9**9', '-9**9**9', '-sin(9**9**9)'])('plain JSON carries no %s', async (code) => {
    const perl = await open({ protocol: 'JSON' });
    expect((await rejection(perl.eval(`[1, ${code}]`), SerializationException)).message).toContain('[1]');
  });

  test.each([
    ['a list that contains itself', '$deep = []; push @$deep, $deep', 'result[0][0]'],
    ['a hash that contains itself', '$deep = {}; $deep->{"\\x{e9}"} = $deep', 'result["é"]["é"]'],
    ['a hash among others', '$deep = {}; $deep = [1, { a => [], b => $deep }] for 1 .. 50_000', 'result[1].b[1].b'],
  ])('%s is a SerializationException that says where, returned or thrown', async (_what, code, path) => {
    const perl = await open({ transExcept: true });
    await perl.evalBlock(code);
    const error = await rejection(perl.eval('$deep'), SerializationException);
    expect(error.message).toContain(path);
    expect(error.message).toContain('refers to itself, or is nested too deep');
    await rejection(perl.evalBlock('die $deep'), SerializationException);
    await expectAlive(perl);
  });

  test('strings are characters, in the code as well', async () => {
    const perl = await open();
    expect(await perl.eval('length("é😀")')).toBe(2);
    expect(await perl.eval('"caf\\x{e9} \\x{1f600}"')).toBe('café 😀');
    expect(await perl.call('ord', '😀')).toBe(0x1f600);
    expect(await perl.eval('"é" eq "\\x{e9}"')).toBe(true);
  });
});

describe('exceptions', () => {
  test('say where they were thrown, unless they end in a newline', async () => {
    const perl = await open();
    expect((await rejection(perl.evalBlock('die "oh no"'), RemoteException)).remoteMessage).toMatch(
      /^oh no at .+perl\.test\.ts line \d+\.$/,
    );
    expect((await rejection(perl.evalBlock('die "oh no\\n"'), RemoteException)).remoteMessage).toBe('oh no');
  });

  test('that are objects have a type, and the text that they give themselves', async () => {
    const perl = await open();
    await perl.evalBlock(
      '{ package My::Error; use overload q{""} => sub { "text of " . $_[0]{name} }, fallback => 1; }',
    );
    const error = await rejection(perl.evalBlock('die bless({ name => "it" }, "My::Error")'), RemoteException);
    expect(error).toMatchObject({ type: 'My::Error', remoteMessage: 'text of it' });
  });

  test('that are data cross as such with transExcept, both ways', async () => {
    const perl = await open({ transExcept: true });
    expect((await rejection(perl.evalBlock('die { code => 42 }'), RemoteException)).data).toEqual({ code: 42 });
    await perl.export(() => {
      throw { code: 43 };
    }, 'host');
    expect(await perl.eval('do { eval { host() }; $@->{data}{code} }')).toBe(43);
    expect((await rejection(perl.evalBlock('die { code => sub {} }'), SerializationException)).message).toContain(
      'code',
    );
    await expectAlive(perl);
  });

  test('of the serialization are a _BOND_SerializationException', async () => {
    const perl = await open();
    await perl.export(() => 1, 'host');
    expect(
      await perl.eval('do { eval { host(sub {}) }; $@->isa("_BOND_SerializationException") ? "is" : "is not" }'),
    ).toBe('is');
    await perl.export(() => {
      throw new Error('from the host');
    }, 'host');
    expect(await perl.eval('do { eval { host() }; "$@" }')).toBe('from the host');
  });
});

test('warnings go to stderr, and only there', async () => {
  const [out, err] = [collect(), collect()];
  const perl = await open({ stdout: out.stdout, stderr: err.stdout });
  await perl.evalBlock('warn "careful\\n"; use warnings; my $x = "text" + 1;');
  expect(out.text()).toBe('');
  expect(err.text()).toMatch(/^careful\nArgument "text" isn't numeric/);
  await expectAlive(perl);
});

test('no modules are needed but those of the core', async () => {
  const dirs = await (await open()).eval<string[]>(
    'do { require Config; grep { $_ } @Config::Config{qw(sitelib sitearch vendorlib vendorarch)} }',
  );
  const bare = await openBond('Perl', ['perl', `-M-lib=${dirs.join(',')}`]);
  const there = await bare.eval<string[]>('[@INC]');
  expect(there.filter((dir) => dirs.includes(dir))).toEqual([]);
  const values = ['é', [1.5, null, true, { a: 10n ** 30n }]];
  expect(await bare.call('sub { @_ }', ...values)).toEqual(values);
});

test('an exported function goes into the package where code looks for it', async () => {
  const perl = await open();
  await perl.evalBlock('{ package Legacy; sub old { "old" } sub run { old(@_) . "!" } }');
  await perl.export((x: string) => `new ${x}`, 'Legacy::old');
  expect(await perl.eval('[Legacy::old(1), Legacy::run(2), Legacy->can("old")->(3)]')).toEqual([
    'new 1',
    'new 2!',
    'new 3',
  ]);
  await perl.export((...args: unknown[]) => args, 'Deep::er::name');
  expect(await perl.eval('Deep::er->name("x")')).toEqual(['Deep::er', 'x']);
  expect(await perl.eval('defined &Deep::er::name ? "yes" : "no"')).toBe('yes');
});

test('an exported function has the prototype of the sub that it takes the place of', async () => {
  const perl = await open();
  await perl.evalBlock('sub first_of(\\@$) { "old" }');
  await perl.export((list: unknown[], text: string) => [list[0], text], 'first_of');
  expect(await perl.eval('[prototype("first_of"), do { our @l = (7, 8); first_of(@l, "x") }]')).toEqual([
    '\\@$',
    [7, 'x'],
  ]);
});

test('an exported function gets its arguments as a list, and may be used like any sub', async () => {
  const perl = await open();
  await perl.export((...args: unknown[]) => args.length, 'count_args');
  await perl.evalBlock('@list = (1, 2, 3); %hash = (a => 1);');
  expect(await perl.eval('[count_args(@list), count_args(\\@list), count_args(%hash, @list), count_args()]')).toEqual([
    3, 1, 5, 0,
  ]);
  expect(await perl.eval('map { count_args($_) } 1, 2')).toEqual([1, 1]);
});

test('output that Perl is told to buffer arrives before the call resolves all the same', async () => {
  const output = collect();
  const perl = await open({ stdout: output.stdout });
  await perl.evalBlock('$| = 0; print "kept";');
  expect(output.text()).toBe('kept');
});

test('output arrives before the call resolves while something else is selected, and each keeps its buffering', async () => {
  const output = collect();
  const perl = await open({ stdout: output.stdout });
  await perl.evalBlock('$| = 0; open($other, ">", "/dev/null"); select($other); $| = 1; print STDOUT "kept";');
  expect(output.text()).toBe('kept');
  expect(await perl.eval('[0 + $|, do { select(STDOUT); 0 + $| }]')).toEqual([1, 0]);
});

test('a sub that is replaced or gone is not called as it was', async () => {
  const perl = await open();
  await perl.evalBlock('sub shape { "old" }');
  expect([await perl.call('shape'), await perl.call('shape')]).toEqual(['old', 'old']);
  await perl.evalBlock('no warnings; *shape = sub { "new" };');
  expect(await perl.call('shape')).toBe('new');
  await perl.evalBlock('delete $main::{shape};');
  expect((await rejection(perl.call('shape'), RemoteException)).remoteMessage).toContain('shape');
  await perl.evalBlock('eval q(sub shape { "again" });');
  expect(await perl.call('shape')).toBe('again');
});

test('an exception is gone by the time of the answer', async () => {
  const output = collect();
  const perl = await open({ stdout: output.stdout });
  await perl.evalBlock('{ package Loud; sub DESTROY { print "gone" } }');
  await rejection(perl.evalBlock('die bless({}, "Loud")'), RemoteException);
  expect(output.text()).toBe('gone');
});

test.each([10, 3_000])('what becomes of %i arguments is part of the call', async (count) => {
  const output = collect();
  const perl = await open({ stdout: output.stdout });
  await perl.export((text: string) => `${text}!`, 'told');
  await perl.evalBlock('{ package Loud; sub DESTROY { print main::told("gone") } }');
  await perl.evalBlock('sub take { bless $_[0][1], "Loud"; return }');
  expect(await perl.call('take', Array(count).fill([]))).toEqual([]);
  expect(output.text()).toBe('gone!');
  expect(await perl.eval('1')).toBe(1);
});

test('what becomes of a long result is part of the call if it has objects, and cannot call the host if it is freed later', async () => {
  const output = collect();
  const perl = await open({ stdout: output.stdout });
  await perl.export((text: string) => `${text}!`, 'told');
  await perl.evalBlock(`
    { package Loud; sub TO_JSON { 5 } sub DESTROY { print main::told('gone') } }
    { package Tied; require Tie::Hash; @ISA = 'Tie::StdHash'; sub DESTROY { print eval { main::told('gone') } || 'alone' } }
    sub objects { [(1) x 2000, bless [], 'Loud'] }
    sub tied_row { tie my %row, 'Tied'; $row{a} = 1; [(1) x 2000, \\%row] }`);
  expect(await perl.call('objects')).toEqual([...Array(2000).fill(1), 5]);
  expect(output.text()).toBe('gone!');
  expect(await perl.call('tied_row')).toEqual([...Array(2000).fill(1), { a: 1 }]);
  expect(await perl.eval('1')).toBe(1);
  expect(output.text()).toBe('gone!alone');
});

test('die in an exit hook, and exit with a code, are told', async () => {
  const perl = await open();
  await perl.evalBlock('END { $? = 7 }');
  expect(await rejection(perl.evalBlock('exit 3'), TerminatedException)).toMatchObject({ exitCode: 7 });
});

test('a forked child neither reads nor answers what the host says', async () => {
  const output = collect();
  const perl = await open({ stdout: output.stdout });
  await perl.evalBlock('my $pid = fork; if (!$pid) { print "child"; exit 0 } waitpid($pid, 0);');
  expect(output.text()).toBe('child');
  await expectAlive(perl);
});

test('an interrupt is an exception that code can catch', async () => {
  const output = collect();
  const perl = await open({ stdout: output.stdout });
  const call = perl.evalBlock('eval { print "on"; while (1) {} }; $caught = ref $@;');
  await output.until('on');
  await perl.interrupt();
  await call;
  expect(await perl.eval('$caught')).toBe('_BOND_InterruptException');
});

describe('whatever is thrown is reported', () => {
  test.each<[code: string, message: RegExp, type?: string]>([
    ['die { a => 1 }', /^HASH\(/, 'HASH'],
    ['die sub {}', /^CODE\(/, 'CODE'],
    ['die \\*STDOUT', /^GLOB\(/, 'GLOB'],
    ['die *STDOUT', /^\*main::STDOUT/],
    ['die \\undef', /^SCALAR\(/, 'SCALAR'],
    ['die', /^Died at/],
    ['die undef', /^Died at/],
    ['die ""', /^Died at/],
    ['die "\\n"', /^$/],
    ['die 0', /^0 at/],
    ['die "\\xff\\n"', /^ÿ$/],
    ['die "\\x{d800}\\x{110000}\\n"', /^\ud800\ufffd$/],
    ['die bless [], "0"', /^0=ARRAY/, '0'],
    ['die bless qr/x/, "Pattern"', /./, 'Pattern'],
    ['die Text->new(sub { die "no text" })', /cannot be had/, 'Text'],
    ['die Text->new(sub { undef })', /^$/, 'Text'],
    ['die Text->new(sub { [] })', /^ARRAY\(/, 'Text'],
    ['die Text->new(sub { $_[0] })', /^Text=HASH/, 'Text'],
    ['die Text->new(sub { "$_[0]" })', /cannot be had/, 'Text'],
    ['die Text->new(sub { Text->new($_[0]{code}) })', /cannot be had/, 'Text'],
    ['die Text->new(sub { die Text->new($_[0]{code}) })', /cannot be had/, 'Text'],
    ['die Text->new(sub { "fine\\n" })', /^fine$/, 'Text'],
    ['die Heir->new(sub { "$_[0]" })', /cannot be had/, 'Heir'],
    ['die bless {}, "Odd"', /^odd$/, 'Odd'],
    ['die bless {}, "Auto"', /^Auto=HASH/, 'Auto'],
    ['die bless [], "_BOND_RemoteException"', /./, '_BOND_RemoteException'],
    ['die bless {}, "_BOND_RemoteException"', /./, '_BOND_RemoteException'],
    ['die bless { message => [], type => {}, call => sub {} }, "_BOND_RemoteException"', /./, '_BOND_RemoteException'],
    ['local $@ = "old"; die "new\\n"', /^new$/],
    ['my $d = bless {}, "Dies"; die "first\\n"', /^first$/],
    ['local $SIG{__DIE__} = sub { die "from the handler: @_" }; die "x\\n"', /^from the handler: x$/],
    ['$SIG{__DIE__} = sub { die { again => 1 } }; die "x\\n"', /^HASH/, 'HASH'],
    ['eval { die "x" }; die', /\.\.\.propagated/],
    ['tie my $tied, "Tied"; die $tied', /^fetched$/],
  ])('%s', async (code, message, type) => {
    for (const options of [{}, { transExcept: true }]) {
      const perl = await open(options);
      await perl.evalBlock(`
        { package Text; use overload '""' => sub { $_[0]{code}->($_[0]) }; sub new { bless { code => $_[1] }, $_[0] } }
        { package Heir; our @ISA = 'Text'; }
        { package Odd; use overload '""' => sub { 'odd' }, map { $_ => sub { die "used $_[3]" } } qw(bool eq ne == !);
          sub isa { die } sub can { die } sub DESTROY { die } }
        { package Auto; sub AUTOLOAD { die "called $AUTOLOAD" } }
        { package Dies; sub DESTROY { eval { die "inner" }; die "in DESTROY" } }
        { package Tied; sub TIESCALAR { bless [] } sub FETCH { "fetched\\n" } }
        sub give { my ($value) = @_; my $n = 0; sub { $n++ ? &$value : 1 } }`);
      for (const thrown of [
        await rejection(perl.evalBlock(code), Error),
        await rejection(perl.call(`sub { ${code} }`), Error),
        await rejection(iterated(perl, `give(sub { ${code} })`), Error),
      ]) {
        if (thrown instanceof SerializationException) expect(options).toEqual({ transExcept: true });
        else {
          expect(thrown).toBeInstanceOf(RemoteException);
          expect((thrown as RemoteException).remoteMessage).toMatch(message);
          expect((thrown as RemoteException).type).toBe(type);
        }
      }
      await expectAlive(perl);
    }
  });

  async function iterated(perl: Awaited<ReturnType<typeof open>>, code: string): Promise<void> {
    for await (const _ of perl.iterate(code));
  }

  test('what cannot cross with transExcept is a SerializationException that has its text as well', async () => {
    for (const protocol of ['JSON', 'EJSON'] as const) {
      const perl = await open({ transExcept: true, protocol });
      await perl.evalBlock('{ package My; use overload q{""} => sub { "no more room" }, fallback => 1; }');
      const error = await rejection(perl.evalBlock('die bless {}, "My"'), SerializationException);
      expect(error.message).toContain('a reference to My cannot be carried');
      expect(error.message).toContain('no more room');
      expect(error.side).toBe('remote');
      await expectAlive(perl);
    }
  });

  test('a handler for __DIE__ hears of each exception once', async () => {
    const perl = await open();
    await perl.evalBlock('$heard = 0; $SIG{__DIE__} = sub { $heard++ };');
    await rejection(perl.evalBlock('die "x"'), RemoteException);
    expect(await perl.eval('$heard')).toBe(1);
  });
});
