// A peer that breaks the rules. Whatever it does, it meets an exception that says so, in the promise of a call: an error
// that is thrown anywhere else makes Vitest fail the whole run.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { BondException, type BondOptions, RemoteException, SerializationException } from '../src/index.js';
import { HANG } from './bonds.js';
import { collect, rejection } from './fixtures.js';
import { expectEnded, expectInStep, openHostile, refusalOf } from './hostile.js';

const MB = 2 ** 20;
vi.setConfig({ testTimeout: 2 * HANG });

const PROTOTYPES = [Object, Array, Function, String, Number, Error, Promise, Buffer, Map].map((type) => type.prototype);
const keysOfPrototypes = (): PropertyKey[][] => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype));
const keysAtFirst = keysOfPrototypes();

afterEach(() => {
  expect(keysOfPrototypes()).toEqual(keysAtFirst);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

/** Runs something, and tells by how many bytes the memory of this process has grown at the worst. */
async function peakGrowth(run: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  await run();
  clearInterval(timer);
  return Math.max(most, process.memoryUsage.rss()) - before;
}

/** A bond whose peer gives `answer` to its first request; what it says for `@` is the id of that. */
function openAnswering(answer: string, options: BondOptions = {}) {
  return openHostile(
    async ({ next, say }, answer) => {
      const { id } = await next();
      say(answer.replaceAll('@', id));
    },
    answer,
    options,
  );
}

/** A bond whose peer calls the host in its first request, which resolves to the line that the host answers. */
function openCalling(payload: string) {
  return openHostile(async ({ next, say }, payload) => {
    const exported = await next();
    say(`RETURN ${exported.id} `);
    const { id } = await next();
    say(`CALL 1 ${id} ${payload}`);
    say(`RETURN ${id} ${JSON.stringify((await next()).line)}`);
  }, payload);
}

describe('messages that no driver sends end the peer', () => {
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
    ['a call of a number', 'CALL 1 @ [5,[]]', 'without a name'],
    ['a call of a list', 'CALL 1 @ [["f"],[]]', 'without a name'],
    ['a call that is a map', 'CALL 1 @ {"0":"f","1":[]}', 'without a name'],
    ['a call that is null', 'CALL 1 @ null', 'without a name'],
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

  test.fails('an answer right behind READY', async () => {
    const hostile = await openHostile(({ say }) => say('RETURN 1 1'));
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

  test.fails('a call in a request that has not had its turn', async () => {
    const hostile = await openWithSlow('CALL 1 3 ["slow",[]]');
    const [first] = [hostile.bond.eval('x'), hostile.bond.with({ timeout: 1000 }).eval('y')].map((call) => {
      call.catch(() => {});
      return call;
    });
    await expectEnded(hostile, first as Promise<unknown>, 'request 3, which it is not carrying out');
  });

  test.fails('an answer to a request that has not been sent', async () => {
    const hostile = await openHostile(async ({ next, say, forever }) => {
      say(`RETURN ${(await next()).id} `);
      const { id } = await next();
      say(`CALL 1 ${id} ["slow",[]]`);
      await forever();
    });
    await hostile.bond.export(() => new Promise(() => {}), 'slow');
  });
});
