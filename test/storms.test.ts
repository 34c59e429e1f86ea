// Signals of the user's at any moment: timers there, signals from outside, and interrupts strike while calls of all kinds are
// under way. Each call is answered once, with its own value, or rejected once, with what the user's handler has thrown.

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, test, vi } from 'vitest';
import { type Bond, callback, RemoteException, stream } from '../src/index.js';
import { onTestFinished } from './finish.js';
import { all, expectAlive, type Language, languages, needsInterpreter, openBond, range } from './fixtures.js';
import { patience, randomness, rounds } from './fuzzing.js';
import { HANG, TEST_HANG } from './patience.js';
import { randomNumbers, SEED } from './seeds.js';
import { storms, type Weather } from './storms.js';
import { testInTurn } from './turns.js';
import { words } from './words.js';

/** How long each storm lasts, in ms. */
const DURATION = patience(rounds(150, 2000));
/** How many calls have to be answered in each, however slow the machine is. */
const ENOUGH = 100;
/** How many calls are under way at a time. */
const SIDE_BY_SIDE = 4;

vi.setConfig({ testTimeout: DURATION + TEST_HANG });

const TITLES: Record<Weather, string> = {
  still: 'with a handler that does nothing',
  throws: 'with a handler that throws',
  calls: 'with a handler that calls a function of the host',
  both: 'with a handler that calls a function of the host, and throws',
};

describe.each(languages)('%s: whenever a signal comes', (lang) => {
  needsInterpreter(lang);
  const testOfTwo = testInTurn(lang, languages, 2);

  for (const weather of storms[lang].weathers) {
    testOfTwo(`${TITLES[weather]}, each call is settled once`, async () => {
      const storm = await gather(lang, /storm/);
      await storm.bond.call('weather', weather);
      const strikes = strikeFromOutside(await storm.bond.eval<number>(words[lang].pid), SEED);
      const counts = await endure(storm, storms[lang].rings);
      await strikes.end();
      await calm(storm);
      if (weather === 'throws' || weather === 'both') expect(counts.rejected).toBeGreaterThan(0);
      else expect(counts.rejected).toBe(0);
    });
  }

  test('a handler that calls the host, right before a call is carried out, leaves that as it is', async () => {
    const bond = await openBond(lang);
    const ticks: unknown[] = [];
    await bond.export(
      async () =>
        void ticks.push(
          await bond.call(
            'apply_to',
            callback(() => 'tick'),
            0,
          ),
        ),
      'tick',
    );
    await bond.evalBlock(storms[lang].functions);
    await bond.call('weather', 'calls');
    const pid = await bond.eval<number>(words[lang].pid);
    for (const serial of range(20)) {
      process.kill(pid, 'SIGALRM');
      expect(
        await bond.call(
          'apply_to',
          callback((x: number) => x + 1),
          serial,
        ),
      ).toBe(serial + 1);
      process.kill(pid, 'SIGALRM');
      expect(await bond.call('total', stream([serial, 1]))).toBe(serial + 1);
    }
    await vi.waitFor(() => expect(ticks).toContain('tick'), TEST_HANG);
  });

  test('that interrupts, each call is settled once', async () => {
    const storm = await gather(lang, /interrupt/i);
    await storm.bond.call('weather', 'still');
    const strikes = interruptAtRandom(storm);
    await endure(storm, false);
    await strikes.end();
    await calm(storm);
  });
});

// ---- The storm

/** A bond in a storm. */
interface Storm {
  readonly bond: Bond;
  /** Sources of random numbers. */
  readonly numbersFor: ReturnType<typeof randomness>;
  /** What the calls that come one after the other take theirs from. */
  readonly random: () => number;
  /** What every rejection says. */
  readonly reason: RegExp;
  /** Which calls have reached a function of the host: none does twice. */
  readonly seen: Set<unknown>;
}

async function gather(lang: Language, reason: RegExp): Promise<Storm> {
  const bond = await openBond(lang, { timeout: HANG });
  const numbersFor = randomness();
  const storm: Storm = { bond, numbersFor, random: numbersFor('storm'), reason, seen: new Set() };
  await bond.evalBlock(storms[lang].functions);
  for (const [name, run] of Object.entries(hostFunctions(storm))) await bond.export(run, name);
  return storm;
}

function hostFunctions({ bond, numbersFor, random, seen }: Storm): Record<string, (...args: unknown[]) => unknown> {
  const once = (serial: unknown): void => {
    if (seen.has(serial)) throw new Error(`call ${serial} has come twice`);
    seen.add(serial);
  };
  return {
    // It may call back, which has to leave what the handler has interrupted as it is.
    tick: () => (random() < 0.5 ? undefined : bond.call('same', 0).catch(() => {})),
    host: (serial) => {
      once(serial);
      const random = numbersFor('host', serial as number);
      return random() < 0.5 ? serial : sleep(random() * 5, serial);
    },
    failing: async (serial) => {
      once(serial);
      throw new Error(`no ${serial}`);
    },
    deeper: (levels, serial) => bond.call('nested', levels, serial),
  };
}

