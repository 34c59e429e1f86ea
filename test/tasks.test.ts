// Tasks and threads of the other side, line by line: frames that are beside the others.

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { TerminatedException, TimeoutException } from '../src/common/errors.js';
import { type Play, play } from './play.js';
import { stopTime } from './stopped-time.js';

vi.mock('../src/common/globals.js', async (load) => {
  const { timersOfTheMoment } = await import('./time.js');
  return { ...(await load<object>()), ...timersOfTheMoment };
});

const concurrent = { isConcurrent: true };

/** A function of the host that goes on until it is told to end. */
function lasting(): {
  readonly call: () => Promise<unknown>;
  end(value?: unknown): void;
  readonly begun: Promise<void>;
} {
  let begin = (): void => {};
  let end = (_value?: unknown): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const ended = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  const call = (): Promise<unknown> => {
    begin();
    return ended;
  };
  return { call, end: (value = null) => end(value), begun };
}

async function expectViolation(other: Play, what: string): Promise<void> {
  for (let turn = 0; turn < 100 && other.violations.length === 0; turn++) await nextTurn();
  expect(other.violations).toEqual([expect.stringContaining(what)]);
  other.session.end(() => new TerminatedException('Test', 'gone', { exitCode: 0, signal: null, stderr: '' }));
}

