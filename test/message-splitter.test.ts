import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newMark } from '../src/wire/mark.js';
import { MessageSplitter } from '../src/wire/message-splitter.js';
import type { ReceivedBytes } from '../src/wire/received-bytes.js';
import { splitterInto } from './found.js';
import { effort } from './fuzzing.js';

const MARK = newMark().text;

/** What a splitter finds in `bytes`, given in pieces of at most `size` bytes. */
function split(bytes: Buffer, size = bytes.length, maxBytes = 1e6) {
  const found = { output: '', messages: [] as string[], tooLong: 0 };
  const splitter = splitterInto(found, MARK, maxBytes);
  for (let start = 0; start < bytes.length; start += size) splitter.push(bytes.subarray(start, start + size));
  splitter.end();
  return found;
}

const bytes = (text: string): Buffer => Buffer.from(text);

describe('messages and output', () => {
  test.each([
    ['a message', `${MARK} RETURN 1 "é"\n`, '', ['RETURN 1 "é"']],
    ['a message behind an unfinished line', `50%${MARK} RETURN 1 \n`, '50%', ['RETURN 1 ']],
    ['output around messages', `a\n${MARK} A\nb${MARK} B\nc`, 'a\nbc', ['A', 'B']],
    [
      'a message in pieces, with output between them',
      `${MARK}+AB\nnoise\n${MARK}+CD\n${MARK} E\n`,
      'noise\n',
      ['ABCDE'],
    ],
    ['a mark that is followed by neither', `${MARK}x\n`, `${MARK}x\n`, []],
    ['the beginning of a mark, and no more', MARK.slice(0, 5), MARK.slice(0, 5), []],
    ['a mark right after the beginning of one', `${MARK.slice(0, 3)}${MARK} A\n`, MARK.slice(0, 3), ['A']],
    ['an empty message', `${MARK} \n`, '', ['']],
    ['a guess at the mark', `${newMark().text} RETURN 1 "forged"\n`, undefined, []],
  ])('%s, however the bytes are cut', (_what, text, output, messages) => {
    const whole = bytes(text);
    for (let size = 1; size <= whole.length; size++) {
      const found = split(whole, size);
      expect(found.messages).toEqual(messages);
      if (output !== undefined) expect(found.output).toBe(bytes(output).toString('latin1'));
    }
  });

  test('any mixture of output and messages comes apart again, however it is cut', () => {
    const part = fc.oneof(
      fc.record({ output: fc.uint8Array({ maxLength: 40 }) }),
      fc.record({
        message: fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\n')),
        pieces: fc.nat(3),
      }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.integer({ min: 1, max: 50 }), (parts, size) => {
        const wire = Buffer.concat(
          parts.flatMap((item) => ('output' in item ? [Buffer.from(item.output)] : framed(item))),
        );
        const found = split(wire, size);
        expect(found.messages).toEqual(parts.flatMap((item) => ('message' in item ? [item.message] : [])));
        const output = Buffer.concat(parts.flatMap((item) => ('output' in item ? [item.output] : [])));
        expect(found.output).toBe(output.toString('latin1'));
      }),
      effort(2000),
    );
  });
});

describe('a long message', () => {
  test.each([1, 2, 3, 4])('of characters of %i bytes stays whole, wherever it is cut', (length) => {
    const character = ['a', 'é', '€', '😀'][length - 1] as string;
    for (const before of ['', 'x', 'xy', 'xyz']) {
      const message = before + character.repeat(100_000 / length);
      for (const size of [1000, 4099, 65_536]) {
        expect(split(Buffer.concat(framed({ message, pieces: 7 })), size).messages).toEqual([message]);
      }
    }
  });

  test.each([
    ['a byte that begins nothing', 'ff'],
    ['a character without its end', 'e282'],
    ['an end without its character', '8080'],
    ['half of a surrogate pair', 'eda080'],
  ])('with %s is none, wherever that stands', (_what, hex) => {
    for (const place of [0, 1, 32_767, 32_768, 99_999, 100_000]) {
      const body = Buffer.concat([
        Buffer.alloc(place, 'x'),
        Buffer.from(hex, 'hex'),
        Buffer.alloc(100_000 - place, 'x'),
      ]);
      const wire = Buffer.concat([bytes(`${MARK} `), body, bytes('\n')]);
      for (const size of [4099, 65_536, wire.length]) {
        expect(split(wire, size).messages).toEqual([expect.stringMatching(/^\(not UTF-8\) /)]);
      }
    }
  });

  test('that says the character which stands for what is not UTF-8 says just that', () => {
    const message = '\ufffd'.repeat(50_000);
    expect(split(bytes(`${MARK} ${message}\n`), 4099).messages).toEqual([message]);
  });
});

