// Classes of the other language that functions of the host extend: real classes there, whose `this` and `super` are handles here.

import { describe, expect, test } from 'vitest';
import {
  type AnyRemote,
  BondException,
  callback,
  held,
  isKwargs,
  live,
  type ProtocolName,
  RemoteException,
  release,
  superOf,
  TerminatedException,
} from '../src/index.js';
import {
  collect,
  expectAlive,
  type Language,
  languages,
  needsInterpreter,
  openBond,
  range,
  rejection,
  shareBond,
} from './fixtures.js';
import { rounds } from './fuzzing.js';
import { HeldCounter } from './held-counter.js';
import { testInTurn } from './turns.js';

/** How one says it there; NAME, CLASS, OBJECT, METHOD and ARGS are replaced. */
interface Words {
  /**
   * A class Animal, made from a name, with methods `name`, `speak(word)`, `greet`, which has `speak` say `hello`, `whole`, which is the object,
   * and `fail`; with `keep(o)`, `same(o)`, and `caught(o)`, what `o.fail()` throws as a text; `many(o, n)`, which calls `speak` so often.
   */
  readonly functions: string;
  readonly constructor: string;
  readonly make: string;
  readonly call: string;
  /** Whether OBJECT is an instance of CLASS. */
  readonly isA: string;
  readonly kept: string;
  readonly shown: string;
  /** Names that a class cannot have. */
  readonly badNames: readonly string[];
  /** What is no class. */
  readonly noClasses: readonly string[];
}

const WORDS: Record<Language, Words> = {
  Python: {
    functions: `
class Animal(object):
    def __init__(self, name): self._name = name
    def name(self): return self._name
    def speak(self, word): return '%s says %s' % (self._name, word)
    def greet(self): return self.speak('hello')
    def whole(self): return self
    def fail(self): raise ValueError('a bad animal')
def keep(o):
    global kept
    kept = o
def same(o): return o is kept
def caught(o):
    try: o.fail()
    except Exception as error: return str(error)
def many(o, n):
    for i in range(n): o.speak(i)`,
    constructor: '__init__',
    make: 'CLASS(ARGS)',
    call: 'OBJECT.METHOD(ARGS)',
    isA: 'isinstance(OBJECT, CLASS)',
    kept: 'kept',
    shown: 'type(OBJECT).__name__',
    badNames: ['a b', '1st', 'class', ''],
    noClasses: ['no_such', 'no.such', '5', 'keep', 'json'],
  },
  PHP: {
    functions: `
class Animal {
    protected $name;
    public function __construct($name) { $this->name = $name; }
    public function name() { return $this->name; }
    public function speak($word) { return "$this->name says $word"; }
    public function greet() { return $this->speak('hello'); }
    public function whole() { return $this; }
    public function fail() { throw new DomainException('a bad animal'); }
}
function keep($o) { $GLOBALS['kept'] = $o; }
function same($o) { return $o === $GLOBALS['kept']; }
function caught($o) { try { $o->fail(); } catch (Exception $error) { return $error->getMessage(); } }
function many($o, $n) { for ($i = 0; $i < $n; $i++) $o->speak($i); }`,
    constructor: '__construct',
    make: '(new CLASS(ARGS))',
    call: 'OBJECT->METHOD(ARGS)',
    isA: 'OBJECT instanceof CLASS',
    kept: '$kept',
    shown: 'get_class(OBJECT)',
    badNames: ['a b', '1st', 'class', '', 'int', 'self', 'Some\\', 'a-b'],
    noClasses: ['no_such', 'No\\Such', '5', 'keep', 'strlen'],
  },
  Perl: {
    functions: `
package Animal;
sub new { my ($class, $name) = @_; bless { name => $name }, $class }
sub name { $_[0]{name} }
sub speak { my ($self, $word) = @_; "$self->{name} says $word" }
sub greet { $_[0]->speak('hello') }
sub whole { $_[0] }
sub fail { die "a bad animal\\n" }
package main;
sub keep { ($kept) = @_; 1 }
sub same { $_[0] == $kept ? 1 : 0 }
sub caught { my ($o) = @_; eval { $o->fail; 1 } ? undef : "$@" }
sub many { my ($o, $n) = @_; $o->speak($_) for 1 .. $n; 1 }`,
    constructor: 'new',
    make: 'CLASS->new(ARGS)',
    call: 'OBJECT->METHOD(ARGS)',
    isA: 'OBJECT->isa("CLASS") ? 1 : 0',
    kept: '$kept',
    shown: 'ref OBJECT',
    badNames: ['a b', '1st', '', 'A::', 'main'],
    noClasses: ['No::Such', '5', '{}', 'keep()'],
  },
  JavaScript: {
    functions: `
class Animal {
  #secret = 'hidden';
  constructor(name) { this.ownName = name; }
  name() { return this.ownName; }
  speak(word) { return this.ownName + ' says ' + word; }
  greet() { return this.speak('hello'); }
  whole() { return this.#secret && this; }
  fail() { throw new Error('a bad animal'); }
}
var kept;
function keep(o) { kept = o; }
function same(o) { return o === kept; }
function caught(o) { try { o.fail(); } catch (error) { return error.message; } }
function many(o, n) { for (let i = 0; i < n; i++) o.speak(i); }`,
    constructor: 'constructor',
    make: 'new CLASS(ARGS)',
    call: '(OBJECT).METHOD(ARGS)',
    isA: '(OBJECT) instanceof CLASS',
    kept: 'kept',
    shown: '(OBJECT).constructor.name',
    badNames: ['a b', '1st', 'a..b', ''],
    noClasses: ['noSuch', 'no.such', '5', 'Math', '() => 1', 'null'],
  },
};

