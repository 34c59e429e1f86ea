// Functions of the other side as properties, and the types that an interface of the user's gives to them. What is said here
// about types is checked by `npm run typecheck`: `@ts-expect-error` is itself an error where there is none.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type AnyValue,
  type Bond,
  BondException,
  type ByName,
  callback,
  type Held,
  kwargs,
  makeBond,
  makePool,
  type Pool,
  RemoteException,
  type Stays,
  stream,
} from '../src/index.js';
import { COMMANDS } from './bonds.js';
import { DIST } from './compiler.js';
import { onTestFinished } from './finish.js';
import { languages, needsInterpreter, openBond, rejection } from './fixtures.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

/** A user's idea of what is there. */
interface Legacy {
  /** Splits a text. */
  explode(separator: string, text: string, limit?: number): string[];
  array_sum(numbers: (number | null)[]): number;
  usort(list: string[], compare: (a: string, b: string) => number): boolean;
  settle(): Promise<Date>;
  printf(format: string, ...args: unknown[]): number;
  dumps(value: unknown, named: { sort: boolean }): string;
  wrap(text: string, width?: number): string[];
  tidy(text: string, named?: import('../src/index.js').Kwargs<{ indent?: number }>): string;
  open(path: string): Stays<File>;
  draw(x: AnyValue, y: number, color?: AnyValue, named?: ByName<['x', 'y', 'color'], { width?: number }>): string;
  must(x: number, named: ByName<[''], { width: number }>): string;
  'Foo::bar'(n: number): number;
  'os.path.join'(...parts: string[]): string;
  'os.getcwd'(): string;
}

interface File {
  readonly name: string;
  write(text: string): number;
  next(): Stays<File>;
}

/** Is compiled, and never run. */
function compiled(_: () => unknown): void {}

declare const typed: Bond<Legacy>;
declare const untyped: Bond;
declare const pool: Pool<Legacy>;
declare const file: Held<File>;

test('an interface types fn, call and callable', () => {
  compiled(async () => {
    expectTypeOf(await typed.fn.explode(' ', 'a b')).toEqualTypeOf<string[]>();
    expectTypeOf(await typed.call('explode', ' ', 'a b', 2)).toEqualTypeOf<string[]>();
    expectTypeOf(await typed.callable('explode')(' ', 'a b')).toEqualTypeOf<string[]>();
    expectTypeOf(await typed.fn.settle()).toEqualTypeOf<Date>();
    expectTypeOf(await typed.with({ timeout: 5 }).fn['Foo::bar'](1)).toEqualTypeOf<number>();
    expectTypeOf(await typed.fn.Foo.bar(1)).toEqualTypeOf<number>();
    expectTypeOf(await typed.fn.os.path.join('a', 'b')).toEqualTypeOf<string>();
    expectTypeOf(await typed.call('os.path.join', 'a', 'b')).toEqualTypeOf<string>();
    expectTypeOf(await makeBond<Legacy>('PHP')).toEqualTypeOf<Bond<Legacy>>();
    expectTypeOf(await makeBond<Legacy>('PHP', { timeout: 5 })).toEqualTypeOf<Bond<Legacy>>();
    expectTypeOf(await makeBond<Legacy>('PHP', 'php', { timeout: 5 })).toEqualTypeOf<Bond<Legacy>>();
    expectTypeOf(await makeBond<Legacy>('PHP', undefined, [], { timeout: 5 })).toEqualTypeOf<Bond<Legacy>>();
  });
});

test('a wrong use is an error of the compiler', () => {
  compiled(async () => {
    // @ts-expect-error: no text
    typed.fn.explode(' ');
    // @ts-expect-error: a number for a text
    typed.fn.explode(' ', 5);
    // @ts-expect-error: one argument too many
    typed.fn.explode(' ', 'a b', 2, 3);
    // @ts-expect-error: no such function
    typed.fn.explod(' ', 'a b');
    // @ts-expect-error: a number for a text
    typed.call('explode', ' ', 5);
    // @ts-expect-error: no such function
    typed.call('explod', ' ', 'a b');
    // @ts-expect-error: no such function, whatever is done with the result
    const _words: string[] = await typed.call('explod', ' ', 'a b');
    // @ts-expect-error: an array of texts is no number
    const _n: number = await typed.call('explode', ' ', 'a b');
    // @ts-expect-error: no such function
    typed.callable('explod');
    // @ts-expect-error: a number for a text
    typed.callable('explode')(5);
    // @ts-expect-error: no such function
    typed.proxy('explod', untyped);
    // @ts-expect-error: a text in a list of numbers
    typed.fn.array_sum([1, 'two']);
    // @ts-expect-error: a function has to be wrapped by callback
    typed.fn.usort([], (a, b) => a.length - b.length);
    const byValue = callback((a: number, b: number) => a - b);
    // @ts-expect-error: a callback that takes something else
    typed.fn.usort([], byValue);
    // @ts-expect-error: no such module
    typed.fn.os.path.jion('a');
    // @ts-expect-error: a number for a text, below a module
    typed.fn.os.path.join('a', 5);
    // @ts-expect-error: a text for a number, by name
    typed.fn.tidy('a', kwargs({ indent: 'two' }));
    // @ts-expect-error: what is not there is not awaited
    typed.fn.then();
  });
});

