// Classes of real libraries, extended as their own documentation extends them.

import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type AnyRemote,
  type Bond,
  held,
  kwargs,
  type Remote,
  RemoteException,
  type Stays,
  stream,
  superOf,
} from '../src/index.js';
import { all, collect, needsInterpreter, openBond, rejection } from './fixtures.js';

/** What rejects a bond's attempt to extend a class. */
async function refusal(bond: Bond, base: string, methods: Record<string, unknown> = {}): Promise<string> {
  return (await rejection(bond.extend(base, methods as never), RemoteException)).message;
}

const nothing = (): void => {};

describe('Python', () => {
  needsInterpreter('Python');

  test('json.JSONEncoder: what it cannot encode is yours to say', async () => {
    const python = await openBond('Python');
    const json = await python.import('json');
    const Encoder = await python.extend(json.JSONEncoder, {
      async default(value: AnyRemote) {
        if ((await value.__class__.__name__) !== 'Fraction') return superOf(this).default(value);
        return [await value.numerator, await value.denominator];
      },
    });
    await python.evalBlock('import fractions');
    const half = python.ref('{"half": fractions.Fraction(1, 2)}');
    expect(await json.dumps(half, kwargs({ cls: Encoder }))).toBe('{"half": [1, 2]}');
    const error = await rejection(
      json.dumps(python.ref('[object()]'), kwargs({ cls: Encoder })).then(),
      RemoteException,
    );
    expect(error.message).toContain('object is not JSON serializable');
    expect(error.type).toBe('TypeError');
  });

  test('logging.Handler: emit', async () => {
    const python = await openBond('Python');
    const logging = await python.import('logging');
    const lines: string[] = [];
    const Lines = await python.extend('logging.Handler', {
      async __init__(prefix: string) {
        await superOf(this).__init__(kwargs({ level: 30 }));
        await held(this).set('prefix', prefix);
      },
      async emit(record: AnyRemote) {
        lines.push(`${await this.prefix}${await this.format(record)}`);
      },
    });
    const logger = await logging.getLogger('shop');
    await logger.addHandler(new Lines('> '));
    await logger.info('too quiet');
    await logger.warning('%s is out of stock', 'tea');
    expect(lines).toEqual(['> tea is out of stock']);
  });

  test('unittest.TestCase: tests, fixtures, failures and errors', async () => {
    const python = await openBond('Python');
    const unittest = await python.import('unittest');
    const done: string[] = [];
    const Tests = await python.extend(
      'unittest.TestCase',
      {
        async setUp() {
          await superOf(this).setUp();
          await held(this).set('cart', ['tea']);
          done.push('set up');
        },
        async test_cart() {
          await this.assertEqual(await this.cart, ['tea']);
        },
        async test_failure() {
          await this.assertIn('milk', await this.cart);
        },
        test_error() {
          throw new RangeError('my own');
        },
        tearDown: () => void done.push('torn down'),
      },
      'CartTests',
    );
    const result = await unittest.TestResult();
    await unittest.defaultTestLoader.loadTestsFromTestCase(Tests).run(result);
    expect(await result.testsRun).toBe(3);
    const [[failed, failure]] = await result.failures;
    expect(await failed.id()).toBe('__main__.CartTests.test_failure');
    expect(failure).toContain("'milk' not found in");
    const [[, error]] = await result.errors;
    expect(error).toContain('my own');
    expect(done).toEqual(Array(3).fill(['set up', 'torn down']).flat());
  });

  test('abstract methods have to be defined, final ones cannot', async () => {
    const python = await openBond('Python');
    await python.evalBlock(`
import abc, collections.abc, enum, typing
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): pass
    @property
    @abc.abstractmethod
    def name(self): pass
    @staticmethod
    def make(): pass
    @classmethod
    def of(cls): pass
    def __str__(self): return '%s of %s' % (self.name, self.area())
class Color(enum.Enum):
    RED = 1
class Fixed(object):
    def fixed(self): pass
    fixed.__final__ = True
class Last(object): pass
Last.__final__ = True`);
    expect(await refusal(python, 'Shape')).toContain('Shape has abstract methods that you have to define: area, name');
    expect(await refusal(python, 'Shape', { area: nothing })).toContain('you have to define: name');
    expect(await refusal(python, 'Shape', { make: nothing })).toContain('Shape.make is static');
    expect(await refusal(python, 'Shape', { of: nothing })).toContain('Shape.of is static');
    expect(await refusal(python, 'Fixed', { fixed: nothing })).toContain('Fixed.fixed is final');
    expect(await refusal(python, 'Last')).toContain('Last is final');
    expect(await refusal(python, 'Color')).toMatch(/enum/i);
    expect(await refusal(python, 'bool')).toContain('not an acceptable base type');
    const Square = await python.extend('Shape', {
      area: () => 4,
      get name() {
        return 'square';
      },
    });
    const square = await new Square();
    expect(await square.__str__()).toBe('square of 4');
    const Bag = await python.extend('collections.abc.Sequence', {
      __getitem__(index: number) {
        if (index > 2) throw new RangeError('the end');
        return index * 10;
      },
      __len__: () => 3,
      __iter__: () => [0, 10, 20],
    });
    expect(await all(new Bag())).toEqual([0, 10, 20]);
    expect(await (await python.import('builtins')).list(new Bag())).toEqual([0, 10, 20]);
  });

  test('instances are pickled, copied and shown as others are', async () => {
    const python = await openBond('Python');
    await python.evalBlock('import pickle, copy');
    await python.extend('dict', { total: async () => 5 }, 'Basket');
    await python.extend('Exception', { __str__: () => 'sold out' }, 'SoldOut');
    expect(
      await python.eval('pickle.loads(pickle.dumps(Basket(a=1))), type(copy.deepcopy(Basket())).__name__'),
    ).toEqual([{ a: 1 }, 'Basket']);
    expect(await python.eval('pickle.loads(pickle.dumps(Basket(a=1))).total()')).toBe(5);
    expect(await python.eval('str(SoldOut())')).toBe('sold out');
    // While an exception is told, nothing can be asked.
    const error = await rejection(python.evalBlock('raise SoldOut()'), RemoteException);
    expect(error.type).toBe('SoldOut');
    const Nameless = await python.extend('list', {});
    const shown = await python.call<string>('lambda kind: repr(kind)', Nameless);
    expect(shown).toBe("<class '_BOND_host.ExtendedList'>".replace('List', 'list'));
    const refused = await rejection(python.call('lambda kind: pickle.dumps(kind())', Nameless), RemoteException);
    expect(refused.message).toContain('pickle');
  });

  test('what a base awaits is awaited', async () => {
    const python = await openBond('Python');
    await python.evalBlock(`
import asyncio, unittest
class Client(object):
    async def start(self):
        await self.setup()
        for name in ('on_ready', 'on_message'):
            if hasattr(self, name):
                await getattr(self, name)()
        async for item in self.pages():
            self.seen.append(item)
        return self.size()
    async def setup(self): self.seen = ['base']
    async def pages(self):
        yield 'none'
    def size(self): return 0
async def later():
    await asyncio.sleep(0.01)
    return 'later'`);
    const done: string[] = [];
    const Mine = await python.extend('Client', {
      setup() {
        done.push('setup');
        return superOf(this).setup();
      },
      async on_ready() {
        done.push('ready');
      },
      async on_message() {
        done.push('message');
        return python.hold('later()').then((coroutine) => coroutine.remote);
      },
      pages: () => ['one', 'two'],
      async size() {
        return 7;
      },
    });
    const mine = await new Mine();
    expect(await python.call('lambda client: asyncio.run(client.start())', mine)).toBe(7);
    expect(await mine.seen).toEqual(['base', 'one', 'two']);
    expect(done).toEqual(['setup', 'ready', 'message']);
    expect(await python.call('lambda client: asyncio.run(client.on_message())', mine)).toBe('later');
    const Tests = await python.extend('unittest.IsolatedAsyncioTestCase', {
      async test_it() {
        await this.assertEqual(1, 1);
        done.push('tested');
      },
    });
    const unittest = await python.import('unittest');
    const result = await unittest.TestResult();
    await unittest.defaultTestLoader.loadTestsFromTestCase(Tests).run(result);
    expect([await result.testsRun, await result.errors, await result.failures]).toEqual([1, [], []]);
    expect(done.at(-1)).toBe('tested');
  });

  test('a class that is garbage there lets go of its functions', async () => {
    const log: string[] = [];
    const logfile = new (await import('node:stream')).Writable({
      write(chunk, _encoding, done) {
        log.push(String(chunk));
        done();
      },
    });
    const python = await openBond('Python', { logfile });
    await python.evalBlock('import gc');
    const Brief = await python.extend('list', { total: () => 1 });
    await held(Brief).release();
    await python.eval('gc.collect()');
    await python.eval('1');
    expect(log.join('').match(/< [^\n]*RELEASE \d+/g)).toHaveLength(1);
  });

  test('`this` and the class have the types of a base that is typed', async () => {
    interface Handler {
      readonly level: number;
      format(record: string): string;
      emit(record: string): void;
    }
    interface Logging {
      Handler(level?: number): Stays<Handler>;
    }
    const python = await openBond('Python');
    await python.evalBlock(`
class Handler(object):
    level = 3
    def __init__(self, level=0): pass
    def format(self, record): return '<%s>' % record
    def emit(self, record): pass
    def run(self): return self.emit('x')`);
    const main = await python.import<Logging>('__main__');
    const Mine = await python.extend(main.Handler, {
      async emit(record: string) {
        expectTypeOf(this).toEqualTypeOf<Remote<Handler>>();
        expectTypeOf(await this.format(record)).toEqualTypeOf<string>();
        expectTypeOf(await superOf(this).level).toEqualTypeOf<number>();
        return `${await this.format(record)}${await superOf(this).level}`;
      },
    });
    const mine = await new Mine(3);
    expectTypeOf(await mine.level).toEqualTypeOf<number>();
    expectTypeOf(await mine.emit('x')).toEqualTypeOf<string>();
    expect(await mine.emit('x')).toBe('<x>3');
  });
});

