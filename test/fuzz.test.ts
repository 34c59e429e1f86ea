import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { BondException, TerminatedException } from '../src/common/errors.js';
import { makeBond } from '../src/index.js';
import { Session } from '../src/session/session.js';
import { json } from '../src/values/json.js';
import { newMark } from '../src/wire/mark.js';
import { parseMessage } from '../src/wire/messages.js';
import { HANG, markedEnvironment, ownChildren, peer, until } from './bonds.js';
import { splitterInto } from './found.js';
import { effort, patience } from './fuzzing.js';
import { TEST_HANG } from './patience.js';
import { lender, settings } from './play.js';
import { complaintAbout, type Deed, deed, LANG, script, shakeHands, TIMEOUT } from './scripted.js';
import { stopTime } from './stopped-time.js';

vi.mock('../src/common/globals.js', async (load) => {
  const { timersOfTheMoment } = await import('./time.js');
  return { ...(await load<object>()), ...timersOfTheMoment };
});

vi.setConfig({ testTimeout: patience(TEST_HANG) });

const MARK = newMark().text;

describe('the splitter', () => {
  /** Marks, whole and in part, as they are and changed, in the middle of noise; `latin1`, so that a letter is a byte. */
  const fragment = fc.oneof(
    fc.constantFrom(`${MARK} `, `${MARK}+`, MARK, '\n', ' ', '+', '\x1e', `\x1e${MARK} `, `${MARK}${MARK} `),
    fc.nat(MARK.length).map((length) => MARK.slice(0, length)),
    fc.tuple(fc.nat(MARK.length - 1), fc.nat(255)).map(([place, code]) => changed(`${MARK} `, place, code)),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom(`${MARK} abc\n`, `${MARK}+de\n`, `${MARK} \n`),
    fc.constantFrom('RETURN 1 "\xc3\xa9"', 'CALL 1 1 ["f",[]]', '\xe2\x82'),
  );
  const wire = fc.array(fragment, { maxLength: 30, size: 'max' }).map((parts) => parts.join(''));
  const cuts = fc.array(fc.nat(40), { minLength: 1, maxLength: 10 });

  test('finds the same in any bytes as a pattern that sees all of them at once, and holds no more back than a mark', () => {
    fc.assert(
      fc.property(wire, cuts, (text, sizes) => {
        const found = { output: '', messages: [] as string[], tooLong: 0 };
        const splitter = splitterInto(found, MARK, 1e6);
        let done = 0;
        for (const chunk of inChunks(text, sizes)) {
          splitter.push(Buffer.from(chunk, 'latin1'));
          done += chunk.length;
          const { output, messages } = reference(text.slice(0, done));
          expect(found.messages).toEqual(messages);
          expect(output.startsWith(found.output)).toBe(true);
          expect(output.length - found.output.length).toBeLessThanOrEqual(MARK.length);
        }
        splitter.end();
        expect(found).toEqual({ ...reference(text), tooLong: 0 });
      }),
      effort(1500),
    );
  });

  test('refuses exactly what is longer than it may be, wherever it is cut', () => {
    fc.assert(
      fc.property(wire, cuts, fc.integer({ min: 1, max: 30 }), (text, sizes, most) => {
        const found = { output: '', messages: [] as string[], tooLong: 0 };
        const splitter = splitterInto(found, MARK, most);
        for (const chunk of inChunks(text, sizes)) splitter.push(Buffer.from(chunk, 'latin1'));
        splitter.end();
        const end = endOfPatience(text, most);
        const { output, messages } = reference(text.slice(0, end));
        expect(found).toEqual({ output, messages, tooLong: end === undefined ? 0 : 1 });
      }),
      effort(1500),
    );
  });

  /** What is in `text`, of which no part is missing. */
  function reference(text: string): { output: string; messages: string[] } {
    const messages: string[] = [];
    let body = '';
    const output = text.replace(piecePattern(), (_piece, kind: string, part: string, newline: string) => {
      body += part;
      if (newline && kind === ' ') {
        messages.push(textOf(Buffer.from(body, 'latin1')));
        body = '';
      }
      return '';
    });
    return { output, messages };
  }

  function textOf(bytes: Buffer): string {
    return isUtf8(bytes) ? bytes.toString() : `(not UTF-8) ${bytes.toString()}`;
  }

  /** Where a message becomes longer than `most` bytes. */
  function endOfPatience(text: string, most: number): number | undefined {
    let size = 0;
    for (const piece of text.matchAll(piecePattern())) {
      const [, kind, part, newline] = piece as unknown as [string, string, string, string];
      size += part.length;
      if (size > most) return piece.index;
      if (newline && kind === ' ') size = 0;
    }
    return undefined;
  }

  function piecePattern(): RegExp {
    return new RegExp(`${MARK}([ +])([^\\n]*)(\\n?)`, 'g');
  }
});

