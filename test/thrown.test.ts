// Nothing that a program throws ends it, or leaves a call without an answer: it is an exception there, and the cause here.

import { describe, expect, test } from 'vitest';
import { describeThrown, isA, isError, textOf } from '../src/common/thrown.js';
import {
  type Bond,
  BondException,
  type BondOptions,
  callback,
  type ProtocolName,
  type RemoteException,
  stream,
} from '../src/index.js';
import { onTestFinished } from './finish.js';
import {
  expectAlive,
  type Language,
  languages,
  needsInterpreter,
  openBond,
  openPool,
  range,
  rejection,
} from './fixtures.js';
import { THROWN } from './hostile-throws.js';
import { testInTurn } from './turns.js';

/**
 * A block that defines `tried()`, which is `'thrown'` if `host()` throws, and `pass(f)`, which is `f()`; `drain(items)` goes through a
 * stream.
 */
const functions: Record<Language, string> = {
  PHP: `
    function tried() { try { host(); } catch (Throwable $e) { $e->getMessage(); return 'thrown'; } return 'returned'; }
    function pass($f) { return $f(); }
    function drain($items) { foreach ($items as $item); }`,
  Perl: `
    sub tried { eval { host(); 1 } ? 'returned' : 'thrown' }
    sub pass { $_[0]->() }
    sub drain { my ($items) = @_; while (defined $items->()) {} undef }`,
  Python: `
def tried():
  try: host()
  except Exception as error:
    repr(error)
    return 'thrown'
  return 'returned'
def pass_(f): return f()
globals()['pass'] = pass_
def drain(items):
  for item in items: pass`,
  JavaScript: `
    function tried() { try { host() } catch { return 'thrown' } return 'returned' }
    function pass(f) { return f() }
    function drain(items) { for (const item of items); }`,
};

/** The ways in which a function can fail. */
const WAYS: Readonly<Record<string, (thrown: unknown) => () => unknown>> = {
  'at once': (thrown) => () => {
    throw thrown;
  },
  later: (thrown) => () => Promise.reject(thrown),
  // biome-ignore lint/suspicious/noThenProperty: which is what is tested
  'as a thenable': (thrown) => () => ({ then: (_: unknown, reject: (reason: unknown) => void) => reject(thrown) }),
};

async function openWith(lang: Language, options: object): Promise<Bond> {
  const bond = await openBond(lang, options);
  await bond.evalBlock(functions[lang]);
  return bond;
}

/** Whether what was thrown is data that a language cannot take: its own exception takes the place of it, and knows no cause. */
function isBeyond(lang: Language, { transExcept }: BondOptions, what: string): boolean {
  return lang === 'PHP' && transExcept === true && what === 'half a character';
}

/** Asserts that what was thrown comes back, itself, as the cause; if JavaScript has thrown a copy of it there, that is in `data`. */
async function expectCause(call: Promise<unknown>, thrown: unknown, what: string): Promise<void> {
  const error = await rejection(call, BondException);
  const isPrimitive = Object(thrown) !== thrown;
  const found = isPrimitive ? [error.cause, (error as RemoteException).data] : [error.cause];
  expect(
    found.some((one) => Object.is(one, thrown)),
    `${what}: ${error.message.slice(0, 200)}`,
  ).toBe(true);
}

const kinds = languages.flatMap((lang): [Language, BondOptions][] => {
  const protocols: ProtocolName[] = ['EJSON', ...(lang === 'JavaScript' ? (['V8'] as const) : [])];
  const usual = protocols.map((protocol): [Language, BondOptions] => [lang, { protocol }]);
  return [...usual, ...usual.map(([, options]): [Language, BondOptions] => [lang, { ...options, transExcept: true }])];
});

describe.each(kinds.map((kind, index) => [...kind, index] as const))('%s with %o', (lang, options, index) => {
  needsInterpreter(lang);
  const ways = Object.keys(WAYS);

  testInTurn(index % ways.length, range(ways.length)).each(ways)(
    'whatever a function throws %s is an exception there, and the cause here',
    async (way) => {
      const bond = await openWith(lang, options);
      let host: () => unknown = () => {};
      await bond.export(() => host(), 'host');
      for (const [what, make] of Object.entries(THROWN)) {
        const thrown = make();
        host = WAYS[way]?.(thrown) as () => unknown;
        expect(await bond.call('tried'), what).toBe('thrown');
        if (isBeyond(lang, options, what)) continue;
        await expectCause(bond.call('host'), thrown, what);
        await expectCause(bond.call('pass', callback(host)), thrown, what);
      }
      await expectAlive(bond);
    },
  );

  testInTurn(index % 2, [0, 1])('whatever a stream throws is an exception there, and the cause here', async () => {
    const bond = await openWith(lang, options);
    for (const [what, make] of Object.entries(THROWN)) {
      const thrown = make();
      async function* failing() {
        yield 1;
        throw thrown;
      }
      if (isBeyond(lang, options, what)) continue;
      await expectCause(bond.call('drain', stream(failing())), thrown, what);
    }
    await expectAlive(bond);
  });
});

