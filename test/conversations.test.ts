// What does not travel by value, errors of all kinds, and what a session tells of itself: as transcripts, without an interpreter.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Writable } from 'node:stream';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { BondException, RemoteException, SerializationException, TimeoutException } from '../src/common/errors.js';
import { isKwargs } from '../src/references/kwargs.js';
import { AnswerBacklog } from '../src/session/answer-backlog.js';
import { Capture, outputOf } from '../src/session/captures.js';
import { encodeException } from '../src/session/exception-codec.js';
import type { Request, RequestOptions } from '../src/session/frame.js';
import type { Protocol } from '../src/values/codec.js';
import { json } from '../src/values/json.js';
import { lender, type Play, play, settings } from './play.js';

/** A request of which what cannot cross stays there. */
function hold({ session }: Play, more: Partial<RequestOptions> = {}): Promise<unknown> {
  return session.request({ verb: 'CALL_HOLD', subject: 'f', payload: '["f",[]]', settings, ...more });
}

/** A double of a handle. */
const makeHandle = (number: number, text: string) => ({ number, text });

/** Rejects, with an error that the test looks at. */
async function failure(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return promise.then(
    (value) => expect.fail(`resolved to ${value}`),
    (error) => error,
  );
}

describe('what the other side holds', () => {
  test('is one handle in each place where it is, made with the settings of the call', async () => {
    const made = vi.fn(makeHandle);
    const other = play(
      `
      > CALL_HOLD 0 1 ["f",[]]
      < RETURN 1 [[{"a":null,"b":[1,null]}],[[[0,"a"],7,"Point"],[[0,"b",1],7,"Point"]]]
    `,
      { makeHandle: made },
    );
    const value = (await hold(other)) as { a: unknown; b: unknown[] };
    expect(value).toEqual({ a: { number: 7, text: 'Point' }, b: [1, { number: 7, text: 'Point' }] });
    expect(value.a).toBe(value.b[1]);
    expect(made.mock.calls).toEqual([[7, 'Point', settings]]);
    await other.done();
  });

  test('is nothing where all could cross', async () => {
    const other = play('> CALL_HOLD 0 1 ["f",[]]\n< RETURN 1 [[5]]\n> EVAL_BLOCK_HOLD 0 2 "x"\n< RETURN 2 ');
    expect(await hold(other)).toBe(5);
    expect(await hold(other, { verb: 'EVAL_BLOCK_HOLD', subject: 'x', payload: '"x"' })).toBeUndefined();
    await other.done();
  });

  test.each([
    ['"x"', '[0,"x"]'],
    ['"constructor"', '[0,"constructor"]'],
    ['1', '[1]'],
    ['"a"', '[0,"b","a"]'],
  ])('in a place that the value does not have is an error: %s', async (step, path) => {
    const other = play(`> CALL_HOLD 0 1 ["f",[]]\n< RETURN 1 [[{"b":null}],[[${path},7,"Point"]]]`, { makeHandle });
    const error = await failure(hold(other));
    expect(error).toBeInstanceOf(SerializationException);
    expect(error.message).toBe(`[Test] CALL "f": the answer cannot be decoded: nothing is held at ${step}`);
    expect(error).toMatchObject({ side: 'remote', cause: expect.any(Error) });
  });

  test('may be the exception itself', async () => {
    const other = play(
      `
      > CALL_HOLD 0 1 ["f",[]]
      < EXCEPT 1 {"type":"KeyError","message":"x","exception":[3,"KeyError('x')"]}
    `,
      { makeHandle },
    );
    expect(await failure(hold(other))).toMatchObject({ exception: { number: 3, text: "KeyError('x')" } });
  });

  test('of the arguments of a call is a handle with the settings of who lent the function', async () => {
    const other = play(
      `
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["f",[null,[null]],[[[0],7,"Point"],[[1,0],8,"Line"]]]
      > RETURN 1 0 null
      < RETURN 2 null
    `,
      { makeHandle: (number, text, given) => ({ number, text, given }) },
    );
    const got: unknown[] = [];
    await other.export('f', (...args) => void got.push(...args));
    await other.call('outer');
    const given = lender.settings;
    expect(got).toEqual([{ number: 7, text: 'Point', given }, [{ number: 8, text: 'Line', given }]]);
  });

  test('in the arguments of a function that is not there changes nothing of the error', async () => {
    const other = play(`
      > CALL 0 1 ["outer",[]]
      < CALL 1 1 ["f",[null],[[[0],7,"Point"]]]
      > EXCEPT 1 0 {"type":"BondException","message":"[Test] the host exports no function 'f'"}
      < RETURN 1 null
    `);
    await other.call('outer');
    await other.done();
  });

  test.each([
    ['arguments that cannot be read', '["f",[1', 'the arguments cannot be decoded: '],
    ['a place that they lack', '["f",[1],[[[1],7,"Point"]]]', 'the arguments cannot be decoded: nothing is held at 1'],
  ])('%s are an error for the other side', async (_, payload, message) => {
    const other = play(
      `> CALL 0 2 ["outer",[]]\n< CALL 1 2 ${payload}\n> ERROR 1 0 {"message":"${message}…\n< RETURN 2 null`,
    );
    await other.export('f', () => {});
    await other.call('outer');
    await other.done();
  });

  test('for an answer that no one waits for is let go of only if the answer can be read', async () => {
    const other = play(`
      > CALL_HOLD 0 1 ["f",[]]
      > INTERRUPT - 1 1
      < INTERRUPTED 1
      < RETURN 1 [[
      > CALL 0 2 ["next",[]]
      < RETURN 2 2
    `);
    const controller = new AbortController();
    const aborted = hold(other, { settings: { ...settings, signal: controller.signal } });
    controller.abort();
    await failure(aborted);
    await turn();
    await turn();
    expect(await other.call('next')).toBe(2);
    await other.done();
  });

  test('is let go of for an answer that no one waits for, but not what the host has lent', async () => {
    const other = play(`
      > CALL_HOLD 0 1 ["f",[]]
      > INTERRUPT - 1 1
      < RETURN 1 [[[null,null]],[[[0,0],-1,""],[[0,1],7,"Point"]]]
      > RELEASE - 7
    `);
    other.session.lend({ call: () => {}, lender }, undefined, {});
    const controller = new AbortController();
    const aborted = hold(other, { settings: { ...settings, signal: controller.signal } });
    controller.abort();
    await failure(aborted);
    await other.done();
    await turn();
    expect(other.sent.filter((line) => line.startsWith('RELEASE'))).toHaveLength(1);
  });
});

