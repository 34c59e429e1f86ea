import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  BondException,
  RemoteException,
  SerializationException,
  TerminatedException,
  TimeoutException,
} from '../src/common/errors.js';
import type { Request } from '../src/session/frame.js';
import type { FrameStack } from '../src/session/frame-stack.js';
import { type HeldParts, putHandles } from '../src/session/held-parts.js';
import { PendingReleases } from '../src/session/pending-releases.js';
import { PlaceAllowance } from '../src/session/place-allowance.js';
import { play, settings } from './play.js';

vi.mock('../src/common/globals.js', async (load) => {
  const { timersOfTheMoment } = await import('./time.js');
  return { ...(await load<object>()), ...timersOfTheMoment };
});

describe('calls within calls', () => {
  test('a handler may call back before it answers', async () => {
    const other = play(`
      > CALL 0 2 ["fact",[2]]
      < CALL 1 2 ["below",[2]]
      > CALL 1 3 ["fact",[1]]
      < RETURN 3 1
      > RETURN 1 0 1
      < RETURN 2 2
    `);
    await other.export('below', (n) => other.call('fact', [(n as number) - 1]));
    expect(await other.call('fact', [2])).toBe(2);
    await other.done();
  });

  test('an unrelated call queues at the outermost level while a handler runs', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["slow",[]]
      > RETURN 1 0 null
      > CALL 0 3 ["unrelated",[]]
      < RETURN 2 "outer"
      < RETURN 3 "unrelated"
    `);
    let release = (): void => {};
    const running = new Promise<void>((started) => {
      void other.export('slow', () => {
        started();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      });
    });
    const outer = other.call('outer');
    await running;
    const unrelated = other.call('unrelated');
    release();
    expect(await Promise.all([outer, unrelated])).toEqual(['outer', 'unrelated']);
    await other.done();
  });

  test('several nested calls at once run in their handler, in order', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["both",[]]
      > CALL 1 3 ["a",[]]
      > CALL 1 4 ["b",[]]
      < RETURN 3 "a"
      < RETURN 4 "b"
      > RETURN 1 0 ["a","b"]
      < RETURN 2 null
    `);
    await other.export('both', () => Promise.all([other.call('a'), other.call('b')]));
    expect(await other.call('outer')).toBeNull();
    await other.done();
  });

  test('a handler that forgets to await answers once its nested call is done', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["forgetful",[]]
      > CALL 1 3 ["nested",[]]
      < RETURN 3 null
      > RETURN 1 0 "done"
      < RETURN 2 null
    `);
    await other.export('forgetful', () => {
      void other.call('nested');
      return 'done';
    });
    await other.call('outer');
    await other.done();
  });

  test('a call from a timer that outlives its handler goes to the level around it', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["setsTimer",[]]
      > RETURN 1 0 null
      < RETURN 2 null
      > CALL 0 3 ["late",[]]
      < RETURN 3 "late"
    `);
    const late = new Promise((resolve) => {
      void other.export('setsTimer', () => void setTimeout(() => resolve(other.call('late')), 5));
    });
    await other.call('outer');
    expect(await late).toBe('late');
    await other.done();
  });

  test("the caller's own AsyncLocalStorage is visible in the functions that its call leads to", async () => {
    const other = play(`
      > CALL 0 2 ["one",[]]
      > CALL 0 3 ["two",[]]
      < CALL 1 2 ["who",[]]
      > RETURN 1 0 "first"
      < RETURN 2 null
      < CALL 2 3 ["who",[]]
      > RETURN 2 0 "second"
      < RETURN 3 null
    `);
    const user = new AsyncLocalStorage<string>();
    await other.export('who', () => user.getStore());
    await Promise.all([user.run('first', () => other.call('one')), user.run('second', () => other.call('two'))]);
    await other.done();
  });

  test('a frame that the other side has left rejects what was asked in it, and its answer is not sent', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["handler",[]]
      > CALL 1 3 ["nested",[]]
      < EXCEPT 2 {"type":"Stop","message":"enough"}
      > CALL 0 4 ["next",[]]
      < RETURN 4 4
    `);
    let nested: Promise<unknown> = Promise.resolve();
    await other.export('handler', () => {
      nested = other.call('nested');
      return nested;
    });
    await expect(other.call('outer')).rejects.toThrow('Stop: enough');
    await expect(nested).rejects.toMatchObject({
      code: 'BOND_ABANDONED',
      message: expect.stringContaining("no longer waits for 'handler'"),
    });
    expect(await other.call('next')).toBe(4);
    await other.done();
  });
});

describe('requests that are held back', () => {
  test('for the sake of standard error are never sent to a frame that was left', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["handler",[]]
      > CALL 1 3 ["a",[]]
      < EXCEPT 2 {"message":"enough"}
      > CALL 0 6 ["next",[]]
      < RETURN 6 6
    `);
    const asked: Promise<unknown>[] = [];
    await other.export('handler', () => {
      const elsewhere = { stderr: () => {} };
      asked.push(other.call('a'), other.call('b', [], elsewhere), other.call('c'));
      return Promise.all(asked);
    });
    await expect(other.call('outer')).rejects.toThrow('enough');
    for (const outcome of await Promise.allSettled(asked)) expect(outcome.status).toBe('rejected');
    expect(await other.call('next')).toBe(6);
    await other.done();
  });
});

