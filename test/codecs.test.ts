// Values as text, and back, without an interpreter. test/values.test.ts and test/extended.test.ts ask the languages.

import { constants } from 'node:buffer';
import { types } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { callback, NDArray } from '../src/index.js';
import { NotCarried, type Protocol } from '../src/values/codec.js';
import { protocolNamed } from '../src/values/codecs.js';
import { ejson, json } from '../src/values/json.js';
import { type Lender, Reference, standFor } from '../src/values/reference.js';
import { checkLength, refusal } from '../src/values/refusals.js';
import { isLong, partsOf } from '../src/values/shared/chunks.js';
import { isPlainObject } from '../src/values/shared/objects.js';
import { takeSnapshot } from '../src/values/snapshot.js';
import { v8 } from '../src/values/v8.js';

class Stub extends Reference {
  codeFor(_: Lender): string {
    return 'code';
  }
  override toString(): string {
    return 'Stub';
  }
  override describe(): string {
    return 'something over there';
  }
}

const there = (protocol: Protocol, value: unknown): unknown => protocol.decode(protocol.encode(value) as string);

/** Why a value is refused. */
function refused(protocol: Protocol, value: unknown): string {
  try {
    return `written: ${protocol.encode(value)}`;
  } catch (error) {
    expect(error).toBeInstanceOf(NotCarried);
    return (error as Error).message;
  }
}

test('a protocol has its name', () => {
  for (const name of ['JSON', 'EJSON', 'V8'] as const) expect(protocolNamed(name).name).toBe(name);
  expect([json.isClone, ejson.isClone, v8.isClone]).toEqual([false, false, true]);
});

