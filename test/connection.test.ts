// What a connection does with an interpreter, which is a double here: test/kills.test.ts and test/ends.test.ts end real ones.

import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { BondException, type Ending, SerializationException, TerminatedException } from '../src/common/errors.js';
import type { BondOptions } from '../src/common/options.js';
import { resolveOptions } from '../src/common/resolve-options.js';
import { queryDriver } from '../src/drivers/driver.js';
import type { Driver } from '../src/drivers/manifest.js';
import type { Interpreter } from '../src/process/interpreter.js';
import { Connection } from '../src/session/connection.js';
import { json } from '../src/values/json.js';
import type { Channel, ChannelEvents } from '../src/wire/channel.js';
import { parseMessage } from '../src/wire/messages.js';

interface More {
  readonly options?: BondOptions;
  readonly driver?: Partial<Driver>;
  readonly ready?: object;
}

/** A connection with a double of an interpreter, which notes down what is done with it. */
function connect({ options = {}, driver = {}, ready = {} }: More = {}) {
  const done: string[] = [];
  const sent: string[] = [];
  let end = (_: Partial<Ending>): void => {};
  const ended = new Promise<Ending>((resolve) => {
    end = (ending) => resolve({ exitCode: 0, signal: null, stderr: '', ...ending });
  });
  let events: ChannelEvents | undefined;
  const interpreter = {
    command: 'perl -',
    pid: 42,
    isDirect: false,
    isHeldUp: false,
    ended,
    traffic: { sent: 0, taken: 0 },
    hold: (isHeld: boolean) => done.push(isHeld ? 'hold' : 'let go'),
    kill() {
      done.push('kill');
      end({ exitCode: null, signal: 'SIGKILL' });
      return ended;
    },
    waitForEnd(patience: number) {
      done.push(`wait ${patience}`);
      return ended;
    },
    signal: (name: string) => done.push(name),
    stream: () => ({ pause: () => done.push('pause'), resume: () => done.push('resume') }),
    howEnded: ({ exitCode, signal }: Ending) => (signal ? `was killed by ${signal}` : `exited with code ${exitCode}`),
  };
  const channel = {
    send: (lines: string) => sent.push(lines),
    listen: (listener: ChannelEvents) => {
      events = listener;
    },
  };
  const settings = resolveOptions('Perl', { stdout: 'ignore', stderr: 'ignore', ...options });
  const connection = new Connection({
    lang: 'Perl',
    driver: { ...queryDriver('Perl'), ...driver },
    interpreter: interpreter as unknown as Interpreter,
    channel: channel as unknown as Channel,
    protocolFor: () => json,
    ready: { protocol: 'JSON', version: '5.36', pid: 42, interrupt: 'SIGURG', ...ready } as never,
    settings,
    makeHandle: (_, number, text) => ({ number, text }),
  });
  const listener = events as unknown as ChannelEvents;
  const say = (text: string) => listener.message(parseMessage(text), text);
  const call = (more = {}) =>
    connection.session.request({
      verb: 'CALL',
      subject: 'f',
      payload: '["f",[]]',
      settings: { ...settings.calls, ...more },
    });
  return { connection, interpreter, listener, say, call, done, sent, end };
}

async function failure(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return promise.then(
    () => expect.fail('it was resolved'),
    (error) => error,
  );
}

test('what is known of an interpreter is what it says of itself', () => {
  const { connection, interpreter } = connect();
  expect(connection.about).toEqual({ command: 'perl -', version: '5.36', protocol: 'JSON', canBeInterrupted: true });
  expect(interpreter.isDirect).toBe(true);
  expect(connect({ ready: { interrupt: null } }).connection.about.canBeInterrupted).toBe(false);
  expect(connect({ ready: { pid: 43 } }).interpreter.isDirect).toBe(false);
});

test('features are those of the interpreter, or else of the driver, and what lacks one says so', () => {
  const { connection } = connect({ ready: { features: ['parts', 'references'] } });
  expect(connection.takesParts).toBe(true);
  connection.need('references');
  expect(() => connection.need('named')).toThrow(
    expect.objectContaining({
      code: 'BOND_UNSUPPORTED',
      message: "[Perl] its driver does not have the feature 'named'; it has: parts, references",
    }),
  );
  const bare = connect({ ready: { features: [] } }).connection;
  expect(bare.takesParts).toBe(false);
  expect(() => bare.need('named')).toThrow(/it has: none$/);
  expect([...connect().connection.features]).toEqual(queryDriver('Perl').features);
});

test('the event loop waits for an interpreter that is asked something, and for no other', async () => {
  const { call, say, done } = connect();
  expect(done).toEqual(['let go']);
  const answer = call();
  expect(done).toEqual(['let go', 'hold']);
  say('RETURN 1 5');
  expect(await answer).toBe(5);
  expect(done).toEqual(['let go', 'hold', 'let go']);
});

