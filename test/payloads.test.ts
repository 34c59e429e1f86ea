// What stands beside a text, values in parts, and texts as octets, without an interpreter. test/bytes.test.ts, test/parts.test.ts and
// test/octets.test.ts ask the languages.

import { describe, expect, test } from 'vitest';
import { NotCarried, type Protocol } from '../src/values/codec.js';
import { protocolNamed } from '../src/values/codecs.js';
import { NDArray } from '../src/values/ndarray.js';
import { withOctets } from '../src/values/octets.js';
import { Parts } from '../src/values/parts.js';
import { Block, Blocked, type Payload, wrapped } from '../src/wire/blocks.js';
import { ReceivedBytes } from '../src/wire/received-bytes.js';

const json = protocolNamed('JSON');
const ejson = protocolNamed('EJSON', true);
const v8 = protocolNamed('V8', true);

/** Blocks as they arrive. */
function received(blocks: Readonly<Record<number, Uint8Array>>): ReceivedBytes {
  const bytes = new ReceivedBytes();
  for (const [number, block] of Object.entries(blocks)) {
    bytes.begin(Number(number), block.length);
    bytes.add(Buffer.from(block), 0, block.length);
  }
  return bytes;
}

/** What arrives of what was written: the text, and the block that stands before it. */
function arrived(payload: Payload): [text: string, bytes: ReceivedBytes | undefined] {
  if (typeof payload === 'string') return [payload, undefined];
  const { text, block } = payload;
  return [text, received({ [block.number]: Buffer.concat(block.take()) })];
}

const there = (protocol: Protocol, value: unknown): unknown => protocol.decode(...arrived(protocol.encode(value)));

/** What was written beside the text; the text names it. */
function beside(protocol: Protocol, value: unknown): Blocked {
  const payload = protocol.encode(value);
  expect(payload).toBeInstanceOf(Blocked);
  return payload as Blocked;
}

const numbers = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index % 251);

describe.each([
  ['EJSON', ejson],
  ['V8', v8],
])('in %s, bytes', (_, protocol) => {
  test('stand beside the text from 512 on, and in it if there are fewer', () => {
    expect(typeof protocol.encode(numbers(511))).toBe('string');
    const { block, length, text } = beside(protocol, numbers(512));
    expect([block.length, length]).toEqual([512, text.length + 512]);
    expect(Buffer.concat(block.take())).toEqual(Buffer.from(numbers(512)));
  });

  test.each([511, 512, 2000])('and other numbers, %i of them, arrive as they were', (length) => {
    const all = numbers(length);
    const values = [
      all,
      all.subarray(1, 100),
      new Int16Array(length).fill(-2),
      new BigUint64Array(length).fill(2n ** 63n),
    ];
    expect(there(protocol, { values })).toStrictEqual({ values });
  });

  test('that are alone in a block are not copied, and others have memory of their own', () => {
    const alone = there(protocol, numbers(600)) as Uint8Array;
    expect(alone.buffer.byteLength).toBe(600);
    const [one, other] = there(protocol, [numbers(600), numbers(700)]) as Uint8Array[];
    expect([one?.buffer.byteLength, other?.buffer.byteLength]).toEqual([600, 700]);
  });

  test('have to be named, once, and to be there', () => {
    const { text, block } = beside(protocol, [numbers(600), numbers(700)]);
    const content = Buffer.concat(block.take());
    expect(() => protocol.decode(text)).toThrow(/there is no block/);
    expect(() => protocol.decode(text, received({ [block.number + 1]: content }))).toThrow('there is no block');
    expect(() => protocol.decode(text, received({ [block.number]: content.subarray(1) }))).toThrow(
      /has no \d+ bytes at/,
    );
    const more = received({ [block.number]: content, [block.number + 1]: numbers(9) });
    expect(() => protocol.decode(text, more)).toThrow(`9 bytes of block ${block.number + 1} are not named`);
    expect(() => protocol.decode('1', received({ 1: numbers(9) }))).toThrow('9 bytes of block 1 are not named');
  });
});