test('whatever stands for a value is accepted for every parameter, and names at the end', () => {
  compiled(async () => {
    const ref = typed.ref('$text');
    const held = await typed.hold('new Foo');
    typed.fn.explode(ref, held);
    typed.call('explode', ref, held);
    typed.callable('explode')(ref, held);
    typed.fn.array_sum([1, ref, null, held]);
    typed.fn.array_sum(stream([1, 2, 3]));
    typed.fn.dumps(1, { sort: ref });
    typed.fn.usort(ref, ref);
    typed.fn.explode(
      ' ',
      callback(() => 'text'),
    );
    typed.fn.usort(
      ['a', 'b'],
      callback((a, b) => {
        expectTypeOf([a, b]).toEqualTypeOf<string[]>();
        return a.length - b.length;
      }),
    );
    typed.fn.usort(
      [],
      callback(async () => 1),
    );
    expectTypeOf(await typed.fn.wrap('text', kwargs({ width: 20 }))).toEqualTypeOf<string[]>();
    typed.call('wrap', 'text', kwargs({ width: 20 }));
    typed.callable('wrap')(kwargs({ text: 'text', width: ref }));
    typed.fn.printf('%d', 1, 'two', null, kwargs({ a: 1 }));
    typed.fn.tidy('a', kwargs({ indent: 2 }));
    typed.fn.tidy('a', kwargs({ indent: ref }));
    // @ts-expect-error: there is no such name
    typed.fn.tidy('a', kwargs({ indent: ref, indnet: 1 }));
    // @ts-expect-error: nor here
    typed.call('tidy', 'a', kwargs({ indnet: 1 }));
    // Names of the parameters before may be among them, and types do not know those.
    typed.fn.tidy(kwargs({ text: 'a' }));
    typed.fn.tidy(kwargs({ text: 'a', indent: 2 }));
  });
});

test('where the names of all parameters are known, each is checked', () => {
  compiled(async () => {
    const ref = typed.ref('x');
    const anything: object = {};
    typed.fn.draw(1, 2);
    typed.fn.draw({ color: 1 }, 2, anything);
    typed.fn.draw([1], 2, kwargs({ color: [1] }));
    typed.fn.draw(ref, ref, ref);
    typed.fn.draw(
      callback(() => 1),
      2,
      kwargs({ color: 'red' }),
    );
    expectTypeOf(await typed.fn.draw(1, kwargs({ y: 2, width: 3 }))).toEqualTypeOf<string>();
    typed.call('draw', kwargs({ x: 1, y: ref, color: [1], width: ref }));
    typed.callable('draw')(1, 2, 3, kwargs({ width: 3 }));
    typed.fn.must(1, kwargs({ width: 3 }));
    typed.fn.must(ref, kwargs({ width: ref }));
    // @ts-expect-error: no such name
    typed.fn.draw(1, 2, kwargs({ colour: 'red' }));
    // @ts-expect-error: no such name, where none is left
    typed.fn.draw(1, 2, 3, kwargs({ colour: 'red' }));
    // @ts-expect-error: given twice
    typed.fn.draw(1, 2, kwargs({ y: 2 }));
    // @ts-expect-error: a text is no number
    typed.fn.draw(1, kwargs({ y: 'two' }));
    // @ts-expect-error: nor here
    typed.call('draw', 1, 2, kwargs({ width: 'two' }));
    // @ts-expect-error: y is missing
    typed.fn.draw(1, kwargs({ width: 2 }));
    // @ts-expect-error: width is missing
    typed.fn.must(1);
    // @ts-expect-error: the first may not be given by name
    typed.fn.must(kwargs({ x: 1, width: 3 }));
  });
});