const fill = (code: string, parts: Record<string, string>): string =>
  Object.entries(parts).reduce((text, [word, part]) => text.split(word).join(part), code);

const protocols = languages.flatMap((lang): [Language, ProtocolName][] => [
  [lang, lang === 'JavaScript' ? 'V8' : 'EJSON'],
  [lang, 'JSON'],
]);

describe.each(protocols)('a class of %s is extended, by %s', (lang, protocol) => {
  needsInterpreter(lang);
  const test = testInTurn(
    protocols.findIndex((one) => one[0] === lang && one[1] === protocol),
    range(protocols.length),
    2,
  );
  const words = WORDS[lang];
  const open = shareBond(lang, { protocol }, words.functions);
  const made = (name: string, ...args: string[]): string => fill(words.make, { CLASS: name, ARGS: args.join(', ') });
  const called = (object: string, method: string, ...args: string[]): string =>
    fill(words.call, { OBJECT: object, METHOD: method, ARGS: args.join(', ') });

  test('its methods are functions of yours, and `this` is the instance', async () => {
    const bond = await open();
    const Loud = await bond.extend(
      'Animal',
      {
        async speak(word: string) {
          return `${await this.name()} shouts ${word.toUpperCase()}`;
        },
        itself() {
          return this;
        },
      },
      'Loud',
    );
    expect(String(Loud)).toBe(`Remote [${lang}] Loud`);
    expect(await bond.eval(called(made('Loud', '"Rex"'), 'greet'))).toBe('Rex shouts HELLO');
    const rex = await new Loud('Rex');
    expect(await rex.greet()).toBe('Rex shouts HELLO');
    await bond.call('keep', rex);
    expect(Boolean(await bond.eval(fill(words.isA, { OBJECT: words.kept, CLASS: 'Animal' })))).toBe(true);
    expect(Boolean(await bond.eval(fill(words.isA, { OBJECT: words.kept, CLASS: 'Loud' })))).toBe(true);
    expect(await bond.eval(fill(words.shown, { OBJECT: words.kept }))).toBe('Loud');
    expect(Boolean(await bond.call('same', rex.itself()))).toBe(true);
    expect(Boolean(await bond.call('same', rex.whole().itself().whole()))).toBe(true);
  });

  test('superOf leads to what the base has, class by class', async () => {
    const bond = await open();
    const Twice = await bond.extend('Animal', {
      async speak(word: string) {
        return `${await superOf(this).speak(word)}, ${await superOf(this).speak(word)}`;
      },
    });
    const Thrice = await bond.extend(Twice, {
      async speak(word: string) {
        const parent = await superOf(this);
        return `${await parent.speak(word)}: ${await parent.name()}`;
      },
    });
    expect(await new Twice('Bo').greet()).toBe('Bo says hello, Bo says hello');
    expect(await new Thrice('Bo').greet()).toBe('Bo says hello, Bo says hello: Bo');
  });

  test('a constructor has the name that it has there, and calls that of the base', async () => {
    const bond = await open();
    const given: unknown[] = [];
    const Titled = await bond.extend(
      'Animal',
      {
        async [words.constructor](this: AnyRemote, name: string, title: string) {
          given.push([name, title]);
          const object = await superOf(this)[words.constructor](`${title} ${name}`);
          return lang === 'Perl' ? object : undefined;
        },
      },
      'Titled',
    );
    expect(await new Titled('Rex', 'King').greet()).toBe('King Rex says hello');
    expect(await bond.eval(called(made('Titled', '"Bo"', '"Lord"'), 'name'))).toBe('Lord Bo');
    expect(given).toEqual([
      ['Rex', 'King'],
      ['Bo', 'Lord'],
    ]);
  });

  test('the base may be a handle, an expression, or a reference', async () => {
    const bond = await open();
    const methods = { speak: () => 'mine' };
    const Animal = await bond.extend('Animal', {});
    expect(await new Animal('Rex').greet()).toBe('Rex says hello');
    const isText = lang === 'PHP' || lang === 'Perl';
    for (const base of [
      Animal,
      await bond.hold(isText ? '"Animal"' : 'Animal'),
      bond.ref(isText ? '"Animal"' : 'Animal'),
    ]) {
      const Mine = await bond.extend(base, methods);
      expect(await new Mine('Rex').greet()).toBe('mine');
    }
  });

  test('an instance that only the other side keeps is called from there', async () => {
    const bond = await open();
    await bond.extend('Animal', { speak: (word: string) => word.length }, 'Counting');
    await bond.call('keep', bond.ref(made('Counting', '"Rex"')));
    await bond.evalBlock(lang === 'Python' ? 'import gc; gc.collect()' : '1;');
    expect(await bond.eval(called(words.kept, 'greet'))).toBe(5);
  });

  test('what cannot cross of arguments is a handle, and what a method returns is the very object', async () => {
    const bond = await open();
    const Pair = await bond.extend('Animal', {
      speak: (other: unknown) => other,
      async name() {
        return [this, 1];
      },
    });
    const [one, two] = [await new Pair('one'), await new Pair('two')];
    await bond.call('keep', two);
    expect(Boolean(await bond.call('same', one.speak(two)))).toBe(true);
    const [self, number] = await one.name();
    expect([String(self), number]).toEqual([String(one), 1]);
  });

  test('exceptions cross both ways', async () => {
    const bond = await open();
    const reason = new RangeError('not today');
    const seen: string[] = [];
    const Broken = await bond.extend('Animal', {
      speak() {
        throw reason;
      },
      async fail() {
        await superOf(this)
          .fail()
          .catch((error: RemoteException) => seen.push(error.remoteMessage.trim()));
        throw reason;
      },
    });
    const broken = await new Broken('Rex');
    expect((await rejection(broken.greet().then(), RemoteException)).cause).toBe(reason);
    expect(await bond.call('caught', broken)).toContain('not today');
    expect(seen).toEqual(['a bad animal']);
    // What was thrown there, and is not caught here, goes on there as itself.
    const Passing = await bond.extend('Animal', {
      async fail() {
        await superOf(this).fail();
      },
      speak() {
        return this.fail();
      },
    });
    const passing = await new Passing('Rex');
    const own = await rejection((await new (await bond.extend('Animal', {}))('Rex')).fail().then(), RemoteException);
    const passed = await rejection(passing.greet().then(), RemoteException);
    expect([passed.type, passed.remoteMessage]).toEqual([own.type, own.remoteMessage]);
    expect(passed.cause).toBe(undefined);
    expect(String(await bond.call('caught', passing)).trim()).toBe(own.remoteMessage.trim());
    await expectAlive(bond);
  });

  test('a name that is taken, or is none, and what is no class, is refused', async () => {
    const bond = await open();
    await bond.extend('Animal', {}, 'Once');
    const twice = await rejection(bond.extend('Animal', {}, 'Once'), RemoteException);
    expect(twice.message).toMatch(/Once.*: give the class another name/);
    expect((await rejection(bond.extend('Animal', {}, 'Animal'), RemoteException)).message).toContain(
      'give the class another name',
    );
    for (const name of words.badNames) await rejection(bond.extend('Animal', {}, name), RemoteException);
    for (const base of words.noClasses) await rejection(bond.extend(base, {}), RemoteException);
    if (lang !== 'JavaScript') await rejection(bond.extend('Animal', { 'a b': () => 1 }), RemoteException);
    await rejection(bond.extend('Animal', {}, 5 as never), BondException);
    for (const base of [undefined, null, 5, '', {}, class {}, callback(() => 1), live({ a: 1 }, ['a'])]) {
      const error = await rejection(bond.extend(base as never, {}), BondException);
      expect(error.message).toContain(`extend takes a handle of a class in ${lang}, or its name`);
    }
    for (const methods of [undefined, null, 5, 'speak', callback(() => 1)]) {
      await rejection(bond.extend('Animal', methods as never), BondException);
    }
    await rejection(bond.extend('Animal', { [Symbol('own')]: () => 1 }), BondException);
    await rejection(bond.extend(await new (await bond.extend('Animal', {}))('Rex'), {}), RemoteException);
    await expectAlive(bond);
  });

  test('superOf takes `this` alone', async () => {
    const bond = await open();
    const rex = await new (await bond.extend('Animal', {}))('Rex');
    for (const other of [rex, rex.name, {}, undefined, 5]) {
      expect(() => superOf(other as never)).toThrow('superOf takes `this`');
    }
  });

  test('a base of another bond means nothing here, and a closed bond has no classes', async () => {
    const bond = await open();
    const other = await openBond(lang, { protocol });
    await other.evalBlock(words.functions);
    const Animal = await other.extend('Animal', {});
    expect((await rejection(bond.extend(Animal, {}), BondException)).message).toContain('belongs to another bond');
    await other.close();
    await rejection(other.extend('Animal', { speak: () => 1 }), TerminatedException);
    await rejection(other.extend(Animal, { speak: () => 1 }), TerminatedException);
  });

  test('calls nest to any depth, and reach other calls of the bond', async () => {
    const bond = await open();
    const Deep = await bond.extend('Animal', {
      async speak(depth: number): Promise<number> {
        return depth === 0 ? bond.eval<number>('1') : 1 + (await this.speak(depth - 1));
      },
    });
    expect(await new Deep('Rex').speak(30)).toBe(31);
  });
});

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const words = WORDS[lang];

  test('the handles of instances are let go of in the middle of a call', async () => {
    const counter = new HeldCounter();
    const bond = await openBond(lang, { logfile: counter });
    await bond.evalBlock(words.functions);
    let count = 0;
    const Quiet = await bond.extend('Animal', {
      speak() {
        count++;
      },
    });
    await bond.call('many', new Quiet('Rex'), rounds(5000, 100_000));
    expect(count).toBe(rounds(5000, 100_000));
    expect(counter.most).toBeGreaterThan(0);
    expect(counter.most).toBeLessThan(4500);
  });

  test.skipIf(lang === 'JavaScript')('a destructor is called where the other side can wait', async () => {
    const output = collect();
    const bond = await openBond(lang, { stdout: output.stdout, stderr: output.stdout });
    await bond.evalBlock(words.functions);
    let count = 0;
    const name = { Python: '__del__', PHP: '__destruct', Perl: 'DESTROY', JavaScript: '' }[lang];
    const Ending = await bond.extend('Animal', { [name]: () => void count++ }, 'Ending');
    const drop = { Python: 'del e', PHP: '$e = null;', Perl: 'undef $e;', JavaScript: '' }[lang];
    const assign = `${lang === 'Python' ? 'e' : '$e'} = ${fill(words.make, { CLASS: 'Ending', ARGS: '"Rex"' })};`;
    await bond.evalBlock(`${assign}\n${drop}`);
    expect(count).toBe(1);
    await release(await new Ending('Bo'));
    await expectAlive(bond);
    await bond.evalBlock(assign);
    await bond.close();
    expect(output.text()).toBe('');
  });

  test.runIf(lang === 'Python' || lang === 'JavaScript')('a function is no method without an instance', async () => {
    const bond = await openBond(lang, { protocol: 'JSON' });
    await bond.evalBlock(words.functions);
    await bond.extend('Animal', { speak: () => 'never' });
    for (const forged of ['5', '"Rex"', '[1]', '']) {
      const error = await rejection(bond.eval(`_BOND_callback(1, 1)(${forged})`), RemoteException);
      expect(error.message).toContain('without an instance');
    }
  });

  test('properties: values, getters and setters', async () => {
    const bond = await openBond(lang);
    await bond.evalBlock(words.functions);
    const values: unknown[] = [];
    const accessors = {
      get size(): object {
        return (async () => `size of ${await (this as AnyRemote).name()}`)();
      },
      set size(value: object) {
        values.push(value);
      },
    };
    if (lang === 'PHP') {
      const error = await rejection(bond.extend('Animal', accessors), RemoteException);
      expect(error.message).toContain('give the class the methods __get and __set');
    } else {
      const sized = await new (await bond.extend('Animal', accessors))('Rex');
      expect(await sized.size).toBe('size of Rex');
      if (lang === 'Perl') await sized.size(5);
      else await held(sized).set('size', 5);
      expect(values).toEqual([5]);
    }
    const Legged = await bond.extend('Animal', { legs: 4, tags: ['a', null, false] });
    const legged = await new Legged('Rex');
    expect([await legged.legs, await legged.tags]).toEqual([4, ['a', null, false]]);
  });
});