/** A message in so many pieces, as a driver would write it. */
function framed({ message, pieces }: { message: string; pieces: number }): Buffer[] {
  const body = bytes(message);
  const size = Math.ceil(body.length / (pieces + 1)) || 1;
  const cuts = Array.from({ length: pieces }, (_, index) => body.subarray(index * size, (index + 1) * size));
  const last = body.subarray(pieces * size);
  return [...cuts.flatMap((cut) => [bytes(`${MARK}+`), cut, bytes('\n')]), bytes(`${MARK} `), last, bytes('\n')];
}

describe('an announced message', () => {
  /** What a splitter finds when this arrives by one way, and that by the other, in pieces of so many bytes, in turns. */
  function splitBoth(way: Buffer, bulk: Buffer, size: number, maxBytes = 1e6) {
    const found: string[] = [];
    let isAwaited = false;
    const splitter = new MessageSplitter(MARK, maxBytes, {
      output: (chunk) => found.push(`out ${chunk}`),
      message: (text) => found.push(text),
      tooLong: () => found.push('too long'),
      awaitBulk: (value) => {
        isAwaited = value;
      },
      tooMuchBehind: () => {},
    });
    let [read, taken] = [0, 0];
    while (read < way.length || (isAwaited && taken < bulk.length)) {
      if (isAwaited) {
        splitter.pushBulk(bulk.subarray(taken, taken + size));
        taken += size;
      } else {
        splitter.push(way.subarray(read, read + size));
        read += size;
      }
    }
    return found;
  }

  test('comes by its own way, and in its place', () => {
    const texts = ['"é€😀"'.repeat(300), '"x"', `"${'y'.repeat(5000)}"`];
    const announce = (text: string): string => `${MARK}=${Buffer.byteLength(text)}\n`;
    const way = bytes(
      `${MARK} A\n${announce(texts[0] as string)}${announce(texts[1] as string)}${MARK} B\no${announce(texts[2] as string)}${MARK} C\n`,
    );
    for (const size of [1, 2, 3, 7, 100, 1000, 1e6]) {
      expect(splitBoth(way, bytes(texts.join('')), size)).toEqual([
        'A',
        texts[0],
        texts[1],
        'B',
        'out o',
        texts[2],
        'C',
      ]);
    }
  });

  test('of more than is accepted is not waited for', () => {
    expect(splitBoth(bytes(`${MARK}=2000\n${MARK} A\n`), bytes('x'.repeat(2000)), 50, 1000)).toEqual(['too long']);
  });

  test.each(['', '0', '-1', '1e3', '12x', '9'.repeat(20)])('of %j bytes is a message that makes no sense', (length) => {
    expect(splitBoth(bytes(`${MARK}=${length}\n`), bytes(''), 50)).toEqual([`an announcement of ${length}`]);
  });

  test('that never was takes no memory', () => {
    const splitter = new MessageSplitter(MARK, 1e9, {
      output() {},
      message() {},
      awaitBulk() {},
      tooMuchBehind() {},
      tooLong: () => ends++,
    });
    let ends = 0;
    for (let count = 0; count < 20; count++) splitter.pushBulk(Buffer.alloc(100_000));
    expect(ends).toBeGreaterThan(0);
  });
});

