// How values are read: once each, whatever realm they come from, and never so that reading them fails otherwise than by an
// exception with a path. It is the same for arguments, results of functions, items of streams and what is thrown.

import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { callback, kwargs, type ProtocolName, SerializationException } from '../src/index.js';
import { encodeCall } from '../src/references/encode-call.js';
import { NotCarried, type Protocol } from '../src/values/codec.js';
import { protocolNamed } from '../src/values/codecs.js';
import { expectAlive, languages, needsInterpreter, rejection, shareBond } from './fixtures.js';
import { lender } from './play.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

const PROTOCOLS: readonly ProtocolName[] = ['V8', 'EJSON', 'JSON'];

/** An object with a getter, and how often that has been asked. */
function counted(value: unknown = 1): { readonly reads: number; readonly object: object } {
  let reads = 0;
  const object = {
    get next() {
      reads++;
      return value;
    },
  };
  return {
    get reads() {
      return reads;
    },
    object,
  };
}

/** Values of another realm, by what each is called here. */
const FOREIGN = runInNewContext(`({
  Date: new Date(5), Map: new Map([[1, { a: 2 }]]), Set: new Set([3]), bytes: new Uint8Array([255, 1]),
  numbers: new Float64Array([0.5]), integers: new BigInt64Array([-1n]), object: { a: [null] }, list: [1, { b: 2 }],
})`) as Record<string, unknown>;

const HERE: Record<string, unknown> = {
  Date: new Date(5),
  Map: new Map([[1, { a: 2 }]]),
  Set: new Set([3]),
  bytes: new Uint8Array([255, 1]),
  numbers: new Float64Array([0.5]),
  integers: new BigInt64Array([-1n]),
  object: { a: [null] },
  list: [1, { b: 2 }],
};

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages, 2);

  const open = shareBond(lang, { protocol: 'EJSON' }, words[lang].functions);

  test.each(Object.keys(HERE))('a value of another realm is what it is: %s', async (name) => {
    const bond = await open();
    await bond.export((value: unknown) => value, 'host');
    const expected = await bond.call('same', HERE[name]);
    expect(await bond.call('same', FOREIGN[name])).toStrictEqual(expected);
    await bond.export(() => FOREIGN[name], 'host');
    expect(await bond.call('caught', 1)).toStrictEqual(expected);
  });

  test('a getter is read once: in arguments and results, beside what is no plain JSON, too', async () => {
    const bond = await open();
    let result: unknown = 1;
    await bond.export(() => result, 'host');
    for (const beside of [1, new Date(0), callback(() => 1), 5n]) {
      const [argument, named, returned] = [counted(), counted(), counted()];
      await bond.call('caught', [argument.object, beside]).catch(() => {}); // callbacks cannot come back
      await bond.call('caught', 1, kwargs({ named: named.object, beside })).catch(() => {}); // nor does it take that
      result = [returned.object, beside];
      await bond.call('caught', 1).catch(() => {});
      result = 1;
      expect([argument.reads, named.reads, returned.reads]).toEqual([1, 1, 1]);
    }
    await expectAlive(bond);
  });

  test('getters are read once in lists that are long', async () => {
    const bond = await open();
    const rows = Array.from({ length: 2000 }, (_, index) => counted(index));
    const list = rows.map(({ object }) => object);
    expect(await bond.call('same', list)).toEqual(rows.map((_, next) => ({ next })));
    expect(rows.every(({ reads }) => reads === 1)).toBe(true);
  });

  test('a getter that fails is an exception with its path', async () => {
    const bond = await open();
    const cause = new Error('no luck');
    const bad = {
      items: [
        1,
        {
          get it() {
            throw cause;
          },
        },
      ],
    };
    const error = await rejection(bond.call('same', bad), SerializationException);
    expect(error.message).toContain('args[0].items[1].it: cannot be read: no luck');
    expect(error).toMatchObject({ side: 'local', cause });
    await bond.export(() => bad, 'host');
    expect(await bond.call('caught', 1)).toContain('host().items[1].it: cannot be read: no luck');
    await expectAlive(bond);
  });
});

// ---- The host alone

/** The payload of a call, or the message of why there is none. */
function payloadOf(protocol: ProtocolName, ...args: unknown[]): string {
  try {
    return encodeCall(protocolNamed(protocol), 'f', args, lender) as string;
  } catch (error) {
    if (error instanceof NotCarried) return error.message;
    throw error;
  }
}

function argsIn(protocol: ProtocolName, payload: string): unknown[] {
  return ((protocolNamed(protocol) as Protocol).decode(payload) as [string, unknown[]])[1];
}