test('a type parameter says what is not listed', () => {
  compiled(async () => {
    expectTypeOf(await typed.call<string>('uniqid')).toEqualTypeOf<string>();
    expectTypeOf(await typed.call<unknown>('uniqid', 1)).toEqualTypeOf<unknown>();
    expectTypeOf(await typed.callable<(text: string) => number>('strlen')('a')).toEqualTypeOf<number>();
    expectTypeOf(await typed.eval<number>('1')).toEqualTypeOf<number>();
  });
});

test('without an interface, all is unknown, and can be used', () => {
  compiled(async () => {
    expectTypeOf(await untyped.fn.explode?.(' ', 5)).toEqualTypeOf<unknown>();
    expectTypeOf(await untyped.call('explode', ' ', 5)).toEqualTypeOf<unknown>();
    expectTypeOf(await untyped.call<string>('uniqid')).toEqualTypeOf<string>();
    expectTypeOf(await untyped.callable('explode')(' ', 5)).toEqualTypeOf<unknown>();
    expectTypeOf(await untyped.callable<(text: string) => number>('strlen')('a')).toEqualTypeOf<number>();
    const inferred: number = await untyped.call('strlen', 'a');
    const generic = <T>(name: string): Promise<T> => untyped.call<T>(name);
    expectTypeOf(generic<Date>).returns.toEqualTypeOf<Promise<Date>>();
    return inferred;
  });
});

test('a function takes bonds with any interface by a type parameter', () => {
  compiled(async () => {
    const pid = <F extends object>(bond: Bond<F>): Promise<number> => bond.call<number>('getpid');
    await pid(typed);
    await pid(untyped);
    await untyped.proxy('anything', typed, 'something');
    await typed.proxy('explode', untyped, 'split');
    await typed.export((x) => expectTypeOf(x).toEqualTypeOf<unknown>(), 'look');
    await typed.export((a: string, b: number) => a + b, 'join');
  });
});

test('a pool has the types of a bond', () => {
  compiled(async () => {
    expectTypeOf(await pool.fn.explode(' ', 'a b')).toEqualTypeOf<string[]>();
    expectTypeOf(await pool.call('explode', ' ', 'a b')).toEqualTypeOf<string[]>();
    for await (const result of pool.map('wrap', ['a', 'b'])) expectTypeOf(result).toEqualTypeOf<string[]>();
    for await (const result of pool.map('wrap', ['a'], { settled: true })) {
      expectTypeOf(result.item).toEqualTypeOf<string>();
      if (result.status === 'fulfilled') expectTypeOf(result.value).toEqualTypeOf<string[]>();
    }
    // @ts-expect-error: numbers for texts
    pool.map('wrap', [1, 2]);
    // @ts-expect-error: no such function
    pool.map('wrp', ['a']);
    const made = await makePool<Legacy>('PHP', { setup: (bond) => bond.fn.wrap('text') });
    expectTypeOf(made).toEqualTypeOf<Pool<Legacy>>();
  });
});

test('what stays there has methods, and can only be held', () => {
  compiled(async () => {
    expectTypeOf(await typed.fn.open('a')).toEqualTypeOf<never>();
    expectTypeOf(await typed.hold<File>('open("a")')).toEqualTypeOf<Held<File>>();
    expectTypeOf(await file.call('write', 'a')).toEqualTypeOf<number>();
    expectTypeOf(await file.get('name')).toEqualTypeOf<string>();
    expectTypeOf(await file.hold('next')).toEqualTypeOf<Held<File>>();
    expectTypeOf(await file.call<string>('other')).toEqualTypeOf<string>();
    const open = await typed.hold<Legacy['open']>('open');
    expectTypeOf(await open.holdApply('a')).toEqualTypeOf<Held<File>>();
    expectTypeOf(await typed.hold('open', 'a')).toEqualTypeOf<Held<File>>();
    expectTypeOf(await typed.hold<File>('unlisted', 5)).toEqualTypeOf<Held<File>>();
    expectTypeOf(await untyped.hold('open', 'a')).toEqualTypeOf<Held>();
    expectTypeOf(await untyped.hold<File>('open', 'a')).toEqualTypeOf<Held<File>>();
    // @ts-expect-error: a number for a text
    typed.hold('open', 5);
    // @ts-expect-error: arguments of what takes none
    typed.eval('1', 'x');
    // @ts-expect-error: a number for a text
    file.call('write', 5);
    // @ts-expect-error: no such method
    file.call('wrte', 'a');
    // @ts-expect-error: a number for a text
    open.holdApply(5);
  });
});