describe('in EJSON', () => {
  test('each word names its bytes by the number of the block, where they begin, and how many they are', () => {
    const { text, block } = beside(ejson, [
      numbers(600),
      new Float32Array(300),
      new NDArray(new Float64Array(200), [2, 100]),
    ]);
    expect(text).toBe(
      `[{"$binary":{"block":[${block.number},0,600]}},{"$typedArray":{"type":"float32","block":[${block.number},600,1200]}},` +
        `{"$ndarray":{"type":"float64","shape":[2,100],"data":{"$typedArray":{"type":"float64","block":[${block.number},1800,1600]}}}}]`,
    );
  });

  test('what is plain has no block, nor has what is refused', () => {
    expect(ejson.encode([1])).toBe('[1]');
    expect(ejson.encode([Number.NaN])).toBe('[{"$numberDouble":"NaN"}]');
    expect(() => ejson.encode([numbers(600), /x/])).toThrow('value[1]: a RegExp cannot be carried by EJSON');
  });
});

test('plain JSON names no bytes, and refuses a message that has some', () => {
  expect(protocolNamed('JSON', true)).toBe(json);
  expect(() => json.decode('[1]', received({ 1: numbers(9) }))).toThrow('9 bytes of block 1 are not named');
  expect(() => json.encode(numbers(600))).toThrow(NotCarried);
});

describe('a clone', () => {
  test('is in the block if it is long, otherwise in the text', () => {
    const short = beside(v8, [numbers(600), new Map()]);
    expect(short.text).toMatch(new RegExp(`^\\*${short.block.number} /[\\w+/=]+$`));
    expect(short.block.length).toBe(600);
    const long = beside(v8, ['x'.repeat(8192), new Map()]);
    expect(long.text).toBe(`*${long.block.number} 0 ${long.block.length}`);
    const both = beside(v8, [numbers(600), 'x'.repeat(8192)]);
    expect(both.text).toBe(`*${both.block.number} 600 ${both.block.length - 600}`);
    expect(typeof v8.encode(['x'.repeat(8000), new Map()])).toBe('string');
    for (const value of [
      ['x'.repeat(8192), new Map()],
      [numbers(600), 'x'.repeat(8192)],
    ])
      expect(there(v8, value)).toStrictEqual(value);
  });

  test('is written once: code that runs meanwhile runs once', () => {
    let reads = 0;
    const getter = { get a() { return ++reads; } }; // biome-ignore format: short
    for (const value of [[getter], [getter, numbers(600)], [getter, 'x'.repeat(9000)]]) {
      reads = 0;
      expect((there(v8, value) as [unknown])[0]).toEqual({ a: 1 });
      expect(reads).toBe(1);
    }
  });

  test('has views of every kind, which are of that kind where they arrive', () => {
    const { buffer } = numbers(600);
    const views = [
      Buffer.from(buffer, 8, 560), new DataView(buffer, 8, 560), new Int8Array(buffer), new Uint8Array(buffer), new Uint8ClampedArray(buffer),
      new Int16Array(buffer), new Uint16Array(buffer), new Int32Array(buffer), new Uint32Array(buffer), new BigInt64Array(buffer),
      new BigUint64Array(buffer), new Float32Array(buffer), new Float64Array(buffer),
    ]; // biome-ignore format: short
    for (const view of views) beside(v8, [view]);
    const back = there(v8, views) as ArrayBufferView[];
    expect(back.map((view) => view.constructor.name)).toEqual(views.map((view) => view.constructor.name));
    expect(back).toStrictEqual(views);
    for (const view of back) expect(view.buffer.byteLength).toBe(view.byteLength);
  });

  test('keeps its errors with their parts, its arrays as lists, and what is the same the same', () => {
    const bytes = numbers(600);
    const error = new AggregateError([new TypeError('x', { cause: bytes })], 'several');
    const [back, one, other, list] = there(v8, [error, bytes, bytes, new NDArray(Int8Array.of(1, 2), [1, 2])]) as [
      AggregateError, Uint8Array, Uint8Array, unknown,
    ]; // biome-ignore format: short
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors[0]).toBeInstanceOf(TypeError);
    expect(back.errors[0].cause).toBe(one);
    expect(other).toBe(one);
    expect(one).toStrictEqual(bytes);
    expect(list).toEqual([[1, 2]]);
    expect(beside(v8, [error, bytes]).text).toMatch(/^!\*\d+ /);
  });

  test('that cannot be made says where the reason sits, whether there are bytes or not', () => {
    expect(() => v8.encode([numbers(600), { a: () => {} }])).toThrow(/^value\[1\]\.a: a function has to be wrapped/);
    expect(() => v8.encode({ env: process.env, bytes: numbers(600) })).toThrow(
      'value.env: a host object could not be cloned.',
    );
  });

  test('whose text makes no sense is refused', () => {
    const { text, block } = beside(v8, ['x'.repeat(9000), new Map()]);
    const content = Buffer.concat(block.take());
    const { number } = block;
    for (const wrong of [
      `*${number}`,
      `*${number} `,
      `*${number} 0 1 2`,
      `*x 0 ${content.length}`,
      `*${number} - 5`,
      `${text}x`,
    ])
      expect(() => v8.decode(wrong, received({ [number]: content }))).toThrow('there is no block for it');
    expect(() => v8.decode(text)).toThrow('there is no block for it');
    // The number of a view that there is none of: behind the sign of a host object.
    const view = beside(v8, numbers(600));
    const clone = Buffer.from(view.text.split(' ')[1] as string, 'base64');
    clone[clone.indexOf(0x5c) + 1] = 99;
    const forged = `*${view.block.number} ${clone.toString('base64')}`;
    expect(() => v8.decode(forged, received({ [view.block.number]: Buffer.concat(view.block.take()) }))).toThrow(
      'there is no such view',
    );
  });
});