test('an interrupt is a line that says whom it is for, and a signal', () => {
  const { connection, call, done, sent } = connect();
  connection.interrupt();
  expect(sent).toEqual([]); // it does nothing
  call().catch(() => {});
  connection.interrupt();
  expect(sent.slice(1)).toEqual(['INTERRUPT - 1 1\n']);
  expect(done).toContain('SIGURG');
  connection.session.end((what) => new BondException('Perl', what));
});

test('behind another process, an interrupt is the line alone', () => {
  const { connection, call, done, sent } = connect({ ready: { pid: 7 } });
  call().catch(() => {});
  connection.interrupt();
  expect(sent.slice(1)).toEqual(['INTERRUPT - 1 1\n']);
  expect(done).not.toContain('SIGURG');
  connection.session.end((what) => new BondException('Perl', what));
});

test.each([
  [undefined, /no signals$/],
  ['POSIX', /no signals \(Perl needs POSIX\)$/],
])('what cannot be interrupted says what it needs: %s', async (interruptNeeds, message) => {
  const driver = { interruptNeeds } as Partial<Driver>;
  const { connection, call, sent } = connect({ driver, ready: { interrupt: null } });
  expect(() => connection.interrupt()).toThrow(expect.objectContaining({ code: 'BOND_UNSUPPORTED' }));
  expect(() => connection.interrupt()).toThrow(message);
  const controller = new AbortController();
  const aborted = failure(call({ signal: controller.signal }));
  controller.abort();
  await aborted;
  expect(sent).toEqual(['CALL 0 1 ["f",[]]\n']);
});

test('close() says END, lets calls finish, gives exit hooks ten seconds, and is one thing however often it is called', async () => {
  const { connection, call, say, done, sent, end } = connect();
  const answer = call();
  const closed = connection.close();
  expect(connection.close()).toBe(closed);
  expect(sent.at(-1)).toBe('END - 0 \n');
  await turn();
  expect(done.filter((deed) => deed.startsWith('wait'))).toEqual([]);
  expect(connection.view).toMatchObject({ state: expect.stringMatching(/^closing, running CALL "f"/) });
  say('RETURN 1 5');
  expect(await answer).toBe(5);
  await turn();
  expect(done.slice(-2)).toEqual(['hold', 'wait 10000']);
  end({});
  expect(await closed).toMatchObject({ exitCode: 0 });
  const late = await failure(call());
  expect(late).toBeInstanceOf(TerminatedException);
  expect(late.message).toBe('[Perl] CALL "f": the bond is closed; the interpreter exited with code 0');
});

test('close() gives a second to what no one waits for any more, and ends with the interpreter', async () => {
  const { connection, call, done, end } = connect();
  await failure(call({ timeout: 1 }));
  void connection.close();
  await turn();
  expect(done.at(-1)).toBe('wait 1000');
  const other = connect();
  const waiting = failure(other.call());
  const closed = other.connection.close();
  other.end({ exitCode: 3 });
  expect((await closed).exitCode).toBe(3);
  expect(await waiting).toMatchObject({ exitCode: 3 });
  end({});
});

test('kill() ends what waits, with what the interpreter said last; the first reason counts', async () => {
  const { connection, call } = connect();
  const waiting = failure(call());
  const ending = connection.kill();
  void connection.kill({ text: 'another reason' });
  expect(connection.view).toMatchObject({ state: expect.stringMatching(/^being ended, running/) });
  expect((await ending).signal).toBe('SIGKILL');
  expect((await waiting).message).toBe('[Perl] CALL "f": the bond was killed; the interpreter was killed by SIGKILL');
  expect(connection.view).toEqual({
    lang: 'Perl',
    pid: 42,
    state: 'closed: the bond was killed; the interpreter was killed by SIGKILL',
    inFlight: [],
  });
});

test('the end of an interpreter is told with what it ran and the last of its standard error', async () => {
  const { call, end } = connect();
  const calls = [failure(call()), failure(call({ timeout: 5000 }))];
  end({ exitCode: 3, stderr: `${'x'.repeat(2000)}last words\n` });
  const [first, second] = await Promise.all(calls);
  expect(first).toMatchObject({ exitCode: 3, signal: null });
  expect(first?.message).toMatch(/^\[Perl\] CALL "f": the interpreter exited with code 3: x{990}last words$/);
  expect(second?.message).toMatch(/^\[Perl\] CALL "f": the interpreter exited with code 3: x/);
});

test('what waits behind another call is told which one ran', async () => {
  const { connection, call, end } = connect();
  void failure(call());
  const settings = resolveOptions('Perl', {}).calls;
  const behind = failure(connection.session.request({ verb: 'EVAL', subject: 'x', payload: '"x"', settings }));
  end({ exitCode: 1 });
  expect((await behind).message).toBe('[Perl] EVAL "x": the interpreter exited with code 1 while it ran CALL "f"');
});

test('a peer that breaks the protocol, or sends too much, is ended with that reason', async () => {
  const broken = connect();
  const waiting = failure(broken.call());
  broken.say('DANCE');
  expect((await waiting).message).toMatch(/it broke the protocol \(it sent a message that makes no sense: "DANCE"\)/);
  for (const way of ['channel', 'parts']) {
    const long = connect({ options: { maxMessageBytes: 10 } });
    const answer = failure(long.call());
    if (way === 'channel') long.listener.tooLong();
    else long.say('PART 1 "01234567890123456789"');
    expect((await answer).message).toMatch(
      /a message of more than 10 bytes: send less at a time, or raise maxMessageBytes/,
    );
  }
});