describe('a capture', () => {
  const open = () => {
    const owner = {};
    const [stdout, stderr] = [vi.fn(), vi.fn()];
    return { owner, capture: new Capture(owner), usual: { stdout, stderr } };
  };

  test('collects what calls print that are made in it, awaited or not, and nothing else', async () => {
    const { owner, capture, usual } = open();
    expect(outputOf(owner, usual)).toBe(usual);
    const value = await capture.run(async () => {
      await turn();
      const { stdout, stderr } = outputOf(owner, usual) as typeof usual;
      stdout(Buffer.from('a'));
      stderr(Buffer.from('b'));
      stdout(Buffer.from('c'));
      expect(outputOf({}, usual)).toBe(usual); // another bond
      expect(outputOf(owner, usual)).toEqual({ stdout, stderr }); // one target is one function
      expect(capture.settingsFor({ ...usual, timeout: 5 })).toEqual({ stdout, stderr, timeout: 5 });
      return 5;
    });
    expect(value).toBe(5);
    expect(String(capture.output().stdout)).toBe('ac');
    expect(String(capture.output().stderr)).toBe('b');
    expect(usual.stdout).not.toHaveBeenCalled();
    expect(outputOf(owner, usual)).toBe(usual);
  });

  test('that is over gives what comes late to where it would have gone', async () => {
    const { owner, capture, usual } = open();
    const written = vi.fn();
    const stream = { writable: true, write: written };
    const targets = await capture.run(() =>
      [usual.stdout, stream, { ...stream, writable: false }, 'ignore'].map(
        (stdout) => outputOf(owner, { stdout: stdout as unknown as Writable, stderr: 'ignore' }).stdout,
      ),
    );
    for (const target of targets) (target as (chunk: Buffer) => void)(Buffer.from('late'));
    expect(usual.stdout).toHaveBeenCalledOnce();
    expect(written).toHaveBeenCalledOnce();
    expect(capture.output().stdout).toHaveLength(0);
  });

  test('in another one takes its own, also if the function fails; the outer one goes on', async () => {
    const { owner, capture: outer, usual } = open();
    const inner = new Capture(owner);
    await outer.run(async () => {
      const nested = outputOf(owner, usual) as typeof usual;
      const failed = new Capture(owner);
      await failure(failed.run(() => Promise.reject(new Error('no'))));
      const innermost = await new Promise<Capture | undefined>((resolve) => {
        const made = new Capture(owner);
        void made.run(() => resolve(Capture.current(owner)));
      });
      expect(innermost).toBeInstanceOf(Capture);
      expect(innermost).not.toBe(outer);
      expect(Capture.current(owner)).toBe(outer);
      nested.stdout(Buffer.from('outer'));
      await inner.run(() => expect(Capture.current(owner)).toBe(inner));
    });
    expect(String(outer.output().stdout)).toBe('outer');
    expect(inner.output().stdout).toHaveLength(0);
    expect(Capture.current(owner)).toBeUndefined();
  });
});