describe('PHP', () => {
  needsInterpreter('PHP');

  /** A bond that tells what PHP complains of. */
  async function open(): Promise<{ php: Bond; complaints: () => string }> {
    const output = collect();
    const php = await openBond('PHP', { stdout: output.stdout, stderr: output.stdout });
    await php.evalBlock('error_reporting(E_ALL); ini_set("display_errors", "1");');
    return { php, complaints: output.text };
  }

  test('IteratorAggregate, by a list, a generator and a stream', async () => {
    const { php, complaints } = await open();
    await php.extend('IteratorAggregate', { getIterator: () => ['a', 'b'] }, 'Some\\Letters');
    const numbers = {
      async *getIterator() {
        yield 1;
        yield 2;
      },
    };
    await php.extend('IteratorAggregate', numbers, 'Numbers');
    await php.extend('IteratorAggregate', { getIterator: () => stream(new Set([3, 4])) }, 'Members');
    expect(await php.eval('iterator_to_array(new Some\\Letters)')).toEqual(['a', 'b']);
    expect(await php.eval('[...(new Numbers), ...(new Members)]')).toEqual([1, 2, 3, 4]);
    expect(complaints()).toBe('');
  });

  test('JsonSerializable, whose instances are handles in its methods all the same', async () => {
    const { php, complaints } = await open();
    const Money = await php.extend('JsonSerializable', {
      async __construct(cents: number) {
        await held(this).set('cents', cents);
      },
      async jsonSerialize() {
        return { cents: await this.cents };
      },
    });
    expect(await php.call('json_encode', [new Money(250)])).toBe('[{"cents":250}]');
    expect(complaints()).toMatch(/^(Deprecated: Creation of dynamic property[^\n]*\n?|\s)*$/);
  });

  test('SessionHandlerInterface: a session is kept here', async () => {
    const { php, complaints } = await open();
    const sessions = new Map([['abc', 'visits|i:5;']]);
    const Sessions = await php.extend('SessionHandlerInterface', {
      open: () => true,
      close: async () => true,
      read: (id: string) => sessions.get(id) ?? '',
      write(id: string, data: string) {
        sessions.set(id, data);
        return true;
      },
      destroy: (id: string) => sessions.delete(id),
      gc: () => 0,
    });
    await php.call('session_set_save_handler', new Sessions(), false);
    await php.evalBlock(
      'ini_set("session.use_cookies", "0"); session_cache_limiter(""); session_id("abc"); session_start(); $_SESSION["visits"]++; session_write_close();',
    );
    expect(sessions.get('abc')).toBe('visits|i:6;');
    expect(complaints()).toBe('');
  });

  test('ArrayAccess and Countable', async () => {
    const { php, complaints } = await open();
    const items = new Map<unknown, unknown>([['tea', 2]]);
    await php.extend(
      'ArrayAccess',
      {
        offsetExists: (key: string) => items.has(key),
        offsetGet: (key: string) => items.get(key),
        offsetSet: (key: string | null, value: unknown) => void items.set(key, value),
        offsetUnset: (key: string) => items.delete(key),
      },
      'Stock',
    );
    await php.extend('Countable', { count: () => items.size }, 'Count');
    await php.evalBlock('$stock = new Stock; $stock["milk"] = $stock["tea"] + 1; unset($stock["tea"]); $stock[] = 5;');
    expect([...items]).toEqual([
      ['milk', 3],
      [null, 5],
    ]);
    expect(await php.eval('[isset($stock["milk"]), isset($stock["tea"]), count(new Count)]')).toEqual([true, false, 2]);
    expect(complaints()).toBe('');
  });

  test('methods have the signatures of their base, whatever those are', async () => {
    const { php, complaints } = await open();
    await php.evalBlock(`
      interface Whole extends Countable, Traversable {}
      abstract class Signatures {
        const DEFAULT = ['a' => [1, null, false]];
        protected $name = 'x';
        abstract public function plain($a, $b = self::DEFAULT);
        abstract public function typed(int $a, ?self $b, string $c = PHP_VERSION, array $d = [], iterable $e = []): ?string;
        abstract public function changes(array &$list, &...$more): void;
        abstract protected function hidden(callable $f): array;
        abstract public function &reference(): array;
        abstract public function me(): self;
        public function __get($name) { return "no $name"; }
        public function __toString(): string { return 'base'; }
        public function run() { return $this->hidden('strlen'); }
      }`);
    const calls: unknown[] = [];
    const note =
      (name: string, result: unknown) =>
      (...args: unknown[]): unknown => {
        calls.push([name, ...args.map((arg) => (typeof arg === 'function' ? String(arg) : arg))]);
        return result;
      };
    await php.extend(
      'Signatures',
      {
        plain: note('plain', 1),
        typed: note('typed', null),
        changes: note('changes', 'ignored'),
        hidden: note('hidden', [1]),
        reference: note('reference', [2]),
        me() {
          return this;
        },
        __get: note('__get', 'magic'),
        __toString: note('__toString', 'text'),
        __invoke: note('__invoke', 'invoked'),
        __isset: () => true,
        __call: note('__call', 'called'),
        __debugInfo: () => ({ debug: 1 }),
        __destruct: nothing,
        __clone: nothing,
        anything: note('anything', 5),
      },
      'Fits',
    );
    expect(
      await php.eval(
        '(function () { $f = new Fits; $list = [1]; $f->changes($list, $list); return [$f->plain(1), $f->typed(1, null), $f->run(), $f->reference(), $f->me() === $f, $f->zip, "$f", $f(3), isset($f->q), $f->unknown(4), $f->anything(1, 2)]; })()',
      ),
    ).toEqual([1, null, [1], [2], true, 'magic', 'text', 'invoked', true, 'called', 5]);
    expect(calls).toEqual([
      ['changes', [1], [1]],
      ['plain', 1],
      ['typed', 1, null],
      ['hidden', 'strlen'],
      ['reference'],
      ['__get', 'zip'],
      ['__toString'],
      ['__invoke', 3],
      ['__call', 'unknown', [4]],
      ['anything', 1, 2],
    ]);
    await php.extend('Whole', { count: () => 1, getIterator: () => [1] });
    expect(await refusal(php, 'Whole', { count: nothing })).toContain('give the class the method getIterator');
    expect(complaints()).toBe('');
  });

  test('union types, static, enums and readonly classes of PHP 8', async ({ skip }) => {
    const { php, complaints } = await open();
    if ((await php.eval<number>('PHP_VERSION_ID')) < 80200) skip('PHP 8.2');
    await php.evalBlock(`
      enum Suit: string { case Hearts = 'h'; }
      final class Last {} trait Some {}
      readonly class Frozen { public function __construct(public int $x) {} public function x(): int { return $this->x; } }
      interface New8 {
        public function a(int|string|null $a, Countable&Traversable $b, mixed $c, Suit $s = Suit::Hearts, ?object $o = new ArrayObject): static;
        public function never(): never;
        public function either(): int|false;
        public function nothing(): null|(Countable&Traversable);
      }`);
    const fits = await new (
      await php.extend('New8', {
        a() {
          return this;
        },
        never: () => {
          throw new RangeError('left');
        },
        either: () => false,
        nothing: () => null,
      })
    )();
    await php.call('(function ($o) { $GLOBALS["fits"] = $o; })', fits);
    expect(await php.eval('[$fits->a(1, new ArrayObject, 2) === $fits, $fits->either(), $fits->nothing()]')).toEqual([
      true,
      false,
      null,
    ]);
    expect((await rejection(php.eval('$fits->never()'), RemoteException)).message).toContain('left');
    const Thawed = await php.extend('Frozen', {
      async x() {
        return 10 * (await superOf(this).x());
      },
    });
    expect(await new Thawed(4).x()).toBe(40);
    expect(await refusal(php, 'Suit')).toContain('it is an enum');
    expect(await refusal(php, 'Last')).toContain('it is final');
    expect(await refusal(php, 'Some')).toContain('it is a trait');
    expect(await refusal(php, 'UnitEnum')).toContain('enums cannot be made');
    expect(complaints()).toBe('');
  });

  test('what would be the end of PHP is refused before', async () => {
    const { php } = await open();
    await php.evalBlock(`
      abstract class Half { abstract function one(); abstract protected function two(); final function three() {} static function four() {} private function five() {} }
      class Closed { private final function __construct() {} }
      interface Failing extends Throwable {}
      function nameless() { return new class {}; }`);
    expect(await refusal(php, 'Half')).toContain('you have to define: one, two');
    const rest = { one: nothing, TWO: nothing, five: nothing };
    expect(await refusal(php, 'Half', { ...rest, three: nothing })).toContain('Half::three is final');
    expect(await refusal(php, 'Half', { ...rest, four: nothing })).toContain('Half::four is static');
    expect(await refusal(php, 'Half', { ...rest, __callStatic: nothing })).toContain('is static');
    expect(await refusal(php, 'Closed', { __construct: nothing })).toContain('is final');
    for (const base of ['Throwable', 'Failing', 'DateTimeInterface', 'Closure', 'Generator', 'Traversable']) {
      await refusal(php, base);
    }
    const nameless = await php.hold('get_class(nameless())');
    await rejection(php.extend(nameless, {}), RemoteException);
    await php.extend('Half', rest);
    expect(await refusal(php, 'Exception', { getMessage: nothing })).toContain('Exception::getMessage is final');
    const Sold = await php.extend('DomainException', {
      async report() {
        return `${await this.getMessage()}!`;
      },
    });
    expect(
      await php.call(
        '(function ($e) { try { throw $e; } catch (LogicException $e) { return $e->report(); } })',
        new Sold('sold out'),
      ),
    ).toBe('sold out!');
  });

  test('instances are serialized and shown as others are', async () => {
    const { php } = await open();
    await php.extend('ArrayObject', { total: () => 3 }, 'Basket');
    expect(await php.eval('get_class(unserialize(serialize(new Basket([1])))) . (clone new Basket)->total()')).toBe(
      'Basket3',
    );
    expect(await php.eval('count(unserialize(serialize(new Basket([1, 2]))))')).toBe(2);
    expect(await php.eval('print_r(new Basket([1]), true)')).toContain('Basket Object');
  });
});

