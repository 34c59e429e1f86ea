// Whatever is thrown, on either side, in whatever place: it is one exception on the other side, and one settled promise here.
// Nothing leaves a promise or ends the host's program, and the bond answers afterwards.

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isA } from '../src/common/thrown.js';
import {
  type Bond,
  type BondException,
  callback,
  type ProtocolName,
  RemoteException,
  SerializationException,
  stream,
} from '../src/index.js';
import { all, expectAlive, type Language, languages, needsInterpreter, openBond, openPool } from './fixtures.js';
import { effort, patience, rounds } from './fuzzing.js';
import { HANG, LONG_TEST_HANG } from './patience.js';
import { thrown, thrownInJavaScript } from './throwing.js';
import { testInTurn } from './turns.js';

vi.setConfig({ testTimeout: patience(LONG_TEST_HANG) });

// ---- What nobody has caught

const escaped: unknown[] = [];
const note = (error: unknown): void => void escaped.push(error);

beforeEach(() => {
  escaped.length = 0;
  process.on('uncaughtException', note).on('unhandledRejection', note);
});

afterEach(() => {
  process.off('uncaughtException', note).off('unhandledRejection', note);
  expect(escaped).toEqual([]);
});

/** What has become of a promise, which must not take for ever. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

async function outcomeOf(promise: Promise<unknown>): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it is never settled')), HANG);
  });
  const settled = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return Promise.race([settled, hang]).finally(() => clearTimeout(timer));
}

/** What an exception of the other side has to be: everything about it can be read, and is what it is said to be. */
function expectException(outcome: Outcome): BondException {
  if (!('error' in outcome)) throw new Error('it was fulfilled');
  const { error } = outcome;
  expect(error instanceof RemoteException || error instanceof SerializationException).toBe(true);
  const { message, stack } = error as BondException;
  expect(typeof message).toBe('string');
  expect(typeof stack).toBe('string');
  if (!(error instanceof RemoteException)) return error as BondException;
  expect(typeof error.remoteMessage).toBe('string');
  expect(['string', 'undefined']).toContain(typeof error.type);
  expect(['string', 'undefined']).toContain(typeof error.traceback);
  return error;
}

/** Whether something is the cause of an error, or the cause of that. */
function isBehind(error: unknown, thing: unknown): boolean {
  if (!isA(error, Error) || !('cause' in error)) return false;
  return Object.is(error.cause, thing) || isBehind(error.cause, thing);
}

// ---- Bonds

interface Setting {
  readonly protocol: ProtocolName;
  readonly transExcept: boolean;
}

const SETTINGS: readonly Setting[] = (['JSON', 'EJSON', 'V8'] as const).flatMap((protocol) =>
  [false, true].map((transExcept) => ({ protocol, transExcept })),
);

/** All settings at a release. At a check, a language shows half of them, and the next one the other half. */
function settingsOf(lang: Language): readonly Setting[] {
  const possible = SETTINGS.filter(({ protocol }) => protocol !== 'V8' || lang === 'JavaScript');
  if (process.env.RELEASE) return possible;
  const isShown = (index: number): boolean => ((index >> 1) + index + languages.indexOf(lang)) % 2 === 0;
  return possible.filter((_, index) => isShown(index));
}

async function open(lang: Language, setting: Setting): Promise<Bond> {
  const bond = await openBond(lang, { ...setting, timeout: HANG });
  await bond.evalBlock(thrown[lang].functions);
  return bond;
}

// ---- Thrown by the host

/** The value of a JavaScript expression, on this side. */
function thingOf(code: string): unknown {
  return new Function(`return (${code})`)();
}

/** Where a function of the host's throws, and the call that leads there; the very thing has to come back as the cause. */
const HOST_PLACES: Record<string, (bond: Bond, thing: unknown) => Promise<unknown>> = {
  async function(bond, thing) {
    await bond.export(() => {
      throw thing;
    }, 'host');
    return bond.call('ask', 1);
  },
  async asyncFunction(bond, thing) {
    await bond.export(async () => {
      throw thing;
    }, 'host');
    return bond.call('ask', 1);
  },
  async thenable(bond, thing) {
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: what is thrown in there is what is tried
      then() {
        throw thing;
      },
    };
    await bond.export(() => thenable, 'host');
    return bond.call('ask', 1);
  },
  async getterOfResult(bond, thing) {
    await bond.export(() => {
      return {
        get item() {
          throw thing;
        },
      };
    }, 'host');
    return bond.call('ask', 1);
  },
  async nested(bond, thing) {
    await bond.export(
      (n: number) =>
        n === 0
          ? bond.call('ask', 1)
          : Promise.resolve().then(() => {
              throw thing;
            }),
      'host',
    );
    return bond.call('ask', 0);
  },
  async callback(bond, thing) {
    const thrower = callback(() => {
      throw thing;
    });
    return bond.call('call_it', thrower);
  },
  async streamNext(bond, thing) {
    const items = {
      [Symbol.iterator]: () => ({
        next() {
          throw thing;
        },
      }),
    };
    return bond.call('total', stream(items as Iterable<unknown>));
  },
  async streamNextAsync(bond, thing) {
    const items = (async function* () {
      yield 1;
      yield 2;
      throw thing;
    })();
    return bond.call('total', stream(items));
  },
  async streamValue(bond, thing) {
    const items = {
      [Symbol.iterator]: () => ({
        next: () => ({
          done: false,
          get value() {
            throw thing;
          },
        }),
      }),
    };
    return bond.call('total', stream(items as Iterable<unknown>));
  },
};