describe('calls that are awaited there', () => {
  test('answers come in any order, each to its own call', async () => {
    const other = play(
      `
      > CALL 0 1 ["a",[]]
      > CALL 0 2 ["b",[]]
      > CALL 0 3 ["c",[]]
      < RETURN 2 "b"
      < EXCEPT 3 {"message":"c"}
      < RETURN 1 "a"
    `,
      concurrent,
    );
    const calls = ['a', 'b', 'c'].map((name) => other.call(name));
    expect(await Promise.allSettled(calls)).toMatchObject([
      { value: 'a' },
      { value: 'b' },
      { reason: { remoteMessage: 'c' } },
    ]);
    await other.done();
  });

  test('what their function asks for runs in their frame, beside other requests', async () => {
    const other = play(
      `
      > CALL 0 2 ["one",[]]
      > CALL 0 3 ["two",[]]
      < AWAIT 1 2 ["host",["x"]]
      > CALL 1 4 ["nested",["x"]]
      < AWAIT 2 3 ["host",["y"]]
      > CALL 2 5 ["nested",["y"]]
      < RETURN 5 5
      > RETURN 2 0 5
      < RETURN 3 "two"
      < RETURN 4 4
      > RETURN 1 0 4
      < RETURN 2 "one"
    `,
      concurrent,
    );
    await other.export('host', (name) => other.call('nested', [name]));
    expect(await Promise.all([other.call('one'), other.call('two')])).toEqual(['one', 'two']);
    await other.done();
  });

  test('a request may be answered while what it has called is not: that goes on in its frame', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < AWAIT 1 2 ["host",[]]
      > CALL 1 3 ["nested",[]]
      < RETURN 2 "early"
      < RETURN 3 "late"
      > RETURN 1 0 "late"
    `);
    await other.export('host', () => other.call('nested'));
    expect(await other.call('outer')).toBe('early');
    await other.done();
    expect(other.violations).toEqual([]);
  });

  test('what is asked for in their frames waits until the interpreter does not stand still any more', async () => {
    const other = play(
      `
      > CALL 0 3 ["one",[]]
      > CALL 0 4 ["two",[]]
      < AWAIT 1 3 ["asks",[]]
      < CALL 2 4 ["lasts",[]]
      > RETURN 2 0 null
      > CALL 1 5 ["nested",[]]
      < RETURN 4 "two"
      < RETURN 5 "nested"
      > RETURN 1 0 "nested"
      < RETURN 3 "one"
    `,
      concurrent,
    );
    const last = lasting();
    await other.export('asks', async () => {
      await last.begun;
      setImmediate(() => last.end());
      return other.call('nested');
    });
    await other.export('lasts', last.call);
    expect(await Promise.all([other.call('one'), other.call('two')])).toEqual(['one', 'two']);
    await other.done();
  });

  test('it is sent as well when the interpreter has left its call without waiting for the answer', async () => {
    const other = play(
      `
      > CALL 0 3 ["one",[]]
      > CALL 0 4 ["two",[]]
      < AWAIT 1 3 ["asks",[]]
      < CALL 2 4 ["isLeft",[]]
      < RETURN 4 "two"
      > CALL 1 5 ["nested",[]]
      < RETURN 5 "nested"
      > RETURN 1 0 "nested"
      < RETURN 3 "one"
    `,
      concurrent,
    );
    let ask = (): void => {};
    const asks = (): Promise<unknown> =>
      new Promise((resolve) => {
        ask = AsyncResource.bind(() => resolve(other.call('nested')));
      });
    await other.export('asks', asks);
    await other.export('isLeft', () => {
      ask();
      return new Promise(() => {});
    });
    expect(await Promise.all([other.call('one'), other.call('two')])).toEqual(['one', 'two']);
    await other.done();
  });

  test('a call of a request whose task has called already is one of its code beside', async () => {
    const other = play(`
      > CALL 0 3 ["outer",[]]
      < AWAIT 1 3 ["rests",[]]
      < CALL 2 3 ["host",[2]]
      > RETURN 2 0 2
      > RETURN 1 0 null
      < RETURN 3 null
    `);
    await other.export('rests', () => nextTurn(null));
    await other.export('host', (n) => n);
    await other.call('outer');
    await other.done();
  });

  test.each([
    ['AWAIT', 'while the interpreter stands still', 'AWAIT 2 3 ["lasts",[]]'],
    ['AWAIT', 'in no request, while it stands still', 'AWAIT 2 0 ["lasts",[]]'],
    ['CALL', 'in a request of a thread', 'CALL 2 4 ["lasts",[]]'],
    ['THREAD', 'in a request of the outermost level', 'THREAD 2 3 ["lasts",[]]'],
    ['THREAD', 'in a request that has not been made', 'THREAD 2 9 ["lasts",[]]'],
    ['AWAIT', 'in a request that has not been made', 'AWAIT 2 9 ["lasts",[]]'],
  ])('%s %s is a violation', async (_, where, said) => {
    const isOfThread = where.includes('of a thread');
    const other = play(
      isOfThread
        ? `
        > CALL 0 3 ["outer",[]]
        < THREAD 1 0 ["asks",[]]
        > CALL 1 4 ["nested",[]]
        < CALL 5 3 ["lasts",[]]
        < ${said}
      `
        : `
        > CALL 0 3 ["outer",[]]
        < CALL 1 3 ["lasts",[]]
        < ${said}
      `,
    );
    await other.export('lasts', lasting().call);
    await other.export('asks', () => other.call('nested'));
    other.call('outer').catch(() => {});
    await expectViolation(other, 'it made a call in request');
  });
});

describe('calls of threads', () => {
  test('what their function asks for is sent while the interpreter stands still', async () => {
    const other = play(`
      > CALL 0 3 ["outer",[]]
      < CALL 1 3 ["lasts",[]]
      < THREAD 2 0 ["asks",[]]
      > CALL 2 4 ["nested",[]]
      < RETURN 4 "nested"
      > RETURN 2 0 "nested"
      > RETURN 1 0 null
      < RETURN 3 "outer"
    `);
    const last = lasting();
    await other.export('lasts', last.call);
    await other.export('asks', async () => {
      const nested = await other.call('nested');
      setImmediate(() => last.end());
      return nested;
    });
    expect(await other.call('outer')).toBe('outer');
    await other.done();
  });

  test('what a thread calls in a request of its frame belongs to what has led there, and to nothing once that is over', async () => {
    const other = play(`
      > CALL 0 3 ["outer",[]]
      < RETURN 3 null
      < THREAD 1 0 ["asks",[]]
      > CALL 1 4 ["nested",[]]
      < THREAD 2 4 ["tells",[]]
      > RETURN 2 0 "mine"
      < RETURN 4 "nested"
      > RETURN 1 0 "nested"
      < THREAD 3 4 ["tells",[]]
      > RETURN 3 0 null
    `);
    const storage = new AsyncLocalStorage<string>();
    await other.export('tells', () => storage.getStore());
    await other.export('asks', () => storage.run('mine', () => other.call('nested')));
    await other.call('outer');
    await other.done();
  });

  test('they may come while the bond is idle', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < RETURN 2 "outer"
      < THREAD 2 0 ["asks",[]]
      > CALL 2 3 ["nested",[]]
      < RETURN 3 "nested"
      > RETURN 2 0 "nested"
    `);
    await other.export('asks', () => other.call('nested'));
    expect(await other.call('outer')).toBe('outer');
    await other.done();
  });
});