describe('what arrives in parts', () => {
  const whole = (protocol: Protocol, ...texts: string[]): unknown => {
    const parts = new Parts(protocol);
    for (const text of texts) parts.add(text, undefined);
    return parts.whole();
  };

  test('is the list or the text that they make together', () => {
    expect(whole(json, '[1,2]', '[[3]]', '[]')).toEqual([1, 2, [3]]);
    expect(whole(json, '"a"', '"é"', '""')).toBe('aé');
    expect(whole(json, '"a"')).toBe('a');
  });

  test('is an error if they do not belong together, or one of them is none', () => {
    for (const texts of [['[1]', '"a"'], ['"a"', '[1]'], ['1'], ['{}', '{}'], ['null']])
      expect(() => whole(json, ...texts)).toThrow('its parts do not belong together');
    expect(() => whole(json, '[1]', '[', ']')).toThrow(/end of JSON input/);
    expect(() => whole(ejson, '[{"$a":1}]', '[')).toThrow('$a is not a word of EJSON');
  });

  test('is as long as their bytes are, with those of blocks', () => {
    const parts = new Parts(ejson);
    parts.add('"é"', undefined);
    expect(parts.size).toBe(4);
    const bytes = received({ 1: numbers(600) });
    parts.add('[{"$binary":{"block":[1,0,600]}}]', bytes);
    expect(parts.size).toBe(4 + 33 + bytes.size);
    const list = new Parts(ejson);
    list.add('[{"$binary":{"block":[1,0,600]}}]', received({ 1: numbers(600) }));
    expect(list.whole()).toStrictEqual([numbers(600)]);
  });
});

