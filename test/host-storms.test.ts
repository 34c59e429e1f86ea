// A storm on this side: aborts, time-outs, interrupts and functions that throw at random moments, in the middle of calls of all
// kinds; and bonds that are closed or killed meanwhile. Each promise is settled, with its own value or with a reason that there is.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { type Bond, BondException, callback, stream, TerminatedException } from '../src/index.js';
import { markedEnvironment, until } from './bonds.js';
import { all, expectAlive, type Language, languages, needsInterpreter, openBond, range } from './fixtures.js';
import { patience, randomness, rounds } from './fuzzing.js';
import { storms } from './storms.js';
import { testInTurn } from './turns.js';

/** How long each storm lasts, in ms. */
const DURATION = patience(rounds(250, 2000));
/** How many calls have to be answered in each, however slow the machine is. */
const ENOUGH = 100;
const SIDE_BY_SIDE = 4;

/** What may strike. */
const WEATHERS = {
  aborts: /aborted|no longer waits/,
  timeouts: /no reply and no output|no longer waits/,
  throws: /at random/,
  interrupts: /interrupt/i,
  everything: /aborted|interrupt|no longer waits|no reply and no output|at random/i,
} as const;
type HostWeather = keyof typeof WEATHERS;

interface Storm {
  readonly bond: Bond;
  readonly weather: HostWeather;
  /** Sources of random numbers. */
  readonly numbersFor: ReturnType<typeof randomness>;
  /** What the operations that come one after the other take theirs from. */
  readonly random: () => number;
}

async function gather(lang: Language, weather: HostWeather, env = process.env): Promise<Storm> {
  const bond = await openBond(lang, { env });
  const numbersFor = randomness();
  const storm = { bond, weather, numbersFor, random: numbersFor('storm') };
  await bond.evalBlock(storms[lang].functions);
  await bond.export((x: unknown) => given(drawing(storm, `host ${x}`), x), 'host');
  const deeper = (levels: number, x: unknown): unknown =>
    troubled(drawing(storm, `deeper ${levels} ${x}`)).call('nested', levels, x);
  await bond.export(deeper, 'deeper');
  return storm;
}

/** The same storm, where something takes its random numbers from a source of its own. */
function drawing(storm: Storm, purpose: string): Storm {
  return { ...storm, random: storm.numbersFor(purpose) };
}

/** Whether this is to happen now. */
function strikes({ weather, random }: Storm, what: HostWeather, share: number): boolean {
  return (weather === what || weather === 'everything') && random() < share;
}

/** What a function of the host gives: the same, at once or later, or an exception. */
async function given(storm: Storm, x: unknown): Promise<unknown> {
  if (storm.random() < 0.5) await sleep(storm.random() * 3);
  if (strikes(storm, 'throws', 0.3)) throw new Error('at random');
  return x;
}

/** The bond, with settings that may end a call at any moment. */
function troubled(storm: Storm): Bond {
  const { bond, random } = storm;
  if (strikes(storm, 'timeouts', 0.2)) return bond.with({ timeout: 1 + Math.floor(5 * random()) });
  if (!strikes(storm, 'aborts', 0.3)) return bond;
  const controller = new AbortController();
  const delay = random() ** 2 * 10;
  if (delay < 0.1) controller.abort();
  else if (delay < 1) void nextTurn().then(() => controller.abort());
  else setTimeout(() => controller.abort(), delay);
  return bond.with({ signal: controller.signal });
}

type Operation = (storm: Storm, serial: number) => Promise<void>;

const OPERATIONS: readonly Operation[] = [
  async function plain(storm, serial) {
    expect(await troubled(storm).call('same', serial)).toBe(serial);
  },
  async function calledBack(storm, serial) {
    const give = callback((x: unknown) => given(storm, x));
    expect(await troubled(storm).call('apply_to', give, serial)).toBe(serial);
  },
  async function exported(storm, serial) {
    expect(await troubled(storm).call('host', serial)).toBe(serial);
  },
  async function nested(storm, serial) {
    expect(await troubled(storm).call('nested', 1 + Math.floor(5 * storm.random()), serial)).toBe(serial);
  },
  async function streamed(storm, serial) {
    const items = async function* () {
      for (const n of [serial, ...range(20)]) yield await given(storm, n);
    };
    expect(await troubled(storm).call('total', stream(items()))).toBe(serial + 190);
  },
  async function iterated(storm) {
    expect(await all(troubled(storm).iterate('up_to(300)'))).toEqual(range(300));
  },
  async function leftEarly(storm) {
    for await (const item of troubled(storm).iterate('up_to(300)')) if (item === 3) break;
  },
  async function held(storm, serial) {
    const bond = troubled(storm);
    await using there = await bond.hold(`holder(${serial})`);
    expect(await there.get('count')).toBe(serial);
  },
];

/** Whether an operation comes to its end; otherwise, what strikes is the reason. */
async function isAnswered(storm: Storm, operation: Operation, serial: number): Promise<boolean> {
  try {
    await operation(storm, serial);
    return true;
  } catch (error) {
    if (error instanceof BondException && WEATHERS[storm.weather].test(error.message)) return false;
    throw new Error(`call ${serial}, ${operation.name}: ${error}`, { cause: error });
  }
}

function pick<T>({ random }: Storm, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Makes calls of all kinds, several at a time, and until enough of them have been answered. */
async function endure(storm: Storm): Promise<void> {
  const end = performance.now() + DURATION;
  let answered = 0;
  const goOn = async (lane: number): Promise<void> => {
    const own = drawing(storm, `lane ${lane}`);
    for (let serial = lane; performance.now() < end || answered < ENOUGH; serial += SIDE_BY_SIDE) {
      if (await isAnswered(own, pick(own, OPERATIONS), serial)) answered++;
      if (strikes(own, 'interrupts', 0.2)) await own.bond.interrupt();
    }
  };
  await Promise.all(range(SIDE_BY_SIDE).map(goOn));
}

/** What is still under way comes to its end, and then the bond is as it was. */
async function calm(storm: Storm): Promise<void> {
  for (let times = 0; times < 50; times++) {
    const operation = async (): Promise<void> => void (await storm.bond.eval('1'));
    if (await isAnswered(storm, operation, times)) return expectAlive(storm.bond);
  }
  throw new Error('no call is answered any more');
}

describe.each(languages)('%s', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);

  test.each(Object.keys(WEATHERS) as HostWeather[])(
    '%s at random: each promise is settled, and the bond answers',
    async (weather) => {
      const storm = await gather(lang, weather);
      await endure(storm);
      await calm(storm);
      expect(storm.bond.activity).toBe('idle');
    },
  );

  test.each(['close', 'kill'] as const)('%s() at random: each promise is settled, and nothing is left', async (how) => {
    const { env, processes } = markedEnvironment();
    for (let round = 0; round < rounds(4, 12); round++) {
      const storm = await gather(lang, 'throws', env);
      const random = storm.numbersFor('round', round);
      const operations = range(12).map((serial) =>
        pick({ ...storm, random }, OPERATIONS)(drawing(storm, `${round} ${serial}`), serial),
      );
      const outcomes = Promise.allSettled(operations);
      await sleep(random() ** 2 * 20);
      await Promise.all([storm.bond[how](), random() < 0.3 && storm.bond.close()]);
      for (const outcome of await outcomes) {
        if (outcome.status === 'fulfilled') continue;
        const { reason } = outcome;
        if (!(reason instanceof TerminatedException)) expect(reason.message).toMatch(WEATHERS.throws);
      }
    }
    await until(() => processes().length === 0);
  });
});