function changed(text: string, place: number, code: number): string {
  return text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
}

/** `text` in chunks of these sizes, over and over. */
function* inChunks(text: string, sizes: readonly number[]): Generator<string> {
  let start = 0;
  for (let turn = 0; start < text.length; turn++) {
    const size = (sizes[turn % sizes.length] as number) + 1;
    yield text.slice(start, start + size);
    start += size;
  }
}

/** What the other side may say, more or less. */
const id = fc.oneof(
  { weight: 10, arbitrary: fc.nat(14).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '-1',
      '1.5',
      '1e3',
      '0x1',
      '01',
      '',
      '٣',
      'NaN',
      '__proto__',
      'constructor',
      '9'.repeat(15),
      '9'.repeat(400),
    ),
  },
);

const name = fc.constantFrom(
  'returns',
  'throws',
  'asks',
  'forgets',
  'never',
  'lasts',
  '__proto__',
  'constructor',
  'toString',
);

const call = fc.tuple(name, fc.array(fc.jsonValue(), { maxLength: 3 })).map((words) => JSON.stringify(words));

const payload = fc.oneof(
  fc.json(),
  call,
  fc
    .record(
      {
        message: fc.oneof(fc.string(), fc.jsonValue()),
        type: fc.oneof(fc.string(), fc.jsonValue()),
        call: fc.oneof(fc.nat(5), fc.jsonValue()),
        data: fc.jsonValue(),
        traceback: fc.jsonValue(),
        frames: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
      },
      { requiredKeys: [] },
    )
    .map((description) => JSON.stringify(description)),
  fc.constantFrom(
    '',
    'null',
    '{',
    '{"__proto__":{"polluted":1}}',
    '{"message":{"toString":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '["__proto__",{"polluted":1}]',
    '['.repeat(5000),
    '{"__proto__":{"polluted":12345678901234567890}}',
  ),
);

const verb = fc.constantFrom('RETURN', 'EXCEPT', 'ERROR');
const calling = fc.constantFrom('CALL', 'CALL', 'AWAIT', 'THREAD');
const said = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(verb, id, payload).map((words) => words.join(' ')) },
  { weight: 5, arbitrary: fc.tuple(calling, id, id, payload).map((words) => words.join(' ')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'INTERRUPTED 1',
      'INTERRUPTED',
      'STAGE1',
      'READY {}',
      'EVAL 0 1 "1"',
      'CALL',
      'AWAIT',
      'THREAD 1 0',
      'CANCEL - 1 1',
      'RETURN',
      '',
    ),
  },
  { weight: 1, arbitrary: fc.string() },
);
const mutated = fc.oneof(
  { weight: 4, arbitrary: said },
  { weight: 1, arbitrary: fc.tuple(said, fc.nat(30)).map(([text, length]) => text.slice(0, length)) },
  {
    weight: 1,
    arbitrary: fc.tuple(said, fc.nat(30), fc.nat(255)).map(([text, place, code]) => changed(text, place, code)),
  },
);

describe('the parser', () => {
  test('makes of any text a message with proper ids, or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string({ unit: 'binary' })), (text) => {
        const message = parseMessage(text);
        if (!message) return;
        expect(text.split(' ')[0]).toBe(message.verb);
        for (const number of [idsOf(message)].flat()) expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
        if ('payload' in message) expect(text.endsWith(message.payload)).toBe(true);
      }),
      effort(2000),
    );
  });

  function idsOf(message: object): number[] {
    return Object.values(message).filter((value) => typeof value === 'number');
  }
});