describe('errors', () => {
  test('what a function of the host throws comes home as the very same object', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["fails",[]]
      > EXCEPT 1 0 {"type":"TypeError","message":"boom"}
      < EXCEPT 2 {"type":"TypeError","message":"boom","call":1}
    `);
    const thrown = new TypeError('boom');
    await other.export('fails', () => {
      throw thrown;
    });
    const error = await other.call('outer').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemoteException);
    expect(error).toMatchObject({ cause: thrown, data: 'boom', type: 'TypeError' });
    await other.done();
  });

  test('a result of a function of the host that cannot cross is an error over there, and says where it sits', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["bad",[]]
      > ERROR 1 0 {"message":"bad().list[1]: a Map cannot be carried by JSON"}
      < ERROR 2 {"message":"bad().list[1]: a Map cannot be carried by JSON","call":1}
    `);
    await other.export('bad', () => ({ list: [1, new Map()] }));
    const error = await other.call('outer').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SerializationException);
    expect((error as Error).cause).toMatchObject({ side: 'local' });
    await other.done();
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    '%s is not a function of the host',
    async (name) => {
      const other = play(`
      > CALL 0 1 ["outer",[]]
      < CALL 1 1 ["${name}",[]]
      > EXCEPT 1 0 {"type":"BondException","message":"[Test] the host exports no function '${name}'"}
      < RETURN 1 null
    `);
      await other.call('outer');
      await other.done();
    },
  );

  test('when the other side ends, whatever waits is rejected, and so is every later call', async () => {
    const other = play('> CALL 0 1 ["outer",[]]');
    const waiting = other.call('outer');
    const ending = { exitCode: 3, signal: null, stderr: '' };
    other.session.end(() => new TerminatedException('Test', 'it is gone', ending));
    await expect(waiting).rejects.toMatchObject({ name: 'TerminatedException', exitCode: 3 });
    await expect(other.call('later')).rejects.toBeInstanceOf(TerminatedException);
  });
});

describe('the event loop of the host', () => {
  test('waits for the other side as long as a call is under way, and no longer', async () => {
    const holds: boolean[] = [];
    const other = play(
      `
      > CALL 0 1 ["a",[]]
      > CALL 0 2 ["b",[]]
      < RETURN 1 null
      < EXCEPT 2 {"message":"no"}
      > CALL 0 3 ["c",[]]
    `,
      { hold: (isHeld) => holds.push(isHeld) },
    );
    await Promise.allSettled([other.call('a'), other.call('b')]);
    expect(holds).toEqual([true, false]);
    await expect(other.call('c', [], { timeout: 10 })).rejects.toBeInstanceOf(TimeoutException);
    expect(holds).toEqual([true, false, true, false]);
    await other.done();
  });
});