describe('Perl', () => {
  needsInterpreter('Perl');

  test('a class with @ISA, SUPER:: and can; of a package that is read', async () => {
    const perl = await openBond('Perl');
    await perl.evalBlock(
      'package Animal; sub new { bless { name => $_[1] }, $_[0] } sub speak { "animal @_[1..$#_]" } package Dog; our @ISA = ("Animal"); sub speak { my $self = shift; "dog, " . $self->SUPER::speak(@_) }',
    );
    await perl.extend(
      'Dog',
      {
        async speak(word: string) {
          return `puppy, ${await superOf(this).speak(word)}`;
        },
      },
      'My::Puppy',
    );
    expect(await perl.eval('My::Puppy->new("Rex")->speak("woof")')).toBe('puppy, dog, animal woof');
    expect(
      await perl.eval(
        '[map { My::Puppy->isa($_) ? 1 : 0 } "Dog", "Animal", "Cat"], My::Puppy->can("speak")->(My::Puppy->new, 1)',
      ),
    ).toEqual([[1, 1, 0], 'puppy, dog, animal 1']);
    await perl.evalBlock('package Small; use parent "My::Puppy";');
    expect(await perl.eval('Small->new->speak("yip")')).toBe('puppy, dog, animal yip');
    const Tie = await perl
      .extend('Tie::StdHash', {
        async FETCH(key: string) {
          return `${key}: ${await superOf(this).FETCH(key)}`;
        },
      })
      .catch((error) => error);
    expect(Tie).toBeInstanceOf(RemoteException); // it is in Tie/Hash.pm
    await perl.evalBlock('require Tie::Hash;');
    await perl.extend(
      'Tie::StdHash',
      {
        async FETCH(key: string) {
          return `${key}: ${await superOf(this).FETCH(key)}`;
        },
      },
      'Told',
    );
    expect(await perl.eval('tie my %h, "Told"; $h{a} = 5; $h{a}')).toBe('a: 5');
  });

  test('a package by its name, and the order of its classes', async () => {
    const perl = await openBond('Perl');
    const Formatter = await perl.extend('Text::Abbrev', { help: () => 'none' });
    expect(String(Formatter)).toBe('Remote [Perl] class below Text::Abbrev');
    await perl.evalBlock(
      'package A; use mro "c3"; sub new { bless {}, shift } sub who { "A" } package B; use mro "c3"; our @ISA = "A"; sub who { "B" . $_[0]->next::method } package C; use mro "c3"; our @ISA = "A"; sub who { "C" . $_[0]->next::method } package D; use mro "c3"; our @ISA = ("B", "C");',
    );
    const Mine = await perl.extend('D', {
      async who() {
        return `M${await superOf(this).who()}`;
      },
    });
    expect(await Mine['->new']().who()).toBe('MBCA');
  });
});

