// Which interrupts are sent, when they are repeated, and what each of them stops.

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Request } from '../src/session/frame.js';
import { Interrupts } from '../src/session/interrupts.js';
import { onTestFinished } from './finish.js';
import { TEST_HANG } from './patience.js';

type Double = { -readonly [Key in keyof Request]: Request[Key] };

/** Interrupts of requests that are `running`: what has been sent with a signal, and without. */
function open({ stopsAny = false, isBeside = false } = {}) {
  const sent: string[] = [];
  let tell = (): void => {};
  const say = (how: string, lines: string): void => {
    sent.push(how + lines.trimEnd().replaceAll('\n', ' | '));
    tell();
  };
  const play = { running: [] as Double[] };
  const interrupts = new Interrupts({
    nudge: (lines) => say('! ', lines),
    send: (lines) => say('', lines),
    running: () => play.running,
    stopsAny,
    isBesideOthers: () => isBeside,
  });
  onTestFinished(() => interrupts.end());
  /** What is sent next. */
  const next = (): Promise<string | undefined> =>
    new Promise((resolve) => {
      const from = sent.length;
      tell = () => resolve(sent[from]);
    });
  return { sent, play, interrupts, next };
}

function request(id: number, frame = 0, more: Partial<Double> = {}): Double {
  return { id, frame: { id: frame }, isToBeStopped: false, ...more } as unknown as Double;
}

/** Longer than the pause before an interrupt is repeated. */
const PAUSES = 250;

test('what runs is interrupted once, and again until that has been noticed', async () => {
  const { sent, play, interrupts, next } = open();
  const one = request(1);
  interrupts.send();
  expect(sent).toEqual([]);
  play.running = [one];
  interrupts.send();
  interrupts.send();
  expect([sent, one.isToBeStopped]).toEqual([['! INTERRUPT - 1 1'], true]);
  expect([await next(), await next()]).toEqual(['! INTERRUPT - 1 1', '! INTERRUPT - 1 1']);
  interrupts.noticed(1);
  await delay(PAUSES);
  expect(sent).toHaveLength(3);
  interrupts.send(); // it goes on all the same
  expect(sent.at(-1)).toBe('! INTERRUPT - 1 2');
});

test('what is over is not interrupted any more, nor what comes behind it', async () => {
  const { sent, play, interrupts } = open();
  const [one, two] = [request(1), request(2)];
  play.running = [one];
  interrupts.send();
  play.running = [two];
  interrupts.over(one);
  await delay(PAUSES);
  expect([sent, two.isToBeStopped]).toEqual([['! INTERRUPT - 1 1'], false]);
  interrupts.send();
  play.running = [one];
  interrupts.send(); // what was interrupted before is forgotten
  expect(sent).toEqual(['! INTERRUPT - 1 1', '! INTERRUPT - 2 2', '! INTERRUPT - 1 3']);
  interrupts.end();
  await delay(PAUSES);
  expect(sent).toHaveLength(3);
});

test('what nobody waits for any more is interrupted when it has its turn, and not if it never has', () => {
  const { sent, play, interrupts } = open();
  const [one, two, three] = [request(1), request(2), request(3)];
  play.running = [one];
  interrupts.turn();
  interrupts.sendInTurn(two);
  interrupts.sendInTurn(three);
  expect([sent, two.isToBeStopped, one.isToBeStopped]).toEqual([[], true, false]);
  interrupts.over(three);
  play.running = [three];
  interrupts.turn();
  expect(sent).toEqual([]);
  play.running = [two];
  interrupts.over(one);
  expect(sent).toEqual(['! INTERRUPT - 2 1']);
  interrupts.noticed(1);
  interrupts.turn();
  expect(sent).toHaveLength(1);
});

test('a number that means nothing, or belongs to what is over, stops nothing else', async () => {
  const { sent, play, interrupts, next } = open();
  const [one, two] = [request(1), request(2)];
  play.running = [one];
  interrupts.send();
  interrupts.over(one);
  play.running = [two];
  interrupts.send();
  for (const serial of [1, 7]) interrupts.noticed(serial);
  expect(await next()).toBe('! INTERRUPT - 2 2');
  expect(sent[0]).toBe('! INTERRUPT - 1 1');
});

test('those that run side by side are interrupted together, and repeated one by one', async () => {
  const { play, interrupts, sent, next } = open({ isBeside: true });
  play.running = [request(1), request(2), request(3)];
  interrupts.send();
  expect(sent).toEqual(['! INTERRUPT - 1 1 | INTERRUPT - 2 2 | INTERRUPT - 3 3']);
  interrupts.noticed(2);
  expect(await next()).toBe('! INTERRUPT - 1 1 | INTERRUPT - 3 3');
});