describe('a hostile other side', () => {
  test.each([
    ['an answer to what was never asked', 'RETURN 7 null', 'request 7, which was never made'],
    ['a call in a request that does not run', 'CALL 1 9 ["f",[]]', 'request 9, which it is not carrying out'],
    ['an unknown verb', 'DANCE 1 2', 'makes no sense'],
    ['an id that is not a number', 'RETURN x null', 'makes no sense'],
    ['an endless id', `RETURN ${'9'.repeat(40)} null`, 'makes no sense'],
    ['a call without a list of arguments', 'CALL 1 1 {"name":"f"}', 'without a name or without arguments'],
    ['nothing', '', 'makes no sense'],
  ])('is told on for %s', async (_what, line, complaint) => {
    const other = play(`
      > CALL 0 1 ["outer",[]]
      < ${line}
    `);
    void other.call('outer').catch(() => {});
    await other.done();
    expect(other.violations).toEqual([expect.stringContaining(complaint)]);
  });

  test('cannot open a second frame in the same request', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["slow",[]]
      < CALL 2 2 ["slow",[]]
    `);
    await other.export('slow', () => new Promise(() => {}));
    void other.call('outer').catch(() => {});
    await other.done();
    expect(other.violations).toHaveLength(1);
  });

  test('that answers twice is heard once', async () => {
    const other = play(`
      > CALL 0 1 ["outer",[]]
      < RETURN 1 1
      < RETURN 1 2
    `);
    expect(await other.call('outer')).toBe(1);
    await other.done();
    expect(other.violations).toEqual([]);
  });

  test('an answer that cannot be decoded rejects its call only', async () => {
    const other = play(`
      > CALL 0 1 ["outer",[]]
      < RETURN 1 {"a":
      > CALL 0 2 ["next",[]]
      < RETURN 2 2
    `);
    await expect(other.call('outer')).rejects.toMatchObject({ name: 'SerializationException', side: 'remote' });
    expect(await other.call('next')).toBe(2);
  });
});

describe('time', () => {
  afterEach(() => void vi.useRealTimers());

  test('a late reply after a timeout is not mistaken for the next answer', async () => {
    const other = play(`
      > CALL 0 1 ["slow",[]]
      > CALL 0 2 ["next",[]]
      < RETURN 1 "late"
      < RETURN 2 "next"
    `);
    await expect(other.call('slow', [], { timeout: 20 })).rejects.toBeInstanceOf(TimeoutException);
    expect(await other.call('next')).toBe('next');
    await other.done();
  });

  test("time spent in the host's own function does not count for the call that led to it; for one behind it, it does", async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["slow",[]]
      > RETURN 1 0 null
      < RETURN 2 "outer"
    `);
    let failed: Promise<unknown> = Promise.resolve();
    let started = (): void => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    await other.export('slow', async () => {
      started();
      await failed;
      await delay(60);
    });
    const outer = other.call('outer', [], { timeout: 30 });
    await running;
    failed = other.call('behind', [], { timeout: 30 }).catch((reason: unknown) => reason);
    expect(await outer).toBe('outer');
    const error = await failed;
    expect(error).toBeInstanceOf(TimeoutException);
    expect((error as Error).message).toMatch(
      /^\[Test\] CALL behind \(made at .*play\.ts.*waits behind CALL outer \(made at .*play\.ts.*which has called your function 'slow'$/,
    );
    await other.done();
  });

  test('any sign of life breaks the silence', async () => {
    const other = play(`
      > CALL 0 1 ["slow",[]]
    `);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const answer = other.call('slow', [], { timeout: 100 });
    for (let turn = 0; turn < 5; turn++) {
      await vi.advanceTimersByTimeAsync(90);
      other.session.heard();
    }
    other.session.receive({ verb: 'RETURN', id: 1, payload: '"at last"' }, '');
    expect(await answer).toBe('at last');
  });

  test('an aborted call rejects with the reason, and its answer is dropped', async () => {
    const other = play(`
      > CALL 0 1 ["slow",[]]
      > INTERRUPT - 1 1
      > CALL 0 2 ["next",[]]
      < INTERRUPTED 1
      < RETURN 1 "late"
      < RETURN 2 "next"
    `);
    const controller = new AbortController();
    const slow = other.call('slow', [], { signal: controller.signal });
    controller.abort('enough');
    await expect(slow).rejects.toMatchObject({ name: 'TimeoutException', cause: 'enough' });
    expect(await other.call('next')).toBe('next');
    await other.done();
  });

  test.each(['RETURN 1 [[null],[[[0],7,"Point"]]]', 'EXCEPT 1 {"message":"x","exception":[7,"KeyError"]}'])(
    'what is held for an aborted call is let go of: %s',
    async (answer) => {
      const other = play(`
        > CALL_HOLD 0 1 ["slow",[]]
        > INTERRUPT - 1 1
        < INTERRUPTED 1
        < ${answer}
        > RELEASE - 7
      `);
      const controller = new AbortController();
      const asked = { verb: 'CALL_HOLD', subject: 'slow', payload: '["slow",[]]' } as const;
      const slow = other.session.request({ ...asked, settings: { ...settings, signal: controller.signal } });
      controller.abort();
      await expect(slow).rejects.toBeInstanceOf(TimeoutException);
      await other.done();
    },
  );

  test('what is held is let go of behind the requests that may use it, and waits for no others', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["f",[]]
      > RELEASE - 5
      > CALL 1 3 ["inner",[]]
      < RETURN 3 null
      > RELEASE - 6
      > RETURN 1 0 null
      < RETURN 2 null
    `);
    await other.export('f', async () => {
      other.session.release(5, 2);
      const inner = other.call('inner');
      other.session.release(6, 2);
      await inner;
      return null;
    });
    await other.call('outer');
    await other.done();
  });

  test('an aborted call is stopped when it has its turn, and no other one is', async () => {
    const other = play(`
      > CALL 0 1 ["slow",[]]
      > CALL 0 2 ["unwanted",[]]
      > CALL 0 3 ["wanted",[]]
      < RETURN 1 "slow"
      > INTERRUPT - 2 1
      < INTERRUPTED 1
      < EXCEPT 2 {"message":"stopped"}
      < RETURN 3 "wanted"
    `);
    const controller = new AbortController();
    const slow = other.call('slow');
    const unwanted = other.call('unwanted', [], { signal: controller.signal });
    const wanted = other.call('wanted');
    controller.abort();
    await expect(unwanted).rejects.toBeInstanceOf(TimeoutException);
    expect(await Promise.all([slow, wanted])).toEqual(['slow', 'wanted']);
    await other.done();
  });

  test('an aborted call has its turn also when a call from a timer, which came before it, is answered', async () => {
    const other = play(`
      > CALL 0 2 ["slow",[]]
      < CALL 1 0 ["host",[]]
      > RETURN 1 0 null
      > INTERRUPT - 2 1
      < INTERRUPTED 1
      < EXCEPT 2 {"message":"interrupted"}
    `);
    const controller = new AbortController();
    await other.export('host', async () => {
      controller.abort();
      await delay(1);
      return null;
    });
    await expect(other.call('slow', [], { signal: controller.signal })).rejects.toBeInstanceOf(TimeoutException);
    await other.done();
  });

  test('a call with a signal that is aborted already is never sent', async () => {
    const other = play('');
    await expect(other.call('f', [], { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(BondException);
    await other.done();
  });
});

describe('what is long', () => {
  const long = (parts: Iterable<string>) =>
    ({ verb: 'CALL', subject: 'f', payload: '["f",[]]', parts, settings }) as const;

  test('comes in parts', async () => {
    const other = play(`
      > CALL 0 1 ["f",[]]
      < PART 1 [1,2]
      < PART 1 []
      < PART 1 [[3]]
      < RETURN 1 
      > CALL 0 2 ["f",[]]
      < PART 2 "a"
      < PART 2 "b"
      < RETURN 2 
    `);
    expect(await other.call('f')).toEqual([1, 2, [3]]);
    expect(await other.call('f')).toBe('ab');
    await other.done();
  });

  test('is forgotten, if the other side thinks better of it', async () => {
    const other = play(`
      > CALL 0 1 ["f",[]]
      < PART 1 [1,2]
      < PART 1 
      < PART 1 [3]
      < RETURN 1 
      > CALL 0 2 ["f",[]]
      < PART 2 [1,2]
      < EXCEPT 2 {"message":"no","type":null}
    `);
    expect(await other.call('f')).toEqual([3]);
    await expect(other.call('f')).rejects.toThrow(RemoteException);
    await other.done();
  });

  test.each([
    ['[1]', '"a"', 'do not belong together'],
    ['{}', '{}', 'do not belong together'],
    ['[1', '[2]', 'JSON'],
  ])('makes an error if its parts are %s and %s', async (one, another, message) => {
    const other = play(`
      > CALL 0 1 ["f",[]]
      < PART 1 ${one}
      < PART 1 ${another}
      < RETURN 1 
    `);
    const request = other.call('f');
    await expect(request).rejects.toThrow(message);
    await expect(request).rejects.toBeInstanceOf(SerializationException);
    await other.done();
  });

  test('is not longer than any other message', async () => {
    let ends = 0;
    const owner = { maxMessageBytes: 10, tooLong: () => void ends++ };
    const other = play('> CALL 0 1 ["f",[]]\n< PART 1 [1,2,3]\n< PART 1 [1,2,3]', owner);
    void other.call('f');
    await other.done();
    expect(ends).toBe(1);
  });

  test('belongs to a request that has been made', async () => {
    const other = play('> CALL 0 1 ["f",[]]\n< PART 7 [1]');
    void other.call('f');
    await other.done();
    expect(other.violations).toEqual(['it answered request 7, which was never made']);
  });

  test('comes for the request whose turn it is', async () => {
    const other = play('> CALL 0 1 ["f",[]]\n> CALL 0 2 ["f",[]]\n< PART 2 [1]');
    void other.call('f');
    void other.call('f');
    await other.done();
    expect(other.violations).toEqual(['it sent a part for request 2, whose turn has not come']);
  });

  test('goes in parts, each as soon as it is made', async () => {
    const other = play(`
      > PART 0 1 [1]
      > PART 0 1 [2]
      > CALL 0 1 ["f",[]]
      < RETURN 1 3
    `);
    expect(await other.session.request(long(['[1]', '[2]']))).toBe(3);
    await other.done();
  });

  test('waits for its turn like any other request', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["host",[]]
      > RETURN 1 0 null
      > PART 0 3 [1]
      > PART 0 3 [2]
      > CALL 0 3 ["f",[]]
      < RETURN 2 null
      < RETURN 3 4
    `);
    let later: Promise<unknown> | undefined;
    const inside = AsyncLocalStorage.snapshot();
    await other.export('host', () => {
      later = inside(() => other.session.request(long(['[1]', '[2]'])));
      return null;
    });
    await other.call('outer');
    expect(await later).toBe(4);
    await other.done();
  });

  test('is taken back if it cannot be made, after all', async () => {
    const other = play(`
      > PART 0 1 [1]
      > PART 0 1 
      > CALL 0 2 ["f",[]]
      < RETURN 2 3
    `);
    const failing = function* () {
      yield '[1]';
      throw new Error('only once');
    };
    const request = other.session.request(long(failing()));
    await expect(request).rejects.toThrow('[Test] CALL "f": the arguments cannot be written: only once');
    await expect(request).rejects.toBeInstanceOf(SerializationException);
    expect(await other.call('f')).toBe(3);
    await other.done();
  });
});

