// Which requests wait for which, and so which waits can never end.

import { expect, test } from 'vitest';
import { findCycle, showCycle } from '../src/session/deadlock.js';
import type { Frame, Request } from '../src/session/frame.js';

type Level = { -readonly [Key in keyof Frame]?: Frame[Key] } & { pending: Request[] };

function level(more: Partial<Level> = {}): Level {
  const pending: Request[] = [];
  const made = new Set<Request>();
  return {
    id: 0,
    waiter: 'interpreter',
    pending: pending as never,
    made,
    get first() {
      return pending[0];
    },
    ...more,
  } as Level;
}

/** A request at a level, behind those that are there. One that is `held` has not been sent. */
function ask(frame: Level, what: string, { held = false, stdout = 'ignore', stderr = 'ignore' } = {}) {
  const output = { stdout, stderr };
  const request = { lang: 'Test', what, frame, output, heldLine: held ? 'CALL' : undefined } as unknown as Request;
  frame.pending.push(request);
  return request as { -readonly [Key in keyof Request]: Request[Key] };
}

/** A function of the host that a request has called, and what that function has asked for. */
function called(name: string, ...made: Request[]): Frame {
  return level({ id: 1, name, made: new Set(made) } as never) as unknown as Frame;
}

test('a request waits for the first of its level, and for what a function has asked for that it has called', () => {
  const frame = level();
  const [outer, inner] = [ask(frame, 'CALL outer'), ask(frame, 'CALL inner')];
  expect(findCycle(inner)).toBeUndefined();
  outer.openFrame = called('f', inner);
  expect(findCycle(inner)).toEqual([inner, outer]);
  expect(showCycle([inner, outer])).toBe(
    "[Test] CALL inner would wait for [Test] CALL outer, which has called your function 'f', which waits for this very call",
  );
});

test('a call of another bond that leads back is named with all that stands between', () => {
  const [here, elsewhere] = [level(), level()];
  const [first, second, third] = [ask(here, 'CALL a'), ask(elsewhere, 'CALL b'), ask(here, 'CALL c')];
  first.openFrame = called('f', second);
  second.openFrame = called('g', third);
  expect(showCycle(findCycle(third) ?? [])).toBe(
    "[Test] CALL c would wait for [Test] CALL a, which has called your function 'f', which waits for " +
      "[Test] CALL b, which has called your function 'g', which waits for this very call",
  );
});

test('what a task awaits is only probable: it counts when a time-out is explained', () => {
  const frame = level({ isConcurrent: true });
  const [task, other] = [ask(frame, 'CALL task'), ask(frame, 'CALL other', { held: true, stdout: 'other' })];
  task.taskFrames = new Set([called('g'), called('f', other)]) as never;
  expect(findCycle(other)).toBeUndefined();
  const cycle = findCycle(other, true) ?? [];
  expect(cycle).toEqual([other, task]);
  expect(showCycle(cycle)).toContain("[Test] CALL task, which has called your function 'f', which waits for");
});

test('requests side by side wait for none but those whose output goes elsewhere', () => {
  const waits = (...ways: [before: object, after: object]): boolean => {
    const frame = level({ isConcurrent: true });
    const [before, after] = [ask(frame, 'CALL before', ways[0]), ask(frame, 'CALL after', ways[1])];
    before.openFrame = called('f', after);
    return findCycle(after) !== undefined;
  };
  const held = { held: true };
  expect(waits({}, held)).toBe(false);
  expect(waits({ stdout: 'a', stderr: 'b' }, { ...held, stdout: 'a', stderr: 'b' })).toBe(false);
  expect(waits({ stdout: 'a' }, held)).toBe(true);
  expect(waits({ stderr: 'a' }, held)).toBe(true);
  expect(waits({}, { ...held, stdout: 'a' })).toBe(true);
  expect(waits({ stdout: 'a' }, {})).toBe(false); // It has been sent already.
});

test('one that is held waits for what those before it wait for, and not for what comes behind it', () => {
  const frame = level({ isConcurrent: true });
  const sent = ask(frame, 'CALL sent');
  const between = ask(frame, 'CALL between', { held: true, stdout: 'a' });
  const last = ask(frame, 'CALL last', { held: true });
  sent.openFrame = called('f', last);
  expect(findCycle(last)).toEqual([last, sent]);
  sent.openFrame = called('f', between);
  between.frame = level({ isConcurrent: true, pending: [between, sent] as never }) as never;
  expect(findCycle(between)).toBeUndefined();
});

test('what runs in the event loop waits for what makes the interpreter stand still, and what runs elsewhere does not', () => {
  const still = level({ id: 2 });
  const root = level({ isConcurrent: true, inner: still } as never);
  const blocking = ask(still, 'CALL blocking');
  const inLoop = ask(root, 'CALL in loop');
  blocking.openFrame = called('f', inLoop);
  expect(findCycle(inLoop)).toEqual([inLoop, blocking]);

  const ofTask = ask(level({ id: 3, waiter: 'task', below: root } as never), 'CALL of a task');
  blocking.openFrame = called('f', ofTask);
  expect(findCycle(ofTask)).toEqual([ofTask, blocking]);

  const ofThread = ask(level({ id: 4, waiter: 'thread', below: root } as never), 'CALL of a thread');
  blocking.openFrame = called('f', ofThread);
  expect(findCycle(ofThread)).toBeUndefined();
});