describe('time-outs', () => {
  test('a call whose task waits for the host is excused, also while the interpreter stands still in another', async () => {
    const other = play(
      `
      > CALL 0 2 ["one",[]]
      > CALL 0 3 ["two",[]]
      < AWAIT 1 2 ["lasts",[]]
      < CALL 2 3 ["lasts",[]]
      > RETURN 1 0 null
      > RETURN 2 0 null
      < RETURN 3 "two"
      < RETURN 2 "one"
    `,
      concurrent,
    );
    const goOn = stopTime();
    const last = lasting();
    await other.export('lasts', last.call);
    const calls = ['one', 'two'].map((name) => other.call(name, [], { timeout: 30 }));
    await last.begun;
    await goOn(150);
    last.end();
    expect(await Promise.all(calls)).toEqual(['one', 'two']);
    await other.done();
  });

  test('whatever runs may have started the thread that waits for the host', async () => {
    const other = play(
      `
      > CALL 0 2 ["one",[]]
      > CALL 0 3 ["two",[]]
      < THREAD 1 0 ["lasts",[]]
      > RETURN 1 0 null
      < RETURN 3 "two"
      < RETURN 2 "one"
    `,
      concurrent,
    );
    const goOn = stopTime();
    const last = lasting();
    await other.export('lasts', last.call);
    const calls = ['one', 'two'].map((name) => other.call(name, [], { timeout: 30 }));
    await last.begun;
    await goOn(150);
    last.end();
    expect(await Promise.all(calls)).toEqual(['one', 'two']);
    await other.done();
  });

  test('a call beside one that waits for the host is not', async () => {
    const other = play(
      `
      > CALL 0 2 ["one",[]]
      > CALL 0 3 ["two",[]]
      < AWAIT 1 2 ["lasts",[]]
      > RETURN 1 0 null
      < RETURN 2 "one"
    `,
      concurrent,
    );
    const goOn = stopTime();
    const last = lasting();
    await other.export('lasts', last.call);
    const [one, two] = ['one', 'two'].map((name) => other.call(name, [], { timeout: 50 }));
    const late = expect(two).rejects.toThrow(TimeoutException);
    await last.begun;
    await goOn(51);
    await late;
    last.end();
    expect(await one).toBe('one');
    await other.done();
  });
});

describe('aborts', () => {
  test('an abort interrupts the one, again until it is noticed, and cancels where interrupts stop any code', async () => {
    for (const interruptStopsAny of [false, true]) {
      const verb = interruptStopsAny ? 'CANCEL' : 'INTERRUPT';
      const other = play(
        `
        > CALL 0 1 ["one",[]]
        > CALL 0 2 ["two",[]]
        > ${verb} - 2 1
        > ${verb} - 2 1
        < INTERRUPTED 1
        < EXCEPT 2 {"message":"interrupted"}
        < RETURN 1 "one"
      `,
        { ...concurrent, interruptStopsAny },
      );
      const controller = new AbortController();
      const one = other.call('one');
      const two = other.call('two', [], { signal: controller.signal });
      await nextTurn();
      controller.abort();
      await expect(two).rejects.toThrow(TimeoutException);
      expect(await one).toBe('one');
      await other.done();
    }
  });
});

