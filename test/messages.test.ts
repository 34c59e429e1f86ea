// The lines of the wire, and the log of them.

import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { Ending } from '../src/common/errors.js';
import type { Interpreter } from '../src/process/interpreter.js';
import type { InterpreterEvents } from '../src/process/interpreter-events.js';
import { Channel } from '../src/wire/channel.js';
import { ConversationLog, openLog } from '../src/wire/conversation-log.js';
import { newMark } from '../src/wire/mark.js';
import { formatMessage, isHolding, parseMessage } from '../src/wire/messages.js';
import { onTestFinished } from './finish.js';

describe('a message', () => {
  test.each([
    ['STAGE1', { verb: 'STAGE1' }],
    ['READY {"a": 1}', { verb: 'READY', payload: '{"a": 1}' }],
    ['READY', { verb: 'READY', payload: '' }],
    ['RETURN 12 [1, 2]', { verb: 'RETURN', id: 12, payload: '[1, 2]' }],
    ['RETURN 1 ', { verb: 'RETURN', id: 1, payload: '' }],
    ['RETURN 1', { verb: 'RETURN', id: 1, payload: '' }],
    ['PART 0 x', { verb: 'PART', id: 0, payload: 'x' }],
    ['EXCEPT 999999999999999 x', { verb: 'EXCEPT', id: 999_999_999_999_999, payload: 'x' }],
    ['ERROR 9 x y', { verb: 'ERROR', id: 9, payload: 'x y' }],
    ['CALL 5 17 ["f",[]]', { verb: 'CALL', id: 5, request: 17, payload: '["f",[]]' }],
    ['INTERRUPTED 3', { verb: 'INTERRUPTED', serial: 3 }],
    ['RELEASE 1 22 3', { verb: 'RELEASE', ids: [1, 22, 3] }],
  ])('says what it says: %s', (text, message) => {
    expect(parseMessage(text)).toEqual(message);
  });

  test.each([
    'RETURN', 'RETURN  1', 'RETURN x', 'RETURN 1x', 'RETURN /', 'RETURN :', 'RETURN 1000000000000000', 'RETURNS 1', 'CALL 1', 'CALL 1 x []', 'CALL x 1 []', 'CALL  1',
    'INTERRUPTED', 'INTERRUPTED x', 'RELEASE', 'RELEASE 1  2', 'RELEASE 1 x', 'EVAL 0 1 "x"', '', ' ', 'return 1', 'STAGE', 'END',
  ])('that no driver sends says nothing: %s', (text) => {
    expect(parseMessage(text)).toBeUndefined();
  }); // biome-ignore format: short

  test('of the host is a line', () => {
    expect(formatMessage({ verb: 'END' })).toBe('END - 0 \n');
    expect(formatMessage({ verb: 'RELEASE', id: 4 })).toBe('RELEASE - 4 \n');
    expect(formatMessage({ verb: 'INTERRUPT', id: 4, serial: 2 })).toBe('INTERRUPT - 4 2\n');
    expect(formatMessage({ verb: 'CALL', frame: 1, id: 2, payload: 'x' })).toBe('CALL 1 2 x\n');
    expect(formatMessage({ verb: 'RETURN_WITH', frame: 1, payload: 'x' })).toBe('RETURN_WITH 1 0 x\n');
  });

  test('asks for what cannot cross to be held there, or not', () => {
    expect((['CHAIN', 'EVAL_HOLD', 'CALL_HOLD', 'EVAL_BLOCK_HOLD'] as const).map(isHolding)).not.toContain(false);
    expect((['EVAL', 'CALL', 'EVAL_BLOCK', 'EXPORT'] as const).map(isHolding)).not.toContain(true);
  });
});