describe('on the way there', () => {
  needsInterpreter('Python');

  test('whatever a getter throws among arguments rejects the call', async () => {
    const bond = await openWith('Python', {});
    for (const [what, make] of Object.entries(THROWN)) {
      const thrown = make();
      const argument = {
        get part() {
          throw thrown;
        },
      };
      for (const args of [[argument], [Array(2000).fill(argument)]]) {
        const error = await bond.call('len', ...args).then(
          () => ['fulfilled'],
          (reason: unknown) => [reason], // it may have a `then`
        );
        expect(Object.is(error[0], thrown) || isA(error[0], BondException), what).toBe(true);
      }
    }
    await expectAlive(bond);
  });

  test('whatever the set-up or a job of a pool throws rejects, and nothing else', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(textOf(reason));
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const pool = await openPool('Python', { size: 1 });
    for (const [what, make] of Object.entries(THROWN)) {
      const thrown = make();
      const outcome = await pool
        .each(() => {
          throw thrown;
        })
        .catch((error: unknown) => [error]);
      expect(Object.is((outcome as unknown[])[0], thrown), what).toBe(true);
    }
    expect(await pool.eval('1')).toBe(1);
    for (const what of ['null', 'a revoked proxy', 'an error whose message is an error', 'a symbol'] as const) {
      const thrown = THROWN[what]?.();
      const failing = openPool('Python', {
        size: 1,
        setup: () => {
          throw thrown;
        },
      });
      const error = await rejection(failing, Error);
      expect(Object.is(isError(thrown) ? error : error.cause, thrown), what).toBe(true);
    }
    expect(unhandled).toEqual([]);
  });
});

test('a thenable that settles twice, or throws as well, answers once', async () => {
  const bond = await openWith('Python', {});
  const rude = {
    // biome-ignore lint/suspicious/noThenProperty: which is what is tested
    then(resolve: (value: number) => void, reject: (reason: unknown) => void) {
      resolve(1);
      resolve(2);
      reject(new Error('too late'));
      throw new Error('later still');
    },
  };
  await bond.export(async () => rude, 'inner');
  await bond.export(() => rude, 'host');
  expect(await bond.eval('[host(), inner(), host()]')).toEqual([1, 1, 1]);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('no stack');
    },
  ],
  ['gives the frames', (_error: Error, frames: NodeJS.CallSite[]) => frames],
  ['gives nothing', () => undefined],
])('an Error.prepareStackTrace that %s changes nothing', async (_what, prepare) => {
  const { prepareStackTrace } = Error;
  onTestFinished(() => {
    Error.prepareStackTrace = prepareStackTrace;
  });
  const bond = await openWith('Python', {});
  const thrown = new RangeError('not today');
  await bond.export(() => {
    throw thrown;
  }, 'host');
  await bond.evalBlock('import time');
  Error.prepareStackTrace = prepare;
  const error = await bond.call('host').catch((reason: Error) => reason);
  const silent = bond.with({ timeout: 50 });
  const late = [silent.evalBlock('time.sleep(0.2)'), silent.eval('1')].map((call) => call.catch((reason) => reason));
  const [first, second] = await Promise.all(late);
  Error.prepareStackTrace = prepareStackTrace;
  expect(error).toMatchObject({ name: 'RemoteException', cause: thrown });
  expect(first).toMatchObject({ name: 'TimeoutException' });
  expect(second).toMatchObject({ name: 'TimeoutException' });
});

describe('what is told of it', () => {
  test.each<[what: keyof typeof THROWN, type: string, message: string]>([
    ['undefined', 'undefined', 'undefined'],
    ['a symbol', 'symbol', 'Symbol(s)'],
    ['an object', 'object', '{ code: 42 }'],
    ['an object without a prototype', 'object', 'something that cannot be shown'],
    ['a revoked proxy', 'object', 'something that cannot be shown'],
    ['an error whose message is an error', 'Error', 'Error: inner'],
    ['an error that is its own message', 'Error', 'something that cannot be shown'],
    ['an error whose message throws', 'Error', ''],
    ['an error whose name is a symbol', 'Error', 'replaced'],
    ['an error with half a character', '\ufffd', 'a\ufffdb'],
    ['an error without a prototype', 'Error', 'bare'],
    ['an error of another realm', 'RangeError', 'from elsewhere'],
    ['a DOMException', 'AbortError', 'of the web'],
  ])('%s: %s, %s', (what, type, message) => {
    expect(describeThrown(THROWN[what]?.())).toEqual({ type, message });
  });

  test('it is neither too long, nor ever an exception', () => {
    const long = () => new Error('é'.repeat(2 ** 28));
    for (const make of [...Object.values(THROWN), long]) {
      const { message, type } = describeThrown(make());
      expect(message.length + type.length).toBeLessThan(5_000_000);
      isError(make());
    }
  });
});
