// What is long: the blocks of bytes in front of a message, and the second way by which long messages come.

import { describe, expect, test } from 'vitest';
import { BulkWay } from '../src/wire/bulk-way.js';
import { headingIn, IncomingBlocks } from '../src/wire/incoming-blocks.js';

const MARK = Buffer.from('<mark>');
const MOST = 2 ** 20;

describe('blocks of bytes', () => {
  test('the heading of a block is its number and its length, and nothing else', () => {
    expect(headingIn('1 5')).toEqual({ number: 1, length: 5 });
    for (const text of [
      '',
      '1',
      '1 ',
      ' 5',
      '1 5 ',
      '1 5 6',
      '01 5',
      '1 05',
      '-1 5',
      'x 5',
      '1 x',
      '1  5',
      '0 5',
      '1 0',
    ]) {
      expect(headingIn(text), text).toBeUndefined();
    }
  });

  test('are taken piece by piece, and belong to the message that comes next', () => {
    const blocks = new IncomingBlocks();
    expect([blocks.areThere, blocks.size, blocks.isInPiece, blocks.take()]).toEqual([false, 0, false, undefined]);
    expect(blocks.begin({ number: 1, length: 5 })).toBe(true);
    expect(blocks.areThere).toBe(true);
    expect(blocks.beginPiece(3)).toBe(true);
    expect(blocks.isInPiece).toBe(true);
    expect(blocks.takePiece(Buffer.from('..ab'), 2)).toBe(4);
    expect(blocks.isInPiece).toBe(true);
    expect(blocks.takePiece(Buffer.from('c, and more'), 0)).toBe(1);
    expect(blocks.isInPiece).toBe(false);
    expect(blocks.beginPiece(2)).toBe(true);
    expect(blocks.takePiece(Buffer.from('de'), 0)).toBe(2);
    expect(blocks.size).toBeGreaterThanOrEqual(5);
    const bytes = blocks.take();
    expect(bytes).toBeDefined();
    expect([blocks.areThere, blocks.size, blocks.take()]).toEqual([false, 0, undefined]);
  });

  test('a block before the last one is complete, a second one of a number, and a piece that is empty or too long are refused', () => {
    const blocks = new IncomingBlocks();
    expect(blocks.beginPiece(1)).toBe(false);
    expect(blocks.begin({ number: 1, length: 5 })).toBe(true);
    expect(blocks.begin({ number: 2, length: 5 })).toBe(false);
    expect([blocks.beginPiece(0), blocks.beginPiece(6), blocks.isInPiece]).toEqual([false, false, false]);
    expect(blocks.beginPiece(5)).toBe(true);
    blocks.takePiece(Buffer.from('abcde'), 0);
    expect(blocks.begin({ number: 1, length: 1 })).toBe(false);
    expect(blocks.begin({ number: 2, length: 1 })).toBe(true);
  });
});

describe('the second way', () => {
  function open() {
    const taken: string[] = [];
    const taker = {
      add: (bytes: Buffer, start: number, end: number) => taken.push(bytes.toString('latin1', start, end)),
    };
    return { way: new BulkWay(MARK), taken, taker };
  }

  test('what has been announced is awaited until it is all there; what comes behind it is the next', () => {
    const { way, taken, taker } = open();
    expect(way.isAwaited).toBe(false);
    way.announce(5, taker);
    expect([way.isAwaited, taken]).toEqual([true, []]);
    way.push(Buffer.from('abc'));
    expect(way.isAwaited).toBe(true);
    way.push(Buffer.from('defg'));
    expect([way.isAwaited, taken]).toEqual([false, ['abc', 'de']]);
    way.push(Buffer.from('h'));
    expect(taken).toEqual(['abc', 'de']);
    way.announce(3, taker);
    expect([way.isAwaited, taken]).toEqual([false, ['abc', 'de', 'fgh']]);
  });

  test('has what there is read right to where it belongs, a megabyte in a turn at most', () => {
    const { way } = open();
    const memory = Buffer.alloc(3 * MOST);
    let end = 0;
    const fill = (most: number, read: (room: Buffer) => number): number => {
      const count = read(memory.subarray(end, end + most));
      end += count;
      return count;
    };
    way.announce(MOST + 5, { add: () => {}, fill });
    const rooms: number[] = [];
    const read = (count: number) => (room: Buffer) => rooms.push(room.length) && Math.min(count, room.length);
    way.fill(read(0));
    expect([rooms, way.isAwaited]).toEqual([[MOST], true]);
    way.fill(read(MOST - 10));
    expect([rooms.splice(0), end, way.isAwaited]).toEqual([[MOST, MOST, 10], MOST, true]);
    way.fill(read(MOST));
    expect([rooms.splice(0), end, way.isAwaited]).toEqual([[5], MOST + 5, false]);
    way.fill(read(MOST));
    expect(rooms).toEqual([]);
  });

  test('a text, of which the bytes are nowhere kept, is not read like that', () => {
    const { way, taker } = open();
    way.announce(5, taker);
    way.fill(() => 5);
    expect(way.isAwaited).toBe(true);
  });

  test('more than a megabyte before an announcement, or of other messages behind one, is too much', () => {
    const { way, taker } = open();
    way.push(Buffer.alloc(MOST));
    expect(way.isTooEarly).toBe(false);
    way.push(Buffer.alloc(1));
    expect(way.isTooEarly).toBe(true);
    way.announce(MOST + 2, taker);
    expect(way.isTooEarly).toBe(false);
    way.keep(Buffer.alloc(MOST));
    expect(way.isTooMuchBehind).toBe(false);
    way.keep(Buffer.alloc(1));
    expect(way.isTooMuchBehind).toBe(true);
    expect(way.takeKept()).toHaveLength(MOST + 1);
    expect([way.isTooMuchBehind, way.takeKept()]).toEqual([false, Buffer.alloc(0)]);
  });

  test.each([
    ['an abandonment', ['<mark>!\n'], true],
    ['one in parts', ['noise<ma', 'rk>', '!', '\nmore'], true],
    ['one behind a mark that is only printed', ['<mark>?<mark>!\n'], true],
    ['a message', ['<mark> RETURN 1\n<mark>!\n'], false],
    ['an empty message', ['<mark> \n<mark>!\n'], false],
    ['an abandonment that does not end', ['<mark>!', 'x'], false],
    ['output', ['abandoned!\n'], false],
  ])('%s behind an announcement: is it taken back?', (_, chunks, isTakenBack) => {
    const { way, taker } = open();
    way.announce(5, taker);
    const answers = chunks.map((chunk) => way.keep(Buffer.from(chunk)));
    expect(answers.at(-1)).toBe(isTakenBack);
    expect(answers.slice(0, -1)).not.toContain(true);
    expect(way.isAwaited).toBe(!isTakenBack);
    expect(way.takeKept().toString()).toBe(chunks.join(''));
  });
});
