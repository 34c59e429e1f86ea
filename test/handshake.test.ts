// What a driver is sent, and the result of each answer, with the exact texts.

import { describe, expect, test, vi } from 'vitest';
import { type BondException, type Ending, howEnded } from '../src/common/errors.js';
import type { BondOptions } from '../src/common/options.js';
import { resolveOptions } from '../src/common/resolve-options.js';
import { driverText, queryDriver } from '../src/drivers/driver.js';
import type { Driver } from '../src/drivers/manifest.js';
import type { Interpreter } from '../src/process/interpreter.js';
import { featuresOf, handshake, type Ready } from '../src/session/handshake.js';
import type { Channel, ChannelEvents } from '../src/wire/channel.js';
import { parseMessage } from '../src/wire/messages.js';
import { stopTime } from './stopped-time.js';

vi.mock('../src/common/globals.js', async (load) => {
  const { timersOfTheMoment } = await import('./time.js');
  return { ...(await load<object>()), ...timersOfTheMoment };
});

const MARK = { head: 'abc', tail: 'def', text: '\x1eabcdef' };
const READY = 'READY {"protocol":"EJSON","version":"3.1","pid":7,"interrupt":"SIGURG"}';

interface Circumstances {
  readonly lang?: string;
  readonly driver?: Partial<Driver>;
  readonly options?: BondOptions;
  readonly interpreter?: Partial<Interpreter>;
  readonly stderr?: string;
}

/** A set-up whose other side says what the test says. */
function begin({ lang = 'Python', driver = {}, options = {}, interpreter = {}, stderr = '' }: Circumstances = {}) {
  const sent: string[] = [];
  let events: ChannelEvents | undefined;
  let end: (ending: Ending) => void = () => {};
  const double = {
    command: 'python3',
    isOurs: true,
    pid: 42,
    bulk: undefined,
    ended: new Promise<Ending>((resolve) => {
      end = resolve;
    }),
    howEnded: (ending: Ending) => howEnded(ending, false),
    stderrText: () => stderr,
    ...interpreter,
  };
  const channel = {
    mark: MARK,
    listen: (listener: ChannelEvents) => {
      events = listener;
    },
    wait: () => {
      events = undefined;
    },
    sendPieces: (pieces: readonly (string | Buffer)[]) => sent.push(pieces.join('')),
  };
  let meanwhile = 0;
  const done = handshake(
    double as unknown as Interpreter,
    channel as unknown as Channel,
    { ...queryDriver(lang), ...driver },
    resolveOptions(lang, options),
    () => meanwhile++,
  );
  done.catch(() => {});
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    done,
    sent,
    end: (ending: Partial<Ending>) => end({ exitCode: null, signal: null, stderr, ...ending } as Ending),
    isHeard: () => events !== undefined,
    meanwhile: () => meanwhile,
    /** Says messages, one a turn. */
    async say(...messages: readonly string[]): Promise<void> {
      for (const message of messages) {
        await settled();
        events?.message(parseMessage(message), message);
      }
      await settled();
    },
    async print(text: string): Promise<void> {
      await settled();
      events?.heard();
      events?.stdout(Buffer.from(text));
    },
    async printError(text: string): Promise<void> {
      await settled();
      events?.stderr(Buffer.from(text));
    },
    async sayTooMuch(): Promise<void> {
      await settled();
      events?.tooLong();
    },
  };
}

/** The error that a set-up ends with, which is always of one kind. */
async function failureOf({ done }: { done: Promise<Ready> }): Promise<string> {
  const error = await done.then(
    () => expect.fail('it should have failed'),
    (thrown: BondException) => thrown,
  );
  expect(error).toMatchObject({ name: 'BondException', code: 'BOND_SETUP' });
  return error.message;
}

/** The settings that a driver is sent. */
async function settingsWith(circumstances: Circumstances): Promise<Record<string, unknown>> {
  const peer = begin(circumstances);
  await peer.say('STAGE1');
  const [, line = ''] = /\nOPEN (.*)\n$/.exec(peer.sent[1] ?? '') ?? [];
  return JSON.parse(line);
}