type Event =
  | { readonly kind: 'say'; readonly text: string; readonly times: number }
  /** What the other side may do: call a function, or answer one of its requests, or notice an interrupt. */
  | { readonly kind: 'call'; readonly payload: string; readonly isOfItself: boolean }
  /** A task or a thread calls: in the request of that place among all that run, in turn. */
  | { readonly kind: 'callBeside'; readonly payload: string; readonly which: number; readonly isThread: boolean }
  /** It answers, in whatever order, what it has been sent where no frame is in the way. */
  | { readonly kind: 'answerAny'; readonly which: number; readonly verb: string; readonly payload: string }
  | { readonly kind: 'answer'; readonly which: number; readonly verb: string; readonly payload: string }
  | { readonly kind: 'notice' }
  | { readonly kind: 'ask'; readonly isElsewhere: boolean; readonly isAborted: boolean }
  | { readonly kind: 'turn' };

const seldom = fc.nat(3).map((number) => number === 3);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      text: mutated,
      times: fc.constantFrom(1, 1, 1, 2),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('call' as const), payload: call, isOfItself: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('callBeside' as const),
      payload: call,
      which: fc.nat(5),
      isThread: seldom,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('answerAny' as const), which: fc.nat(5), verb, payload }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(3), verb, payload }) },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: 'notice' }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), isElsewhere: fc.boolean(), isAborted: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.constant<Event>({ kind: 'turn' }) },
);

const manner = fc.record({ isConcurrent: fc.boolean(), interruptStopsAny: fc.boolean() });

describe('a session', () => {
  test('bears whatever it is told: nothing is thrown, and in the end every call is settled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 40, size: 'max' }),
        fc.nat(2),
        manner,
        async (events, opening, how) => {
          const fuzzed = new FuzzedSession(how);
          await fuzzed.open(opening);
          const before = prototypes();
          for (const one of events) await fuzzed.meet(one);
          await fuzzed.end();
          expect(prototypes()).toEqual(before);
        },
      ),
      effort(1500),
    );
  });

  function prototypes(): unknown {
    return [Object, Array, Function, String, Map, Promise, Error].map((type) => Reflect.ownKeys(type.prototype));
  }
});

/** A session that has functions and requests already, and is about to hear anything. */
class FuzzedSession {
  readonly #sent: string[] = [];
  readonly #asked = new Set<Promise<unknown>>();
  readonly #open = new Set<Promise<unknown>>();
  /** Ends functions that go on until the very end. */
  readonly #lasting: (() => void)[] = [];
  /** What the other side would know: its frames, each with what it has been sent there and has not answered. */
  readonly #frames = [{ id: 0, requests: [] as number[] }];
  /** Those of tasks and threads. */
  readonly #beside: { readonly id: number; readonly isThread: boolean; readonly requests: number[] }[] = [];
  #lastCall = 1000;
  #lastSerial = 0;
  #violations = 0;
  #isHeld = false;
  readonly #session: Session;

  constructor(manner: { readonly isConcurrent: boolean; readonly interruptStopsAny: boolean }) {
    this.#session = new Session(this.#owner(manner), { send: (lines) => this.#takeInAll(lines as string) });
  }

  #owner(manner: object): ConstructorParameters<typeof Session>[0] {
    return {
      lang: 'Test',
      protocol: json,
      transExcept: false,
      takesStacks: false,
      isConcurrent: false,
      hold: (isHeld) => {
        expect(isHeld).toBe(!this.#isHeld);
        this.#isHeld = isHeld;
      },
      violated: () => this.#violations++,
      nudge: (lines) => this.#takeInAll(lines),
      traffic: { sent: 0, taken: 0 },
      makeHandle: () => undefined,
      isHeldUp: () => false,
      isInterruptible: true,
      interruptStopsAny: false,
      maxMessageBytes: 2 ** 28,
      tooLong: () => {},
      ...manner,
    };
  }

  /** A call of a function that lasts may be under way: in a request (1), or in none (2). */
  async open(opening: number): Promise<void> {
    const functions = {
      returns: (...args: unknown[]) => args,
      throws: (message: unknown) => {
        throw message;
      },
      asks: () => this.#ask(),
      forgets: () => void this.#ask().catch(() => {}),
      never: () => new Promise(() => {}),
      lasts: () => new Promise((resolve) => this.#lasting.push(() => resolve(1))),
    };
    const exported = Object.entries(functions).map(([key, call]) =>
      this.#session.export(key, { call, lender }, settings),
    );
    for (const _ of exported) this.#hearAnswer(0, 'RETURN', '');
    await Promise.all(exported);
    for (let count = 0; count < 3; count++) void this.#ask().catch(() => {});
    if (opening > 0) this.#hearCall('["lasts",[]]', opening === 2);
  }

  #hear(text: string): void {
    this.#session.receive(parseMessage(text), text);
  }