describe('a log', () => {
  /** A log, and its lines without the time. */
  function open(isShort = false) {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const log = new ConversationLog({ lang: 'Perl', pid: 5 }, [{ stream, isShort }]);
    return { log, stream, lines, shown: () => lines.map((line) => line.replace(/^(.) \S+ /, '$1 ')) };
  }

  test('that a program wants gets every line', () => {
    const { stream, shown } = open();
    openLog({ lang: 'Perl', pid: 5 }, stream)?.note(`a${'x'.repeat(300)}`);
    expect(shown()).toEqual([`# Perl 5 a${'x'.repeat(300)}\n`]);
  });

  test('is kept only if someone wants it', () => {
    expect(openLog({ lang: 'Perl', pid: 5 }, undefined)).toBeUndefined();
    expect(openLog({ lang: 'Perl', pid: 5 }, new Writable())).toBeInstanceOf(ConversationLog);
  });

  test('has the time, the bond, and which way each line went', () => {
    const { log, lines } = open();
    log.sent('EVAL 0 1 "x"\n');
    log.note('the interpreter ended');
    expect(lines[0]).toMatch(/^> \d\d:\d\d:\d\d\.\d{3} Perl 5 EVAL 0 1 "x"\n$/);
    expect(lines[1]).toMatch(/^# \d\d:\d\d:\d\d\.\d{3} Perl 5 the interpreter ended\n$/);
    expect(lines).toHaveLength(2);
  });

  test('shows what is inside of what', () => {
    const { log, shown } = open();
    log.sent('CALL 0 1 ["a"]\n');
    log.received('CALL 1 1 ["f"]');
    log.sent('EVAL 1 2 "b"\n');
    log.received('CALL 2 2 ["g"]');
    log.sent('EXPORT 2 3 "c"\n');
    log.received('RELEASE 5');
    log.received('RETURN 3 ');
    log.sent('RETURN 2 0 1\n');
    log.received('ERROR 2 2');
    log.sent('EXCEPT 1 0 3\n');
    log.received('RETURN 1 4');
    log.sent('EVAL_BLOCK 0 4 "d"\nINTERRUPT - 4 1\n');
    log.sent('PART 0 5 "d"\nCALL 0 5 ["d"]\n');
    expect(shown()).toEqual(
      [
        '> Perl 5 CALL 0 1 ["a"]',
        '< Perl 5   CALL 1 1 ["f"]',
        '> Perl 5     EVAL 1 2 "b"',
        '< Perl 5       CALL 2 2 ["g"]',
        '> Perl 5         EXPORT 2 3 "c"',
        '< Perl 5         RELEASE 5',
        '< Perl 5         RETURN 3 ',
        '> Perl 5       RETURN 2 0 1',
        '< Perl 5     ERROR 2 2',
        '> Perl 5   EXCEPT 1 0 3',
        '< Perl 5 RETURN 1 4',
        '> Perl 5 EVAL_BLOCK 0 4 "d"',
        '> Perl 5 INTERRUPT - 4 1',
        '> Perl 5 PART 0 5 "d"',
        '> Perl 5 CALL 0 5 ["d"]',
      ].map((line) => `${line}\n`),
    );
  });

  test.each(['EVAL', 'EVAL_BLOCK', 'CALL', 'EVAL_HOLD', 'EVAL_BLOCK_HOLD', 'CALL_HOLD', 'CHAIN', 'EXPORT'])(
    'shows what is inside of a nested %s, whichever way that ends',
    (verb) => {
      for (const end of ['RETURN', 'RETURN_WITH', 'EXCEPT', 'ERROR']) {
        const { log, shown } = open();
        log.sent('CALL 0 1 ["a"]\n');
        log.received('CALL 1 1 ["f"]');
        log.sent(`${verb} 1 2 "b"\n`);
        log.received('CALL 2 2 ["g"]');
        log.received('PART 2 "c"');
        log.sent(`${end} 2 0 3\n`);
        log.received(`${end.replace('_WITH', '')} 2 4`);
        log.sent('INTERRUPT - 1 1\n');
        expect(shown().map((line) => /^. Perl 5( *)/.exec(line)?.[1]?.length)).toEqual([1, 3, 5, 7, 9, 7, 5, 5]);
      }
    },
  );

  test('of many lines in a turn shows each, if it is no driver', () => {
    const { log, shown } = open(true);
    log.sent('PART 0 1 [1]\nPART 0 1 [2]\nCALL 0 1 ["f"]\n');
    expect(shown()).toHaveLength(3);
    log.received('CALL');
    log.received('RETURN');
    expect(shown().slice(3)).toEqual(
      ['<   Perl 5 CALL\n', '< Perl 5 RETURN\n'].map((line) => line.replace('<   Perl 5 ', '< Perl 5   ')),
    );
  });

  test('shows that a call of the other side is over when what is around it goes on', () => {
    const { log, shown } = open();
    log.sent('CALL 0 1 ["a"]\n');
    log.received('CALL 1 1 ["f"]');
    log.received('EXCEPT 1 "interrupted"');
    log.sent('CALL 0 2 ["b"]\n');
    log.received('CALL 2 2 ["g"]');
    log.received('CALL 9 0 ["timer"]');
    log.sent('RETURN 8 0 null\n');
    expect(shown().map((line) => line.replace(/^. Perl 5/, '').trimEnd())).toEqual([
      ' CALL 0 1 ["a"]',
      '   CALL 1 1 ["f"]',
      ' EXCEPT 1 "interrupted"',
      ' CALL 0 2 ["b"]',
      '   CALL 2 2 ["g"]',
      '   CALL 9 0 ["timer"]',
      '   RETURN 8 0 null',
    ]);
  });

  test('has all of the driver in a file, and its last line on a terminal', () => {
    const driver = 'one\ntwo\nthree\n';
    const [file, terminal] = [open(), open(true)];
    file.log.sent(driver);
    terminal.log.sent(driver);
    expect(file.shown()).toEqual(['> Perl 5 one\n', '> Perl 5 two\n', '> Perl 5 three\n']);
    expect(terminal.shown()).toEqual(['> Perl 5 … 2 lines of the driver\n', '> Perl 5 three\n']);
  });

  test('gives a terminal no commands, and no more of a line than it shows', () => {
    const { log, shown } = open(true);
    log.received(`RETURN 1 "\x1b[2J\x07\x7f"`);
    log.received(`RETURN 2 ${'x'.repeat(300)}`);
    log.received(`RETURN 3 ${'x'.repeat(191)}`);
    const { shown: whole, log: file } = open();
    file.received(`RETURN 2 ${'\x1b'.repeat(300)}`);
    expect(shown()).toEqual([
      '< Perl 5 RETURN 1 "\\x1b[2J\\x07\\x7f"\n',
      `< Perl 5 RETURN 2 ${'x'.repeat(191)}… (309 characters)\n`,
      `< Perl 5 RETURN 3 ${'x'.repeat(191)}\n`,
    ]);
    expect(whole()).toEqual([`< Perl 5 RETURN 2 ${'\x1b'.repeat(300)}\n`]);
  });

  test('that fails gets no more lines, and a warning says so; another one goes on', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warned.mockRestore());
    const { stream: good, shown } = open();
    const bad = new Writable();
    const write = vi.spyOn(bad, 'write').mockImplementation(() => {
      throw new Error('full');
    });
    const log = new ConversationLog({ lang: 'Perl', pid: 5 }, [
      { stream: bad, isShort: false },
      { stream: good, isShort: false },
    ]);
    log.note('a');
    log.note('b');
    expect(write).toHaveBeenCalledOnce();
    expect(warned.mock.calls).toEqual([
      [
        'the logfile of a bond with Perl 5 gets no more lines: its write threw: full',
        { type: 'BondWarning', code: 'BOND_LOGFILE' },
      ],
    ]);
    expect(shown()).toEqual(['# Perl 5 a\n', '# Perl 5 b\n']);
  });

  test('that is closed gets nothing', () => {
    const { log, stream, lines } = open();
    const write = vi.spyOn(stream, 'write');
    stream.destroy();
    log.note('a');
    expect(lines).toEqual([]);
    expect(write).not.toHaveBeenCalled();
  });
});