describe('EJSON', () => {
  test.each<[string, unknown, string]>([
    ['NaN', Number.NaN, '{"$numberDouble":"NaN"}'],
    ['infinity', Number.POSITIVE_INFINITY, '{"$numberDouble":"Infinity"}'],
    ['minus infinity', [Number.NEGATIVE_INFINITY], '[{"$numberDouble":"-Infinity"}]'],
    ['minus zero', -0, '-0.0'],
    ['a large float', 2 ** 60, '1152921504606847000.0'],
    ['a larger float', 1e300, '1e+300'],
    ['a bigint', 2n ** 64n, '18446744073709551616'],
    ['a Date', new Date(5), '{"$date":{"$numberLong":"5"}}'],
    ['bytes', new Uint8Array([1, 2]), '{"$binary":{"base64":"AQI=","subType":"00"}}'],
    ['a view of a part', new Uint8Array([1, 2, 3, 4]).subarray(1, 3), '{"$binary":{"base64":"AgM=","subType":"00"}}'],
    ['numbers', new Int16Array([1, -1]), '{"$typedArray":{"type":"int16","base64":"AQD//w=="}}'],
    ['large numbers', new BigInt64Array([1n]), '{"$typedArray":{"type":"int64","base64":"AQAAAAAAAAA="}}'],
    ['a Map', new Map<unknown, unknown>([['a', 1], [2, { $b: 3 }]]), '{"$map":[["a",1],[2,{"$$b":3}]]}'], // biome-ignore format: short
    ['a Set', new Set([1, 'x', [1]]), '{"$set":[1,"x",[1]]}'],
    ['a Set of lists that are alike', new Set([[1], [1]]), '{"$set":[[1],[1]]}'],
    ['the largest integer beside what is more than JSON', [2 ** 53, NaN], '[9007199254740992,{"$numberDouble":"NaN"}]'],
    ['keys with $', { $a: 1, $$b: { $c: null } }, '{"$$a":1,"$$$b":{"$$c":null}}'],
    ['a single key with $', { $date: 1 }, '{"$$date":1}'],
    ['a key __proto__', JSON.parse('{"__proto__":{"$a":1}}'), '{"__proto__":{"$$a":1}}'],
  ])('carries %s', (_, value, text) => {
    expect(ejson.encode(value)).toBe(text);
    expect(ejson.decode(text)).toStrictEqual(value);
  });

  test('carries undefined as null, and Dates, Maps and Sets of other realms as what they are', () => {
    expect(ejson.encode([undefined, null])).toBe('[null,null]');
    const foreign = runInNewContext('[new Date(7), new Map([[1, new Set([2])]]), { a: NaN }]');
    expect(there(ejson, foreign)).toStrictEqual([new Date(7), new Map([[1, new Set([2])]]), { a: Number.NaN }]);
  });

  test('carries arrays of several dimensions', () => {
    const array = new NDArray(new Float64Array([1, 2, 3, 4]), [2, 2]);
    expect(there(ejson, { array })).toEqual({ array });
    const truths = new NDArray([true, false], [2, 1]);
    expect(there(ejson, [truths])).toEqual([truths]);
    const forged = ejson.encode(array).replace('"type":"float64"', '"type":"int8"');
    expect(() => ejson.decode(forged as string)).toThrow('the data of an array of int8 are float64');
  });

  test.each<[string, unknown, string]>([
    ['an invalid Date', { d: new Date(Number.NaN) }, 'value.d: a Date that is invalid cannot be carried by EJSON'],
    ['a function', [() => {}], 'value[0]: a function has to be wrapped in callback(…) to cross'],
    ['a symbol', { 'a b': Symbol('x') }, 'value["a b"]: a symbol cannot be carried by EJSON'],
    ['a Promise', Promise.resolve(), 'value: a Promise (is an `await` missing?) cannot be carried by EJSON'],
    [
      'a class',
      new (class Point {})(),
      'value: a Point cannot be carried by EJSON: pass live(object), or a copy such as { ...object }',
    ],
    ['a class whose name is no text', Object.create({ constructor: { name: 5 } }), 'value: an object with a prototype of its own cannot be carried by EJSON'], // biome-ignore format: short
    ['a class that is hidden', Object.create({ get constructor() { throw new Error('no'); } }), 'value: an object with a prototype of its own cannot be carried by EJSON'], // biome-ignore format: short
    ['what has no class', Object.create(Object.create(null)), 'value: an object with a prototype of its own cannot be carried by EJSON'], // biome-ignore format: short
    [
      'a nameless class',
      new (class {})(),
      'value: an object with a prototype of its own cannot be carried by EJSON: pass live(object), or a copy such as { ...object }',
    ],
    ['a RegExp', /x/, 'value: a RegExp cannot be carried by EJSON'],
    ['a DataView', new DataView(new ArrayBuffer(1)), 'value: a DataView cannot be carried by EJSON'],
    ['a Map with keys that are the same', new Map<unknown, unknown>([[5, 1], [5n, 2]]), 'value: two of its keys are the same in EJSON'], // biome-ignore format: short
    ['a Set with items that are the same', new Set([null, undefined]), 'value: two of its items are the same in EJSON'],
    ['what sits in a Map', new Map([['k', [/x/]]]), 'value.k[0]: a RegExp cannot be carried by EJSON'],
    ['what is a key', new Map([[/x/, 1]]), 'value[0]: a RegExp cannot be carried by EJSON'],
    ['what sits in a Set', new Set([1, /x/]), 'value[1]: a RegExp cannot be carried by EJSON'],
  ])('refuses %s, and says where it sits', (_, value, reason) => {
    expect(refused(ejson, value)).toBe(reason);
  });

  test.each([
    ['a word that is none', '{"$what":1}', '$what is not a word of EJSON'],
    ['a type that is none', '{"$typedArray":{"type":"int9","base64":""}}', 'no typed array of int9'],
    ['a type of Object', '{"$typedArray":{"type":"constructor","base64":""}}', 'no typed array of constructor'],
    ['keys that are the same', '{"$map":[[1,1],[1.0,2]]}', 'keys of a Map, or items of a Set, are the same'],
    ['items that are the same', '{"$set":[1,1]}', 'keys of a Map, or items of a Set, are the same'],
  ])('that is read refuses %s', (_, text, reason) => {
    expect(() => ejson.decode(text)).toThrow(reason);
  });

  test('that is read leaves words alone that are text, or stand beside others', () => {
    expect(ejson.decode('["$date",{"a":"$date"}]')).toEqual(['$date', { a: '$date' }]);
    expect(ejson.decode('{"$date":1,"b":2}')).toEqual({ $date: 1, b: 2 });
    expect(ejson.decode('{"$":1}')).toEqual({ $: 1 });
  });

  test('gives bytes memory of their own', () => {
    const bytes = there(ejson, new Uint8Array([1])) as Uint8Array;
    expect(bytes.buffer.byteLength).toBe(1);
    expect(bytes.constructor).toBe(Uint8Array);
  });
});