describe('a driver', () => {
  test('is sent with its length, and with the mark in two halves; then come the settings', async () => {
    const { stage1, stage2 } = await driverText('Python');
    const peer = begin();
    await peer.say('STAGE1');
    const loader = stage1.replace('@HEAD@', 'abc').replace('@TAIL@', 'def').replace('@LENGTH@', `${stage2.length}`);
    expect(peer.sent[0]).toBe(`${loader}\n`);
    expect(peer.sent[1]?.startsWith(`${stage2}OPEN {`)).toBe(true);
    expect(peer.sent[1]?.endsWith('}\n')).toBe(true);
    expect(peer.meanwhile()).toBe(1);
    await peer.say(READY);
    expect(await peer.done).toEqual({ protocol: 'EJSON', version: '3.1', pid: 7, interrupt: 'SIGURG' });
    expect(peer.isHeard()).toBe(false); // who comes next gets what follows
  });

  test('is told how to speak, and who it is', async () => {
    expect(await settingsWith({})).toEqual({
      mark: MARK.text,
      protocols: ['EJSON', 'JSON'],
      transExcept: null,
      pid: 42,
      bulk: null,
      parts: true,
      bytes: true,
    });
    const bulk = { fd: 3, inode: 99, stream: undefined as never, readMore: () => 0 };
    expect(await settingsWith({ interpreter: { isOurs: false, bulk } })).toMatchObject({ pid: -1, bulk: [3, 99] });
    const options: BondOptions = { transExcept: true, protocol: 'JSON', text: 'bytes', concurrent: true };
    expect(await settingsWith({ options })).toMatchObject({
      transExcept: true,
      protocols: ['JSON'],
      text: 'bytes',
      concurrent: true,
    });
    expect(await settingsWith({ lang: 'JavaScript' })).toMatchObject({
      protocols: ['V8', 'EJSON', 'JSON'],
      v8Format: expect.any(Number),
    });
  });

  test('is told the same where a program has put `toJSON` into prototypes', async () => {
    const prototypes = [Object.prototype, Array.prototype] as { toJSON?: unknown }[];
    for (const prototype of prototypes) prototype.toJSON = () => 'taken';
    try {
      const peer = begin({
        interpreter: { bulk: { fd: 3, inode: 99, stream: undefined as never, readMore: () => 0 } },
      });
      await peer.say('STAGE1');
      expect(peer.sent[1]).toContain('"protocols":["EJSON","JSON"]');
      expect(peer.sent[1]).toContain('"bulk":[3,99]');
    } finally {
      for (const prototype of prototypes) delete prototype.toJSON;
    }
  });
});