describe('a channel', () => {
  /** A channel to a double of an interpreter; what it tells is noted down. */
  function open(log?: ConversationLog) {
    let events = undefined as unknown as InterpreterEvents;
    let end = (): void => {};
    const ended = new Promise<Ending>((resolve) => {
      end = () => resolve({ exitCode: 0, signal: null, stderr: '' });
    });
    const sent: unknown[] = [];
    const awaited: boolean[] = [];
    let pauses = 0;
    const interpreter = {
      ended,
      listen: (given: InterpreterEvents) => {
        events = given;
      },
      send: (...args: unknown[]) => sent.push(args),
      awaitBulk: (isAwaited: boolean) => awaited.push(isAwaited),
      stream: () => ({ pause: () => pauses++ }),
    };
    const mark = newMark();
    const channel = new Channel(interpreter as unknown as Interpreter, mark, 20, log);
    const told: string[] = [];
    const listener = {
      heard: () => told.push('heard'),
      message: (message: unknown, text: string) => told.push(`${message ? '' : 'nonsense '}${text}`),
      stdout: (chunk: Buffer) => told.push(`out ${chunk}`),
      stderr: (chunk: Buffer) => told.push(`err ${chunk}`),
      tooLong: () => told.push('too long'),
    };
    const write = (name: 'stdout' | 'stderr' | 'bulk', text: string) =>
      events[name]?.(Buffer.from(text, 'latin1'), () => 0);
    return { channel, listener, told, write, sent, awaited, end, mark: mark.text, pauses: () => pauses };
  }

  test('keeps what comes until someone listens, in order', async () => {
    const { channel, listener, told, write, mark } = open();
    write('stderr', 'e');
    write('stdout', `o${mark} RETURN 1 5\n`);
    await turn();
    await turn();
    expect(told).toEqual([]);
    channel.listen(listener);
    expect(told).toEqual(['err e', 'out o', 'RETURN 1 5']);
    channel.wait();
    write('stdout', 'later');
    await turn();
    expect(told).toHaveLength(3);
    channel.listen(listener);
    expect(told.at(-1)).toBe('out later');
  });

  test('tells that something has come, before what it is', async () => {
    const { channel, listener, told, write, mark } = open();
    channel.listen(listener);
    write('stdout', `${mark} DANCE\n`);
    await turn();
    expect(told).toEqual(['heard', 'nonsense DANCE']);
    write('bulk', 'x');
    expect(told).toEqual(['heard', 'nonsense DANCE', 'heard']);
  });

  test('gives what is left when the interpreter ends', async () => {
    const { channel, listener, told, write, end, mark } = open();
    channel.listen(listener);
    write('stdout', `a${mark} RETURN 1 5\n`);
    end();
    await Promise.resolve();
    await Promise.resolve();
    expect(told).toEqual(['heard', 'out a', 'RETURN 1 5']);
    await turn();
    await turn();
    expect(told).toHaveLength(3);
  });

  test('tells of a message that is too long', async () => {
    const { channel, listener, told, write, mark } = open();
    channel.listen(listener);
    write('stdout', `${mark} RETURN 1 ${'x'.repeat(30)}\n`);
    await turn();
    expect(told).toEqual(['heard', 'too long']);
  });

  test('sends lines that no one logs', () => {
    const { channel, sent } = open();
    channel.send('a\n');
    expect(sent).toHaveLength(1);
  });

  test('takes what comes by the way for long messages before anyone listens', () => {
    const { write, told } = open();
    write('bulk', 'x');
    expect(told).toEqual([]);
  });

  test('waits a turn for standard error only if a message has something in front of it', async () => {
    const { channel, listener, told, write, mark } = open();
    channel.listen(listener);
    const message = `${mark} RETURN 1 5\n`;
    for (const [chunks, turns] of [
      [[message], 1],
      [['out', 'put'], 1],
      [[message.slice(0, 5)], 2],
      [[message.slice(5)], 1],
      [['out', message], 2],
      [[message, 'out'], 2],
      [[message + message], 2],
    ] as const) {
      told.length = 0;
      for (const chunk of chunks) write('stdout', chunk);
      for (let count = 1; count < turns; count++) {
        await turn();
        expect(told).toEqual([]);
      }
      await turn();
      expect(told[0]).toBe('heard');
      await turn();
      await turn();
      expect(told.filter((one) => one === 'heard')).toHaveLength(1);
    }
  });

  test('asks for the way of a long message that is announced, and pauses what would pile up behind it', async () => {
    const { channel, listener, write, awaited, pauses, mark } = open();
    channel.listen(listener);
    write('stdout', `${mark}=5\n`);
    await turn();
    await turn();
    expect(awaited).toEqual([true]);
    expect(pauses()).toBe(0);
    for (let count = 0; count < 10; count++) write('stdout', 'x'.repeat(200_000));
    await turn();
    await turn();
    expect(pauses()).toBeGreaterThan(0);
  });

  test('sends lines, and logs both ways', async () => {
    const lines: string[] = [];
    const log = {
      sent: (text: string) => lines.push(`> ${text}`),
      received: (text: string) => lines.push(`< ${text}`),
    };
    const { channel, listener, write, sent, mark } = open(log as unknown as ConversationLog);
    channel.listen(listener);
    channel.send('a\n');
    channel.send('b\n', true);
    write('stdout', `${mark} RETURN 1 5\n`);
    await turn();
    expect(sent).toEqual([
      ['a\n', false],
      ['b\n', true],
    ]);
    expect(lines).toEqual(['> a\n', '> b\n', '< RETURN 1 5']);
  });
});
