// What leaves at once, and what is held back until its turn has come.

import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CallSettings } from '../src/common/options.js';
import type { Frame, Request } from '../src/session/frame.js';
import { FrameStack } from '../src/session/frame-stack.js';
import { SendQueue } from '../src/session/send-queue.js';
import type { Payload } from '../src/wire/blocks.js';
import { addRequest } from './requests.js';

function open({ isConcurrent = false, interruptStopsAny = false } = {}) {
  const stack = new FrameStack(isConcurrent);
  const sent: (string | [line: string, isAwaited: boolean | undefined])[] = [];
  const stuck: Request[] = [];
  let lastId = 0;
  const queue = new SendQueue(
    stack,
    {
      send: (line, isAwaited) => {
        const text = typeof line === 'string' ? line : line.text;
        sent.push(isAwaited === undefined ? text : [text, isAwaited]);
      },
    },
    { isConcurrent, interruptStopsAny, onDeadlock: (request) => void stuck.push(request) },
  );
  const make = (frame: Frame, given: Partial<CallSettings> = {}, madeIn?: Frame): Request =>
    addRequest(frame, ++lastId, { given, madeIn });
  /** Makes a request, and has it sent; its line is its number. */
  const ask = (frame: Frame = stack.root, given: Partial<CallSettings> = {}, madeIn?: Frame): Request => {
    const request = make(frame, given, madeIn);
    queue.send(request, `${request.id}\n`);
    return request;
  };
  const answer = (request: Request): void => {
    request.frame.pending.delete(request);
    queue.flush();
  };
  return { stack, queue, sent, stuck, make, ask, answer };
}

/** A line with bytes beside it. */
function blocked(text: string): Exclude<Payload, string> {
  return { text, block: { isEscaped: false } } as Exclude<Payload, string>;
}

test('what nothing is before is awaited by the other side, and what follows is not', () => {
  const { sent, ask, answer } = open();
  const first = ask();
  ask();
  expect(sent).toEqual([
    ['1\n', true],
    ['2\n', false],
  ]);
  answer(first);
  expect(sent).toHaveLength(2);
});

test('what is asked of a frame that is not the innermost waits until it is', () => {
  const { stack, sent, ask, queue } = open();
  const outer = ask();
  const frame = stack.open(7, outer, 'f');
  const [held, behind] = [ask(), ask()];
  expect([held.heldLine, behind.heldLine, stack.root.held]).toEqual(['2\n', '3\n', 2]);
  expect(held.place).toBeDefined(); // to say later where it was made
  queue.flush();
  const inner = ask(frame);
  expect(inner.heldLine).toBeUndefined();
  expect(sent).toEqual([
    ['1\n', true],
    ['4\n', true],
  ]);
  stack.close(frame);
  queue.flush();
  expect(sent.slice(2)).toEqual(['2\n', '3\n']);
  expect([held.heldLine, stack.root.held]).toEqual([undefined, 0]);
  expect(ask().heldLine).toBeUndefined();
});

test('nothing goes before what is held in its frame; what is taken back never goes', () => {
  const { stack, sent, ask, queue } = open();
  const one = ask();
  const [held, last] = [ask(stack.root, { stderr: 'inherit' as never }), ask()];
  expect([held.heldLine, last.heldLine]).toEqual(['2\n', '3\n']);
  queue.withdraw(held);
  expect([held.heldLine, stack.root.held]).toEqual([undefined, 1]);
  stack.root.pending.delete(held);
  queue.flush();
  expect(sent).toEqual([['1\n', true], '3\n']);
  expect(one.heldLine).toBeUndefined();
});

test('what wants its standard error elsewhere waits, and its standard output only where calls run side by side', () => {
  for (const [isConcurrent, given, isHeld] of [
    [false, { stderr: 'inherit' }, true],
    [false, { stdout: 'inherit' }, false],
    [true, { stdout: 'inherit' }, true],
    [true, { stderr: 'inherit' }, true],
    [true, {}, false],
  ] as const) {
    const { stack, sent, ask, answer } = open({ isConcurrent });
    const first = ask();
    const other = ask(stack.root, given as Partial<CallSettings>);
    expect(other.heldLine !== undefined, JSON.stringify([isConcurrent, given])).toBe(isHeld);
    answer(first);
    expect(sent).toHaveLength(2);
  }
});