describe('where text is octets, half of a surrogate pair', () => {
  const octets = withOctets(protocolNamed('EJSON'));
  const half = '\ud800';

  test.each<[string, unknown, string]>([
    ['alone', half, 'value'],
    ['the other half', 'a\udc00', 'value'],
    ['in lists and objects', { a: [1, { 'b c': half }] }, 'value.a[1]["b c"]'],
    ['as a key', { a: { [half]: 1 } }, 'value.a["\\ud800"]'],
    ['under a key with $', { $a: [half] }, 'value.$a[0]'],
    ['under a key with $$ in it', { a$$b: half }, 'value.a$$b'],
    ['beside what is more than JSON', [1n, new Set([half])], 'value[1].$set[0]'],
  ])('is refused, %s, and the message says where it sits', (_, value, place) => {
    const message = `${place}: half of a surrogate pair cannot be carried where text is 'bytes'`;
    expect(() => octets.encode(value)).toThrow(message);
    expect(octets.isPlain(value)).toBe(false);
  });

  test('is refused where the value would be plain, too', () => {
    expect(() => octets.encodePlain([half])).toThrow(/^value\[0\]: half/);
    expect(octets.encodePlain(['a', null])).toBe('["a",null]');
    expect(octets.encodePlain([1n])).toBeUndefined();
    expect(octets.encodePlain(new Date(0))).toBeUndefined();
  });

  test('is not what a whole pair, or a text about one, is taken for', () => {
    for (const value of ['😀', '\\ud800', ['\\\\ud83d', null, true, { 'é😀': '\ud83d\ude00' }]]) {
      expect(octets.isPlain(value)).toBe(true);
      expect(octets.decode(octets.encode(value) as string)).toEqual(value);
    }
    expect(octets.isPlain(1n)).toBe(false);
    expect(octets.name).toBe('EJSON');
  });

  test('is refused beside bytes as well, which arrive', () => {
    const blocks = withOctets(ejson);
    expect(() => blocks.encode([numbers(600), half])).toThrow(/^value\[1\]: half/);
    expect(there(blocks, [numbers(600), 'é'])).toStrictEqual([numbers(600), 'é']);
  });
});

describe('a block that is sent', () => {
  test('has a number of its own, and tells where what is added begins', () => {
    const [one, other] = [new Block(), new Block()];
    expect(other.number).toBe(one.number + 1);
    expect([one.add(numbers(3)), one.add(numbers(0)), one.add(numbers(5)), one.length]).toEqual([0, 3, 3, 8]);
    expect(one.take()).toEqual([Buffer.from([0, 1, 2, 0, 1, 2, 3, 4])]);
    expect([one.take(), other.take()]).toEqual([[], []]);
  });

  test('keeps bytes as they were when they were added', () => {
    const bytes = Uint8Array.of(1);
    const block = new Block();
    block.add(bytes);
    bytes[0] = 2;
    expect(block.take()).toEqual([Buffer.of(1)]);
  });

  test('has what is short in few pieces, of a megabyte at most, and what is long in one of its own', () => {
    const block = new Block();
    const [short, long] = [numbers(1000), new Uint8Array(3 * 2 ** 20).fill(7)];
    for (let count = 0; count < 100; count++) block.add(short);
    block.add(long);
    const pieces = block.take();
    expect(pieces.length).toBeLessThan(12);
    expect(pieces.at(-1)).toHaveLength(3 * 2 ** 20);
    const many = new Block();
    for (let count = 0; count < 5000; count++) many.add(short);
    expect(Math.max(...many.take().map(({ length }) => length))).toBe(2 ** 20);
    expect(pieces[0]).toHaveLength(4096);
    const expected = Buffer.concat([...Array<Uint8Array>(100).fill(short), long]);
    expect(Buffer.concat(pieces).equals(expected)).toBe(true);
    const only = new Block();
    only.add(numbers(5000));
    expect(only.take()[0]?.buffer.byteLength).toBe(5000);
  });

  test('stays with its text when that becomes part of another one', () => {
    const block = new Block();
    block.add(numbers(4));
    const payload = wrapped(new Blocked('a', block), (text) => `(${text})`) as Blocked;
    expect([payload.text, payload.block, payload.length]).toEqual(['(a)', block, 7]);
    expect(wrapped('a', (text) => `(${text})`)).toBe('(a)');
  });
});

