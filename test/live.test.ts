// Objects of the host by reference: native objects there, themselves when they come back, and nothing reachable but what may be.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  type Bond,
  BondException,
  live,
  makeBond,
  type ProtocolName,
  RemoteException,
  SerializationException,
} from '../src/index.js';
import { type Language, languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { lender, play } from './play.js';
import { testInTurn } from './turns.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How one says it there; `o` is an object, and NAME a name. */
interface Words {
  /** Keeps what it is given in global variables: `o`, `p`, `q`. */
  readonly keep: string;
  readonly drop: string;
  readonly o: string;
  readonly get: string;
  readonly set: string;
  readonly call: string;
  readonly apply: string;
  readonly item: string;
  readonly setItem: string;
  readonly length: string;
  readonly list: string;
  /** Whether there is such a property. */
  readonly has: string;
  readonly text: string;
  readonly pair: string;
  /** A list of it, 3000 times; and one of it and of something that cannot cross. */
  readonly many: string;
  readonly uncrossable: string;
  /** Whether `o` and `p` are one object. */
  readonly isSame: string;
  /** Calls an exported function `host`. */
  readonly toHost: string;
  /** What is thrown by EXPRESSION as a text. */
  readonly caught: string;
  /** Expressions that are true of an object, and of a function. */
  readonly isObject: string;
  readonly isFunction: string;
  /** Further ways to what must not be reached, each an expression that fails or gives nothing. */
  readonly ways: readonly string[];
  readonly clean: string;
}

/** What Python and JavaScript write alike. */
const DOTTED = {
  o: 'o',
  get: 'o.NAME',
  set: 'o.NAME = VALUE',
  call: 'o.NAME(ARGS)',
  apply: 'o(ARGS)',
  item: 'o[KEY]',
  setItem: 'o[KEY] = VALUE',
};

const WORDS: Record<Language, Words> = {
  Python: {
    keep: 'def keep(*given):\n    global o, p, q\n    o, p, q = (given + (None,) * 3)[:3]',
    drop: 'o = p = q = None',
    ...DOTTED,
    length: 'len(o)',
    list: 'list(o)',
    has: 'hasattr(o, "NAME")',
    text: 'str(o)',
    pair: '[o, {"deep": [1, o]}]',
    many: '[o] * 3000',
    uncrossable: '[o, object()]',
    isSame: 'o is p',
    toHost: 'host([o, {"deep": p}])',
    caught:
      'def caught(f):\n    try:\n        f()\n    except Exception as error:\n        return str(error)\nanswer = caught(lambda: EXPRESSION)',
    isObject: 'isinstance(o, object) and not callable(o) and type(o).__name__ == "Account"',
    isFunction: 'callable(o)',
    ways: [
      'o["constructor"]',
      'o["_secret"]',
      'getattr(o, "__proto__")',
      'o[0]',
      'o[-1]',
      'o[None]',
      'o[1.5]',
      'o["a"]["b"]',
      '__import__("pickle").dumps(o)',
    ],
    clean: 'import gc; gc.collect()',
  },
  PHP: {
    keep: 'function keep(...$given) { list($GLOBALS["o"], $GLOBALS["p"], $GLOBALS["q"]) = array_merge($given, [null, null]); }',
    drop: '$o = $p = $q = null;',
    o: '$o',
    get: '$o->NAME',
    set: '$o->NAME = VALUE;',
    call: '$o->NAME(ARGS)',
    apply: '$o(ARGS)',
    item: '$o[KEY]',
    setItem: '$o[KEY] = VALUE;',
    length: 'count($o)',
    list: 'iterator_to_array($o, false)',
    has: 'isset($o->NAME)',
    text: '(string) $o',
    pair: '[$o, ["deep" => [1, $o]]]',
    many: 'array_fill(0, 3000, $o)',
    uncrossable: '[$o, function () {}]',
    isSame: '$o === $p',
    toHost: 'host([$o, ["deep" => $p]])',
    caught: 'try { EXPRESSION; } catch (Exception $error) { $answer = $error->getMessage(); }',
    isObject: 'is_object($o) && !is_callable($o)',
    isFunction: 'is_callable($o)',
    ways: [
      '$o["constructor"]',
      '$o["_secret"]',
      '$o->__proto__',
      '$o[0]',
      '$o[-1]',
      '$o[null]',
      '$o["a"]["b"]',
      'serialize($o)',
      '$o->_BOND_asked("get", "constructor")',
    ],
    clean: 'gc_collect_cycles();',
  },
  Perl: {
    keep: 'sub keep { ($o, $p, $q) = @_; 1 }',
    drop: 'undef $o; undef $p; undef $q;',
    o: '$o',
    get: '$o->{NAME}',
    set: '$o->{NAME} = VALUE;',
    call: '$o->NAME(ARGS)',
    apply: '$o->(ARGS)',
    item: '$o->{+KEY}',
    setItem: '$o->{+KEY} = VALUE;',
    length: 'scalar(@$o)',
    list: '[@$o]',
    has: '(exists $o->{NAME}) ? !!1 : !!0',
    text: '"$o"',
    pair: '[$o, {deep => [1, $o]}]',
    many: '[($o) x 3000]',
    uncrossable: '[$o, sub {}]',
    isSame: '$o == $p ? !!1 : !!0',
    toHost: 'host([$o, {deep => $p}])',
    caught: 'eval { EXPRESSION }; $answer = "$@";',
    isObject: 'ref $o eq "_BOND_Live" && $o->can("deposit") && !$o->can("nothing") ? !!1 : !!0',
    isFunction: 'ref $o eq "_BOND_LiveFunction" ? !!1 : !!0',
    ways: [
      '$o->{constructor}',
      '$o->{_secret}',
      '$o->__proto__',
      '$o->{__proto__}',
      '$o->{0}',
      '$o->{-1}',
      '$o->{a}{b}',
      '_BOND_Live->balance',
    ],
    clean: '1',
  },
  JavaScript: {
    keep: 'var o, p, q; function keep(...given) { [o, p, q] = given; }',
    drop: 'o = p = q = undefined',
    ...DOTTED,
    length: 'o.length === undefined ? o.size : o.length',
    list: '[...o]',
    has: '"NAME" in o',
    text: 'String(o)',
    pair: '[o, { deep: [1, o] }]',
    many: 'Array(3000).fill(o)',
    uncrossable: '[o, () => 1]',
    isSame: 'o === p',
    toHost: 'host([o, { deep: p }])',
    caught: 'try { EXPRESSION } catch (error) { globalThis.answer = error.message }',
    isObject: 'o instanceof Object && typeof o === "object"',
    isFunction: 'typeof o === "function"',
    ways: [
      'o["constructor"]',
      'o["_secret"]',
      'o.__proto__',
      'o[0]',
      'o[-1]',
      'o[Symbol.asyncIterator]',
      'o[Symbol.species]',
      'o.__lookupGetter__',
      'Object.getOwnPropertyDescriptor(o, "constructor")',
      'Reflect.get(o, "prototype")',
    ],
    clean: '1',
  },
};

const fill = (code: string, parts: Readonly<Record<string, string>>): string =>
  Object.entries(parts).reduce((text, [word, part]) => text.split(word).join(part), code);

class Person {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  greet(): string {
    return `I am ${this.name}`;
  }
}

class Account {
  balance = 10;
  readonly owner = new Person('Ada');
  tags = ['a', { deep: true }];
  _secret = 'no';
  #log: number[] = [];
  deposit(amount: number): number {
    this.#log.push(amount);
    this.balance += amount;
    return this.balance;
  }
  async later(amount: number): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return 2 * amount;
  }
  same(): this {
    return this;
  }
  equals(other: unknown): boolean {
    return other === this;
  }
  people(): readonly Person[] {
    return [this.owner];
  }
  get bad(): number {
    throw new RangeError('a bad getter');
  }
  fail(): never {
    throw new RangeError('a bad method');
  }
}