describe('an interpreter', () => {
  const stage = 'before the driver was loaded (STAGE1)';
  const advice = 'does it start Python when you type it?';

  test('that ends is told of with its last words', async () => {
    const peer = begin({ stderr: ' no module \n' });
    await peer.print('hello\n');
    peer.end({ exitCode: 3 });
    expect(await failureOf(peer)).toBe(
      `[Python] the command python3 exited with code 3, ${stage}; it printed "hello\\nno module"; ${advice}`,
    );
    const later = begin();
    await later.say('STAGE1');
    later.end({ signal: 'SIGSEGV' });
    expect(await failureOf(later)).toBe(
      '[Python] the command python3 was ended by SIGSEGV, before the driver was loaded (READY); it printed nothing',
    );
  });

  test('that prints much is told of with the end of it', async () => {
    const peer = begin();
    await peer.print(`${'a'.repeat(2000)}z`);
    peer.end({ exitCode: 0 });
    expect(await failureOf(peer)).toContain(`; it printed "${'a'.repeat(999)}z"`);
  });

  test('that prints without end is given up', async () => {
    const peer = begin();
    const chunk = '.'.repeat(2 ** 20);
    for (let count = 0; count < 16; count++) await peer.print(chunk);
    await Promise.race([failureOf(peer).then(() => expect.fail('too early')), new Promise(setImmediate)]);
    await peer.print('.');
    expect(await failureOf(peer)).toContain(`printed more than ${2 ** 24} bytes, ${stage}`);
  });

  test('that echoes its input is no interpreter', async () => {
    const peer = begin();
    await peer.print("write(1, b'\\x1eabc' + b'def STAGE1')");
    expect(await failureOf(peer)).toBe(
      '[Python] the command python3 echoes its input: it is not an interpreter, or it runs on a terminal ' +
        `(do not use -t with ssh or docker), ${stage}; ${advice}`,
    );
  });

  test('that says what is not due, or too much, is refused', async () => {
    const odd = begin();
    await odd.say('RETURN 1 null');
    expect(await failureOf(odd)).toContain(`the command python3 answered out of turn, ${stage}`);
    const senseless = begin();
    await senseless.say('DANCE');
    expect(await failureOf(senseless)).toContain(`the command python3 answered out of turn, ${stage}`);
    const twice = begin();
    await twice.say('STAGE1', 'STAGE1');
    expect(await failureOf(twice)).toContain(
      'answered out of turn: it seems to start more than one interpreter (srun needs -n1), before the driver was loaded (READY)',
    );
    const long = begin({ options: { maxMessageBytes: 1000 } });
    await long.sayTooMuch();
    expect(await failureOf(long)).toContain('sent a line of more than 1000 bytes (maxMessageBytes)');
  });

  test('that is silent is given up; what it prints, to either stream, is a sign of life, for a while', async () => {
    const goOn = stopTime();
    const silent = begin({ options: { startTimeout: 30 } });
    await goOn(30);
    expect(await failureOf(silent)).toBe(
      `[Python] the command python3 was silent for 30 ms (startTimeout), ${stage}; it printed nothing; ${advice}`,
    );
    const endless = begin({ options: { startTimeout: 200 } });
    let isOver = false;
    void endless.done.catch(() => {
      isOver = true;
    });
    for (let ms = 0; ms < 1000; ms += 100) {
      expect(isOver).toBe(false);
      await (ms % 200 === 0 ? endless.print('.') : endless.printError('.'));
      await goOn(100);
    }
    expect(await failureOf(endless)).toContain('kept printing for 5 times 200 ms (startTimeout)');
  });

  test('behind a shell that passes on no arguments is told of, where the driver has some', async () => {
    for (const [command, more, isTold] of [
      ["sh -c 'php'", {}, true],
      ['/bin/bash -lc php', {}, true],
      ['ssh host dash -c php', {}, true],
      ['sh -c \'php "$@"\' sh', {}, false],
      ['fish -c php', {}, false],
      ['sh php', {}, false],
      ['sh -c php', { options: { defArgs: false } }, false],
      ['sh -c php', { driver: { arguments: [] } }, false],
    ] as const) {
      const peer = begin({ lang: 'PHP', interpreter: { command }, ...more });
      peer.end({ exitCode: 0 });
      const message = await failureOf(peer);
      const told = `; sh -c passes on no arguments: write 'php "$@"' instead of php, and 'sh' after it`;
      expect(message.includes(told), command).toBe(isTold);
      expect(message.endsWith('; does it start PHP when you type it?'), command).toBe(!isTold);
    }
  });

  test.each([
    ['READY', 'Unexpected end of JSON input'],
    ['READY {"protocol":"EJSON","version":3}', 'it has no version'],
    ['READY {"protocol":"EJSON","version":"3","interrupt":"SIGNO"}', 'it has no such signal'],
    ['READY {"protocol":"EJSON","version":"3","interrupt":["SIGINT"]}', 'it has no such signal'],
    ['READY {"protocol":"EJSON","version":"3","features":"all"}', 'its features are not a list'],
    ['READY {"protocol":"EJSON","version":"3","lacks":{}}', 'its lacks are not a list'],
  ])('whose READY cannot be read is refused: %s', async (ready, reason) => {
    const peer = begin();
    await peer.say('STAGE1', ready);
    expect(await failureOf(peer)).toBe(`[Python] the command python3 sent a READY that cannot be read: ${reason}`);
  });

  test.each(['SIGINT', 'SIGURG', 'SIGUSR1', null])('may be interrupted by %s', async (signal) => {
    const peer = begin();
    await peer.say('STAGE1', `READY ${JSON.stringify({ protocol: 'JSON', version: '3', interrupt: signal })}`);
    expect((await peer.done).interrupt).toBe(signal);
  });

  test('that chooses a protocol which nobody has asked for is refused', async () => {
    const peer = begin({ options: { protocol: 'JSON' } });
    await peer.say('STAGE1', READY);
    expect(await failureOf(peer)).toBe(
      '[Python] the command python3 chose none of the requested protocols (JSON); the driver has EJSON, JSON',
    );
  });

  test('has the features that it says, or those of its driver, without those that it lacks', () => {
    const driver = { features: ['hold', 'live', 'text'] } as unknown as Driver;
    const ready = { protocol: 'JSON', version: '1', pid: 1, interrupt: null } as const;
    expect([...featuresOf(driver, ready)]).toEqual(['hold', 'live', 'text']);
    expect([...featuresOf(driver, { ...ready, lacks: ['text'] })]).toEqual(['hold', 'live']);
    expect([...featuresOf(driver, { ...ready, features: ['hold', 'parts'], lacks: ['hold'] })]).toEqual(['parts']);
  });
});