/** Where the host throws on its own side, or where what it throws is of no interest: the call is settled all the same. */
const OTHER_PLACES: Record<string, (bond: Bond, thing: unknown) => Promise<unknown>> = {
  async caughtThere(bond, thing) {
    await bond.export(() => {
      throw thing;
    }, 'host');
    return bond.call('catches', 1);
  },
  async getterOfArgument(bond, thing) {
    const argument = {
      get item() {
        throw thing;
      },
    };
    return bond.call('same', argument);
  },
  async thingAsArgument(bond, thing) {
    return bond.call('same', thing);
  },
  async thingAsResult(bond, thing) {
    await bond.export(() => thing, 'host');
    return bond.call('ask', 1);
  },
  async thingAsItem(bond, thing) {
    return bond.call('total', stream([thing, 1]));
  },
  async streamStart(bond, thing) {
    const items = {
      [Symbol.iterator](): Iterator<unknown> {
        throw thing;
      },
    };
    return bond.call('total', stream(items));
  },
  async streamReturn(bond, thing) {
    const items = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return() {
          throw thing;
        },
      }),
    };
    return bond.call('take', stream(items as Iterable<unknown>), thrown[bond.lang as Language].things[0]);
  },
  async streamReturnThing(bond, thing) {
    const items = {
      [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }), return: () => thing }),
    };
    return bond.call('take', stream(items as Iterable<unknown>), thrown[bond.lang as Language].things[0]);
  },
  async aborted(bond, thing) {
    const controller = new AbortController();
    await bond.export(() => controller.abort(thing), 'host');
    return bond.with({ signal: controller.signal }).call('ask', 1);
  },
};