  #ask(more: Partial<typeof settings> = {}): Promise<unknown> {
    const payload = '["f",[]]';
    const asked = this.#session.request({ verb: 'CALL', subject: 'f', payload, settings: { ...settings, ...more } });
    this.#asked.add(asked);
    this.#open.add(asked);
    const settle = (): void => void this.#open.delete(asked);
    asked.then(settle, settle);
    return asked;
  }

  async meet(one: Event): Promise<void> {
    switch (one.kind) {
      case 'turn':
        return nextTurn();
      case 'say':
        for (let count = 0; count < one.times; count++) this.#hear(one.text);
        return;
      case 'call':
        return this.#hearCall(one.payload, one.isOfItself);
      case 'answer':
        return this.#hearAnswer(one.which, one.verb, one.payload);
      case 'callBeside':
        return this.#hearCallBeside(one.payload, one.which, one.isThread);
      case 'answerAny':
        return this.#hearAnyAnswer(one.which, one.verb, one.payload);
      case 'notice':
        return this.#hear(`INTERRUPTED ${this.#lastSerial}`);
      default:
        return this.#meetCaller(one.isElsewhere, one.isAborted);
    }
  }

  #takeInAll(lines: string): void {
    for (const line of lines.trimEnd().split('\n')) this.#takeIn(line);
  }

  /** A line that the other side gets. */
  #takeIn(line: string): void {
    this.#sent.push(line);
    const [verb = '', frame, id, serial] = line.split(' ');
    if (verb === 'INTERRUPT' || verb === 'CANCEL') this.#lastSerial = Number(serial);
    else if (/^(RETURN|EXCEPT|ERROR)$/.test(verb)) this.#leave(Number(frame));
    else [...this.#frames, ...this.#beside].find((one) => one.id === Number(frame))?.requests.push(Number(id));
  }

  /** The requests of the event loop, and those of threads: the latter run whatever stands still. */
  #runBeside(isThread: boolean): number[][] {
    const frames = this.#beside.filter((frame) => frame.isThread === isThread).map(({ requests }) => requests);
    const root = this.#frames[0]?.requests ?? [];
    if (isThread) return frames;
    return this.#frames.length > 1 ? [] : [root, ...frames];
  }

  #hearCallBeside(text: string, which: number, isThread: boolean): void {
    if (!isThread && this.#frames.length > 1) return;
    const first = this.#runBeside(false).flatMap((requests) => requests.slice(0, 1));
    const request = isThread ? 0 : (first[which % (first.length + 1)] ?? 0);
    const id = ++this.#lastCall;
    this.#beside.push({ id, isThread, requests: [] });
    this.#hear(`${isThread ? 'THREAD' : 'AWAIT'} ${id} ${request} ${text}`);
  }

  #hearAnyAnswer(which: number, word: string, text: string): void {
    const places = [...this.#runBeside(false), ...this.#runBeside(true)].filter(({ length }) => length > 0);
    const requests = places[which % places.length];
    const [id] = requests?.splice(which % requests.length, 1) ?? [];
    if (id !== undefined) this.#hear(`${word} ${id} ${text}`);
  }

  #leave(frame: number): void {
    const beside = this.#beside.findIndex(({ id }) => id === frame);
    if (beside >= 0) this.#beside.splice(beside, 1);
    const place = this.#frames.findIndex(({ id }) => id === frame);
    if (place > 0) this.#frames.splice(place);
  }

  /** A call that is made in a request, or of itself, which is only possible outside of all. */
  #hearCall(text: string, isOfItself: boolean): void {
    const isOutermost = this.#frames.length === 1;
    const request = isOutermost && isOfItself ? 0 : this.#frames.at(-1)?.requests[0];
    if (request === undefined) return;
    const id = ++this.#lastCall;
    this.#frames.push({ id, requests: [] });
    this.#hear(`CALL ${id} ${request} ${text}`);
  }

  /** Answers the oldest request of one of the frames; those further in have been abandoned then. */
  #hearAnswer(which: number, word: string, text: string): void {
    const place = Math.max(0, this.#frames.length - 1 - which);
    const id = this.#frames[place]?.requests.shift();
    if (id === undefined) return;
    this.#frames.splice(place + 1);
    this.#hear(`${word} ${id} ${text}`);
  }

  #meetCaller(isElsewhere: boolean, isAborted: boolean): void {
    const controller = new AbortController();
    const asked = this.#ask({ ...(isElsewhere && { stderr: () => {} }), signal: controller.signal });
    void asked.catch(() => {});
    if (isAborted) setImmediate(() => controller.abort());
  }

  async end(): Promise<void> {
    this.#session.end(() => new TerminatedException('Test', 'gone', { exitCode: 1, signal: null, stderr: '' }));
    const count = this.#sent.length;
    for (const finish of this.#lasting) finish();
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    this.#hear('RETURN 6 null');
    expect(this.#open.size).toBe(0);
    expect(this.#sent.slice(count)).toEqual([]);
    expect(this.#violations).toBeLessThanOrEqual(1);
    expect({ isBusy: this.#session.isBusy, isHeld: this.#isHeld }).toEqual({ isBusy: false, isHeld: false });
    await expect(this.#ask()).rejects.toBeInstanceOf(TerminatedException);
  }
}

describe('the set-up', () => {
  test('with a peer that says anything at any time is done, or fails in time, and says how far it came', async () => {
    stopTime();
    await fc.assert(
      fc.asyncProperty(script, async (deeds) => {
        const { outcome, ms } = await shakeHands(deeds);
        expect(ms).toBeLessThanOrEqual(5 * TIMEOUT);
        const complaint = complaintAbout(deeds);
        if (outcome.status === 'rejected') expectComplaint(outcome.reason, complaint, 'scripted --peer');
        else
          expect({ protocol: outcome.value.protocol, complaint }).toEqual({ protocol: 'JSON', complaint: undefined });
      }),
      effort(2000),
    );
  });

  test('with a process leaves none behind', async () => {
    const { env, processes } = markedEnvironment();
    const before = ownChildren();
    const last = fc.constantFrom({ kind: 'exit', code: 3 }, { kind: 'signal' }, { kind: 'hangUp' });
    const quickScript = fc.tuple(fc.array(deed, { maxLength: 6 }), last).map((parts) => parts.flat() as Deed[]);
    await fc.assert(
      fc.asyncProperty(fc.array(quickScript, { minLength: 4, maxLength: 4 }), async (scripts) => {
        await Promise.all(scripts.map((deeds) => meetProcess(deeds, env)));
        expect(ownChildren()).toEqual(before);
        await until(() => processes().length === 0);
      }),
      effort(8),
    );
  });

  async function meetProcess(deeds: readonly Deed[], env: NodeJS.ProcessEnv): Promise<void> {
    const command = peer('scripted.js', JSON.stringify(deeds));
    const options = { env, startTimeout: HANG, defArgs: false, stdout: 'ignore', stderr: 'ignore' } as const;
    const complaint = complaintAbout(deeds.filter((one) => one.kind !== 'pause'));
    const [outcome] = await Promise.allSettled([makeBond(LANG, command, [], { ...options, maxMessageBytes: 1000 })]);
    if (outcome?.status === 'fulfilled') {
      await outcome.value.kill();
      expect(complaint).toBeUndefined();
    } else expectComplaint(outcome?.reason, complaint && asTold(complaint), 'scripted.js');
  }

  /** What ends in a way that the model has not heard of, it takes for silence. */
  function asTold(complaint: RegExp): RegExp {
    return new RegExp(
      complaint.source.replace('was silent for 100 ms \\(startTimeout\\)', 'was ended by SIG(TERM|KILL)'),
    );
  }

  function expectComplaint(error: unknown, complaint: RegExp | undefined, command: string): void {
    expect(error).toBeInstanceOf(BondException);
    const { message } = error as BondException;
    if (!complaint) throw new Error('it should have succeeded', { cause: error });
    expect(message).toMatch(complaint);
    expect(message.startsWith(`[${LANG}] `)).toBe(true);
    expect(message).toContain(command);
  }
});

/** A text of JSON, and its value. */
interface Written {
  readonly text: string;
  readonly value: unknown;
}

describe('JSON', () => {
  const blank = fc.constantFrom('', '', '', ' ', '  ', '\t', '\r\n');
  const digits = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.nat(9), { maxLength: 40, size: 'max' }))
    .map(joined);
  const sign = fc.constantFrom('', '-');
  const integer = fc.tuple(sign, digits).map((parts) => written(joined(parts), readInteger));
  const nearLimit = fc
    .tuple(sign, fc.bigInt({ min: 2n ** 53n - 5n, max: 2n ** 53n + 5n }))
    .map((parts) => written(joined(parts), readInteger));
  const float = fc
    .tuple(sign, digits, fc.constantFrom('.0', '.5', 'e0', 'E+1', 'e-3', '.1234567890123456789', '.25e2'))
    .map((parts) => written(joined(parts), Number));
  /** Texts that are full of what looks like numbers and quotes. */
  const string = fc
    .array(fc.constantFrom('1234567890123456789', '"', '\\', '[', ',', ':', ' ', '-', 'é', '\n', '\u2028'), {
      maxLength: 6,
    })
    .map((parts) => ({ text: JSON.stringify(parts.join('')), value: parts.join('') }));
  const word = fc.constantFrom<Written>(
    { text: 'null', value: null },
    { text: 'true', value: true },
    { text: '-0', value: -0 },
    { text: '[]', value: [] },
    { text: '{}', value: {} },
  );

  const { tree } = fc.letrec<{ tree: Written }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(integer, nearLimit, float, string, word),
      fc.array(fc.tuple(blank, tie('tree'), blank), { maxLength: 4 }).map(list),
      fc.array(fc.tuple(blank, string, blank, tie('tree')), { maxLength: 4 }).map(object),
    ),
  }));

  test('integers of any length are read exactly, wherever they stand', () => {
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        expect(json.decode(text)).toStrictEqual(value);
      }),
      effort(2000),
    );
  });

  /** A word of what may be JSON. */
  const wordOfJson = fc.oneof(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      '\\',
      ' ',
      '\t',
      '\n',
      ':',
      '0',
      'true',
      'nul',
      '-',
      '.5',
      'e',
      '+',
      '1',
      '"a":',
      '\ud800',
    ),
    fc.constantFrom('9123456789012345', '-9007199254740993', '"1234567890123456789"', '12345678901234567890e1'),
    fc.constantFrom('0000000000000001', '-00000000000000000', '12345678901234567:'),
    fc.string({ maxLength: 3 }),
  );

  test('what is not JSON is refused as JSON.parse does it, and nothing else is', () => {
    fc.assert(
      fc.property(fc.array(wordOfJson, { maxLength: 12 }).map(joined), (text) => {
        expect(attempt(() => withoutBigints(json.decode(text)))).toEqual(attempt(() => JSON.parse(text)));
      }),
      effort(5000),
    );
  });

  test('a text of JSON that is damaged in one place is read as JSON.parse does it, or refused', () => {
    fc.assert(
      fc.property(tree, fc.nat(100), fc.constantFrom('', '"', '\\', ',', ' ', 'x'), ({ text }, place, instead) => {
        const damaged = text.slice(0, place) + instead + text.slice(place + 1);
        expect(attempt(() => withoutBigints(json.decode(damaged)))).toEqual(attempt(() => JSON.parse(damaged)));
      }),
      effort(2000),
    );
  });

  function joined(parts: readonly unknown[]): string {
    return parts.flat().join('');
  }

  function written(text: string, read: (text: string) => unknown): Written {
    return { text, value: read(text) };
  }

  function readInteger(text: string): number | bigint {
    return Number.isSafeInteger(Number(text)) || Math.abs(Number(text)) === 2 ** 53 ? exact(text) : BigInt(text);
  }

  /** 2^53 + 1 is rounded to 2^53. */
  function exact(text: string): number | bigint {
    return BigInt(Number(text)) === BigInt(text) ? Number(text) : BigInt(text);
  }

  function list(items: readonly (readonly [string, Written, string])[]): Written {
    const text = items.map(([before, item, after]) => before + item.text + after).join(',');
    return { text: `[${text}]`, value: items.map(([, item]) => item.value) };
  }

  function object(entries: readonly (readonly [string, Written, string, Written])[]): Written {
    const text = entries.map(([before, key, after, item]) => `${before}${key.text}${after}:${item.text}`).join(',');
    return { text: `{${text}}`, value: Object.fromEntries(entries.map(([, key, , item]) => [key.value, item.value])) };
  }

  function withoutBigints(value: unknown): unknown {
    if (typeof value === 'bigint') return Number(value);
    if (Array.isArray(value)) return value.map(withoutBigints);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutBigints(item)]));
  }

  function attempt(read: () => unknown): unknown {
    try {
      return { value: read() };
    } catch (error) {
      return { refused: (error as Error).name };
    }
  }
});