test('where an interrupt stops whatever runs, nothing follows what may be stopped', () => {
  const { signal } = new AbortController();
  for (const [interruptStopsAny, given, isHeld] of [
    [true, { signal }, true],
    [true, {}, false],
    [false, { signal }, false],
  ] as const) {
    const { stack, ask } = open({ interruptStopsAny });
    ask(stack.root, given);
    expect(ask().heldLine !== undefined).toBe(isHeld);
  }
  const { ask, stack } = open({ interruptStopsAny: true });
  const stopped = ask();
  stopped.isToBeStopped = true;
  const thread = stack.openBeside(7, undefined, 'f', 'thread');
  expect([ask().heldLine, ask(thread).heldLine, ask(thread).heldLine]).toEqual(['2\n', undefined, undefined]);
});

test('bytes follow nothing that an interrupt may stop in the middle of them, unless they are escaped', () => {
  for (const [interruptStopsAny, isInner, isHeld, isEscaped] of [
    [true, false, true, false],
    [true, true, false, true],
    [false, false, false, false],
    [false, true, false, false],
  ] as const) {
    const { stack, queue, ask, make } = open({ interruptStopsAny });
    const frame = isInner ? stack.open(7, undefined, 'f') : stack.root;
    ask(frame);
    const [request, line] = [make(frame), blocked('bytes\n')];
    queue.send(request, line);
    expect([request.heldLine !== undefined, line.block.isEscaped]).toEqual([isHeld, isEscaped]);
    const alone = open({ interruptStopsAny });
    const first = alone.make(alone.stack.root);
    alone.queue.send(first, blocked('bytes\n'));
    expect(first.heldLine).toBeUndefined();
  }
});

test('parts leave as they are made, and what a getter among them asks for waits until they are gone', () => {
  const { stack, queue, sent, make, ask } = open();
  ask();
  const sending = make(stack.root);
  const parts = function* () {
    yield 'a';
    ask();
    yield 'b';
  };
  queue.sendInParts(sending, parts(), 'line\n');
  expect(sent).toEqual([['1\n', true], 'PART 0 2 a\n', 'PART 0 2 b\n', 'line\n', '3\n']);
});

test('parts that cannot be made to the end are taken back, if any have left', () => {
  const { queue, sent, make, ask, stack } = open();
  const failing = function* () {
    yield 'a';
    throw new Error('no');
  };
  const first = make(stack.root);
  expect(() => queue.sendInParts(first, failing(), 'line\n')).toThrow('no');
  expect(sent).toEqual(['PART 0 1 a\n', 'PART 0 1 \n']);
  stack.root.pending.delete(first);
  expect(ask().heldLine).toBeUndefined(); // nothing is being sent any more
  stack.open(7, undefined, 'f');
  const held = make(stack.root);
  expect(() => queue.sendInParts(held, failing(), 'line\n')).toThrow('no');
  expect([sent.length, held.heldLine]).toEqual([3, undefined]);
});

test('parts whose turn has not come wait with their line', () => {
  const { queue, sent, make, stack } = open();
  const frame = stack.open(7, undefined, 'f');
  const held = make(stack.root);
  queue.sendInParts(held, ['a', 'b'], 'line\n');
  expect([sent, held.heldLine]).toEqual([[], `PART 0 ${held.id} a\nPART 0 ${held.id} b\nline\n`]);
  stack.close(frame);
  queue.flush();
  expect(sent).toEqual([`PART 0 ${held.id} a\nPART 0 ${held.id} b\nline\n`]);
});

test('what is held in the frames of tasks goes when the event loop goes on', () => {
  const { stack, sent, ask, queue } = open({ isConcurrent: true });
  const [task, quiet] = [stack.openBeside(7, undefined, 'f', 'task'), stack.openBeside(8, undefined, 'g', 'task')];
  const still = stack.open(9, undefined, 'h');
  const held = ask(task);
  queue.flush();
  expect([sent, held.heldLine, quiet.held]).toEqual([[], '1\n', 0]);
  stack.close(still);
  queue.flush();
  expect([sent, task.held]).toEqual([['1\n'], 0]);
});

test('a held request that waits for itself is reported in the next turn, unless it has been settled or the wait is over', async () => {
  for (const [change, isReported] of [
    ['none', true],
    ['settled', false],
    ['over', false],
    ['outside', false],
  ] as const) {
    const { stack, ask, stuck } = open();
    const outer = ask();
    const frame = stack.open(7, outer, 'f');
    const request = change === 'outside' ? ask() : ask(stack.root, {}, frame);
    if (change === 'settled') request.isSettled = true;
    if (change === 'over') frame.made.delete(request);
    expect(stuck).toEqual([]);
    await turn();
    expect(stuck, change).toEqual(isReported ? [request] : []);
  }
});