describe('JSON', () => {
  test.each<[string, unknown, string]>([
    ['NaN', [Number.NaN], 'value[0]: NaN is not a JSON number'],
    ['a Date', new Date(0), 'value: a Date cannot be carried by JSON'],
    ['bytes', new Uint8Array(1), 'value: a Uint8Array cannot be carried by JSON'],
    [
      'an NDArray',
      new NDArray(new Float64Array(1), [1, 1]),
      'value: an NDArray cannot be carried by JSON: send its tolist()',
    ],
    ['a reference', new Stub(), 'value: something over there cannot be carried by JSON'],
  ])('refuses %s', (_, value, reason) => {
    expect(refused(json, value)).toBe(reason);
  });

  test('leaves keys with $ as they are', () => {
    expect(json.encode({ $a: new (class { toJSON() { return 1; } })() })).toBe('{"$a":1}'); // biome-ignore format: short
    expect(json.encode({ $a: 1 })).toBe('{"$a":1}');
    expect(json.decode('{"$date":1}')).toEqual({ $date: 1 });
  });

  test('asks toJSON once, with the key, and takes what it gives', () => {
    const keys: string[] = [];
    const value = { toJSON: (key: string) => keys.push(key) };
    expect(json.encode([value, { a: value }])).toBe('[1,{"a":2}]');
    expect(json.encode(value)).toBe('3');
    expect(keys).toEqual(['0', 'a', '']);
    const itself = { a: 1, toJSON() { return this; } }; // biome-ignore format: short
    expect(refused(json, itself)).toBe('value.toJSON: a function has to be wrapped in callback(…) to cross');
    expect(json.encode({ toJSON: 5 })).toBe('{"toJSON":5}');
  });

  test('says where a getter fails, and where a value refers to itself', () => {
    const failing = { a: [{ get b() { throw new Error('no'); } }] }; // biome-ignore format: short
    expect(refused(json, failing)).toBe('value.a[0].b: cannot be read: no');
    const cycle: Record<string, unknown> = {};
    cycle.a = { b: [cycle] };
    expect(refused(json, cycle)).toBe('value.a.b[0]: refers to itself');
    const twice = { x: 1 };
    expect(json.encode([twice, twice])).toBe('[{"x":1},{"x":1}]');
  });

  test('says that a value is nested too deep, or too long', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1e5; level++) deep = [deep];
    expect(refused(json, deep)).toBe('value: is nested too deep');
    const sparse: unknown[] = [];
    sparse.length = 2 ** 28;
    expect(refused(json, { sparse: [sparse, 1n] })).toMatch(/is too long/);
  });

  test('says that a text is too long, by its length or by the error of Node', () => {
    const most = constants.MAX_STRING_LENGTH - 256; // there are words in front of it
    expect(checkLength('x'.repeat(most))).toHaveLength(most);
    expect(() => checkLength('x'.repeat(most + 1))).toThrow(
      `value: is too long: its text would have more than ${most}`,
    );
    const codes = [
      new RangeError('Invalid string length'),
      Object.assign(new Error('no'), { code: 'ERR_STRING_TOO_LONG' }),
    ];
    for (const error of codes) expect(refusal(error, ['value', 'a']).message).toMatch(/^value: is too long/);
    const other = Object.assign(new Error('no'), { code: 'ERR_OTHER' });
    expect(refusal(other, ['value', 'a'])).toMatchObject({ message: 'value.a: cannot be read: no', cause: other });
  });

  test('is plain for exactly what JSON.stringify writes as it is', () => {
    const plain = [
      1,
      'x',
      true,
      null,
      1.5,
      2 ** 53,
      [1, [2]],
      { a: { b: 1 } },
      Object.create(null),
      Object.create({ a: 1 }.constructor.prototype),
    ];
    for (const value of plain)
      expect([json.isPlain(value), json.encodePlain(value)]).toEqual([true, JSON.stringify(value)]);
    const others = [-0, Number.NaN, 2 ** 54, 1n, undefined, Symbol('x'), new Date(0), new Map(), /x/, new Proxy({}, {}), new Proxy([], {}), [undefined], { a: -0 },
      { get a() { return expect.fail('a getter was asked'); } }, { toJSON: 1 }, Object.assign([], { toJSON: 1 }), [new Proxy({}, {})]]; // biome-ignore format: short
    for (const value of others) expect([json.isPlain(value), json.encodePlain(value)]).toEqual([false, undefined]);
    expect([ejson.isPlain({ $a: 1 }), json.isPlain({ $a: 1 })]).toEqual([false, true]);
    expect(ejson.isPlain({ a$: 1 })).toBe(true);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(json.isPlain(cycle)).toBe(false);
  });

  test('is not what a program has put into Object.prototype', () => {
    Object.assign(Object.prototype, { inherited: () => {} });
    try {
      expect([json.isPlain({ a: 1 }), v8.isPlain({ a: 1 })]).toEqual([true, true]);
    } finally {
      delete (Object.prototype as { inherited?: unknown }).inherited;
    }
  });
});