describe('what the host has lent', () => {
  const nothing = { call: () => {}, lender };

  test('is itself again when it comes back, in results and in arguments', async () => {
    const [one, two] = [{ one: 1 }, { two: 2 }];
    const got: unknown[] = [];
    const other = play(`
      > CALL 0 2 ["f",[]]
      < CALL 1 2 ["g",[null],[[[0],-2,""]]]
      > RETURN 1 0 null
      < RETURN 2 @[[[null,null]],[[[0,0],-1,""],[[0,1],-2,""]]]
    `);
    expect([other.session.lend(nothing, undefined, one), other.session.lend(nothing, undefined, two)]).toEqual([1, 2]);
    await other.export('g', (arg) => void got.push(arg));
    const [first, second] = (await other.call('f')) as unknown[];
    expect(first).toBe(one);
    expect(second).toBe(two);
    expect(got[0]).toBe(two);
    await other.done();
  });

  test('and let go of, may be in the message behind that, and in no later one', async () => {
    const object = {};
    const other = play(`
      > CALL 0 1 ["f",[]]
      < RELEASE 1
      < RETURN 1 @[[null],[[[0],-1,""]]]
      > CALL 0 2 ["f",[]]
      < RETURN 2 @[[null],[[[0],-1,""]]]
    `);
    other.session.lend(nothing, undefined, object);
    expect(await other.call('f')).toBe(object);
    expect((await failure(other.call('f'))).message).toContain('no object has been lent as number 1');
    await other.done();
  });

  test('as a function alone is no object', async () => {
    const other = play('> CALL 0 1 ["f",[]]\n< RETURN 1 @[[null],[[[0],-1,""]]]');
    other.session.lend(nothing);
    expect((await failure(other.call('f'))).message).toContain('no object has been lent as number 1');
  });

  test('is called by its number until the other side lets go of it, which is told once', async () => {
    const released = vi.fn();
    const other = play(`
      > CALL 0 1 ["f",[]]
      < CALL 1 1 [1,[5]]
      > RETURN 1 0 6
      < RELEASE 1 2
      < RETURN 1 null
      > CALL 0 2 ["f",[]]
      < RELEASE 1
      < CALL 2 2 [1,[5]]
    `);
    const add = { call: (x: unknown) => (x as number) + 1, lender };
    expect(other.session.lend(add, released)).toBe(1);
    expect(other.session.lend(add, released)).toBe(2);
    await other.call('f');
    expect(released).toHaveBeenCalledTimes(2);
    other.call('f').catch(() => {});
    await other.done();
    expect(released).toHaveBeenCalledTimes(2);
    expect(other.violations).toEqual(['it called function 1, which it was not lent']);
  });

  test('is taken back when the other side ends', async () => {
    const [released, later] = [vi.fn(), vi.fn()];
    const other = play('');
    other.session.lend(nothing, released);
    other.session.lend(nothing, later);
    other.session.end((what) => new BondException('Test', what));
    expect(released).toHaveBeenCalledOnce();
    expect(later).toHaveBeenCalledOnce();
  });

  test('goes by a name in messages, if it has one', async () => {
    const other = play(`
      > CALL 0 1 ["f",[]]
      < CALL 1 1 [1,[]]
      > ERROR 1 0 {"message":"named(): a Map cannot be carried by JSON"}
      < CALL 2 1 [2,[]]
      > ERROR 2 0 {"message":"callback 2(): a Map cannot be carried by JSON"}
      < RETURN 1 null
    `);
    other.session.lend({ call: function named() { return new Map(); }, lender }); // biome-ignore format: short
    other.session.lend({
      call: (
        () => () =>
          new Map()
      )(),
      lender,
    });
    await other.call('f');
    await other.done();
  });
});

