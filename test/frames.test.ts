// Which requests are where, which of them the other side carries out, and which have met silence for too long.

import { expect, test } from 'vitest';
import { BondException, type TimeoutException } from '../src/common/errors.js';
import type { CallSettings } from '../src/common/options.js';
import { type Frame, inWords, nameOf, outermost, type Request, type RequestOptions } from '../src/session/frame.js';
import { FrameStack } from '../src/session/frame-stack.js';
import { RequestTimeouts } from '../src/session/request-timeouts.js';
import { settings } from './play.js';
import { addRequest } from './requests.js';

/** A request in a frame, behind those that are there. */
function ask(
  frame: Frame,
  id: number,
  options: Partial<RequestOptions> = {},
  given: Partial<CallSettings> = {},
): Request {
  return addRequest(frame, id, { options, given });
}

test('what is asked in a row is done in a row: only the first of it is carried out', () => {
  const stack = new FrameStack();
  expect([stack.running, stack.allRunning(), stack.all(), stack.find(1)]).toEqual([undefined, [], [], undefined]);
  const [first, second] = [ask(stack.root, 1), ask(stack.root, 2)];
  expect([stack.runs(first), stack.runs(second)]).toEqual([true, false]);
  expect(stack.running).toBe(first);
  expect(stack.allRunning()).toEqual([first]);
  expect(stack.all()).toEqual([first, second]);
  expect([stack.find(2), stack.find(3)]).toEqual([second, undefined]);
  expect([stack.isActive(stack.root), stack.canStandStill(stack.root), stack.isBesideOthers(first)]).toEqual([
    true,
    true,
    false,
  ]);
  first.heldLine = 'CALL';
  expect(stack.runs(first)).toBe(false);
});

test('a function of the host opens a frame in which the other side stands still until it is closed', () => {
  const stack = new FrameStack();
  const { root } = stack;
  const outer = ask(root, 1);
  const frame = stack.open(7, outer, 'f');
  expect(frame).toMatchObject({ id: 7, name: 'f', request: outer, below: root, waiter: 'interpreter', isOver: false });
  expect([stack.innermost, root.inner, outer.openFrame]).toEqual([frame, frame, frame]);
  expect([stack.isActive(root), stack.runs(outer), stack.canStandStill(root)]).toEqual([false, false, false]);
  expect(stack.running).toBe(outer); // which has led there

  const inner = ask(frame, 2);
  const deeper = stack.open(8, inner, 'g');
  expect([stack.innermost, root.inner, inner.openFrame, outer.openFrame]).toEqual([deeper, frame, deeper, frame]);
  expect(stack.allRunning()).toEqual([inner]);
  expect(outermost(ask(deeper, 3))).toBe(outer);
  expect(stack.all().map(({ id }) => id)).toEqual([1, 2, 3]);
  expect([1, 2, 3].map((id) => stack.find(id)?.frame)).toEqual([root, frame, deeper]);

  stack.close(deeper);
  expect([deeper.isOver, stack.innermost, root.inner, inner.openFrame]).toEqual([true, frame, frame, undefined]);
  stack.close(frame);
  expect([stack.innermost, root.inner, outer.openFrame]).toEqual([root, undefined, undefined]);
  const ofTimer = stack.open(9, undefined, 'h');
  expect([stack.running, root.inner]).toEqual([undefined, ofTimer]);
  stack.close(ofTimer);
  expect(stack.innermost).toBe(root);
});