test('in a frame, or with something behind it, a request is interrupted at once, unless an interrupt stops any code', async () => {
  const behind = request(9);
  const held = request(8, 0, { heldLine: 'CALL' });
  for (const [stopsAny, isBeside, given, isPatient] of [
    [false, false, [5, undefined], false],
    [true, false, [5, undefined], true],
    [true, true, [5, undefined], false],
    [false, false, [0, behind], false],
    [true, false, [0, behind], true],
    [true, true, [0, behind], false],
    [true, false, [0, held], false],
    [true, false, [0, undefined], false],
  ] as const) {
    const { play, interrupts, sent, next } = open({ stopsAny, isBeside });
    const [frame, following] = given;
    const one = request(1, frame, { next: following });
    play.running = [one];
    interrupts.sendInTurn(one);
    expect(sent).toHaveLength(isPatient ? 0 : 1);
    if (isPatient) expect(await next()).toBe('! INTERRUPT - 1 1');
    interrupts.noticed(1);
  }
});

test('where a frame is inside of what is interrupted by hand, that is not patient', () => {
  const { play, interrupts, sent } = open({ stopsAny: true });
  play.running = [request(1, 5)];
  interrupts.send();
  expect(sent).toEqual(['! INTERRUPT - 1 1']);
});

test('one signal that stops any code is under way at a time; the waits of all others are ended', () => {
  const { play, interrupts, sent } = open({ stopsAny: true, isBeside: true });
  const [one, two, three] = [request(1), request(2), request(3)];
  play.running = [one, two];
  interrupts.send();
  expect(sent).toEqual(['CANCEL - 1 1', '! INTERRUPT - 2 2']);
  play.running = [one, two, three];
  interrupts.send();
  expect(sent.slice(2)).toEqual(['CANCEL - 3 3']);
  interrupts.noticed(2); // the first two: the third is told with a signal of its own
  expect(sent.slice(3)).toEqual(['! INTERRUPT - 3 3']);
  interrupts.noticed(3);
  expect(sent).toHaveLength(4);
});

test('a signal of an older number than the one under way belongs to the wait that it has ended', () => {
  const { play, interrupts, sent } = open({ stopsAny: true, isBeside: true });
  const [one, two] = [request(1), request(2)];
  play.running = [one, two];
  interrupts.send();
  interrupts.noticed(1);
  expect(sent).toEqual(['CANCEL - 1 1', '! INTERRUPT - 2 2']);
  interrupts.send();
  expect(sent.slice(2)).toEqual(['CANCEL - 1 3']); // the signal has not been noticed yet
});

test('what nobody waits for any more is only cancelled while others run beside it that somebody waits for', () => {
  const { play, interrupts, sent } = open({ stopsAny: true, isBeside: true });
  const [one, two, three] = [request(1), request(2), request(3)];
  play.running = [one, two, three];
  interrupts.sendInTurn(one);
  interrupts.sendInTurn(two);
  expect(sent).toEqual(['CANCEL - 1 1', 'CANCEL - 2 2']);
  interrupts.sendInTurn(three);
  expect(sent.slice(2)).toEqual(['! INTERRUPT - 3 3']);
});

test('a signal that is not noticed is not sent again at once, as it may come late', async () => {
  const { play, interrupts, sent, next } = open({ stopsAny: true });
  play.running = [request(1)];
  interrupts.send();
  expect(await next()).toBe('CANCEL - 1 1');
  expect(sent[0]).toBe('! INTERRUPT - 1 1');
});

test('a signal that has not been noticed for long is taken for lost: another is sent, of another number', async () => {
  const { play, interrupts, sent, next } = open({ stopsAny: true });
  play.running = [request(1)];
  interrupts.send();
  let line: string | undefined;
  do line = await next();
  while (line === 'CANCEL - 1 1');
  expect(line).toBe('! INTERRUPT - 1 2');
  expect(sent.length).toBeGreaterThanOrEqual(50);
  interrupts.noticed(2);
  await delay(PAUSES);
  expect(sent.at(-1)).toBe('! INTERRUPT - 1 2');
}, 60_000);

describe('where an interrupt stops whatever runs', () => {
  const beside = { isBesideOthers: () => false, send: () => {} };

  const running = (next?: object): Double => request(1, 0, { next, heldLine: undefined } as Partial<Double>);

  test('what has nothing sent behind it is stopped at once, and nothing is sent behind it', () => {
    for (const next of [undefined, { heldLine: 'EVAL 0 2 "1"' }]) {
      const [target, lines] = [running(next), [] as string[]];
      const interrupts = new Interrupts({
        nudge: (line) => lines.push(line),
        running: () => [target],
        stopsAny: true,
        ...beside,
      });
      interrupts.send();
      expect(lines).toHaveLength(1);
      expect(target.isToBeStopped).toBe(true);
      interrupts.end();
    }
  });

  test.each([true, false])('what has something sent behind it has a moment to end (it goes on: %j)', async (goesOn) => {
    const target = running({ heldLine: undefined });
    const lines: string[] = [];
    let looks = 0;
    const interrupts = new Interrupts({
      nudge: (line) => lines.push(line),
      running() {
        looks++;
        return looks === 1 || goesOn ? [target] : [];
      },
      stopsAny: true,
      ...beside,
    });
    interrupts.send();
    expect(lines).toEqual([]);
    await expect.poll(() => looks, { timeout: TEST_HANG }).toBeGreaterThan(1);
    interrupts.end();
    expect(lines.length > 0).toBe(goesOn);
  });
});