describe('a function of the host', () => {
  test('gets arguments by name as a Kwargs, behind the others', async () => {
    const got: unknown[] = [];
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["f",[1,{"sep":"-"}],null,true]
      > RETURN 1 0 null
      < RETURN 2 null
    `);
    await other.export('f', (...args) => void got.push(...args));
    await other.call('outer');
    expect(got).toHaveLength(2);
    expect(isKwargs(got[1]) && got[1].values).toEqual({ sep: '-' });
    await other.done();
  });

  test('may return anything with a `then`, which is read once and called', async () => {
    let reads = 0;
    const other = play(`
      > CALL 0 4 ["outer",[]]
      < CALL 1 4 ["object",[]]
      > RETURN 1 0 "from an object"
      < CALL 2 4 ["func",[]]
      > RETURN 2 0 "from a function"
      < CALL 3 4 ["data",[]]
      > RETURN 3 0 {"then":1}
      < RETURN 4 null
    `);
    await other.export('object', () => ({
      // biome-ignore lint/suspicious/noThenProperty: what this test is about
      get then() {
        reads++;
        return (resolve: (value: string) => void) => resolve('from an object');
      },
    }));
    // biome-ignore lint/suspicious/noThenProperty: what this test is about
    const func = Object.assign(() => {}, { then: (resolve: (value: string) => void) => resolve('from a function') });
    await other.export('func', () => func);
    // biome-ignore lint/suspicious/noThenProperty: what this test is about
    await other.export('data', () => ({ then: 1 }));
    await other.call('outer');
    expect(reads).toBe(1);
    await other.done();
  });

  test.each([
    ['throws', () => { throw new RangeError('too far'); }], // biome-ignore format: short
    ['rejects', () => Promise.reject(new RangeError('too far'))],
  ])('that %s is an exception there, and its error the cause here', async (_, call) => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["f",[]]
      > EXCEPT 1 0 {"type":"RangeError","message":"too far"}
      < EXCEPT 2 {"type":"RangeError","message":"too far","call":1}
    `);
    await other.export('f', call);
    expect(await failure(other.call('outer'))).toMatchObject({
      cause: expect.any(RangeError),
      types: ['RangeError', 'Error'],
    });
    await other.done();
  });

  test('that fails below other calls is the cause of what comes home to the outermost', async () => {
    const thrown = new TypeError('deep');
    const other = play(`
      > CALL 0 3 ["outer",[]]
      < CALL 1 3 ["f",[]]
      > CALL 1 4 ["inner",[]]
      < CALL 2 4 ["g",[]]
      > EXCEPT 2 0 {"type":"TypeError","message":"deep"}
      < EXCEPT 4 {"type":"TypeError","message":"deep","call":2}
      > RETURN 1 0 null
      < EXCEPT 3 {"type":"TypeError","message":"deep","call":2}
    `);
    await other.export('f', async () => void (await failure(other.call('inner'))));
    await other.export('g', () => {
      throw thrown;
    });
    expect((await failure(other.call('outer'))).cause).toBe(thrown);
    await other.done();
  });
});