describe('arguments by name', () => {
  test.runIf(languages.includes('Python'))('reach a method in Python', async () => {
    const python = await openBond('Python');
    const given: unknown[] = [];
    const Named = await python.extend('dict', {
      speak(...args: unknown[]) {
        given.push(args.map((arg) => (isKwargs(arg) ? { ...arg.values } : arg)));
      },
    });
    await python.call('lambda kind: kind().speak(1, word="hi", self=2)', Named);
    expect(given).toEqual([[1, { word: 'hi', self: 2 }]]);
  });

  test.runIf(languages.includes('PHP'))('reach a method in PHP', async () => {
    const php = await openBond('PHP');
    const given: unknown[] = [];
    await php.evalBlock('interface Says { function say(int $a, string $word = "w", ...$rest); }');
    const say = (...args: unknown[]): void => {
      given.push(args.map((arg) => (isKwargs(arg) ? { ...(arg.values as object) } : arg)));
    };
    await php.extend('Says', { say, free: say }, 'Saying');
    await php.evalBlock(
      '$s = new Saying; $s->say(a: 1, word: "x"); $s->say(1, "x", 2, more: 3); $s->free(1, word: 2);',
    );
    expect(given).toEqual([
      [1, 'x'],
      [1, 'x', 2, { more: 3 }],
      [1, { word: 2 }],
    ]);
  });
});