test('output goes where the running call wants it, and otherwise where the bond does', async () => {
  const [bond, one] = [vi.fn(), vi.fn()];
  const { call, say, listener } = connect({ options: { stdout: bond, stderr: bond } });
  listener.stdout(Buffer.from('a'));
  const answer = call({ stdout: one });
  listener.stdout(Buffer.from('b'));
  listener.stderr(Buffer.from('c'));
  say('RETURN 1 1');
  await answer;
  listener.stdout(Buffer.from('d'));
  expect(bond.mock.calls.map(String)).toEqual(['a', 'c', 'd']);
  expect(one.mock.calls.map(String)).toEqual(['b']);
});

test('output that cannot be given fails the call that printed it, or else ends the bond', async () => {
  const cause = new Error('full');
  const stdout = () => {
    throw cause;
  };
  const { connection, call, say, listener, done } = connect({ options: { stdout } });
  const failed = failure(call());
  listener.stdout(Buffer.from('a'));
  expect(await failed).toMatchObject({
    code: 'BOND_OUTPUT',
    cause,
    message: '[Perl] CALL "f": the target for stdout threw: full',
  });
  say('RETURN 1 1');
  expect(done).not.toContain('kill');
  listener.stdout(Buffer.from('a'));
  expect(done).toContain('kill');
  await connection.interpreter.ended;
  expect(await failure(call())).toMatchObject({ cause, message: expect.stringContaining('the target for stdout') });
});

test('any byte on standard error breaks the silence', async () => {
  const { connection, listener } = connect();
  const heard = vi.spyOn(connection.session, 'heard');
  listener.stderr(Buffer.from('a'));
  listener.heard();
  expect(heard).toHaveBeenCalledTimes(2);
});

test("the bond's signal ends it, at once or later, with its reason as the cause", async () => {
  const early = connect({ options: { signal: AbortSignal.abort('early') } });
  expect(await failure(early.call())).toMatchObject({ cause: 'early' });
  const controller = new AbortController();
  const { call } = connect({ options: { signal: controller.signal } });
  const waiting = failure(call());
  controller.abort('later');
  expect(await waiting).toMatchObject({
    cause: 'later',
    message: '[Perl] CALL "f": the bond was aborted; the interpreter was killed by SIGKILL',
  });
});

test('no listener is left on the signal of a bond that is over', async () => {
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, 'removeEventListener');
  const { connection } = connect({ options: { signal } });
  await connection.kill();
  await turn();
  expect(removed).toHaveBeenCalledOnce();
});

test('what lends functions belongs to this connection, and has its language, protocol and settings', async () => {
  const { connection, say, sent, call } = connect();
  const settings = resolveOptions('Perl', {}).calls;
  const lender = connection.lenderFor(settings);
  expect(lender).toMatchObject({ lang: 'Perl', isClone: false, protocol: 'JSON', settings });
  expect(lender.isOwner(connection)).toBe(true);
  expect(lender.isOwner({})).toBe(false);
  expect(() => lender.need('never' as never)).toThrow(BondException);
  const released = vi.fn();
  const object = {};
  expect(lender.lend(() => 'called', released, object)).toBe(1);
  const answer = call();
  say('CALL 1 1 [1,[]]');
  expect(sent.at(-1)).toBe('RETURN 1 0 "called"\n');
  say('RETURN 1 @[[null],[[[0],-1,""]]]');
  expect(await answer).toBe(object);
  say('RELEASE 1');
  expect(released).toHaveBeenCalledOnce();
});

test('handles are made for the connection', async () => {
  const { connection, say } = connect();
  const settings = resolveOptions('Perl', {}).calls;
  const held = connection.session.request({ verb: 'EVAL_HOLD', subject: 'x', payload: '"x"', settings });
  say('RETURN 1 [[null],[[[0],7,"Point"]]]');
  expect(await held).toEqual({ number: 7, text: 'Point' });
});

test('an exception crosses itself where the bond says so, and has a stack where the driver takes one', async () => {
  const thrown = new SerializationException('Perl', 'x', 'local');
  for (const [features, transExcept, pattern] of [
    [['stacks'], false, /"stack":/],
    [[], false, /^EXCEPT 1 0 \{"type":"SerializationException","message":"\[Perl\] x"\}\n$/],
    [[], true, /"data":/],
  ] as const) {
    const { connection, call, say, sent } = connect({ options: { transExcept }, ready: { features } });
    const lender = connection.lenderFor(resolveOptions('Perl', {}).calls);
    lender.lend(() => {
      throw transExcept ? ['data'] : thrown;
    });
    call().catch(() => {});
    say('CALL 1 1 [1,[]]');
    expect(sent.at(-1)).toMatch(pattern);
  }
});