test('of calls that follow each other, the first keep their places, then one in ten milliseconds, and what must', () => {
  const allowance = new PlaceAllowance();
  const taken = Array.from({ length: 1000 }, () => allowance.takes(5, false)).filter(Boolean).length;
  expect(taken).toBeGreaterThan(1);
  expect(taken).toBeLessThan(100);
  expect(allowance.takes(5, true)).toBe(true);
  expect(allowance.takes(14, false)).toBe(false);
  expect([30, 40, 50].map((ms) => allowance.takes(ms, false))).toEqual([true, true, true]);
});

test('where one place in ten milliseconds is kept, the next is kept when these have passed, and not before', () => {
  const allowance = new PlaceAllowance(2, 10);
  expect([0, 0, 0, 9, 10, 10].map((ms) => allowance.takes(ms, false))).toEqual([true, true, false, false, true, false]);
});

describe('what is to be let go of', () => {
  function releases() {
    const sent: string[] = [];
    const first = { id: 1 };
    const stack = { oldestBetween: (since: number) => (since < first.id ? first : undefined) } as unknown as FrameStack;
    return {
      sent,
      first,
      releases: new PendingReleases(stack, { send: (line) => void sent.push(String(line).trim()) }),
    };
  }

  test('waits for the requests that may use it: all that wait for one are told when it has been answered, in order', () => {
    const { sent, releases: waiting, first } = releases();
    waiting.add(7, 0, 1);
    waiting.add(8, 0, 1);
    waiting.add(9, 1, 1); // nothing was asked for since it is held
    expect(sent).toEqual(['RELEASE - 9']);
    first.id = 0;
    waiting.answered(first as Request);
    waiting.answered(first as Request);
    expect(sent).toEqual(['RELEASE - 9', 'RELEASE - 7', 'RELEASE - 8']);
  });

  test('is forgotten when the other side is gone', () => {
    const { sent, releases: waiting, first } = releases();
    waiting.add(7, 0, 1);
    waiting.end();
    waiting.answered(first as Request);
    expect(sent).toEqual([]);
  });
});

test('what is held takes its place in lists, records and maps, and once if it is there twice', () => {
  const inner = new Map<unknown, unknown>([
    ['a', null],
    [1, [null]],
  ]);
  const holder = [{ inner, same: null }];
  const made: string[] = [];
  const handles = [
    [[0, 'inner', 'a'], 5, 'File'],
    [[0, 'inner', 1, 0], 6, 'Lock'],
    [[0, 'same'], 5, 'File'],
  ] as const;
  putHandles(holder, handles as unknown as HeldParts, (number, text) => {
    made.push(text);
    return number;
  });
  expect(holder).toEqual([{ inner: new Map<unknown, unknown>([['a', 5], [1, [6]]]), same: 5 }]); // biome-ignore format: short
  expect(made).toEqual(['File', 'Lock']);
  expect(() => putHandles(holder, [[[0, 'inner', 'b'], 7, 'x']], () => 7)).toThrow('nothing is held at "b"');
  expect(() => putHandles(holder, [[[0, 'toString'], 7, 'x']], () => 7)).toThrow('nothing is held at "toString"');
});