describe('blocks that arrive', () => {
  test('come one after the other, each number once, and count more than their bytes', () => {
    const bytes = new ReceivedBytes();
    expect([bytes.missing, bytes.size]).toEqual([0, 0]);
    expect(bytes.begin(1, 10)).toBe(true);
    expect([bytes.missing, bytes.size, bytes.begin(2, 1)]).toEqual([10, 266, false]);
    bytes.add(Buffer.from(numbers(6)), 2, 6);
    expect(bytes.missing).toBe(6);
    bytes.add(Buffer.from(numbers(9)), 0, 6);
    expect([bytes.missing, bytes.begin(1, 1), bytes.begin(2, 0), bytes.missing, bytes.size]).toEqual([
      0,
      false,
      true,
      0,
      522,
    ]);
    expect(bytes.bytesAt(1, 0, 10)).toEqual(Uint8Array.of(2, 3, 4, 5, 0, 1, 2, 3, 4, 5));
    expect(bytes.bytesAt(2, 0, 0)).toEqual(new Uint8Array(0));
    bytes.checkNamed();
  });

  test('have no memory that has only been announced, beyond a megabyte', () => {
    const bytes = new ReceivedBytes();
    const length = 2 ** 20 + 10;
    bytes.begin(1, length);
    expect(() => bytes.bytesAt(1, 0, length)).toThrow('block 1 has no 1048586 bytes at 0');
    const content = Buffer.alloc(length, 'abc');
    bytes.add(content, 0, 5);
    bytes.add(content, 5, length);
    expect(content.equals(bytes.bytesAt(1, 0, length))).toBe(true);
    bytes.checkNamed();
  });

  test('are read right to where they belong, also before all of their memory is there', () => {
    const bytes = new ReceivedBytes();
    const content = Buffer.alloc(3 * 2 ** 20, 'abcdefg');
    bytes.begin(1, content.length);
    const rooms: number[] = [];
    let end = 0;
    const read = (room: Buffer): number => {
      rooms.push(room.length);
      end += content.copy(room, 0, end, end + 700_000);
      return Math.min(700_000, room.length);
    };
    expect(bytes.fill(content.length, () => 0)).toBe(0);
    while (bytes.missing > 0) bytes.fill(2 ** 20, read);
    expect(rooms).toEqual([2 ** 20, 2 ** 20 - 700_000, 2 ** 20, 2 ** 20, 2 ** 20 - 351_424]);
    expect(content.equals(bytes.bytesAt(1, 0, content.length))).toBe(true);
  });

  test('are given out as parts with memory of their own, or as they are', () => {
    const bytes = received({ 1: numbers(10) });
    const part = bytes.bytesAt(1, 2, 3);
    expect([part, part.buffer.byteLength]).toEqual([Uint8Array.of(2, 3, 4), 3]);
    expect(bytes.bytesAt(1, 0, 10).buffer).toBe(bytes.bytesAt(1, 0, 10).buffer);
    for (const [start, length] of [[8, 3], [-1, 2], [0, -1], [0.5, 1], [0, 1.5], [11, 0], [Number.NaN, 1]] as const) // biome-ignore format: short
      expect(() => bytes.bytesAt(1, start, length)).toThrow(`block 1 has no ${length} bytes at ${start}`);
    expect(bytes.bytesAt(1, 10, 0)).toHaveLength(0);
    expect(() => bytes.bytesAt(2, 0, 1)).toThrow('there is no block 2');
  });

  type Named = readonly (readonly [number: number, start: number, length: number])[];
  test.each<[string, Named, string | undefined]>([
    [
      'each byte once, in any order',
      [
        [2, 2, 4],
        [1, 5, 5],
        [2, 0, 2],
        [1, 0, 5],
      ],
      undefined,
    ],
    ['nothing of one of them', [[1, 0, 10]], '6 bytes of block 2 are not named'],
    [
      'not the end',
      [
        [1, 0, 9],
        [2, 0, 6],
      ],
      '1 bytes of block 1 are not named',
    ],
    [
      'not the middle',
      [
        [1, 0, 4],
        [1, 5, 5],
        [2, 0, 6],
      ],
      '1 bytes of block 1 are not named',
    ],
    [
      'one byte twice, and one not at all',
      [
        [1, 0, 6],
        [1, 5, 4],
        [2, 0, 6],
      ],
      'bytes of block 1 are named twice',
    ],
    [
      'all of it twice',
      [
        [2, 0, 6],
        [1, 0, 10],
        [2, 0, 6],
      ],
      'bytes of block 2 are named twice',
    ],
    [
      'none of them, amid others',
      [
        [1, 0, 10],
        [1, 3, 0],
        [2, 0, 6],
      ],
      'bytes of block 1 are named twice',
    ],
  ])('are checked for what names %s', (_, named, complaint) => {
    const bytes = received({ 1: numbers(10), 2: numbers(6) });
    for (const place of named) bytes.bytesAt(...place);
    if (complaint === undefined) bytes.checkNamed();
    else expect(() => bytes.checkNamed()).toThrow(complaint);
  });
});