const NEVER = [
  'constructor',
  '__proto__',
  'prototype',
  '__defineGetter__',
  '_secret',
  'hasOwnProperty',
  'valueOf',
  'nothing',
];

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages, 2);
  const words = WORDS[lang];
  const value = (given: string): string => (lang === 'PHP' || lang === 'Perl' ? `$${given}` : given);

  async function open(...given: unknown[]): Promise<Bond> {
    const bond = await openBond(lang);
    await bond.evalBlock(words.keep);
    await bond.call('keep', ...given);
    return bond;
  }

  test('has its properties and methods; async ones are waited for', async () => {
    const account = new Account();
    const bond = await open(live(account));
    expect(await bond.eval(fill(words.get, { NAME: 'balance' }))).toBe(10);
    await bond.evalBlock(fill(words.set, { NAME: 'balance', VALUE: '20' }));
    expect(account.balance).toBe(20);
    expect(await bond.eval(fill(words.call, { NAME: 'deposit', ARGS: '5' }))).toBe(25);
    expect(await bond.eval(fill(words.call, { NAME: 'later', ARGS: '4' }))).toBe(8);
    expect(await bond.eval(fill(words.get, { NAME: 'tags' }))).toEqual(['a', { deep: true }]);
    expect(await bond.eval(words.text)).toContain('Account');
    expect(await bond.eval(words.isObject)).toBe(true);
  });

  test('is the very same object when it comes back', async () => {
    const account = new Account();
    const bond = await open(live(account), live(account));
    expect(await bond.eval(words.o)).toBe(account);
    const [first, { deep }] = (await bond.eval(words.pair)) as [unknown, { deep: unknown[] }];
    expect(first).toBe(account);
    expect(deep[0]).toBe(1);
    expect(deep[1]).toBe(account);
    expect(await bond.with({ objects: 'hold' }).eval(words.o)).toBe(account);
    const many = (await bond.eval(words.many)) as unknown[];
    expect([many.length, many[0], many.at(-1)]).toEqual([3000, account, account]);
    const wrong = await rejection(bond.eval(words.uncrossable), SerializationException);
    expect(wrong.message).toContain('result[1]');
    expect(await bond.eval(words.isSame)).toBe(true);
    const given: unknown[] = [];
    const take = (list: unknown): boolean => {
      given.push(list);
      return true;
    };
    await bond.export(take, 'host');
    await bond.eval(words.toHost);
    await bond.export(take, 'host', { objects: 'hold' });
    await bond.eval(words.toHost);
    for (const list of given as [unknown, { deep: unknown }][]) {
      expect(list[0]).toBe(account);
      expect(list[1].deep).toBe(account);
    }
    expect(given).toHaveLength(2);
    expect(await bond.eval(fill(words.call, { NAME: 'equals', ARGS: words.o }))).toBe(true);
    expect(await bond.eval(fill(words.call, { NAME: 'same', ARGS: '' }))).toBe(account);
  });

  test('what it leads to is live as well', async () => {
    const account = new Account();
    const bond = await open(live(account));
    expect(await bond.eval(fill(words.get, { NAME: 'owner' }))).toBe(account.owner);
    const [ada] = (await bond.eval(fill(words.call, { NAME: 'people', ARGS: '' }))) as unknown[];
    expect(ada).toBe(account.owner);
    await bond.export(() => live(account.owner), 'host');
    await bond.evalBlock(`${value('o')} = host()${lang === 'Python' ? '' : ';'}`);
    expect(await bond.eval(fill(words.call, { NAME: 'greet', ARGS: '' }))).toBe('I am Ada');
  });

  test('its items are indexed, set, counted and gone through', async () => {
    const list = [1, 'two', new Person('Eve')];
    const bond = await open(live(list));
    const item = lang === 'Perl' ? '$o->[KEY]' : words.item;
    expect(await bond.eval(fill(item, { KEY: '1' }))).toBe('two');
    expect(await bond.eval(fill(item, { KEY: '2' }))).toBe(list[2]);
    await bond.evalBlock(fill(lang === 'Perl' ? '$o->[KEY] = VALUE;' : words.setItem, { KEY: '0', VALUE: '5' }));
    expect(list[0]).toBe(5);
    expect(await bond.eval(words.length)).toBe(3);
    expect(await bond.eval(words.list)).toEqual(list);
    expect(((await bond.eval(words.list)) as unknown[])[2]).toBe(list[2]);

    const map = new Map<string, unknown>([['k', 'v']]);
    await bond.call('keep', live(map));
    if (lang !== 'JavaScript') {
      expect(await bond.eval(fill(words.item, { KEY: '"k"' }))).toBe('v');
      await bond.evalBlock(fill(words.setItem, { KEY: '"n"', VALUE: '7' }));
      expect(map.get('n')).toBe(7);
    } else {
      expect(await bond.eval('[o.get("k"), o.size]')).toEqual(['v', 1]);
    }
    async function* count(): AsyncGenerator<number> {
      yield 1;
      yield 2;
    }
    await bond.call('keep', live(count()));
    expect(await bond.eval(words.list)).toEqual([1, 2]);
  });

  test('is called if it is a function, or a class', async () => {
    const add = (a: number, b = 1): number => a + b;
    const bond = await open(live(add));
    expect(await bond.eval(fill(words.apply, { ARGS: '20' }))).toBe(21);
    expect(await bond.eval(fill(words.apply, { ARGS: '20, 5' }))).toBe(25);
    expect(await bond.eval(words.isFunction)).toBe(true);
    expect(await bond.eval(words.o)).toBe(add);
    await bond.call('keep', live(Person));
    const make = lang === 'JavaScript' ? 'new o("Bob")' : fill(words.apply, { ARGS: '"Bob"' });
    expect(await bond.eval(make)).toEqual(new Person('Bob'));
    expect(await bond.eval(make)).toBeInstanceOf(Person);
  });

  test('what a getter or a method throws is an exception there, and the error itself here', async () => {
    const bond = await open(live(new Account()));
    for (const [code, text] of [
      [fill(words.get, { NAME: 'bad' }), 'a bad getter'],
      [fill(words.call, { NAME: 'fail', ARGS: '' }), 'a bad method'],
    ] as const) {
      const error = await rejection(bond.eval(code), RemoteException);
      expect(error.message).toContain(text);
      expect(error.cause).toBeInstanceOf(RangeError);
      await bond.evalBlock(fill(words.caught, { EXPRESSION: code }));
      expect(await bond.eval(value('answer'))).toContain(text);
    }
    expect(await bond.eval(fill(words.get, { NAME: 'balance' }))).toBe(10);
  });

  const hidden = NEVER.slice(0, 5);
  const hosts: [string, Account | object, readonly string[] | undefined, ProtocolName][] = [
    ['without names', new Account(), undefined, 'EJSON'],
    ['with names', new Account(), ['balance', ...hidden], 'EJSON'],
    ['by JSON', new Account(), ['balance', ...hidden], 'JSON'],
  ];
  test.each(hosts)('nothing else is reached, %s', async (_, object, names, protocol) => {
    const bond = await openBond(lang, { protocol });
    await bond.evalBlock(words.keep);
    await bond.call('keep', live(object, names));
    expect(await bond.eval(fill(words.get, { NAME: 'balance' }))).toBe(10);
    for (const name of [...NEVER, ...(names ? ['deposit', 'owner', 'tags'] : [])]) {
      expect(await bond.eval(fill(words.has, { NAME: name })), name).toBe(false);
      const gotten = await bond.eval(fill(words.get, { NAME: name })).catch((error: unknown) => error);
      expect(gotten === null || gotten === undefined || gotten instanceof RemoteException, name).toBe(true);
      await rejection(bond.eval(fill(words.call, { NAME: name, ARGS: '1' })), RemoteException);
      await bond.evalBlock(fill(words.set, { NAME: name, VALUE: '1' })).catch(() => {});
    }
    for (const way of words.ways) {
      const found = await bond.eval(way).catch((error: unknown) => error);
      expect(found === null || found === undefined || found instanceof BondException, way).toBe(true);
    }
    expect(object).toMatchObject({ balance: 10, _secret: 'no' });
    expect(Object.getPrototypeOf(object)).toBe(Account.prototype);
    // Without names, what is new may be set.
    expect(Object.keys(object).filter((name) => !['nothing', 'a'].includes(name))).toEqual(Object.keys(new Account()));
    if (names) expect(object).not.toHaveProperty('nothing');
    expect(({} as { nothing?: unknown }).nothing).toBeUndefined();
  });

  test('by JSON, the names have to be said, and hold for what it leads to', async () => {
    const bond = await openBond(lang, { protocol: 'JSON' });
    await bond.evalBlock(words.keep);
    const error = await rejection(bond.call('keep', live(new Account())), BondException);
    expect(error.message).toContain("live(object, ['name', …])");
    await bond.call('keep', live(new Account(), ['owner', 'greet']));
    const owner = fill(words.get, { NAME: 'owner' });
    const assign = `${value('o')} = ${owner}${lang === 'Python' ? '' : ';'}`;
    await bond.evalBlock(assign);
    expect(await bond.eval(fill(words.call, { NAME: 'greet', ARGS: '' }))).toBe('I am Ada');
    expect(await bond.eval(fill(words.has, { NAME: 'name' }))).toBe(false);
    const list = [1, 2];
    await bond.call('keep', live(list, [Symbol.iterator]));
    expect(await bond.eval(words.list)).toEqual([1, 2]);
    expect(await bond.eval(words.length)).toBe(2);
    await bond.call('keep', live(list, ['push']));
    await rejection(bond.eval(words.list), RemoteException);
    expect(await bond.eval(fill(words.call, { NAME: 'push', ARGS: '3' }))).toBe(3);
  });

  test('an object that refuses everything is an exception there, and nothing more', async () => {
    const refuse = (): never => {
      throw new Error('refused');
    };
    const handlers = ['get', 'set', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'apply'];
    const hostile = new Proxy({}, Object.fromEntries(handlers.map((name) => [name, refuse])));
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    const bond = await open(live(hostile));
    for (const object of [hostile, revoked]) {
      await bond.call('keep', live(object));
      for (const code of [words.list, words.length, fill(words.call, { NAME: 'x', ARGS: '' })]) {
        await bond.eval(code).catch((error: unknown) => expect(error).toBeInstanceOf(RemoteException));
      }
      // In a list: a promise asks what it is given whether it is one itself.
      const [first] = (await bond.eval(words.pair)) as unknown[];
      expect(first === object).toBe(true);
    }
    expect(await bond.eval('1')).toBe(1);
  });

  test('is let go of when it is there', async () => {
    const bond = await open();
    const collect = "require('v8').setFlagsFromString('--expose-gc'); require('vm').runInNewContext('gc')()";
    const clean =
      lang === 'JavaScript' ? `await new Promise((resolve) => setTimeout(resolve, 5)); ${collect}` : words.clean;
    let alive = 0;
    const registry = new FinalizationRegistry(() => alive--);
    for (let round = 0; round < 100; round++) {
      const account = new Account();
      registry.register(account, undefined);
      alive++;
      await bond.call('keep', live(account));
      await bond.eval(fill(words.get, { NAME: 'balance' }));
    }
    expect(alive).toBeGreaterThan(0);
    await bond.evalBlock(words.drop);
    for (let tries = 0; tries < 100 && alive > 2; tries++) {
      await bond.evalBlock(clean);
      await bond.eval('1');
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(alive).toBeLessThanOrEqual(2);
  });

  test('a result may be the last that is heard of it', async () => {
    const bond = await open();
    const account = new Account();
    const identity = {
      Python: 'lambda x: x',
      PHP: 'function ($x) { return $x; }',
      Perl: 'sub { $_[0] }',
      JavaScript: '(x) => x',
    };
    for (let round = 0; round < 20; round++) expect(await bond.call(identity[lang], live(account))).toBe(account);
  });

  test('a bond that is closed takes none', async () => {
    const bond = await makeBond(lang);
    await bond.close();
    await rejection(bond.call('keep', live(new Account())), BondException);
  });
});