test('the frame of a task is beside the others, and takes requests while nothing makes the event loop stand still', () => {
  const stack = new FrameStack(true);
  const { root } = stack;
  const awaiting = ask(root, 1);
  const [task, another] = [stack.openBeside(7, awaiting, 'f', 'task'), stack.openBeside(8, awaiting, 'g', 'task')];
  expect(task).toMatchObject({ waiter: 'task', below: root });
  expect([...(awaiting.taskFrames ?? [])]).toEqual([task, another]);
  expect([stack.innermost, root.inner, awaiting.openFrame]).toEqual([root, undefined, undefined]);
  const inTask = ask(task, 2);
  expect([stack.runs(awaiting), stack.runs(inTask), stack.isBesideOthers(inTask)]).toEqual([true, true, true]);
  expect([...stack.active()]).toEqual([root, task, another]);
  expect(stack.allRunning()).toEqual([awaiting, inTask]);
  expect([stack.find(2), stack.find(3)]).toEqual([inTask, undefined]);

  const still = stack.open(9, inTask, 'h');
  expect([stack.isActive(task), stack.canStandStill(task), stack.runs(inTask)]).toEqual([false, false, false]);
  expect([...stack.active()]).toEqual([still]);
  stack.close(still);
  expect([stack.isActive(task), stack.canStandStill(task)]).toEqual([true, true]);

  stack.close(task);
  expect([task.isOver, [...stack.tasks], [...(awaiting.taskFrames ?? [])]]).toEqual([true, [another], [another]]);
  const ofNobody = stack.openBeside(10, undefined, 'i', 'task');
  stack.close(ofNobody);
  expect([...stack.tasks]).toEqual([another]);
});

test('the frame of a thread takes requests at any time, and none of them may stop the interpreter', () => {
  const stack = new FrameStack();
  const thread = stack.openBeside(7, undefined, 'f', 'thread');
  expect(thread.below).toBeUndefined();
  const request = ask(thread, 1);
  expect(stack.running).toBe(request); // as nothing else runs
  stack.open(8, ask(stack.root, 2), 'g');
  expect([stack.isActive(thread), stack.runs(request), stack.canStandStill(thread)]).toEqual([true, true, false]);
  expect(stack.isBesideOthers(request)).toBe(true);
  expect(stack.running?.id).toBe(2);
});

test('side by side runs what has been sent, and in a thread what is first', () => {
  const stack = new FrameStack(true);
  const [one, two, three] = [ask(stack.root, 1), ask(stack.root, 2), ask(stack.root, 3)];
  three.heldLine = 'CALL';
  expect(stack.allRunning()).toEqual([one, two]);
  expect(stack.isBesideOthers(two)).toBe(true);
  const inner = stack.open(7, one, 'f');
  const [first, second] = [ask(inner, 4), ask(inner, 5)];
  expect([stack.runs(first), stack.runs(second), stack.isBesideOthers(second)]).toEqual([true, false, false]);
  expect(stack.allRunning()).toEqual([first]);

  const plain = new FrameStack();
  const thread = plain.openBeside(8, undefined, 'g', 'thread');
  const [begun, waiting] = [ask(thread, 1), ask(thread, 2)];
  const atRoot = ask(plain.root, 3);
  expect([plain.runs(begun), plain.runs(waiting)]).toEqual([true, false]);
  expect(plain.allRunning()).toEqual([atRoot, begun]);
});

test('the oldest of some requests is found in whatever frame it is', () => {
  const stack = new FrameStack(true);
  const first = ask(stack.root, 2);
  const frame = stack.open(7, first, 'f');
  const task = stack.openBeside(8, undefined, 'g', 'task');
  const [inner, inTask] = [ask(frame, 6), ask(task, 4)];
  ask(stack.root, 9);
  expect(stack.all().map(({ id }) => id)).toEqual([2, 4, 6, 9]);
  expect(stack.oldestBetween(0, 9)).toBe(first);
  expect(stack.oldestBetween(1, 2)).toBe(first);
  expect(stack.oldestBetween(2, 9)).toBe(inTask);
  expect(stack.oldestBetween(4, 8)).toBe(inner);
  expect(stack.oldestBetween(2, 3)).toBeUndefined();
  expect(stack.oldestBetween(9, 20)).toBeUndefined();
});

test('when nothing more will come, all frames but the outermost are over, and no request is left', () => {
  const stack = new FrameStack(true);
  const requests = [ask(stack.root, 1)];
  const frame = stack.open(7, requests[0], 'f');
  const task = stack.openBeside(8, undefined, 'g', 'task');
  requests.push(ask(task, 2), ask(frame, 3));
  expect(stack.clear()).toEqual(requests);
  expect([stack.root.isOver, frame.isOver, task.isOver]).toEqual([false, true, true]);
  expect([stack.all(), [...stack.tasks], stack.root.pending.size]).toEqual([[], [], 0]);
});