describe('an abandoned message', () => {
  /** A splitter, and what it finds, in order; a message without its bytes. */
  function splitterOfBoth() {
    const found: string[] = [];
    const splitter = new MessageSplitter(MARK, 1e6, {
      output: (chunk) => found.push(`out ${chunk}`),
      message: (text) => found.push(text),
      tooLong: () => found.push('too long'),
      awaitBulk: () => {},
      tooMuchBehind: () => found.push('too much'),
    });
    return { found, splitter };
  }

  test.each([
    ['in pieces', `${MARK}+AB\n${MARK}+CD\n${MARK}!\n${MARK} E\n`],
    ['of which nothing has come', `${MARK}!\n${MARK} E\n`],
  ])('%s is forgotten', (_, text) => {
    for (const size of [1, 3, 1000])
      expect(split(bytes(text), size)).toEqual({ output: '', messages: ['E'], tooLong: 0 });
  });

  test('with something in it is none: whoever waits for what it has swallowed has to hear of it', () => {
    for (const size of [1, 3, 1000])
      expect(split(bytes(`${MARK}+AB\n${MARK}!${MARK} E\n`), size).messages).toEqual([`!${MARK} E`]);
  });

  test('that was announced is forgotten, however much of it has come', () => {
    for (const taken of [0, 1, 9, 10]) {
      for (const size of [1, 3, 1000]) {
        const found: string[] = [];
        const splitter = new MessageSplitter(MARK, 1e6, {
          output: (chunk) => found.push(`out ${chunk}`),
          message: (text) => found.push(text),
          tooLong: () => found.push('too long'),
          awaitBulk: (isAwaited) => found.push(isAwaited ? 'awaited' : 'over'),
          tooMuchBehind: () => found.push('too much'),
        });
        splitter.push(bytes(`${MARK}=10\n`));
        if (taken > 0) splitter.pushBulk(bytes('0123456789'.slice(0, taken)));
        const rest = bytes(`${MARK}!\n${MARK} A\n`);
        for (let start = 0; start < rest.length; start += size) splitter.push(rest.subarray(start, start + size));
        expect(found).toEqual(taken < 10 ? ['awaited', 'over', 'A'] : ['awaited', 'over', '0123456789', 'A']);
      }
    }
  });

  test('is not the one before it, of which not all has come yet', () => {
    for (const size of [1, 3, 1000]) {
      const { found, splitter } = splitterOfBoth();
      const way = bytes(`${MARK}=10\n${MARK} A\n${MARK}=20\n${MARK}!\n${MARK} B\n`);
      for (let start = 0; start < way.length; start += size) splitter.push(way.subarray(start, start + size));
      expect(found).toEqual([]);
      splitter.pushBulk(bytes('0123456789abc'));
      expect(found).toEqual(['0123456789', 'A', 'B']);
    }
  });

  test.each([
    ['a message that came in pieces', '=10\n', '+AB\n', '!\n'],
    ['a message announced later, of which a block was announced first', '=10\n', '@1 20\n', '!\n'],
    ['a block announced later', '=10\n', ' A\n', '@1 20\n', '!\n'],
    ['a block that came in pieces', '=10\n', '*1 20\n', '!\n'],
  ])('that is %s leaves what was announced before it', (_, ...pieces) => {
    for (const size of [1, 3, 1000]) {
      const { found, splitter } = splitterOfBoth();
      const way = bytes(`${[...pieces, ' B\n'].map((piece) => `${MARK}${piece}`).join('')}`);
      for (let start = 0; start < way.length; start += size) splitter.push(way.subarray(start, start + size));
      expect(found).toEqual([]);
      splitter.pushBulk(bytes('0123456789'));
      expect(found).toEqual(pieces.includes(' A\n') ? ['0123456789', 'A', 'B'] : ['0123456789', 'B']);
    }
  });

  test('takes back the blocks in front of it, which have been announced or have come', () => {
    for (const size of [1, 3, 1000]) {
      const { found, splitter } = splitterOfBoth();
      const way = bytes(
        `${MARK}@1 10\n${MARK}*2 5\n${MARK}#5\nhello${MARK}!\n${MARK} A\n${MARK}@3 20\no${MARK}!\n${MARK} B\n`,
      );
      for (let start = 0; start < way.length; start += size) splitter.push(way.subarray(start, start + size));
      expect(found).toEqual([]);
      splitter.pushBulk(bytes('0123456789'));
      expect(found).toEqual(['A', 'out o', 'B']);
    }
  });

  test('lets nobody pile up what stands behind an announcement', () => {
    let isTooMuch = false;
    const splitter = new MessageSplitter(MARK, 1e6, {
      output() {},
      message() {},
      awaitBulk() {},
      tooLong() {},
      tooMuchBehind: () => {
        isTooMuch = true;
      },
    });
    splitter.push(bytes(`${MARK}=10\n`));
    for (let count = 0; count < 10; count++) splitter.push(Buffer.alloc(200_000));
    expect(isTooMuch).toBe(true);
  });
});