describe('an exception of the other side', () => {
  async function told(description: object, verb = 'EXCEPT', more: Partial<RequestOptions> = {}) {
    const other = play(`> CALL_HOLD 0 1 ["f",[]]\n< ${verb} 1 ${JSON.stringify(description)}`, { makeHandle });
    return failure(hold(other, more));
  }

  test('has its type, the types above, message, traceback, and data', async () => {
    const types = ['KeyError', 'LookupError'];
    const error = await told({ type: 'KeyError', types, message: 'x', traceback: 'line 1', data: [1] });
    expect(error).toBeInstanceOf(RemoteException);
    expect(error).toMatchObject({ type: 'KeyError', types, remoteMessage: 'x', traceback: 'line 1', data: [1] });
    expect(error.message).toBe('[Test] CALL "f": KeyError: x');
    expect(error.cause).toBeUndefined();
  });

  test('has what it lacks left out', async () => {
    const error = await told({ message: 'x' });
    expect(error).toMatchObject({ remoteMessage: 'x', data: 'x', types: [] });
    expect(error.type).toBeUndefined();
    expect(await told({})).toMatchObject({ remoteMessage: '', data: '' });
  });

  test('has texts, whatever is told', async () => {
    const error = await told({ type: 5, types: [1, null], message: null, traceback: { a: 1 } });
    expect(error).toMatchObject({
      type: '5',
      types: ['5', '1', 'null'],
      remoteMessage: '',
      traceback: '[object Object]',
    });
    expect(await told({ type: '', types: 'KeyError', message: 'x' })).toMatchObject({ types: [] });
  });

  test('names the link of a chain that failed', async () => {
    const subject = { text: () => 'np.a().b()', failureAt: (path: readonly number[]) => `link ${path}` };
    expect((await told({ message: 'x', link: [1, 2] }, 'EXCEPT', { verb: 'CALL_HOLD', subject })).message).toBe(
      '[Test] CALL "np.a().b()": at link 1,2: x',
    );
    expect((await told({ message: 'x', link: [1] })).message).toBe('[Test] CALL "f": x');
  });

  test('has a cause only if a function of the host has failed in it', async () => {
    for (const call of [7, '1', null]) expect((await told({ message: 'x', call })).cause).toBeUndefined();
  });

  test('is a SerializationException where a value could not cross', async () => {
    const error = await told({ message: 'a file' }, 'ERROR');
    expect(error).toBeInstanceOf(SerializationException);
    expect(error).toMatchObject({ side: 'remote', message: '[Test] CALL "f": a file' });
  });
});

describe('what a function of the host throws', () => {
  const told = (thrown: unknown, more: { transExcept?: boolean; takesStacks?: boolean; protocol?: Protocol } = {}) => {
    const telling = { protocol: json, transExcept: undefined, takesStacks: false, ...more };
    const { verb, payload } = encodeException(thrown, telling);
    return { verb, ...(JSON.parse(payload as string) as object) };
  };
  const remote = (more: object) =>
    new RemoteException('Perl', 'f', { type: 'Oops', remoteMessage: 'no', ...more } as never);

  test('is told as a type and a text', () => {
    expect(told(new RangeError('no'))).toEqual({ verb: 'EXCEPT', type: 'RangeError', message: 'no' });
    expect(told('text')).toEqual({ verb: 'EXCEPT', type: 'string', message: 'text' });
  });

  test('has its stack, where the other side makes use of that', () => {
    const { stack } = told(new RangeError('no'), { takesStacks: true }) as { stack?: string };
    expect(stack).toContain('conversations.test.ts');
    expect(told('text', { takesStacks: true })).not.toHaveProperty('stack');
  });

  test('goes on as it was, if it comes from another interpreter', () => {
    expect(told(remote({}))).toEqual({ verb: 'EXCEPT', type: 'Oops', message: 'no' });
    expect(told(remote({ type: '' }))).toEqual({ verb: 'EXCEPT', message: 'no' });
    expect(told(remote({ type: undefined }))).toEqual({ verb: 'EXCEPT', message: 'no' });
  });

  test('crosses itself with transExcept', () => {
    expect(told([1, 2], { transExcept: true })).toMatchObject({ verb: 'EXCEPT', data: [1, 2] });
    expect(told(remote({ data: { a: 1 } }), { transExcept: true })).toMatchObject({ data: { a: 1 }, message: 'no' });
  });

  test('has only its text to pass on, if that is all that came', () => {
    const transExcept = true;
    expect(told(remote({ data: 'no' }), { transExcept })).not.toHaveProperty('data');
    expect(told(remote({ data: 'no', type: 'string' }), { transExcept })).toHaveProperty('data', 'no');
  });

  test('and cannot cross itself is an error that names the place, with transExcept', () => {
    const thrown = Object.assign(() => {}, { toString: () => 'my text' });
    expect(told({ deep: new Map() }, { transExcept: true })).toMatchObject({
      verb: 'ERROR',
      message: expect.stringMatching(/^thrown\.deep: a Map .*, as transExcept asks for; its text is: /),
    });
    expect(told(thrown, { transExcept: true })).toMatchObject({ verb: 'ERROR', message: /my text$/ } as never);
  });

  test('and has a getter that throws is an error that says what', () => {
    const thrown = { get x() { throw new Error('no x'); } }; // biome-ignore format: short
    expect(told(thrown, { transExcept: true })).toMatchObject({ verb: 'ERROR' });
    expect((told(thrown, { transExcept: true }) as unknown as Error).message).toContain(
      'thrown.x: cannot be read: no x, as transExcept',
    );
  });

  test('crosses itself by V8, unless it cannot: then its text does', () => {
    const protocol: Protocol = { ...json, name: 'V8', encode: (value) => json.encode(value) };
    expect(told([1], { protocol })).toMatchObject({ verb: 'EXCEPT', data: [1] });
    expect(told(new Map(), { protocol })).toEqual({ verb: 'EXCEPT', type: 'object', message: '[object Map]' });
    expect(told([1], { protocol, transExcept: false })).not.toHaveProperty('data');
  });
});

