// A peer that breaks the rules. Whatever it does, it meets an exception that says so, in the promise of a call: an error
// that is thrown anywhere else makes Vitest fail the whole run.

import { AsyncLocalStorage } from 'node:async_hooks';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import {
  BondException,
  type OutputTarget,
  RemoteException,
  SerializationException,
  TerminatedException,
} from '../src/index.js';
import { collect, rejection } from './fixtures.js';
import { rounds } from './fuzzing.js';
import { expectEnded, expectInStep, type HostilePeer, openHostile, refusalOf } from './hostile.js';
import { peakGrowth } from './memory.js';
import { testSample } from './turns.js';

const MB = 2 ** 20;

const PROTOTYPES = [Object, Array, Function, String, Number, Error, Promise, Buffer, Map].map((type) => type.prototype);
const keysOfPrototypes = (): PropertyKey[][] => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype));
const keysAtFirst = keysOfPrototypes();

afterEach(() => {
  expect(keysOfPrototypes()).toEqual(keysAtFirst);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

/** A bond whose peer says `lines` in its first request; `@` in them is the id of that. */
function openAnswering(...lines: string[]) {
  return openHostile(async ({ next, say }, lines) => {
    const { id } = await next();
    for (const line of lines) say(line.replaceAll('@', id));
  }, lines);
}

/** A bond whose peer says one of `lines` in each of its first requests; `@` in them is the id of that. */
function openAnsweringInTurn(...lines: string[]) {
  return openHostile(async ({ next, say }, lines) => {
    for (const line of lines) say(line.replaceAll('@', (await next()).id));
  }, lines);
}

/** A bond whose peer agrees to an export, and calls the host in the next request, which resolves to the host's answer. */
function openCalling(payload: string) {
  return openHostile(async ({ next, say }, payload) => {
    const exported = await next();
    say(`RETURN ${exported.id} `);
    const { id } = await next();
    say(`CALL 1 ${id} ${payload}`);
    say(`RETURN ${id} ${JSON.stringify((await next()).line)}`);
  }, payload);
}

/** A bond whose peer writes something in one piece with its READY; `@` is the mark. */
function openSayingBehindReady(text: string, stdout: OutputTarget = 'ignore') {
  return openHostile(
    ({ print, mark }, text) => {
      const ready = `READY {"protocol":"JSON","version":"1.0","pid":${process.pid}}`;
      print(`${mark} ${ready}\n${text.replace('@', mark)}`);
    },
    text,
    { moment: 'ready', stdout },
  );
}

describe.concurrent('messages that no driver sends end the peer', () => {
  const test = testSample(6);
  test.each([
    ['an unknown verb', 'DANCE 1 2'],
    ['nothing', ''],
    ['blanks', '   '],
    ['a verb of the host', 'EVAL 0 1 "1"'],
    ['a verb in small letters', 'return 1 1'],
    ['a verb of Object', '__proto__ 1 1'],
    ['a second STAGE1', 'STAGE1'],
    ['a second READY', 'READY {"protocol":"JSON","version":"1.0"}'],
    ['RETURN alone', 'RETURN'],
    ['RETURN without an id', 'RETURN  1'],
    ['an id below zero', 'RETURN -1 1'],
    ['an id with a sign', 'RETURN +1 1'],
    ['an id with a fraction', 'RETURN 1.0 1'],
    ['an id with an exponent', 'RETURN 1e0 1'],
    ['an id in hexadecimal', 'RETURN 0x1 1'],
    ['an id in other digits', 'RETURN ١ 1'],
    ['an id with NUL', 'RETURN 1\0 1'],
    ['an id of 16 digits', 'RETURN 1000000000000000 1'],
    ['an id of a hundred thousand digits', `RETURN ${'9'.repeat(1e5)} 1`],
    ['EXCEPT without an id', 'EXCEPT {"message":"x"}'],
    ['CALL alone', 'CALL'],
    ['CALL without a request', 'CALL 1'],
    ['CALL with a request that is no number', 'CALL 1 x ["f",[]]'],
    ['CALL with an id below zero', 'CALL -1 @ ["f",[]]'],
    ['AWAIT alone', 'AWAIT'],
    ['AWAIT with an id of 16 digits', 'AWAIT 1000000000000000 @ ["f",[]]'],
    ['THREAD without a request', 'THREAD 1'],
    ['a verb of the host that ends waits', 'CANCEL - 1 1'],
  ])('%s', async (_, line) => {
    const hostile = await openAnswering(line);
    await expectEnded(hostile, hostile.bond.eval('x'), /makes no sense|RETURN/);
  });

  test.each([
    ['an answer to what was never asked', 'RETURN 7 1', 'request 7, which was never made'],
    ['an answer to nothing', 'RETURN 0 1', 'request 0, which was never made'],
    ['an exception for what was never asked', 'EXCEPT 7 {"message":"x"}', 'never made'],
    ['an error for what was never asked', 'ERROR 7 {"message":"x"}', 'never made'],
    ['an answer to the largest id', 'RETURN 999999999999999 1', 'request 999999999999999, which was never made'],
    ['a call in what was never asked', 'CALL 1 7 ["f",[]]', 'request 7, which it is not carrying out'],
    ['a call without a name', 'CALL 1 @ []', 'without a name'],
    ['a call without arguments', 'CALL 1 @ ["f"]', 'without arguments'],
    ['a call with a map of arguments', 'CALL 1 @ ["f",{"0":1,"length":1}]', 'without arguments'],
    ['a call with a text of arguments', 'CALL 1 @ ["f","[]"]', 'without arguments'],
    ['a call of a number that is none', 'CALL 1 @ [[5],[]]', 'without a name'],
    ['a call of what it was never lent', 'CALL 1 @ [5,[]]', 'function 5, which it was not lent'],
    ['a call of a list', 'CALL 1 @ [["f"],[]]', 'without a name'],
    ['a call that is a map', 'CALL 1 @ {"0":"f","1":[]}', 'without a name'],
    ['a call that is null', 'CALL 1 @ null', 'without a name'],
    ['a call of a task in what was never asked', 'AWAIT 1 7 ["f",[]]', 'request 7, which it is not carrying out'],
    ['a call of a task in the largest request', 'AWAIT 1 999999999999999 ["f",[]]', 'which it is not carrying out'],
    ['a call of a thread in a request that is none of a thread', 'THREAD 1 @ ["f",[]]', 'which it is not carrying out'],
    ['a call of a thread in what was never asked', 'THREAD 1 7 ["f",[]]', 'request 7, which it is not carrying out'],
    ['a call of a task that is null', 'AWAIT 1 @ null', 'without a name'],
    ['a call of a thread of what it was never lent', 'THREAD 1 0 [5,[]]', 'function 5, which it was not lent'],
  ])('%s', async (_, line, complaint) => {
    const hostile = await openAnswering(line);
    await expectEnded(hostile, hostile.bond.eval('x'), complaint);
  });

  test('an answer while nothing is asked', async () => {
    const hostile = await openHostile(async ({ next, say, forever }) => {
      say(`RETURN ${(await next()).id} 1`);
      say('RETURN 2 1');
      await forever();
    });
    expect(await hostile.bond.eval('x')).toBe(1);
    await hostile.bond.closed;
    await expectEnded(hostile, hostile.bond.eval('y'), 'request 2, which was never made');
  });

  test('an answer right behind READY', async () => {
    const hostile = await openSayingBehindReady('@ RETURN 1 1\n');
    await expectEnded(hostile, hostile.bond.eval('x'), 'request 1, which was never made');
  });

  test('a call in a request that has been answered', async () => {
    const hostile = await openHostile(async ({ next, say }) => {
      const { id } = await next();
      say(`RETURN ${id} 1`);
      await next();
      say(`CALL 1 ${id} ["f",[]]`);
    });
    expect(await hostile.bond.eval('x')).toBe(1);
    await expectEnded(hostile, hostile.bond.eval('x'), 'request 1, which it is not carrying out');
  });

  /** A bond with a peer that answers one export, and then says what it is given; `slow` there does not return. */
  async function openWithSlow(...lines: string[]) {
    const hostile = await openHostile(async ({ next, say }, lines) => {
      say(`RETURN ${(await next()).id} `);
      await next();
      for (const line of lines) say(line);
    }, lines);
    await hostile.bond.export(() => new Promise(() => {}), 'slow');
    return hostile;
  }

  test('a call of itself while it carries out another', async () => {
    const hostile = await openWithSlow('CALL 1 2 ["slow",[]]', 'CALL 2 0 ["slow",[]]');
    await expectEnded(hostile, hostile.bond.eval('x'), 'request 0, which it is not carrying out');
  });

  test('a call in a request that has not had its turn', async () => {
    const hostile = await openWithSlow('CALL 1 3 ["slow",[]]');
    const [first, second] = [hostile.bond.eval('x'), hostile.bond.eval('y')];
    second.catch(() => {});
    await expectEnded(hostile, first, 'request 3, which it is not carrying out');
  });

  test('an answer to a request that has not been sent', async () => {
    const hostile = await openHostile(async ({ next, say, forever }) => {
      say(`RETURN ${(await next()).id} `);
      const { id } = await next();
      say(`CALL 1 ${id} ["host",[]]`);
      await next();
      say(`RETURN ${Number(id) + 1} "guessed"`);
      await forever();
    });
    const { bond } = hostile;
    const outside = AsyncLocalStorage.snapshot();
    await bond.export(() => {
      outside(() => bond.eval('held back')).catch(() => {});
      return bond.eval('nested');
    }, 'host');
    await expectEnded(hostile, bond.eval('x'), 'request 3');
  });

  test.each([
    ['of a task', 'while it stands still', ['CALL 1 2 ["slow",[]]', 'AWAIT 2 0 ["slow",[]]']],
    ['of a task', 'in a request that stands still', ['CALL 1 2 ["slow",[]]', 'AWAIT 2 2 ["slow",[]]']],
    ['that stands still', 'in a frame that was never opened', ['AWAIT 1 2 ["slow",[]]', 'CALL 2 7 ["slow",[]]']],
    ['of a thread', 'in a request of the outermost level', ['THREAD 1 0 ["slow",[]]', 'THREAD 2 2 ["slow",[]]']],
  ])('a call %s %s', async (_what, _where, lines) => {
    const hostile = await openWithSlow(...lines);
    await expectEnded(hostile, hostile.bond.eval('x'), 'which it is not carrying out');
  });

  test('and what stands behind them is not heard', async () => {
    const hostile = await openHostile(async ({ next, print, mark, forever }) => {
      const { id } = await next();
      print(`${mark} DANCE\n${mark} RETURN ${id} 5\n`);
      await forever();
    });
    await expectEnded(hostile, hostile.bond.eval('x'), 'makes no sense');
  });
});

describe.concurrent('messages that are odd, and no more than that', () => {
  const test = testSample(6);
  test('a second answer to a request is dropped', async () => {
    const { bond } = await openAnswering('RETURN @ 1', 'RETURN @ 2', 'EXCEPT @ {"message":"x"}');
    expect(await bond.eval('x')).toBe(1);
    await expectInStep(bond);
  });

  test('answers out of order find their questions', async () => {
    const { bond } = await openHostile(async ({ next, say }) => {
      const [one, two] = [await next(), await next()];
      say(`RETURN ${two.id} ${two.payload}`);
      say(`RETURN ${one.id} ${one.payload}`);
    });
    await expectInStep(bond);
    await expectInStep(bond);
  });

  test.each(['AWAIT', 'THREAD'])('%s of a number that is in use is a call of its own', async (verb) => {
    const { bond } = await openHostile(async ({ next, say }, verb) => {
      say(`RETURN ${(await next()).id} `);
      const { id } = await next();
      for (const given of ['"a"', '"b"']) say(`${verb} 1 0 ["later",[${given}]]`);
      const answers = [(await next()).line, (await next()).line];
      say(`RETURN ${id} ${JSON.stringify(answers)}`);
    }, verb);
    await bond.export(async (given: string) => setImmediate(given), 'later');
    expect(await bond.eval('x')).toEqual(['RETURN 1 0 "a"', 'RETURN 1 0 "b"']);
    await expectInStep(bond);
  });

  test('zeros in front of an id do not count', async () => {
    const { bond } = await openAnswering('RETURN 000@ 5');
    expect(await bond.eval('x')).toBe(5);
    await expectInStep(bond);
  });

  test('an interrupt that nobody sent is none', async () => {
    const { bond } = await openHostile(({ say }) => say('INTERRUPTED 7'));
    await expectInStep(bond);
  });

  test('lines that look like the protocol, with another mark or half of it, are output', async () => {
    const output = collect();
    const lines = ['RETURN 1 5\n', '\x1e RETURN 1 5\n', `\x1e${'0'.repeat(24)} RETURN 1 5\n`, '\x1e\x1e\x1e\n'];
    const { bond } = await openHostile(
      async ({ next, say, print, mark }, lines) => {
        const { id } = await next();
        for (const line of lines) print(line);
        print(`${mark.slice(0, -1)} RETURN ${id} 5\n${mark.toUpperCase()} RETURN ${id} 5\n${mark}\n${mark}`);
        say(`RETURN ${id} ${JSON.stringify(mark)}`);
      },
      lines,
      { stdout: output.stdout },
    );
    const mark = await bond.eval<string>('x');
    const more = `${mark.slice(0, -1)} RETURN 1 5\n${mark.toUpperCase()} RETURN 1 5\n${mark}\n${mark}`;
    expect(output.text()).toBe(lines.join('') + more);
    await expectInStep(bond);
  });
});

test('half a mark as its last word is output, and its end is told', async () => {
  const output = collect();
  const { bond } = await openHostile(
    async ({ next, print, mark }) => {
      await next();
      print(`bye${mark.slice(0, 12)}`);
      process.exit(3);
    },
    undefined,
    { stdout: output.stdout },
  );
  expect(await rejection(bond.eval('x'), TerminatedException)).toMatchObject({ exitCode: 3, signal: null });
  expect(JSON.stringify(output.text())).toMatch(/^"bye\\u001e[0-9a-f]{11}"$/);
});

describe.concurrent('payloads that are none reject their call, and only that', () => {
  const test = testSample(6);
  test.each([
    ['no JSON', 'RETURN @ {"a":'],
    ['two values', 'RETURN @ 1 2'],
    ['a word', 'RETURN @ undefined'],
    ['NaN', 'RETURN @ NaN'],
    ['NUL', 'RETURN @ "\0"'],
    ['a tab in a string', 'RETURN @ "\t"'],
    ['a long integer, and no JSON', 'RETURN @ [12345678901234567890'],
    ['a long integer, and a string without end', 'RETURN @ [12345678901234567890,"a'],
    ['an exception that is no JSON', 'EXCEPT @ {"message"'],
    ['an exception that is null', 'EXCEPT @ null'],
    ['an exception that is nothing', 'EXCEPT @ '],
    ['an exception whose message cannot be a text', 'EXCEPT @ {"message":{"toString":1,"valueOf":1}}'],
    ['an exception whose type cannot be a text', 'EXCEPT @ {"type":{"toString":1,"valueOf":1},"message":"x"}'],
    ['an exception whose message is 100 000 levels deep', `EXCEPT @ {"message":~}`],
    ['an error that is null', 'ERROR @ null'],
    ['an error that says nothing', 'ERROR @ {}'],
    ['an error of a function that was not called', 'ERROR @ {"message":"x","call":7}'],
  ])('%s', async (_, line) => {
    const { bond } = await openHostile(async ({ next, say }, line) => {
      const { id } = await next();
      say(line.replace('@', id).replace('~', '['.repeat(1e5) + ']'.repeat(1e5)));
    }, line);
    expect(await rejection(bond.eval('x'), SerializationException)).toMatchObject({ side: 'remote' });
    await expectInStep(bond);
  });

  test.each([
    ['a list', 'EXCEPT @ ["x"]', ''],
    ['a number', 'EXCEPT @ 5', ''],
    ['a text', 'EXCEPT @ "x"', ''],
    ['nothing but a call that was not made', 'EXCEPT @ {"message":"x","call":1e15}', 'x'],
    ['a map with a prototype of its own', 'EXCEPT @ {"__proto__":{"message":"y","polluted":1}}', ''],
    [
      'something that wants to be Error',
      'EXCEPT @ {"message":"x","name":"y","stack":5,"cause":5,"constructor":5}',
      'x',
    ],
  ])('an exception that is %s is one without much to say', async (_, line, message) => {
    const { bond } = await openAnswering(line);
    const error = await rejection(bond.eval('x'), RemoteException);
    expect(error).toMatchObject({ remoteMessage: message, name: 'RemoteException' });
    expect(error.cause).toBeUndefined();
    await expectInStep(bond);
  });

  const numberless = ['null', '"1"', '[1]', '{"toString":1}', '"1); system(\\"id\\"); ("'];

  test.each(numberless)('%s in the place of the number of something held', async (number) => {
    const { bond } = await openAnsweringInTurn(`RETURN @ ${number}`, 'RETURN @ 1', `RETURN @ ${number}`);
    await rejection(bond.hold('x'), BondException);
    const held = await bond.hold('x');
    await rejection(held.hold('x'), BondException);
    await expectInStep(bond);
  });

  test.each(['5', 'null', '{"length":1}', '[]', '[5]', '[null,false]', '{"0":[1],"1":true}'])(
    '%s in the place of a batch of items',
    async (batch) => {
      const { bond } = await openAnsweringInTurn('RETURN @ 1', `RETURN @ ${batch}`);
      await rejection(bond.iterate('x').next(), Error);
      await expectInStep(bond);
    },
  );

  test('bytes that are no UTF-8', async () => {
    const hostile = await openHostile(async ({ next, print, mark, forever }) => {
      const { id } = await next();
      print(Buffer.concat([Buffer.from(`${mark} RETURN ${id} "a`), Buffer.from([0xff, 0xfe]), Buffer.from('"\n')]));
      await forever();
    });
    await expectEnded(hostile, hostile.bond.eval('x'), 'makes no sense');
  });

  test('what is no V8', async () => {
    const { bond } = await openHostile(
      async ({ say, next }) => {
        say('READY {"protocol":"V8","version":"1.0"}');
        for (const payload of ['!!!', 'AAAA', '/w9v', '/w8=']) say(`RETURN ${(await next()).id} ${payload}`);
      },
      undefined,
      { moment: 'ready', protocol: 'V8' },
    );
    for (let round = 0; round < 4; round++) await rejection(bond.eval('x'), SerializationException);
    await expectInStep(bond);
  });
});

describe.concurrent('a key __proto__ in what a peer sends', () => {
  const test = testSample(3);
  const POLLUTED = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const texts = [
    ['at the top', POLLUTED],
    ['in a list', `[[${POLLUTED}]]`],
    ['in itself', `{"__proto__":{"__proto__":${POLLUTED}}}`],
    ['100 levels deep', `${'{"__proto__":'.repeat(100)}${POLLUTED}${'}'.repeat(100)}`],
    ['that is null', '{"__proto__":null}'],
    ['beside a long integer', `[12345678901234567890,${POLLUTED}]`],
    ['with a long integer', '{"__proto__":{"polluted":12345678901234567890}}'],
  ] as const;

  test.each(texts)('%s is an own property of an answer', async (_, text) => {
    const { bond } = await openAnswering(`RETURN @ ${text}`);
    const value = await bond.eval('x');
    expect(ownKeys(value)).toContain('__proto__');
    expectNoForeignPrototype(value);
    await expectInStep(bond);
  });

  test.each(texts)('%s is one of an argument, and goes back as it came', async (_, text) => {
    const { bond } = await openCalling(`["same",[${text}]]`);
    const given: unknown[] = [];
    await bond.export((value: unknown) => {
      given.push(value);
      return value;
    }, 'same');
    expect(await bond.eval('x')).toBe(`RETURN 1 0 ${text}`);
    expect(given).toHaveLength(1);
    expectNoForeignPrototype(given);
  });

  test('in what was thrown is one of its data', async () => {
    const { bond } = await openAnswering(`EXCEPT @ {"message":"x","data":${POLLUTED}}`);
    const { data } = await rejection(bond.eval('x'), RemoteException);
    expect(Object.keys(data as object)).toEqual(['__proto__', 'constructor']);
    expectNoForeignPrototype(data);
  });

  /** The keys of a value, and of all that is in it. */
  function ownKeys(value: unknown): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, part]) => [key, ...ownKeys(part)]);
  }

  function expectNoForeignPrototype(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value));
    for (const [, part] of Object.entries(value)) expectNoForeignPrototype(part);
  }
});