test('there is no any in the types of the package', () => {
  const types = join(DIST, 'types');
  const files = readdirSync(types).filter((name) => name.endsWith('.d.ts'));
  expect(files).toContain('index.d.ts');
  for (const name of files) {
    const code = readFileSync(join(types, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect([name, ...code.matchAll(/.*\bany\b.*/g)]).toEqual([name]);
  }
});

/** A function that sits inside of something, in each language, which returns twice its argument. */
const NESTED = {
  PHP: { define: 'class Foo { static function twice($x) { return 2 * $x; } }', name: 'Foo::twice' },
  Perl: { define: 'package Foo::Bar; sub twice { 2 * $_[0] }', name: 'Foo::Bar::twice' },
  Python: { define: 'class Foo:\n  class Bar:\n    twice = staticmethod(lambda x: 2 * x)', name: 'Foo.Bar.twice' },
  JavaScript: { define: 'const Foo = { Bar: { twice: (x) => 2 * x } }', name: 'Foo.Bar.twice' },
};

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const { define, name } = NESTED[lang];

  async function open() {
    const bond = await openBond(lang);
    await bond.evalBlock(words[lang].functions);
    await bond.evalBlock(define);
    return bond;
  }

  test('functions are properties of fn', async () => {
    interface Here {
      twice(x: number): number;
      boom(message: string): never;
    }
    const bond = (await open()) as unknown as Bond<Here>;
    const { twice } = bond.fn;
    expect(await bond.fn.twice(21)).toBe(42);
    expect(await Promise.all([1, 2].map((x) => twice(x)))).toEqual([2, 4]);
    expect(await bond.fn.twice(bond.ref('20 + 1'))).toBe(42);
    expect((await rejection(bond.fn.boom('no'), RemoteException)).remoteMessage).toBe('no');
    expect(await bond.callable('twice')(4)).toBe(8);
  });

  test('what sits in something is below it, or is called by its whole name', async () => {
    const bond = await open();
    expect(await bond.fn[name]?.(21)).toBe(42);
    const steps = name.split(/::|\./);
    const [, last] = [steps.pop(), 'twice'];
    const place = steps.reduce((place, step) => place[step] as typeof place, bond.fn);
    expect(await place[last]?.(21)).toBe(42);
  });

  test('fn and what it has can be awaited, printed and looked at, and nothing is called', async () => {
    const lines: string[] = [];
    const bond = await makeBond(lang, COMMANDS[lang], {
      stdout: 'ignore',
      logfile: { write: (line: string) => lines.push(line) } as never,
    });
    onTestFinished(() => bond.kill());
    const before = lines.length;
    for (const thing of [bond.fn, bond.fn.twice, bond.fn.twice?.then]) {
      expect(await thing).toBe(thing);
      inspect(thing, { showHidden: true });
      expect(`${thing as unknown as string}`).toBeTypeOf('string');
      expect(() => JSON.stringify({ thing })).not.toThrow();
    }
    expect(bond.fn).toBe(bond.fn);
    expect(bond.fn.twice).toBe(bond.fn.twice);
    expect(inspect(bond.fn.twice)).toContain('Function');
    expect(() => Object.assign(bond.fn, { twice: 1 })).toThrow(TypeError);
    expect(lines.length).toBe(before);
  });

  test('a pool has fn and callable, too', async () => {
    const pool = await makePool(lang, { size: 1, setup: (bond) => bond.evalBlock(words[lang].functions) });
    onTestFinished(() => pool.kill());
    expect(await pool.fn.twice?.(21)).toBe(42);
    expect(await pool.callable<(x: number) => number>('twice')(4)).toBe(8);
  });

  test('options may come in the place of arguments', async () => {
    const options = { timeout: 12_345, env: { ...process.env, SEEN: 'yes' } };
    const bond = await makeBond(lang, COMMANDS[lang], options);
    onTestFinished(() => bond.kill());
    const seen = {
      PHP: 'getenv("SEEN")',
      Perl: '$ENV{SEEN}',
      Python: '__import__("os").environ["SEEN"]',
      JavaScript: 'process.env.SEEN',
    };
    expect(await bond.eval(seen[lang])).toBe('yes');
    await rejection(makeBond(lang, COMMANDS[lang], { timout: 5 } as never), BondException);
  });
});