describe('what a session tells of what goes on', () => {
  test('is idle, or what runs, in which function, and what waits', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["f",[]]
      > CALL 1 4 ["inner",[]]
      < RETURN 4 null
      > RETURN 1 0 null
      > CALL 0 3 ["behind",[]]
      < RETURN 2 null
      < RETURN 3 null
    `);
    const seen: unknown[] = [];
    const look = () => seen.push(other.session.activity);
    let behind: Promise<unknown> = Promise.resolve();
    const outside = AsyncLocalStorage.snapshot();
    await other.export('f', async () => {
      look();
      expect(other.session.isCalling).toBe(true);
      behind = outside(() => other.call('behind'));
      const inner = other.call('inner');
      look();
      await inner;
    });
    look();
    expect(other.session.isCalling).toBe(false);
    const outer = other.call('outer');
    look();
    await Promise.all([outer, turn().then(() => behind)]);
    await behind;
    look();
    const [idle, running, called, nested, after] = seen as { state: string; inFlight: string[] }[];
    expect(idle).toEqual({ state: 'idle', inFlight: [] });
    expect(running?.state).toMatch(/^running CALL outer, \d+ ms$/);
    expect(running?.inFlight).toEqual([
      expect.stringMatching(/^CALL outer, \d+ ms, made at .*$|^CALL outer, \d+ ms.*$/),
    ]);
    expect(called?.state).toMatch(/^waiting for your function 'f', called by CALL outer, \d+ ms$/);
    expect(called?.inFlight[0]).toMatch(/^CALL outer, \d+ ms, has called your function 'f'/);
    expect(nested?.state).toMatch(/^running CALL inner, \d+ ms, in your function 'f'$/);
    expect(nested?.inFlight[1]).toMatch(/^CALL behind, \d+ ms, waits for its turn/);
    expect(nested?.inFlight[2]).toMatch(/^CALL inner, \d+ ms, in your function 'f'/);
    expect(after).toEqual({ state: 'idle', inFlight: [] });
    await other.done();
  });

  test('is a call from a timer there, and a request that no one waits for any more', async () => {
    const other = play('> CALL 0 2 ["slow",[]]\n> RETURN 1 0 "waiting for your function \'f\'"');
    await other.export('f', () => other.session.activity.state);
    await failure(other.call('slow', [], { timeout: 1 }));
    const [slow] = other.session.activity.inFlight;
    expect(slow).toMatch(/^CALL slow, \d+ ms, no longer awaited/);
    other.session.receive({ verb: 'RETURN', id: 2, payload: 'null' }, '');
    other.session.receive({ verb: 'CALL', id: 1, request: 0, payload: '["f",[]]' }, '');
    await other.done();
  });

  test('says seconds where it has taken some', async () => {
    const other = play('> CALL 0 1 ["slow",[]]\n');
    void other.call('slow').catch(() => {});
    const running = other.session.running as { since: number };
    running.since -= 61_234;
    expect(other.session.activity.state).toMatch(/^running CALL slow, 61\.\d s$/);
    running.since += 61_234 - 999;
    expect(other.session.activity.state).toMatch(/^running CALL slow, (\d{3,4} ms|1\.\d s)$/);
  });
});

describe('a wait that can never end', () => {
  test('is rejected, naming who waits for whom', async () => {
    const one = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["f",[]]
      > RETURN 1 0 null
      < RETURN 2 null
    `);
    const two = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["g",[]]
      > RETURN 1 0 null
      > CALL 0 3 ["across",[]]
      < RETURN 2 null
      < RETURN 3 null
    `);
    let [onG, onF] = [(): void => {}, (): void => {}];
    const gRuns = new Promise<void>((resolve) => (onG = resolve));
    const fWaits = new Promise<void>((resolve) => (onF = resolve));
    await one.export('f', async () => {
      await gRuns;
      const across = two.call('across');
      onF();
      await across;
    });
    let error: unknown;
    await two.export('g', async () => {
      onG();
      await fWaits;
      error = await failure(one.call('across'));
    });
    await Promise.all([one.call('outer'), two.call('outer')]);
    expect(error).toMatchObject({
      code: 'BOND_DEADLOCK',
      message:
        "[Test] a wait that can never end: [Test] CALL across would wait for [Test] CALL outer, which has called your function 'f', " +
        "which waits for [Test] CALL across, which waits for [Test] CALL outer, which has called your function 'g', which waits for this very call",
    });
    await Promise.all([one.done(), two.done()]);
  });

  test('is none if the function does not await it', async () => {
    const other = play(`
      > CALL 0 2 ["outer",[]]
      < CALL 1 2 ["f",[]]
      > RETURN 1 0 null
      > CALL 0 3 ["behind",[]]
      < RETURN 2 null
      < RETURN 3 3
    `);
    let behind: Promise<unknown> = Promise.resolve();
    const outside = AsyncLocalStorage.snapshot();
    await other.export('f', () => {
      behind = outside(() => other.call('behind'));
    });
    await other.call('outer');
    expect(await behind).toBe(3);
    await other.done();
  });
});

describe('silence', () => {
  test.each([
    [true, /for 5 ms; interrupt\(\) stops it, and a longer timeout waits for it$/],
    [false, /for 5 ms; only kill\(\) stops it, which ends the bond, and a longer timeout waits for it$/],
  ])('is an error that says what can be done (interruptible: %j)', async (isInterruptible, advice) => {
    const other = play('> CALL 0 1 ["slow",[]]', { isInterruptible });
    const error = await failure(other.call('slow', [], { timeout: 5 }));
    expect(error).toBeInstanceOf(TimeoutException);
    expect(error.message).toMatch(advice);
  });

  test('means nothing while output is held up on this side', async () => {
    let isHeldUp = true;
    const other = play('> CALL 0 1 ["slow",[]]', { isHeldUp: () => isHeldUp });
    let isRejected = false;
    const slow = failure(other.call('slow', [], { timeout: 10 })).finally(() => (isRejected = true));
    await delay(60);
    expect(isRejected).toBe(false);
    isHeldUp = false;
    expect(await slow).toBeInstanceOf(TimeoutException);
  });

  test('ends no call with a longer timeout', async () => {
    const other = play('> CALL 0 1 ["a",[]]\n> CALL 0 2 ["b",[]]');
    const patient = other.call('a');
    const hasty = failure(other.call('b', [], { timeout: 5 }));
    expect((await hasty).message).toMatch(/for 5 ms; it waits behind CALL a( \(made at .*\))?$/);
    other.session.receive({ verb: 'RETURN', id: 1, payload: '1' }, '');
    expect(await patient).toBe(1);
  });
});

describe('what is sent', () => {
  test('is nothing behind a call that may be aborted, where an interrupt stops whatever runs', async () => {
    const script = `
      > CALL 0 1 ["a",[]]
      < RETURN 1 1
      > CALL 0 2 ["b",[]]
      > CALL 0 3 ["c",[]]
      < RETURN 2 2
      < RETURN 3 3
    `;
    const other = play(script, { interruptStopsAny: true });
    const { signal } = new AbortController();
    const calls = [other.call('a', [], { signal }), other.call('b'), other.call('c')];
    expect(other.sent).toHaveLength(1);
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
    await other.done();
  });

  test('is nothing of a call that was taken back before its turn', async () => {
    const other = play('> CALL 0 1 ["a",[]]\n< RETURN 1 1', { interruptStopsAny: true });
    const { signal } = new AbortController();
    const controller = new AbortController();
    const first = other.call('a', [], { signal });
    const second = failure(other.call('b', [], { signal: controller.signal }));
    controller.abort();
    expect(await second).toMatchObject({ code: 'BOND_ABORTED' });
    expect(await first).toBe(1);
    await turn();
    expect(other.session.isBusy).toBe(false);
    await other.done();
  });

  test('of calls whose standard error goes to other places, one after the other', async () => {
    const other = play(`
      > CALL 0 1 ["a",[]]
      < RETURN 1 1
      > CALL 0 2 ["b",[]]
      < RETURN 2 2
    `);
    expect(await Promise.all([other.call('a'), other.call('b', [], { stderr: () => {} })])).toEqual([1, 2]);
    await other.done();
  });

  test('while a call goes in parts, waits for its end', async () => {
    const other = play(`
      > PART 0 1 [1]
      > PART 0 1 [2]
      > CALL 0 1 ["f",[]]
      > CALL 0 2 ["g",[]]
      < RETURN 1 1
      < RETURN 2 2
    `);
    let inside: Promise<unknown> = Promise.resolve();
    const parts = function* () {
      yield '[1]';
      inside = other.call('g');
      yield '[2]';
    };
    const call = other.session.request({ verb: 'CALL', subject: 'f', payload: '["f",[]]', parts: parts(), settings });
    expect(await Promise.all([call, inside])).toEqual([1, 2]);
    await other.done();
  });

  test('is an interrupt for a call that is stopped, unless it has been answered by then', async () => {
    const other = play(`
      > CALL 0 1 ["a",[]]
      > CALL 0 2 ["b",[]]
      > INTERRUPT - 2 1
      < INTERRUPTED 1
      < EXCEPT 2 {"message":"stopped"}
    `);
    const stop = () => other.session.stop(other.session.running as Request, () => new BondException('Test', 'stopped'));
    const first = failure(other.call('a'));
    const running = other.session.running as Request;
    expect(stop()).toBe(true);
    expect(stop()).toBe(true);
    other.session.receive({ verb: 'RETURN', id: 1, payload: '1' }, '');
    expect((await first).message).toBe('[Test] stopped');
    expect(other.session.stop(running, () => expect.fail('it is over'))).toBe(false);
    const second = failure(other.call('b'));
    expect(stop()).toBe(true);
    expect((await second).message).toBe('[Test] stopped');
    await other.done();
  });
});

describe('a session that is over', () => {
  test('hears no more, and lets go of nothing any more', async () => {
    const other = play('> CALL 0 1 ["a",[]]');
    const waiting = failure(other.call('a'));
    other.session.end((what) => new BondException('Test', `${what}: it is gone`));
    expect((await waiting).message).toBe('[Test] CALL a: it is gone');
    other.session.receive(undefined, 'nonsense');
    other.session.release(1, 0);
    expect((await failure(other.call('b'))).message).toBe('[Test] CALL b: it is gone');
    expect(other.session.isBusy).toBe(false);
    expect(other.violations).toEqual([]);
    expect(other.sent).toHaveLength(1);
  });

  test('with calls in calls rejects those of every level, the oldest first', async () => {
    const other = play('> CALL 0 2 ["outer",[]]\n< CALL 1 2 ["f",[]]\n> CALL 1 3 ["inner",[]]');
    const ended: string[] = [];
    const nested = new Promise<void>((resolve) => {
      void other.export('f', async () => {
        const inner = failure(other.call('inner')).then(() => ended.push('inner'));
        resolve();
        await inner;
      });
    });
    await turn();
    const outer = failure(other.call('outer')).then(() => ended.push('outer'));
    await nested;
    other.session.end((what) => new BondException('Test', what));
    await outer;
    await turn();
    expect(ended).toEqual(['outer', 'inner']);
  });

  test('hears no more once the other side has broken the rules', async () => {
    const other = play('> CALL 0 1 ["a",[]]\n< DANCE\n< DANCE\n< RETURN 1 1');
    let isSettled = false;
    other.call('a').finally(() => (isSettled = true)).catch(() => {}); // biome-ignore format: short
    await other.done();
    await turn();
    expect(other.violations).toEqual(['it sent a message that makes no sense: "DANCE"']);
    expect(isSettled).toBe(false);
  });
});

test('answers count as unread until the other side has taken what was sent before the last', () => {
  const traffic = { sent: 0, taken: 0 };
  const backlog = new AnswerBacklog(traffic);
  const answer = (length: number): void => {
    traffic.sent += length + 10;
    backlog.add(length);
  };
  expect(backlog.length).toBe(0);
  answer(100);
  expect(backlog.length).toBe(0); // the last one may still be under way
  answer(50);
  expect(backlog.length).toBe(50);
  answer(7);
  expect(backlog.length).toBe(57);
  traffic.taken = 169;
  expect(backlog.length).toBe(57);
  traffic.taken = 170;
  expect(backlog.length).toBe(0);
});