describe('a plain object', () => {
  const withPrototype = (value: object, prototype: object | null): object => Object.setPrototypeOf(value, prototype);

  test('is one that a literal makes, in any realm, and one without a prototype', () => {
    for (const value of [
      {},
      { a: 1 },
      Object.create(null),
      runInNewContext('({ a: 1 })'),
      runInNewContext('Object.create(null)'),
    ])
      expect(isPlainObject(value)).toBe(true);
  });

  test('is nothing else, whatever its prototype is', () => {
    const look = Object.create(null, { isPrototypeOf: { value: 1 } });
    const others = [
      null, undefined, 'x', 5, [], withPrototype([], null), withPrototype([], Object.prototype), withPrototype(() => {}, null),
      Object.create({}), Object.create({ isPrototypeOf: 1 }), Object.create(Object.create(null)), Object.create(new Proxy(look, {})),
      new (class Point {})(),
    ]; // biome-ignore format: short
    for (const value of others) expect(isPlainObject(value)).toBe(false);
    expect(isPlainObject(Object.create(look))).toBe(true);
  });

  test('is not what is more than its properties, if that was given no prototype', () => {
    const generator = (function* () {})();
    const kinds = [
      new Date(), new Map(), new Set(), /x/, new Error('x'), Promise.resolve(), new ArrayBuffer(1), new SharedArrayBuffer(1), Object(1), Object('x'),
      new WeakMap(), new WeakSet(), generator, new Uint8Array(1), new DataView(new ArrayBuffer(1)),
    ]; // biome-ignore format: short
    for (const value of kinds) expect(isPlainObject(withPrototype(value, null))).toBe(false);
  });
});