describe('bytes that are taken before all else', () => {
  const wire = Buffer.concat([
    bytes(`a${MARK}*1 9\n${MARK}#4\nabc\nnoise${MARK}#3\n${MARK.slice(0, 3)}${MARK}#2\n\xff`),
    bytes(`z${MARK} FIRST\n${MARK}*2 3\n${MARK}#3\nxyz${MARK}+SEC\nb${MARK} OND\n`),
  ]);

  /** What is found, and how much `pushBytes` has taken, where a buffer for all reads is used again at once. */
  function splitInTurns(size: number) {
    const found: unknown[] = [];
    let output = '';
    const splitter = new MessageSplitter(MARK, 1e6, {
      output: (chunk) => {
        output += chunk.toString('latin1');
      },
      message: (text, block) => found.push([text, [1, 2].map((number) => blockOf(block, number))]),
      tooLong: () => found.push('too long'),
      awaitBulk: () => {},
      tooMuchBehind: () => {},
    });
    let taken = 0;
    for (let start = 0; start < wire.length; start += size) {
      const buffer = Buffer.from(wire.subarray(start, start + size));
      const count = splitter.pushBytes(buffer);
      taken += count;
      if (count < buffer.length) splitter.push(Buffer.from(buffer.subarray(count)));
      buffer.fill(0);
    }
    return { found, output, taken };
  }

  function blockOf(block: ReceivedBytes | undefined, number: number): string | undefined {
    try {
      return Buffer.from(block?.bytesAt(number, 0, [0, 9, 3][number] as number) ?? []).toString('latin1');
    } catch {
      return undefined;
    }
  }

  test('are what they would be otherwise, however they are cut', () => {
    const whole = splitInTurns(wire.length);
    expect(whole.output).toBe('anoisezb');
    expect(whole.found).toEqual([
      ['FIRST', [`abc\n${MARK.slice(0, 3)}\xc3\xbf`, undefined]],
      ['SECOND', [undefined, 'xyz']],
    ]);
    expect(whole.taken).toBe(0); // they are behind something else
    for (let size = 1; size < wire.length; size++) {
      const { found, output, taken } = splitInTurns(size);
      expect({ found, output }, `cut at ${size}`).toEqual({ found: whole.found, output: whole.output });
      if (size === 1) expect(taken).toBe(12);
    }
  });
});

describe('limits', () => {
  test('a message beyond the limit is reported once, and nothing after it is heard', () => {
    const found = split(bytes(`${MARK} ${'x'.repeat(2000)}\n${MARK} A\n`), 100, 1000);
    expect(found).toEqual({ output: '', messages: [], tooLong: 1 });
  });

  test('a line without end does not pile up beyond the limit', () => {
    expect(split(bytes(`${MARK} ${'x'.repeat(5000)}`), 100, 1000).tooLong).toBe(1);
  });

  test('pieces count together', () => {
    expect(split(bytes(`${MARK}+${'x'.repeat(600)}\n`.repeat(2)), 100, 1000).tooLong).toBe(1);
  });

  test('marks differ, and cannot be guessed', () => {
    const marks = new Set(Array.from({ length: 1000 }, () => newMark().text));
    expect(marks.size).toBe(1000);
    expect(newMark().text).toHaveLength(25);
  });
});