test('a request is called by its verb and its name, or by what has been given for that', () => {
  const linked = { text: () => 'np.arange(3)', failureAt: (path: readonly number[]) => `at ${path}` };
  const chain: RequestOptions = { verb: 'CALL_HOLD', subject: linked, payload: '', settings };
  expect(inWords({ verb: 'EVAL_BLOCK', subject: 'x'.repeat(50) })).toMatch(/^EVAL_BLOCK "x{38,40}…/);
  expect(inWords(chain)).toBe('CALL "np.arange(3)"');
  expect(inWords({ ...chain, shown: 'ITERATE xs' })).toBe('ITERATE xs');
  expect(nameOf(chain)).toEqual({ verb: 'CALL', name: 'np.arange(3)' });
  expect(nameOf({ ...chain, subject: 'f' })).toEqual({ verb: 'CALL', name: 'f' });
  expect(nameOf({ ...chain, shown: 'ITERATE x\ny z' })).toEqual({ verb: 'ITERATE', name: 'x\ny z' });
  expect(nameOf({ ...chain, shown: 'IMPORT' })).toEqual({ verb: 'IMPORT', name: '' });
  const stack = new FrameStack();
  expect(ask(stack.root, 1, chain).failureAt([1, 2])).toBe('at 1,2');
  expect(ask(stack.root, 2).failureAt([1])).toBeUndefined();
  expect(ask(stack.root, 3).what).toBe('CALL "f3"');
});

/** What is rejected for silence, and when the other side was heard last. */
function watched(stack: FrameStack, owner = { lang: 'Test', isHeldUp: () => false, isInterruptible: true }) {
  let tell: (rejected: { request: Request; error: TimeoutException }) => void;
  const rejected: { request: Request; error: TimeoutException }[] = [];
  const timeouts = new RequestTimeouts(owner, stack, (request, error) => {
    request.isSettled = true;
    rejected.push({ request, error });
    tell?.({ request, error });
  });
  const next = () => new Promise<{ request: Request; error: TimeoutException }>((resolve) => (tell = resolve));
  return { timeouts, rejected, next };
}

const SHORT = { timeout: 20 };

test('a request that meets silence is rejected, and told what can be done about it', async () => {
  for (const [isInterruptible, advice] of [
    [true, 'interrupt() stops it, and a longer timeout waits for it'],
    [false, 'only kill() stops it, which ends the bond, and a longer timeout waits for it'],
  ] as const) {
    const stack = new FrameStack();
    const { timeouts, rejected, next } = watched(stack, { lang: 'Test', isHeldUp: () => false, isInterruptible });
    const request = ask(stack.root, 1, {}, SHORT);
    const longer = ask(stack.root, 2, {}, { timeout: 60_000 });
    timeouts.watch(longer);
    timeouts.watch(request);
    const { error } = await next();
    expect(error.message).toBe(`[Test] CALL "f1": no reply and no output for 20 ms; ${advice}`);
    expect(rejected.map((one) => one.request)).toEqual([request]);
    timeouts.stop();
  }
});

test('one that waits behind another is told of that, and of the function of the host which that has called', async () => {
  const stack = new FrameStack();
  const { timeouts, next } = watched(stack);
  const [running, waiting] = [ask(stack.root, 1), ask(stack.root, 2, {}, SHORT)];
  timeouts.watch(waiting);
  expect((await next()).error.message).toBe(
    '[Test] CALL "f2": no reply and no output for 20 ms; it waits behind CALL "f1"',
  );
  const frame = stack.open(7, running, 'g');
  ask(frame, 3);
  const another = ask(stack.root, 4, {}, SHORT);
  timeouts.watch(another);
  expect((await next()).error.message).toBe(
    `[Test] CALL "f4": no reply and no output for 20 ms; it waits behind CALL "f3", which has called your function 'g'`,
  );
  timeouts.stop();
});

test('one that waits for itself is told of the cycle, if that is only probable as well', async () => {
  const stack = new FrameStack(true);
  const { timeouts, next } = watched(stack);
  const awaiting = ask(stack.root, 1);
  const task = stack.openBeside(7, awaiting, 'g', 'task');
  const inner = ask(task, 2, {}, SHORT);
  const still = stack.open(8, inner, 'h');
  stack.root.inner = still;
  still.made.add(awaiting);
  ask(still, 3);
  timeouts.watch(inner);
  expect((await next()).error.message).toMatch(
    /^\[Test\] CALL "f2": no reply and no output for 20 ms; it looks like a wait that can never end: \[Test\] CALL "f2" would/,
  );
  timeouts.stop();
});

test('where it is the turn of the host, silence means nothing: in a frame, a task, and in what has started a thread', async () => {
  const frames: [string, (stack: FrameStack, request: Request) => Frame][] = [
    ['a function', (stack, request) => stack.open(7, request, 'f')],
    ['one in a task', (stack, request) => stack.openBeside(7, request, 'f', 'task')],
    ['one in a thread of nobody', (stack) => stack.openBeside(7, undefined, 'f', 'thread')],
  ];
  for (const [name, open] of frames) {
    const stack = new FrameStack();
    const { timeouts, rejected, next } = watched(stack);
    const outer = ask(stack.root, 1, {}, SHORT);
    const frame = open(stack, outer);
    const clock = ask(stack.root, 5, {}, { timeout: 60 }); // which is not carried out yet
    for (const request of [outer, clock]) timeouts.watch(request);
    expect((await next()).request, name).toBe(clock);
    expect(rejected, name).toHaveLength(1);
    ask(frame, 2, {}, { timeout: 60_000 }); // the function has asked for something: it is the turn of the other side
    expect((await next()).request, name).toBe(outer);
    timeouts.stop();
  }
});

test('a task that waits for the host excuses what awaits it, and nothing that runs beside', async () => {
  const stack = new FrameStack(true);
  const { timeouts, rejected, next } = watched(stack);
  const [awaiting, beside] = [ask(stack.root, 1, {}, SHORT), ask(stack.root, 2, {}, { timeout: 60 })];
  stack.openBeside(7, awaiting, 'f', 'task');
  for (const request of [awaiting, beside]) timeouts.watch(request);
  expect((await next()).request).toBe(beside);
  expect(rejected).toHaveLength(1);
  timeouts.stop();
});

test('what is heard, or held up on this side, is no silence; and nothing is rejected twice, or after the end', async () => {
  const stack = new FrameStack();
  let isHeldUp = true;
  const { timeouts, rejected, next } = watched(stack, {
    lang: 'Test',
    isHeldUp: () => isHeldUp,
    isInterruptible: true,
  });
  const request = ask(stack.root, 1, {}, SHORT);
  timeouts.watch(request);
  const begun = performance.now();
  setTimeout(() => (isHeldUp = false), 60);
  await next();
  expect(performance.now() - begun).toBeGreaterThanOrEqual(59);

  const another = ask(stack.root, 2, {}, { timeout: 40 });
  timeouts.watch(another);
  const since = performance.now();
  setTimeout(() => timeouts.heard(), 30);
  await next();
  expect(performance.now() - since).toBeGreaterThanOrEqual(69);
  expect(rejected.map((one) => one.request)).toEqual([request, another]);

  const last = ask(stack.root, 3, {}, SHORT);
  timeouts.watch(last);
  timeouts.stop();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(rejected).toHaveLength(2);
});

test('a request is rejected with the place where it was made', () => {
  const stack = new FrameStack();
  const resolved: unknown[] = [];
  const request = addRequest(stack.root, 1, { resolve: (value) => resolved.push(value) });
  request.reject(new BondException('Test', 'no'));
  expect(resolved).toHaveLength(1);
  return expect(resolved[0]).rejects.toThrow('[Test] no');
});