describe('what is read once', () => {
  const snap = (value: unknown, isClone = false) => takeSnapshot(value, isClone);

  test('is left alone if there is nothing in it to be read twice', () => {
    const values = [1, null, 'x', { a: [1] }, new Map(), () => {}, new Date(0), [{ b: new Set() }]];
    for (const value of values) expect(snap(value)).toEqual({ value, references: [] });
    const instance = Object.create({}, { a: { get: () => expect.fail('a getter was asked'), enumerable: true } });
    for (const list of [[new Date(0)], [instance], [null, () => {}]]) expect(snap(list).value).toBe(list);
    let deep: unknown = new Stub(); // which writing it refuses
    for (let level = 0; level < 1e5; level++) deep = [deep];
    expect(snap(deep).value).toBe(deep);
    const value = { a: [1, { b: 2 }] };
    expect(snap(value).value).toBe(value);
  });

  test('has null in the place of each reference, and tells where those were', () => {
    const [one, two] = [new Stub(), new Stub()];
    const { value, references } = snap({ a: one, b: [1, two], c: { d: 1 } });
    expect(value).toStrictEqual({ a: null, b: [1, null], c: { d: 1 } });
    expect(Object.getOwnPropertyDescriptor(value, 'c')).toMatchObject({
      configurable: true,
      enumerable: true,
      writable: true,
    });
    const func = () => {};
    expect(snap([null, func, one])).toEqual({ value: [null, func, null], references: [[[2], one]] });
    const called = Object.assign(() => {}, { a: 1 });
    standFor(called, two);
    expect(snap([called])).toEqual({ value: [null], references: [[[0], two]] });
    expect(snap([() => {}]).references).toEqual([]);
    expect(references).toEqual([
      [['a'], one],
      [['b', 1], two],
    ]);
    expect(snap(one)).toEqual({ value: null, references: [[[], one]] });
    const stand = {};
    standFor(stand, one);
    expect(snap({ stand })).toEqual({ value: { stand: null }, references: [[['stand'], one]] });
    const call = callback(() => {});
    expect(snap([call]).references).toEqual([[[0], call]]);
  });

  test('is a getter, and a proxy', () => {
    let reads = 0;
    const value = { get a() { return ++reads; }, list: new Proxy([1, 2], {}) }; // biome-ignore format: short
    expect(snap(value).value).toEqual({ a: 1, list: [1, 2] });
    expect(reads).toBe(1);
    expect(snap(JSON.parse('{"__proto__":[1]}', (_, part) => (Array.isArray(part) ? new Stub() : part))).value).toEqual(
      JSON.parse('{"__proto__":null}'),
    );
  });

  test('keeps holes, keys of lists, and what a toJSON will tell', () => {
    const list: unknown[] = [1];
    list[10] = new Stub();
    list.length = 12;
    const { value, references } = snap(Object.assign(list, { key: new Stub(), k1: new Stub(), '1k': new Stub() }));
    expect((value as unknown[]).length).toBe(12);
    expect(references.map(([path]) => path)).toEqual([[10], ['key'], ['k1'], ['1k']]);
    const own = { toJSON: () => 1 };
    expect((snap([own, new Stub()]).value as unknown[])[0]).toBe(own);
    const date = new Date(0);
    expect((snap([date, new Stub()]).value as unknown[])[0]).toBe(date);
  });

  test('fails with the place where it cannot be read', () => {
    const cycle: unknown[] = [new Stub()];
    cycle.push({ a: cycle });
    expect(() => snap(cycle)).toThrow('value[1].a: refers to itself');
    expect(() => snap({ a: { get b() { throw new Error('no b'); } } })).toThrow('value.a.b: cannot be read: no b'); // biome-ignore format: short
    const proxy = Proxy.revocable({}, {});
    proxy.revoke();
    expect(() => snap({ a: proxy.proxy })).toThrow(/^value\.a: cannot be read: /);
    const twice = { x: new Stub() };
    expect(snap([twice, twice]).references).toHaveLength(2);
  });

  test('for the structured clone keeps what is the same the same, and references in Maps where they are', () => {
    const same = { a: 1 };
    const cycle: Record<string, unknown> = { same: [same, same], stub: new Stub() };
    cycle.itself = cycle;
    const copy = snap(cycle, true).value as { same: unknown[]; itself: unknown; stub: unknown };
    expect(copy.itself).toBe(copy);
    expect(copy.same[0]).toBe(copy.same[1]);
    expect(copy.stub).toBeNull();
    const stub = new Stub();
    const { value, references } = snap(
      [new Stub(), new Map([['k', stub]]), new Set([stub]), new Map([[same, same]])],
      true,
    );
    const [, map, set, keys] = value as [null, Map<string, unknown>, Set<unknown>, Map<unknown, unknown>];
    expect(map.get('k')).toBe(stub);
    expect([...set]).toEqual([stub]);
    const [[key, member] = []] = keys;
    expect(key).toBe(member);
    expect(references).toHaveLength(1);
    const proxy = new Proxy({}, {}); // which the clone refuses
    expect((snap([new Stub(), proxy], true).value as unknown[])[1]).toBe(proxy);
    let reads = 0;
    const getter = { get a() { return ++reads; } }; // biome-ignore format: short
    const [, read, members] = snap([new Stub(), new Map([['k', getter]]), new Set([getter])], true).value as [null, Map<string, unknown>, Set<unknown>]; // biome-ignore format: short
    for (const copied of [read.get('k'), ...members])
      expect(Object.getOwnPropertyDescriptor(copied, 'a')?.value).toBe(1);
    const failing = { get a() { throw new Error('no'); } }; // biome-ignore format: short
    expect(() => snap([new Stub(), new Map([['k', failing]])], true)).toThrow('value[1].k.a: cannot be read: no');
    const error = new Error('x');
    expect((snap([new Stub(), error], true).value as unknown[])[1]).toBe(error);
  });
});