describe.each(PROTOCOLS)('%s', (protocol) => {
  test('getters and traps are asked once', () => {
    for (const beside of [1, -0, callback(() => 1)]) {
      const [one, another] = [counted(), counted([{}])];
      const shared = { one: one.object };
      payloadOf(protocol, shared, { deep: [another.object] }, beside);
      expect([one.reads, another.reads]).toEqual([1, 1]);
    }
    let gets = 0;
    const proxy = new Proxy(
      { a: 1 },
      {
        get(target, key) {
          gets++;
          return Reflect.get(target, key);
        },
      },
    );
    payloadOf(
      protocol,
      [proxy],
      callback(() => 1),
    );
    expect(gets).toBe(protocol === 'V8' ? 0 : 1);
  });

  test('what is revoked, detached or nested too deep has a path', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const bytes = new Uint8Array(4);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(payloadOf(protocol, { a: [proxy] })).toContain('args[0].a[0]: ');
    expect(payloadOf(protocol, proxy)).toContain('args[0]: ');
    expect(payloadOf(protocol, Object.create(proxy), callback(Number))).toContain('args[0]');
    expect(payloadOf(protocol, Object.create(proxy))).toContain('args[0]');
    expect(payloadOf(protocol, Object.setPrototypeOf([], proxy))).toMatch(/^args\[0]|\[]/);
    expect(payloadOf(protocol, { a: [bytes] })).toContain('args[0].a[0]: ');
    expect(payloadOf(protocol, deep)).toBe('args: is nested too deep');
    expect(
      payloadOf(
        protocol,
        deep,
        callback(() => 1),
      ),
    ).toBe('args: is nested too deep');
    expect(payloadOf(protocol, deep, Number.NaN)).toBe('args: is nested too deep');
  });

  // This takes seconds: EJSON is written by the same code as JSON, and V8 has its turn at a release.
  test.skipIf(protocol === 'EJSON' || (protocol === 'V8' && !process.env.RELEASE))(
    'what is too long is said to be that, and which limit there is',
    () => {
      const text = 'x'.repeat(2e6);
      expect(payloadOf(protocol, { a: Array(300).fill(text) })).toMatch(
        /^args: is too long: .* more than 5\d{8} characters/,
      );
    },
  );

  test('one object in two places, and a cycle, beside references', () => {
    const loop: unknown[] = [];
    loop.push(loop, loop);
    if (protocol !== 'V8')
      return expect(
        payloadOf(
          protocol,
          loop,
          callback(() => 1),
        ),
      ).toContain('refers to itself');
    const shared = { a: 1 };
    const [cycle, map, set, one] = argsIn(
      protocol,
      payloadOf(
        protocol,
        loop,
        new Map([[1, shared]]),
        new Set([shared]),
        shared,
        callback(() => 1),
      ),
    ) as [unknown[], Map<number, object>, Set<object>, object];
    expect(cycle[0]).toBe(cycle);
    expect(map.get(1)).toBe(one);
    expect(set.has(one)).toBe(true);
  });
});

test('by V8, an error whose cause leads back to it crosses', () => {
  const error: Error = new RangeError('outer', { cause: new Error('between') });
  (error.cause as Error).cause = { list: [error] };
  const [copy, same] = argsIn('V8', payloadOf('V8', error, { error })) as [Error, { error: Error }];
  expect(copy).toBeInstanceOf(RangeError);
  expect(copy.message).toBe('outer');
  expect(copy.stack).toBe(error.stack);
  expect((copy.cause as { cause: { list: unknown[] } }).cause.list[0]).toBe(copy);
  expect(same.error).toBe(copy);
  expect(Object.keys(copy)).toEqual([]);
});

test('by EJSON, what would be one key or item there is refused', () => {
  expect(
    payloadOf('EJSON', [
      new Map<unknown, unknown>([
        [5, 1],
        [5n, 2],
      ]),
    ]),
  ).toContain('args[0][0]: ');
  expect(payloadOf('EJSON', new Set([null, undefined]))).toContain('the same');
});

test('a toJSON is read once, and called once; what it throws has a path', () => {
  let reads = 0;
  const value = {
    get toJSON() {
      reads++;
      return () => undefined;
    },
  };
  expect(payloadOf('JSON', [value])).toBe('["f",[[null]]]');
  expect(reads).toBe(1);
  expect(
    payloadOf('JSON', {
      a: {
        toJSON: () => {
          throw new Error('mine');
        },
      },
    }),
  ).toContain('args[0].a: cannot be read: mine');
  const self = { toJSON: () => self };
  expect(payloadOf('EJSON', [self])).toContain('args[0][0].toJSON: a function has to');
});