/** What fails today, each with its reason: a language, a protocol, transExcept, a place, and what is thrown there. */
const KNOWN_TO_FAIL: readonly RegExp[] = [
  // What is held is waited for first, if it is a promise: this one never comes, or gives something else.
  /^JavaScript \w+ \w+ held (new Promise|\{ then)/,
];

function isKnownToFail(words: string): boolean {
  return KNOWN_TO_FAIL.some((pattern) => pattern.test(words));
}

describe.each(languages)('%s: what the host throws', (lang) => {
  needsInterpreter(lang);

  test.each(settingsOf(lang))('by $protocol, transExcept: $transExcept', async (setting) => {
    const places = [...Object.keys(HOST_PLACES), ...Object.keys(OTHER_PLACES)];
    const tried = tries(lang, setting);
    const property = fc.asyncProperty(fc.constantFrom(...places), thrownInJavaScript, async (place, code) => {
      fc.pre(!isKnownToFail(`${lang} ${setting.protocol} ${setting.transExcept} ${place} ${code}`));
      await tried(async (bond) => {
        const thing = thingOf(code);
        const run = HOST_PLACES[place] ?? OTHER_PLACES[place];
        const outcome = await outcomeOf(run?.(bond, thing) as Promise<unknown>);
        if (place in HOST_PLACES) {
          const error = expectException(outcome);
          // What cannot cross may have an error of ours in its place.
          if (!setting.transExcept) expect(isBehind(error, thing)).toBe(true);
        } else if (place === 'caughtThere') expect(outcome).toEqual({ value: 'caught' });
      });
    });
    await fc.assert(property, effort(200));
  });
});

// ---- Thrown by the other side

/** Where code there throws, and the call that leads there. */
const PLACES_THERE: Record<string, (bond: Bond, code: string) => Promise<unknown>> = {
  function: (bond, code) => bond.call('toss', code),
  expression: (bond, code) => bond.eval(`toss(${JSON.stringify(code)})`),
  async method(bond, code) {
    const held = await bond.hold(thrown[bond.lang as Language].tosser(code));
    return held.call('toss');
  },
  iterator: (bond, code) => all(bond.iterate(thrown[bond.lang as Language].tosses(code))),
  stream: (bond, code) => bond.call('take', stream([1, 2, 3]), code),
  async nested(bond, code) {
    await bond.export(() => bond.call('toss', code), 'host');
    return bond.call('ask', 1);
  },
  callbackOfOther: (bond, code) =>
    bond.call(
      'call_it',
      callback(() => bond.call('toss', code)),
    ),
};

/** Where it may be that nothing comes of what is thrown. */
const QUIET_PLACES: Record<string, (bond: Bond, code: string) => Promise<unknown>> = {
  destructor: (bond, code) => bond.call('drop', code),
  async caught(bond, code) {
    await bond.export(() => bond.call('toss', code), 'host');
    return bond.call('catches', 1);
  },
  async held(bond, code) {
    const held = await bond.hold(`_BOND_catch(toss, ${JSON.stringify(code)})`);
    await held.release();
  },
};

describe.each(languages)('%s: what is thrown there', (lang) => {
  needsInterpreter(lang);
  const { things } = thrown[lang];

  test.each(settingsOf(lang))('by $protocol, transExcept: $transExcept', async (setting) => {
    const tried = tries(lang, setting);
    const failures: string[] = [];
    const attempt = async (place: string, code: string, run: (bond: Bond, code: string) => Promise<unknown>) => {
      const words = `${lang} ${setting.protocol} ${setting.transExcept} ${place} ${code}`;
      if (isKnownToFail(words)) return;
      await tried(async (bond) => {
        const outcome = await outcomeOf(run(bond, code));
        if (run === PLACES_THERE[place]) expectException(outcome);
        else if ('error' in outcome) expectException(outcome);
      }).catch((error: unknown) => failures.push(`${words}: ${error}`));
    };
    const runs = [...Object.entries(PLACES_THERE), ...Object.entries(QUIET_PLACES)];
    const attempts = things.flatMap((code, row) =>
      runs.map(([place, run], column) => ({ code, place, run, row, column })),
    );
    // In the check, each thing is thrown in each place under one setting: all of them have their turn.
    const every = rounds(12, 1);
    for (const { code, place, run, row, column } of attempts) {
      if ((row + column + SETTINGS.indexOf(setting)) % every === 0) await attempt(place, code, run);
    }
    expect(failures).toEqual([]);
  });
});

describe.each(languages)('%s: what is thrown', (lang) => {
  needsInterpreter(lang);
  const test = testInTurn(lang, languages);
  const { functions, things } = thrown[lang];

  test('in jobs of a pool, there or in the function that is the job, costs no worker', async () => {
    const pool = await openPool(lang, { size: 1, timeout: HANG, setup: (bond) => bond.evalBlock(functions) });
    for (const code of things) {
      expectException(await outcomeOf(pool.call('toss', code)));
      expectException(await outcomeOf(pool.each((bond) => bond.call('toss', code))));
    }
    await fc.assert(
      fc.asyncProperty(thrownInJavaScript, async (code) => {
        const thing = thingOf(code);
        const outcome = await outcomeOf(
          pool.each(() => {
            throw thing;
          }),
        );
        expect('error' in outcome && Object.is(outcome.error, thing)).toBe(true);
      }),
      effort(100),
    );
    expect(pool.workers.map(({ starts }) => starts)).toEqual([1]);
  });

  // Where one exit hook has failed, some languages do not run the next: a bond for each, so only some things are tried.
  test('in exit hooks holds up no end', async () => {
    for (const code of things.filter((_, index) => index % 8 === 0)) {
      const bond = await open(lang, { protocol: 'EJSON', transExcept: false });
      await bond.call('at_exit', code);
      expect(await outcomeOf(bond.close()), code).toEqual({ value: undefined });
      expect((await bond.closed).signal, code).toBe(null);
    }
  });
});

/** Tries one thing after the other on a bond, which has to answer afterwards; a new one is opened after a failure. */
function tries(lang: Language, setting: Setting): (run: (bond: Bond) => Promise<void>) => Promise<void> {
  let bond: Bond | undefined;
  return async (run) => {
    bond ??= await open(lang, setting);
    try {
      await run(bond);
      await outcomeOf(expectAlive(bond)).then((outcome) => expect(outcome).toEqual({ value: undefined }));
      expect(escaped).toEqual([]);
    } catch (error) {
      await bond.kill();
      bond = undefined;
      throw error;
    } finally {
      escaped.length = 0;
    }
  };
}