describe.concurrent('calls of what was never exported', () => {
  const test = testSample(3);
  test.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'eval',
    'process.exit',
    '',
    'same\0',
    'f'.repeat(1e5),
  ])('%j are an exception there, and no more', async (name) => {
    const { bond } = await openCalling(JSON.stringify([name, []]));
    await bond.export((value: unknown) => value, 'same');
    const answer = await bond.eval<string>('x');
    expect(answer).toMatch(
      /^EXCEPT 1 0 \{"type":"BondException","message":"\[JavaScript\] the host exports no function/,
    );
    await expectInStep(bond);
  });
});

describe('100 000 levels', () => {
  const test = testSample(6);
  const DEPTH = 100_000;
  const inner = [
    ['lists', '[', '', ']'],
    ['lists with a long integer', '[', '12345678901234567890', ']'],
    ['maps', '{"a":', '1', '}'],
  ] as const;

  test.each(inner)('of %s in an answer arrive, or are a SerializationException', async (...[, open, core, close]) => {
    const { bond } = await openHostile(
      async ({ next, say }, [depth, open, core, close]) => {
        say(`RETURN ${(await next()).id} ${open.repeat(depth) + core + close.repeat(depth)}`);
      },
      [DEPTH, open, core, close] as const,
    );
    const outcome = await bond.eval('x').then(depthOf, (error) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(SerializationException);
    else expect(outcome).toBe(DEPTH);
    await expectInStep(bond);
  });

  test.each(inner)('of %s in an argument arrive, or are an error there', async (...[, open, core, close]) => {
    const { bond } = await openHostile(
      async ({ next, say }, [depth, open, core, close]) => {
        say(`RETURN ${(await next()).id} `);
        say(`RETURN ${(await next()).id} `);
        const { id } = await next();
        say(`CALL 1 ${id} ["depth",[${open.repeat(depth) + core + close.repeat(depth)}]]`);
        const { line } = await next();
        say(`CALL 2 ${id} ["same",[${open.repeat(depth) + core + close.repeat(depth)}]]`);
        say(`RETURN ${id} ${JSON.stringify([line, (await next()).line])}`);
      },
      [DEPTH, open, core, close] as const,
    );
    await bond.export(depthOf, 'depth');
    await bond.export((value: unknown) => value, 'same');
    const [depth, same] = await bond.eval<string[]>('x');
    expect(depth).toMatch(new RegExp(`^RETURN 1 0 ${DEPTH}$|^ERROR 1 0 .*arguments cannot be decoded`));
    expect(same).toMatch(/^ERROR 2 0 .*(nested too deep|cannot be decoded)/);
    await expectInStep(bond);
  });

  /** How many levels a value has of which each holds one. */
  function depthOf(value: unknown): number {
    let depth = 0;
    for (let level = value; typeof level === 'object' && level !== null; depth++) level = Object.values(level)[0];
    return depth;
  }
});

describe('a flood', () => {
  /** How long the event loop of this process is held up at the worst while something runs, in ms. */
  async function longestDelay(run: () => Promise<unknown>): Promise<number> {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await run();
    await setImmediate(); // the last delay counts once it is over
    await setTimeout(50);
    delay.disable();
    return delay.max / 1e6;
  }

  test('of a line without an end is ended at the limit', async () => {
    const hostile = await openHostile(
      async ({ next, print, mark }) => {
        print(`${mark} RETURN ${(await next()).id} "`);
        for (let megabyte = 0; megabyte < 200; megabyte++) print('a'.repeat(2 ** 20));
      },
      undefined,
      { maxMessageBytes: MB },
    );
    const growth = await peakGrowth(() => expectEnded(hostile, hostile.bond.eval('x'), 'more than 1048576 bytes'));
    expect(growth).toBeLessThan(64 * MB);
  });

  test('of 100 MB in pieces is ended at the limit', async () => {
    const hostile = await openHostile(
      async ({ next, print, mark }) => {
        await next();
        for (let megabyte = 0; megabyte < 100; megabyte++) print(`${mark}+${'a'.repeat(1000)}\n`.repeat(1000));
      },
      undefined,
      { maxMessageBytes: MB },
    );
    const growth = await peakGrowth(() => expectEnded(hostile, hostile.bond.eval('x'), 'more than 1048576 bytes'));
    expect(growth).toBeLessThan(64 * MB);
  });

  test.each([
    ['nothing', ''],
    ['a byte', 'a'],
  ])('of pieces that hold %s does not fill the memory', async (_, content) => {
    const hostile = await openHostile(
      async ({ next, print, mark, forever }, content) => {
        await next();
        for (let round = 0; round < 20; round++) print(`${mark}+${content}\n`.repeat(40_000));
        await forever();
      },
      content,
      { maxMessageBytes: 4 * MB },
    );
    const impatient = hostile.bond.with({ timeout: 1000 });
    const growth = await peakGrowth(() => impatient.eval('x').catch(() => {}));
    expect(growth).toBeLessThan(64 * MB);
  });

  test.each([
    ['marks', 25],
    ['marks that lack their last byte', 24],
    ['first bytes of marks', 1],
  ])('of %s is output', async (_, part) => {
    let length = 0;
    const { bond } = await openHostile(
      async ({ next, say, print, mark }, part) => {
        const { id } = await next();
        const text = mark.slice(0, part).repeat(40_000);
        for (let round = 0; round < 5; round++) print(text);
        say(`RETURN ${id} ${5 * text.length}`);
      },
      part,
      {
        stdout: (chunk) => {
          length += chunk.length;
        },
      },
    );
    const growth = await peakGrowth(async () => expect(await bond.eval('x')).toBe(length));
    expect(growth).toBeLessThan(64 * MB);
    await expectInStep(bond);
  });

  const CALLS = rounds(5000, 100_000);

  /** A bond with a peer that makes so many calls in its second request, and only then reads their answers. */
  function openCallingOften(calls: number, name: string, request = '@') {
    return openHostile(
      async ({ next, say, print, mark }, [calls, name, request]) => {
        say(`RETURN ${(await next()).id} `);
        const { id } = await next();
        const line = (_: unknown, call: number) =>
          `${mark} CALL ${call + 1} ${request.replace('@', id)} ["${name}",[]]\n`;
        print(Array.from({ length: calls }, line).join(''));
        for (let call = 0; call < calls; call++) await next();
        say(`RETURN ${id} 1`);
      },
      [calls, name, request] as const,
    );
  }

  test('of calls that are answered at once is borne', async () => {
    const { bond } = await openCallingOften(CALLS, 'count');
    let count = 0;
    await bond.export(() => ++count, 'count');
    expect(await bond.eval('x')).toBe(1);
    expect(count).toBe(CALLS);
    await expectInStep(bond);
  });

  test('of calls of what was never exported is borne', async () => {
    const { bond } = await openCallingOften(CALLS / 10, 'nothing');
    await bond.export(() => 1, 'something');
    expect(await bond.eval('x')).toBe(1);
    await expectInStep(bond);
  });

  test.each([
    ['long answers', 'megabyte', 1000],
    ['errors', 'nothing'.repeat(200), 20_000],
  ])('of calls whose %s it never reads ends the peer, and does not fill the memory', async (_, name, calls) => {
    const hostile = await openHostile(
      async ({ next, say, print, mark, forever }, [name, calls]) => {
        say(`RETURN ${(await next()).id} `);
        const { id } = await next();
        for (let call = 0; call < calls; call += 1000) print(`${mark} CALL 1 ${id} ["${name}",[]]\n`.repeat(1000));
        setInterval(() => {}, 1e6); // it lives on
        await forever();
      },
      [name, calls] as const,
    );
    await hostile.bond.export(() => 'x'.repeat(MB), 'megabyte');
    const call = hostile.bond.eval('x');
    call.catch(() => {});
    const growth = await peakGrowth(() => expectEnded(hostile, call, 'without reading the replies'));
    expect(growth).toBeLessThan(64 * MB);
  });

  test('of calls of which none waits for the one before ends the peer', async () => {
    const hostile = await openCallingOften(10, 'slow');
    await hostile.bond.export(() => new Promise(() => {}), 'slow');
    await expectEnded(hostile, hostile.bond.eval('x'), 'which it is not carrying out');
  });

  test('of calls that break the rules ends the peer at the first, and holds nobody up', async () => {
    const hostile = await openCallingOften(100_000, 'f', '999');
    await hostile.bond.export(() => 1, 'f');
    const delay = await longestDelay(() => expectEnded(hostile, hostile.bond.eval('x'), 'request 999'));
    expect(delay).toBeLessThan(1000);
  });

  test('of answers to what was answered is dropped', async () => {
    const { bond } = await openHostile(async ({ next, print, mark }) => {
      const { id } = await next();
      print(`${mark} RETURN ${id} 1\n`.repeat(100_000));
    });
    expect(await bond.eval('x')).toBe(1);
    await expectInStep(bond);
  });

  test('of interrupts that nobody sent is dropped', async () => {
    const { bond } = await openHostile(({ print, mark }) => print(`${mark} INTERRUPTED 7\n`.repeat(100_000)));
    await expectInStep(bond);
  });
});

describe.concurrent('in the handshake', () => {
  const test = testSample(6);
  const good = '"protocol":"JSON","version":"1.0"';

  test.each([
    ['nothing', ''],
    ['no JSON', `{${good}`],
    ['null', 'null'],
    ['a number', '5'],
    ['a text', '"JSON"'],
    ['a list', '["JSON","1.0"]'],
    ['an empty map', '{}'],
    ['100 000 levels', `${'['.repeat(5e4)}${']'.repeat(5e4)}`],
    ['no version', '{"protocol":"JSON"}'],
    ['a version that is a number', '{"protocol":"JSON","version":1}'],
    ['no protocol', '{"version":"1.0"}'],
    ['a protocol that is null', '{"protocol":null,"version":"1.0"}'],
    ['a protocol that was not offered', '{"protocol":"V8","version":"1.0"}'],
    ['an unknown protocol', '{"protocol":"XML","version":"1.0"}'],
    ['a protocol of Object', '{"protocol":"__proto__","version":"1.0"}'],
    ['a list of protocols', '{"protocol":["JSON"],"version":"1.0"}'],
    ['all of it in a prototype', `{"__proto__":{${good}}}`],
    ['NUL', `{${good}}\0`],
    ['a signal that there is not', `{${good},"interrupt":"SIGNOTHING"}`],
    ['a signal of Object', `{${good},"interrupt":"constructor"}`],
    ['a number for a signal', `{${good},"interrupt":9}`],
    ['a list of signals', `{${good},"interrupt":["SIGINT"]}`],
  ])('a READY with %s is refused', async (_, payload) => {
    const error = await refusalOf('ready', ({ say }, payload) => say(`READY ${payload}`), payload);
    expect(error.message).toMatch(/sent a READY that cannot be read|chose none of the requested protocols/);
    expect(error.message.length).toBeLessThan(1000);
  });

  test.each([
    ['fields that nobody knows', `{${good},"then":1,"toString":1,"x":[{}]}`],
    ['a prototype', `{"__proto__":{"polluted":1},${good},"constructor":{"prototype":{"polluted":1}}}`],
  ])('a READY with %s is taken', async (_, payload) => {
    const { bond } = await openHostile(({ say }, payload) => say(`READY ${payload}`), payload, { moment: 'ready' });
    await expectInStep(bond);
  });

  test.each([
    ['an answer', 'RETURN 1 1'],
    ['a call', 'CALL 1 0 ["f",[]]'],
    ['an interrupt', 'INTERRUPTED 1'],
    ['an unknown word', 'DANCE'],
    ['nothing', ''],
    ['READY', `READY {${good}}`],
  ])('%s in the place of STAGE1 is refused', async (_, line) => {
    expect((await refusalOf('stage1', ({ say }, line) => say(line), line)).message).toMatch(/out of turn.*STAGE1/);
  });

  test.each([
    ['an answer', 'RETURN 1 1'],
    ['a call', 'CALL 1 0 ["f",[]]'],
    ['an interrupt', 'INTERRUPTED 1'],
    ['STAGE1', 'STAGE1'],
  ])('%s in the place of READY is refused', async (_, line) => {
    expect((await refusalOf('ready', ({ say }, line) => say(line), line)).message).toMatch(/out of turn.*READY/);
  });

  test('STAGE1 once more may be that of a second interpreter, which the message says', async () => {
    expect((await refusalOf('ready', ({ say }) => say('STAGE1'))).message).toContain('more than one interpreter');
  });

  test.each(['stage1', 'ready'] as const)('silence at %s is given up in time', async (moment) => {
    const error = await refusalOf(moment, ({ forever }) => forever(), undefined, { startTimeout: 500 });
    expect(error.message).toContain('500 ms');
  });

  test.each(['stage1', 'ready'] as const)('pieces that never end are refused at %s', async (moment) => {
    const misbehave = ({ print, mark }: HostilePeer) => {
      for (let megabyte = 0; megabyte < 50; megabyte++) print(`${mark}+${'a'.repeat(1000)}\n`.repeat(1000));
    };
    const error = await refusalOf(moment, misbehave, undefined, { maxMessageBytes: MB });
    expect(error.message).toContain('(maxMessageBytes)');
  });

  test('output right behind READY is output', async () => {
    const output = collect();
    const { bond } = await openSayingBehindReady('hello', output.stdout);
    await expectInStep(bond);
    expect(output.text()).toBe('hello');
  });
});