describe('JavaScript', () => {
  needsInterpreter('JavaScript');

  test('EventEmitter', async () => {
    const node = await openBond('JavaScript');
    const seen: unknown[] = [];
    const Emitter = await node.extend(
      'events.EventEmitter',
      {
        async emit(name: string, ...args: unknown[]) {
          seen.push(name);
          return superOf(this).emit(name, ...args);
        },
      },
      'Emitter',
    );
    await node.evalBlock('const emitter = new Emitter(); let got; emitter.on("sold", (what) => { got = what; });');
    const result =
      '[emitter.emit("sold", "tea"), got, emitter instanceof require("events"), emitter.constructor === Emitter]';
    expect(await node.eval(result)).toEqual([true, 'tea', true, true]);
    expect(seen).toEqual(['sold']);
    expect(String(await new Emitter())).toBe('Remote [JavaScript] Emitter');
  });

  test('a Transform stream', async () => {
    const node = await openBond('JavaScript');
    const { Transform } = await node.import('node:stream');
    const Upper = await node.extend(await Transform, {
      async _transform(chunk: Uint8Array, _encoding: string, done: AnyRemote) {
        await this.push(Buffer.from(chunk).toString().toUpperCase());
        await done();
      },
    });
    await node.evalBlock(
      'function through(stream, ...parts) { return new Promise((resolve) => { let all = ""; stream.on("data", (part) => { all += part; }).on("end", () => resolve(all)); for (const part of parts) stream.write(part); stream.end(); }); }',
    );
    expect(await node.call('through', new Upper(), 'hello, ', 'world')).toBe('HELLO, WORLD');
  });

  test('private fields, getters, constructors and symbols', async () => {
    const node = await openBond('JavaScript');
    await node.evalBlock(`class Counter {
      #count; constructor(start) { if (start < 0) throw new RangeError('too little'); this.#count = start; }
      get count() { return this.#count; } set count(n) { this.#count = n; } add() { return ++this.#count; } async later() { return 1; } }`);
    const Mine = await node.extend(
      'Counter',
      {
        async constructor(start: number) {
          await rejection(this.count.then(), RemoteException);
          await superOf(this).constructor(start * 2);
          await held(this).set('tag', 'made');
        },
        get count(): Promise<number> {
          return superOf(this).count.then((count: number) => 100 + count);
        },
        async add() {
          return [await superOf(this).add(), await this.count];
        },
        async later() {
          return 10 + (await superOf(this).later());
        },
        *[Symbol.iterator]() {
          yield 1;
        },
      },
      'Mine',
    );
    const mine = await new Mine(5);
    expect([await mine.count, await mine.add(), await mine.tag]).toEqual([110, [11, 111], 'made']);
    const all =
      '(() => { const m = new Mine(1); m.count = 7; return [[...m], m.count, m.later() instanceof Promise, Object.keys(m)]; })()';
    expect(await node.eval(all)).toEqual([[1], 107, true, ['tag']]);
    expect(await mine.later()).toBe(11);
    expect((await rejection((new Mine(-1) as AnyRemote).then(), RemoteException)).message).toContain('too little');
    const Without = await node.extend('Counter', { constructor: nothing as never });
    const error = await rejection((new Without(1) as AnyRemote).then(), RemoteException);
    expect(error.message).toContain('before superOf(this).constructor(…) has been called');
  });
});