test('a number that was not lent with an object is refused', async () => {
  for (const number of [-1, 1, 0, -99, '"x"', null]) {
    const other = play(`
      > CALL 0 1 ["f",[]]
      < RETURN 1 @[[null],[[[0],${number},"x"]]]
      > CALL 0 2 ["f",[]]
      < RETURN 2 1
    `);
    other.session.lend({ call: () => 1, lender });
    await rejection(other.call('f'), SerializationException);
    expect(await other.call('f')).toBe(1);
  }
});

test('an object that is released is still known in the message behind, and in no other', async () => {
  const other = play(`
    > CALL 0 1 ["f",[]]
    < RELEASE 1
    < RETURN 1 @[[[null]],[[[0,0],-1,"x"]]]
    > CALL 0 2 ["f",[]]
    < RETURN 2 @[[[null]],[[[0,0],-1,"x"]]]
  `);
  const object = new Account();
  other.session.lend({ call: () => 1, lender }, undefined, object);
  expect(((await other.call('f')) as unknown[])[0]).toBe(object);
  await rejection(other.call('f'), SerializationException);
});

test('it takes objects and functions, and names that are names', () => {
  for (const wrong of [null, undefined, 1, 'text', Symbol('s')]) expect(() => live(wrong as never)).toThrow(TypeError);
  for (const wrong of ['text', 5, null, [1], {}]) expect(() => live({}, wrong as never)).toThrow(TypeError);
  expect(() => live(live({}))).toThrow('of your own');
  expect(String(live(new Account()))).toBe('Live Account');
  expect(JSON.stringify([live([])])).toBe('["Live Array"]');
});