/** Makes calls of all kinds, several at a time, as long as the storm lasts, and until enough of them have been answered. */
async function endure(storm: Storm, rings: boolean): Promise<{ answered: number; rejected: number }> {
  const counts = { answered: 0, rejected: 0 };
  const end = performance.now() + DURATION;
  const goOn = async (lane: number): Promise<void> => {
    const own = { ...storm, random: storm.numbersFor('lane', lane) };
    for (let serial = lane; performance.now() < end || counts.answered < ENOUGH; serial += SIDE_BY_SIDE) {
      const isAnswered = await isAnsweredBy(own, pick(own, DECK), serial);
      counts[isAnswered ? 'answered' : 'rejected']++;
      // From once in many calls to many times in a call.
      if (rings && own.random() < 0.2) {
        const [first, interval] = [own.random() ** 4 / 20, own.random() ** 2 / 20];
        await isAnsweredBy(own, () => own.bond.call('ring', first, interval + 0.001), serial);
      }
    }
  };
  await Promise.all(range(SIDE_BY_SIDE).map(goOn));
  if (rings) await until(storm, () => storm.bond.call('ring', 0, 0));
  return counts;
}

/** Whether an operation comes to its end; otherwise, the user's handler is the reason. */
async function isAnsweredBy(storm: Storm, operation: Operation, serial: number): Promise<boolean> {
  try {
    await operation(storm, serial);
    return true;
  } catch (error) {
    if (error instanceof RemoteException && storm.reason.test(`${error.type} ${error.remoteMessage}`)) return false;
    throw new Error(`call ${serial}, ${operation.name}: ${error}`, { cause: error });
  }
}

/** Repeats a call that a signal may still meet, until it is answered. */
async function until(storm: Storm, call: Operation): Promise<void> {
  for (let times = 0; times < 50; times++) if (await isAnsweredBy(storm, call, times)) return;
  throw new Error('no call is answered any more');
}

/** The storm is over: what is still to come of it comes, and then the bond is as it was. */
async function calm(storm: Storm): Promise<void> {
  if (storm.reason.test('storm')) await until(storm, () => storm.bond.call('weather', 'still'));
  else await until(storm, () => storm.bond.eval('1'));
  await expectAlive(storm.bond);
}

// ---- Calls

type Operation = (storm: Storm, serial: number) => Promise<unknown>;

const OPERATIONS: readonly (readonly [weight: number, operation: Operation])[] = [
  [
    40,
    async function plain({ bond }, serial) {
      expect(await bond.call('same', serial)).toBe(serial);
    },
  ],
  [
    20,
    async function recipe({ bond, random }, serial) {
      expect([serial, 'late']).toContain(await bond.call('recipe', serial, random() / 200));
    },
  ],
  [
    10,
    async function failing({ bond }, serial) {
      expect(await bond.call('fails', serial)).toBe(`no ${serial}`);
    },
  ],
  [
    10,
    async function nested({ bond, random }, serial) {
      expect(await bond.call('nested', 1 + Math.floor(6 * random()), serial)).toBe(serial);
    },
  ],
  [
    10,
    async function called({ bond }, serial) {
      const give = callback((x: number) => x + 1);
      expect(await bond.call('apply_to', give, serial)).toBe(serial + 1);
    },
  ],
  [
    5,
    async function streamed({ bond }, serial) {
      expect(await bond.call('total', stream([serial, ...range(300)]))).toBe(serial + 44_850);
    },
  ],
  [
    5,
    async function iterated({ bond }) {
      expect(await all(bond.iterate('up_to(300)'))).toEqual(range(300));
    },
  ],
  [
    5,
    async function held({ bond }, serial) {
      await using there = await bond.hold(`holder(${serial})`);
      expect(await there.get('count')).toBe(serial);
    },
  ],
  [
    2,
    async function longText({ bond }, serial) {
      const text = `${serial} ${'x'.repeat(2e6)} ${serial}`;
      expect((await bond.call('same', text)) === text).toBe(true);
    },
  ],
  [
    2,
    async function longList({ bond }, serial) {
      const rows = range(5000).map((row) => ({ row, serial, name: `row ${row}` }));
      expect(rowsIn(await bond.call('same', rows))).toBe(rowsIn(rows));
    },
  ],
];

/** Each operation as often as it weighs. */
const DECK = OPERATIONS.flatMap(([weight, operation]) => Array<Operation>(weight).fill(operation));

function pick<T>({ random }: Storm, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Rows as a text, whatever the order of their names. */
function rowsIn(rows: unknown): string {
  return (rows as { row: number; serial: number; name: string }[])
    .map((r) => [r.row, r.serial, r.name].join())
    .join(';');
}

// ---- Signals

/** Sends signals at random moments, from a thread: whatever the host does meanwhile. */
function strikeFromOutside(pid: number, seed: number): { end: () => Promise<void> } {
  const code = `
    import { workerData } from 'node:worker_threads';
    const { pid, seed, randomNumbers } = workerData;
    const random = eval('(' + randomNumbers + ')')(seed);
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      Atomics.wait(clock, 0, 0, 20 * random() ** 3);
      try { process.kill(pid, 'SIGALRM') } catch { break }
    }`;
  const workerData = { pid, seed, randomNumbers: String(randomNumbers) };
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData });
  const end = async (): Promise<void> => void (await worker.terminate());
  onTestFinished(end);
  return { end };
}

/** Interrupts what runs at random moments. */
function interruptAtRandom({ bond, random }: Storm): { end: () => Promise<void> } {
  let isOver = false;
  const run = (async () => {
    while (!isOver) {
      await sleep(10 * random() ** 2);
      await bond.interrupt();
    }
  })();
  const end = async (): Promise<void> => {
    isOver = true;
    await run;
  };
  onTestFinished(end);
  return { end };
}