describe('V8', () => {
  test.each<[string, unknown]>([
    ['a Map of Sets', new Map([[new Set([1]), 2n]])],
    ['a Date', new Date(5)],
    ['bytes', new Uint8Array([1, 2])],
    ['a Buffer', Buffer.from('abc')],
    ['numbers', new Float32Array([1.5])],
    ['undefined', undefined],
    ['holes', Object.assign([1], { 2: 3 })],
    ['minus zero', [-0]],
    ['plain data', { a: [1, 'x', null, true] }],
    ['a RegExp', /x/g],
    ['a key __proto__', JSON.parse('{"__proto__":1}')],
  ])('carries %s', (_, value) => {
    const back = there(v8, value);
    expect(back).toStrictEqual(value);
    expect(Object.prototype.toString.call(back)).toBe(Object.prototype.toString.call(value));
  });

  test('is JSON for plain data, in which nothing is twice', () => {
    expect(v8.encode({ a: [1, 'x'] })).toBe('{"a":[1,"x"]}');
    const same = {};
    for (const value of [[same, same], [-0], [undefined], new Proxy({}, {}), Object.create(null), { toJSON: 1 }, { get a() { return 1; } }, Object.assign([1], { a: 1 })]) // biome-ignore format: short
      expect(v8.isPlain(value)).toBe(false);
    for (const value of [undefined, 1n, () => {}, new Date(0)]) expect(v8.isPlain(value)).toBe(false);
    let deep: unknown = 1;
    for (let level = 0; level < 1e5; level++) deep = [deep];
    expect(v8.isPlain(deep)).toBe(false);
    for (const value of [true, null, 'x', 1.5, [true, null, { a: false }], []]) expect(v8.isPlain(value)).toBe(true);
    const [one, other] = there(v8, [same, same]) as unknown[];
    expect(one).toBe(other);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const back = there(v8, cycle) as unknown[];
    expect(back[0]).toBe(back);
  });

  test('gives views memory of their own, of the same kind', () => {
    const [bytes, buffer, numbers] = there(v8, [new Uint8Array([1]), Buffer.from('a'), new Int16Array([5])]) as [
      Uint8Array,
      Buffer,
      Int16Array,
    ];
    for (const view of [bytes, numbers]) expect(view.buffer.byteLength).toBe(view.byteLength);
    expect(Buffer.isBuffer(buffer)).toBe(true);
    expect(buffer.buffer.byteLength).toBe(1);
    expect(numbers).toEqual(new Int16Array([5]));
  });

  test('carries errors with their causes, also those that lead back, and aggregates', () => {
    const error = new RangeError('x', { cause: new TypeError('y', { cause: 5 }) });
    const back = there(v8, error) as Error & { cause: Error };
    expect([back, back.cause, back.cause.cause]).toEqual([error, error.cause, 5]);
    expect(back.stack).toBe(error.stack);
    expect(back.cause).toBeInstanceOf(TypeError);
    const cycle: Error & { cause?: unknown } = new Error('cycle');
    cycle.cause = { cycle };
    const round = there(v8, cycle) as { cause: { cycle: unknown } };
    expect(round.cause.cycle).toBe(round);
    const many = there(v8, { many: new AggregateError([error, 1], 'several') }) as { many: AggregateError };
    expect(many.many).toBeInstanceOf(AggregateError);
    expect(many.many.message).toBe('several');
    expect(many.many.stack).toContain('AggregateError: several');
    expect(Object.hasOwn(many.many, 'cause')).toBe(false);
    const inside = new AggregateError([1]);
    const [map, set] = there(v8, [new Map([['k', inside]]), new Set([inside])]) as [Map<string, unknown>, Set<unknown>];
    for (const each of [map.get('k'), ...set]) expect(each).toBeInstanceOf(AggregateError);
    expect(many.many.errors[0]).toBeInstanceOf(RangeError);
    expect(many.many.errors[1]).toBe(1);
    expect(types.isNativeError(many.many)).toBe(true);
    expect(Object.keys(many.many)).toEqual([]);
    const mine = there(v8, new AggregateError([new (class Mine extends Error { override name = 'Mine'; })('z')])) as AggregateError; // biome-ignore format: short
    expect(mine.errors[0].message).toBe('z');
    expect(mine.errors[0].constructor).toBe(Error);
  });

  test('has the parts of errors beside it only where V8 does not write them', () => {
    const [same, error]: unknown[] = [{ a: new Map() }, new Error('x', { cause: new TypeError('y') })];
    const cycle: unknown[] = [new Map()];
    cycle.push(cycle);
    for (const value of [error, [error, error], [same, same], cycle, [null, 1n]])
      expect(v8.encode(value)).toMatch(/^\//);
    const round: Error & { cause?: unknown } = new Error('cycle');
    round.cause = [round];
    for (const value of [new AggregateError([]), round]) expect(v8.encode(value)).toMatch(/^!\//);
  });

  test('says where it cannot be read, or that it is nested too deep', () => {
    const failing = { get a() { throw new Error('no'); } }; // biome-ignore format: short
    expect(refused(v8, new AggregateError([failing]))).toBe('value.errors[0].a: cannot be read: no');
    let [deep, nested]: unknown[] = [new Map(), () => {}];
    for (let level = 0; level < 1e5; level++) deep = [deep];
    expect(refused(v8, deep)).toBe('value: is nested too deep');
    for (let level = 0; level < 60; level++) nested = [nested];
    expect(refused(v8, nested)).toMatch(/^value(\[0\]){50}: /);
    try {
      v8.encode(Symbol('x'));
      expect.fail('was written');
    } catch (error) {
      expect(error).toMatchObject({ cause: expect.any(Error) });
    }
  });

  test('carries an NDArray as lists', () => {
    expect(there(v8, { a: new NDArray(new Float64Array([1, 2]), [1, 2]) })).toEqual({ a: [[1, 2]] });
  });

  test.each<[string, unknown, RegExp]>([
    ['a function', { a: [() => {}] }, /^value\.a\[0\]: a function has to be wrapped in callback/],
    ['a function in a Map', new Map([['k', () => {}]]), /^value\.k: a function has to be wrapped/],
    ['a function in a Set', new Set([1, () => {}]), /^value\[1\]: a function has to be wrapped/],
    ['a function that is a key', new Map([[() => {}, 1]]), /^value\[0\]: a function has to be wrapped/],
    ['a cause', new Error('x', { cause: () => {} }), /^value\.cause: a function has to be wrapped/],
    ['a reference', [new Stub()], /^value\[0\]: something over there cannot be carried by V8$/],
    ['a symbol', { a: Symbol('x') }, /^value\.a: Symbol\(x\) could not be cloned\.$/],
    ['a proxy', [new Proxy({}, {})], /^value\[0\]: #<Object> could not be cloned\.$/],
    ['process.env', { env: process.env }, /^value\.env: a host object could not be cloned\.$/],
    ['a DOMException', [new DOMException('x')], /^value\[0\]: a DOMException could not be cloned\.$/],
    ['a WeakMap', { w: new WeakMap() }, /^value\.w: #<WeakMap> could not be cloned\.$/],
  ])('refuses %s, and says where it sits', (_, value, reason) => {
    expect(refused(v8, value)).toMatch(reason);
  });
});

describe('what is long', () => {
  test('is a text of more than 262,144 characters, or a list of more than 1024 items', () => {
    expect([isLong('x'.repeat(2 ** 18)), isLong('x'.repeat(2 ** 18 + 1))]).toEqual([false, true]);
    expect([isLong(Array(1024).fill(0)), isLong(Array(1025).fill(0))]).toEqual([false, true]);
    expect([isLong({ length: 1e6 }), isLong(new Proxy(Array(2000).fill(0), {})), isLong(null), isLong(5)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    const revoked = Proxy.revocable([], {});
    revoked.revoke();
    expect(isLong(revoked.proxy)).toBe(false);
  });

  test('is made in parts that together are all of it', () => {
    const list = Array.from({ length: 5000 }, (_, index) => ({ index, text: 'x'.repeat(index % 50) }));
    const parts = [...partsOf(list)].map((part) => JSON.parse(part));
    expect(parts.flat()).toEqual(list);
    expect(parts[0]).toHaveLength(128);
    const lengths = [...partsOf(list)].slice(1, -1).map((part) => part.length);
    expect(lengths.length).toBeGreaterThan(3);
    for (const length of lengths) expect(Math.abs(length - 2 ** 15)).toBeLessThan(2 ** 13);
    const text = '😀x'.repeat(50_000);
    const texts = [...partsOf(text)].map((part) => JSON.parse(part) as string);
    expect(texts.join('')).toBe(text);
    expect(texts.length).toBeGreaterThan(3);
    for (const part of texts) expect(Buffer.from(part).toString()).toBe(part);
    expect([...partsOf([])]).toEqual([]);
    const large = Array.from({ length: 200 }, () => 'y'.repeat(2 ** 16));
    expect([...partsOf(large)].slice(1).every((part) => JSON.parse(part).length === 1)).toBe(true);
  });
});

test('a place among arguments is told as the user counts them', () => {
  const inArgs = new NotCarried(['args', 2, 'a'], 'no');
  expect(inArgs.amongArguments(1).message).toBe('args[1].a: no');
  expect(new NotCarried(['kwargs', 'a'], 'no').amongArguments(1).message).toBe('kwargs.a: no');
  expect(new NotCarried(['args', 'x'], 'no').amongArguments(1).message).toBe('args.x: no');
  const cause = new Error('why');
  const caused = new NotCarried(['value', 0, 1, 'b'], 'no', { cause });
  expect(caused.within(2, 'f()').message).toBe('f()[1].b: no');
  expect(caused.within(2, 'f()').cause).toBe(cause);
  expect('cause' in inArgs.within(1, 'x')).toBe(false);
  expect(new NotCarried([], 'no').message).toBe('value: no');
  expect(new NotCarried(['value', 3], 'no').amongArguments(1).message).toBe('value[3]: no');
  const causedInArgs = new NotCarried(['args', 1], 'no', { cause }).amongArguments(1);
  expect([causedInArgs.message, causedInArgs.cause]).toEqual(['args[0]: no', cause]);
  expect(new NotCarried(['args', 'é', 'a1', '1a'], 'no').message).toBe('args["é"].a1["1a"]: no');
});
