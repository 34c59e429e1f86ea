// What a stack of several languages is made of may be anything: it has at most a hundred lines, and reading it never throws.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { captureStackTrace } from '../src/common/globals.js';
import { addPlace, giveOneStack, linesOfFrames, tellFrames, toldStack } from '../src/common/one-stack.js';
import { RemoteException } from '../src/index.js';
import { onTestFinished } from './finish.js';
import { effort } from './fuzzing.js';
import { THROWN } from './hostile-throws.js';

/** An exception of another language, with its frames there, behind which is `inner`, and for which `wait` waits. */
function exception(frames: unknown, inner?: unknown, wait = function waits() {}): RemoteException {
  const told = { data: 'so', remoteMessage: 'so', type: 'Odd', traceback: undefined };
  const error = new RemoteException('Lang', 'CALL "f"', told);
  const waiting = {};
  tellFrames(error, linesOfFrames(frames, 'Lang'), inner);
  captureStackTrace(waiting, wait);
  giveOneStack(error, waiting, undefined);
  return error;
}

/** What has to hold of every stack. */
function checked(error: Error): string[] {
  const { stack } = error;
  expect(typeof stack).toBe('string');
  const [header, ...lines] = (stack as string).split('\n');
  expect(header).toBe('RemoteException: [Lang] CALL "f": Odd: so');
  expect(lines.length).toBeLessThanOrEqual(101);
  for (const line of lines) {
    expect(line).toMatch(/^ {4}(at |\.\.\. \d+ frames left out \.\.\.$)/);
    expect(line.length).toBeLessThanOrEqual(1000);
  }
  return lines;
}

describe('frames as they are told', () => {
  test('are lines like those of V8, with the language', () => {
    const frames = [['f', '/a.py', 3], ['g', '/b c.py', 4, 5], 7, ['', 'x', 1], ['h', '', 0], ['i', '/a']];
    expect(linesOfFrames(frames, 'Python')).toEqual([
      '    at f [Python] (/a.py:3)',
      '    at g [Python] (/b c.py:4:5)',
      7,
      '    at <anonymous> [Python] (x:1)',
      '    at h [Python] (:0)',
      '    at i [Python] (/a)',
    ]);
  });

  test('may be anything', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a\nb', '\u001b[2J', 'x'.repeat(5000), '\ud800'),
    );
    const frame = fc.oneof(fc.array(fc.oneof(text, fc.integer(), fc.anything())), fc.integer(), fc.anything());
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(frame)), (told) => {
        checked(exception(told, exception(told)));
      }),
      effort(160),
    );
  });

  test('of which there are very many are counted', () => {
    const lines = checked(exception(Array.from({ length: 5000 }, (_, line) => [`f${line}`, '/a.py', line])));
    expect(lines[0]).toContain('at f0 ');
    const counted = lines.map((line) => Number(/^ {4}\.\.\. (\d+) frames/.exec(line)?.[1] ?? 1));
    expect(counted.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(5000);
  });
});

describe('whatever the host has thrown', () => {
  test.each(Object.keys(THROWN))('%s is behind a stack, and is told', (name) => {
    const thrown = THROWN[name]?.();
    expect(typeof toldStack(thrown)).toBe('string');
    const error = exception([['f', '/a.py', 3]], thrown);
    expect(checked(error)).toContain('    at f [Lang] (/a.py:3)');
    expect(toldStack(error)).toContain('    at f [Lang] (/a.py:3)');
  });

  test('the message of an error is not taken for frames', () => {
    expect(toldStack(new Error('one\n    at nowhere (/tmp/no.js:1:2)\n'))).not.toContain('nowhere');
  });

  test('a stack of many megabytes is cut', () => {
    const error = Object.assign(new Error('long'), {
      stack: `Error: long\n${'    at f (/a.js:1:2)\n'.repeat(1_000_000)}`,
    });
    expect(toldStack(error).length).toBeLessThan(5000);
    expect(checked(exception([], error)).length).toBeLessThanOrEqual(101);
  });
});

describe('a recursion of 10,000 levels', () => {
  function deep(): RemoteException {
    let error = exception([['level0', '/a.py', 1]], new Error('the first'));
    for (let level = 1; level < 10_000; level++) error = exception([[`level${level}`, '/a.py', level]], error);
    return error;
  }

  test('shows both ends, and how many frames are between them', () => {
    const { stackTraceLimit } = Error;
    onTestFinished(() => {
      Error.stackTraceLimit = stackTraceLimit;
    });
    Error.stackTraceLimit = 0;
    const lines = checked(deep());
    expect(lines[0]).toBe('    at level0 [Lang] (/a.py:1)');
    expect(lines.at(-1)).toBe('    at level9999 [Lang] (/a.py:9999)');
    expect(lines[50]).toBe('    ... 9900 frames left out ...');
  });

  test('costs each level no more than the last, where each reads it', () => {
    let error = exception([['level0', '/a.py', 1]]);
    for (let level = 1; level < 2000; level++) {
      error = exception([[`level${level}`, '/a.py', level]], error);
      expect(error.stack?.length).toBeLessThan(100_000);
      expect(toldStack(error).split('\n').length).toBeLessThanOrEqual(41);
    }
  });
});

describe('a program that has its own stacks', () => {
  const { prepareStackTrace, stackTraceLimit } = Error;
  function withPrepare(prepare: unknown): void {
    onTestFinished(() => {
      Object.assign(Error, { prepareStackTrace, stackTraceLimit });
    });
    Object.assign(Error, { prepareStackTrace: prepare });
  }

  test.each([
    [
      'throws',
      () => {
        throw new Error('no stack');
      },
    ],
    ['gives no text', () => [1, 2]],
    [
      'gives a proxy',
      () =>
        new Proxy(
          {},
          {
            get() {
              throw new Error('trap');
            },
          },
        ),
    ],
    ['gives megabytes', () => `x${'\n    at f (/a.js:1:2)'.repeat(100_000)}`],
  ])('and whose prepareStackTrace %s, has the frames of the other language', (_, prepare) => {
    withPrepare(prepare);
    const error = exception([['f', '/a.py', 3]], new Error('inner'));
    addPlace(error, {});
    expect(checked(error).some((line) => line.includes('[Lang]') || line.includes('left out'))).toBe(true);
  });

  test('and sets the stack of an error, has what it has set', () => {
    const error = exception([['f', '/a.py', 3]]);
    error.stack = 'mine';
    expect(error.stack).toBe('mine');
    expect(Object.keys(error)).not.toContain('stack');
  });
});