describe('waits that can never end', () => {
  test('are named where the interpreter stands still in another request than the first', async () => {
    const one = play(
      `
      > CALL 0 2 ["rests",[]]
      > CALL 0 3 ["stands",[]]
      < CALL 1 3 ["asksOther",[]]
      > RETURN 1 0 null
      < RETURN 3 null
      < RETURN 2 null
    `,
      concurrent,
    );
    const two = play(`
      > CALL 0 2 ["runs",[]]
      < CALL 1 2 ["asksOne",[]]
      > EXCEPT 1 0 …
      > CALL 0 3 ["queued",[]]
      < RETURN 2 null
      < RETURN 3 null
    `);
    const asked = lasting();
    await one.export('asksOther', () => {
      void asked.call();
      return two.call('queued');
    });
    let error: unknown;
    await two.export('asksOne', async () => {
      await asked.begun;
      await one.call('wanted').catch((reason) => {
        error = reason;
      });
      throw error;
    });
    await Promise.all([two.call('runs'), one.call('rests'), one.call('stands')]);
    expect(error).toMatchObject({ code: 'BOND_DEADLOCK', message: expect.stringContaining("your function 'asksOne'") });
    await Promise.all([one.done(), two.done()]);
  });

  test.each([1000, 30])(
    'where a task waits, which may go on, they are named by the time-out: %i ms',
    async (timeout) => {
      const goOn = stopTime();
      const mayGoOn = timeout === 1000;
      const one = play(
        mayGoOn
          ? `
      > CALL 0 2 ["task",[]]
      < AWAIT 1 2 ["asksOther",[]]
      > CALL 0 3 ["wanted",[]]
      < RETURN 2 "it did not await that"
      < RETURN 3 "wanted"
      > RETURN 1 0 "queued"
    `
          : `
      > CALL 0 2 ["task",[]]
      < AWAIT 1 2 ["asksOther",[]]
      > CALL 0 3 ["wanted",[]]
      > RETURN 1 0 "queued"
      < RETURN 2 "task"
      < RETURN 3 "wanted"
    `,
      );
      const two = play(`
      > CALL 0 2 ["runs",[]]
      < CALL 1 2 ["asksOne",[]]
      > RETURN 1 0 …
      > CALL 0 3 ["queued",[]]
      < RETURN 2 null
      < RETURN 3 "queued"
    `);
      const asked = lasting();
      await one.export('asksOther', () => {
        void asked.call();
        return two.call('queued');
      });
      await two.export('asksOne', async () => {
        await asked.begun;
        return one.call('wanted', [], { timeout }).catch((error) => error.message.slice('[Test] '.length));
      });
      const calls = Promise.all([two.call('runs'), one.call('task')]);
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      if (!mayGoOn) await goOn(31);
      await calls;
      if (mayGoOn) expect(two.sent.join()).toContain('RETURN 1 0 "wanted"');
      else expect(two.sent.join()).toContain("CALL task, which has called your function 'asksOther', which waits for");
      await Promise.all([one.done(), two.done()]);
    },
  );

  test('are not seen where requests run side by side', async () => {
    const one = play(
      `
      > CALL 0 3 ["first",[]]
      < AWAIT 1 3 ["asksOther",[]]
      > CALL 0 4 ["beside",[]]
      < AWAIT 2 4 ["lasts",[]]
      > RETURN 2 0 null
      < RETURN 4 "beside"
      > RETURN 1 0 "queued"
      < RETURN 3 "first"
    `,
      concurrent,
    );
    const two = play(`
      > CALL 0 2 ["runs",[]]
      < CALL 1 2 ["asksOne",[]]
      > RETURN 1 0 "beside"
      > CALL 0 3 ["queued",[]]
      < RETURN 2 "runs"
      < RETURN 3 "queued"
    `);
    const [asking, last] = [lasting(), lasting()];
    await one.export('asksOther', async () => {
      void asking.call();
      await last.begun;
      setImmediate(() => setImmediate(() => setImmediate(last.end)));
      return two.call('queued');
    });
    await two.export('asksOne', async () => {
      await asking.begun;
      return one.call('beside');
    });
    await one.export('lasts', last.call);
    const runs = two.call('runs');
    expect(await Promise.all([one.call('first'), runs])).toEqual(['first', 'runs']);
    await Promise.all([one.done(), two.done()]);
  });
});
